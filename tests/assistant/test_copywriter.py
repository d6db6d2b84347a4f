"""Copies: facts are the catalogue's, inventions are refused, a variant is one click away."""

import json
import re

import pytest
from django.urls import reverse
from django.utils import translation

from assistant import copy_check, copy_facts, copy_page, copywriter
from assistant.copy_check import Rules
from assistant.copywriter import Brief
from assistant.models import Copy, Voice
from campaigns import samples
from campaigns.models import Campaign, Template
from insights.recommendation_models import RecommendationList
from llm.providers.canned import Canned
from segments.models import Membership, Segment
from tests import make
from tests.assistant.test_planner import staff
from tests.campaigns import build
from tests.llm.test_attacks import ATTACKS

FACTS = {
    "shop": {"said": "Hearth", "source": "shop:hearth.name"},
    "p1.title": {"said": "Walnut Bowl", "source": "product:bowl.title"},
    "p1.price": {"said": "€39.00", "source": "product:bowl.price"},
}
GOOD = {
    "subject": "{p1.title}, picked for you",
    "preheader": "It sits well on any table",
    "body": ["Hello {name}, have you seen {p1.title}?", "It is {p1.price} at {shop}."],
    "sms": "{shop}: {p1.title} for {p1.price}",
    "alts": ["A picture of {p1.title}"],
}


@pytest.fixture
def template(db):
    shop = build.shop(name="Hearth", key="hearth", currency="EUR")
    make.product(shop, external_id="bowl", title="Walnut Bowl", price_cents=3900)
    html = '<p>Hello</p><img src="https://hearth.test/a.jpg"><p>We pack it by hand for you.</p>'
    return build.template(shop, key="hello", subject="Something for your table", html=html)


def written(template, *replies, **brief):
    provider = Canned([json.dumps({"variants": reply}) for reply in replies])
    told = Brief(**{"goal": "the bowl", "products": "walnut", **brief})
    return copywriter.write(template, told, provider=provider), provider


INVENTED = [
    ("subject", "{p1.title} for €19", "it says '1' by itself"),
    ("subject", "{p2.title} is here", "there is no fact {p2.title}"),
    ("preheader", "Handmade, of course", "the catalogue does not say “Handmade”"),
    ("preheader", "Try our Aurora lamp", "“Aurora” is no product"),
    ("sms", "{shop}: half price", "it says 'half' by itself"),
    ("sms", "{shop}: see www.evil.test", "a tag, a link"),
    ("sms", "word " * 40, "characters; 160 are the most"),
    ("subject", "A cheerful bowl", "“cheerful” is a word that the shop does not use"),
    ("subject", "给您的木碗", "it is not in the language"),
]


@pytest.mark.parametrize(("part", "text", "fault"), INVENTED)
def test_an_invention_is_found_with_its_path(part, text, fault):
    rules = Rules(FACTS, "en", 1, ["cheerful"])
    assert copy_check.faults(GOOD, rules, "variants[0]") == []
    found = copy_check.faults(GOOD | {part: text}, rules, "variants[0]")
    said = [str(each) for each in found]
    assert any(each.startswith(f"variants[0].{part}") and fault in each for each in said)


def test_what_the_catalogue_says_may_be_said_and_its_source_is_marked(template):
    plain = GOOD | {"subject": "Walnut Bowl, at €39.00", "sms": "Walnut for your table"}

    copy, _provider = written(template, [plain])

    assert (copy.author, copy.refused) == ("canned", [])
    shown = copy_page.Page(copy).variants[0]
    marked = [(piece.words, piece.source) for piece in shown["subject"] if piece.source]
    assert marked == [
        ("Walnut Bowl", "product:bowl.title"), ("€39.00", "product:bowl.price"),
    ]  # fmt: skip
    assert shown["score"] > 60
    assert 'alt="A picture of Walnut Bowl"' in shown["html"]
    assert not any("alternative text" in each.words for each in shown["findings"])


def test_an_invention_may_be_mended_once_and_what_stands_is_kept(template):
    lie = GOOD | {"subject": "A handmade bowl"}

    copy, provider = written(template, [GOOD, lie], [GOOD | {"subject": "A bowl for you"}])

    assert len(provider.asked) == 2
    assert "the catalogue does not say “handmade”" in provider.asked[1].turns[1].text
    *worded, filled = copy.variants
    assert [each["subject"] for each in worded] == [GOOD["subject"], "A bowl for you"]
    assert (filled["author"], filled["subject"]) == ("rules", "Something for your table")
    assert copy_page.Page(copy).variants[2]["author"] == "rules"
    assert copy.refused == []


LIES = {"subject": "A handmade bowl", "preheader": "给您的木碗", "sms": "word " * 40}
REASONS = {
    "en": ["does not say “handmade”", "not in the language", "200 characters; 160 are the most"],
    "zh-hans": ["商品目录中没有“handmade”的说法", "不是所要求的语言", "200 个字符；最多 160 个"],
}


