"""Everything that is written leaves a line, nobody changes a line, and a change would be found."""

import json
from io import StringIO

import pytest
from django.contrib import admin
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from customers.models import Suppression
from segments.models import Segment
from shops import audit, keys
from shops.audit import Actor
from shops.models import ApiKey, AuditEntry, Endpoint, Seat
from tests import make

pytestmark = pytest.mark.django_db
RULE = {"field": "facts.order_count", "op": ">=", "value": 2}


@pytest.fixture
def shop():
    return make.shop()


@pytest.fixture
def owner(client, shop):
    user = make.user(username="ann")
    Seat.objects.create(shop=shop, user=user, role="owner")
    client.force_login(user)
    return client


def trail(shop, action=""):
    found = AuditEntry.objects.filter(shop=shop, action__startswith=action).order_by("number")
    return list(found)


def test_a_change_is_told_with_what_was_there_before_and_from_where(owner, shop):
    segment = Segment.objects.create(shop=shop, name="Two", key="two", rule=RULE)
    form = {"shop": shop.pk, "name": "Twice", "key": "two", "rule": json.dumps(RULE)}

    owner.post(reverse("admin:segments_segment_change", args=[segment.pk]), form,
               headers={"user-agent": "Firefox"})  # fmt: skip

    [told] = trail(shop, "segments_segment_change")
    assert (told.who, told.target) == ("ann", f"segments.segment {segment.pk}")
    assert told.changes["name"] == ["Two", "Twice"]
    assert (told.ip, told.agent) == ("127.0.0.1", "Firefox")


def test_what_is_added_acted_on_and_deleted_is_told_once_each(owner, shop):
    tell = {"shop": shop.pk, "url": "https://93.184.216.34/", "events": ["order.placed"],
            "concurrency": 1}  # fmt: skip
    owner.post(reverse("admin:shops_endpoint_add"), tell)
    endpoint = Endpoint.objects.get(shop=shop)
    listed = reverse("admin:shops_endpoint_changelist")
    chosen = {"_selected_action": [endpoint.pk]}
    owner.post(listed, {"action": "pause", **chosen})
    owner.post(listed, {"action": "delete_selected", **chosen})  # asks first
    owner.post(listed, {"action": "delete_selected", "post": "yes", **chosen})

    assert not Endpoint.objects.exists()
    assert [(e.action, e.target) for e in trail(shop)[1:]] == [
        ("shops_endpoint_add", f"shops.endpoint {endpoint.pk}"),
        ("pause", f"shops.endpoint {endpoint.pk}"),
        ("delete_selected", f"shops.endpoint {endpoint.pk}"),
    ]


def test_pages_of_their_own_are_told_too_for_the_shop_they_write_to(owner, shop):
    ann, other = make.customer(shop), make.shop()
    Seat.objects.create(shop=other, user=Seat.objects.get().user, role="owner")

    owner.post(reverse("admin:customers_customer_add_note", args=[ann.pk]), {"text": "Called"})
    owner.get(reverse("admin:customers_customer_change", args=[ann.pk]))
    owner.post(reverse("admin:segments_rule_look"), {"shop": shop.pk, "rule": json.dumps(RULE)})

    assert trail(other)[1:] == []
    [told] = trail(shop, "customers_customer_add_note")
    assert told.target == f"customers.customer {ann.pk}"
    assert len(trail(shop)) == 2  # with the sign-in


def test_neither_a_secret_nor_a_person_stands_in_it(owner, shop):
    owner.post(reverse("admin:shops_shop_connected", args=[shop.pk]), {"secret": "s3cr3t-of-ours"})
    told = {"shop": shop.pk, "channel": "email", "address": "zoe@example.org", "reason": "asked"}
    owner.post(reverse("admin:customers_suppression_add"), told)

    assert Suppression.objects.filter(address="zoe@example.org").exists()
    entries = json.dumps([entry.changes for entry in trail(shop)])
    assert len(trail(shop)) == 3
    assert "s3cr3t" not in entries
    assert "zoe@" not in entries


