"""The yardstick of `send`: django-post-office's queue, the same mail, sent by `send_queued`.

`python -m benchmarks.peers.post_office MAILS PROCESSES…` prints mails a second by process count.
Only errors are logged, which is less than it logs by itself.
"""

import json
import sys
import time

import django

from benchmarks import _letter


def main(mails: int, processes: list[int]) -> None:
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415  needs Django
    from django.db import connection  # noqa: PLC0415
    from post_office import mail  # noqa: PLC0415
    from post_office.models import Email, EmailTemplate  # noqa: PLC0415

    call_command("migrate", "post_office", verbosity=0)
    Email.objects.all().delete()
    EmailTemplate.objects.all().delete()
    template = EmailTemplate.objects.create(
        name="T",
        subject=_letter.SUBJECT,
        content=_letter.TEXT,
        html_content=_letter.HTML,
    )
    rates = {}
    try:
        for count in processes:
            mail.send_many([
                {"recipients": f"c{n}@example.com", "sender": "hello@shop.example.com",
                 "template": template, "context": _letter.known(n), "render_on_delivery": True}
                for n in range(mails)
            ])  # fmt: skip
            began = time.perf_counter()
            sent, _, _ = mail.send_queued(processes=count, log_level=1)
            rates[count] = sent / (time.perf_counter() - began)
            connection.close()  # its forked processes have closed it with theirs
    finally:
        Email.objects.all().delete()
        template.delete()
    print(json.dumps(rates))


if __name__ == "__main__":
    main(int(sys.argv[1]), [int(each) for each in sys.argv[2:]])
