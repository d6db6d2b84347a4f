"""What customers allow, and addresses that must not be written to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q
from django.utils.timezone import now
from psycopg.types.json import Jsonb

from customers import touchpoints
from customers.changes import Part
from customers.columns import run
from customers.models import Consent, Customer, Suppression
from shops import outbox
from shops.models import Shop

# A permission that is merely mentioned while one is open says nothing new: not kept.
STATE = """
INSERT INTO customers_consentstatement AS s
    (shop_id, customer_id, merged_from, channel, purpose, occurred_at, given, explicit, how, proof)
SELECT %s, t.customer_id, t.merged_from, t.channel, 'marketing', t.occurred_at, t.given, t.explicit,
    max(t.how), max(t.proof::text)::jsonb
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::boolean[], %s::timestamptz[], %s::text[],
    %s::boolean[], %s::jsonb[])
    AS t (customer_id, merged_from, channel, given, occurred_at, how, explicit, proof)
WHERE t.explicit OR NOT t.given OR NOT EXISTS (SELECT FROM customers_consent c
    WHERE c.customer_id = t.customer_id AND c.channel = t.channel AND c.purpose = 'marketing'
    AND c.ended_at IS NULL AND c.given_at <= t.occurred_at)
GROUP BY t.customer_id, t.merged_from, t.channel, t.occurred_at, t.given, t.explicit
ORDER BY t.customer_id, t.channel, t.occurred_at
ON CONFLICT (customer_id, channel, purpose, occurred_at, given, explicit, merged_from)
    DO UPDATE SET how = excluded.how, proof = excluded.proof
    WHERE (excluded.how, excluded.proof::text) > (s.how, s.proof::text)
RETURNING customer_id
"""

# The history of consents is what all statements add up to, in the order they were made; of two at
# the same moment the withdrawal counts. A permission that is only mentioned never follows a
# withdrawal.
REBUILD = """
WITH said AS (
    SELECT *, bool_or(NOT given) OVER (PARTITION BY customer_id, channel, purpose
        ORDER BY occurred_at, given DESC, explicit DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS was_withdrawn
    FROM customers_consentstatement WHERE customer_id = ANY(%(customers)s)
), counted AS (
    SELECT *, lag(given, 1, false) OVER (PARTITION BY customer_id, channel, purpose
        ORDER BY occurred_at, given DESC, explicit DESC) AS before
    FROM said WHERE explicit OR NOT given OR NOT coalesce(was_withdrawn, false)
), turns AS (
    SELECT *, lead(occurred_at) OVER turn AS ended_at, lead(how) OVER turn AS ended_how
    FROM counted WHERE given <> before
    WINDOW turn AS (PARTITION BY customer_id, channel, purpose
        ORDER BY occurred_at, given DESC, explicit DESC)
), outdated AS (
    DELETE FROM customers_consent WHERE customer_id = ANY(%(customers)s)
)
SELECT shop_id, customer_id, channel, purpose, occurred_at, how, ended_at, coalesce(ended_how, '')
FROM turns WHERE given ORDER BY customer_id, channel, occurred_at
"""
KEEP = """
INSERT INTO customers_consent (shop_id, customer_id, channel, purpose, given_at, given_how,
    ended_at, ended_how)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::timestamptz[],
    %s::text[], %s::timestamptz[], %s::text[])
"""

# A merge gives nobody more than each of its customers gave: at its moment a permission ends, unless
# nobody of them had withdrawn it, and somebody gave it for the address that we go on writing to.
# What is said later counts again. Worked out anew each time, since more may be told late.
ARE_SEVERAL = """
SELECT id FROM customers_customer c WHERE id = ANY(%(customers)s) AND (
    EXISTS (SELECT FROM customers_customer m WHERE m.merged_into_id = c.id)
    OR EXISTS (SELECT FROM customers_consentstatement s WHERE s.customer_id = c.id
        AND s.how = 'merged'))
"""
NOT_MORE = """
WITH outdated AS (
    DELETE FROM customers_consentstatement
    WHERE customer_id = ANY(%(customers)s) AND how = 'merged'
), said AS (
    SELECT g.id AS merge, g.merged_at, s.shop_id, s.customer_id, s.channel, s.purpose,
        coalesce((array_agg(s.given ORDER BY s.occurred_at DESC, s.given)
            FILTER (WHERE s.explicit OR NOT s.given))[1], true) AS allowed,
        bool_or(s.merged_from IS NULL OR CASE s.channel WHEN 'sms' THEN o.phone = c.phone
            ELSE lower(o.email) = lower(c.email) END) AS same_address
    FROM customers_merge g
    JOIN customers_customer m ON m.id = g.merged_id
    JOIN customers_customer c ON c.id = m.merged_into_id
    JOIN customers_consentstatement s ON s.customer_id = c.id AND s.occurred_at <= g.merged_at
        AND s.how <> 'merged'
    LEFT JOIN customers_customer o ON o.id = s.merged_from
    WHERE m.merged_into_id = ANY(%(customers)s) AND g.undone_at IS NULL
    GROUP BY g.id, s.shop_id, s.customer_id, s.channel, s.purpose, s.merged_from
)
INSERT INTO customers_consentstatement (shop_id, customer_id, channel, purpose, occurred_at, given,
    explicit, how, proof)
