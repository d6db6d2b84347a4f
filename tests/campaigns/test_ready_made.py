"""Each ready-made campaign can be launched as it is, and its mails read well for everybody."""

import re

import pytest
from django.urls import reverse

from campaigns import (
    as_text,
    enrolment,
    launching,
    letters,
    program,
    ready_made,
    rendering,
    writing,
)
from campaigns.models import Campaign, Template
from customers.models import Profile
from reviews_nlp import reading
from shops.models import Shop
from shops.site_models import Site
from tests import make
from tests.campaigns import build

pytestmark = pytest.mark.django_db
LINK = "/u/"
KEYS = [each.key for each in ready_made.ALL]


def mail_to(customer, key="win-back", **cause):
    campaign = ready_made.create(customer.shop, key)
    template = Template.objects.filter(shop=customer.shop).order_by("id")[0]
    entered = build.enrolment(customer, campaign, cause=cause)
    message = build.message(customer, campaign, template=template, enrolment=entered)
    return rendering.render(template, letters.read([message.pk])[0].context)


@pytest.mark.parametrize("key", KEYS)
def test_it_is_made_once_as_a_draft_that_can_be_launched(key):
    shop = build.shop()

    first, second = ready_made.create(shop, key), ready_made.create(shop, key)

    assert first == second
    assert (first.status, first.holdout_percent) == ("draft", 5)
    assert launching.launch(Campaign.objects.get())


@pytest.mark.parametrize("key", KEYS)
def test_its_mails_are_whole_for_somebody_we_know_nothing_of(key):
    stranger = make.customer(build.shop(name="Tea & Co"), first_name="")
    assert not Profile.objects.exists()

    mail = mail_to(stranger, key)

    assert mail.subject
    assert "Tea &amp; Co" in mail.html
    assert re.search(f'href="[^"]+{LINK}', mail.html)
    assert LINK in mail.text
    assert not re.search(r"[{}]|None", mail.subject + mail.text)


@pytest.mark.parametrize("key", KEYS)
def test_no_template_has_a_fault_and_every_step_sends_one_that_is_there(key):
    said = ready_made.told(key)

    steps = [step for _path, step in program.walk(said["plan"]["steps"])]
    assert {step["send"] for step in steps if "send" in step} == said["templates"].keys() != set()
    for template in said["templates"].values():
        assert writing.faults(template) == {}
        assert template["mjml"].count("unsubscribe_url") == 1


def test_favourites_are_named_and_escaped():
    ann = make.customer(build.shop(), first_name="Ann")
    titles = ["Mug <blue>", "Tea", "Towel", "Fourth"]
    make.profile(ann, favourites=[{"title": title, "times": 2} for title in titles])

    mail = mail_to(ann)

    assert mail.subject == "Ann, we kept your favourites for you"
    assert "Mug &lt;blue&gt;" in mail.html
    assert "Mug <blue>" in mail.text
    assert "Fourth" not in mail.html + mail.text


def test_a_cart_mail_names_what_was_in_the_cart_and_leads_back():
    ann = make.customer(build.shop())
    Site.objects.create(shop=ann.shop, origins="https://tea.example.com\nhttps://other.example.com")
    make.product(ann.shop, external_id="7", title="Blue mug", price_cents=1250)
    make.product(make.shop(), external_id="7", title="Of another shop")
    lines = [{"product_id": "7", "quantity": 2}, {"product_id": "gone", "quantity": "x"}, 5]

    mail = mail_to(ann, "abandoned-cart", touchpoint="cart.updated", data={"lines": lines})

    assert "Blue mug × 2" in mail.text
    assert "EUR 12.50" in mail.text
    assert "https://tea.example.com/?" in mail.html
    assert "another shop" not in mail.html


def test_a_mail_about_an_order_names_its_lines():
    ann = make.customer(build.shop())
    mug = make.product(ann.shop, title="Blue mug")
    order = make.order(ann, lines=((mug, 1, 500),))

    mail = mail_to(
        ann, "review-request", touchpoint="order.placed", data={"order": order.external_id}
    )

    assert "Blue mug" in mail.text


