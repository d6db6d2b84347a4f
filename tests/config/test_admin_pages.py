"""Pages of the admin say what they promise, and lists never count a whole table."""

import json

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from campaigns.models import Campaign, Template
from config import words
from customers import ingest
from customers.models import Customer
from segments.models import Segment
from shops.console import MOST_ROWS
from shops.models import Delivery, Seat, User
from tests import make, rows

pytestmark = pytest.mark.django_db
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
# Not Django's pages, nor that of users: it lists permissions as Django stores them.
OURS = {m for m in MODELS if m._meta.app_label in words.ROOMS} - {User}


@pytest.fixture
def owner(client):
    client.force_login(make.user(is_superuser=True))
    return client


def test_the_chosen_language_is_kept_without_signing_in_again(owner):
    owner.post(reverse("set_language"), {"language": "zh-hans"})
    kept = owner.cookies["django_language"]

    assert "概览" in owner.get(reverse("admin:index")).content.decode()
    assert int(kept["max-age"]) > 300 * 24 * 3600


def test_the_overview_shows_the_shops_own_figures(owner):
    shop = make.shop(name="Own shop")
    ann = make.customer(shop)
    make.order(ann, lines=((make.product(shop), 2, 12345),))
    make.order(make.customer(make.shop()), total_cents=99999)

    page = owner.get(reverse("admin:index"), {"shop": shop.key}).content.decode()

    assert "Own shop" in page
    assert "246.90" in page
    assert "999.99" not in page


def test_a_room_and_its_first_list_are_named_once_above_the_page(owner):
    ann = make.customer(make.shop())

    page = owner.get(reverse("admin:customers_customer_changelist")).content.decode()
    assert page.count("wm-crumb ") == 1
    assert "results" not in page  # of a list that nothing narrows
    narrowed = owner.get(reverse("admin:customers_customer_changelist"), {"q": ann.email})
    assert "1 result (" in " ".join(narrowed.content.decode().split())


def test_a_list_names_the_shop_to_who_has_several(client):
    shop = make.shop()
    make.customer(shop)
    ann = make.signed_in(client, shop, "marketer")
    address = reverse("admin:customers_customer_changelist")
    assert "column-shop" not in ann.get(address).content.decode()

    Seat.objects.create(shop=make.shop(), user=Seat.objects.get().user, role="marketer")
    assert "column-shop" in ann.get(address).content.decode()


def test_the_overview_of_an_empty_server_says_what_to_do(owner):
    assert reverse("first-run") in owner.get(reverse("admin:index")).content.decode()


def test_an_empty_list_teaches(owner):
    untold = {model._meta.label_lower for model in OURS} - set(settings.EMPTY_STATES)
    assert untold == set()
    for name, (_icon, title, _why, button) in settings.EMPTY_STATES.items():
        page = owner.get(reverse(f"admin:{name.replace('.', '_')}_changelist")).content.decode()
        assert str(title) in page or name == "shops.auditentry"  # signing in is told there
        assert button is None or reverse(button[1]) in page


def test_a_list_that_a_filter_emptied_says_so(owner):
    rows.of_every_kind(make.shop())
    url = reverse("admin:campaigns_message_changelist")

    page = owner.get(f"{url}?status__exact=failed").content.decode()

    assert "Nothing matches" in page
    assert "No messages yet" not in page


def test_lists_of_large_tables_count_no_further_than_a_limit(owner):
    shop = make.shop()
    for _ in range(3):
        make.customer(shop)
    with CaptureQueriesContext(connection) as queries:
        owner.get(reverse("admin:customers_customer_changelist"))

    counting = [q["sql"] for q in queries if "COUNT(*)" in q["sql"] and "customer" in q["sql"]]
    assert counting
    assert all(f"LIMIT {MOST_ROWS}" in sql for sql in counting)


@pytest.mark.parametrize(
    "name", ["customers_order", "customers_customer", "campaigns_campaign", "campaigns_template"]
)
def test_a_list_asks_the_same_number_of_queries_for_any_number_of_rows(owner, name):
    shop = make.shop()
    url = reverse(f"admin:{name}_changelist")

    def one_more(number):
        customer = make.customer(shop)
        make.order(customer)
        make.profile(customer, order_count=1)
        campaign_of(shop, f"c{number}")
        Template.objects.create(shop=shop, name="T", key=f"t{number}", subject="Hi", html="<p>")

    def queries():
        with CaptureQueriesContext(connection) as captured:
            owner.get(url)
        return len(captured)

    one_more(0)
    owner.get(url)
    before = queries()
    for number in range(1, 6):
        one_more(number)
    assert queries() == before


def campaign_of(shop, key, **fields):
    plan = {"entry": {"api": True}, "steps": [{"id": "w", "wait": {"days": 1}}]}
    return Campaign.objects.create(shop=shop, name=key, key=key, plan=plan, **fields)


def test_the_list_of_customers_says_what_each_ordered(owner):
    shop = make.shop(currency="EUR")
    make.profile(make.customer(shop, first_name="Ann"), order_count=3, revenue_cents=123456)
    make.customer(shop, first_name="New")  # nothing was computed yet

    page = owner.get(reverse("admin:customers_customer_changelist")).content.decode()

    assert "1,234.56" in page
    assert page.count("–") >= 2


