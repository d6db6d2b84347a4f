"""What the tests of merging share: lives, and everything that is left of them."""

from datetime import UTC, datetime, timedelta

from django.apps import apps

from customers import identity, merging, notes, profiles
from insights.models import Score, TrainedModel
from journeys import stages
from reviews_nlp import reading
from segments import membership, rfm
from tests import make

START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=10)
ROOMS = ("customers", "reviews_nlp", "insights", "segments", "journeys", "campaigns")
# What is computed anew, or only says when.
LEFT_OUT = {"Merge", "Shop", "StaleMark"}
CLOCKS = {"refreshed_at", "computed_at"}


def at(hours):
    return START + timedelta(hours=hours)


def merge(into, other, cause="test"):
    return merging.merge(into, other, cause=cause, how="test")


def left_out(row):
    """What is written anew whenever it is worked out has new keys each time."""
    anew = "given_how" in row or row.get("kind") == "anonymous_id"
    return {*CLOCKS, "id", "created_at"} if anew else CLOCKS


def everything(shop):
    """Every row of every room, as it stands."""
    found = {}
    for room in ROOMS:
        for model in apps.get_app_config(room).get_models():
            if model.__name__ not in LEFT_OUT and any(f.name == "shop" for f in model._meta.fields):
                rows = model._default_manager.filter(shop=shop).order_by("pk").values()
                found[model.__name__] = sorted(
                    str({name: value for name, value in row.items() if name not in left_out(row)})
                    for row in rows
                )
    return found


def lived(shop):
    """A customer on whom every room has something to say."""
    who = make.customer(shop, consents=("email", "sms"), phone=f"+49{next(make.numbers)}")
    make.order(who, lines=((make.product(shop), 1, 900),), placed_at=make.days_ago(100))
    make.order(who, lines=((make.product(shop), 2, 700),), placed_at=make.days_ago(200))
    make.touchpoint(
        who, kind="review.written", unread=True, source=f"review:{who.pk}",
        data={"text": "Soft and warm", "rating": 5},
    )  # fmt: skip
    reading.read()
    notes.add(who, "Called", by=make.user())
    proof = identity.Proof(f"s{who.pk}", f"v{who.pk}", who.pk, at(1), "login")
    identity.recognise(shop, [proof])
    model, _ = TrainedModel.objects.get_or_create(shop=shop, predictor="churn_90d")
    Score.objects.create(
        shop=shop, customer=who, model=model, name="churn", value=0.5, scored_at=at(2)
    )
    return who


def settle(shop):
    profiles.refresh(shop)
    rfm.refresh(shop)
    membership.refresh(shop)
    stages.place(shop)