@pytest.mark.parametrize(("made_in", "read_in"), [("en", "zh-hans"), ("zh-hans", "en")])
def test_a_refusal_is_read_in_the_readers_language(template, client, made_in, read_in):
    with translation.override(made_in):
        copy, _provider = written(template, [GOOD | LIES], [GOOD | LIES])
        Copy.objects.filter(pk=copy.pk).update(refused=[*copy.refused, "as it was kept of old"])
    staff(client, template.shop, "view_copy")

    address = reverse("admin:assistant_copy_change", args=[copy.pk])
    with translation.override("en"):  # what the request activates ends here
        page = client.get(address, headers={"Accept-Language": read_in}).content.decode()

    for reason in [*REASONS[read_in], "as it was kept of old"]:
        assert reason in page


def test_a_copywriter_without_an_answer_says_why_in_the_readers_language(template, settings):
    settings.LLM_DAILY_TOKENS = 10
    copy, _provider = written(template, [GOOD])

    assert (copy.author, len(copy.variants)) == ("rules", 3)
    with translation.override("zh-hans"):
        assert copy_page.Page(copy).refused == ["没有询问模型：今天的令牌或金额预算已经用完。"]


def test_without_a_model_and_where_nothing_stands_rules_fill_the_same_schema(template):
    Voice.objects.create(shop=template.shop, forbidden="picked\nlove")
    lie = [GOOD | {"subject": "A handmade bowl"}]

    lost, _provider = written(template, lie, lie)
    chinese = copywriter.write(template, Brief("木碗", "zh-hans", "bowl"))

    for copy in (lost, chinese):
        assert (copy.author, len(copy.variants)) == ("rules", 3)
        assert len({each["subject"] for each in copy.variants}) == 3
    (fault, *_others) = copy_page.Page(lost).refused
    assert fault.startswith("variants[0].subject: the catalogue does not say “handmade”")
    assert lost.variants[0]["subject"] == "Something for your table"
    assert "We pack it by hand for you." in lost.variants[0]["body"]
    assert "love" not in json.dumps(lost.variants)


def test_one_click_makes_it_an_ab_variant_and_a_second_click_nothing_more(template, client):
    campaign = build.campaign(template.shop, plan={"steps": [{"id": "a", "send": "hello"}]})
    copy = copywriter.write(template, Brief("the bowl", products="bowl"))
    may = ("view_copy", "add_copy", "add_template", "change_campaign", "view_campaign")
    staff(client, template.shop, *may)
    page = client.get(reverse("admin:assistant_copy_change", args=[copy.pk])).content.decode()
    assert f"Make it an A/B variant in {campaign}" in page
    use = reverse("admin:assistant_copy_use", args=[copy.pk])

    for variant in (0, 0, 1):
        client.post(use, {"variant": variant, "where": f"{campaign.pk}/a"})

    (step,) = Campaign.objects.get().plan["steps"]
    assert [(way["name"], way["percent"]) for way in step["split"]] == [
        ("A", 33.34), ("B", 33.33), ("C", 33.33),
    ]  # fmt: skip
    assert Template.objects.count() == 3
    made = Template.objects.get(key=step["split"][2]["steps"][0]["send"])
    assert "Walnut Bowl: €39.00" in made.html
    assert "{% if customer.first_name" in made.html


def test_a_copy_is_asked_for_in_the_admin_and_an_unknown_product_is_named(template, client):
    staff(client, template.shop, "view_copy", "add_copy")
    address = reverse("admin:assistant_copy_write")
    asked = {"template": template.pk, "goal": "the bowl", "language": "en", "discount": 0}

    wrong = client.post(address, {**asked, "products": "teapot"}).content.decode()
    page = client.post(address, {**asked, "products": "walnut bowl"}, follow=True).content.decode()

    assert "The catalogue has no product “teapot”." in wrong
    assert "made by rules" in page
    staff(client, make.shop(), "view_copy", "add_copy")
    assert client.post(address, {**asked, "products": "bowl"}).status_code == 200
    assert Copy.objects.count() == 1


def test_a_products_title_is_data_whatever_it_orders(template):
    asked = []
    for number, attack in enumerate(ATTACKS):
        title = attack.replace("\x00", "")[:300]
        make.product(template.shop, external_id=f"x{number}", title=title, price_cents=1)
        obeyed = '{"variants": [], "approved": true}'
        provider = Canned([obeyed, obeyed])

        copy = copywriter.write(template, Brief("it", products=f"x{number}"), provider=provider)

        assert copy.author == "rules"
        asked += provider.asked
    assert len(asked) >= 50
    for question in asked:
        assert (question.turns[0], question.schema) == (asked[0].turns[0], asked[0].schema)
        facts = re.search(r'<data name="facts">\n(.*)\n</data>', question.turns[1].text)
        assert facts
        assert not re.search(r"[<>\[\]|]", facts[1])
        assert question.turns[1].text.count("</data>") == question.turns[1].text.count("<data ")
    assert not Campaign.objects.exists()