SELECT shop_id, customer_id, channel, purpose, merged_at, false, true, 'merged', '{}'
FROM said GROUP BY merge, merged_at, shop_id, customer_id, channel, purpose
HAVING bool_or(NOT allowed) OR NOT bool_or(allowed AND same_address)
ON CONFLICT DO NOTHING
"""

ALL_BUT = """
SELECT id, created_at FROM customers_customer c
WHERE shop_id = %s AND merged_into_id IS NULL AND external_id !~ %s
AND NOT EXISTS (SELECT FROM customers_consentstatement s WHERE s.customer_id = c.id
    AND s.channel = %s)
ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Statement:
    """A permission given or withdrawn; `explicit` as in `ConsentFact`."""

    customer_id: int
    channel: str
    given: bool
    occurred_at: datetime
    how: str
    explicit: bool = True
    proof: dict[str, str] = field(default_factory=dict)
    merged_from: int | None = None


# Told once for each withdrawal that counts, by whatever way it came.
WITHDRAWN = """
SELECT o.shop_id, 'consent.withdrawn' AS type, concat_ws(':', 'consent_withdrawn', o.customer_id,
        o.channel, o.purpose, extract(epoch FROM o.ended_at)) AS cause, o.ended_at AS occurred_at,
    jsonb_build_object('customer', c.external_id, 'channel', o.channel, 'purpose', o.purpose,
        'how', o.ended_how) AS data
FROM customers_consent o JOIN customers_customer c ON c.id = o.customer_id
WHERE o.customer_id = ANY(%(customers)s) AND o.ended_at = ANY(%(times)s)
"""


def state(shop: Shop, statements: Sequence[Statement]) -> None:
    """Record what was said and let the consents follow. Safe to repeat, in any order."""
    rows = [
        (
            said.customer_id,
            said.merged_from,
            said.channel,
            said.given,
            said.occurred_at,
            said.how,
            said.explicit,
            Jsonb(said.proof),
        )
        for said in statements
    ]
    with transaction.atomic():
        told = sorted({customer for (customer,) in run(STATE, rows, shop.pk)})
        if told:
            rebuild(told)
            ends = [said.occurred_at for said in statements if not said.given]
            if ends and outbox.is_wanted(shop, "consent.withdrawn"):
                outbox.publish(WITHDRAWN, {"customers": told, "times": ends})


def rebuild(customers: Sequence[int]) -> None:
    """Let the consents of these customers be what all statements about them add up to."""
    known = {"customers": sorted(customers)}
    with connection.cursor() as cursor:
        cursor.execute(ARE_SEVERAL, known)
        if several := [pk for (pk,) in cursor.fetchall()]:
            cursor.execute(NOT_MORE, {"customers": several})
        cursor.execute(REBUILD, known)
        run(KEEP, cursor.fetchall())


def give(customer: Customer, *, channel: str, how: str) -> None:
    """Record the customer's permission for marketing on this channel. Safe to repeat."""
    who = customer.survivor.pk
    state(customer.shop, [Statement(who, channel, given=True, occurred_at=now(), how=how)])


def give_all(shop: Shop, *, channel: str, how: str, except_ids: str) -> int:
    """Record the permission of all customers but those whose id matches a regular expression.

    For an import of customers who agreed elsewhere; nobody who said anything about it before is
    given again.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ALL_BUT, [shop.pk, except_ids, channel])
        agreed = [
            Statement(customer, channel, given=True, occurred_at=since, how=how)
            for customer, since in cursor.fetchall()
        ]
        state(shop, agreed)
    return len(agreed)


def withdraw(customer: Customer, *, channel: str, how: str) -> bool:
    """End the customer's consent on this channel at once; False when there was none to end.

    Messages already planned are left to the gate: it refuses them with "no consent".
    """
    at = now()
    with transaction.atomic():
        # Whoever was merged since the caller looked is withdrawn for as the survivor.
        held = Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
        customer = Customer.objects.select_for_update(of=("self",)).get(pk=held.survivor.pk)
        was_open = Consent.objects.filter(customer=customer, channel=channel, ended_at=None)
        if not was_open.exists():
            return False
        state(
            customer.shop, [Statement(customer.pk, channel, given=False, occurred_at=at, how=how)]
        )
        touchpoints.record(
            [
                touchpoints.Row(
                    customer.shop_id,
                    customer.pk,
                    "consent.withdrawn",
                    f"consent:{customer.pk}:{channel}:{at:%Y%m%dT%H%M%S%f}",
                    at,
                    {"channel": channel, "how": how},
                )
            ]
        )
    return True


def suppress(shop: Shop, *, channel: str, address: str, reason: str) -> None:
    """Never write to this address again, whoever it belongs to. Safe to repeat."""
    address = address.strip().lower()
    with transaction.atomic():
        _kept, new = Suppression.objects.get_or_create(
            shop=shop, channel=channel, address=address, defaults={"reason": reason}
        )
        if new:
            theirs = Q(phone=address) if channel == "sms" else Q(email=address)
            found = Customer.objects.filter(theirs, shop=shop)
            touchpoints.mark_stale(found.values_list("id", flat=True), Part.CONSENT)
