"""Rows that only campaign tests need, beside those of `tests.make`."""

from campaigns.models import Campaign, Enrolment, Message, Template
from customers.models import Customer
from journeys import lifecycle
from journeys.models import Stage, StageVisit
from segments.models import Membership, Segment
from shops.models import Shop
from tests import make


def shop(**fields) -> Shop:
    """A shop with the lifecycle journey."""
    made = make.shop(**fields)
    lifecycle.create(made)
    return made


def template(of: Shop, **fields) -> Template:
    defaults = {
        "name": "Hello",
        "key": f"hello-{next(make.numbers)}",
        "subject": "Hello {{ customer.first_name }}",
        "html": "<p>Hello {{ customer.first_name }}</p>",
        "text": "Hello {{ customer.first_name }}",
    }
    return Template.objects.create(shop=of, **{**defaults, **fields})


def campaign(of: Shop, **fields) -> Campaign:
    """A running campaign at the stage "at risk" that sends one mail and holds nobody out."""
    key = f"campaign-{next(make.numbers)}"
    fields.setdefault("plan", {}).setdefault("entry", {"stage": "at_risk"})
    if "steps" not in fields["plan"]:
        fields["plan"]["steps"] = [{"send": template(of).key}]
    defaults = {"name": key, "key": key, "status": "running", "holdout_percent": 0}
    return Campaign.objects.create(shop=of, **{**defaults, **fields})


def visit(of: Customer, stage: str = "at_risk", **fields) -> StageVisit:
    at = Stage.objects.get(shop=of.shop, key=stage)
    return StageVisit.objects.create(
        shop=of.shop, journey=at.journey, stage=at, customer=of, **fields
    )


def membership(of: Customer, segment: str) -> Membership:
    made, _ = Segment.objects.get_or_create(shop=of.shop, key=segment, defaults={"name": segment})
    return Membership.objects.create(shop=of.shop, segment=made, customer=of)


def enrolment(of: Customer, into: Campaign, **fields) -> Enrolment:
    defaults = {"entry_key": f"test:{next(make.numbers)}"}
    return Enrolment.objects.create(
        shop=of.shop, campaign=into, customer=of, **{**defaults, **fields}
    )


def message(of: Customer, by: Campaign | None = None, **fields) -> Message:
    """A planned message that has been due for a while."""
    by = by or Campaign.objects.filter(shop=of.shop).first() or campaign(of.shop)
    entered = fields.pop("enrolment", None) or enrolment(of, by)
    chosen = fields.pop("template", None) or Template.objects.filter(shop=of.shop)[0]
    return Message.objects.create(
        shop=of.shop,
        enrolment=entered,
        campaign=by,
        customer=of,
        template=chosen,
        **{"step": "0", "due_at": make.days_ago(0.01), **fields},
    )
