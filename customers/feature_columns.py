"""The profile's columns that `customers.features` describes and `customers.profiles` writes."""

from django.db import models


class FeatureColumns(models.Model):
    """One column a feature, of the same name."""

    order_count = models.IntegerField(default=0)
    cancellation_count = models.IntegerField(default=0)
    revenue_cents = models.BigIntegerField(default=0)
    average_order_cents = models.BigIntegerField(null=True)
    returned_cents = models.BigIntegerField(default=0)
    returned_fraction = models.FloatField(default=0)
    first_order_at = models.DateTimeField(null=True)
    last_order_at = models.DateTimeField(null=True)
    last_gap_days = models.FloatField(null=True)
    mean_gap_days = models.FloatField(null=True)
    spread_gap_days = models.FloatField(null=True)
    order_hour = models.SmallIntegerField(null=True)
    order_weekday = models.SmallIntegerField(null=True)
    item_count = models.IntegerField(default=0)
    product_count = models.IntegerField(default=0)
    category_count = models.IntegerField(default=0)
    discount_fraction = models.FloatField(default=0)
    mean_price_cents = models.BigIntegerField(null=True)
    price_band = models.TextField(default="")
    top_categories = models.JSONField(default=list)
    top_brands = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    favourites = models.JSONField(default=list)
    touchpoint_count = models.IntegerField(default=0)
    last_touchpoint_at = models.DateTimeField(null=True)
    last_active_at = models.DateTimeField(null=True)
    session_count = models.IntegerField(default=0)
    view_count = models.IntegerField(default=0)
    last_view_at = models.DateTimeField(null=True)
    last_cart_at = models.DateTimeField(null=True)
    abandoned_cart_count = models.IntegerField(default=0)
    message_sent_count = models.IntegerField(default=0)
    message_opened_count = models.IntegerField(default=0)
    message_clicked_count = models.IntegerField(default=0)
    machine_open_count = models.IntegerField(default=0)
    scanner_click_count = models.IntegerField(default=0)
    last_message_at = models.DateTimeField(null=True)
    last_opened_at = models.DateTimeField(null=True)
    last_clicked_at = models.DateTimeField(null=True)
    best_hour = models.SmallIntegerField(null=True)
    active_weekday = models.SmallIntegerField(null=True)
    day_part = models.TextField(default="")
    main_device = models.TextField(default="")
    first_touchpoint = models.TextField(default="", db_default="")
    first_source = models.TextField(default="")
    last_source = models.TextField(default="")

    class Meta:
        abstract = True
