"""Work with a database that was upgraded; one JSON line of what was seen.

`python -m tests.releases.upgraded` with DATABASE_URL set to it.
"""

import json

import django

from config import local


def main() -> None:
    local.enter()
    django.setup()
    from django.conf import settings  # noqa: PLC0415  needs Django

    settings.ALLOWED_HOSTS.append("testserver")
    print(json.dumps({"waiting": read_waiting(), "lists": lists(), "faults": faults()}))


def read_waiting() -> list[str]:
    """Read the call that waited; its status and the name it brought."""
    from customers import ingest  # noqa: PLC0415
    from customers.models import Customer  # noqa: PLC0415
    from shops.models import Delivery  # noqa: PLC0415

    while ingest.digest():
        pass
    named = Customer.objects.get(shop__key="tea", external_id="7").first_name
    return [Delivery.objects.get(message_id="waits").status, named]


def lists() -> dict[str, int]:
    """Every list of the admin, and what it answered."""
    from django.contrib import admin  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.urls import reverse  # noqa: PLC0415

    from shops.models import User  # noqa: PLC0415

    client = Client()
    client.force_login(User.objects.create_superuser("owner"))
    metas = [model._meta for model in admin.site._registry]
    names = [f"admin:{meta.app_label}_{meta.model_name}_changelist" for meta in metas]
    return {name: client.get(reverse(name)).status_code for name in names}


def faults() -> list[str]:
    """What is wrong with the audit trails."""
    from shops import audit  # noqa: PLC0415
    from shops.models import Shop  # noqa: PLC0415

    return [fault for shop in Shop.objects.all() for fault in audit.faults(shop.pk)]


if __name__ == "__main__":
    main()
