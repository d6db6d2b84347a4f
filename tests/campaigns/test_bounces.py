"""Mails that come back find their message, bar dead addresses, and count once."""

import re
import socketserver
import subprocess
import sys
import threading

import pytest
from django.conf import settings as conf

from campaigns import bounces, dsn, letters, mailbox, mime, sending
from campaigns.channels import email as email_channel
from campaigns.models import CaughtMail, MailSettings, Message, Signal
from config.local import ROOT
from customers.models import Suppression, Touchpoint
from shops import outbox
from shops.models import OutgoingEvent
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db
REPORT = """From: MAILER-DAEMON@mx.example
To: {to}
Subject: Undelivered
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; someone@example.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {words}
--b
Content-Type: message/rfc822

{original}
--b--
"""
COMPLAINT = """From: feedback@isp.example
To: abuse@shop.example
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: ISP/1.0
Version: 1
--b
Content-Type: text/rfc822-headers

X-Waymark-Message: {mark}
Subject: Hello
--b--
"""


@pytest.fixture
def message(settings):
    settings.BOUNCE_ADDRESS = "bounces@shop.example"
    shop = build.shop()
    build.campaign(shop)
    at = make.days_ago(0.1)
    ann = make.customer(shop, consents=("email",), email="Ann@example.com")
    return build.message(ann, status="sent", claimed_at=at, handed_over_at=at)


def came_back(message, *, status="5.1.1", action="failed", words="550 no such user", **parts):
    to = bounces.return_path("bounces@shop.example", bounces.mark(message.pk, "ann@example.com"))
    known = {
        "to": to,
        "action": action,
        "status": status,
        "words": words,
        "original": "Subject: x\n",
    }
    return bounces.receive(REPORT.format(**{**known, **parts}).encode())


def test_a_mail_leaves_with_a_return_address_of_its_own(message):
    letter = letters.read([message.pk])[0]

    sender, recipient = email_channel.mail_of(letter).envelope

    assert re.fullmatch(rb"bounces\+%d-[0-9a-f]{20}@shop\.example" % message.pk, sender)
    assert recipient == b"Ann@example.com"
    assert len(sender.partition(b"@")[0]) <= 64
    MailSettings.objects.create(shop=message.shop, return_path="back@own.example")
    assert mime.returns_to(letters.read([message.pk])[0]).endswith("@own.example")


def test_a_dead_mailbox_is_barred_once_and_told(message):
    outbox.register(message.shop, url="https://x.example.com/", events=["message.bounced"])

    assert [came_back(message) for _ in range(2)] == ["hard", "hard"]

    assert Suppression.objects.get().reason == "bounced"
    assert Touchpoint.objects.get(kind="message.bounced").data["status"] == "5.1.1"
    assert OutgoingEvent.objects.count() == 1
    message.refresh_from_db()
    assert message.bounced_at is not None
    again = build.message(message.customer, message.campaign, step="1")
    sending.gate.claim(limit=9)
    again.refresh_from_db()
    assert (again.status, again.reason) == ("refused", "suppressed address")


@pytest.mark.parametrize("nested", ["multipart/mixed; boundary={}", "message/rfc822"])
def test_a_hostile_mail_stops_nobody(message, nested):
    """A thousand parts inside one another, and letters that the database does not take."""
    levels = [f"Content-Type: {nested.format(n)}\n\n--{n}\n" for n in range(5000)]

    assert bounces.receive(("To: x\n" + "".join(levels)).encode()) == "unknown"
    assert came_back(message, words="550 5.1.1 no\x00such user") == "hard"

    assert "\x00" not in Touchpoint.objects.get(kind="message.bounced").data["words"]


def test_a_mail_server_may_make_it_upper_case(message):
    to = f"Bounces+{bounces.mark(message.pk, 'ann@example.com')}@shop.example".upper()

    assert came_back(message, to=to) == "hard"


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"status": "5.2.2", "words": "552 mailbox full"}, "soft"),
        ({"status": "5.7.1", "words": "554 looks like spam"}, "soft"),
        ({"status": "5.0.0", "words": "550 5.1.1 user unknown"}, "hard"),
        ({"status": "5.0.0", "words": "550 User unknown"}, "hard"),
        ({"status": "4.4.1", "words": "timeout"}, "soft"),
        ({"action": "delayed", "status": "4.4.1"}, "delayed"),
        ({"action": "delivered", "status": "2.0.0"}, "nothing"),
    ],
)
def test_only_what_speaks_of_the_address_is_hard(message, said, kind):
    assert came_back(message, **said) == kind
    assert Suppression.objects.exists() == (kind == "hard")


def test_the_fifth_message_that_comes_back_for_the_moment_bars_the_address(message):
    for number in range(bounces.SOFT_LIMIT):
        assert not Suppression.objects.exists()
        each = build.message(
            message.customer, message.campaign, step=f"s{number}", claimed_at=make.days_ago(number)
        )
        for _ in range(2):
            came_back(each, status="5.2.2", words="mailbox full")

    assert Signal.objects.filter(kind="soft").count() == bounces.SOFT_LIMIT
    assert Suppression.objects.get().reason == "bounced"


