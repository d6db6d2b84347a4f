"""A file of the admin becomes rows once: tried out, in the background, killed, repeated."""

import csv
import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.timezone import now

from customers import facts, file_imports, file_rows, import_kinds
from customers.models import (
    Consent,
    ConsentStatement,
    FileImport,
    ImportReject,
    Touchpoint,
)
from shops.connectors.base import CustomerFact
from shops.models import StoredFile
from tests import make
from tests.customers.uploads import PEOPLE, begin, everything, people, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return make.shop()


def test_columns_are_guessed_by_the_names_other_systems_use(shop):
    record = begin(shop, PEOPLE)
    assert record.mapping == {
        "id": "Customer ID", "email": "E-Mail", "first_name": "First name",
        "last_name": "Last name", "country": "Country", "consent": "Opt-in",
        "consent_at": "consent_at", "consent_how": "consent_how", "consent_ip": "ip",
    }  # fmt: skip


def test_every_row_is_taken_or_rejected_with_what_to_do(shop):
    record = run(begin(shop, PEOPLE))
    assert (record.status, record.row_count, record.rows_done) == ("done", 6, 6)
    assert (record.rows_imported, record.rows_rejected) == (3, 3)
    assert set(people(shop)) == {"1", "4", "guest:eve@example.com"}
    rejects = {r.row: r for r in record.rejects.all()}
    assert set(rejects) == {2, 3, 6}
    assert rejects[2].column == "E-Mail"
    assert rejects[3].column == "consent_at"
    assert all(r.reason and r.advice for r in rejects.values())


def test_consent_comes_with_its_proof(shop):
    run(begin(shop, PEOPLE))
    ann = people(shop)["1"]
    given = ConsentStatement.objects.get(customer=ann)
    assert (given.given, given.how, given.proof) == (True, "newsletter form", {"ip": "203.0.113.9"})
    assert given.occurred_at.isoformat() == "2026-01-05T00:00:00+00:00"
    assert [c.customer.external_id for c in Consent.objects.filter(ended_at=None)] == ["1"]


def test_the_same_file_again_changes_nothing(shop):
    run(begin(shop, PEOPLE))
    before = everything(shop)
    again = begin(shop, PEOPLE)
    run(again)
    assert everything(shop) == before
    assert again.rows_rejected == 3


def test_what_the_shop_says_later_stays_and_gaps_may_be_filled(shop):
    at = now() - timedelta(days=1)
    facts.store(shop, [CustomerFact("1", at, email="ann@example.com", first_name="Anna")])
    gaps = begin(shop, "id,first_name,last_name\n1,Ann,Lee\n")
    file_imports.choose(gaps, gaps.mapping, only_gaps=True)
    gaps.refresh_from_db()
    run(gaps)
    ann = people(shop)["1"]
    assert (ann.first_name, ann.last_name) == ("Anna", "Lee")
    run(begin(shop, "id,first_name\n1,Ann\n"))
    assert people(shop)["1"].first_name == "Ann"
    facts.store(shop, [CustomerFact("1", now(), first_name="Annette")])
    run(begin(shop, "id,first_name\n1,Ann\n"))
    assert people(shop)["1"].first_name == "Annette"


def test_the_trial_writes_nothing(shop):
    make.customer(shop, external_id="1")
    before = everything(shop)
    trial = file_imports.try_out(begin(shop, PEOPLE))
    assert everything(shop) == before
    assert not ImportReject.objects.exists()
    assert (trial.rows, trial.known, trial.new, trial.rejected) == (6, 1, 2, 3)
    assert trial.samples["Country"] == "DE"


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_it_goes_on_where_it_was_committed(shop, monkeypatch, when):
    monkeypatch.setattr(file_rows, "BATCH", 2)
    rows = "id,first_name\n" + "".join(f"{n},P{n}\n" for n in range(9))
    record = begin(shop, rows)
    file_imports.start(record)
    kept = file_imports.store

    def die(record, batch):
        if batch[0][0] >= 5:
            if when == "after":
                kept(record, batch)
            raise KeyboardInterrupt
        return kept(record, batch)

    monkeypatch.setattr(file_imports, "store", die)
    with pytest.raises(KeyboardInterrupt):
        file_imports.run_waiting()
    monkeypatch.setattr(file_imports, "store", kept)
    assert len(people(shop)) == (4 if when == "before" else 6)
    assert not file_imports.run_waiting()  # its lease still holds

    FileImport.objects.update(busy_until=now() - timedelta(seconds=1))
    assert file_imports.run_waiting()
    record.refresh_from_db()
    assert (record.status, record.rows_done, len(people(shop))) == ("done", 9, 9)


