"""What a customer wishes: topics, channels, how often, in which language, measured or not.

Read and changed by a signed link that every mail may carry; nobody signs in.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.timezone import now

from campaigns import seals
from campaigns.preference_models import Preference, Topic
from customers import consent, touchpoints
from customers.consent import Statement
from customers.forgetting import version
from customers.models import Customer
from customers.touchpoints import Row
from shops import speaking

PURPOSE = "waymark.wishes"
PER_WEEK = (1, 2, 3, 5)
HOW = "preference page"


def url(customer_id: int) -> str:
    """The address of this customer's preference page."""
    return settings.PUBLIC_URL + _place().replace("TOKEN", token(customer_id))


def token(customer_id: int) -> str:
    return seals.signed(PURPOSE, str(customer_id))


@cache
def _place() -> str:
    return reverse("preferences", args=["TOKEN"])


def customer_of(given: str) -> Customer | None:
    """The customer whose link this is; None when the link was not made by us."""
    said = seals.opened(PURPOSE, given)
    if said is None:
        return None
    return Customer.objects.select_related("shop").filter(pk=int(said)).first()


@dataclass(frozen=True)
class Channel:
    """A way to reach the customer that they have an address for, and whether they allow it."""

    name: str
    allowed: bool


@dataclass(frozen=True)
class Wishes:
    """What the page shows, and what it is told."""

    topics: list[tuple[Topic, bool]]
    channels: list[Channel]
    most_per_week: int | None
    language: str
    is_measured: bool


def of(customer: Customer) -> Wishes:
    """What the customer wishes now."""
    said = Preference.objects.filter(customer=customer).first() or Preference()
    topics = Topic.objects.filter(shop=customer.shop).order_by("position", "name")
    return Wishes(
        topics=[(topic, topic.key not in said.refused_topics) for topic in topics],
        channels=_channels(customer),
        most_per_week=said.most_per_week,
        language=speaking.of_customer(customer),
        is_measured=said.is_measured,
    )


def _channels(customer: Customer) -> list[Channel]:
    """Those the customer has an address for; and those they once allowed."""
    rows = customer.consents.filter(purpose="marketing")
    known = dict.fromkeys(rows.values_list("channel", flat=True), False)
    known |= {
        name: False for name, at in (("email", customer.email), ("sms", customer.phone)) if at
    }
    known |= dict.fromkeys(rows.filter(ended_at=None).values_list("channel", flat=True), True)
    return [Channel(name, known[name]) for name in sorted(known)]


def change(
    customer: Customer,
    *,
    topics: Collection[str],
    channels: Collection[str],
    most_per_week: int | None,
    language: str,
    is_measured: bool,
) -> None:
    """Let the customer's wishes be these: wanted topics and channels. Safe to repeat."""
    at = now()
    with transaction.atomic():
        locked = Customer.objects.select_for_update().get(pk=customer.pk)
        known = of(locked)
        refused = sorted(topic.key for topic, _ in known.topics if topic.key not in topics)
        said: dict[str, object] = {
            "refused_topics": refused,
            "most_per_week": most_per_week,
            "is_measured": is_measured,
        }
        before = Preference.objects.filter(customer=locked).values(*said).first()
        Preference.objects.update_or_create(
            customer=locked, defaults={"shop": locked.shop, "updated_at": at, **said}
        )
        _allow(locked, known.channels, channels)
        if language in dict(settings.LANGUAGES) and language != known.language:
            _speak(locked, language, at)
        if before != said:
            source = f"preferences:{locked.pk}:{at:%Y%m%dT%H%M%S%f}"
            row = Row(locked.shop_id, locked.pk, "preferences.changed", source, at, said)
            touchpoints.record([row])


def _speak(customer: Customer, language: str, at: datetime) -> None:
    """The customer's own word: what the shop said before does not undo it."""
    customer.language = language
    customer.versions["language"] = version(at)
    customer.save(update_fields=["language", "versions"])
    touchpoints.mark_stale([customer.pk])


def _allow(customer: Customer, known: list[Channel], wanted: Collection[str]) -> None:
    for channel in known:
        if channel.allowed and channel.name not in wanted:
            consent.withdraw(customer, channel=channel.name, how=HOW)
        elif not channel.allowed and channel.name in wanted:
            said = Statement(
                customer.pk, channel.name, given=True, occurred_at=now(), how=HOW,
                proof={"page": "preferences"},
            )  # fmt: skip
            consent.state(customer.shop, [said])


def stop_all(customer: Customer) -> None:
    """Withdraw every permission at once. Safe to repeat."""
    with transaction.atomic():
        for channel in _channels(customer):
            consent.withdraw(customer, channel=channel.name, how=HOW)
