"""A customer's page: the history page by page, figures with their sources, proofs and notes."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.urls import reverse

from customers import facts, permissions_page, profile_page, timeline
from customers.models import Note
from shops.connectors.base import ConsentFact
from tests import make

pytestmark = pytest.mark.django_db
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=3)


@pytest.fixture
def shop():
    return make.shop()


@pytest.fixture
def ann(shop):
    return make.customer(shop)


@pytest.fixture
def owner(client):
    client.force_login(make.user(is_superuser=True))
    return client


def staff(client, shop, *permissions):
    """Signs somebody in who may do only this much, for this shop."""
    user = make.user()
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    shop.staff.add(user)
    client.force_login(user)
    return client


def page_of(name, customer, *more):
    return reverse(f"admin:customers_customer_{name}", args=[customer.pk, *more])


def read(customer, **query):
    return timeline.page(customer, timeline.read(query))


def follow(customer, **query):
    """Every row, page by page, as the links lead."""
    rows = []
    while True:
        shown = read(customer, **query)
        rows += shown.rows
        if not shown.older:
            return rows
        older = dict(part.split("=", 1) for part in shown.older.split("&"))
        query["before"] = (
            older["before"].replace("%3A", ":").replace("%2B", "+").replace("%7E", "~")
        )


def test_every_touchpoint_is_shown_once_though_many_have_the_same_time(ann):
    made = [
        make.touchpoint(ann, occurred_at=NOON - timedelta(minutes=number // 25))
        for number in range(timeline.PAGE_ROWS * 2 + 5)
    ]
    followed = follow(ann)
    assert len(followed) == len(made)
    assert {row.pk for row in followed} == {row.pk for row in made}
    assert followed == sorted(followed, key=lambda t: (t.occurred_at, t.pk), reverse=True)


def test_it_is_narrowed_by_kind_source_and_day(ann):
    order = make.touchpoint(ann, kind="order.placed", source="order:1", occurred_at=NOON)
    make.touchpoint(ann, kind="cart.updated", source="cart:1", occurred_at=NOON)
    make.touchpoint(ann, kind="order.placed", source="order:2", occurred_at=make.days_ago(30))
    day = NOON.date().isoformat()

    assert read(ann, kind="order.placed", since=day, until=day).rows == [order]
    assert read(ann, source="order", since=day).rows == [order]
    assert read(ann, source="ord").rows == []
    assert read(ann, since=(NOON + timedelta(days=1)).date().isoformat()).rows == []
    assert set(read(ann, kind="review.written").kinds) == {
        "order.placed", "cart.updated", "review.written",
    }  # fmt: skip


def test_a_day_is_the_shops_day():
    shop = make.shop(timezone="Asia/Shanghai")
    ann = make.customer(shop)
    late = NOON.replace(hour=20)  # the next morning in Shanghai
    make.touchpoint(ann, occurred_at=late)
    assert read(ann, until=late.date().isoformat()).rows == []
    assert len(read(ann, since=(late + timedelta(days=1)).date().isoformat()).rows) == 1


@pytest.mark.parametrize(
    "query",
    [
        {"before": "x"}, {"before": "2026-01-01T00:00:00~1"}, {"before": f"~{'9' * 30}"},
        {"before": "2026-13-01T00:00:00Z~1"}, {"since": "2026-02-31"}, {"until": "9999-12-31"},
        {"since": "0001-01-01"},
    ],
)  # fmt: skip
def test_a_query_that_cannot_be_read_asks_for_nothing(ann, query):
    row = make.touchpoint(ann)
    assert read(ann, **query).rows == [row]


def test_the_part_is_fetched_alone_and_stands_on_a_page_of_its_own(owner, ann):
    make.touchpoint(ann, kind="cart.updated")
    address = page_of("timeline", ann)
    part = owner.get(address, {"kind": "cart.updated"}, headers={"X-Part": "1"}).content.decode()
    assert "Updated a cart" in part
    assert "<html" not in part
    assert "<html" in owner.get(address).content.decode()


def test_nobody_reads_the_history_of_another_shop(client, shop, ann):
    make.touchpoint(ann)
    staff(client, make.shop(), "view_customer")
    assert client.get(page_of("timeline", ann)).status_code == 404


def test_every_figure_says_how_it_is_computed(ann):
    make.profile(ann, order_count=3, revenue_cents=123456, returned_fraction=0.25)
    sheet = profile_page.sheet(ann)
    figures = {figure.name: figure for group in sheet.groups for figure in group.figures}
    shown = {f.path for f in settings.PROFILE_FEATURES}
    assert set(figures) == shown > {"facts.order_count", "opinions.praised"}
    assert all(figure.how and figure.unit and figure.label for figure in figures.values())
    assert figures["facts.revenue_cents"].value == "€1,234.56"
    assert "cents" not in figures["facts.revenue_cents"].label
    assert figures["facts.returned_fraction"].value == "25.0 %"
    assert sheet.changed_at
    assert profile_page.sheet(make.customer(ann.shop)).groups == []


def test_the_proof_of_a_consent_is_shown_without_the_whole_address(shop, ann, owner):
    said = ConsentFact(
        ann.external_id, "email", given=True, occurred_at=NOON, how="checkout",
        proof={"wording": "Yes, write to me", "ip": "203.0.113.77", "page": "/checkout"},
    )  # fmt: skip
    facts.store(shop, [said])
    (permission,) = permissions_page.permissions(ann)
    assert permission.is_open
    assert (permission.channel, permission.since) == ("email", NOON)
    page = owner.get(page_of("change", ann)).content.decode()
    assert "Yes, write to me" in page
    assert "203.0.113.•••" in page
    assert "203.0.113.77" not in page


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("198.51.100.7", "198.51.100.•••"),
        ("2001:db8:aa:bb::1", "2001:0db8:00aa:•••"),
        ("not an address", "•••"),
    ],
)
def test_a_network_address_is_shown_in_part(address, shown):
    assert permissions_page.masked(address) == shown


def test_a_withdrawal_and_a_suppression_are_shown(shop, ann):
    facts.store(shop, [
        ConsentFact(ann.external_id, "email", given=True, occurred_at=NOON, how="shop"),
        ConsentFact(ann.external_id, "email", given=False, occurred_at=NOON + timedelta(hours=1),
                    how="preference page"),
    ])  # fmt: skip
    shop.suppression_set.create(channel="email", address=ann.email, reason="bounced")
    (permission,) = permissions_page.permissions(ann)
    assert not permission.is_open
    assert permission.suppressed == "bounced"
    assert [said.given for said in permission.said] == [False, True]


def test_a_note_is_kept_with_its_author_and_taken_away(owner, ann):
    owner.post(page_of("add_note", ann), {"text": " Called about <b>size</b> 42 "})
    note = Note.objects.get(customer=ann)
    assert note.text == "Called about <b>size</b> 42"
    assert note.author
    assert note.author_name == note.author.username
    assert "&lt;b&gt;size" in owner.get(page_of("change", ann)).content.decode()

    owner.post(page_of("remove_note", ann, note.pk))
    owner.post(page_of("remove_note", ann, note.pk))
    assert not Note.objects.filter(customer=ann).exists()


@pytest.mark.parametrize("text", ["  ", "x" * 4001])
def test_an_empty_or_endless_note_is_refused_with_a_reason(owner, ann, text):
    page = owner.post(page_of("add_note", ann), {"text": text}, follow=True)
    assert list(page.context["messages"])
    assert not Note.objects.exists()


def test_notes_need_their_permissions_and_a_post(client, shop, ann):
    staff(client, shop, "view_customer")
    assert client.post(page_of("add_note", ann), {"text": "x"}).status_code == 403
    note = Note.objects.create(shop=shop, customer=ann, author_name="b", text="x")
    assert client.post(page_of("remove_note", ann, note.pk)).status_code == 403
    staff(client, shop, "view_customer", "add_note", "delete_note")
    assert client.get(page_of("add_note", ann)).status_code == 405
    assert client.post(page_of("add_note", ann), {"text": "x"}).status_code == 302


def test_a_note_of_another_customer_is_not_taken_away(owner, shop, ann):
    note = Note.objects.create(shop=shop, customer=make.customer(shop), author_name="b", text="x")
    owner.post(page_of("remove_note", ann, note.pk))
    assert Note.objects.filter(pk=note.pk).exists()
