"""The contract of calls that must not be lost: verify, keep durably, answer.

`shops.group_commit` serves it as a bare ASGI application, `shops.pages` as plain Django views.
There are two doors: a shop's webhooks, and what the script on its pages tells.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any, LiteralString

import orjson
from cryptography.fernet import InvalidToken
from django.conf import settings

from shops import connectors, secrecy
from shops.connectors.base import BadSignature, Connector, PayloadError
from shops.limits import Limits

Row = tuple[Any, ...]
limits = Limits()
logger = logging.getLogger(__name__)

FIND_SHOP = """
SELECT id, connector, rate_limit, '', webhook_secret_sealed, previous_secret_sealed
FROM shops_shop WHERE key = %(key)s
"""
FIND_SITE = """
SELECT shop_id, 'site', rate_limit, origins FROM shops_site
WHERE public_key = %(key)s OR (previous_public_key = %(key)s AND previous_public_key <> '')
"""
BEACON_BYTES = 65_536  # what browsers let a page send while it is being left


@dataclass(frozen=True)
class Door:
    """An address that is posted to, and by which statement its caller is found.

    One that is `for_pages` may be posted to by scripts of other origins, which read its answers.
    """

    prefix: str
    find: LiteralString
    max_bytes: int
    for_pages: bool = False


WEBHOOKS = Door("/hooks/", FIND_SHOP, settings.INTAKE_MAX_BYTES)
PAGES = Door("/site/", FIND_SITE, BEACON_BYTES, for_pages=True)
DOORS = (WEBHOOKS, PAGES)

# Sorted keys: two groups with the same keys in another order would deadlock. DISTINCT ON: a
# repeat inside one group is as harmless as one a day later.
STORE = """
WITH incoming AS (
    SELECT DISTINCT ON (shop_id, message_id) *
    FROM unnest(%b::bigint[], %b::text[], %b::text[], %b::text[], %b::timestamptz[],
        %b::bytea[], %b::text[], %b::text[])
        AS call (shop_id, message_id, connector, topic, sent_at, body, status, reason)
    WHERE shop_id IN (SELECT id FROM shops_shop)
    ORDER BY shop_id, message_id
), fresh AS (
    INSERT INTO shops_deliverykey (shop_id, message_id, answer, received_at)
    SELECT shop_id, message_id, status, now() FROM incoming ORDER BY shop_id, message_id
    ON CONFLICT DO NOTHING
    RETURNING shop_id, message_id, answer
), kept AS (
    INSERT INTO shops_delivery
        (shop_id, received_at, message_id, connector, topic, sent_at, body, status, reason,
        digested_at)
    SELECT shop_id, now(), message_id, connector, topic, sent_at, body, status, reason,
        CASE status WHEN 'accepted' THEN NULL ELSE now() END
    FROM incoming JOIN fresh USING (shop_id, message_id)
)
SELECT shop_id, message_id, answer, true FROM fresh
UNION ALL
SELECT shop_id, message_id, earlier.answer, false
FROM incoming JOIN shops_deliverykey earlier USING (shop_id, message_id)
WHERE NOT EXISTS (SELECT FROM fresh WHERE fresh.shop_id = incoming.shop_id
    AND fresh.message_id = incoming.message_id)
"""

# For calls that STORE did not speak of: committed by another group while it ran.
EARLIER_ANSWERS = """
SELECT shop_id, message_id, answer, false FROM shops_deliverykey
WHERE (shop_id, message_id) IN (SELECT * FROM unnest(%s::bigint[], %s::text[]))
"""


@dataclass(frozen=True)
class Answer:
    """An HTTP status, its JSON body and, where the call may come again, after how many seconds."""

    status: int
    body: dict[str, Any]
    retry_after: int = 0

    @property
    def content(self) -> bytes:
        return orjson.dumps(self.body)

    def headers(self, door: Door) -> dict[str, str]:
        """Beside the body's own; any page may read an answer, for it says nothing of anybody."""
        found = {"retry-after": str(self.retry_after)} if self.retry_after else {}
        if door.for_pages:
            found["access-control-allow-origin"] = "*"
            found["access-control-expose-headers"] = "retry-after"
        return found


RETRY_AFTER_SECONDS = 5
AWAY = Answer(
    503,
    {"ok": False, "error": "unavailable", "message": "Not stored; send it again in some seconds."},
    RETRY_AFTER_SECONDS,
)


