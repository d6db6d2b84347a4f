"""Customers chosen in their list: into a static segment, out of it, to a file, and back again."""

import csv
from contextlib import contextmanager
from io import StringIO

import pytest
from django.db import connection
from django.urls import reverse

from segments import chosen_pages, editing, exporting
from segments.models import Membership, Segment, SegmentEdit, SegmentExport
from shops import files
from shops.models import AuditEntry, Seat
from tests import make

pytestmark = pytest.mark.django_db
LIST = "admin:customers_customer_changelist"


@pytest.fixture
def shop():
    return make.shop()


@pytest.fixture
def marketer(client, shop):
    return make.signed_in(client, shop, "marketer")


@pytest.fixture
def people(shop):
    return [make.customer(shop) for _ in range(3)]


def choose(client, action, people, *, everybody=False, query=""):
    """What the list answers to an action with these customers ticked."""
    said = {"action": action, "_selected_action": [each.pk for each in people]}
    said |= {"select_across": "1"} if everybody else {}
    return client.post(reverse(LIST) + query, said, follow=True)


def confirm(client, kind, page, **said):
    """The form of that page, sent off."""
    chosen = page.context["chosen"]
    known = {"shop": chosen.shop.pk, "customers": chosen.written}
    known |= {"everybody": "yes"} if chosen.customers is None else {}
    return client.post(reverse("admin:segments_chosen", args=[kind]), {**known, **said},
                       follow=True)  # fmt: skip


def members(segment):
    open_now = Membership.objects.filter(segment=segment, left_at=None)
    return set(open_now.values_list("customer", flat=True))


def static(shop, *people, **more):
    made = Segment.objects.create(shop=shop, name="Fair", key="fair", kind="static", **more)
    editing.ask(made, "add", [each.pk for each in people], by=make.user())
    made.refresh_from_db()
    return made


def test_chosen_customers_come_into_a_new_segment_and_back_out(marketer, shop, people):
    page = choose(marketer, "add_to_segment", people[:2])
    assert "2 customers" in page.content.decode()

    told = confirm(marketer, "add", page, name="Fair guests")

    segment = Segment.objects.get(shop=shop)
    assert (segment.kind, segment.key, segment.member_count) == ("static", "fair-guests", 2)
    assert members(segment) == {each.pk for each in people[:2]}
    assert "2 customers were added" in told.content.decode()
    trail = AuditEntry.objects.filter(shop=shop).latest("number")
    assert (trail.changes, trail.target) == ({"add": [0, 2]}, f"segments.segment {segment.pk}")

    undo = reverse("admin:segments_edit_undo", args=[SegmentEdit.objects.get().pk])
    for _twice in range(2):
        marketer.post(undo)
        segment.refresh_from_db()
        assert (members(segment), segment.member_count) == (set(), 0)


def test_undo_moves_only_whom_the_edit_moved(marketer, shop, people):
    segment = static(shop, people[0])
    page = choose(marketer, "add_to_segment", people)
    confirm(marketer, "add", page, segment=segment.pk)
    assert len(members(segment)) == 3

    marketer.post(reverse("admin:segments_edit_undo", args=[SegmentEdit.objects.latest("pk").pk]))

    assert members(segment) == {people[0].pk}


def test_customers_leave_a_segment_and_come_back(marketer, shop, people):
    segment = static(shop, *people[:2])

    confirm(marketer, "remove", choose(marketer, "remove_from_segment", people),
            segment=segment.pk)  # fmt: skip
    segment.refresh_from_db()
    assert (members(segment), segment.member_count) == (set(), 0)

    marketer.post(reverse("admin:segments_edit_undo", args=[SegmentEdit.objects.latest("pk").pk]))
    segment.refresh_from_db()
    assert (len(members(segment)), segment.member_count) == (2, 2)


def test_many_are_moved_in_the_background_stretch_by_stretch(
    marketer, shop, people, monkeypatch
):  # fmt: skip
    monkeypatch.setattr(editing, "STRETCH", 2)
    segment = static(shop)
    stranger = make.customer(make.shop())
    page = choose(marketer, "add_to_segment", people[:1], everybody=True)
    confirm(marketer, "add", page, segment=segment.pk)
    assert members(segment) == set()

    assert editing.step()
    assert len(members(segment)) == 2  # a worker that dies here has done these
    page = marketer.get(reverse("admin:segments_segment_members", args=[segment.pk]))
    assert "2 of 3" in page.content.decode()
    editing.run_due()

    assert members(segment) == {each.pk for each in people}
    assert stranger.pk not in members(segment)
    assert SegmentEdit.objects.latest("pk").moved == 3


def test_a_search_chooses_whom_it_finds(marketer, shop, people):
    bob = make.customer(shop, email="bob@example.com")

    page = choose(marketer, "add_to_segment", [bob], everybody=True, query="?q=bob%40")

    assert page.context["chosen"].customers == [bob.pk]


