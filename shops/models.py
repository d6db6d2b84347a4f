"""Tenants and what arrives from them: users, shops, products and webhook deliveries."""

import json

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Index, Q, UniqueConstraint
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from shops import secrecy
from shops.audit_models import AuditEntry as AuditEntry
from shops.audit_models import AuditHead as AuditHead
from shops.demo_models import DemoShop as DemoShop
from shops.file_models import StoredFile as StoredFile
from shops.file_models import StoredPart as StoredPart
from shops.keep_models import Keep as Keep
from shops.seat_models import Demands
from shops.seat_models import Invitation as Invitation
from shops.seat_models import Seat as Seat
from shops.site_models import Site as Site  # for Django: it looks for models here
from shops.view_models import SavedView as SavedView


class User(AbstractUser):
    """Somebody who signs in to the admin; sees the shops in which they have a seat."""


class Shop(Demands):
    """One tenant: the shop whose customers, journeys and campaigns these are."""

    name = models.CharField(_("name"), max_length=100)
    key = models.SlugField(
        _("key"), max_length=40, unique=True, help_text=_("Part of the webhook address.")
    )
    connector = models.CharField(_("connector"), max_length=40, default="generic")
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    timezone = models.CharField(_("time zone"), max_length=40, default="UTC")
    language = models.CharField(_("language"), max_length=10, default="en")
    rate_limit = models.PositiveIntegerField(
        _("deliveries per second"),
        default=1000,
        help_text=_("More are answered with 429 and sent again by the shop. 0: no limit."),
    )
    from_email = models.EmailField(_("sender address"), blank=True)
    quiet_from = models.TimeField(
        _("quiet from"),
        null=True,
        blank=True,
        help_text=_("No message leaves between these times, by the customer's own clock."),
    )
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    control_percent = models.DecimalField(
        _("control group in percent"),
        max_digits=4,
        decimal_places=1,
        default=0,
        help_text=_("Left alone by every campaign; shows what all campaigns bring together."),
    )
    webhook_secret_sealed = models.TextField(default=secrecy.new_webhook_secret, editable=False)
    previous_secret_sealed = models.TextField(blank=True, editable=False)
    staff = models.ManyToManyField(User, through="shops.Seat", related_name="shops")
    created_at = models.DateTimeField(_("created"), default=now, editable=False)

    class Meta:
        verbose_name = _("shop")
        verbose_name_plural = _("shops")

    def __str__(self) -> str:
        return self.name

    @property
    def webhook_secrets(self) -> list[str]:
        """The secrets a delivery may be signed with: the current one first."""
        sealed = [self.webhook_secret_sealed, self.previous_secret_sealed]
        return [secrecy.unseal(text) for text in sealed if text]


