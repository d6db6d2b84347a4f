"""The webhook contract: verify a call, keep it durably, answer. Shared by both front doors.

`shops.group_commit` serves it as a bare ASGI application, `shops.pages` as a plain Django view.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shops import connectors, secrecy
from shops.connectors.base import BadSignature, Connector, PayloadError

Row = tuple[Any, ...]

FIND_SHOP = """
SELECT id, connector, webhook_secret_sealed, previous_secret_sealed FROM shops_shop WHERE key = %s
"""

# Sorted keys: two groups with the same keys in another order would deadlock. DISTINCT ON: a
# repeat inside one group is as harmless as one a day later.
STORE = """
WITH incoming AS (
    SELECT DISTINCT ON (shop_id, message_id) *
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bytea[], %s::text[], %s::text[])
        AS call (shop_id, message_id, topic, body, status, reason)
    ORDER BY shop_id, message_id
), fresh AS (
    INSERT INTO shops_deliverykey (shop_id, message_id, answer, received_at)
    SELECT shop_id, message_id, status, now() FROM incoming ORDER BY shop_id, message_id
    ON CONFLICT DO NOTHING
    RETURNING shop_id, message_id
), kept AS (
    INSERT INTO shops_delivery
        (shop_id, received_at, message_id, topic, body, status, reason, digested_at)
    SELECT shop_id, now(), message_id, topic, body, status, reason,
        CASE status WHEN 'accepted' THEN NULL ELSE now() END
    FROM incoming JOIN fresh USING (shop_id, message_id)
), announced AS (
    SELECT pg_notify('waymark', 'delivery')
)
SELECT fresh.shop_id, fresh.message_id FROM fresh, announced
"""

EARLIER_ANSWERS = """
SELECT shop_id, message_id, answer FROM shops_deliverykey
WHERE (shop_id, message_id) IN (SELECT * FROM unnest(%s::bigint[], %s::text[]))
"""


class Refused(Exception):
    """A call that is not kept; carries the answer to give."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(message)
        self.answer = Answer(status, {"ok": False, "error": error, "message": message})


@dataclass(frozen=True)
class Answer:
    """An HTTP status and its JSON body."""

    status: int
    body: dict[str, Any]

    @property
    def content(self) -> bytes:
        return json.dumps(self.body).encode()


@dataclass(frozen=True)
class Tenant:
    """What intake needs to know of a shop; unsealed once, kept for some seconds."""

    shop_id: int
    connector: Connector
    secrets: tuple[str, ...]


@dataclass(frozen=True)
class Incoming:
    """A verified call, ready to be stored."""

    shop_id: int
    message_id: str
    topic: str
    body: bytes
    status: str
    reason: str

    @property
    def key(self) -> tuple[int, str]:
        return self.shop_id, self.message_id


def tenant(row: Row | None) -> Tenant:
    """The tenant in a FIND_SHOP row. Raises Refused (404) when there is none."""
    if row is None:
        raise Refused(404, "unknown_shop", "No shop has this webhook address. Check its key.")
    shop_id, connector, *sealed = row
    secrets = tuple(secrecy.unseal(text) for text in sealed if text)
    return Tenant(shop_id, connectors.get(connector), secrets)


def check_size(size: int, limit: int) -> None:
    """Raises Refused (413) above the limit."""
    if size > limit:
        raise Refused(
            413, "too_large", f"The body is larger than {limit} bytes. Send smaller parts."
        )


def check(sender: Tenant, headers: Mapping[str, str], body: bytes) -> Incoming:
    """A verified, readable call. Raises Refused with 401 or 400. Header names are lower case."""
    try:
        sender.connector.verify(sender.secrets, headers, body)
    except BadSignature as fault:
        raise Refused(401, "bad_signature", f"The signature was not accepted: {fault}.") from fault
    try:
        payload = json.loads(body)
        message_id, topic = sender.connector.identify(headers, payload)
    except PayloadError as fault:
        raise Refused(400, "bad_request", str(fault)) from fault
    except (ValueError, RecursionError) as fault:
        raise Refused(400, "bad_json", f"The body is not JSON: {fault}.") from fault
    known = topic in sender.connector.topics
    return Incoming(
        shop_id=sender.shop_id,
        message_id=message_id,
        topic=topic,
        body=body,
        status="accepted" if known else "ignored",
        reason="" if known else f"This connector does not read the topic {topic!r}.",
    )


def columns(group: Sequence[Incoming]) -> list[list[Any]]:
    """The parameters of STORE."""
    names = ("shop_id", "message_id", "topic", "body", "status", "reason")
    return [[getattr(call, name) for call in group] for name in names]


def repeated(group: Sequence[Incoming], fresh: Sequence[Row]) -> list[Incoming]:
    """The calls of a group that were seen before, or twice in the group."""
    first = {(shop_id, message_id) for shop_id, message_id in fresh}
    again = []
    for call in group:
        if call.key in first:
            first.discard(call.key)
        else:
            again.append(call)
    return again


def answers(
    group: Sequence[Incoming], again: Sequence[Incoming], earlier: Sequence[Row]
) -> list[Answer]:
    """One answer per call: a new one gets 202, a repeat gets 200 and the body of the first."""
    before = {(shop_id, message_id): answer for shop_id, message_id, answer in earlier}
    repeats = {id(call) for call in again}
    return [
        Answer(
            200 if id(call) in repeats else 202,
            {
                "ok": True,
                "id": call.message_id,
                "status": before[call.key] if id(call) in repeats else call.status,
            },
        )
        for call in group
    ]
