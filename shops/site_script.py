"""The script on a shop's pages: its keys, what to paste, and what it tells."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import orjson
from django.db import transaction
from django.utils.translation import gettext as _

from shops import secrecy
from shops.connectors.base import Call, PayloadError
from shops.connectors.node import Node
from shops.connectors.site import Visit, read_visit
from shops.models import Delivery, Shop
from shops.site_models import Site

LOOKED_AT = 200  # calls; the newest say enough of who comes
SHOWN = 12

# What is called before the script has loaded waits in `q`.
SNIPPET = """<script>
  window.waymark = window.waymark || function () {{
    (waymark.q = waymark.q || []).push(arguments);
  }};
  (function (script) {{
    script.src = "{address}";
    script.dataset.key = "{key}";
    document.head.append(script);
  }})(document.createElement("script"));
</script>"""


def of(shop: Shop) -> Site:
    """The shop's script, with keys of its own from the first time it is asked for."""
    site, _is_new = Site.objects.get_or_create(shop=shop)
    return site


def snippet(site: Site, address: str) -> str:
    """What the shop's owner pastes into every page; `address` is the script's."""
    return SNIPPET.format(address=address, key=site.public_key)


def origin(text: str) -> str:
    """The origin of a page's address, as browsers write it. Raises ValueError."""
    parts = urlsplit(text.lower())
    if parts.scheme not in {"http", "https"} or not parts.netloc or "@" in parts.netloc:
        raise ValueError(_("%s is no origin; write it as https://shop.example.com.") % text)
    return f"{parts.scheme}://{parts.netloc}"


def rotate_key(site: Site) -> None:
    """Give the pages a new public key; the previous one stays valid until the next change."""
    with transaction.atomic():
        locked = Site.objects.select_for_update().get(pk=site.pk)
        locked.previous_public_key = locked.public_key
        locked.public_key = secrecy.new_public_key()
        locked.save(update_fields=["previous_public_key", "public_key"])
    site.refresh_from_db()


def rotate_secret(site: Site) -> None:
    """Give the shop a new signing secret; the previous one stays valid until the next change."""
    with transaction.atomic():
        locked = Site.objects.select_for_update().get(pk=site.pk)
        locked.previous_secret_sealed = locked.secret_sealed
        locked.secret_sealed = secrecy.new_recognition_secret()
        locked.save(update_fields=["previous_secret_sealed", "secret_sealed"])
    site.refresh_from_db()


def seen(shop: Shop) -> dict[str, Any]:
    """The last events of the shop's pages, and how many of the last calls machines made."""
    calls = list(_last_calls(shop))
    bots = sum(visit.is_bot for _, visit, _ in calls)
    rows = [
        {"topic": str(event.get("kind", "")), "status": _words(event, visit), "reason": reason}
        for reason, visit, events in calls[:SHOWN]
        for event in reversed(events)
        if isinstance(event, dict)
    ]
    share = f"{100 * bots / len(calls):.0f} %" if calls else "–"
    return {"arrivals": rows[:SHOWN], "figures": {"bots": share}}


def _last_calls(shop: Shop) -> Iterator[tuple[str, Visit, list[Any]]]:
    newest = Delivery.objects.filter(shop=shop, connector="site").order_by("-id")[:LOOKED_AT]
    for delivery in newest:
        payload = orjson.loads(bytes(delivery.body))
        call = Call(delivery.received_at, shop.currency)
        try:
            yield delivery.reason, read_visit(Node(payload), call), payload["events"]
        except PayloadError:
            continue  # quarantined, and listed there


def _words(event: dict[str, Any], visit: Visit) -> str:
    data = event.get("data")
    said = data if isinstance(data, dict) else {}
    names = [name for name in ("path", "title", "query", "customer") if name in said]
    notes = [*(str(said[name])[:60] for name in names[:1]), *([_("bot")] if visit.is_bot else [])]
    return " · ".join(notes)
