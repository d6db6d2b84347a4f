"""What answers may rest on: sources cut into passages, found by meaning or else by words.

Meaning: the multilingual encoder, compared in the database by pgvector; a question in one language
finds a passage in another. Words: the terms that question and passage share, rare ones first, where
the encoder or pgvector is missing.
"""

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import F
from django.utils.timezone import now

from assistant import addresses
from assistant.addresses import Page
from assistant.models import Passage, Source
from llm import encoding, meaning
from shops import money
from shops.models import Product, Shop

LONGEST, MOST_PASSAGES, SHOWN = 800, 5_000, 3
CHANGING = ("addresses", "products")  # kinds of sources whose text is not in the source
Piece = tuple[str, str, str]  # the address it is from, if any; title; text
Key = tuple[str, str, int]  # a passage is known by address and title, and the how manieth of it
NOTHING = "nothing"  # as a source's fault
BY_MEANING = """
SELECT id, 1 - (vector::vector <=> %(asked)s::float8[]::vector) AS likeness
FROM assistant_passage WHERE shop_id = %(shop)s AND vector IS NOT NULL
ORDER BY vector::vector <=> %(asked)s::float8[]::vector, id LIMIT %(most)s
"""
WORD = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]+")
SMALL = set(
    WORD.findall(
        "a an and are be can do does for from how i if in is it me my of on or the this to was what"
        " when where which who will with you your 的 了 吗 呢 我 你 是"
    )
)


@dataclass(frozen=True)
class Found:
    """A passage and how well it fits, 0 to 1: likeness of meaning, or share of rare words."""

    passage: Passage
    fit: float
    by: str  # meaning, words


def read_due() -> int:
    """Read the sources that are new or changed, and pages that failed; returns how many sources."""
    due = list(Source.objects.filter(read_at=None).order_by("pk").select_related("shop")[:20])
    for source in due:
        read(source)
    late = addresses.due()
    for source, failed in late.items():
        read(source, only=failed)
    return len(due) + len(late)


def renew() -> None:
    """Have pages and products read again, which change without anybody saying so here."""
    Source.objects.filter(kind__in=CHANGING).update(read_at=None)


def read(source: Source, *, only: Collection[int] = ()) -> None:
    """Cut a source into passages; those it had already stay, a fault is kept on it.

    A corrected question names its right passage: one whose text was mended goes on as the same.
    Each address of a list fails alone and keeps what was read of it; `only` these are fetched.
    """
    pages = addresses.pages(source, only)
    try:
        pieces = _numbered(list(_pieces(source, pages))[:MOST_PASSAGES])
        has_failed = any(page.address.failed_count for page in pages)
        fault = "" if pieces or has_failed else NOTHING
    except csv.Error as problem:
        pieces, fault = {}, str(problem)
    fresh = _fresh(pieces, _held(source))
    vectors = dict(zip(fresh, _vectors([f"{key[1]}\n{pieces[key]}" for key in fresh]), strict=True))
    with transaction.atomic():
        now_held = Source.objects.select_for_update().get(pk=source.pk)
        if now_held.read_at != source.read_at and (
            only or now_held.changed_at == source.changed_at
        ):
            return  # another worker has read it meanwhile
        addresses.keep(pages)
        if pieces or pages:
            _put(source, pieces, vectors)
        # Changed while it was read: it is read once more.
        held = Source.objects.filter(pk=source.pk, changed_at=source.changed_at)
        held.update(read_at=now(), fault=fault)


def find(shop: Shop, text: str, *, most: int = SHOWN) -> list[Found]:
    """The passages that may answer a question, best first."""
    if by_meaning():
        (asked,) = meaning.vectors([text], is_query=True)
        with connection.cursor() as cursor:
            cursor.execute(BY_MEANING, {"shop": shop.pk, "asked": asked, "most": most})
            ranked = cursor.fetchall()
        if ranked:
            held = Passage.objects.select_related("source").in_bulk([pk for pk, _fit in ranked])
            # One that is not held any more was replaced meanwhile.
            return [Found(held[pk], float(fit), "meaning") for pk, fit in ranked if pk in held]
    return _by_words(shop, text, most)


def by_meaning() -> bool:
    """Whether the encoder is installed here and pgvector in the database."""
    return encoding.installed() and meaning.compared_by_database()


def terms(text: str) -> set[str]:
    """The words of a text; of Chinese each two characters that stand together."""
    found: set[str] = set()
    for word in WORD.findall(text.lower()):
        if word[0].isascii():
            found.add(word[:-1] if len(word) > 3 and word.endswith("s") else word)
        else:
            found |= {word[n : n + 2] for n in range(len(word) - 1)} or {word}
    return found - SMALL


