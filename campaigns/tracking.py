"""Signed addresses of links and pictures in mails, and where they lead.

A token carries the message and the links of its template's wording; the number of the link stands
behind it. Only links that stood in the mail can be followed: those with Liquid in them carry their
rendered target and a signature of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import TypeVar

from django.conf import settings
from django.db import connection
from django.urls import reverse

from campaigns import links, seals
from campaigns.links import Wanted
from campaigns.mail_models import MailSettings, TemplateLinks
from campaigns.models import Message, Template
from shops.models import Shop

PURPOSE = "waymark.click"
Key = TypeVar("Key")
# A scanner that asks a hundred times before anybody reads it leaves one row.
NOTE = """
INSERT INTO campaigns_signal
    (shop_id, campaign_id, message_id, kind, links_id, number, target, at, hint, machine)
SELECT m.shop_id, m.campaign_id, m.id, %(kind)s, %(links)s, %(number)s, %(target)s,
    coalesce(%(at)s, clock_timestamp()), %(hint)s, false
FROM campaigns_message m WHERE m.id = %(message)s AND NOT EXISTS (
    SELECT FROM campaigns_signal s WHERE s.message_id = m.id AND s.kind = %(kind)s
    AND s.number = %(number)s AND s.hint = %(hint)s AND s.read_on IS NULL)
"""


@dataclass(frozen=True, slots=True)
class Marks:
    """What is done to the links of a template's mails, and the names of the addresses."""

    wanted: Wanted
    links_id: int
    domain: str
    return_path: str = ""
    dkim: tuple[str, str] = ("", "")  # selector and key

    def unmeasured(self) -> "Marks":
        """For a customer who does not want to be counted."""
        return Marks(
            Wanted(utm_source=self.wanted.utm_source), 0, self.domain, self.return_path, self.dkim
        )

    def addresses(self, message_id: int) -> dict[str, str]:
        """What the rewritten template asks for; a link's number is put behind `click_url`."""
        token = seals.signed(PURPOSE, f"{message_id}.{self.links_id}")
        return {
            "click_url": f"{self.domain}{_place('click')}{token}/",
            "open_url": f"{self.domain}{_place('opened')}{token}/",
        }


def marks_of(shop: Shop, templates: Mapping[Key, Template]) -> dict[Key, Marks]:
    """For each template of a batch what is done to its links; one row per wording is kept."""
    said = _settings(shop)
    wanted = _wanted(said)
    domain = said.link_domain.rstrip("/") or settings.PUBLIC_URL
    back = said.return_path or settings.BOUNCE_ADDRESS
    key = said.dkim_selector, said.dkim_key
    return {
        pk: Marks(wanted, _links_id(each, wanted), domain, back, key)
        for pk, each in templates.items()
        if each.shop_id == shop.pk
    }


def wanted_of(shop: Shop) -> Wanted:
    """What is done to the links of this shop's mails."""
    return _wanted(_settings(shop))


def key_of(shop: Shop) -> tuple[str, str]:
    """The selector and the key that this shop's mails are signed with."""
    said = _settings(shop)
    return said.dkim_selector, said.dkim_key


def _wanted(said: MailSettings) -> Wanted:
    return Wanted(said.tracks_clicks, said.tracks_opens, said.utm_source)


def _settings(shop: Shop) -> MailSettings:
    return getattr(shop, "mailsettings", None) or MailSettings(shop=shop)


def _links_id(template: Template, wanted: Wanted) -> int:
    if not (wanted.clicks or wanted.opens):
        return 0
    rewritten = links.rewritten(template.html, wanted)
    return _kept(template.shop_id, template.pk, rewritten.digest, rewritten.targets)


@lru_cache(maxsize=1000)
def _kept(shop_id: int, template_id: int, digest: str, targets: tuple[str, ...]) -> int:
    row, _new = TemplateLinks.objects.get_or_create(
        template_id=template_id,
        digest=digest,
        defaults={"shop_id": shop_id, "targets": list(targets)},
    )
    return int(row.pk)


@cache
def _place(name: str) -> str:
    args = ["TOKEN", 1] if name == "click" else ["TOKEN"]
    return reverse(name, args=args).partition("TOKEN")[0]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a link of a message leads."""

    message_id: int
    links_id: int
    number: int
    target: str


def place_of(token: str, number: int, *, to: str = "", signature: str = "") -> Place | None:
    """The link's place; None unless it stood in the mail."""
    known = _opened(token)
    if known is None:
        return None
    row = TemplateLinks.objects.filter(pk=known[1]).first()
    if row is None or not 1 <= number <= len(row.targets):
        return None
    target = row.targets[number - 1]
    if "{{" in target or "{%" in target:
        if not links.stood_there(token, number, to, signature):
            return None
        target = to
    return Place(*known, number, target)


def _opened(token: str) -> tuple[int, int] | None:
    text = seals.opened(PURPOSE, token)
    if text is None:
        return None
    message_id, links_id = text.split(".")
    return int(message_id), int(links_id)


def follow(place: Place, *, hint: str) -> str:
    """Keep that the link was followed; returns where it leads. Works when the message is gone."""
    row = Message.objects.filter(pk=place.message_id).select_related("campaign").first()
    if row is None:
        return place.target
    note(place.message_id, "clicked", hint, place.links_id, place.number, place.target)
    said = MailSettings.objects.filter(shop=row.shop_id).first() or MailSettings()
    return links.with_utm(
        place.target, source=said.utm_source, medium=row.channel, campaign=row.campaign.key
    )


def see(token: str, *, hint: str) -> bool:
    """Keep that the picture was fetched; False when the token is not ours."""
    known = _opened(token)
    if known is not None:
        note(known[0], "opened", hint)
    return known is not None


def note(
    message_id: int, kind: str, hint: str, links_id: int | None = None, number: int = 0,
    target: str = "", at: datetime | None = None,
) -> None:  # fmt: skip
    """Keep what somebody did with a message; who it was is judged later."""
    with connection.cursor() as cursor:
        cursor.execute(NOTE, {"message": message_id, "kind": kind, "hint": hint, "at": at,
            "links": links_id or None, "number": number, "target": target[:2000]})  # fmt: skip
