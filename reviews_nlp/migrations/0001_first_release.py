import django.contrib.postgres.fields
import django.contrib.postgres.indexes
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
            name="OwnClassifier",
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
                ("content", models.BinaryField(default=bytes)),
                ("live", models.BooleanField(default=False, verbose_name="on")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                ("review_count", models.IntegerField(default=0, verbose_name="rated reviews")),
                ("auc", models.FloatField(null=True, verbose_name="AUC with it")),
                ("general_auc", models.FloatField(null=True, verbose_name="AUC without it")),
                (
                    "trained_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="trained"),
                ),
            ],
            options={
                "verbose_name": "classifier of a shop",
                "verbose_name_plural": "classifiers of shops",
            },
        ),
        migrations.CreateModel(
            name="Review",
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
                (
                    "product",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="shops.product",
                        verbose_name="product",
                    ),
                ),
                ("source", models.CharField(max_length=120, verbose_name="source")),
                ("rating", models.SmallIntegerField(blank=True, null=True, verbose_name="stars")),
                ("title", models.CharField(blank=True, max_length=300, verbose_name="title")),
                ("text", models.TextField(blank=True, verbose_name="text")),
                ("language", models.CharField(blank=True, max_length=10, verbose_name="language")),
                (
                    "written_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="written"),
                ),
                ("sentiment", models.FloatField(null=True, verbose_name="sentiment")),
                ("confidence", models.FloatField(default=0, verbose_name="confidence")),
                (
                    "suspicion",
                    models.CharField(blank=True, max_length=12, verbose_name="suspicion"),
                ),
                (
                    "signature",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("waits", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "review",
                "verbose_name_plural": "reviews",
                "indexes": [
                    models.Index(fields=["shop", "written_at"], name="review_of_shop"),
                    models.Index(fields=["product", "written_at"], name="review_of_product"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["signature"], name="review_alike"
                    ),
                    models.Index(
                        condition=models.Q(("waits", True)), fields=["id"], name="review_waits"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("shop", "source"), name="review_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ShopAspect",
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
                ("label", models.CharField(max_length=60, verbose_name="name")),
                (
                    "phrases",
                    models.TextField(
                        help_text="One a line, in any language your customers write.",
                        verbose_name="phrases",
                    ),
                ),
            ],
            options={
                "verbose_name": "aspect",
                "verbose_name_plural": "aspects",
                "constraints": [
                    models.UniqueConstraint(fields=("shop", "key"), name="aspect_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="AspectAlarm",
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
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="shops.product",
                        verbose_name="product",
                    ),
                ),
                ("aspect", models.CharField(max_length=40, verbose_name="aspect")),
                ("began_at", models.DateTimeField(verbose_name="began")),
                ("complaints_before", models.FloatField(verbose_name="share of complaints before")),
                ("complaints_since", models.FloatField(verbose_name="share of complaints since")),
                (
                    "reviews",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "raised_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="raised"),
                ),
                ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="settled")),
            ],
            options={
                "verbose_name": "aspect alarm",
                "verbose_name_plural": "aspect alarms",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("settled_at", None)),
                        fields=("product", "aspect"),
                        name="alarm_open_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AspectOpinion",
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
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="opinions",
                        to="reviews_nlp.review",
                    ),
                ),
                ("aspect", models.CharField(max_length=40, verbose_name="aspect")),
                ("sentiment", models.FloatField(verbose_name="sentiment")),
                ("start", models.IntegerField()),
                ("end", models.IntegerField()),
            ],
            options={
                "verbose_name": "opinion",
                "verbose_name_plural": "opinions",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("review", "aspect", "start"), name="opinion_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewAnalysis",
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
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="analyses",
                        to="reviews_nlp.review",
                    ),
                ),
                ("analyser", models.CharField(max_length=40, verbose_name="analyser")),
                ("version", models.CharField(max_length=20, verbose_name="version")),
                ("sentiment", models.FloatField(null=True, verbose_name="sentiment")),
                (
                    "analysed_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="analysed"
                    ),
                ),
            ],
            options={
                "verbose_name": "review analysis",
                "verbose_name_plural": "review analyses",
                "constraints": [
                    models.UniqueConstraint(fields=("review", "analyser"), name="analysis_once")
                ],
            },
        ),
    ]