def test_a_complaint_ends_the_permission_and_bars_the_address(message):
    raw = COMPLAINT.format(kind="abuse", mark=bounces.mark(message.pk, "ann@example.com")).encode()

    assert [bounces.receive(raw) for _ in range(2)] == ["complained", "complained"]

    assert Suppression.objects.get().reason == "complained"
    assert message.customer.consents.get().ended_how == "complaint"
    assert Touchpoint.objects.filter(kind="message.complained").count() == 1
    other = COMPLAINT.format(kind="not-spam", mark=bounces.mark(message.pk, "ann@example.com"))
    assert bounces.receive(other.encode()) == "nothing"


def test_a_forged_or_outdated_bounce_bars_nobody(message):
    other = build.message(make.customer(message.shop), message.campaign)
    forged = bounces.mark(message.pk, "ann@example.com").replace(f"{message.pk}-", f"{other.pk}-")
    assert came_back(message, to=f"bounces+{forged}@shop.example") == "unknown"
    assert came_back(message, to="bounces@shop.example") == "unknown"

    message.customer.email = "new@example.com"
    message.customer.save()
    assert came_back(message) == "unknown"
    assert not Suppression.objects.exists()


def test_servers_that_write_no_reports_are_understood_and_answers_are_not_bounces(message):
    mark = bounces.mark(message.pk, "ann@example.com")
    head = f"To: bounces+{mark}@shop.example\nContent-Type: text/plain\n"

    holiday = head + "Auto-Submitted: auto-replied\n\nUser unknown until Monday. 5.1.1\n"
    assert bounces.receive(holiday.encode()) == "nothing"
    assert bounces.receive((head + "In-Reply-To: <x>\n\nNo such tea!\n").encode()) == "nothing"
    assert bounces.receive((head + "\nHello\n").encode()) == "nothing"
    assert not Suppression.objects.exists()
    assert bounces.receive((head + "\n550 5.1.1 user unknown\n").encode()) == "hard"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"Content-Type: multipart/report; boundary=b\n\n--b\n",
        b"To: \n\n" * 999,
        b"Content-Type: message/delivery-status\n\n\n\nAction: failed\n",
        b"To: " + b"9" * 10**6,
    ],
    ids=["empty", "binary", "cut", "long", "bare", "digits"],
)
def test_no_mail_however_broken_stops_the_reading(raw):
    assert bounces.receive(raw) == "unknown"
    dsn.read(raw)


@pytest.mark.django_db(transaction=True)
def test_the_test_of_the_bounce_path_comes_back(message, mail_catcher, admin_client, settings):
    said = MailSettings.objects.create(shop=message.shop)
    address = "/admin/campaigns/mailsettings/"
    admin_client.post(address, {"action": "try_bounce_path", "_selected_action": [said.pk]})
    said.refresh_from_db()
    assert (said.probe_sent_at is not None, said.probe_seen_at) == (True, None)

    assert bounces.receive(bytes(CaughtMail.objects.get().raw)) == "probe"

    said.refresh_from_db()
    assert said.probe_seen_at is not None
    forged = f"To: bounces+probe-{message.shop.pk}-{'0' * 20}@shop.example\n\n"
    assert bounces.receive(forged.encode()) == "unknown"


class Box(socketserver.StreamRequestHandler):
    """As much of an IMAP server as a reader needs."""

    mails: dict[str, bytes] = {}
    seen: set[str] = set()

    def handle(self):
        self.wfile.write(b"* OK ready\r\n")
        for line in self.rfile:
            tag, verb, *rest = line.decode().split()
            said = " ".join(rest)
            if verb == "CAPABILITY":
                self.wfile.write(b"* CAPABILITY IMAP4rev1\r\n")
            elif said.startswith("SEARCH"):
                new = [uid for uid in self.mails if uid not in self.seen]
                self.wfile.write(f"* SEARCH {' '.join(new)}\r\n".encode())
            elif said.startswith("FETCH"):
                raw = self.mails[rest[1]]
                self.wfile.write(
                    b"* 1 FETCH (UID %s BODY[]<0> {%d}\r\n" % (rest[1].encode(), len(raw))
                )
                self.wfile.write(raw + b")\r\n")
            elif said.startswith("STORE"):
                self.seen.add(rest[1])
            self.wfile.write(f"{tag} OK done\r\n".encode())


def test_a_mailbox_is_read_once(message, settings):
    to = f"bounces+{bounces.mark(message.pk, 'ann@example.com')}@shop.example"
    said = {"action": "failed", "status": "5.1.1", "words": "x", "original": "Subject: x\n"}
    Box.mails = {"7": REPORT.format(to=to, **said).encode(), "9": b"To: x\n\nspam"}
    Box.seen = set()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Box) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.BOUNCE_MAILBOX = (
            f"imap://bounces:p%40ss@127.0.0.1:{server.server_address[1]}/INBOX"
        )

        assert [mailbox.read(), mailbox.read()] == [2, 0]
        server.shutdown()

    assert Suppression.objects.get().address == "ann@example.com"
    settings.BOUNCE_MAILBOX = ""
    assert mailbox.read() == 0


def test_a_mail_server_hands_bounces_over_by_a_command(message):
    assert Message.objects.count() == 1
    done = subprocess.run(
        [sys.executable, "manage.py", "receive_bounce"],
        cwd=ROOT, input=b"To: x\n\n", capture_output=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == b"unknown"
    assert conf.BOUNCE_ADDRESS
