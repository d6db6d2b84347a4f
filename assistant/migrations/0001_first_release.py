import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("campaigns", "0001_first_release"),
        ("journeys", "0001_first_release"),
        ("shops", "0001_first_release"),
    ]

    operations = [
        migrations.CreateModel(
            name="Plan",
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
                    "journey",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="journeys.journey",
                        verbose_name="journey",
                    ),
                ),
                ("goal", models.CharField(max_length=300, verbose_name="goal")),
                ("limits", models.JSONField(default=dict, verbose_name="limits")),
                ("author", models.CharField(max_length=80, verbose_name="author")),
                ("start", models.DateField(verbose_name="measured from")),
                ("end", models.DateField(verbose_name="measured up to")),
                ("proposal", models.JSONField(verbose_name="proposal")),
                ("refused", models.JSONField(default=list, verbose_name="refused")),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="proposed"
                    ),
                ),
                ("scored_at", models.DateTimeField(null=True, verbose_name="scored")),
                ("score", models.JSONField(null=True, verbose_name="score")),
            ],
            options={
                "verbose_name": "plan",
                "verbose_name_plural": "plans",
                "indexes": [models.Index(fields=["shop", "-created_at"], name="plan_of_shop")],
            },
        ),
        migrations.CreateModel(
            name="Source",
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
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("markdown", "Markdown: a heading above each part"),
                            ("csv", "CSV: question, answer"),
                            ("addresses", "Addresses of pages, one a line"),
                            ("products", "The shop's products"),
                        ],
                        default="markdown",
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("text", models.TextField(blank=True, verbose_name="text")),
                (
                    "changed_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="changed"),
                ),
                ("read_at", models.DateTimeField(editable=False, null=True, verbose_name="read")),
                ("fault", models.TextField(blank=True, editable=False, verbose_name="fault")),
            ],
            options={
                "verbose_name": "source of answers",
                "verbose_name_plural": "sources of answers",
                "indexes": [
                    models.Index(
                        condition=models.Q(("read_at", None)),
                        fields=["id"],
                        name="source_to_be_read",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Voice",
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
                    "examples",
                    models.TextField(
                        blank=True,
                        help_text="Sentences that sound like the shop, one a line. A model writes like them.",
                        max_length=4000,
                        verbose_name="examples",
                    ),
                ),
                (
                    "forbidden",
                    models.TextField(
                        blank=True,
                        help_text="Words that no mail of the shop has, one a line.",
                        max_length=4000,
                        verbose_name="forbidden words",
                    ),
                ),
            ],
            options={
                "verbose_name": "voice of a shop",
                "verbose_name_plural": "voices of shops",
            },
        ),
        migrations.CreateModel(
            name="Copy",
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
                        related_name="copies",
                        to="campaigns.template",
                        verbose_name="template",
                    ),
                ),
                ("goal", models.CharField(max_length=300, verbose_name="what it is about")),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                (
                    "discount_percent",
                    models.FloatField(default=0, verbose_name="discount at most, in per cent"),
                ),
                ("author", models.CharField(max_length=80, verbose_name="author")),
                ("facts", models.JSONField(verbose_name="facts")),
                ("variants", models.JSONField(verbose_name="variants")),
                ("refused", models.JSONField(default=list, verbose_name="refused")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="written"),
                ),
            ],
            options={
                "verbose_name": "copy",
                "verbose_name_plural": "copies",
                "indexes": [models.Index(fields=["shop", "-created_at"], name="copy_of_shop")],
            },
        ),
        migrations.CreateModel(
            name="Passage",
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
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="passages",
                        to="assistant.source",
                    ),
                ),
                ("position", models.IntegerField(verbose_name="position")),
                ("title", models.CharField(max_length=300, verbose_name="title")),
                ("text", models.TextField(verbose_name="text")),
                (
                    "terms",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                (
                    "vector",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(), null=True, size=None
                    ),
                ),
            ],
            options={
                "verbose_name": "passage",
                "verbose_name_plural": "passages",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["terms"], name="passage_terms")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("source", "position"), name="passage_of_source")
                ],
            },
        ),
        migrations.CreateModel(
            name="MeasuredLift",
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
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lifts",
                        to="assistant.plan",
                    ),
                ),
                ("part", models.CharField(max_length=60, verbose_name="part")),
                ("edge", models.CharField(max_length=130, verbose_name="way")),
                (
                    "forecast_percent",
                    models.FloatField(verbose_name="forecast: so many per cent more"),
                ),
                ("treated_count", models.IntegerField(verbose_name="written to")),
                ("held_out_count", models.IntegerField(verbose_name="held out")),
                (
                    "held_out_share",
                    models.FloatField(verbose_name="share of the held out that went the way"),
                ),
                ("value", models.FloatField(verbose_name="lift")),
                ("low", models.FloatField(verbose_name="at least")),
                ("high", models.FloatField(verbose_name="at most")),
                ("is_enough", models.BooleanField(verbose_name="enough people")),
                (
                    "measured_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="measured"
                    ),
                ),
            ],
            options={
                "verbose_name": "measured lift",
                "verbose_name_plural": "measured lifts",
                "constraints": [
                    models.UniqueConstraint(fields=("plan", "part"), name="plan_part_measured_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Decision",
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
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="decisions",
                        to="assistant.plan",
                    ),
                ),
                ("part", models.CharField(max_length=60, verbose_name="part")),
                ("verdict", models.CharField(max_length=10, verbose_name="verdict")),
                ("text", models.JSONField(null=True, verbose_name="text")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="decided"),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="campaigns.campaign",
                    ),
                ),
            ],
            options={
                "verbose_name": "decision",
                "verbose_name_plural": "decisions",
                "constraints": [
                    models.UniqueConstraint(fields=("plan", "part"), name="plan_part_decided_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Rehearsal",
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
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rehearsals",
                        to="assistant.plan",
                    ),
                ),
                ("part", models.CharField(max_length=60, verbose_name="part")),
                (
                    "replay",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, to="campaigns.replay"
                    ),
                ),
            ],
            options={
                "verbose_name": "rehearsal",
                "verbose_name_plural": "rehearsals",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("plan", "part"), name="plan_part_rehearsed_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Question",
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
                ("text", models.TextField(verbose_name="question")),
                ("answer", models.TextField(blank=True, verbose_name="answer")),
                ("author", models.CharField(blank=True, max_length=80, verbose_name="answered by")),
                ("cites", models.JSONField(default=list, verbose_name="sources")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Just asked"),
                            ("asking", "A model is asked"),
                            ("answered", "Answered"),
                            ("waiting", "Waits for a person"),
                            ("corrected", "Answered by a person"),
                        ],
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "asked_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="asked"),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "right",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="assistant.passage",
                        verbose_name="right source",
                    ),
                ),
            ],
            options={
                "verbose_name": "question of a customer",
                "verbose_name_plural": "questions of customers",
                "indexes": [
                    models.Index(fields=["shop", "state", "-asked_at"], name="question_of_shop")
                ],
            },
        ),
    ]
