"""An outside assistant looks and proposes under a person's roles, and changes nothing that runs."""

import asyncio

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from mcp import Client

from assistant import approval, mcp_server
from assistant.mcp_tools import Refused, Tools
from assistant.models import Plan
from campaigns import as_text, ready_made
from campaigns.models import Campaign
from config import morning
from journeys import lifecycle
from segments.models import Segment
from shops.models import User
from tests import make
from tests.assistant.test_planner import a_shop, staff


def tools(shop, *codes):
    user = make.user()
    user.user_permissions.set(Permission.objects.filter(codename__in=codes))
    shop.staff.add(user)
    return Tools(shop, user)


@pytest.mark.django_db
def test_it_reads_what_its_person_may_and_refuses_the_rest():
    shop = a_shop()
    mine = tools(shop, "view_journey", "view_segment")

    found = {figure["id"]: figure["value"] for figure in mine.journey_map()}
    assert found["edge:new..active.rate"] == 0.3
    for refused in (lambda: mine.propose_plan("more"), lambda: mine.campaign_report("x"),
                    lambda: mine.propose_segment("customers who never bought"),
                    lambda: mine.why_in_segment("x", "1")):  # fmt: skip
        with pytest.raises(Refused, match="may not"):
            refused()
    with pytest.raises(Refused, match="does not belong"):
        Tools(make.shop(), mine.user)


@pytest.mark.django_db
def test_what_it_proposes_waits_for_approval():
    shop = a_shop()
    mine = tools(shop, "add_plan")

    plan = mine.propose_plan("more second orders")
    assert plan["campaigns"]
    other = make.shop()
    lifecycle.create(other)
    text = as_text.export(ready_made.create(other, "win-back")).replace("win-back", "come-back", 1)
    proposed = mine.propose_campaign(text, "They stopped buying")

    assert Plan.objects.get(pk=proposed["plan"]).proposal["campaigns"][0]["text"]
    assert not Campaign.objects.filter(shop=shop).exists()
    with pytest.raises(Refused):
        mine.propose_campaign("waymark_campaign: 1", "no campaign at all")


NEVER = "customers who never bought"


@pytest.mark.django_db
def test_a_proposed_segment_waits_on_the_overview_until_somebody_decides(client):
    shop = a_shop()
    mine = tools(shop, "add_plan", "view_segment")

    said = mine.propose_segment(NEVER, name="Never bought", reason="They may need a nudge")
    again = mine.propose_segment(NEVER, name="Never bought", reason="They may need a nudge")

    assert (said["customers"], again["plan"]) == (100, said["plan"])
    assert not Segment.objects.filter(shop=shop).exists()
    (item,) = morning.waiting(shop).context["items"]
    assert str(item.text) == "Plans that wait for approval: 1"
    staff(client, shop, "view_plan", "add_segment", "view_segment", "view_customer")
    (plan,) = client.get(item.url).context["cl"].queryset
    address = reverse("admin:assistant_plan_change", args=[plan.pk])
    page = client.get(address).content.decode()
    for words in ("They may need a nudge", "<b>100</b>", "proposed by an outside assistant",
                  "For example"):  # fmt: skip
        assert words in page, words

    decide = reverse("admin:assistant_plan_decide", args=[plan.pk])
    client.post(decide, {"part": "segment:never-bought", "verdict": "approved"})

    segment = Segment.objects.get(shop=shop)
    assert (segment.key, segment.name, segment.member_count) == (
        "never-bought", "Never bought", 100)  # fmt: skip
    decision = plan.decisions.get()
    assert (decision.verdict, decision.by) == ("approved", page_user(client))
    assert list(morning.waiting(shop).context["items"]) == []
    link = reverse("admin:segments_segment_change", args=[segment.pk])
    assert link in client.get(address).content.decode()


def page_user(client):
    return User.objects.get(pk=client.session["_auth_user_id"])


@pytest.mark.django_db
def test_a_proposed_segment_is_edited_or_rejected_and_decided_by_who_may_make_one(client):
    shop = a_shop()
    mine = tools(shop, "add_plan", "view_segment")
    plan = Plan.objects.get(pk=mine.propose_segment(NEVER)["plan"])
    part = plan.parts[0]["part"]
    decide = reverse("admin:assistant_plan_decide", args=[plan.pk])
    staff(client, shop, "view_plan", "add_campaign", "change_journey")
    assert client.post(decide, {"part": part, "verdict": "approved"}).status_code == 403
    assert not plan.decisions.exists()

    written = approval.written(plan.parts[0]["text"])
    for was, now, fault in (
        ("order_count", "moon_count", "rule.field: "),
        ("rule:", "rules:", "'rule' is a required property"),
    ):
        with pytest.raises(approval.NotDecided, match=fault):
            approval.decide(plan, part, "approved", by=mine.user, text=written.replace(was, now))
    edited = written.replace("name: customers who never bought", "name: No order yet")
    approval.decide(plan, part, "approved", by=mine.user, text=edited)
    assert Segment.objects.get(shop=shop).name == "No order yet"

    other = Plan.objects.get(pk=mine.propose_segment("customers who bought twice")["plan"])
    approval.decide(other, other.parts[0]["part"], "rejected", by=mine.user)
    assert Segment.objects.filter(shop=shop).count() == 1
    assert not Plan.objects.waiting().exists()


@pytest.mark.django_db
def test_a_sentence_that_has_to_be_asked_back_is_not_kept():
    shop = a_shop()

    said = tools(shop, "add_plan", "view_segment").propose_segment("people who frobnicate")

    assert "frobnicate" in " ".join(said["asked"])
    assert not Plan.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_it_speaks_the_protocol():
    shop = make.shop()
    Segment.objects.create(shop=shop, key="vip", name="VIP", rule={
        "field": "facts.order_count", "op": ">", "value": 3})  # fmt: skip
    server = mcp_server.build(tools(shop, "view_segment"))

    async def talk():
        async with Client(server) as client:
            names = {tool.name for tool in (await client.list_tools()).tools}
            known = await client.call_tool("segments", {})
            refused = await client.call_tool("propose_plan", {"goal": "more"})
            return names, known, refused

    names, known, refused = asyncio.run(talk())

    assert names == set(Tools.NAMES)
    assert "vip" in str(known.content)
    assert refused.is_error
    assert "may not" in str(refused.content)
