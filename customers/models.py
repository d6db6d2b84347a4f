"""Who the shop's customers are, what they did, and what they allow."""

from typing import Any, Self

from django.contrib.postgres.indexes import BrinIndex, OpClass
from django.db import models
from django.db.models import Func, Index, Q, UniqueConstraint, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Concat, Lower
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from customers.consent_models import Consent as Consent  # Django looks for all of them here
from customers.consent_models import ConsentStatement as ConsentStatement
from customers.erasure_models import Erasure as Erasure
from customers.feature_columns import FeatureColumns
from customers.file_import_models import FileImport as FileImport
from customers.file_import_models import ImportReject as ImportReject
from customers.import_models import HistoryImport as HistoryImport
from customers.merge_models import Merge as Merge
from customers.note_models import Note as Note
from customers.stale_models import StaleMark as StaleMark
from customers.suppressions import Suppression as Suppression
from shops import viewing
from shops.masking import HIDDEN, mask
from shops.models import Product, Shop

PERSONAL = ("email", "phone", "first_name", "last_name")  # hidden from some roles, with what
DESCRIBING = ("attributes", "filled")  # holds under such names


class Customer(models.Model):
    """A person as the shop told us about them.

    `merged_into` is set while they are part of another customer: then no list, rule or campaign
    sees them. `filled` is what a survivor knows only from those merged into them.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, db_index=False, verbose_name=_("shop"))
    external_id = models.CharField(_("customer id"), max_length=100, blank=True)
    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=60, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)
    versions = models.JSONField(default=dict, editable=False)  # when each field was last said
    created_at = models.DateTimeField(_("customer since"), default=now)
    updated_at = models.DateTimeField(_("updated by the shop"), default=now)
    merged_into = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, db_index=False, editable=False
    )
    filled = models.JSONField(null=True, editable=False)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        permissions = [("merge_customer", _("May merge customers and take it back"))]
        constraints = [
            UniqueConstraint(
                fields=["shop", "external_id"],
                condition=~Q(external_id=""),
                name="customer_external_id",
            )
        ]
        indexes = [
            Index(fields=["shop", "id"], name="customer_of_shop"),
            # The order in which samples are drawn.
            Index("shop", Func("id", function="hashint8"), "id", name="customer_sample"),
            Index(fields=["email"], name="customer_email", opclasses=["text_pattern_ops"]),
            Index(
                OpClass(Lower("last_name"), "text_pattern_ops"),
                name="customer_last_name",
                condition=~Q(last_name=""),
            ),
            Index(
                OpClass(Lower(Concat("first_name", Value(" "), "last_name")), "text_pattern_ops"),
                name="customer_name",
            ),
            Index(fields=["shop", "phone"], condition=~Q(phone=""), name="customer_phone"),
            Index(
                fields=["merged_into"],
                condition=Q(merged_into__isnull=False),
                name="customer_merged",
            ),
        ]

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        customer = super().from_db(*args, **kwargs)
        if viewing.hides():
            for name in {*PERSONAL, *DESCRIBING} & customer.__dict__.keys():
                said = customer.__dict__[name]
                customer.__dict__[name] = mask(said) if name in DESCRIBING else said and HIDDEN
        return customer

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email or self.external_id

    @property
    def survivor(self) -> "Customer":
        """Who this customer is part of by now; usually themselves."""
        return self.merged_into or self


class Identity(models.Model):
    """An id we know a customer by. Only verified ones may point at one customer alone."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="identities")
    kind = models.CharField(_("kind"), max_length=20)  # external_id, email, phone, anonymous_id
    value = models.CharField(_("value"), max_length=254)
    verified = models.BooleanField(_("verified"), default=True)
    created_at = models.DateTimeField(_("created"), default=now)
    merged_from = models.BigIntegerField(null=True, editable=False)  # whose, see customers.merging

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        constraints = [
            UniqueConstraint(
                fields=["shop", "kind", "value"],
                condition=Q(verified=True),
                name="identity_verified_once",
            )
        ]


