"""Signatures that a receiver believes, and what is said of a sending domain's records."""

import dkim as reference  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from campaigns import dkim, letters, mail_dns, mime
from campaigns.models import MailSettings
from config import health
from tests import make
from tests.campaigns import build
from tests.campaigns.test_mime import AWKWARD, WORDS, letter

PRIVATE, PUBLIC = dkim.new_key()


def believed(mail, public=PUBLIC):
    def ask(name, timeout=5):
        assert name == b"waymark._domainkey.tea.example."
        return dkim.record(public).encode()

    return reference.verify(mail, dnsfunc=ask)


def signed(mail):
    return dkim.signed(mail, domain="tea.example", selector="waymark", key=PRIVATE)


@given(name=WORDS | AWKWARD, subject=WORDS | AWKWARD)
@hypothesis_settings(max_examples=60, deadline=None)
def test_a_receiver_believes_any_mail_of_ours(name, subject):
    mail = mime.compose(
        letter(name, subject=subject.replace("{", ""), html="<p>{{ customer.first_name }}</p>")
    )

    assert believed(signed(mail))


def test_a_receiver_believes_no_changed_mail():
    mail = signed(mime.compose(letter()))

    assert not believed(mail.replace(b"Subject: S", b"Subject: T"))
    assert not believed(mail.replace(b"\r\nH", b"\r\nI"))
    assert not believed(mail, dkim.new_key()[1])


def dns(known):
    """A resolver that knows these."""
    return lambda name, kind: known.get((name, kind), [])


GOOD = {
    ("back.tea.example", "TXT"): ["google-site-verification=x", "v=spf1 include:mail.example -all"],
    ("mail.example", "TXT"): ["v=spf1 ip4:192.0.2.1 -all"],
    ("waymark._domainkey.tea.example", "TXT"): [dkim.record(PUBLIC)],
    ("_dmarc.tea.example", "TXT"): ["v=DMARC1; p=quarantine"],
    ("back.tea.example", "MX"): ["10 mail.example."],
}


@pytest.fixture
def said(db):
    shop = build.shop(from_email="hello@tea.example")
    return MailSettings.objects.create(shop=shop, return_path="b@back.tea.example")


def checks(said, changes=None):
    found = mail_dns.check(said.shop, dns(GOOD | (changes or {})))
    return {each.what: each for each in found}


def test_a_domain_in_order_is_said_to_be(said):
    assert {name: each.well for name, each in checks(said).items()} == {
        "SPF": True,
        "DKIM": True,
        "DMARC": True,
        "MX": True,
    }


@pytest.mark.parametrize(
    ("what", "key", "rows", "wanted"),
    [
        ("SPF", ("back.tea.example", "TXT"), [], "v=spf1 a:"),
        ("SPF", ("back.tea.example", "TXT"), ["v=spf1 -all", "v=spf1 ~all"], ""),
        ("SPF", ("back.tea.example", "TXT"), ["v=spf1 +all"], ""),
        ("SPF", ("mail.example", "TXT"), ["v=spf1 " + "a:x.example " * 11], ""),
        ("SPF", ("mail.example", "TXT"), ["v=spf1 include:mail.example " + "mx " * 11], ""),
        ("DKIM", ("waymark._domainkey.tea.example", "TXT"), [], ""),
        ("DMARC", ("_dmarc.tea.example", "TXT"), [], "v=DMARC1; p=none"),
        ("DMARC", ("_dmarc.tea.example", "TXT"), ["v=DMARC1; q=x"], ""),
        ("MX", ("back.tea.example", "MX"), [], ""),
    ],
)
def test_what_is_missing_or_wrong_is_said_with_the_record_to_add(said, what, key, rows, wanted):
    found = checks(said, {key: rows})

    assert not found[what].well
    assert found[what].advice
    assert found[what].wanted.startswith(wanted)
    assert [name for name, each in found.items() if not each.well] == [what]


def test_mails_are_signed_from_the_moment_that_the_keys_record_is_seen(said):
    mail_dns.make_key(said)
    key = said.dkim_public
    mail_dns.make_key(said)
    assert said.dkim_public == key
    build.campaign(said.shop)
    message = build.message(make.customer(said.shop))
    mail_dns.look(said, dns(GOOD))  # another key's record
    assert b"DKIM-Signature" not in mime.compose(letters.read([message.pk])[0])

    right = {("waymark._domainkey.tea.example", "TXT"): [dkim.record(key)]}
    mail_dns.look(said, dns(GOOD | right))

    assert believed(mime.compose(letters.read([message.pk])[0]), key)


def test_a_dns_that_does_not_answer_is_no_fault_of_the_record(said):
    def away(name, kind):
        raise mail_dns.NoAnswer(f"{name}: timeout")

    found = mail_dns.check(said.shop, away)

    assert [each.well for each in found] == [False] * 4
    assert "timeout" in found[0].found


def test_the_page_and_the_doctor_show_what_to_add(said, admin_client, monkeypatch, settings):
    monkeypatch.setattr(mail_dns, "lookup", dns({}))
    page = f"/admin/campaigns/mailsettings/{said.pk}/domain/"

    address = admin_client.get(f"/admin/campaigns/mailsettings/{said.pk}/change/")
    assert "Check the sending domain" in address.content.decode()
    answer = admin_client.post(page, {"do": "key"})

    said.refresh_from_db()
    assert dkim.record(said.dkim_public) in answer.content.decode()
    settings.EMAIL_IS_CAUGHT = True
    assert health.mail_domains() == []
    settings.EMAIL_IS_CAUGHT = False
    (finding,) = health.mail_domains()
    assert not finding.well
    assert "SPF (back.tea.example)" in finding.said
