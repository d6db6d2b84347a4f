"""The last word before a message leaves: consent, suppression, holdout, address."""

from django.db import connection, transaction

# The claim, the checks and the marks are one statement: nothing can change in between. What is
# refused says why; what passes is "sending", and that mark commits before anything is handed over.
CLAIM = """
WITH due AS (
    SELECT m.id FROM campaigns_message m JOIN campaigns_campaign g ON g.id = m.campaign_id
    WHERE m.status = 'planned' AND m.due_at <= now() AND g.status = 'running'
    ORDER BY m.due_at LIMIT %(limit)s FOR NO KEY UPDATE OF m SKIP LOCKED
), judged AS (
    SELECT m.id, CASE
        WHEN e.held_out THEN 'held out'
        WHEN c.email = '' THEN 'no address'
        WHEN NOT EXISTS (SELECT FROM customers_consent o WHERE o.customer_id = c.id
            AND o.channel = m.channel AND o.purpose = 'marketing' AND o.ended_at IS NULL)
            THEN 'no consent'
        WHEN EXISTS (SELECT FROM customers_suppression s WHERE s.shop_id = m.shop_id
            AND s.channel = m.channel AND lower(s.address) = lower(c.email))
            THEN 'suppressed address'
        ELSE '' END AS refusal
    FROM campaigns_message m JOIN due ON due.id = m.id
    JOIN campaigns_enrolment e ON e.id = m.enrolment_id
    JOIN customers_customer c ON c.id = m.customer_id
)
UPDATE campaigns_message m SET
    status = CASE WHEN j.refusal = '' THEN 'sending' ELSE 'refused' END,
    reason = j.refusal,
    claimed_at = now(),
    attempts = m.attempts + 1,
    trail = m.trail || jsonb_build_object('gate', jsonb_build_object('at', now(), 'checked',
        jsonb_build_array('holdout', 'address', 'consent', 'suppression'), 'refusal', j.refusal))
FROM judged j WHERE j.id = m.id
RETURNING m.id, m.status
"""


def claim(*, limit: int) -> tuple[list[int], int]:
    """Take due messages of running campaigns and judge them.

    Returns the ids that may be sent, in order, and how many were taken in all. Must not be called
    inside a transaction: the marks have to be durable when it returns.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(CLAIM, {"limit": limit})
        judged = cursor.fetchall()
    return sorted(pk for pk, status in judged if status == "sending"), len(judged)
