"""A segment as a file: whole, in the background, for who asked, for a day, without formulas."""

import csv
import json
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils.timezone import now
from openpyxl import load_workbook

from customers import consent, merging
from segments import exporting, fixed
from segments.export_models import SegmentExport
from segments.models import Segment
from shops import files
from shops.models import StoredFile
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return make.shop()


@pytest.fixture
def user(shop):
    made = make.user()
    shop.staff.add(made)
    return made


def filled(shop, *customers):
    segment = Segment.objects.create(shop=shop, name="Fair", key="fair", kind="static")
    fixed.add(segment, [customer.pk for customer in customers])
    segment.refresh_from_db()
    return segment


def made(segment, user, format="csv", *, personal=True):
    export = exporting.ask(segment, format=format, by=user, personal=personal)
    assert exporting.run_waiting()
    assert not exporting.run_waiting()
    export.refresh_from_db()
    return export


def content(export):
    return b"".join(files.read(export.file))


def rows(export):
    found = content(export)
    if export.format == "xlsx":
        sheet = load_workbook(BytesIO(found)).active
        names, *lines = sheet.iter_rows(values_only=True)
        return [dict(zip(names, line, strict=True)) for line in lines]
    if export.format == "jsonl":
        return [json.loads(line) for line in found.decode().splitlines()]
    return list(csv.DictReader(StringIO(found.decode())))


@pytest.mark.parametrize("format", exporting.FORMATS)
def test_every_member_is_in_the_file_once(shop, user, monkeypatch, format):
    monkeypatch.setattr(exporting, "STRETCH", 2)
    people = [make.customer(shop) for _ in range(5)]
    make.profile(people[0], order_count=3, revenue_cents=4_905)
    consent.give(people[0], channel="email", how="test")
    make.customer(shop)  # no member
    export = made(filled(shop, *people), user, format)
    assert (export.status, export.rows_done, export.row_count) == ("done", 5, 5)
    found = rows(export)
    assert [str(row["customer_id"]) for row in found] == [p.external_id for p in people]
    assert [row["email"] for row in found] == [p.email for p in people]
    assert (str(found[0]["orders"]), str(found[0]["revenue"])) == ("3", "49.05")
    assert [row["allows_email"] for row in found] == ["yes", "no", "no", "no", "no"]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_a_name_that_is_a_formula_is_written_as_text(shop, user, format):
    evil = make.customer(shop, first_name="=HYPERLINK(1)", last_name="@SUM(1)", phone="+49123")
    (row,) = rows(made(filled(shop, evil), user, format))
    assert (row["first_name"], row["last_name"]) == ("'=HYPERLINK(1)", "'@SUM(1)")
    assert row["phone"] == "+49123"


@pytest.mark.parametrize("format", exporting.FORMATS)
def test_a_name_with_a_control_character_stops_no_export(shop, user, format):
    odd = make.customer(shop, first_name="An\x0bn\x1f", last_name="Lee\tRay")
    (row,) = rows(made(filled(shop, odd), user, format))
    assert (row["first_name"].replace("\x0b", "").replace("\x1f", ""), row["last_name"]) == (
        "Ann", "Lee\tRay",
    )  # fmt: skip


def test_without_the_permission_nobody_is_named(shop, user):
    ann = make.customer(shop)
    (row,) = rows(made(filled(shop, ann), user, personal=False))
    assert row["customer_id"] == ann.external_id
    assert not {"email", "phone", "first_name", "last_name"} & set(row)


def test_who_was_merged_or_left_is_not_in_it(shop, user):
    ann, bob, cat = (make.customer(shop) for _ in range(3))
    segment = filled(shop, ann, bob, cat)
    merging.merge(ann, bob, cause="c", how="test")
    segment.memberships.filter(customer=cat).update(left_at=now())
    assert [row["customer_id"] for row in rows(made(segment, user))] == [ann.external_id]


def test_killed_it_is_written_anew_and_stored_once(shop, user, monkeypatch):
    monkeypatch.setattr(exporting, "STRETCH", 1)
    segment = filled(shop, make.customer(shop), make.customer(shop))
    export = exporting.ask(segment, format="csv", by=user, personal=True)
    went_on = exporting._went_on

    def die(export, count):
        went_on(export, count)
        raise KeyboardInterrupt

    monkeypatch.setattr(exporting, "_went_on", die)
    with pytest.raises(KeyboardInterrupt):
        exporting.run_waiting()
    monkeypatch.setattr(exporting, "_went_on", went_on)
    assert not exporting.run_waiting()  # the lease of the dead one holds
    assert not StoredFile.objects.exists()

    SegmentExport.objects.update(busy_until=now() - timedelta(seconds=1))
    assert exporting.run_waiting()
    export.refresh_from_db()
    assert (export.status, len(rows(export)), StoredFile.objects.count()) == ("done", 2, 1)