def test_the_api_is_told_in_the_transaction_of_its_work(client, shop):
    key = ApiKey(shop=shop, name="Till", scopes=["write:suppressions", "write:customers"])
    secret = keys.issue(key)
    send = {"content_type": "application/json", "headers": {"authorization": f"Bearer {secret}"}}

    done = client.put("/api/v1/customers/77", {"email": "zoe@example.org"}, **send)
    refused = client.put("/api/v1/customers/77", {"no such field": 1}, **send)

    assert (done.status_code < 300, refused.status_code >= 400) == (True, True)
    [told] = trail(shop)
    assert (told.who, told.target) == (f"key {key.prefix}…", "77")
    assert "zoe@" not in json.dumps(told.changes)


def test_signing_in_out_and_guessing_are_told(client, shop):
    user = make.user(username="ann", password="secret-pass-1")
    Seat.objects.create(shop=shop, user=user, role="analyst")
    door = reverse("admin:login")
    client.post(door, {"username": "ann", "password": "a guess"})
    client.post(door, {"username": "ann", "password": "secret-pass-1"})
    client.post(reverse("admin:logout"))

    assert [e.action for e in trail(shop)] == ["signed in", "signed out"]
    [guess] = trail(None)
    assert (guess.action, guess.who, guess.changes) == ("sign-in refused", "ann", {})


def test_an_owner_reads_the_trail_of_the_own_shop_only(owner, shop):
    audit.record(make.shop().pk, Actor("eve of next door"), "looked")
    page = owner.get(reverse("admin:shops_auditentry_changelist"), {"q": "signed"})
    assert [e.who for e in page.context["cl"].result_list] == ["ann"]
    shown = owner.get(reverse("admin:shops_auditentry_changelist")).content.decode()
    assert "eve of next door" not in shown


def test_the_database_refuses_to_change_or_delete_an_entry(shop):
    entry = audit.record(shop.pk, Actor("ann"), "looked")
    for change in (lambda: AuditEntry.objects.update(who="eve"), entry.delete):
        with pytest.raises(DatabaseError, match="only ever added to"), transaction.atomic():
            change()


def tampered(statement, *values):
    """What somebody could do who owns the database."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE shops_auditentry DISABLE TRIGGER audit_is_append_only")
        cursor.execute(statement, values)
        cursor.execute("ALTER TABLE shops_auditentry ENABLE TRIGGER audit_is_append_only")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE shops_auditentry SET who = 'eve' WHERE number = 2", "entry 2 was changed"),
        ("UPDATE shops_auditentry SET ip = '10.0.0.1' WHERE number = 2", "entry 2 was changed"),
        ("DELETE FROM shops_auditentry WHERE number = 2", "2 to 2 are missing"),
        ("DELETE FROM shops_auditentry WHERE number = 3", "cut off"),
        ("DELETE FROM shops_audithead", "head is missing"),
    ],
)
def test_whatever_was_changed_all_the_same_is_found(shop, settings, change, words):
    for number in (1, 2, 3):
        audit.record(shop.pk, Actor("ann", "127.0.0.1"), "counted", str(number), {"n": [0, number]})
    said = StringIO()
    call_command("verify_audit", stdout=said)
    assert f"shop {shop.pk}: 3 " in said.getvalue()
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "the next one"
    assert list(audit.faults(shop.pk)) == []

    tampered(change)

    assert any(words in fault for fault in audit.faults(shop.pk))
    with pytest.raises(CommandError, match="changed the audit trail"):
        call_command("verify_audit", stdout=StringIO())


def test_every_page_that_writes_is_under_the_eyes_of_the_trail():
    """No admin of ours goes round the two hooks that tell what changed."""
    for page in admin.site._registry.values():
        for hook in ("log_deletions", "construct_change_message"):
            assert getattr(type(page), hook).__module__.startswith(("shops.console", "django."))
