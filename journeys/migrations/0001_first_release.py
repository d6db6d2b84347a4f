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
            name="Journey",
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
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("key", models.SlugField(max_length=60, verbose_name="key")),
                ("active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "description",
                    models.TextField(
                        blank=True, db_default="", default="", verbose_name="description"
                    ),
                ),
                (
                    "fill_asked_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="past asked for"),
                ),
                (
                    "fill_afresh",
                    models.BooleanField(db_default=False, default=False, editable=False),
                ),
                (
                    "filled_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="past filled"),
                ),
                (
                    "fill_fault",
                    models.TextField(
                        blank=True, db_default="", editable=False, verbose_name="fault"
                    ),
                ),
                (
                    "counted_on",
                    models.DateField(editable=False, null=True, verbose_name="counted up to"),
                ),
            ],
            options={
                "verbose_name": "journey",
                "verbose_name_plural": "journeys",
                "indexes": [
                    models.Index(
                        condition=models.Q(("fill_asked_at", None), _negated=True),
                        fields=["fill_asked_at"],
                        name="journey_fill_asked",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("shop", "key"), name="journey_key")
                ],
            },
        ),
        migrations.CreateModel(
            name="Stage",
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
                    "journey",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stages",
                        to="journeys.journey",
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("key", models.SlugField(max_length=60, verbose_name="key")),
                (
                    "position",
                    models.SmallIntegerField(default=0, verbose_name="position on the map"),
                ),
                ("priority", models.SmallIntegerField(default=0, verbose_name="priority")),
                (
                    "colour",
                    models.CharField(default="#6b7280", max_length=7, verbose_name="colour"),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        max_length=8,
                        verbose_name="what it means to be here",
                    ),
                ),
                (
                    "expected_days",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="days a stay should take at most"
                    ),
                ),
                ("rule", models.JSONField(verbose_name="rule")),
                ("exit_rule", models.JSONField(blank=True, null=True, verbose_name="exit rule")),
                ("fault", models.TextField(blank=True, editable=False, verbose_name="fault")),
            ],
            options={
                "verbose_name": "stage",
                "verbose_name_plural": "stages",
                "ordering": ["journey", "position"],
                "constraints": [
                    models.UniqueConstraint(fields=("journey", "key"), name="stage_key"),
                    models.UniqueConstraint(fields=("journey", "priority"), name="stage_priority"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DailyMove",
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
                    "journey",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="moves",
                        to="journeys.journey",
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                (
                    "origin",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="journeys.stage",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="journeys.stage",
                    ),
                ),
                ("stay_days", models.SmallIntegerField(default=0, verbose_name="days stayed")),
                ("move_count", models.IntegerField(verbose_name="moves")),
            ],
            options={
                "verbose_name": "daily moves",
                "verbose_name_plural": "daily moves",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("journey", "day", "origin", "target", "stay_days"),
                        name="daily_move_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StageRevenue",
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
                    "journey",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="revenue",
                        to="journeys.journey",
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                (
                    "stage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="journeys.stage",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="journeys.stage",
                    ),
                ),
                ("order_count", models.IntegerField(verbose_name="orders")),
                ("revenue_cents", models.BigIntegerField(verbose_name="net revenue")),
            ],
            options={
                "verbose_name": "revenue of a stage",
                "verbose_name_plural": "revenue of stages",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("journey", "day", "stage", "target"),
                        name="stage_revenue_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StageVisit",
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
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="shops.shop",
                    ),
                ),
                (
                    "journey",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="journeys.journey",
                    ),
                ),
                (
                    "stage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="visits",
                        to="journeys.stage",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="visits",
                        to="customers.customer",
                    ),
                ),
                (
                    "entered_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="entered"),
                ),
                ("left_at", models.DateTimeField(blank=True, null=True, verbose_name="left")),
                (
                    "came_from",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="journeys.stage",
                        verbose_name="came from",
                    ),
                ),
                (
                    "left_to",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="journeys.stage",
                        verbose_name="left to",
                    ),
                ),
                ("why", models.JSONField(default=dict, verbose_name="why")),
            ],
            options={
                "verbose_name": "stage visit",
                "verbose_name_plural": "stage visits",
                "indexes": [
                    models.Index(
                        condition=models.Q(("left_at", None)),
                        fields=["stage"],
                        name="visit_at_stage",
                    ),
                    models.Index(fields=["customer", "-entered_at"], name="visit_history"),
                    models.Index(
                        condition=models.Q(("left_at", None), _negated=True),
                        fields=["journey", "left_at"],
                        name="visit_ended",
                    ),
                    models.Index(
                        condition=models.Q(("came_from", None)),
                        fields=["journey", "entered_at"],
                        name="visit_arrived",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("left_at", None)),
                        fields=("journey", "customer"),
                        name="visit_open",
                    )
                ],
            },
        ),
    ]
