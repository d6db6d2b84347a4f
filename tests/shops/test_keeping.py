"""Each shop's own terms: what is past them goes, what others keep, waits or is counted stays."""

import os
from datetime import timedelta

import pytest
from django.conf import settings as conf
from django.db import DatabaseError, connection
from django.urls import reverse
from django.utils.timezone import now

from assistant.models import Question
from campaigns import catcher, results
from campaigns.models import CaughtMail
from customers.file_import_models import FileImport, ImportReject
from customers.import_models import HistoryImport
from customers.models import Order, Touchpoint
from llm.models import Call
from shops import files, keeping, partitions, retention
from shops.models import AuditEntry, Delivery, Keep, StoredFile
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db


def with_term(kind, days):
    shop = make.shop()
    keeping.choose(shop, kind, days)
    return shop


def the_night():
    """Done twice, the second time does nothing."""
    keeping.forget_past(now())
    assert keeping.forget_past(now()) == 0


def met(shop, days, **fields):
    """A touchpoint of so many days ago, of a new customer."""
    return make.touchpoint(make.customer(shop), occurred_at=make.days_ago(days), **fields)


def seen(shop, days, visitor):
    return Touchpoint.objects.create(
        shop=shop, kind="page.viewed", source=f"s:{next(make.numbers)}",
        occurred_at=make.days_ago(days), data={"visitor": visitor},
    )  # fmt: skip


def test_touchpoints_past_the_term_go_and_the_neighbours_stay(monkeypatch):
    monkeypatch.setattr(keeping, "BATCH", 2)
    shop, neighbour = with_term("touchpoints", 60), make.shop()
    for days in range(61, 200, 20):
        met(shop, days)
    young, theirs = met(shop, 59), met(neighbour, 500)
    make.order(young.customer, total_cents=100, placed_at=make.days_ago(500))

    the_night()

    assert set(Touchpoint.objects.all()) == {young, theirs}
    assert Order.objects.filter(shop=shop).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_night_that_was_cut_short_is_gone_on_with_in_the_next(monkeypatch):
    """Each batch is committed by itself: here the database refuses one of them."""
    monkeypatch.setattr(keeping, "BATCH", 2)
    shop, _neighbour = with_term("touchpoints", 60), make.shop()
    month = make.days_ago(100).replace(day=1)  # of one month: partitions go one by one
    rows = [
        make.touchpoint(make.customer(shop), occurred_at=month + timedelta(days=day))
        for day in range(4)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF OLD.id = {rows[3].pk} THEN RAISE EXCEPTION 'not now'; END IF;"
            " RETURN OLD; END $$;"
            "CREATE TRIGGER stays BEFORE DELETE ON customers_touchpoint"
            " FOR EACH ROW EXECUTE FUNCTION stays()"
        )
        try:
            with pytest.raises(DatabaseError):
                keeping.forget_past(now())
            assert set(Touchpoint.objects.all()) == set(rows[2:])
        finally:
            cursor.execute("DROP FUNCTION stays CASCADE")

    the_night()
    assert not Touchpoint.objects.exists()


def test_without_a_term_nothing_goes():
    old = met(make.shop(), 5000)
    the_night()
    assert list(Touchpoint.objects.all()) == [old]


def test_a_month_that_every_shop_is_done_with_is_dropped_as_a_whole():
    partitions.ensure("customers_touchpoint", [make.days_ago(days) for days in (700, 400, 0)])
    shop, other = with_term("touchpoints", 90), with_term("touchpoints", 600)
    met(shop, 700)
    met(other, 700)
    met(shop, 400)
    theirs, young = met(other, 400), met(shop, 1)
    month = f"customers_touchpoint_{make.days_ago(700):%Y_%m}"
    assert month in partitions.parts("customers_touchpoint", now())

    the_night()

    assert month not in partitions.parts("customers_touchpoint", now())
    assert set(Touchpoint.objects.all()) == {theirs, young}


