import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.fields.json
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("shops", "0001_first_release"),
    ]

    operations = [
        migrations.CreateModel(
            name="Customer",
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
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="shops.shop",
                        verbose_name="shop",
                    ),
                ),
                (
                    "external_id",
                    models.CharField(blank=True, max_length=100, verbose_name="customer id"),
                ),
                ("email", models.CharField(blank=True, max_length=254, verbose_name="e-mail")),
                ("phone", models.CharField(blank=True, max_length=32, verbose_name="phone")),
                (
                    "first_name",
                    models.CharField(blank=True, max_length=100, verbose_name="first name"),
                ),
                (
                    "last_name",
                    models.CharField(blank=True, max_length=100, verbose_name="last name"),
                ),
                ("country", models.CharField(blank=True, max_length=60, verbose_name="country")),
                ("language", models.CharField(blank=True, max_length=10, verbose_name="language")),
                (
                    "attributes",
                    models.JSONField(blank=True, default=dict, verbose_name="attributes"),
                ),
                ("versions", models.JSONField(default=dict, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="customer since"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="updated by the shop"
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="customers.customer",
                    ),
                ),
                ("filled", models.JSONField(editable=False, null=True)),
            ],
            options={
                "verbose_name": "customer",
                "verbose_name_plural": "customers",
                "permissions": [("merge_customer", "May merge customers and take it back")],
                "indexes": [
                    models.Index(fields=["shop", "id"], name="customer_of_shop"),
                    models.Index(
                        models.F("shop"),
                        models.Func("id", function="hashint8"),
                        models.F("id"),
                        name="customer_sample",
                    ),
                    models.Index(
                        fields=["email"], name="customer_email", opclasses=["text_pattern_ops"]
                    ),
                    models.Index(
                        django.contrib.postgres.indexes.OpClass(
                            django.db.models.functions.text.Lower("last_name"), "text_pattern_ops"
                        ),
                        condition=models.Q(("last_name", ""), _negated=True),
                        name="customer_last_name",
                    ),
                    models.Index(
                        django.contrib.postgres.indexes.OpClass(
                            django.db.models.functions.text.Lower(
                                django.db.models.functions.text.Concat(
                                    "first_name", models.Value(" "), "last_name"
                                )
                            ),
                            "text_pattern_ops",
                        ),
                        name="customer_name",
                    ),
                    models.Index(
                        condition=models.Q(("merged_into__isnull", False)),
                        fields=["merged_into"],
                        name="customer_merged",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("shop", "external_id"),
                        name="customer_external_id",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FileImport",
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
                ("kind", models.CharField(max_length=20, verbose_name="kind")),
                (
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="shops.storedfile",
                        verbose_name="file",
                    ),
                ),
                ("file_name", models.CharField(max_length=200, verbose_name="file")),
                ("digest", models.CharField(max_length=64)),
                ("columns", models.JSONField(default=list)),
                ("mapping", models.JSONField(default=dict)),
                ("only_gaps", models.BooleanField(default=False, verbose_name="only fill gaps")),
                (
                    "status",
                    models.CharField(default="uploaded", max_length=12, verbose_name="status"),
                ),
                ("fault", models.TextField(blank=True, verbose_name="fault")),
                ("said_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("row_count", models.IntegerField(default=0, verbose_name="rows")),
                ("rows_done", models.IntegerField(default=0, verbose_name="rows read")),
                ("rows_rejected", models.IntegerField(default=0, verbose_name="rows rejected")),
                ("by", models.CharField(max_length=150, verbose_name="by")),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="uploaded"
                    ),
                ),
                ("busy_until", models.DateTimeField(null=True)),
                ("owner", models.CharField(blank=True, max_length=32)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
            ],
            options={
                "verbose_name": "file import",
                "verbose_name_plural": "file imports",
                "indexes": [
                    models.Index(
                        condition=models.Q(("status__in", ["waiting", "running"])),
                        fields=["id"],
                        name="import_waits",
                    ),
                    models.Index(fields=["shop", "digest"], name="import_of_file"),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoryImport",
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
                ("kind", models.CharField(max_length=12, verbose_name="kind")),
                ("digest", models.CharField(max_length=64, verbose_name="SHA-256 of the file")),
                ("file_name", models.CharField(max_length=200, verbose_name="file")),
                ("shift_days", models.IntegerField(default=0, verbose_name="days shifted")),
                ("until", models.DateTimeField(null=True, verbose_name="until")),
                ("documents_done", models.IntegerField(default=0, verbose_name="documents done")),
                ("rows_read", models.IntegerField(default=0, verbose_name="rows read")),
                ("rows_imported", models.IntegerField(default=0, verbose_name="rows imported")),
                ("rows_rejected", models.IntegerField(default=0, verbose_name="rows rejected")),
                ("rows_after", models.IntegerField(default=0, verbose_name="rows left for later")),
                (
                    "started_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="started"),
                ),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
            ],
            options={
                "verbose_name": "history import",
                "verbose_name_plural": "history imports",
                "constraints": [
                    models.UniqueConstraint(fields=("shop", "kind", "digest"), name="import_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="PrivacyRequest",
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
                ("reference", models.CharField(max_length=120, verbose_name="reference")),
                ("kind", models.CharField(max_length=12, verbose_name="kind")),
                (
                    "customer_id_of_shop",
                    models.CharField(blank=True, max_length=100, verbose_name="customer id"),
                ),
                ("requested_at", models.DateTimeField(verbose_name="requested")),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="done")),
            ],
            options={
                "verbose_name": "privacy request",
                "verbose_name_plural": "privacy requests",
                "indexes": [
                    models.Index(fields=["shop", "customer_id_of_shop"], name="privacy_request_of")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("shop", "reference"), name="privacy_request_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Suppression",
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
                    "channel",
                    models.CharField(default="email", max_length=20, verbose_name="channel"),
                ),
                ("address", models.CharField(max_length=254, verbose_name="address")),
                ("reason", models.CharField(max_length=100, verbose_name="reason")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="created"),
                ),
            ],
            options={
                "verbose_name": "suppressed address",
                "verbose_name_plural": "suppressed addresses",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("shop", "channel", "address"), name="suppression_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ConsentStatement",
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
                        on_delete=django.db.models.deletion.CASCADE, to="customers.customer"
                    ),
                ),
                ("channel", models.CharField(max_length=20)),
                ("purpose", models.CharField(default="marketing", max_length=20)),
                ("occurred_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("given", models.BooleanField()),
                ("explicit", models.BooleanField(default=True)),
                ("how", models.CharField(blank=True, max_length=60)),
                ("proof", models.JSONField(default=dict)),
                ("merged_from", models.BigIntegerField(editable=False, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "customer",
                            "channel",
                            "purpose",
                            "occurred_at",
                            "given",
                            "explicit",
                            "merged_from",
                        ),
                        name="consent_said_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Consent",
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
                        related_name="consents",
                        to="customers.customer",
                    ),
                ),
                ("channel", models.CharField(max_length=20, verbose_name="channel")),
                (
                    "purpose",
                    models.CharField(default="marketing", max_length=20, verbose_name="purpose"),
                ),
                (
                    "given_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="given"),
                ),
                (
                    "given_how",
                    models.CharField(blank=True, max_length=60, verbose_name="how given"),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="withdrawn")),
                (
                    "ended_how",
                    models.CharField(blank=True, max_length=60, verbose_name="how withdrawn"),
                ),
            ],
            options={
                "verbose_name": "consent",
                "verbose_name_plural": "consents",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("customer", "channel", "purpose"),
                        name="consent_open_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Identity",
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
                        related_name="identities",
                        to="customers.customer",
                    ),
                ),
                ("kind", models.CharField(max_length=20, verbose_name="kind")),
                ("value", models.CharField(max_length=254, verbose_name="value")),
                ("verified", models.BooleanField(default=True, verbose_name="verified")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="created"),
                ),
                ("merged_from", models.BigIntegerField(editable=False, null=True)),
            ],
            options={
                "verbose_name": "identity",
                "verbose_name_plural": "identities",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("verified", True)),
                        fields=("shop", "kind", "value"),
                        name="identity_verified_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportReject",
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
                    "of",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rejects",
                        to="customers.fileimport",
                    ),
                ),
                ("row", models.IntegerField()),
                ("column", models.CharField(blank=True, max_length=200)),
                ("reason", models.CharField(max_length=400)),
                ("advice", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("of", "row"), name="import_reject_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Merge",
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
                    "survivor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="merges",
                        to="customers.customer",
                        verbose_name="stays",
                    ),
                ),
                (
                    "merged",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="merged_by",
                        to="customers.customer",
                        verbose_name="merged",
                    ),
                ),
                ("cause", models.CharField(max_length=160, verbose_name="cause")),
                ("how", models.CharField(max_length=20, verbose_name="how")),
                ("by", models.CharField(blank=True, max_length=150, verbose_name="by")),
                (
                    "merged_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="merged"),
                ),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="undone")),
                (
                    "undone_by",
                    models.CharField(blank=True, max_length=150, verbose_name="undone by"),
                ),
                ("moved", models.JSONField(default=dict, verbose_name="moved")),
            ],
            options={
                "verbose_name": "merge of customers",
                "verbose_name_plural": "merges of customers",
                "indexes": [
                    models.Index(
                        condition=models.Q(("undone_at", None)),
                        fields=["survivor"],
                        name="merge_of_survivor",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("shop", "cause"), name="merge_cause_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at", None)),
                        fields=("merged",),
                        name="merge_open_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Note",
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
                        related_name="notes",
                        to="customers.customer",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("author_name", models.CharField(max_length=150, verbose_name="author")),
                ("text", models.TextField(verbose_name="text")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="created"),
                ),
                ("merged_from", models.BigIntegerField(editable=False, null=True)),
            ],
            options={
                "verbose_name": "note",
                "verbose_name_plural": "notes",
            },
        ),
        migrations.CreateModel(
            name="Order",
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
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
                ("external_id", models.CharField(max_length=100, verbose_name="order number")),
                ("kind", models.CharField(default="sale", max_length=12, verbose_name="kind")),
                ("placed_at", models.DateTimeField(verbose_name="placed")),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="updated by the shop"
                    ),
                ),
                ("total_cents", models.BigIntegerField(default=0, verbose_name="total in cents")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("country", models.CharField(blank=True, max_length=60, verbose_name="country")),
                ("cancels", models.CharField(blank=True, max_length=100, verbose_name="cancels")),
                ("digest", models.CharField(blank=True, editable=False, max_length=32)),
                ("merged_from", models.BigIntegerField(editable=False, null=True)),
            ],
            options={
                "verbose_name": "order",
                "verbose_name_plural": "orders",
                "indexes": [
                    models.Index(fields=["customer", "placed_at"], name="order_history"),
                    models.Index(fields=["shop", "placed_at"], name="order_time"),
                    models.Index(
                        condition=models.Q(("cancels", ""), _negated=True),
                        fields=["shop", "cancels"],
                        name="order_cancels",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("shop", "external_id"), name="order_of_shop")
                ],
            },
        ),
        migrations.CreateModel(
            name="Erasure",
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
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="erasures",
                        to="customers.privacyrequest",
                    ),
                ),
                ("sealed", models.TextField(editable=False)),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="begun"),
                ),
                (
                    "due_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="next search"
                    ),
                ),
                ("busy_until", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True, verbose_name="proved")),
                ("receipt", models.JSONField(null=True, verbose_name="receipt")),
                (
                    "signature",
                    models.CharField(blank=True, max_length=128, verbose_name="signature"),
                ),
            ],
            options={
                "verbose_name": "erasure",
                "verbose_name_plural": "erasures",
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at", None)),
                        fields=["due_at"],
                        name="erasure_waits",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Recognition",
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
                ("source", models.CharField(max_length=120, verbose_name="source")),
                ("visitor", models.CharField(max_length=40, verbose_name="visitor")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
                ("how", models.CharField(max_length=12, verbose_name="how")),
                ("occurred_at", models.DateTimeField(verbose_name="occurred")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="undone")),
                ("merged_from", models.BigIntegerField(editable=False, null=True)),
            ],
            options={
                "verbose_name": "recognised visitor",
                "verbose_name_plural": "recognised visitors",
                "indexes": [
                    models.Index(
                        fields=["shop", "visitor", "occurred_at"], name="recognition_visitor"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("shop", "source"), name="recognition_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Touchpoint",
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
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
                ("kind", models.CharField(max_length=60, verbose_name="kind")),
                ("source", models.CharField(max_length=120, verbose_name="source")),
                ("occurred_at", models.DateTimeField(verbose_name="occurred")),
                ("data", models.JSONField(blank=True, default=dict, verbose_name="data")),
                ("unread", models.BooleanField(default=False, verbose_name="unread")),
                ("merged_from", models.BigIntegerField(editable=False, null=True)),
            ],
            options={
                "verbose_name": "touchpoint",
                "verbose_name_plural": "touchpoints",
                "indexes": [
                    django.contrib.postgres.indexes.BrinIndex(
                        fields=["occurred_at"], name="touchpoint_time"
                    ),
                    models.Index(fields=["shop", "occurred_at"], name="touchpoint_of_shop"),
                    models.Index(fields=["customer", "-occurred_at"], name="touchpoint_history"),
                    models.Index(
                        condition=models.Q(("unread", True)),
                        fields=["id"],
                        name="touchpoint_unread",
                    ),
                    models.Index(
                        models.F("shop"),
                        django.db.models.fields.json.KeyTextTransform("visitor", "data"),
                        condition=models.Q(("customer", None)),
                        name="touchpoint_visitor",
                    ),
                    models.Index(
                        models.F("shop"),
                        django.db.models.fields.json.KeyTextTransform("product_id", "data"),
                        models.F("occurred_at"),
                        condition=models.Q(("kind__in", ["product.viewed", "product.requested"])),
                        name="touchpoint_product",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("shop", "source", "occurred_at"), name="touchpoint_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Profile",
            fields=[
                ("order_count", models.IntegerField(default=0)),
                ("cancellation_count", models.IntegerField(default=0)),
                ("revenue_cents", models.BigIntegerField(default=0)),
                ("average_order_cents", models.BigIntegerField(null=True)),
                ("returned_cents", models.BigIntegerField(default=0)),
                ("returned_fraction", models.FloatField(default=0)),
                ("first_order_at", models.DateTimeField(null=True)),
                ("last_order_at", models.DateTimeField(null=True)),
                ("last_gap_days", models.FloatField(null=True)),
                ("mean_gap_days", models.FloatField(null=True)),
                ("spread_gap_days", models.FloatField(null=True)),
                ("order_hour", models.SmallIntegerField(null=True)),
                ("order_weekday", models.SmallIntegerField(null=True)),
                ("item_count", models.IntegerField(default=0)),
                ("product_count", models.IntegerField(default=0)),
                ("category_count", models.IntegerField(default=0)),
                ("discount_fraction", models.FloatField(default=0)),
                ("mean_price_cents", models.BigIntegerField(null=True)),
                ("price_band", models.TextField(default="")),
                ("top_categories", models.JSONField(default=list)),
                (
                    "top_brands",
                    models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
                ),
                ("favourites", models.JSONField(default=list)),
                ("touchpoint_count", models.IntegerField(default=0)),
                ("last_touchpoint_at", models.DateTimeField(null=True)),
                ("last_active_at", models.DateTimeField(null=True)),
                ("session_count", models.IntegerField(default=0)),
                ("view_count", models.IntegerField(default=0)),
                ("last_view_at", models.DateTimeField(null=True)),
                ("last_cart_at", models.DateTimeField(null=True)),
                ("abandoned_cart_count", models.IntegerField(default=0)),
                ("message_sent_count", models.IntegerField(default=0)),
                ("message_opened_count", models.IntegerField(default=0)),
                ("message_clicked_count", models.IntegerField(default=0)),
                ("machine_open_count", models.IntegerField(default=0)),
                ("scanner_click_count", models.IntegerField(default=0)),
                ("last_message_at", models.DateTimeField(null=True)),
                ("last_opened_at", models.DateTimeField(null=True)),
                ("last_clicked_at", models.DateTimeField(null=True)),
                ("best_hour", models.SmallIntegerField(null=True)),
                ("active_weekday", models.SmallIntegerField(null=True)),
                ("day_part", models.TextField(default="")),
                ("main_device", models.TextField(default="")),
                ("first_source", models.TextField(default="")),
                ("last_source", models.TextField(default="")),
                ("interests", models.JSONField(default=dict)),
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
                ("review_count", models.IntegerField(default=0, verbose_name="reviews")),
                (
                    "mean_sentiment",
                    models.FloatField(null=True, verbose_name="mean review sentiment"),
                ),
                (
                    "opinions",
                    models.JSONField(
                        db_default=models.Value({}, models.JSONField()),
                        default=dict,
                        verbose_name="opinions",
                    ),
                ),
                ("scores", models.JSONField(default=dict, verbose_name="scores")),
                (
                    "refreshed_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="refreshed"
                    ),
                ),
            ],
            options={
                "verbose_name": "profile",
                "verbose_name_plural": "profiles",
                "indexes": [
                    models.Index(fields=["shop", "last_order_at"], name="profile_last_order")
                ],
            },
        ),
        migrations.CreateModel(
            name="StaleMark",
            fields=[
                (
                    "customer",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="customers.customer",
                        verbose_name="customer",
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
                ("since", models.DateTimeField(verbose_name="waits since")),
                ("parts", models.IntegerField(editable=False)),
            ],
            options={
                "verbose_name": "stale mark",
                "verbose_name_plural": "stale marks",
                "indexes": [models.Index(fields=["since"], name="stale_since")],
            },
        ),
        migrations.CreateModel(
            name="OrderLine",
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
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="customers.order",
                    ),
                ),
                ("position", models.IntegerField(verbose_name="position")),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="shops.product",
                        verbose_name="product",
                    ),
                ),
                ("quantity", models.IntegerField(verbose_name="quantity")),
                ("unit_price_cents", models.BigIntegerField(verbose_name="unit price in cents")),
                ("total_cents", models.BigIntegerField(verbose_name="total in cents")),
            ],
            options={
                "verbose_name": "order line",
                "verbose_name_plural": "order lines",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("order", "position"), name="order_line_position"
                    )
                ],
            },
        ),
    ]
