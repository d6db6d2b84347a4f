"""Messages with all that a channel needs to know, read in one go."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from campaigns import addresses, happened, languages, links, preferences, tracking, unsubscribing
from campaigns.links import Wanted
from campaigns.models import Template
from campaigns.tracking import Marks
from customers.models import Customer, Profile
from shops.models import Shop

SOURCES = {
    name: import_string(path) for name, (path, _example) in settings.TEMPLATE_SOURCES.items()
}
READ = """
SELECT m.id, m.shop_id, m.template_id, m.campaign_id, m.customer_id, m.channel, m.attempts,
    m.claimed_at, c.email, c.phone, c.first_name, c.last_name, c.country,
    c.language, coalesce(p.order_count, 0), p.last_order_at, coalesce(p.favourites, '[]')::text,
    coalesce(w.is_measured, true), {address}, g.key, g.name
FROM campaigns_message m JOIN customers_customer c ON c.id = m.customer_id
JOIN campaigns_campaign g ON g.id = m.campaign_id
LEFT JOIN customers_profile p ON p.customer_id = c.id
LEFT JOIN campaigns_preference w ON w.customer_id = c.id
WHERE m.id = ANY(%s) ORDER BY m.id
"""


@dataclass(slots=True)
class Letter:
    """A message on its way: from whom, to whom, and what its template may speak of."""

    id: int
    shop: Shop
    template: Template
    campaign_id: int
    customer_id: int
    channel: str
    attempts: int
    claimed_at: datetime
    email: str
    phone: str
    unsubscribe_url: str
    context: dict[str, Any]
    wanted: Wanted = links.NOTHING
    return_path: str = ""
    dkim: tuple[str, str] = ("", "")
    address: str = ""  # on the message's channel


def read(messages: Sequence[int]) -> list[Letter]:
    """The letters of these messages, in the order of their ids."""
    with connection.cursor() as cursor:
        cursor.execute(READ.format(address=addresses.of_channel("m.channel")), [list(messages)])
        rows = cursor.fetchall()
    known = _known(rows)
    return [_letter(row, known) for row in rows]


@dataclass(frozen=True, slots=True)
class _Known:
    """What the letters of a batch share."""

    shops: dict[int, Shop]
    said: dict[int, dict[str, str]]  # of the shops, as a template may speak of them
    templates: languages.Versions
    marks: dict[languages.Version, Marks]
    happened: Mapping[int, dict[str, Any]]


def _known(rows: Sequence[tuple[Any, ...]]) -> _Known:
    shops = Shop.objects.select_related("site", "mailsettings").in_bulk({row[1] for row in rows})
    said = {pk: of_shop(shop) for pk, shop in shops.items()}
    held = Template.objects.in_bulk({row[2] for row in rows})
    templates = languages.Versions(held, {pk: shop.language for pk, shop in shops.items()})
    marks: dict[languages.Version, Marks] = {}
    for shop in shops.values():
        marks |= tracking.marks_of(shop, templates.by_key)
    asking = {pk for (pk, _), each in templates.by_key.items() if happened.is_spoken_of(each)}
    told = happened.read([row[0] for row in rows if row[2] in asking])
    return _Known(shops, said, templates, marks, told)


def _letter(row: tuple[Any, ...], known: _Known) -> Letter:
    (
        id_, shop_id, template_id, campaign_id, customer_id, channel, attempts, claimed_at, email,
        phone, first_name, last_name, country, language, order_count, last_order_at, favourites,
        is_measured, address, campaign, campaign_name,
    ) = row  # fmt: skip
    version = known.templates.of(template_id, language)
    shop, marks, link = known.shops[shop_id], known.marks[version], unsubscribing.url(id_)
    if not is_measured:
        marks = marks.unmeasured()
    # What a template may speak of; see docs/templates.md.
    context = {
        "customer": {
            "first_name": first_name,
            "last_name": last_name,
            "email": email,
            "country": country,
        },
        "shop": known.said[shop_id],
        # The date filter takes "" and gives "", and refuses None.
        "facts": {"order_count": order_count, "last_order_at": last_order_at or ""},
        "favourites": orjson.loads(favourites),
        "happened": known.happened.get(id_, happened.NOTHING),
        "campaign": {"key": campaign, "name": campaign_name},
        "unsubscribe_url": link,
        "preferences_url": preferences.url(customer_id),
        **{name: Lazily(source, customer_id, shop, language) for name, source in SOURCES.items()},
    }
    if marks.links_id:
        context |= marks.addresses(id_)
    return Letter(
        id_, shop, known.templates.by_key[version], campaign_id, customer_id, channel, attempts,
        claimed_at, email, phone, link, context, marks.wanted,
        marks.return_path, marks.dkim, address,
    )  # fmt: skip


def of_customer(customer: Customer) -> dict[str, Any]:
    """What a template may speak of for this customer, outside of any campaign."""
    shop, known = customer.shop, Profile.objects.filter(customer=customer).first() or Profile()
    return {
        "customer": {
            "first_name": customer.first_name,
            "last_name": customer.last_name,
            "email": customer.email,
            "country": customer.country,
        },
        "shop": of_shop(shop),
        "facts": {
            "order_count": known.order_count or 0,
            "last_order_at": known.last_order_at or "",
        },
        "favourites": known.favourites or [],
        **{
            name: Lazily(source, customer.pk, shop, customer.language)
            for name, source in SOURCES.items()
        },
    }


def of_shop(shop: Shop) -> dict[str, str]:
    """What a template may say of who writes."""
    return {"name": shop.name, "currency": shop.currency, "url": _url(shop)}


def _url(shop: Shop) -> str:
    """The shop's own pages, as far as they are known: the first origin of its page script."""
    origins: str = shop.site.origins if hasattr(shop, "site") else ""
    return next(iter(origins.split()), "")


class Lazily(Mapping[str, Any]):
    """What a source knows of a customer; made when a template speaks of it, and not before."""

    __slots__ = ("args", "made")

    def __init__(self, *args: Any) -> None:
        self.args, self.made = args, None

    def _known(self) -> Any:
        if self.made is None:
            source, customer_id, shop, language = self.args
            self.made = source(Customer(pk=customer_id, shop=shop, language=language))
        return self.made

    def __getitem__(self, key: str) -> Any:
        return self._known()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known())

    def __len__(self) -> int:
        return len(self._known())
