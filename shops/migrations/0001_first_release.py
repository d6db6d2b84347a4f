import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import shops.clock
import shops.secrecy


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "A user with that username already exists."},
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        max_length=150,
                        unique=True,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="username",
                    ),
                ),
                (
                    "first_name",
                    models.CharField(blank=True, max_length=150, verbose_name="first name"),
                ),
                (
                    "last_name",
                    models.CharField(blank=True, max_length=150, verbose_name="last name"),
                ),
                (
                    "email",
                    models.EmailField(blank=True, max_length=254, verbose_name="email address"),
                ),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                (
                    "date_joined",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="date joined"
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "abstract": False,
            },
            managers=[
                ("objects", django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name="Shop",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "demands_second_factor",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="Nobody of the team gets in by the password alone.",
                        verbose_name="second factor",
                    ),
                ),
                (
                    "demands_approval",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="Whoever edited a campaign last cannot launch it.",
                        verbose_name="launches need a second person",
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "key",
                    models.SlugField(
                        help_text="Part of the webhook address.",
                        max_length=40,
                        unique=True,
                        verbose_name="key",
                    ),
                ),
                (
                    "connector",
                    models.CharField(default="generic", max_length=40, verbose_name="connector"),
                ),
                (
                    "currency",
                    models.CharField(default="EUR", max_length=3, verbose_name="currency"),
                ),
                (
                    "timezone",
                    models.CharField(default="UTC", max_length=40, verbose_name="time zone"),
                ),
                (
                    "language",
                    models.CharField(default="en", max_length=10, verbose_name="language"),
                ),
                (
                    "rate_limit",
                    models.PositiveIntegerField(
                        default=1000,
                        help_text="More are answered with 429 and sent again by the shop. 0: no limit.",
                        verbose_name="deliveries per second",
                    ),
                ),
                (
                    "from_email",
                    models.EmailField(blank=True, max_length=254, verbose_name="sender address"),
                ),
                (
                    "quiet_from",
                    models.TimeField(
                        blank=True,
                        help_text="No message leaves between these times, by the customer's own clock.",
                        null=True,
                        verbose_name="quiet from",
                    ),
                ),
                (
                    "quiet_until",
                    models.TimeField(blank=True, null=True, verbose_name="quiet until"),
                ),
                (
                    "control_percent",
                    models.DecimalField(
                        decimal_places=1,
                        default=0,
                        help_text="Left alone by every campaign; shows what all campaigns bring together.",
                        max_digits=4,
                        verbose_name="control group in percent",
                    ),
                ),
                (
                    "webhook_secret_sealed",
                    models.TextField(default=shops.secrecy.new_webhook_secret, editable=False),
                ),
                ("previous_secret_sealed", models.TextField(blank=True, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created"
                    ),
                ),
            ],
            options={
                "verbose_name": "shop",
                "verbose_name_plural": "shops",
            },
        ),
        migrations.CreateModel(
            name="Endpoint",
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
                ("url", models.URLField(max_length=500, verbose_name="address")),
                ("events", models.JSONField(default=list, verbose_name="events")),
                (
                    "concurrency",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="1 keeps the order of events; more are faster, in no certain order.",
                        verbose_name="at a time",
                    ),
                ),
                (
                    "secret_sealed",
                    models.TextField(default=shops.secrecy.new_webhook_secret, editable=False),
                ),
                ("previous_secret_sealed", models.TextField(blank=True, editable=False)),
                (
                    "failure_count",
                    models.PositiveIntegerField(
                        default=0, editable=False, verbose_name="failures in a row"
                    ),
                ),
                (
                    "failing_since",
                    models.DateTimeField(editable=False, null=True, verbose_name="failing since"),
                ),
                (
                    "next_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now,
                        editable=False,
                        verbose_name="next attempt",
                    ),
                ),
                ("busy_until", models.DateTimeField(editable=False, null=True)),
                (
                    "paused_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="paused"),
                ),
                (
                    "paused_reason",
                    models.CharField(
                        blank=True, editable=False, max_length=300, verbose_name="why paused"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created"
                    ),
                ),
            ],
            options={
                "verbose_name": "endpoint",
                "verbose_name_plural": "endpoints",
            },
        ),
        migrations.CreateModel(
            name="Seat",
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
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seats",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="Without a role: what the user's own permissions and groups allow.",
                        max_length=20,
                        verbose_name="role",
                    ),
                ),
            ],
            options={
                "verbose_name": "member of the team",
                "verbose_name_plural": "team",
                "db_table": "shops_shop_staff",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("shop", "user"), name="shops_shop_staff_shop_id_user_id_uniq"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reconciliation",
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
                    "resource",
                    models.CharField(default="orders", max_length=20, verbose_name="resource"),
                ),
                ("url", models.URLField(max_length=500, verbose_name="address")),
                ("credentials_sealed", models.TextField(editable=False)),
                ("watermark", models.DateTimeField(editable=False, verbose_name="compared up to")),
                ("cursor", models.TextField(blank=True, editable=False)),
                ("seen_at", models.DateTimeField(editable=False, null=True)),
                ("busy_until", models.DateTimeField(editable=False, null=True)),
                (
                    "next_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="next run"
                    ),
                ),
                (
                    "finished_at",
                    models.DateTimeField(
                        editable=False, null=True, verbose_name="last run finished"
                    ),
                ),
                (
                    "read_count",
                    models.PositiveIntegerField(
                        default=0, editable=False, verbose_name="orders read"
                    ),
                ),
                (
                    "failure_count",
                    models.PositiveIntegerField(
                        default=0, editable=False, verbose_name="failures in a row"
                    ),
                ),
                (
                    "failing_since",
                    models.DateTimeField(editable=False, null=True, verbose_name="failing since"),
                ),
                (
                    "fault",
                    models.CharField(
                        blank=True, editable=False, max_length=500, verbose_name="last fault"
                    ),
                ),
            ],
            options={
                "verbose_name": "reconciliation",
                "verbose_name_plural": "reconciliations",
                "constraints": [
                    models.UniqueConstraint(fields=("shop", "resource"), name="reconciled_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Product",
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
                ("external_id", models.CharField(max_length=100, verbose_name="product id")),
                ("title", models.CharField(blank=True, max_length=300, verbose_name="title")),
                ("category", models.CharField(blank=True, max_length=100, verbose_name="category")),
                (
                    "brand",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=100, verbose_name="brand"
                    ),
                ),
                (
                    "price_cents",
                    models.BigIntegerField(blank=True, null=True, verbose_name="price in cents"),
                ),
                ("available", models.BooleanField(default=True, verbose_name="on sale")),
                ("versions", models.JSONField(default=dict, editable=False)),
                (
                    "updated_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="updated"),
                ),
            ],
            options={
                "verbose_name": "product",
                "verbose_name_plural": "products",
                "constraints": [
                    models.UniqueConstraint(fields=("shop", "external_id"), name="product_of_shop")
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
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
                ("email", models.EmailField(max_length=254, verbose_name="e-mail address")),
                ("role", models.CharField(max_length=20, verbose_name="role")),
                (
                    "invited_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "accepted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(default=shops.clock.now)),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("accepted_at", None), ("revoked_at", None)),
                        fields=("shop", "email"),
                        name="shops_invitation_one_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DemoShop",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "shop",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="demo",
                        to="shops.shop",
                        verbose_name="shop",
                    ),
                ),
                (
                    "status",
                    models.CharField(default="filling", max_length=12, verbose_name="status"),
                ),
                ("progress", models.FloatField(default=0, verbose_name="progress")),
                ("fault", models.TextField(blank=True, verbose_name="fault")),
                (
                    "asked_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="asked for"
                    ),
                ),
                ("seen_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "demo shop",
                "verbose_name_plural": "demo shops",
            },
        ),
        migrations.CreateModel(
            name="DeliveryKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "shop",
                        "message_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
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
                ("message_id", models.CharField(max_length=100)),
                ("answer", models.CharField(max_length=12)),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "indexes": [models.Index(fields=["received_at"], name="delivery_key_age")],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
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
                        verbose_name="shop",
                    ),
                ),
                (
                    "received_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="received"
                    ),
                ),
                ("message_id", models.CharField(max_length=100, verbose_name="message id")),
                (
                    "connector",
                    models.CharField(default="generic", max_length=40, verbose_name="connector"),
                ),
                ("topic", models.CharField(max_length=100, verbose_name="topic")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
                ("body", models.BinaryField(verbose_name="body")),
                (
                    "status",
                    models.CharField(default="accepted", max_length=12, verbose_name="status"),
                ),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                (
                    "digested_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="digested"),
                ),
                (
                    "origin",
                    models.CharField(
                        blank=True, db_default="", max_length=8, verbose_name="origin"
                    ),
                ),
            ],
            options={
                "verbose_name": "delivery",
                "verbose_name_plural": "deliveries",
                "permissions": [("see_personal_data", "May see personal data in raw deliveries")],
                "indexes": [
                    models.Index(fields=["shop", "received_at"], name="delivery_of_shop"),
                    models.Index(
                        condition=models.Q(("digested_at", None)),
                        fields=["id"],
                        name="delivery_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("status", "quarantined")),
                        fields=["id"],
                        name="delivery_quarantined",
                    ),
                    models.Index(
                        condition=models.Q(("origin", "missing")),
                        fields=["shop", "message_id"],
                        name="delivery_missing",
                    ),
                    models.Index(
                        condition=models.Q(("connector", "site")),
                        fields=["shop", "id"],
                        name="delivery_of_site",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Coupon",
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
                ("external_id", models.CharField(max_length=100, verbose_name="coupon id")),
                ("code", models.CharField(max_length=100, verbose_name="code")),
                ("kind", models.CharField(max_length=10, verbose_name="kind")),
                ("value", models.FloatField(verbose_name="value")),
                ("used_count", models.IntegerField(default=0, verbose_name="used")),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="expires")),
                (
                    "updated_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="updated"),
                ),
            ],
            options={
                "verbose_name": "coupon",
                "verbose_name_plural": "coupons",
                "constraints": [
                    models.UniqueConstraint(fields=("shop", "external_id"), name="coupon_of_shop")
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditHead",
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
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="shops.shop",
                    ),
                ),
                ("number", models.BigIntegerField(default=0)),
                ("seal", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("shop",), name="audit_head_of_shop", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditEntry",
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
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="shops.shop",
                        verbose_name="shop",
                    ),
                ),
                ("number", models.BigIntegerField(verbose_name="number")),
                ("at", models.DateTimeField(default=shops.clock.now, verbose_name="at")),
                ("who", models.CharField(max_length=160, verbose_name="who")),
                ("action", models.CharField(max_length=80, verbose_name="what")),
                ("target", models.CharField(blank=True, max_length=160, verbose_name="of what")),
                ("changes", models.JSONField(default=dict, verbose_name="before and after")),
                ("ip", models.GenericIPAddressField(null=True, verbose_name="from")),
                ("agent", models.CharField(blank=True, max_length=200, verbose_name="browser")),
                ("seal", models.CharField(max_length=64, verbose_name="seal")),
            ],
            options={
                "verbose_name": "audit entry",
                "verbose_name_plural": "audit trail",
                "indexes": [
                    models.Index(fields=["shop", "who", "id"], name="audit_who"),
                    models.Index(fields=["shop", "target", "id"], name="audit_target"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("shop", "number"), name="audit_number", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiKey",
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
                    "name",
                    models.CharField(
                        help_text="What uses this key.", max_length=100, verbose_name="name"
                    ),
                ),
                (
                    "prefix",
                    models.CharField(editable=False, max_length=12, verbose_name="begins with"),
                ),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("scopes", models.JSONField(default=list, verbose_name="may")),
                (
                    "rate_limit",
                    models.PositiveIntegerField(
                        default=50,
                        help_text="More are answered with 429; counted by each web process. 0: no limit.",
                        verbose_name="requests per second",
                    ),
                ),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="expires")),
                (
                    "revoked_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="revoked"),
                ),
                (
                    "last_used_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="last used"),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created"
                    ),
                ),
            ],
            options={
                "verbose_name": "API key",
                "verbose_name_plural": "API keys",
            },
        ),
        migrations.CreateModel(
            name="AnsweredCall",
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
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="shops.shop"
                    ),
                ),
                ("key", models.CharField(max_length=255)),
                ("fingerprint", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField()),
                ("answer_sealed", models.TextField()),
                ("answered_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "indexes": [models.Index(fields=["answered_at"], name="answered_call_age")],
                "constraints": [
                    models.UniqueConstraint(fields=("shop", "key"), name="answered_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Site",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "shop",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="shops.shop",
                        verbose_name="shop",
                    ),
                ),
                (
                    "public_key",
                    models.CharField(
                        default=shops.secrecy.new_public_key,
                        editable=False,
                        max_length=40,
                        unique=True,
                        verbose_name="public key",
                    ),
                ),
                (
                    "previous_public_key",
                    models.CharField(blank=True, editable=False, max_length=40),
                ),
                (
                    "secret_sealed",
                    models.TextField(default=shops.secrecy.new_recognition_secret, editable=False),
                ),
                ("previous_secret_sealed", models.TextField(blank=True, editable=False)),
                (
                    "origins",
                    models.TextField(
                        blank=True,
                        help_text="One a line, such as https://shop.example.com. Empty: pages of any origin.",
                        verbose_name="allowed origins",
                    ),
                ),
                (
                    "rate_limit",
                    models.PositiveIntegerField(
                        default=500,
                        help_text="More are answered with 429 and sent again by the script. 0: no limit.",
                        verbose_name="calls per second",
                    ),
                ),
            ],
            options={
                "verbose_name": "shop page script",
                "verbose_name_plural": "shop page scripts",
                "indexes": [
                    models.Index(
                        condition=models.Q(("previous_public_key", ""), _negated=True),
                        fields=["previous_public_key"],
                        name="site_previous_key",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StoredFile",
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
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("size", models.BigIntegerField(default=0, verbose_name="bytes")),
                ("digest", models.CharField(blank=True, max_length=64, verbose_name="SHA-256")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="created"),
                ),
                ("expires_at", models.DateTimeField(db_index=True, verbose_name="expires")),
            ],
            options={
                "verbose_name": "stored file",
                "verbose_name_plural": "stored files",
            },
        ),
        migrations.CreateModel(
            name="OutgoingEvent",
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
                    "endpoint",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="shops.endpoint",
                        verbose_name="endpoint",
                    ),
                ),
                ("cause", models.CharField(max_length=160, verbose_name="cause")),
                ("type", models.CharField(max_length=60, verbose_name="type")),
                ("data", models.JSONField(verbose_name="data")),
                ("occurred_at", models.DateTimeField(verbose_name="occurred")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="created"),
                ),
                ("attempt_count", models.PositiveIntegerField(default=0, verbose_name="attempts")),
                (
                    "delivered_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="delivered"),
                ),
            ],
            options={
                "verbose_name": "outgoing event",
                "verbose_name_plural": "outgoing events",
                "indexes": [
                    models.Index(fields=["endpoint", "id"], name="outgoing_of_endpoint"),
                    models.Index(
                        condition=models.Q(("delivered_at", None)),
                        fields=["endpoint", "id"],
                        name="outgoing_waiting",
                    ),
                    models.Index(fields=["delivered_at"], name="outgoing_delivered"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("endpoint", "cause"), name="outgoing_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="StoredPart",
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
                    "file",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="shops.storedfile",
                    ),
                ),
                ("number", models.IntegerField()),
                ("content", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("file", "number"), name="stored_part_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="OutgoingAttempt",
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
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attempts",
                        to="shops.outgoingevent",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
                ("status", models.PositiveSmallIntegerField(null=True, verbose_name="status")),
                ("answer", models.TextField(blank=True, verbose_name="answer")),
                ("seconds", models.FloatField(verbose_name="seconds")),
            ],
        ),
        migrations.AddField(
            model_name="shop",
            name="staff",
            field=models.ManyToManyField(
                related_name="shops", through="shops.Seat", to=settings.AUTH_USER_MODEL
            ),
        ),
    ]