def test_a_price_drop_names_both_prices():
    ann = make.customer(build.shop())
    make.product(ann.shop, external_id="7", title="Blue mug", price_cents=900)

    mail = mail_to(
        ann, "price-drop", touchpoint="product.price_dropped",
        data={"product_id": "7", "was_cents": 1250},
    )  # fmt: skip

    assert mail.subject == "Blue mug costs less now"
    assert "12.50" in mail.html
    assert "9.00" in mail.html


def test_one_click_makes_the_draft_and_opens_it(client):
    shop = build.shop()
    client.force_login(make.user(is_superuser=True))
    page = client.get(reverse("admin:campaigns_campaign_ready_made")).content.decode()
    assert all(str(each.why)[:20] in page for each in ready_made.ALL)

    answer = client.post(
        reverse("admin:campaigns_campaign_begin"), {"shop": shop.key, "key": "birthday"}
    )

    made = Campaign.objects.get()
    assert answer.url == reverse("admin:campaigns_campaign_change", args=[made.pk])
    assert made.status == "draft"
    assert client.get(answer.url).status_code == 200


def test_a_mail_that_the_shop_has_by_that_key_stays_its_own():
    shop = build.shop()
    own = build.template(shop, key="welcome", subject="Ours")

    ready_made.create(shop, "welcome")

    own.refresh_from_db()
    assert own.subject == "Ours"
    assert set(Template.objects.values_list("key", flat=True)) == {"welcome", "welcome-favourites"}


def test_a_click_for_another_shop_or_by_somebody_who_may_not_makes_nothing(client):
    mine, other = build.shop(), build.shop()
    reader = make.user()
    mine.staff.add(reader)
    client.force_login(reader)
    url = reverse("admin:campaigns_campaign_begin")

    codes = [
        client.post(url, {"shop": s.key, "key": "birthday"}).status_code for s in (mine, other)
    ]

    assert codes == [403, 404]
    assert not Campaign.objects.exists()


def test_a_shop_without_the_stage_is_told_what_it_lacks(client):
    shop = make.shop()
    client.force_login(make.user(is_superuser=True))

    answer = client.post(
        reverse("admin:campaigns_campaign_begin"),
        {"shop": shop.key, "key": "win-back"},
        follow=True,
    )

    assert "at_risk" in answer.content.decode()
    assert not Template.objects.filter(shop=shop).exists()


def test_a_date_that_is_not_known_is_left_empty():
    ann = make.customer(build.shop())
    build.campaign(ann.shop)
    words = "[{{ facts.last_order_at | date: '%Y' }}]"
    message = build.message(ann, template=build.template(ann.shop, text=words))

    mail = rendering.render(message.template, letters.read([message.pk])[0].context)

    assert mail.text == "[]"


def test_a_ready_made_campaign_is_a_text_like_any_other():
    campaign = ready_made.create(build.shop(), "abandoned-cart")

    change = as_text.load(as_text.export(campaign), Shop.objects.get())

    assert change.is_empty


def test_a_bad_review_starts_service_recovery_and_keeps_them_out_of_what_sells():
    shop = build.shop()
    unhappy, happy = make.customer(shop), make.customer(shop)
    recovery, upsell = (
        ready_made.create(shop, key) for key in ("service-recovery", "post-purchase")
    )
    for campaign in (recovery, upsell):
        launching.launch(campaign)
    Campaign.objects.update(launched_at=make.days_ago(10))
    for customer, words in ((unhappy, "Horrible, awful, the worst."), (happy, "Wonderful mug")):
        make.touchpoint(customer, kind="order.placed", occurred_at=make.days_ago(4))
        make.touchpoint(customer, kind="review.written", occurred_at=make.days_ago(1),
                        unread=True, data={"text": words})  # fmt: skip
    reading.read()

    for campaign in (recovery, upsell):
        campaign.refresh_from_db()
        enrolment.enrol(shop, None)

    assert [e.customer for e in recovery.enrolments.all()] == [unhappy]
    assert [e.customer for e in upsell.enrolments.all()] == [happy]


@pytest.mark.parametrize("key", KEYS)
def test_a_chinese_shop_gets_its_mails_in_chinese(key):
    stranger = make.customer(build.shop(name="茶铺", language="zh-hans"), first_name="")

    mail = mail_to(stranger, key)

    assert re.search("[\u4e00-\u9fff]", mail.subject)
    assert "我们的消息" in mail.text
    assert not re.search(r"\[\[|[A-Za-z]+ [a-z]+ ", mail.subject + mail.text)
