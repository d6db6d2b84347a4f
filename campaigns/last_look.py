"""The last look before letters leave: what was paused, cancelled or withdrawn meanwhile stays here.

The gate judged a whole batch; handing it over takes a while. So each group is looked at again, and
marked as handed over, in one statement that commits before the carrier is called. What a crash
leaves with that mark is uncertain; what it leaves without it was never handed over.
"""

from collections.abc import Sequence

from django.db import connection, transaction

from campaigns.letters import Letter

# The lock makes a pause exact: it waits for looks under way, and the next ones see it.
HELD = """
SELECT id FROM campaigns_campaign WHERE id = ANY(%s) ORDER BY id FOR SHARE
"""
# `claimed_at` tells our claim from somebody else's, made after ours was taken for lost.
LOOK = """
UPDATE campaigns_message m SET
    status = j.status, reason = j.reason,
    handed_over_at = CASE WHEN j.status = 'sending' THEN clock_timestamp() END,
    claimed_at = CASE WHEN j.status <> 'planned' THEN m.claimed_at END,
    attempts = m.attempts - (j.status = 'planned')::int
FROM (
    SELECT l.id, l.claimed_at,
        CASE WHEN g.status = 'paused' THEN 'planned' WHEN g.status <> 'running' THEN 'refused'
            WHEN c.id IS NULL OR s.id IS NOT NULL OR w.refused_topics ? t.key THEN 'refused'
            ELSE 'sending' END AS status,
        CASE WHEN g.status = 'paused' THEN '' WHEN g.status <> 'running' THEN 'campaign cancelled'
            WHEN c.id IS NULL THEN 'no consent' WHEN s.id IS NOT NULL THEN 'suppressed address'
            WHEN w.refused_topics ? t.key THEN 'topic refused' ELSE '' END AS reason
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::bigint[], %s::bigint[], %s::bigint[],
        %s::text[], %s::text[])
        AS l (id, claimed_at, shop_id, campaign_id, customer_id, channel, address)
    JOIN campaigns_campaign g ON g.id = l.campaign_id
    LEFT JOIN campaigns_topic t ON t.id = g.topic_id
    LEFT JOIN campaigns_preference w ON w.customer_id = l.customer_id
    LEFT JOIN customers_consent c ON c.customer_id = l.customer_id AND c.channel = l.channel
        AND c.purpose = 'marketing' AND c.ended_at IS NULL
    LEFT JOIN customers_suppression s ON s.shop_id = l.shop_id AND s.channel = l.channel
        AND s.address = lower(l.address)
) j
WHERE m.id = j.id AND m.status = 'sending' AND m.claimed_at = j.claimed_at
    AND m.handed_over_at IS NULL
RETURNING m.id, m.status
"""


def may_leave(letters: Sequence[Letter]) -> list[Letter]:
    """Mark letters as handed over and return them; the others are given back or refused."""
    rows = [
        (each.id, each.claimed_at, each.shop.pk, each.campaign_id, each.customer_id, each.channel,
         each.address)
        for each in letters
    ]  # fmt: skip
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(HELD, [sorted({each.campaign_id for each in letters})])
        cursor.execute(LOOK, list(map(list, zip(*rows, strict=True))))
        leaving = {id_ for id_, status in cursor.fetchall() if status == "sending"}
    return [each for each in letters if each.id in leaving]