def test_too_many_to_name_are_not_taken_for_everybody(marketer, shop, people, monkeypatch):
    monkeypatch.setattr(chosen_pages, "MOST_BY_ID", 1)
    for _ in range(2):
        make.customer(shop, country="France")

    page = choose(marketer, "add_to_segment", people, everybody=True, query="?country=France")
    assert "not everybody" in page.content.decode()
    page = choose(marketer, "add_to_segment", people, everybody=True)
    assert page.context["chosen"].customers is None


def test_who_may_only_read_chooses_nobody(client, shop, people):
    analyst = make.signed_in(client, shop, "analyst")
    shown = analyst.get(reverse(LIST)).content.decode()
    assert "add_to_segment" not in shown
    assert "export_chosen" not in shown

    segment = static(shop)
    for kind in ("add", "remove", "export"):
        said = {"shop": shop.pk, "customers": people[0].pk, "segment": segment.pk, "format": "csv"}
        refused = analyst.post(reverse("admin:segments_chosen", args=[kind]), said)
        assert refused.status_code == 403
    assert (members(segment), SegmentExport.objects.count()) == (set(), 0)


def test_customers_and_segments_of_others_stay_out_of_reach(marketer, shop, people):
    other = make.shop()
    theirs, target = make.customer(other), static(other)
    said = {"shop": shop.pk, "customers": f"{theirs.pk},{people[0].pk}", "name": "Mine"}
    marketer.post(reverse("admin:segments_chosen", args=["add"]), said)
    assert members(Segment.objects.get(name="Mine")) == {people[0].pk}

    marketer.post(reverse("admin:segments_chosen", args=["add"]), {**said, "segment": target.pk})
    assert members(target) == set()
    edit = editing.ask(target, "add", [theirs.pk], by=make.user())
    answer = marketer.post(reverse("admin:segments_edit_undo", args=[edit.pk]))
    assert (answer.status_code, members(target)) == (404, {theirs.pk})


def test_one_shop_at_a_time(client, shop, people):
    other = make.shop()
    make.signed_in(client, shop, "owner")
    Seat.objects.create(shop=other, user=Seat.objects.get(shop=shop).user, role="owner")

    page = choose(client, "add_to_segment", [people[0], make.customer(other)])

    assert "several shops" in page.content.decode()


def test_chosen_customers_are_exported(marketer, shop, people):
    make.profile(people[0], order_count=2)
    told = confirm(marketer, "export", choose(marketer, "export_chosen", people[:2]), format="csv")
    assert told.status_code == 200
    exporting.run_waiting()

    export = SegmentExport.objects.get()
    assert export.file
    assert (export.status, export.rows_done) == ("done", 2)
    page = marketer.get(reverse("admin:segments_exports_of_chosen")).content.decode()
    assert "Download 2 rows" in page
    found = list(csv.DictReader(StringIO(b"".join(files.read(export.file)).decode())))
    assert [row["customer_id"] for row in found] == [each.external_id for each in people[:2]]
    assert found[0]["orders"] == "2"
    assert "in_segment_since" not in found[0]


@pytest.mark.django_db(transaction=True)
def test_an_undo_stops_what_is_under_way(marketer, shop, people, monkeypatch):
    monkeypatch.setattr(editing, "STRETCH", 2)
    segment = static(shop)
    edit = editing.ask(segment, "add", None, by=make.user())
    editing.step()

    editing.undo(edit, by=make.user())
    editing.run_due()

    assert members(segment) == set()
    assert not SegmentEdit.objects.filter(finished_at=None).exists()


def test_a_fault_in_the_background_is_told_and_the_edit_goes_on_or_is_undone(
    marketer, shop, people, monkeypatch
):  # fmt: skip
    monkeypatch.setattr(editing, "STRETCH", 2)
    segment = static(shop)
    edit = editing.ask(segment, "add", None, by=make.user())
    with full(at=people[2]):
        editing.run_due()

    assert members(segment) == {each.pk for each in people[:2]}
    at = reverse("admin:segments_segment_members", args=[segment.pk])
    page = marketer.get(at).content.decode()
    assert "stopped after 2 of 3 customers" in page
    assert "is_full" in page
    overview = marketer.get(reverse("admin:index")).content.decode()
    assert "Changes of segments that stopped: 1" in overview
    assert at in overview

    marketer.post(reverse("admin:segments_edit_go_on", args=[edit.pk]))
    editing.run_due()
    assert members(segment) == {each.pk for each in people}
    assert "stopped after" not in marketer.get(at).content.decode()
    assert "that stopped" not in marketer.get(reverse("admin:index")).content.decode()


def test_an_edit_that_a_fault_stopped_can_be_undone(marketer, shop, people, monkeypatch):
    monkeypatch.setattr(editing, "STRETCH", 2)
    segment = static(shop)
    edit = editing.ask(segment, "add", None, by=make.user())
    with full(at=people[2]):
        editing.run_due()

    marketer.post(reverse("admin:segments_edit_undo", args=[edit.pk]))
    editing.run_due()

    assert members(segment) == set()
    assert editing.latest(segment) is None


@contextmanager
def full(*, at):
    """The table takes this customer's memberships no more."""
    table, name = "segments_membership", "is_full"
    with connection.cursor() as cursor:
        cursor.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK (customer_id <> {at.pk}) NOT VALID"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