def test_a_campaigns_page_begins_with_what_happens_and_once_launched_with_its_result(owner):
    campaign = campaign_of(make.shop(), "c", status="draft")
    url = reverse("admin:campaigns_campaign_change", args=[campaign.pk])
    assert "Wait 1 day" in (page := owner.get(url).content.decode())
    assert "Bought since" not in page

    Campaign.objects.update(launched_at=make.days_ago(1), status="running")
    assert "Bought since" in owner.get(url).content.decode()


def test_a_rule_that_does_not_compile_is_shown_at_its_field(owner):
    shop = make.shop()
    rule = {"all": [{"field": "facts.order_count", "op": "=", "value": "two"}]}
    form = {"shop": shop.pk, "name": "S", "key": "s", "rule": json.dumps(rule), "description": ""}

    page = owner.post(reverse("admin:segments_segment_add"), form)

    assert page.status_code == 200
    assert "all[0].value" in page.content.decode()
    assert not Segment.objects.filter(key="s").exists()


def test_a_saved_segment_is_filled_at_once(owner):
    shop = make.shop()
    make.profile(make.customer(shop), order_count=3)
    rule = {"field": "facts.order_count", "op": ">=", "value": 2}
    form = {"shop": shop.pk, "name": "S", "key": "s", "rule": json.dumps(rule), "description": ""}

    owner.post(reverse("admin:segments_segment_add"), form)

    assert Segment.objects.get(key="s").member_count == 1


def test_a_quarantined_delivery_is_read_again_from_the_list(owner):
    shop = make.shop()
    delivery = Delivery.objects.create(shop=shop, message_id="m", topic="order.placed", body=b"{}")
    ingest.digest()
    action = {"action": "replay", "_selected_action": [delivery.pk]}

    owner.post(reverse("admin:shops_delivery_changelist"), action)

    delivery.refresh_from_db()
    assert (delivery.status, delivery.digested_at) == ("accepted", None)


def test_a_campaign_is_launched_and_paused_from_the_list(owner):
    campaign = rows.of_every_kind(make.shop())
    Campaign.objects.update(status="draft")
    url = reverse("admin:campaigns_campaign_changelist")

    owner.post(url, {"action": "launch", "_selected_action": [campaign.pk]})
    assert Campaign.objects.get(pk=campaign.pk).status == "running"
    owner.post(url, {"action": "pause", "_selected_action": [campaign.pk]})
    assert Campaign.objects.get(pk=campaign.pk).status == "paused"


def test_the_signing_secret_is_shown_only_when_asked_for(owner):
    shop = make.shop()
    secret = shop.webhook_secrets[0]

    assert (
        secret not in owner.get(reverse("admin:shops_shop_change", args=[shop.pk])).content.decode()
    )
    action = {"action": "reveal_secret", "_selected_action": [shop.pk]}
    shown = owner.post(reverse("admin:shops_shop_changelist"), action, follow=True)
    assert secret in shown.content.decode()


def test_customer_page_tells_the_whole_story(owner):
    shop = make.shop()
    rows.of_every_kind(shop)
    ann = Customer.objects.filter(shop=shop).earliest("pk")

    page = owner.get(reverse("admin:customers_customer_change", args=[ann.pk])).content.decode()

    for said in ("At risk", "review.written", "Win back", "last ordered more than 90 days ago"):
        assert said in page


def test_signing_in_without_a_destination_leads_to_the_overview(client):
    make.user(username="ann", password="secret-pass-1")  # staff of no shop
    answer = client.post(
        reverse("admin:login"), {"username": "ann", "password": "secret-pass-1"}, follow=True
    )

    assert answer.redirect_chain[-1][0] == reverse("admin:index")


def test_users_are_listed_with_what_they_may_and_the_schedule_in_words(owner):
    tea = make.shop(name="Tea")
    Seat.objects.create(shop=tea, user=make.user(username="ann"), role="owner")
    make.user(username="bea")
    every = IntervalSchedule.objects.create(every=300, period="seconds")
    daily = CrontabSchedule.objects.create(minute="10", hour="4")
    PeriodicTask.objects.create(name="Count rules", task="x", interval=every)
    PeriodicTask.objects.create(name="RFM scores", task="x", crontab=daily)

    users = owner.get(reverse("admin:shops_user_changelist")).content.decode()
    schedule = reverse("admin:django_celery_beat_periodictask_changelist")
    listed = owner.get(schedule).content.decode()
    chinese = owner.get(schedule, headers={"accept-language": "zh-hans"}).content.decode()

    for said in ("Owner of Tea", "nothing: is in no team", "everything: runs the server"):
        assert said in users
    for said in ("every 5 minutes", "every day at 04:10", "Count rules"):
        assert said in listed
    assert "每 5 分钟" in chinese
    assert "Count rules" not in chinese


def test_groups_teach_and_count(owner):
    groups = reverse("admin:auth_group_changelist")
    assert "No group is needed yet" in owner.get(groups).content.decode()
    held = Group.objects.create(name="Buyers of stamps")
    held.permissions.set(Permission.objects.all()[:3])
    make.user().groups.add(held)

    (row,) = owner.get(groups).context["cl"].result_list
    assert (row.held_by, row.holds) == (1, 3)
