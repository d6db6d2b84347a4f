import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("customers", "0001_first_release"),
        ("shops", "0001_first_release"),
    ]

    operations = [
        migrations.CreateModel(
            name="TrainedModel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="shops.shop",
                        verbose_name="shop",
                    ),
                ),
                ("predictor", models.CharField(max_length=40, verbose_name="model")),
                ("status", models.CharField(default="off", max_length=8, verbose_name="status")),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                (
                    "trained_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="trained"),
                ),
                ("window", models.JSONField(default=dict, verbose_name="window")),
                ("baseline", models.CharField(blank=True, max_length=100, verbose_name="baseline")),
                ("metrics", models.JSONField(default=dict, verbose_name="metrics")),
                ("calibration", models.JSONField(default=list, verbose_name="calibration")),
                ("lift", models.JSONField(default=list, verbose_name="lift")),
                ("importance", models.JSONField(default=dict, verbose_name="importance")),
                ("versions", models.JSONField(default=dict, verbose_name="versions")),
                (
                    "artefact",
                    models.JSONField(default=dict, editable=False, verbose_name="artefact"),
                ),
                ("drift", models.FloatField(null=True, verbose_name="drift (PSI)")),
            ],
            options={
                "verbose_name": "predictive model",
                "verbose_name_plural": "predictive models",
                "indexes": [
                    models.Index(fields=["shop", "predictor", "-trained_at"], name="model_history")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ("live", "early"))),
                        fields=("shop", "predictor"),
                        name="model_in_use_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProductRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="shops.shop",
                        verbose_name="shop",
                    ),
                ),
                ("kind", models.CharField(max_length=12, verbose_name="rule")),
                (
                    "first",
                    models.ForeignKey(
                        blank=True,
                        help_text="What the customer has; empty for “prefer” and “hold back”.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="shops.product",
                        verbose_name="first product",
                    ),
                ),
                (
                    "first_category",
                    models.CharField(
                        blank=True, max_length=100, verbose_name="or a category of first products"
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        help_text="What is recommended, or not.",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="shops.product",
                        verbose_name="product",
                    ),
                ),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="why")),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created"
                    ),
                ),
            ],
            options={
                "verbose_name": "product rule",
                "verbose_name_plural": "product rules",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("shop", "kind", "first", "first_category", "product"),
                        name="product_rule_once",
                        nulls_distinct=False,
                        violation_error_message="There is such a rule already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("first", None),
                                ("first_category", ""),
                                ("kind__in", ["prefer", "hold_back"]),
                            ),
                            models.Q(
                                models.Q(("kind__in", ["prefer", "hold_back"]), _negated=True),
                                models.Q(("first", None), ("first_category", ""), _connector="XOR"),
                            ),
                            _connector="OR",
                        ),
                        name="product_rule_first",
                        violation_error_message="Name what the customer has: a first product or a category, not both. “Prefer” and “hold back” need neither.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecommendationList",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="shops.shop",
                        verbose_name="shop",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recommendation_lists",
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
                ("kind", models.CharField(max_length=12, verbose_name="kind")),
                ("items", models.JSONField(default=list, verbose_name="products")),
                (
                    "computed_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="computed"
                    ),
                ),
            ],
            options={
                "verbose_name": "recommendation list",
                "verbose_name_plural": "recommendation lists",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("shop", "customer", "kind"),
                        name="recommendation_list_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RecommendationRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="shops.shop",
                        verbose_name="shop",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
                ("customer_count", models.IntegerField(default=0, verbose_name="customers")),
                ("product_count", models.IntegerField(default=0, verbose_name="products")),
                ("metrics", models.JSONField(default=dict, verbose_name="quality")),
                ("live", models.CharField(default="blend", max_length=40, verbose_name="in use")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="why")),
                ("learned", models.BinaryField(default=b"")),
                ("seconds", models.FloatField(default=0, verbose_name="seconds")),
            ],
            options={
                "verbose_name": "recommendation run",
                "verbose_name_plural": "recommendation runs",
                "indexes": [models.Index(fields=["shop", "-id"], name="recommendation_run_last")],
            },
        ),
        migrations.CreateModel(
            name="ShopForecast",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="shops.shop",
                        verbose_name="shop",
                    ),
                ),
                ("measure", models.CharField(max_length=8, verbose_name="figure")),
                ("made_on", models.DateField(verbose_name="made on")),
                (
                    "made_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="made at"),
                ),
                ("status", models.CharField(default="off", max_length=8, verbose_name="status")),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                ("days", models.JSONField(default=list, verbose_name="days")),
                ("metrics", models.JSONField(default=dict, verbose_name="metrics")),
            ],
            options={
                "verbose_name": "forecast",
                "verbose_name_plural": "forecasts",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("shop", "measure", "made_on"), name="forecast_once_a_day"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Score",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="shops.shop"),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="score_history",
                        to="customers.customer",
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="insights.trainedmodel",
                        verbose_name="model",
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="score")),
                ("value", models.FloatField(verbose_name="value")),
                ("band", models.CharField(max_length=8, verbose_name="band")),
                (
                    "scored_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="scored"),
                ),
            ],
            options={
                "verbose_name": "score",
                "verbose_name_plural": "scores",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("customer", "name", "scored_at"), name="score_once"
                    )
                ],
            },
        ),
    ]
