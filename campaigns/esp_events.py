"""What a mail service tells of mails: each event finds its message by our own signed mark.

Told twice it counts once, and the order does not matter. A service speaks of its own shop only.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.db import connection, transaction
from django.utils.timezone import is_naive, now

from campaigns import bounces, dsn, machines, tracking, unsubscribing
from campaigns.carrier_models import MailCarrier
from campaigns.channels.esp import MARK
from campaigns.mail_models import MailSettings, TemplateLinks
from campaigns.models import Message
from customers import touchpoints

ARRIVED = {EventType.DELIVERED, EventType.OPENED, EventType.CLICKED, EventType.COMPLAINED}
NO_SUCH = {RejectReason.BOUNCED, RejectReason.INVALID}
# What anymail calls a bounce like any other, and the service itself does not.
FOR_NOW = (("Type", "SoftBounce"), ("event", "soft_bounce"), ("hard_bounce", False))

# What was uncertain has arrived: the service had it after all.
DELIVERED = """
UPDATE campaigns_message m SET delivered_at = least(m.delivered_at, t.at),
    sent_at = CASE WHEN l.status = 'uncertain' THEN t.at ELSE m.sent_at END,
    reason = CASE WHEN l.status = 'uncertain' THEN '' ELSE m.reason END,
    status = CASE WHEN l.status = 'uncertain' THEN 'sent' ELSE m.status END
FROM (SELECT id, status FROM campaigns_message WHERE id = ANY(%s) ORDER BY id FOR UPDATE) l,
    (SELECT id, min(at) AS at FROM unnest(%s::bigint[], %s::timestamptz[]) AS u (id, at)
        GROUP BY id) t
WHERE m.id = l.id AND t.id = l.id
RETURNING m.shop_id, m.customer_id, m.id, m.campaign_id, m.channel, m.claimed_at, l.status
"""


def take(carrier: MailCarrier, events: Sequence[AnymailTrackingEvent]) -> int:
    """Write down what these events say; returns how many spoke of mails of the shop."""
    named = [(str((event.metadata or {}).get(MARK, "")), event) for event in events]
    messages = bounces.messages_of(name for name, _event in named)
    known = [
        (message, event)
        for name, event in named
        if (message := messages.get(name)) and message.shop_id == carrier.shop_id
    ]
    arrived([(message.pk, _at(event)) for message, event in known if event.event_type in ARRIVED])
    said = MailSettings.objects.filter(shop=carrier.shop_id).first() or MailSettings()
    wanted = {EventType.OPENED: said.tracks_opens, EventType.CLICKED: said.tracks_clicks}
    for message, event in known:
        if event.event_type in wanted:
            if carrier.counts and wanted[event.event_type]:
                _note(message, event)
        else:
            _settle(message, event)
    return len(known)


def _at(event: AnymailTrackingEvent) -> datetime:
    """When it happened; a service's clock may be ahead of ours."""
    at = event.timestamp or now()
    return min(at.replace(tzinfo=UTC) if is_naive(at) else at, now())


def arrived(told: Sequence[tuple[int, datetime]]) -> None:
    """Messages that reached their customers then. Safe to repeat."""
    if not told:
        return
    ids, times = map(list, zip(*told, strict=True))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(DELIVERED, [ids, ids, times])
        rows = [row for row in cursor.fetchall() if row[-1] == "uncertain"]
        touchpoints.record([
            touchpoints.Row(
                shop_id, customer_id, "message.sent", f"message:{pk}", claimed_at,
                {"campaign": campaign_id, "channel": channel, "message": pk},
            )
            for shop_id, customer_id, pk, campaign_id, channel, claimed_at, _status in rows
        ])  # fmt: skip


def _note(message: Message, event: AnymailTrackingEvent) -> None:
    hint = machines.hint({"User-Agent": event.user_agent}, kind=event.event_type) \
        if event.user_agent else ""  # fmt: skip
    if event.event_type == EventType.OPENED:
        tracking.note(message.pk, "opened", hint, at=_at(event))
        return
    target = dsn.plain(str(event.click_url or ""))
    links_id, number = _link(message, target)
    tracking.note(message.pk, "clicked", hint, links_id, number, target, _at(event))


def _link(message: Message, url: str) -> tuple[int | None, int]:
    """Which link of the mail this is; none where it was made for the recipient."""
    row = TemplateLinks.objects.filter(template=message.template_id).order_by("-pk").first()
    for number, target in enumerate(row.targets if row else [], 1):
        if _bare(target) == _bare(url):
            return row.pk, number  # type: ignore[union-attr]
    return None, 0


def _bare(url: str) -> str:
    """Without what was added for statistics."""
    try:
        parts = urlsplit(url)
    except ValueError:  # such as an unmatched bracket
        return url
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    own = [pair for pair in pairs if not pair[0].startswith("utm_")]
    return urlunsplit(parts._replace(query=urlencode(own)))


def _settle(message: Message, event: AnymailTrackingEvent) -> None:
    left = {EventType.UNSUBSCRIBED, RejectReason.UNSUBSCRIBED}
    if event.event_type == EventType.UNSUBSCRIBED or event.reject_reason in left:
        unsubscribing.unsubscribe(message, how="mail service")
    elif (report := _report(event)) is not None:
        with transaction.atomic():
            bounces.settle(message, report)


def _passes(raw: dict[str, Any]) -> bool:
    """What the service itself calls a soft bounce; SES says it inside, and knows a third kind."""
    inside = raw.get("bounce")
    kind = inside.get("bounceType", "Permanent") if isinstance(inside, dict) else "Permanent"
    return kind != "Permanent" or any(raw.get(name, "") == value for name, value in FOR_NOW)


def _is_for_good(raw: dict[str, Any]) -> bool:
    """What the service itself calls a hard bounce, and anymail tells no reason of: SendGrid has a
    type for it, Resend a word inside."""
    data = raw.get("data")
    bounce = data.get("bounce") if isinstance(data, dict) else None
    is_permanent = isinstance(bounce, dict) and bounce.get("type") == "Permanent"
    return is_permanent or (raw.get("event"), raw.get("type")) == ("bounce", "bounce")


def _report(event: AnymailTrackingEvent) -> dsn.Report | None:
    words = " ".join(str(event.mta_response or event.description or "").split())[:300]
    status = dsn.STATUS.search(words)
    code = status[0] if status else ""
    if event.event_type == EventType.COMPLAINED or event.reject_reason == RejectReason.SPAM:
        return dsn.Report("complained", code, words)
    if event.event_type not in {EventType.BOUNCED, EventType.REJECTED}:
        return None
    raw = event.esp_event if isinstance(event.esp_event, dict) else {}
    passes = code.startswith("4") or _passes(raw)
    hard = (event.reject_reason in NO_SUCH or _is_for_good(raw)) and not passes
    return dsn.Report("hard" if hard else "soft", code, words)