def test_what_reports_count_and_what_is_not_read_yet_stays():
    shop = build.shop()
    keeping.choose(shop, "touchpoints", 30)
    partitions.ensure("customers_touchpoint", [make.days_ago(400)])
    campaign = build.campaign(shop, launched_at=make.days_ago(410))
    ann = make.customer(shop)
    message = build.message(ann, campaign, status="sent", sent_at=make.days_ago(400))
    make.touchpoint(ann, kind="message.unsubscribed", occurred_at=make.days_ago(400),
                    data={"message": message.pk, "campaign": campaign.key})  # fmt: skip
    met(shop, 400, kind="review.written", unread=True)
    met(shop, 400)
    before = results.of(campaign).answers

    the_night()

    kinds = set(Touchpoint.objects.values_list("kind", flat=True))
    assert kinds == {"message.unsubscribed", "review.written"}
    assert results.of(campaign).answers == before


def test_visitors_whom_nobody_recognised_go_and_customers_stay(monkeypatch):
    monkeypatch.setattr(keeping, "BATCH", 2)
    shop, neighbour = with_term("visitors", 30), make.shop()
    for number in range(7):
        seen(shop, 40, f"v{number % 3}")
    young, theirs, known = seen(shop, 10, "v1"), seen(neighbour, 40, "v1"), met(shop, 400)

    the_night()

    assert set(Touchpoint.objects.all()) == {young, theirs, known}


def test_calls_go_by_the_shops_own_term_or_by_the_servers():
    partitions.ensure("shops_delivery", [make.days_ago(days) for days in (200, 100, 20, 0)])
    strict, long, usual = with_term("deliveries", 10), with_term("deliveries", 150), make.shop()

    def call(shop, days, **fields):
        at = make.days_ago(days)
        known = {"topic": "t", "body": b"{}", "digested_at": at, **fields}
        return Delivery.objects.create(
            shop=shop, message_id=f"m{next(make.numbers)}", received_at=at, **known
        )

    for shop in (strict, long, usual):
        call(shop, 200)
    gone = [call(strict, 20), call(usual, 100)]
    kept = [call(strict, 5), call(strict, 20, digested_at=None), call(long, 100), call(usual, 20)]

    for _ in range(2):
        retention.forget_old(now())

    assert set(Delivery.objects.all()) == set(kept)
    assert gone


def test_questions_go_once_they_are_answered():
    shop, neighbour = with_term("questions", 30), make.shop()

    def asked(of, state, days=40):
        return Question.objects.create(shop=of, text="?", state=state, asked_at=make.days_ago(days))

    asked(shop, "answered")
    asked(shop, "corrected")
    kept = {asked(shop, "waiting"), asked(shop, "answered", 20), asked(neighbour, "answered")}

    the_night()

    assert set(Question.objects.all()) == kept


def test_the_log_of_models_goes_but_for_what_has_no_end():
    shop, neighbour = with_term("calls", 30), make.shop()

    def asked(of, days, **fields):
        at = make.days_ago(days)
        known = {"asked_at": at, "ended_at": at, "sent": [], **fields}
        return Call.objects.create(shop=of, **known,
                                   provider="x", host="x", model="x", purpose="x", prompt="x",
                                   currency="EUR")  # fmt: skip

    asked(shop, 40)
    kept = {asked(shop, 20), asked(shop, 40, ended_at=None), asked(neighbour, 40)}

    the_night()

    assert set(Call.objects.all()) == kept


@pytest.mark.parametrize(("days", "left"), [(0, 2), (30, 1)])
def test_caught_mails_belong_to_no_shop_and_go_by_the_servers_term(settings, days, left):
    settings.CAUGHT_RETENTION_DAYS = days
    for age in (40, 20):
        CaughtMail.objects.create(recipient="a@example.com", raw=b"", caught_at=make.days_ago(age))
    for _ in range(2):
        catcher.forget_old(now())
    assert CaughtMail.objects.count() == left