def test_cancelled_it_leaves_no_file(shop, user, monkeypatch):
    monkeypatch.setattr(exporting, "STRETCH", 1)
    export = exporting.ask(
        filled(shop, make.customer(shop), make.customer(shop)), format="csv", by=user, personal=True
    )
    went_on = exporting._went_on
    monkeypatch.setattr(
        exporting, "_went_on", lambda e, n: (exporting.cancel(export), went_on(e, n))
    )
    assert exporting.run_waiting()
    export.refresh_from_db()
    assert (export.status, export.file) == ("cancelled", None)


def test_a_sheet_with_too_many_rows_is_refused(shop, user):
    segment = filled(shop)
    segment.member_count = exporting.MOST_IN_A_SHEET + 1
    with pytest.raises(exporting.ExportFault):
        exporting.ask(segment, format="xlsx", by=user, personal=True)


# -- the pages


def sign_in(client, user, *permissions):
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(type(user).objects.get(pk=user.pk))


def address(export):
    return reverse("admin:segments_export_file", args=[exporting.link(export)])


def test_from_the_button_to_the_file(client, shop, user):
    segment = filled(shop, make.customer(shop))
    sign_in(client, user, "view_segment", "export_segment", "see_personal_data")
    page = reverse("admin:segments_segment_export", args=[segment.pk])
    client.post(page, {"format": "csv"})
    assert "data-again" in client.get(page, headers={"X-Part": "1"}).content.decode()
    exporting.run_waiting()
    export = SegmentExport.objects.get()
    assert export.personal
    shown = client.get(page, headers={"X-Part": "1"}).content.decode()
    assert "data-again" not in shown
    answer = client.get(address(export))
    assert b"".join(answer.streaming_content) == content(export)
    assert "fair-" in answer["Content-Disposition"]


def test_the_link_alone_opens_nothing(client, shop, user):
    export = made(filled(shop, make.customer(shop)), user)
    link = address(export)
    assert client.get(link).status_code == 302  # to sign in
    other = make.user()
    shop.staff.add(other)
    rights = ("view_segment", "export_segment", "see_personal_data")
    sign_in(client, other, *rights)
    assert client.get(link).status_code == 404  # somebody else's
    sign_in(client, user, "view_segment", "export_segment")
    assert client.get(link).status_code == 403  # may no longer see personal data
    sign_in(client, user, "view_segment")
    assert client.get(link).status_code == 403
    sign_in(client, user, *rights)
    assert client.get(link).status_code == 200
    assert client.get(link.replace("/exports/", "/exports/1")).status_code == 404
    shop.staff.remove(user)
    assert client.get(link).status_code == 404


def test_after_a_day_link_and_file_are_gone(client, shop, user, monkeypatch):
    export = made(filled(shop, make.customer(shop)), user)
    sign_in(client, user, "view_segment", "export_segment", "see_personal_data")
    link = address(export)
    monkeypatch.setattr(exporting, "KEPT", timedelta(seconds=-1))
    assert client.get(link).status_code == 404
    monkeypatch.undo()
    assert client.get(link).status_code == 200

    StoredFile.objects.update(expires_at=now() - timedelta(seconds=1))
    files.remove_expired()
    assert client.get(link).status_code == 404
    export.refresh_from_db()
    assert export.file is None


def test_exports_need_their_permission_and_a_post(client, shop, user):
    segment = filled(shop, make.customer(shop))
    page = reverse("admin:segments_segment_export", args=[segment.pk])
    sign_in(client, user, "view_segment")
    assert client.post(page, {"format": "csv"}).status_code == 403
    sign_in(client, user, "view_segment", "export_segment")
    client.post(page, {"format": "exe"})
    assert not SegmentExport.objects.exists()
    client.post(page, {"format": "csv"})
    export = SegmentExport.objects.get()
    assert not export.personal
    cancel = reverse("admin:segments_export_cancel", args=[export.pk])
    assert client.get(cancel).status_code == 405
    assert client.post(cancel).status_code == 302
    stranger = make.user()
    sign_in(client, stranger, "view_segment", "export_segment")
    assert client.get(page).status_code == 404
