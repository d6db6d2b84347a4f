"""A delivery says by which connector it came; a shop's own pages are one of them."""

import django.db.models.deletion
from django.db import migrations, models

import shops.secrecy

CONNECTORS = (
    "UPDATE shops_delivery d SET connector = s.connector FROM shops_shop s WHERE s.id = d.shop_id"
)


class Migration(migrations.Migration):
    dependencies = [
        ("shops", "0010_api"),
    ]

    operations = [
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
            },
        ),
        migrations.AddField(
            model_name="delivery",
            name="connector",
            field=models.CharField(default="generic", max_length=40, verbose_name="connector"),
        ),
        migrations.RunSQL(CONNECTORS, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("connector", "site")),
                fields=["shop", "id"],
                name="delivery_of_site",
            ),
        ),
        migrations.AddField(
            model_name="site",
            name="shop",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, to="shops.shop", verbose_name="shop"
            ),
        ),
        migrations.AddIndex(
            model_name="site",
            index=models.Index(
                condition=models.Q(("previous_public_key", ""), _negated=True),
                fields=["previous_public_key"],
                name="site_previous_key",
            ),
        ),
    ]
