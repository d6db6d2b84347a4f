import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
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
            name="CaughtMail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "message_id",
                    models.CharField(blank=True, max_length=200, verbose_name="message id"),
                ),
                ("recipient", models.CharField(max_length=254, verbose_name="recipient")),
                ("subject", models.CharField(blank=True, max_length=300, verbose_name="subject")),
                ("raw", models.BinaryField(verbose_name="mail as received")),
                (
                    "caught_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="caught"),
                ),
            ],
            options={
                "verbose_name": "caught mail",
                "verbose_name_plural": "caught mails",
            },
        ),
        migrations.CreateModel(
            name="ChannelAccount",
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
                    models.CharField(
                        choices=[
                            ("sms", "Text messages"),
                            ("push", "Web push"),
                            ("webhook", "Webhook"),
                        ],
                        max_length=20,
                        verbose_name="channel",
                    ),
                ),
                (
                    "url",
                    models.URLField(
                        blank=True,
                        help_text="Text messages: an API that speaks as Twilio's, such as https://api.twilio.com. Webhook: what is called for each message. Web push needs none.",
                        max_length=300,
                        verbose_name="address",
                    ),
                ),
                ("account", models.CharField(blank=True, max_length=100, verbose_name="account")),
                (
                    "sender",
                    models.CharField(
                        blank=True,
                        help_text="Text messages: a number or name. Web push: a mailto: address to complain to.",
                        max_length=120,
                        verbose_name="sender",
                    ),
                ),
                ("secret_sealed", models.TextField(blank=True, editable=False)),
                (
                    "public_key",
                    models.CharField(
                        blank=True, editable=False, max_length=120, verbose_name="public key"
                    ),
                ),
            ],
            options={
                "verbose_name": "channel account",
                "verbose_name_plural": "channel accounts",
                "constraints": [
                    models.UniqueConstraint(fields=("shop", "channel"), name="channel_account_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="DomainLimit",
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
                    "domain",
                    models.CharField(
                        help_text="Such as gmail.com.", max_length=253, verbose_name="domain"
                    ),
                ),
                ("per_second", models.FloatField(verbose_name="mails a second")),
                (
                    "ahead_seconds",
                    models.PositiveIntegerField(db_default=300, default=300, editable=False),
                ),
                (
                    "next_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
            ],
            options={
                "verbose_name": "limit of a domain",
                "verbose_name_plural": "limits of domains",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("shop"),
                        django.db.models.functions.text.Lower("domain"),
                        name="domain_limit_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("per_second__gt", 0), ("per_second__lte", 10000)),
                        name="domain_limit_rate",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FrequencyCap",
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
                    models.CharField(
                        blank=True,
                        help_text="Empty: all channels together.",
                        max_length=20,
                        verbose_name="channel",
                    ),
                ),
                ("messages", models.PositiveSmallIntegerField(verbose_name="messages")),
                ("days", models.PositiveSmallIntegerField(verbose_name="days")),
            ],
            options={
                "verbose_name": "frequency cap",
                "verbose_name_plural": "frequency caps",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("shop", "channel", "days"), name="frequency_cap_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("days__gte", 1), ("days__lte", 365)),
                        name="frequency_cap_days",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ListHygiene",
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
                ("counts", models.JSONField(default=dict, verbose_name="counts")),
                ("counted_at", models.DateTimeField(null=True, verbose_name="counted")),
            ],
            options={
                "verbose_name": "list hygiene",
                "verbose_name_plural": "list hygiene",
            },
        ),
        migrations.CreateModel(
            name="MailCarrier",
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
                ("kind", models.CharField(max_length=20, verbose_name="service")),
                (
                    "account",
                    models.CharField(
                        blank=True,
                        help_text="Mailjet: the API key. Mailgun: the sending domain, where it is not that of the sender. Postmark: the message stream, such as broadcast. Others need none.",
                        max_length=200,
                        verbose_name="account",
                    ),
                ),
                (
                    "url",
                    models.URLField(
                        blank=True,
                        help_text="Only for another region, such as https://api.eu.mailgun.net/v3. Empty: the usual one.",
                        verbose_name="address",
                    ),
                ),
                (
                    "counts",
                    models.BooleanField(
                        default=False,
                        help_text="Off: links lead through this server. On: links lead through the service, and what it tells counts. What may be counted at all is said in the mail settings.",
                        verbose_name="the service counts opens and clicks",
                    ),
                ),
                ("secret_sealed", models.TextField(editable=False)),
                ("signing_sealed", models.TextField(blank=True, editable=False)),
                ("hook_sealed", models.TextField(editable=False)),
                ("hook_digest", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "heard_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="last heard of"),
                ),
                (
                    "refused_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="stopped"),
                ),
                (
                    "refused_reason",
                    models.CharField(
                        blank=True, editable=False, max_length=300, verbose_name="reason"
                    ),
                ),
            ],
            options={
                "verbose_name": "mail service",
                "verbose_name_plural": "mail services",
            },
        ),
        migrations.CreateModel(
            name="MailSettings",
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
                    "tracks_clicks",
                    models.BooleanField(
                        default=True,
                        help_text="Links lead through this server.",
                        verbose_name="count clicks",
                    ),
                ),
                (
                    "tracks_opens",
                    models.BooleanField(
                        default=False,
                        help_text="By an invisible picture. In many countries only with the reader's consent: leave it off where you have none.",
                        verbose_name="count opens",
                    ),
                ),
                (
                    "link_domain",
                    models.CharField(
                        blank=True,
                        help_text="Such as https://click.shop.example. Empty: this server's own address.",
                        max_length=200,
                        verbose_name="link domain",
                    ),
                ),
                (
                    "utm_source",
                    models.CharField(
                        blank=True,
                        default="waymark",
                        help_text="Links get utm_source, utm_medium (the channel) and utm_campaign (its key), unless they have their own. Empty: none is added.",
                        max_length=60,
                        verbose_name="utm_source",
                    ),
                ),
                (
                    "return_path",
                    models.EmailField(
                        blank=True,
                        help_text="Bounces come back to it, as name+…@domain. Empty: BOUNCE_ADDRESS, else the sender.",
                        max_length=254,
                        verbose_name="return address",
                    ),
                ),
                (
                    "dkim_selector",
                    models.SlugField(
                        default="waymark",
                        help_text="Part of the DNS name.",
                        max_length=40,
                        verbose_name="DKIM selector",
                    ),
                ),
                ("dkim_key_sealed", models.TextField(blank=True, editable=False)),
                ("dkim_public", models.TextField(blank=True, editable=False)),
                (
                    "dkim_seen_at",
                    models.DateTimeField(
                        editable=False, null=True, verbose_name="DKIM record seen"
                    ),
                ),
                (
                    "seeds",
                    models.TextField(
                        blank=True,
                        help_text="Own addresses at several mailbox providers, one a line, at most 50.",
                        verbose_name="seed addresses",
                    ),
                ),
                (
                    "probe_sent_at",
                    models.DateTimeField(
                        editable=False, null=True, verbose_name="bounce path tested"
                    ),
                ),
                (
                    "probe_seen_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="test came back"),
                ),
            ],
            options={
                "verbose_name": "mail settings",
                "verbose_name_plural": "mail settings",
            },
        ),
        migrations.CreateModel(
            name="Notice",
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
                        on_delete=django.db.models.deletion.CASCADE,
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
                ("kind", models.CharField(max_length=12, verbose_name="kind")),
                ("cause", models.CharField(max_length=120, verbose_name="cause")),
                ("address", models.CharField(max_length=254, verbose_name="address")),
                ("data", models.JSONField(default=dict, verbose_name="data")),
                (
                    "status",
                    models.CharField(default="planned", max_length=12, verbose_name="status"),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("attempts", models.SmallIntegerField(default=0, verbose_name="attempts")),
                (
                    "due_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="due"),
                ),
                ("claimed_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent")),
                ("done_at", models.DateTimeField(null=True, verbose_name="done")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="created"),
                ),
            ],
            options={
                "verbose_name": "requested mail",
                "verbose_name_plural": "requested mails",
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "planned")),
                        fields=["due_at"],
                        name="notice_due",
                    ),
                    models.Index(
                        condition=models.Q(("status", "sending")),
                        fields=["claimed_at"],
                        name="notice_in_flight",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("shop", "cause"), name="notice_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Preference",
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
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
                ("refused_topics", models.JSONField(default=list, verbose_name="refused topics")),
                (
                    "most_per_week",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="messages a week"
                    ),
                ),
                (
                    "is_measured",
                    models.BooleanField(default=True, verbose_name="opens and clicks are counted"),
                ),
                (
                    "updated_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="updated"),
                ),
            ],
            options={
                "verbose_name": "preference",
                "verbose_name_plural": "preferences",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("most_per_week", None),
                            models.Q(("most_per_week__gte", 1), ("most_per_week__lte", 50)),
                            _connector="OR",
                        ),
                        name="preference_per_week",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PushSubscription",
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
                        on_delete=django.db.models.deletion.CASCADE,
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
                ("endpoint", models.URLField(max_length=500, verbose_name="endpoint")),
                ("p256dh", models.CharField(max_length=100)),
                ("auth", models.CharField(max_length=40)),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="created"),
                ),
                ("gone_at", models.DateTimeField(null=True, verbose_name="gone")),
            ],
            options={
                "verbose_name": "push subscription",
                "verbose_name_plural": "push subscriptions",
                "indexes": [
                    models.Index(
                        condition=models.Q(("gone_at", None)),
                        fields=["customer", "id"],
                        name="push_of_customer",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("shop", "endpoint"), name="push_endpoint_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Template",
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
                ("subject", models.CharField(max_length=300, verbose_name="subject")),
                (
                    "preheader",
                    models.CharField(
                        blank=True,
                        help_text="What an inbox shows behind the subject.",
                        max_length=200,
                        verbose_name="preheader",
                    ),
                ),
                ("mjml", models.TextField(blank=True, verbose_name="MJML")),
                ("html", models.TextField(blank=True, verbose_name="HTML")),
                (
                    "text",
                    models.TextField(
                        blank=True,
                        help_text="Made from the HTML when it is empty.",
                        verbose_name="text",
                    ),
                ),
                (
                    "from_name",
                    models.CharField(
                        blank=True,
                        help_text="The shop's name when it is empty.",
                        max_length=100,
                        verbose_name="from",
                    ),
                ),
                (
                    "from_local",
                    models.CharField(
                        blank=True,
                        help_text="At the shop's own domain.",
                        max_length=64,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[A-Za-z0-9]+([._+-][A-Za-z0-9]+)*\\Z",
                                "Letters, digits, dots and hyphens.",
                            )
                        ],
                        verbose_name="from, before the @",
                    ),
                ),
                (
                    "reply_to",
                    models.EmailField(blank=True, max_length=254, verbose_name="answers go to"),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated")),
            ],
            options={
                "verbose_name": "template",
                "verbose_name_plural": "templates",
                "constraints": [
                    models.UniqueConstraint(fields=("shop", "key"), name="template_key")
                ],
            },
        ),
        migrations.CreateModel(
            name="Topic",
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
                ("key", models.SlugField(max_length=40, verbose_name="key")),
                (
                    "name",
                    models.CharField(
                        help_text="As customers read it.", max_length=80, verbose_name="name"
                    ),
                ),
                (
                    "description",
                    models.CharField(blank=True, max_length=200, verbose_name="description"),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
            ],
            options={
                "verbose_name": "topic",
                "verbose_name_plural": "topics",
                "constraints": [models.UniqueConstraint(fields=("shop", "key"), name="topic_key")],
            },
        ),
        migrations.CreateModel(
            name="WarmUp",
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
                    "domain",
                    models.CharField(editable=False, max_length=253, verbose_name="sending domain"),
                ),
                (
                    "first_per_day",
                    models.PositiveIntegerField(
                        default=100,
                        validators=[
                            django.core.validators.MinValueValidator(10),
                            django.core.validators.MaxValueValidator(100000),
                        ],
                        verbose_name="mails on the first day",
                    ),
                ),
                (
                    "growth_percent",
                    models.PositiveSmallIntegerField(
                        default=40,
                        validators=[
                            django.core.validators.MinValueValidator(5),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="more each day, in percent",
                    ),
                ),
                (
                    "most_per_day",
                    models.PositiveIntegerField(
                        default=20000,
                        help_text="From there on nothing is limited any more.",
                        validators=[
                            django.core.validators.MinValueValidator(10),
                            django.core.validators.MaxValueValidator(10000000),
                        ],
                        verbose_name="warm at so many a day",
                    ),
                ),
                (
                    "per_day",
                    models.PositiveIntegerField(editable=False, verbose_name="mails today"),
                ),
                (
                    "status",
                    models.CharField(
                        default="running", editable=False, max_length=10, verbose_name="status"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True, editable=False, max_length=300, verbose_name="reason"
                    ),
                ),
                (
                    "days",
                    models.JSONField(default=list, editable=False, verbose_name="days so far"),
                ),
                (
                    "stepped_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="since"
                    ),
                ),
                (
                    "began_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="began"
                    ),
                ),
            ],
            options={
                "verbose_name": "warm-up",
                "verbose_name_plural": "warm-ups",
            },
        ),
        migrations.CreateModel(
            name="Campaign",
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
                (
                    "status",
                    models.CharField(
                        default="draft", editable=False, max_length=12, verbose_name="status"
                    ),
                ),
                ("plan", models.JSONField(verbose_name="plan")),
                (
                    "holdout_percent",
                    models.DecimalField(
                        decimal_places=1, default=5, max_digits=4, verbose_name="holdout in percent"
                    ),
                ),
                (
                    "priority",
                    models.SmallIntegerField(
                        default=50,
                        help_text="The higher one writes first where a customer may get only so many messages.",
                        verbose_name="priority",
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        blank=True,
                        help_text="Customers who refused the topic get nothing of the campaign.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="campaigns.topic",
                        verbose_name="topic",
                    ),
                ),
                ("fault", models.TextField(blank=True, editable=False, verbose_name="fault")),
                ("swept_at", models.DateTimeField(editable=False, null=True)),
                (
                    "launch_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="launch at"),
                ),
                (
                    "launched_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="launched"),
                ),
                (
                    "entry_closed_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="entry closed"),
                ),
                ("ended_at", models.DateTimeField(editable=False, null=True, verbose_name="ended")),
            ],
            options={
                "verbose_name": "campaign",
                "verbose_name_plural": "campaigns",
                "constraints": [
                    models.UniqueConstraint(fields=("shop", "key"), name="campaign_key"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("holdout_percent__gte", 0), ("holdout_percent__lte", 50)
                        ),
                        name="campaign_holdout_range",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TemplateLinks",
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
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="campaigns.template",
                    ),
                ),
                ("digest", models.CharField(max_length=32)),
                ("targets", models.JSONField(verbose_name="targets")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="created"),
                ),
            ],
            options={
                "verbose_name": "links of a template",
                "verbose_name_plural": "links of templates",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("template", "digest"), name="template_links_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Translation",
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
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="translations",
                        to="campaigns.template",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        max_length=20,
                        validators=[
                            django.core.validators.RegexValidator("^[a-z]{2,3}(-[a-z0-9]{2,8})*$")
                        ],
                        verbose_name="language",
                    ),
                ),
                ("subject", models.CharField(max_length=300, verbose_name="subject")),
                (
                    "preheader",
                    models.CharField(blank=True, max_length=200, verbose_name="preheader"),
                ),
                ("mjml", models.TextField(blank=True, verbose_name="MJML")),
                ("html", models.TextField(blank=True, verbose_name="HTML")),
                ("text", models.TextField(blank=True, verbose_name="text")),
            ],
            options={
                "verbose_name": "translation of a template",
                "verbose_name_plural": "translations of templates",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("template", "language"), name="translation_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CampaignVersion",
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
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="campaigns.campaign",
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="version")),
                ("digest", models.CharField(max_length=64)),
                ("plan", models.JSONField(verbose_name="plan")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="created"),
                ),
            ],
            options={
                "verbose_name": "campaign version",
                "verbose_name_plural": "campaign versions",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("campaign", "number"), name="campaign_version_number"
                    ),
                    models.UniqueConstraint(
                        fields=("campaign", "digest"), name="campaign_version_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LastEdit",
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
                    "campaign",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="last_edit",
                        to="campaigns.campaign",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
            ],
            options={
                "verbose_name": "last change of a campaign",
                "verbose_name_plural": "last changes of campaigns",
            },
        ),
        migrations.CreateModel(
            name="Replay",
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
                    "campaign",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="replays",
                        to="campaigns.campaign",
                        verbose_name="campaign",
                    ),
                ),
                ("text", models.JSONField(null=True)),
                ("days", models.PositiveSmallIntegerField(default=30, verbose_name="days")),
                (
                    "status",
                    models.CharField(default="waiting", max_length=12, verbose_name="status"),
                ),
                ("progress", models.FloatField(default=0, verbose_name="progress")),
                ("attempts", models.SmallIntegerField(default=0)),
                ("plan", models.JSONField(default=dict)),
                ("result", models.JSONField(default=dict, verbose_name="result")),
                ("fault", models.TextField(blank=True, verbose_name="fault")),
                (
                    "asked_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="asked for"
                    ),
                ),
                ("seen_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
            ],
            options={
                "verbose_name": "replay",
                "verbose_name_plural": "replays",
                "indexes": [
                    models.Index(
                        condition=models.Q(("status__in", ["waiting", "running"])),
                        fields=["asked_at"],
                        name="replay_waiting",
                    ),
                    models.Index(fields=["campaign", "-id"], name="replay_of_campaign"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SharedTrail",
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
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="campaigns.campaign",
                    ),
                ),
                ("digest", models.CharField(max_length=32)),
                ("said", models.JSONField(verbose_name="why")),
            ],
            options={
                "verbose_name": "shared reason",
                "verbose_name_plural": "shared reasons",
                "constraints": [
                    models.UniqueConstraint(fields=("campaign", "digest"), name="shared_trail_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SplitWeight",
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
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="campaigns.campaign",
                        verbose_name="campaign",
                    ),
                ),
                ("step", models.CharField(max_length=60, verbose_name="step")),
                ("name", models.CharField(max_length=40, verbose_name="way")),
                ("weight", models.FloatField(verbose_name="share")),
                (
                    "customer_count",
                    models.IntegerField(default=0, verbose_name="customers whose time is over"),
                ),
                ("buyer_count", models.IntegerField(default=0, verbose_name="buyers among them")),
                (
                    "computed_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="computed"
                    ),
                ),
            ],
            options={
                "verbose_name": "share of a split",
                "verbose_name_plural": "shares of splits",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("campaign", "step", "name"), name="split_weight_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Targeting",
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
                    "campaign",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="campaigns.campaign",
                        verbose_name="campaign",
                    ),
                ),
                (
                    "thousand_messages_cents",
                    models.PositiveIntegerField(
                        default=100, verbose_name="cost of a thousand messages in cents"
                    ),
                ),
                (
                    "discount_cents",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="What the campaign gives to each buyer.",
                        verbose_name="discount in cents",
                    ),
                ),
                (
                    "margin_percent",
                    models.PositiveSmallIntegerField(
                        default=40,
                        help_text="What an order leaves when its goods are paid.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="margin in percent",
                    ),
                ),
                (
                    "explore_percent",
                    models.PositiveSmallIntegerField(
                        default=5,
                        help_text="So many of the others are written to all the same, so that learning goes on.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(50),
                        ],
                        verbose_name="exploring in percent",
                    ),
                ),
            ],
            options={
                "verbose_name": "persuadable customers",
                "verbose_name_plural": "persuadable customers",
            },
        ),
        migrations.CreateModel(
            name="Enrolment",
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
                    "campaign",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="enrolments",
                        to="campaigns.campaign",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="enrolments",
                        to="customers.customer",
                    ),
                ),
                ("entry_key", models.CharField(max_length=60, verbose_name="cause")),
                ("held_out", models.BooleanField(default=False, verbose_name="held out")),
                (
                    "version",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enrolments",
                        to="campaigns.campaignversion",
                    ),
                ),
                (
                    "entered_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="entered"),
                ),
                ("step", models.CharField(blank=True, max_length=60, verbose_name="step")),
                (
                    "due_at",
                    models.DateTimeField(
                        blank=True, default=django.utils.timezone.now, null=True, verbose_name="due"
                    ),
                ),
                ("waits_since", models.DateTimeField(null=True)),
                ("left_at", models.DateTimeField(null=True, verbose_name="left")),
                ("cause", models.JSONField(default=dict, verbose_name="what happened")),
                ("variants", models.JSONField(default=dict, verbose_name="variants")),
                ("outcome", models.CharField(blank=True, max_length=60, verbose_name="outcome")),
            ],
            options={
                "verbose_name": "enrolment",
                "verbose_name_plural": "enrolments",
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)),
                        fields=["due_at"],
                        name="enrolment_due",
                    ),
                    models.Index(fields=["customer"], name="enrolment_customer"),
                    models.Index(
                        condition=models.Q(
                            ("due_at__isnull", False), ("waits_since__isnull", False)
                        ),
                        fields=["customer"],
                        name="enrolment_waiting",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("campaign", "customer", "entry_key"), name="enrolment_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
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
                    "enrolment",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="campaigns.enrolment",
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="campaigns.campaign",
                        verbose_name="campaign",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="campaigns.template",
                        verbose_name="template",
                    ),
                ),
                ("step", models.CharField(max_length=60, verbose_name="step")),
                (
                    "channel",
                    models.CharField(default="email", max_length=20, verbose_name="channel"),
                ),
                (
                    "status",
                    models.CharField(default="planned", max_length=12, verbose_name="status"),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("trail", models.JSONField(default=dict, verbose_name="why")),
                (
                    "shared",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="campaigns.sharedtrail",
                    ),
                ),
                (
                    "due_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="due"),
                ),
                ("attempts", models.SmallIntegerField(default=0, verbose_name="attempts")),
                ("claimed_at", models.DateTimeField(null=True, verbose_name="claimed")),
                ("handed_over_at", models.DateTimeField(null=True, verbose_name="handed over")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent")),
                ("opened_at", models.DateTimeField(null=True, verbose_name="opened")),
                ("clicked_at", models.DateTimeField(null=True, verbose_name="clicked")),
                ("bounced_at", models.DateTimeField(null=True, verbose_name="came back")),
                ("complained_at", models.DateTimeField(null=True, verbose_name="complained of")),
                ("delivered_at", models.DateTimeField(null=True, verbose_name="delivered")),
                (
                    "carrier_id",
                    models.CharField(blank=True, max_length=200, verbose_name="carrier's id"),
                ),
            ],
            options={
                "verbose_name": "message",
                "verbose_name_plural": "messages",
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "planned")),
                        fields=["due_at"],
                        name="message_due",
                    ),
                    models.Index(
                        condition=models.Q(("status", "sending")),
                        fields=["claimed_at"],
                        name="message_in_flight",
                    ),
                    models.Index(fields=["customer", "-id"], name="message_customer"),
                    models.Index(
                        condition=models.Q(("status__in", ("planned", "sending"))),
                        fields=["campaign", "due_at"],
                        name="message_open",
                    ),
                    models.Index(
                        condition=models.Q(("status", "uncertain")),
                        fields=["shop"],
                        name="message_uncertain",
                    ),
                    models.Index(fields=["campaign", "id"], name="message_of_campaign"),
                    django.contrib.postgres.indexes.BrinIndex(
                        autosummarize=True, fields=["sent_at"], name="message_sent"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("enrolment", "step"), name="message_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Signal",
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
                    "campaign",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="campaigns.campaign",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="signals",
                        to="campaigns.message",
                    ),
                ),
                ("kind", models.CharField(max_length=12, verbose_name="kind")),
                (
                    "links",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="campaigns.templatelinks",
                    ),
                ),
                ("number", models.SmallIntegerField(default=0, verbose_name="link")),
                ("target", models.TextField(blank=True, verbose_name="target")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
                ("hint", models.CharField(blank=True, max_length=20, verbose_name="hint")),
                ("machine", models.BooleanField(default=False, verbose_name="by a machine")),
                ("read_on", models.DateField(null=True, verbose_name="counted on")),
            ],
            options={
                "verbose_name": "response",
                "verbose_name_plural": "responses",
                "indexes": [
                    models.Index(fields=["message", "kind", "number"], name="signal_of_message"),
                    models.Index(
                        condition=models.Q(("read_on", None)), fields=["at"], name="signal_unread"
                    ),
                    models.Index(
                        condition=models.Q(("kind", "clicked"), ("read_on__isnull", False)),
                        fields=["campaign", "links", "number"],
                        name="signal_of_campaign",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("read_on__isnull", False)),
                        fields=("message", "kind", "number", "machine", "read_on"),
                        name="signal_once_a_day",
                    )
                ],
            },
        ),
    ]
