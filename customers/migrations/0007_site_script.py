"""Visitors of the shop's pages, and when they proved to be a customer."""

import django.db.models.deletion
import django.db.models.fields.json
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0006_api"),
        ("shops", "0011_site_script"),
    ]

    operations = [
        migrations.CreateModel(
            name="Recognition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(max_length=120, verbose_name="source")),
                ("visitor", models.CharField(max_length=40, verbose_name="visitor")),
                ("how", models.CharField(max_length=12, verbose_name="how")),
                ("occurred_at", models.DateTimeField(verbose_name="occurred")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="undone")),
            ],
            options={
                "verbose_name": "recognised visitor",
                "verbose_name_plural": "recognised visitors",
            },
        ),
        migrations.AddIndex(
            model_name="touchpoint",
            index=models.Index(
                models.F("shop"),
                django.db.models.fields.json.KeyTextTransform("visitor", "data"),
                condition=models.Q(("customer", None)),
                name="touchpoint_visitor",
            ),
        ),
        migrations.AddField(
            model_name="recognition",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                to="customers.customer",
                verbose_name="customer",
            ),
        ),
        migrations.AddField(
            model_name="recognition",
            name="shop",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, to="shops.shop", verbose_name="shop"
            ),
        ),
        migrations.AddIndex(
            model_name="recognition",
            index=models.Index(
                fields=["shop", "visitor", "occurred_at"], name="recognition_visitor"
            ),
        ),
        migrations.AddConstraint(
            model_name="recognition",
            constraint=models.UniqueConstraint(fields=("shop", "source"), name="recognition_once"),
        ),
    ]
