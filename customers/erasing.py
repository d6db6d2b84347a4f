"""After somebody was erased: search everything, take out what is left, prove it.

The search runs in the background, twice: at once, and a day later for what was on its way (a
delivery that came late, an answer of the API that is kept for repeats, a file on its way out). Only
the second one writes the receipt.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import redis
from cryptography.exceptions import InvalidSignature
from cryptography.fernet import InvalidToken
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.timezone import now

from customers import naming, sweeping, tables
from customers.erasure_models import Erasure
from customers.models import Customer, PrivacyRequest
from customers.naming import Person
from shops import audit, files, secrecy
from shops.models import AnsweredCall, StoredFile

AFTERWARDS = timedelta(hours=25)
LEASE = timedelta(hours=1)


def begin(request: PrivacyRequest, family: list[Customer]) -> Erasure:
    """Remember, sealed, what names the person, before it is blanked."""
    person = naming.of(request.shop_id, family, request.customer_id_of_shop)
    audit.record(request.shop_id, audit.Actor("shop"), "erase", f"customers.privacyrequest "
                 f"{request.pk}", {"customers": person.customers})  # fmt: skip
    return Erasure.objects.create(shop=request.shop, request=request, sealed=person.sealed())


def run_due() -> int:
    """Search for everybody whose time has come; returns for how many."""
    count = 0
    while erasure := _claimed():
        search(erasure)
        count += 1
    return count


def _claimed() -> Erasure | None:
    with transaction.atomic():
        free = Q(busy_until=None) | Q(busy_until__lt=now())
        due = Erasure.objects.filter(free, done_at=None, due_at__lte=now())
        erasure = due.select_for_update(skip_locked=True).order_by("due_at").first()
        if erasure:
            erasure.busy_until = now() + LEASE
            erasure.save(update_fields=["busy_until"])
    return erasure


def search(erasure: Erasure) -> None:
    """Take out what is found; the second time, write the receipt unless something is left."""
    person = naming.without_newcomers(Person.unsealed(erasure.sealed))
    swept = {name: count for name, count in _elsewhere(person).items() if count}
    swept |= sweeping.sweep(person, f"erased-{erasure.pk}")
    held = dict(erasure.receipt or {}).get("taken_out", {})
    swept = {name: held.get(name, 0) + swept.get(name, 0) for name in {*held, *swept}}
    left = sweeping.residue(person) | {k: v for k, v in _outside(person).items() if v}
    erasure.receipt = _receipt(erasure, person, swept, left)
    erasure.busy_until, is_first = None, now() < erasure.created_at + AFTERWARDS
    if is_first or left:
        erasure.due_at = max(now() + timedelta(hours=1), erasure.created_at + AFTERWARDS)
    else:
        erasure.done_at, erasure.sealed = now(), ""
        erasure.signature = _key().sign(_canonical(erasure.receipt)).hex()
    erasure.save()


def _receipt(
    erasure: Erasure, person: Person, swept: dict[str, int], left: dict[str, int]
) -> dict[str, Any]:
    request = erasure.request
    return {
        "shop": erasure.shop.key,
        "request": request.reference,
        "requested_at": request.requested_at.isoformat(),
        "searched_at": now().isoformat(),
        "tables_searched": [table.name for table in sweeping.tables()],
        "also_searched": sorted(PLACES),
        "taken_out": dict(sorted(swept.items())),
        "left": dict(sorted(left.items())),
        "belongs_to_others_too": person.shared,
        "public_key": _key().public_key().public_bytes_raw().hex(),
    }


def is_genuine(receipt: dict[str, Any], signature: str) -> bool:
    """Whether this server signed the receipt as it stands."""
    keys = [_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    for key in keys:
        try:
            _public(key).verify(bytes.fromhex(signature), _canonical(receipt))
        except (InvalidSignature, ValueError):
            continue
        return True
    return False


def _public(key: Ed25519PrivateKey) -> Ed25519PublicKey:
    return key.public_key()


def _canonical(receipt: dict[str, Any]) -> bytes:
    return json.dumps(receipt, sort_keys=True, ensure_ascii=False).encode()


def _key(secret: str | None = None) -> Ed25519PrivateKey:
    seed = b"waymark.receipt:" + (secret or settings.SECRET_KEY).encode()
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed).digest())


def _elsewhere(person: Person) -> dict[str, int]:
    """What SQL cannot search: sealed answers, files in parts or packed, files on the disk."""
    if not person.pattern:
        return {}
    named = re.compile(person.pattern, re.IGNORECASE)
    return {
        "answers kept for repeats": _answers(person, named),
        "stored files": _stored(person, named),
        "rejected rows on the disk": sum(_rewritten(path, named) for path in _rejected()),
    }


def _answers(person: Person, named: re.Pattern[str]) -> int:
    found = []
    for row in AnsweredCall.objects.filter(shop=person.shop).iterator():
        try:
            if named.search(secrecy.unseal(row.answer_sealed)):
                found.append(row.pk)
        except InvalidToken:
            found.append(row.pk)  # nobody can read it any more, we cannot either
    AnsweredCall.objects.filter(pk__in=found).delete()
    return len(found)


def _stored(person: Person, named: re.Pattern[str]) -> int:
    """Uploads and exports that name the person go as a whole: they are copies."""
    count = 0
    for file in StoredFile.objects.filter(shop=person.shop):
        if any(named.search(text) for text in _texts(file)):
            file.delete()
            count += 1
    return count


def _texts(file: StoredFile) -> Iterator[str]:
    with files.on_disk(file) as path:
        try:
            for _number, row in tables.rows(path):
                yield " \n".join(row.values())
        except tables.FileFault:
            yield path.read_bytes().decode(errors="replace")


def _rejected() -> list[Path]:
    return sorted((settings.VAR_DIR / "imports").glob("*.csv"))


def _rewritten(path: Path, named: re.Pattern[str]) -> int:
    lines = path.read_text(errors="surrogateescape").splitlines(keepends=True)
    kept = [line for line in lines if not named.search(line)]
    if len(kept) < len(lines):
        path.write_text("".join(kept), errors="surrogateescape")
    return len(lines) - len(kept)


def _outside(person: Person) -> dict[str, int]:
    """Where the person would stand outside the database, if anybody had put them there."""
    if not person.pattern:
        return {}
    named = re.compile(person.pattern.encode(), re.IGNORECASE)
    return {place: look(named) for place, look in PLACES.items()}


def _in_logs(named: re.Pattern[bytes]) -> int:
    found = 0
    for path in sorted((settings.VAR_DIR / "log").glob("*")):
        with path.open("rb") as lines:
            found += sum(1 for line in lines if named.search(line))
    return found


def _in_broker(named: re.Pattern[bytes]) -> int:
    """Waiting tasks carry no data of a customer; this looks whether that is true."""
    if not settings.REDIS_URL.startswith("redis"):
        return 0
    broker, found = redis.Redis.from_url(settings.REDIS_URL), 0
    readers: dict[Any, Callable[[Any], Any]] = {
        b"string": lambda key: [broker.get(key)],
        b"list": lambda key: broker.lrange(key, 0, -1),
        b"set": broker.smembers,
        b"hash": lambda key: [*broker.hgetall(key).values()],
        b"zset": lambda key: broker.zrange(key, 0, -1),
    }
    for key in broker.scan_iter():
        read = readers.get(broker.type(key))
        values = [key, *(read(key) if read else [])]
        found += any(named.search(value) for value in values if value)
    return found


PLACES = {"logs of this machine": _in_logs, "broker": _in_broker}