class Answered(Exception):
    """A call that is not kept; carries the answer to give."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.body.get("message", ""))
        self.answer = answer


class Refused(Answered):
    """A call that is not kept because something is wrong with it."""

    def __init__(self, status: int, error: str, message: str, *, retry_after: int = 0) -> None:
        body = {"ok": False, "error": error, "message": message}
        super().__init__(Answer(status, body, retry_after))


@dataclass(frozen=True)
class Tenant:
    """What intake needs to know of a caller; unsealed once, kept for some seconds."""

    shop_id: int
    connector_name: str
    connector: Connector
    rate_limit: int
    origins: frozenset[str]  # of pages that may post; empty: any
    secrets: tuple[str, ...]


@dataclass(frozen=True)
class Incoming:
    """A verified call, ready to be stored."""

    shop_id: int
    message_id: str
    connector: str
    topic: str
    sent_at: datetime | None
    body: bytes
    status: str
    reason: str

    @property
    def key(self) -> tuple[int, str]:
        return self.shop_id, self.message_id


UNSTORABLE = (400, "bad_request", "The database does not take this call: check its id and topic.")
UNKNOWN_SHOP = (404, "unknown_shop", "No shop has this address. Check its key.")
ONLY_POST = (405, "method_not_allowed", "This address is posted to.")


def tenant(row: Row | None) -> Tenant:
    """The tenant in the row that a door's statement found. Raises Refused (404) without one."""
    if row is None:
        raise Refused(*UNKNOWN_SHOP)
    shop_id, name, rate_limit, origins, *sealed = row
    try:
        secrets = tuple(secrecy.unseal(text) for text in sealed if text)
    except InvalidToken as fault:
        logger.error("The secrets of shop %s were sealed under another SECRET_KEY.", shop_id)
        raise Answered(AWAY) from fault
    allowed = frozenset(origins.split())
    return Tenant(shop_id, name, connectors.get(name), rate_limit, allowed, secrets)


def check_size(size: int, limit: int) -> None:
    """Raises Refused (413) above the limit."""
    if size > limit:
        raise Refused(
            413, "too_large", f"The body is larger than {limit} bytes. Send smaller parts."
        )


def check(sender: Tenant, headers: Mapping[str, str], body: bytes) -> Incoming:
    """A verified, readable call within the shop's limit. Header names are lower case.

    Raises Refused with 401, 403, 429 or 400, or Answered for a platform's first call.
    """
    if sender.origins and headers.get("origin") not in sender.origins:
        raise Refused(403, "foreign_origin", "This shop takes nothing from pages of this origin.")
    if sender.connector.is_greeting(headers, body):
        raise Answered(Answer(200, {"ok": True, "status": "ready"}))
    try:
        sender.connector.verify(sender.secrets, headers, body)
    except BadSignature as fault:
        raise Refused(401, "bad_signature", f"The signature was not accepted: {fault}.") from fault
    check_rate(sender)
    try:
        payload = orjson.loads(body)
        envelope = sender.connector.identify(headers, payload, body)
    except PayloadError as fault:
        raise Refused(400, "bad_request", str(fault)) from fault
    except (ValueError, RecursionError) as fault:
        raise Refused(400, "bad_json", f"The body is not JSON: {fault}.") from fault
    known = sender.connector.reads(envelope.topic)
    return Incoming(
        shop_id=sender.shop_id,
        message_id=envelope.message_id,
        connector=sender.connector_name,
        topic=envelope.topic,
        sent_at=envelope.sent_at,
        body=body,
        status="accepted" if known else "ignored",
        reason="" if known else f"This connector does not read the topic {envelope.topic!r}.",
    )


def check_rate(sender: Tenant) -> None:
    """Raises Refused (429) above the shop's limit. Asked after the signature: a stranger who
    knows the address cannot use the limit up."""
    # A bucket for each connector: visitors who flood the shop's pages do not stop its webhooks.
    wait = limits.wait((sender.shop_id, sender.connector_name), sender.rate_limit)
    if wait:
        raise Refused(
            429,
            "too_many",
            f"More than {sender.rate_limit} deliveries a second; send it again later.",
            retry_after=ceil(wait),
        )


def columns(group: Sequence[Incoming]) -> list[list[Any]]:
    """The parameters of STORE."""
    names = ("shop_id", "message_id", "connector", "topic", "sent_at", "body", "status", "reason")
    return [[getattr(call, name) for call in group] for name in names]


def unanswered(group: Sequence[Incoming], found: Sequence[Row]) -> list[Incoming]:
    """The calls of a group that STORE neither kept nor knew."""
    known = {(shop_id, message_id) for shop_id, message_id, *_ in found}
    return [call for call in group if call.key not in known]


def answers(group: Sequence[Incoming], found: Sequence[Row]) -> list[Answer]:
    """One answer per call: a new one gets 202, a repeat gets 200 and the body of the first.

    What was neither stored nor seen before is for a shop that is gone.
    """
    said = {(shop_id, message_id): answer for shop_id, message_id, answer, _ in found}
    fresh = {(shop_id, message_id) for shop_id, message_id, _, new in found if new}
    given = []
    for call in group:
        if call.key in fresh:
            fresh.discard(call.key)  # the next one of the group is a repeat
            given.append(_kept(202, call, said[call.key]))
        elif call.key in said:
            given.append(_kept(200, call, said[call.key]))
        else:
            given.append(Refused(*UNKNOWN_SHOP).answer)
    return given


def _kept(status: int, call: Incoming, said: str) -> Answer:
    return Answer(status, {"ok": True, "id": call.message_id, "status": said})
