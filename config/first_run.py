"""How far a shop is on its way from an empty server to its first campaign.

Nothing is kept of it: each step is done when what it makes is there, so that one can stop at any
of them, do some elsewhere in the admin, and come back.
"""

import os
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, MailSettings, Replay
from customers.models import Customer
from journeys import library
from journeys import ready_made as ready_journeys
from segments import starter
from shops.models import Shop, User

TITLES = {
    "account": _("Your account"),
    "shop": _("Your shop"),
    "customers": _("Customers and orders"),
    "sender": _("Who writes"),
    "campaign": _("Pick a campaign"),
    "replay": _("Try it on the past"),
    "launch": _("Launch"),
}
FIRST_ACCOUNT = 7_041_900  # the number of a lock: one first account, however many ask at once


@dataclass(frozen=True)
class Step:
    """One page of the way; `is_here` is the one that is shown."""

    key: str
    title: Any
    is_done: bool
    is_here: bool = False


def done(shop: Shop | None) -> dict[str, bool]:
    """Which steps are behind this shop; without one, only the account is."""
    found = dict.fromkeys(TITLES, False) | {"account": True}
    if shop is None:
        return found
    launched = Campaign.objects.filter(shop=shop, launched_at__isnull=False).exists()
    return found | {
        "shop": True,
        "customers": Customer.objects.filter(shop=shop).exists(),
        "sender": bool(shop.from_email) and MailSettings.objects.filter(shop=shop).exists(),
        "campaign": Campaign.objects.filter(shop=shop).exists(),
        "replay": launched or Replay.objects.filter(shop=shop, status="done").exists(),
        "launch": launched,
    }


def steps(shop: Shop | None, here: str) -> list[Step]:
    """The whole way, for the bar above each page."""
    behind = done(shop)
    return [Step(key, title, behind[key], key == here) for key, title in TITLES.items()]


def next_step(shop: Shop | None) -> str:
    """The first step that is not done; empty at the end of the way."""
    return next((key for key, is_done in done(shop).items() if not is_done), "")


def after(step: str) -> str:
    """The step that follows; empty after the last."""
    keys = list(TITLES)
    place = keys.index(step) + 1
    return keys[place] if place < len(keys) else ""


def furnish(shop: Shop) -> None:
    """What ready-made campaigns live on: the lifecycle's stages, first segments. Repeatable."""
    ready_journeys.create(shop, library.LIFECYCLE)
    starter.create(shop)


def code() -> str:
    """What opens the page of the first account: only who reads the server's log knows it."""
    return salted_hmac("waymark.first-account", "code").hexdigest()[:32]


def address() -> str:
    """Where the first account is made."""
    public = os.environ.get("PUBLIC_URL") or settings.PUBLIC_URL  # `up` may have found a free port
    return f"{public}{reverse('welcome', args=[code()])}"


def is_open(given: str) -> bool:
    """Whether this code may make the first account: while there is none."""
    return constant_time_compare(given, code()) and not User.objects.exists()


def make_account(given: str, **said: str) -> User | None:
    """The first account, a superuser's; None where the code is wrong or somebody was faster."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FIRST_ACCOUNT])
        return User.objects.create_superuser(**said) if is_open(given) else None
