"""Webhook secrets change without a gap: the previous one stays valid until the next change."""

from django.db import transaction

from shops import secrecy
from shops.models import Shop


def rotate(shop: Shop, sealed: str = "") -> None:
    """Give the shop this secret, or a new one, and keep the current one as the previous."""
    with transaction.atomic():
        locked = Shop.objects.select_for_update().get(pk=shop.pk)
        locked.previous_secret_sealed = locked.webhook_secret_sealed
        locked.webhook_secret_sealed = sealed or secrecy.new_webhook_secret()
        locked.save(update_fields=["previous_secret_sealed", "webhook_secret_sealed"])
    shop.refresh_from_db()