def test_rows_at_which_every_worker_stops_end_the_import(shop, monkeypatch):
    def die(record, batch):
        raise RuntimeError

    monkeypatch.setattr(file_imports, "store", die)
    record = begin(shop, "id\n1\n")
    file_imports.start(record)
    for _ in range(file_imports.ATTEMPTS):
        with pytest.raises(RuntimeError):
            file_imports.run_waiting()
        FileImport.objects.update(busy_until=now() - timedelta(seconds=1))

    assert file_imports.run_waiting()
    record.refresh_from_db()
    assert (record.status, "after 0" in record.fault) == ("failed", True)
    assert not file_imports.run_waiting()


def test_a_worker_that_comes_back_too_late_writes_nothing(shop):
    record = begin(shop, "id\n1\n2\n")
    record.status, record.owner = "running", "first"
    record.save()
    FileImport.objects.update(owner="second")
    assert not file_imports.store(record, [(1, {"id": "1"})])
    assert not people(shop)


def test_cancelled_it_stops_and_what_was_read_stays(shop):
    record = begin(shop, "id\n1\n2\n")
    record.status, record.owner = "running", "me"
    record.save()
    assert file_imports.store(record, [(1, {"id": "1"})])
    assert file_imports.cancel(record)
    assert not file_imports.store(record, [(2, {"id": "2"})])
    assert set(people(shop)) == {"1"}
    assert not file_imports.cancel(record)


def test_a_row_that_the_database_refuses_does_not_take_others_along(shop):
    said = {"id": "x", "kind": "a.b", "customer_id": "1", "occurred_at": "2026-11-01"}
    rows: list[dict[str, Any]] = [said | {"id": str(n)} for n in range(3)]
    rows[1]["data"] = {"big": "\ud800"}  # half a character: no text to Postgres
    record = run(begin(shop, "\n".join(map(json.dumps, rows)), "t.jsonl", "touchpoints"))
    assert (record.rows_imported, record.rows_rejected) == (2, 1)
    assert Touchpoint.objects.filter(shop=shop).count() == 2


def staff(client, shop, *permissions):
    user = make.user()
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    shop.staff.add(user)
    client.force_login(user)


def page(record):
    return reverse("admin:customers_fileimport_change", args=[record.pk])


def upload(client, shop, content=PEOPLE, name="people.csv"):
    form = {"shop": shop.pk, "kind": "customers",
            "file": SimpleUploadedFile(name, content.encode())}  # fmt: skip
    return client.post(reverse("admin:customers_fileimport_upload"), form)


def test_from_upload_to_the_file_of_rejects(client, shop):
    staff(client, shop, "add_fileimport", "view_fileimport")
    address = upload(client, shop)["Location"]
    record = FileImport.objects.get()
    shown = client.get(address).content.decode()
    assert "Row 2 · E-Mail" in shown
    assert not people(shop)

    fields = import_kinds.KINDS["customers"].fields
    mapping = {f"of_{f.name}": record.mapping.get(f.name, "") for f in fields}
    client.post(address, mapping | {"of_consent": "", "of_last_name": "First name"})
    record.refresh_from_db()
    assert "consent" not in record.mapping
    assert record.mapping["last_name"] == "First name"

    chosen = mapping | {"of_consent": "", "do": "import"}
    client.post(address, chosen)
    client.post(address, chosen | {"of_id": ""})  # too late: it waits already
    assert "data-again" in client.get(address, headers={"X-Part": "1"}).content.decode()
    run(record)
    assert "data-again" not in client.get(address, headers={"X-Part": "1"}).content.decode()
    answer = client.get(reverse("admin:import_rejects", args=[record.pk]))
    lines = list(csv.reader(StringIO(b"".join(answer.streaming_content).decode())))
    assert lines[0] == ["row", "column", "reason", "what to do"]
    assert [line[0] for line in lines[1:]] == ["2", "6"]


def test_imports_are_for_those_who_may_and_of_their_shops_only(client, shop):
    record = begin(shop, PEOPLE)
    staff(client, make.shop(), "add_fileimport", "view_fileimport")
    assert client.post(reverse("admin:import_cancel", args=[record.pk])).status_code == 404
    assert client.post(page(record), {"do": "import"}).status_code == 404
    assert client.get(page(record)).status_code == 404
    assert upload(client, shop).status_code == 200  # the shop is none to choose
    assert FileImport.objects.count() == 1
    staff(client, shop, "view_fileimport")
    assert client.get(page(record)).status_code == 403
    assert client.get(reverse("admin:import_rejects", args=[record.pk])).status_code == 403
    assert upload(client, shop).status_code == 403


def test_a_file_that_is_too_large_is_refused(client, shop, settings):
    settings.IMPORT_MAX_BYTES = 20
    staff(client, shop, "add_fileimport", "view_fileimport")
    assert "larger than" in upload(client, shop).content.decode()
    assert not StoredFile.objects.exists()