class Product(models.Model):
    """Something the shop sells, as the shop last described it."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    external_id = models.CharField(_("product id"), max_length=100)
    title = models.CharField(_("title"), max_length=300, blank=True)
    category = models.CharField(_("category"), max_length=100, blank=True)
    brand = models.CharField(_("brand"), max_length=100, blank=True, default="", db_default="")
    price_cents = models.BigIntegerField(_("price in cents"), null=True, blank=True)
    available = models.BooleanField(_("on sale"), default=True)
    # None: the shop did not say, or sells without counting.
    stock_count = models.BigIntegerField(_("in stock"), null=True, blank=True)
    cost_cents = models.BigIntegerField(_("cost in cents"), null=True, blank=True)
    versions = models.JSONField(default=dict, editable=False)  # when each field was last said
    updated_at = models.DateTimeField(_("updated"), default=now)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [UniqueConstraint(fields=["shop", "external_id"], name="product_of_shop")]

    def __str__(self) -> str:
        return self.title or self.external_id


class Coupon(models.Model):
    """A voucher of the shop, as the shop last described it."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    external_id = models.CharField(_("coupon id"), max_length=100)
    code = models.CharField(_("code"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10)  # percent, amount
    value = models.FloatField(_("value"))
    used_count = models.IntegerField(_("used"), default=0)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    updated_at = models.DateTimeField(_("updated"), default=now)

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        constraints = [UniqueConstraint(fields=["shop", "external_id"], name="coupon_of_shop")]

    def __str__(self) -> str:
        return self.code


class DeliveryKey(models.Model):
    """A webhook id that was seen: the narrow table that makes a repeat harmless.

    It outlives the delivery itself, because a partitioned table cannot be unique on the id alone.
    """

    pk = models.CompositePrimaryKey("shop", "message_id")
    # No constraint in the database: intake has just looked the shop up, and checking it again for
    # every row, with a lock on the shop's, is a tenth of the work.
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    message_id = models.CharField(max_length=100)
    answer = models.CharField(max_length=12)
    received_at = models.DateTimeField(default=now)

    class Meta:
        indexes = [Index(fields=["received_at"], name="delivery_key_age")]


class Delivery(models.Model):
    """One webhook call as it arrived, kept before it was answered. Partitioned by month.

    `digested_at` empty means it waits; status says accepted, processed, ignored or quarantined.
    `origin` is empty for a call; for what reconciliation fetched it says fetched (we knew it),
    missing (the shop never delivered it) or late (it did in the end).
    """

    shop = models.ForeignKey(
        Shop, models.CASCADE, db_constraint=False, db_index=False, verbose_name=_("shop")
    )
    received_at = models.DateTimeField(_("received"), default=now)
    message_id = models.CharField(_("message id"), max_length=100)
    connector = models.CharField(_("connector"), max_length=40, default="generic")
    topic = models.CharField(_("topic"), max_length=100)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)  # by the platform's clock
    body = models.BinaryField(_("body"))
    status = models.CharField(_("status"), max_length=12, default="accepted")
    reason = models.TextField(_("reason"), blank=True)
    digested_at = models.DateTimeField(_("digested"), null=True, blank=True)
    origin = models.CharField(_("origin"), max_length=8, blank=True, db_default="")

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        permissions = [("see_personal_data", _("May see personal data in raw deliveries"))]
        indexes = [
            Index(fields=["shop", "received_at"], name="delivery_of_shop"),
            Index(fields=["id"], condition=Q(digested_at=None), name="delivery_waiting"),
            Index(fields=["id"], condition=Q(status="quarantined"), name="delivery_quarantined"),
            Index(
                fields=["shop", "message_id"],
                condition=Q(origin="missing"),
                name="delivery_missing",
            ),
            Index(fields=["shop", "id"], condition=Q(connector="site"), name="delivery_of_site"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.message_id}"


class Reconciliation(models.Model):
    """How a shop's own API is reached, and up to which change it was compared with what arrived.

    A walk goes from `watermark`, by the platform's clock, to some minutes ago; `cursor` is where it
    goes on after a pause, `seen_at` the newest change it has met, to be the next watermark.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    resource = models.CharField(_("resource"), max_length=20, default="orders")
    url = models.URLField(_("address"), max_length=500)
    credentials_sealed = models.TextField(editable=False)
    watermark = models.DateTimeField(_("compared up to"), editable=False)
    cursor = models.TextField(blank=True, editable=False)
    seen_at = models.DateTimeField(null=True, editable=False)
    busy_until = models.DateTimeField(null=True, editable=False)
    next_at = models.DateTimeField(_("next run"), default=now, editable=False)
    finished_at = models.DateTimeField(_("last run finished"), null=True, editable=False)
    read_count = models.PositiveIntegerField(_("orders read"), default=0, editable=False)
    failure_count = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
    failing_since = models.DateTimeField(_("failing since"), null=True, editable=False)
    fault = models.CharField(_("last fault"), max_length=500, blank=True, editable=False)

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")
        constraints = [UniqueConstraint(fields=["shop", "resource"], name="reconciled_once")]

    def __str__(self) -> str:
        return f"{self.shop_id} {self.resource}"

    @property
    def credentials(self) -> dict[str, str]:
        """What the API asks of a caller, by name. Raises InvalidToken as `secrecy.unseal`."""
        found: dict[str, str] = json.loads(secrecy.unseal(self.credentials_sealed))
        return found


class Endpoint(models.Model):
    """An address of the shop's own that is told what happens here. Told in order, one at a time."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    url = models.URLField(_("address"), max_length=500)
    events = models.JSONField(_("events"), default=list)
    concurrency = models.PositiveSmallIntegerField(
        _("at a time"),
        default=1,
        help_text=_("1 keeps the order of events; more are faster, in no certain order."),
    )
    secret_sealed = models.TextField(default=secrecy.new_webhook_secret, editable=False)
    previous_secret_sealed = models.TextField(blank=True, editable=False)
    failure_count = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
    failing_since = models.DateTimeField(_("failing since"), null=True, editable=False)
    next_at = models.DateTimeField(_("next attempt"), default=now, editable=False)
    busy_until = models.DateTimeField(null=True, editable=False)
    paused_at = models.DateTimeField(_("paused"), null=True, editable=False)
    paused_reason = models.CharField(_("why paused"), max_length=300, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=now, editable=False)

    class Meta:
        verbose_name = _("endpoint")
        verbose_name_plural = _("endpoints")

    def __str__(self) -> str:
        return self.url

    @property
    def secrets(self) -> list[str]:
        """What deliveries are signed with: the current secret first, then the previous one."""
        sealed = [self.secret_sealed, self.previous_secret_sealed]
        return [secrecy.unseal(text) for text in sealed if text]


class ApiKey(models.Model):
    """What lets a program use the REST API for one shop. The secret itself is not kept."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    name = models.CharField(_("name"), max_length=100, help_text=_("What uses this key."))
    prefix = models.CharField(_("begins with"), max_length=12, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)  # SHA-256 of the secret
    scopes = models.JSONField(_("may"), default=list)
    rate_limit = models.PositiveIntegerField(
        _("requests per second"),
        default=50,
        help_text=_("More are answered with 429; counted by each web process. 0: no limit."),
    )
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=now, editable=False)

    secret = ""  # nosec B105 - known to the object that was just made, never to the database

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class AnsweredCall(models.Model):
    """A write to the API that came with an `Idempotency-Key`, and its answer, kept for a day."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, db_index=False)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)  # SHA-256 of method, address and body
    status = models.PositiveSmallIntegerField()
    answer_sealed = models.TextField()
    answered_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [UniqueConstraint(fields=["shop", "key"], name="answered_once")]
        indexes = [Index(fields=["answered_at"], name="answered_call_age")]


class OutgoingEvent(models.Model):
    """Something that happened, to be told to one endpoint; written in the transaction it tells of.

    `cause` makes a repeat recognisable. Waits until it was delivered, however long that takes.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.CASCADE, db_index=False, verbose_name=_("endpoint")
    )
    cause = models.CharField(_("cause"), max_length=160)
    type = models.CharField(_("type"), max_length=60)
    data = models.JSONField(_("data"))
    occurred_at = models.DateTimeField(_("occurred"))
    created_at = models.DateTimeField(_("created"), default=now)
    attempt_count = models.PositiveIntegerField(_("attempts"), default=0)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)

    class Meta:
        verbose_name = _("outgoing event")
        verbose_name_plural = _("outgoing events")
        constraints = [UniqueConstraint(fields=["endpoint", "cause"], name="outgoing_once")]
        indexes = [
            Index(fields=["endpoint", "id"], name="outgoing_of_endpoint"),
            Index(
                fields=["endpoint", "id"], condition=Q(delivered_at=None), name="outgoing_waiting"
            ),
            Index(fields=["delivered_at"], name="outgoing_delivered"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.pk}"


class OutgoingAttempt(models.Model):
    """One try to deliver an outgoing event, and what the endpoint answered."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    event = models.ForeignKey(OutgoingEvent, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField(_("at"), default=now)
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    answer = models.TextField(_("answer"), blank=True)
    seconds = models.FloatField(_("seconds"))