def _numbered(pieces: list[Piece]) -> dict[Key, str]:
    seen: Counter[tuple[str, str]] = Counter()
    found = {}
    for address, title, text in pieces:
        key = (address, title[:300])
        found[*key, seen[key]] = text
        seen[key] += 1
    return found


def _held(source: Source) -> dict[Key, Passage]:
    rows = list(source.passages.order_by("position"))
    keys = _numbered([(row.address, row.title, row.text) for row in rows])
    return dict(zip(keys, rows, strict=True))


def _fresh(pieces: dict[Key, str], held: dict[Key, Passage]) -> list[Key]:
    """What says something else than is held, or is held without its meaning."""
    known = {key for key, row in held.items() if row.vector or not encoding.installed()}
    return [key for key, text in pieces.items() if key not in known or held[key].text != text]


def _put(source: Source, pieces: dict[Key, str], vectors: dict[Key, list[float] | None]) -> None:
    held = _held(source)
    Passage.objects.filter(
        pk__in=[row.pk for key, row in held.items() if key not in pieces]
    ).delete()
    # Out of the way: no two may stand at one position while they change places.
    source.passages.update(position=-1 - F("position"))
    rows = []
    for position, (key, text) in enumerate(pieces.items()):
        new = Passage(shop=source.shop, source=source, address=key[0], title=key[1])
        row = held.get(key) or new
        row.position, row.text = position, text
        row.terms = sorted(terms(f"{row.title} {text}"))
        row.vector = vectors.get(key, row.vector)
        rows.append(row)
    Passage.objects.bulk_create(row for row in rows if row.pk is None)
    changed = ["position", "text", "terms", "vector"]
    Passage.objects.bulk_update([row for row in rows if row.pk], changed, batch_size=500)


def _by_words(shop: Shop, text: str, most: int) -> list[Found]:
    asked = terms(text)
    rows = list(
        Passage.objects.filter(shop=shop, terms__overlap=sorted(asked)).select_related("source")
    )
    spread = Counter(term for row in rows for term in asked & set(row.terms))
    rare = {term: math.log(1 + len(rows) / spread[term]) if spread[term] else 2 for term in asked}
    whole = sum(rare.values()) or 1
    scored = [
        Found(row, sum(rare[t] for t in asked & set(row.terms)) / whole, "words") for row in rows
    ]
    return sorted(scored, key=lambda found: (-found.fit, found.passage.pk))[:most]


def _vectors(texts: list[str]) -> list[list[float] | None]:
    if not encoding.installed():
        return [None] * len(texts)
    return list(meaning.vectors(texts, is_query=False))


def _pieces(source: Source, pages: list[Page]) -> Iterator[Piece]:
    """Each part of the source."""
    if source.kind == "addresses":
        yield from (piece for page in pages for piece in _of_page(source, page))
        return
    if source.kind == "csv":
        parts = _rows(source.text)
    elif source.kind == "products":
        parts = _products(source.shop)
    else:
        parts = _parts(source.text, source.name)
    yield from (("", title, text) for title, text in parts)


def _of_page(source: Source, page: Page) -> Iterator[Piece]:
    """What the page says; where it was not read, what is held of it."""
    url = page.address.url
    if page.text is not None:
        yield from ((url, title, text) for title, text in _parts(page.text, url))
    else:
        held = source.passages.filter(address=url).order_by("position")
        yield from ((url, row.title, row.text) for row in held)


def _rows(text: str) -> Iterator[tuple[str, str]]:
    for row in csv.reader(io.StringIO(text)):
        if len(row) > 1 and row[1].strip():
            yield row[0].strip(), row[1].strip()[:LONGEST]


def _parts(text: str, name: str) -> Iterator[tuple[str, str]]:
    """Markdown by its headings; a long part is cut between paragraphs."""
    title, held = name, ""
    for block in re.split(r"\n\s*\n|(?=^#{1,6} )", text, flags=re.MULTILINE):
        heading = re.match(r"#{1,6}\s+(.*)", block)
        if heading or len(held) + len(block) > LONGEST:
            if held.strip():
                yield title, held.strip()[:LONGEST]
            held = ""
        if heading:
            title, block = heading[1].strip(), block[heading.end() :]
        held += f"\n\n{block.strip()}" if block.strip() else ""
    if held.strip():
        yield title, held.strip()[:LONGEST]


def _products(shop: Shop) -> Iterator[tuple[str, str]]:
    rows = Product.objects.filter(shop=shop, available=True).exclude(title="").order_by("pk")
    for product in rows[:MOST_PASSAGES]:
        price = product.price_cents
        told = [product.category, money.said(price, shop.currency) if price is not None else ""]
        yield product.title, ". ".join([product.title, *(one for one in told if one)])
