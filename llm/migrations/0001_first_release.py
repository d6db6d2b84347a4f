import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("shops", "0001_first_release"),
    ]

    operations = [
        migrations.CreateModel(
            name="Call",
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
                    "asked_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="asked"),
                ),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                ("provider", models.CharField(max_length=40, verbose_name="provider")),
                ("host", models.CharField(max_length=255, verbose_name="host")),
                ("model", models.CharField(max_length=100, verbose_name="model")),
                ("purpose", models.CharField(max_length=100, verbose_name="why")),
                ("prompt", models.CharField(max_length=100, verbose_name="prompt and version")),
                (
                    "sent",
                    models.JSONField(
                        help_text="The redacted text, turn by turn.", verbose_name="what left"
                    ),
                ),
                (
                    "answer",
                    models.TextField(
                        blank=True, help_text="As it came, with marks.", verbose_name="answer"
                    ),
                ),
                (
                    "input_tokens",
                    models.PositiveIntegerField(default=0, verbose_name="tokens sent"),
                ),
                (
                    "output_tokens",
                    models.PositiveIntegerField(default=0, verbose_name="tokens received"),
                ),
                (
                    "cost_microcents",
                    models.BigIntegerField(default=0, verbose_name="cost in millionths of a cent"),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "outcome",
                    models.CharField(default="asking", max_length=10, verbose_name="outcome"),
                ),
                ("why", models.TextField(blank=True, verbose_name="what happened")),
                ("digest", models.CharField(editable=False, max_length=64, verbose_name="digest")),
            ],
            options={
                "verbose_name": "question to a model",
                "verbose_name_plural": "questions to models",
                "indexes": [
                    models.Index(fields=["shop", "asked_at"], name="llm_call_of_day"),
                    models.Index(
                        condition=models.Q(("outcome", "ok")),
                        fields=["shop", "digest", "-id"],
                        name="llm_call_answered",
                    ),
                ],
            },
        ),
    ]
