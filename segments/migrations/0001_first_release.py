import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("customers", "0001_first_release"),
        ("shops", "0001_first_release"),
    ]

    operations = [
        migrations.CreateModel(
            name="Clustering",
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
                    "computed_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="computed"
                    ),
                ),
                ("customer_count", models.IntegerField(verbose_name="customers")),
                ("cluster_count", models.IntegerField(verbose_name="clusters")),
                (
                    "silhouettes",
                    models.JSONField(default=dict, verbose_name="silhouette by number of clusters"),
                ),
                (
                    "stabilities",
                    models.JSONField(default=dict, verbose_name="stability by number of clusters"),
                ),
                ("middle", models.JSONField(default=dict, verbose_name="average of all customers")),
                (
                    "drift",
                    models.FloatField(
                        null=True, verbose_name="share that moved to another persona"
                    ),
                ),
                ("features", models.JSONField(default=list, verbose_name="features")),
                (
                    "centres",
                    models.JSONField(
                        default=list, verbose_name="centres, in the features' own units"
                    ),
                ),
                ("inertia", models.FloatField(verbose_name="inertia")),
            ],
            options={
                "verbose_name": "clustering",
                "verbose_name_plural": "clusterings",
            },
        ),
        migrations.CreateModel(
            name="RfmRun",
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
                    "computed_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="computed"
                    ),
                ),
                ("customer_count", models.IntegerField(verbose_name="customers")),
                ("cells", models.JSONField(default=list, verbose_name="cells")),
                ("moves", models.JSONField(default=list, verbose_name="moves")),
            ],
            options={
                "verbose_name": "RFM run",
                "verbose_name_plural": "RFM runs",
            },
        ),
        migrations.CreateModel(
            name="Segment",
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
                ("kind", models.CharField(default="rule", max_length=12, verbose_name="kind")),
                ("description", models.TextField(blank=True, verbose_name="description")),
                ("rule", models.JSONField(blank=True, null=True, verbose_name="rule")),
                ("version", models.IntegerField(default=0, editable=False, verbose_name="version")),
                (
                    "heavy",
                    models.BooleanField(default=False, editable=False, verbose_name="daily only"),
                ),
                ("fault", models.TextField(blank=True, editable=False, verbose_name="fault")),
                (
                    "member_count",
                    models.IntegerField(default=0, editable=False, verbose_name="members"),
                ),
                (
                    "refreshed_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="refreshed"),
                ),
            ],
            options={
                "verbose_name": "segment",
                "verbose_name_plural": "segments",
                "constraints": [
                    models.UniqueConstraint(fields=("shop", "key"), name="segment_key")
                ],
            },
        ),
        migrations.CreateModel(
            name="Count",
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
                ("rule", models.JSONField(verbose_name="rule")),
                ("digest", models.CharField(max_length=64)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "asked_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="asked"),
                ),
                ("whole", models.IntegerField(default=0, verbose_name="customers")),
                ("looked_at", models.IntegerField(default=0, verbose_name="looked at")),
                ("last_id", models.BigIntegerField(default=0)),
                ("found", models.IntegerField(default=0, verbose_name="found")),
                ("reached", models.JSONField(default=dict, verbose_name="reached")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
                ("cancelled_at", models.DateTimeField(null=True, verbose_name="cancelled")),
                ("fault", models.TextField(blank=True, verbose_name="fault")),
            ],
            options={
                "verbose_name": "count",
                "verbose_name_plural": "counts",
                "indexes": [
                    models.Index(
                        condition=models.Q(("finished_at", None)),
                        fields=["asked_at"],
                        name="count_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("finished_at", None)),
                        fields=("shop", "digest"),
                        name="count_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CutPoints",
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
                ("field", models.CharField(max_length=300, verbose_name="field")),
                ("cuts", models.JSONField(default=list, verbose_name="cut points")),
                (
                    "computed_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="computed"
                    ),
                ),
            ],
            options={
                "verbose_name": "cut points",
                "verbose_name_plural": "cut points",
                "constraints": [
                    models.UniqueConstraint(fields=("shop", "field"), name="cut_points_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="RfmScore",
            fields=[
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="customers.customer",
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="shops.shop",
                        verbose_name="shop",
                    ),
                ),
                ("recency", models.SmallIntegerField(verbose_name="recency")),
                ("frequency", models.SmallIntegerField(verbose_name="frequency")),
                ("monetary", models.SmallIntegerField(verbose_name="monetary")),
                ("group", models.CharField(default="", max_length=20, verbose_name="group")),
                (
                    "computed_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="computed"
                    ),
                ),
            ],
            options={
                "verbose_name": "RFM score",
                "verbose_name_plural": "RFM scores",
                "indexes": [models.Index(fields=["shop", "group", "recency"], name="rfm_group")],
            },
        ),
        migrations.CreateModel(
            name="RfmStay",
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
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="customers.customer"
                    ),
                ),
                ("group", models.CharField(max_length=20, verbose_name="group")),
                (
                    "entered_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="entered"),
                ),
                ("left_at", models.DateTimeField(null=True, verbose_name="left")),
            ],
            options={
                "verbose_name": "time in an RFM group",
                "verbose_name_plural": "times in RFM groups",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("left_at", None)),
                        fields=("customer",),
                        name="rfm_stay_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Recheck",
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
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="shops.shop",
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="segments.segment",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="customers.customer",
                    ),
                ),
                ("due_at", models.DateTimeField(verbose_name="due")),
            ],
            options={
                "verbose_name": "recheck",
                "verbose_name_plural": "rechecks",
                "indexes": [models.Index(fields=["due_at"], name="recheck_due")],
                "constraints": [
                    models.UniqueConstraint(fields=("segment", "customer"), name="recheck_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonaFit",
            fields=[
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="customers.customer",
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="shops.shop"),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="segments.segment",
                    ),
                ),
                ("distance", models.FloatField(verbose_name="distance")),
                (
                    "second",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="segments.segment",
                    ),
                ),
                ("second_distance", models.FloatField(verbose_name="distance to the second best")),
                (
                    "computed_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="computed"
                    ),
                ),
            ],
            options={
                "verbose_name": "persona of a customer",
                "verbose_name_plural": "personas of customers",
            },
        ),
        migrations.CreateModel(
            name="Membership",
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
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="shops.shop",
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="segments.segment",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="customers.customer",
                    ),
                ),
                (
                    "entered_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="entered"),
                ),
                ("left_at", models.DateTimeField(blank=True, null=True, verbose_name="left")),
                ("version", models.IntegerField(db_default=0, verbose_name="version of the rule")),
                ("why", models.JSONField(blank=True, null=True, verbose_name="why in")),
                ("left_why", models.JSONField(blank=True, null=True, verbose_name="why left")),
            ],
            options={
                "verbose_name": "membership",
                "verbose_name_plural": "memberships",
                "indexes": [
                    models.Index(fields=["customer", "segment"], name="membership_customer")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("left_at", None)),
                        fields=("segment", "customer"),
                        name="membership_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SegmentExport",
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
                    "segment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exports",
                        to="segments.segment",
                        verbose_name="segment",
                    ),
                ),
                ("format", models.CharField(max_length=8, verbose_name="format")),
                ("personal", models.BooleanField(default=False, verbose_name="with personal data")),
                (
                    "status",
                    models.CharField(default="waiting", max_length=12, verbose_name="status"),
                ),
                ("fault", models.TextField(blank=True, verbose_name="fault")),
                ("row_count", models.IntegerField(default=0, verbose_name="members")),
                ("rows_done", models.IntegerField(default=0, verbose_name="written")),
                (
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="shops.storedfile",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("by", models.CharField(max_length=150, verbose_name="by")),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="asked for"
                    ),
                ),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
                ("busy_until", models.DateTimeField(null=True)),
                ("owner", models.CharField(blank=True, max_length=32)),
            ],
            options={
                "verbose_name": "export of a segment",
                "verbose_name_plural": "exports of segments",
                "permissions": [("export_segment", "May take a segment's members away as a file")],
                "indexes": [
                    models.Index(
                        condition=models.Q(("status__in", ["waiting", "running"])),
                        fields=["id"],
                        name="export_waits",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SegmentRule",
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
                    "segment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rules",
                        to="segments.segment",
                    ),
                ),
                ("version", models.IntegerField(verbose_name="version")),
                ("rule", models.JSONField(verbose_name="rule")),
                (
                    "since",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="since"),
                ),
            ],
            options={
                "verbose_name": "rule of a segment",
                "verbose_name_plural": "rules of segments",
                "constraints": [
                    models.UniqueConstraint(fields=("segment", "version"), name="segment_rule_once")
                ],
            },
        ),
    ]