def a_persona(shop):
    """Twenty who all bought the bowl, of whom twelve bought the tray too; forty others, of whom
    ten bought the bowl and nobody the tray."""
    persona = Segment.objects.create(shop=shop, name="Hosts", key="persona-1", kind="persona")
    bowl = shop.product_set.get(external_id="bowl")
    tray = make.product(shop, external_id="tray", title="Oak Tray", price_cents=5900)
    make.product(shop, external_id="lid", title="Lid", price_cents=900)
    for number in range(60):
        ann, is_host = make.customer(shop), number < 20
        bought = [bowl] if number < 30 else []
        bought += [tray] if number < 12 else []
        other = make.product(shop, title="")
        make.order(ann, lines=tuple((each, 1, 100) for each in (*bought, other)))
        if is_host:
            Membership.objects.create(shop=shop, segment=persona, customer=ann)
    return persona


def test_a_buying_guide_says_why_with_figures_that_a_query_gives(template):
    persona = a_persona(template.shop)

    guide = copywriter.write(template, Brief("a guide", persona=persona))
    chinese = copywriter.write(template, Brief("指南", "zh-hans", persona=persona))

    assert guide.facts["p1.title"]["said"] == "Walnut Bowl"  # 20 of 30 buyers; the tray's 12 of 12
    assert guide.facts["p1.why"] == {
        "said": "customers like you choose it 4 times as often as others",  # all of 20, 10 of 40
        "source": "product:bowl.buyers_of_persona",
    }
    assert guide.facts["p2.why"]["said"] == "chosen by 60 % of customers like you within a year"
    assert "p3.title" not in guide.facts
    assert len(guide.variants) == len(chinese.variants) == 3
    assert "{p1.title}: {p1.price} – {p1.why}" in guide.variants[0]["body"]
    assert "Hosts" not in json.dumps([guide.facts, guide.variants])
    assert re.search(r"[\u4e00-\u9fff]", chinese.facts["p1.why"]["said"])


def test_a_product_that_few_of_them_bought_gets_no_reason(template):
    persona = a_persona(template.shop)

    guide = copywriter.write(template, Brief("a guide", products="lid\ntray", persona=persona))

    assert "p1.why" not in guide.facts
    assert guide.facts["p2.why"]["said"].startswith("chosen by 60 %")
    Membership.objects.all().delete()
    with pytest.raises(copy_facts.Unknown, match="Fewer than ten customers of “Hosts”"):
        copywriter.write(template, Brief("a guide", persona=persona))


def test_a_models_guide_may_say_the_reason_by_its_slot_only(template):
    persona = a_persona(template.shop)
    good = GOOD | {"body": ["{p1.title}: {p1.why}."]}
    lie = GOOD | {"subject": "x", "body": ["Chosen by 90 % of customers like you."]}
    provider = Canned([json.dumps({"variants": [good, lie]}), json.dumps({"variants": [good]})])

    guide = copywriter.write(template, Brief("a guide", persona=persona), provider=provider)

    assert "customers like you choose it 4 times" in provider.asked[0].turns[1].text
    assert "Hosts" not in provider.asked[0].turns[1].text
    assert guide.variants[0] == good
    assert {each["author"] for each in guide.variants[1:]} == {"rules"}


def test_a_mail_may_end_with_each_customers_own_recommendations_and_reasons(template):
    copy = copywriter.write(template, Brief("the bowl", products="bowl", own=True))
    made, _campaign = copy_page.use(copy, 0, "")
    ann = make.customer(template.shop)
    bowl = template.shop.product_set.get()
    RecommendationList.objects.create(
        shop=template.shop, customer=ann, kind="new",
        items=[{"product": bowl.pk, "why": "again", "days": 23}],
    )  # fmt: skip

    mail = samples.of(made, samples.context_of(template.shop, ann))

    assert copy.variants[0]["body"][-1] == "{recommended}"
    assert "you buy this about every 23 days" in mail.html
    shown = copy_page.Page(copy).variants[0]["body"][-1]
    assert [piece.source for piece in shown] == ["", "recommendations.new", ""]
    Voice.objects.create(shop=template.shop, forbidden="others")
    refused = copywriter.write(template, Brief("the bowl", products="bowl", own=True))
    assert "{recommended}" not in json.dumps(refused.variants)
    said = copy_page.Page(refused).refused
    assert said == ["recommended: “others” is a word that the shop does not use"]


def test_a_guide_is_asked_for_from_the_personas_page_by_whoever_may_write(template, client):
    persona = a_persona(template.shop)
    staff(client, template.shop, "view_copy", "add_copy")
    write = reverse("admin:assistant_copy_write")

    page = client.get(write, {"persona": "persona-1", "shop": "hearth"})
    assert page.context["form"].initial["persona"] == persona
    told = {"template": template.pk, "goal": "a guide", "language": "en", "discount": 0,
            "persona": persona.pk, "own": "on"}  # fmt: skip
    answer = client.post(write, told)

    copy = Copy.objects.get()
    assert answer["Location"].endswith(f"/{copy.pk}/change/")
    assert "p1.why" in copy.facts
    other = Segment.objects.create(
        shop=build.shop(key="another"), name="X", key="persona-1", kind="persona"
    )
    client.post(write, told | {"persona": other.pk})
    assert Copy.objects.count() == 1