class Recognition(models.Model):
    """One time a visitor of the shop's pages proved to be a customer; any can be undone.

    Whose a visitor's touchpoints are follows from all that stand: see `customers.identity`.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    source = models.CharField(_("source"), max_length=120)
    visitor = models.CharField(_("visitor"), max_length=40)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, verbose_name=_("customer"))
    how = models.CharField(_("how"), max_length=12)  # login, link
    occurred_at = models.DateTimeField(_("occurred"))
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    merged_from = models.BigIntegerField(null=True, editable=False)  # whose, see customers.merging

    class Meta:
        verbose_name = _("recognised visitor")
        verbose_name_plural = _("recognised visitors")
        constraints = [UniqueConstraint(fields=["shop", "source"], name="recognition_once")]
        indexes = [Index(fields=["shop", "visitor", "occurred_at"], name="recognition_visitor")]

    def __str__(self) -> str:
        return self.visitor


class Touchpoint(models.Model):
    """Something a customer did or met. Partitioned by month; appended to, never edited.

    Unique on (shop, source, occurred_at): a source always yields the same occurred_at.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("customer")
    )
    kind = models.CharField(_("kind"), max_length=60)
    source = models.CharField(_("source"), max_length=120)
    occurred_at = models.DateTimeField(_("occurred"))
    data = models.JSONField(_("data"), default=dict, blank=True)
    unread = models.BooleanField(_("unread"), default=False)  # a higher room still has to read it
    merged_from = models.BigIntegerField(null=True, editable=False)  # whose, see customers.merging

    class Meta:
        verbose_name = _("touchpoint")
        verbose_name_plural = _("touchpoints")
        constraints = [
            UniqueConstraint(fields=["shop", "source", "occurred_at"], name="touchpoint_once")
        ]
        indexes = [
            BrinIndex(fields=["occurred_at"], name="touchpoint_time"),
            Index(fields=["shop", "occurred_at"], name="touchpoint_of_shop"),
            Index(fields=["customer", "-occurred_at"], name="touchpoint_history"),
            Index(fields=["id"], condition=Q(unread=True), name="touchpoint_unread"),
            Index(
                "shop", KT("data__visitor"), condition=Q(customer=None), name="touchpoint_visitor"
            ),
            Index(
                "shop",
                KT("data__product_id"),
                "occurred_at",
                condition=Q(kind__in=["product.viewed", "product.requested"]),
                name="touchpoint_product",
            ),
        ]

    def __str__(self) -> str:
        return self.kind


class OrderQuerySet(models.QuerySet["Order"]):
    """Questions that several pages ask of orders."""

    def counted(self) -> "OrderQuerySet":
        """Sales and cancellations: what figures are made of."""
        return self.filter(kind__in=["sale", "cancellation"])


class Order(models.Model):
    """A sale, or the cancellation of one (negative amounts, a document of its own).

    A draft is not an order yet, a void one was deleted by the shop: neither counts anywhere.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    customer = models.ForeignKey(
        Customer, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("customer")
    )
    external_id = models.CharField(_("order number"), max_length=100)
    kind = models.CharField(_("kind"), max_length=12, default="sale")
    placed_at = models.DateTimeField(_("placed"))
    updated_at = models.DateTimeField(_("updated by the shop"), default=now)
    total_cents = models.BigIntegerField(_("total in cents"), default=0)
    currency = models.CharField(_("currency"), max_length=3)
    country = models.CharField(_("country"), max_length=60, blank=True)
    cancels = models.CharField(_("cancels"), max_length=100, blank=True)  # an order's number
    digest = models.CharField(max_length=32, blank=True, editable=False)
    merged_from = models.BigIntegerField(null=True, editable=False)  # whose, see customers.merging

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [UniqueConstraint(fields=["shop", "external_id"], name="order_of_shop")]
        indexes = [
            Index(fields=["customer", "placed_at"], name="order_history"),
            Index(fields=["shop", "placed_at"], name="order_time"),
            Index(fields=["shop", "cancels"], condition=~Q(cancels=""), name="order_cancels"),
        ]

    def __str__(self) -> str:
        return self.external_id


class OrderLine(models.Model):
    """One position of an order; quantities and amounts are negative in a cancellation."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    position = models.IntegerField(_("position"))
    product = models.ForeignKey(Product, on_delete=models.CASCADE, verbose_name=_("product"))
    quantity = models.IntegerField(_("quantity"))
    unit_price_cents = models.BigIntegerField(_("unit price in cents"))
    total_cents = models.BigIntegerField(_("total in cents"))

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [UniqueConstraint(fields=["order", "position"], name="order_line_position")]


class Profile(FeatureColumns):
    """What we computed about a customer; may be dropped and rebuilt. One writer per column.

    Facts are written by `customers.profiles`, opinions by `reviews_nlp.report`, scores by
    `insights`.
    """

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, primary_key=True)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    review_count = models.IntegerField(_("reviews"), default=0)
    mean_sentiment = models.FloatField(_("mean review sentiment"), null=True)
    opinions = models.JSONField(
        _("opinions"), default=dict, db_default=models.Value({}, models.JSONField())
    )
    scores = models.JSONField(_("scores"), default=dict)
    refreshed_at = models.DateTimeField(_("refreshed"), default=now)

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        indexes = [Index(fields=["shop", "last_order_at"], name="profile_last_order")]


WISHES = {
    "export": _("wants to have a copy of their data"),
    "erase": _("wants to be erased"),
    "erase_shop": _("The shop has left the platform: all its customers' data has to go"),
}


class PrivacyRequest(models.Model):
    """A customer's legal request that the shop passed on; erasures are carried out at once."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, verbose_name=_("shop"))
    reference = models.CharField(_("reference"), max_length=120)
    kind = models.CharField(_("kind"), max_length=12)  # export, erase, erase_shop
    customer_id_of_shop = models.CharField(_("customer id"), max_length=100, blank=True)
    requested_at = models.DateTimeField(_("requested"))
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("privacy request")
        verbose_name_plural = _("privacy requests")
        constraints = [UniqueConstraint(fields=["shop", "reference"], name="privacy_request_once")]
        indexes = [Index(fields=["shop", "customer_id_of_shop"], name="privacy_request_of")]

    def __str__(self) -> str:
        return self.reference

    @property
    def wish(self) -> str:
        """What was asked, in words."""
        return str(WISHES.get(self.kind, self.kind))
