"""The pages that a source names, each fetched by itself: one that fails is tried again soon, and
what was read of it before stays in use."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from assistant.html_text import text_of
from assistant.models import Address, Source
from shops import reaching

MOST_PAGES, LONGEST = 50, 2_000
# After so many failures; a page that still fails is read with all others, every night.
AGAIN = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))


@dataclass(frozen=True)
class Page:
    """An address with its text; without one it was not read, and what is held of it stays."""

    address: Address
    text: str | None = None
    is_asked: bool = True


def pages(source: Source, only: Collection[int] = ()) -> list[Page]:
    """All that the source names, in its order; of them only those named are fetched, if any are."""
    if source.kind != "addresses":
        source.addresses.all().delete()  # of a source that was a list of addresses before
        return []
    return [
        _fetched(each) if not only or each.pk in only else Page(each, is_asked=False)
        for each in _listed(source)
    ]


def keep(found: list[Page]) -> None:
    """Write down how each that was asked ended."""
    changed = [page.address for page in found if page.is_asked]
    Address.objects.bulk_update(changed, ["read_at", "fault", "failed_count", "due_at"])


def due() -> dict[Source, list[int]]:
    """The addresses to be tried again, by their source; put off first, so that nobody else does."""
    found: dict[Source, list[int]] = {}
    late = Address.objects.filter(due_at__lte=now(), source__read_at__isnull=False)
    for each in late.select_related("source__shop").order_by("due_at")[:20]:
        held = Address.objects.filter(pk=each.pk, due_at=each.due_at)
        if held.update(due_at=now() + AGAIN[0]):
            found.setdefault(each.source, []).append(each.pk)
    return found


def ask_again(source: Source, pk: int) -> bool:
    """Have one that failed read again within seconds; whether there is such a one."""
    failed = source.addresses.filter(pk=pk, failed_count__gt=0)
    return bool(failed.update(due_at=now(), failed_count=1))


def _listed(source: Source) -> list[Address]:
    """A row for each address; those that are not named any more are gone."""
    urls = list(dict.fromkeys(url[:LONGEST] for url in source.text.split()))[:MOST_PAGES]
    rows = [
        Address(shop=source.shop, source=source, url=url, position=place)
        for place, url in enumerate(urls)
    ]
    with transaction.atomic():
        source.addresses.exclude(url__in=urls).delete()
        Address.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["source", "url"],
            update_fields=["position"],
        )  # fmt: skip
    return list(source.addresses.order_by("position"))


def _fetched(address: Address) -> Page:
    try:
        reply = reaching.call("GET", address.url, headers={"Accept": "text/html"})
        if reply.status != 200:
            raise reaching.Unreachable(_("It answered %(status)d."), status=reply.status)
    except reaching.Unreachable as problem:
        wait = AGAIN[address.failed_count] if address.failed_count < len(AGAIN) else None
        address.fault, address.failed_count = problem.sentence, address.failed_count + 1
        address.due_at = now() + wait if wait else None
        return Page(address)
    address.fault, address.failed_count, address.due_at = {}, 0, None
    address.read_at = now()
    return Page(address, text_of(reply.text))
