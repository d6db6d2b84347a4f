"""Who is merged into somebody else leaves the running campaigns; nobody gets a letter twice.

The ledger stays with what was sent: no row of a message that left is changed but for whose it is,
so that caps, reports and pages count one person. What the merged one got of a campaign in which the
survivor still is, is entered for the survivor as refused: the ledger takes each step once.
"""

from typing import Any

from django.db import connection
from django.utils.dateparse import parse_datetime

from campaigns.models import Campaign, Enrolment, Message
from customers.merge_models import Merge

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('campaigns.enrolment'), %s)"
REASON, AGAIN = "merged", "sent before merging"
STATE = ("id", "due_at", "waits_since", "left_at", "outcome", "entry_key")

END = """
UPDATE campaigns_enrolment SET due_at = NULL, waits_since = NULL, left_at = now(),
    outcome = 'merged' WHERE id = ANY(%(open)s)
"""
REFUSE = """
UPDATE campaigns_message SET status = 'refused', reason = %(reason)s
WHERE customer_id = %(merged)s AND status = 'planned' RETURNING id
"""
# The steps that the merged one was sent in a campaign that the survivor is in at this moment.
GOT = """
SELECT e.id, o.id AS sent, o.step FROM campaigns_enrolment e
JOIN campaigns_message o ON o.customer_id = %(merged)s AND o.campaign_id = e.campaign_id
    AND o.status IN ('sending', 'sent', 'uncertain')
WHERE e.customer_id = %(survivor)s AND e.due_at IS NOT NULL AND NOT e.held_out
"""
SKIP = f"""
INSERT INTO campaigns_message (shop_id, enrolment_id, campaign_id, customer_id, template_id, step,
    channel, status, reason, trail, due_at, attempts, carrier_id)
SELECT o.shop_id, got.id, o.campaign_id, %(survivor)s, o.template_id, o.step, o.channel, 'refused',
    %(again)s, jsonb_build_object('merged', %(merge)s::bigint, 'sent_as', o.id), now(), 0, ''
FROM ({GOT}) AS got JOIN campaigns_message o ON o.id = got.sent
ORDER BY got.id, o.step
ON CONFLICT (enrolment_id, step) DO NOTHING RETURNING id
"""
REFUSE_AGAIN = f"""
UPDATE campaigns_message m SET status = 'refused', reason = %(again)s FROM ({GOT}) AS got
WHERE m.enrolment_id = got.id AND m.step = got.step AND m.status = 'planned' RETURNING m.id
"""
# A cause counts once for each customer: the merged one's own keeps its name, with whose it was.
FOLLOW = """
UPDATE campaigns_enrolment e SET customer_id = %(survivor)s, entry_key = CASE
    WHEN EXISTS (SELECT FROM campaigns_enrolment o WHERE o.campaign_id = e.campaign_id
        AND o.customer_id = %(survivor)s AND o.entry_key = e.entry_key)
    THEN left(e.entry_key, 38) || ':' || %(merged)s ELSE e.entry_key END
WHERE e.customer_id = %(merged)s
"""
MESSAGES = """
UPDATE campaigns_message SET customer_id = %(to)s
WHERE customer_id = %(from)s AND id = ANY(%(ids)s)
"""
PLANNED_AGAIN = """
UPDATE campaigns_message SET status = 'planned', reason = ''
WHERE id = ANY(%(ids)s) AND status = 'refused' AND reason = ANY(%(reasons)s)
"""


def merge(record: Merge) -> dict[str, Any]:
    """End the merged one's ways through campaigns; returns how everything was."""
    own = {
        "survivor": record.survivor_id,
        "merged": record.merged_id,
        "merge": record.pk,
        "reason": REASON,
        "again": AGAIN,
    }
    _hold(record)
    rows = Enrolment.objects.select_for_update(of=("self",)).filter(customer=record.merged)
    before = [_plain(row) for row in rows.order_by("pk").values(*STATE)]
    messages = Message.objects.filter(customer=record.merged)
    ids = list(messages.order_by("pk").values_list("pk", flat=True))
    _run(END, {"open": [row["id"] for row in before if row["due_at"]]})
    refused = _run(REFUSE, own)
    again = _run(REFUSE_AGAIN, own)
    skipped = _run(SKIP, own)
    _run(FOLLOW, own)
    _run(MESSAGES, {"to": record.survivor_id, "from": record.merged_id, "ids": ids})
    return {
        "enrolments": before,
        "messages": ids,
        "refused": [*refused, *again],
        "skipped": skipped,
    }


def undo(record: Merge, survivor: int, moved: dict[str, Any]) -> None:
    """Put every enrolment and message back to whose it was, and as far as it had come."""
    _hold(record)
    for row in moved["enrolments"]:
        Enrolment.objects.filter(pk=row["id"], customer=survivor).update(
            customer=record.merged,
            entry_key=row["entry_key"],
            outcome=row["outcome"],
            **{name: _moment(row[name]) for name in ("due_at", "waits_since", "left_at")},
        )
    _run(MESSAGES, {"to": record.merged_id, "from": survivor, "ids": moved["messages"]})
    _run(PLANNED_AGAIN, {"ids": moved["refused"], "reasons": [REASON, AGAIN]})
    Message.objects.filter(pk__in=moved["skipped"], status="refused").delete()


def _hold(record: Merge) -> None:
    """Let nobody enter the shop's campaigns until this is committed."""
    running = Campaign.objects.filter(shop=record.shop, status__in=["running", "paused"])
    for pk in running.order_by("pk").values_list("pk", flat=True):
        _run(ONE_AT_A_TIME, [pk])


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if hasattr(value, "isoformat") else value
            for name, value in row.items()}  # fmt: skip


def _moment(text: str | None) -> Any:
    return parse_datetime(text) if text else None


def _run(statement: str, params: Any) -> list[int]:
    """Execute; the ids that the statement returns."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return [row[0] for row in cursor.fetchall()] if cursor.description else []
