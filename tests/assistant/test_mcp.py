"""An outside assistant looks and proposes under a person's roles, and changes nothing that runs."""

import asyncio

import pytest
from django.contrib.auth.models import Permission
from mcp import Client

from assistant import mcp_server
from assistant.mcp_tools import Refused, Tools
from assistant.models import Plan
from campaigns import as_text, ready_made
from campaigns.models import Campaign
from journeys import lifecycle
from segments.models import Segment
from tests import make
from tests.assistant.test_planner import a_shop


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
    assert mine.propose_segment("customers who never bought")["customers"] == 100
    assert not Segment.objects.filter(shop=shop).exists()
    for refused in (lambda: mine.propose_plan("more"), lambda: mine.campaign_report("x"),
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
