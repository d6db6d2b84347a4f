"""What customers allow, and addresses that must not be written to."""

from django.db import connection, transaction
from django.utils.timezone import now

from customers import touchpoints
from customers.models import Consent, Customer, Suppression
from shops.models import Shop

GIVE_ALL = """
INSERT INTO customers_consent
    (shop_id, customer_id, channel, purpose, given_at, given_how, ended_how)
SELECT shop_id, id, %s, 'marketing', created_at, %s, '' FROM customers_customer
WHERE shop_id = %s AND external_id !~ %s
AND NOT EXISTS (SELECT FROM customers_consent o WHERE o.customer_id = customers_customer.id
    AND o.channel = %s AND o.purpose = 'marketing')
ON CONFLICT DO NOTHING
"""


def give(customer: Customer, *, channel: str, how: str) -> None:
    """Record the customer's permission for marketing on this channel. Safe to repeat."""
    Consent.objects.get_or_create(
        customer=customer,
        channel=channel,
        purpose="marketing",
        ended_at=None,
        defaults={"shop_id": customer.shop_id, "given_how": how},
    )


def give_all(shop: Shop, *, channel: str, how: str, except_ids: str) -> int:
    """Record the permission of all customers but those whose id matches a regular expression.

    For an import of customers who agreed elsewhere; nobody who ever withdrew is given again.
    """
    with connection.cursor() as cursor:
        cursor.execute(GIVE_ALL, [channel, how, shop.pk, except_ids, channel])
        return int(cursor.rowcount)


def withdraw(customer: Customer, *, channel: str, how: str) -> None:
    """End the customer's consent on this channel at once. Safe to repeat.

    Messages already planned are left to the gate: it refuses them with "no consent".
    """
    with transaction.atomic():
        open_ones = Consent.objects.filter(customer=customer, channel=channel, ended_at=None)
        for consent in open_ones.select_for_update():
            consent.ended_at, consent.ended_how = now(), how
            consent.save(update_fields=["ended_at", "ended_how"])
            touchpoints.record(
                [
                    touchpoints.Row(
                        customer.shop_id,
                        customer.pk,
                        "consent.withdrawn",
                        f"consent:{consent.pk}",
                        consent.ended_at,
                        {"channel": channel, "how": how},
                    )
                ]
            )


def suppress(shop: Shop, *, channel: str, address: str, reason: str) -> None:
    """Never write to this address again, whoever it belongs to. Safe to repeat."""
    Suppression.objects.get_or_create(
        shop=shop,
        channel=channel,
        address=address.strip().lower(),
        defaults={"reason": reason},
    )
