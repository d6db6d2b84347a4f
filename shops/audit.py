"""The audit trail: append, and prove that nothing was changed since.

A seal is an HMAC over the entry and the seal before it, with a key made from SECRET_KEY: who can
write to the database alone cannot forge one.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction

from shops.audit_models import AuditEntry, AuditHead
from shops.clock import now
from shops.masking import HIDDEN, SECRET, mask

LONGEST = 500  # characters of a value
MOST = 60  # fields of an entry


@dataclass(frozen=True)
class Actor:
    """Who acts, and from where."""

    who: str
    ip: str | None = None
    agent: str = ""


def record(
    shop: int | None, actor: Actor, action: str, target: str = "", changes: Any = None
) -> AuditEntry:
    """Append to the shop's trail, in the transaction of what it tells of; without secrets, and
    with personal data hidden."""
    with transaction.atomic():
        head = _locked(shop)
        entry = AuditEntry(
            shop_id=shop, number=head.number + 1, at=now(), who=actor.who[:160],
            action=action[:80], target=target[:160], changes=told(changes or {}), ip=actor.ip,
            agent=actor.agent[:200],
        )  # fmt: skip
        entry.seal = _seal(entry, head.seal, settings.SECRET_KEY)
        entry.save(force_insert=True)
        head.number, head.seal = entry.number, entry.seal
        head.save()
    return entry


def told(changes: Mapping[str, Any]) -> dict[str, Any]:
    """What may stand in the trail: no secret, nobody's name or address, nothing endless."""
    shown = {}
    for name, value in list(changes.items())[:MOST]:
        personal = "" if name == "name" else name  # a campaign's, not a person's
        plain = json.loads(json.dumps(mask(value, personal), default=str))
        shown[name] = HIDDEN if SECRET.search(name) else _short(plain)
    return shown


def _short(value: Any) -> Any:
    if isinstance(value, list) and len(value) == 2:  # before and after
        return [_short(part) for part in value]
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return value if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _locked(shop: int | None) -> AuditHead:
    AuditHead.objects.bulk_create([AuditHead(shop_id=shop)], ignore_conflicts=True)
    return AuditHead.objects.select_for_update().get(shop=shop)


def _seal(entry: AuditEntry, before: str, secret: str) -> str:
    said = [before, entry.shop_id, entry.number, entry.at.isoformat(), entry.who, entry.action,
            entry.target, entry.changes, str(entry.ip or ""), entry.agent]  # fmt: skip
    text = json.dumps(said, sort_keys=True, ensure_ascii=False)
    key = hashlib.sha256(b"waymark.audit:" + secret.encode()).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _is_sealed(entry: AuditEntry, before: str) -> bool:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(hmac.compare_digest(entry.seal, _seal(entry, before, key)) for key in keys)


def faults(shop: int | None) -> Iterator[str]:
    """What is wrong with a chain: changed, missing, cut off; nothing where it is whole."""
    number, seal = 0, ""
    for entry in AuditEntry.objects.filter(shop=shop).order_by("number").iterator():
        if entry.number != number + 1:
            yield f"entries {number + 1} to {entry.number - 1} are missing"
        elif not _is_sealed(entry, seal):
            yield f"entry {entry.number} was changed, or the one before it"
        number, seal = entry.number, entry.seal
    head = AuditHead.objects.filter(shop=shop).first()
    if head and (head.number, head.seal) != (number, seal):
        yield f"the end was cut off: it ended with entry {head.number}"
    if number and head is None:
        yield "its head is missing"