def test_files_and_rejected_rows_go_and_their_number_stays(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    (tmp_path / "imports").mkdir()
    shops = with_term("imports", 3), make.shop()
    left = []
    for shop in shops:
        for days in (5, 1):
            at = make.days_ago(days)
            file = files.keep(shop, "people.csv", [b"id\n1\n"], until=now() + timedelta(days=7))
            known = {"kind": "customers", "file_name": "people.csv", "digest": "x", "by": "ann"}
            record = FileImport.objects.create(
                shop=shop, file=file, status="done", rows_rejected=1, finished_at=at, **known
            )
            ImportReject.objects.create(shop=shop, of=record, row=1, reason="no id")
            left.append(record)
        HistoryImport.objects.create(shop=shop, kind="orders", digest="x", finished_at=at,
                                     file_name="orders.csv")  # fmt: skip
        HistoryImport.objects.update(finished_at=make.days_ago(5))
        path = tmp_path / "imports" / f"{shop.key}-orders-rejected.csv"
        path.write_text("Ann Lee")
        os.utime(path, (make.days_ago(5).timestamp(),) * 2)

    the_night()

    assert [path.name for path in (tmp_path / "imports").iterdir()] == [
        f"{shops[1].key}-orders-rejected.csv"
    ]
    old, *rest = left
    assert set(ImportReject.objects.values_list("of", flat=True)) == {each.pk for each in rest}
    assert StoredFile.objects.count() == 3
    old.refresh_from_db()
    assert (old.rows_rejected, old.file) == (1, None)


@pytest.fixture
def shop():
    return make.shop()


def saved(client, shop, **terms):
    """The shop's page as its form stands, with other terms."""
    address = reverse("admin:shops_shop_change", args=[shop.pk])
    form = client.get(address).context["adminform"].form
    shown = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    said = {name: value for name, value in shown.items() if value is not False}
    return client.post(address, {**said, **{f"keep_{k}": v for k, v in terms.items()}}, follow=True)


def test_an_owner_sets_and_ends_a_term_and_the_trail_says_so(client, shop):
    make.signed_in(client, shop, "owner")
    page = client.get(reverse("admin:shops_shop_change", args=[shop.pk])).content.decode()
    for kind in conf.RETENTION.values():
        assert str(kind.label) in page

    after = saved(client, shop, touchpoints=365)
    assert "deleted in the coming night" in after.content.decode()
    assert keeping.of(shop) == {"touchpoints": 365}
    told = AuditEntry.objects.filter(shop=shop).latest("number")
    assert told.changes["keep_touchpoints"] == [None, 365]

    saved(client, shop, touchpoints="")
    assert keeping.of(shop) == {}
    told = AuditEntry.objects.filter(shop=shop).latest("number")
    assert told.changes["keep_touchpoints"] == [365, None]


@pytest.mark.parametrize("days", ["0", "29", "-1", "x", "99999999"])
def test_a_term_that_cannot_be_is_refused(client, shop, days):
    saved(make.signed_in(client, shop, "owner"), shop, touchpoints=days)
    assert keeping.of(shop) == {}


def test_nobody_but_owners_changes_a_term(client, shop):
    keeping.choose(shop, "visitors", 90)
    assert saved(make.signed_in(client, shop, "marketer"), shop, visitors=1).status_code == 403
    developer = make.signed_in(client, shop, "developer")
    page = developer.get(reverse("admin:shops_shop_change", args=[shop.pk])).content.decode()
    assert "keep_visitors" not in page

    after = saved(developer, shop, visitors=1, calls=7).content.decode()

    assert "was changed successfully" in after
    assert keeping.of(shop) == {"visitors": 90}


def test_the_record_of_processing_shows_the_terms_of_ones_own_shops(client, shop):
    keeping.choose(shop, "questions", 45)
    keeping.choose(make.shop(name="Elsewhere"), "questions", 46)
    page = make.signed_in(client, shop, "owner").get(
        reverse("admin:customers_privacyrequest_data_map")
    )
    shown = page.content.decode()
    assert "45 days" in shown
    assert "Elsewhere" not in shown


def test_a_term_goes_with_its_shop(shop):
    keeping.choose(shop, "questions", 45)
    shop.delete()
    assert not Keep.objects.exists()
