import django.db.models.deletion
from django.db import migrations, models

KEPT = """
INSERT INTO customers_stalemark (customer_id, shop_id, since, parts)
SELECT id, shop_id, stale_since, stale_parts FROM customers_customer
WHERE stale_since IS NOT NULL
"""
# The table is emptied all the time: a share of its rows says nothing.
OFTEN = """
ALTER TABLE customers_stalemark
SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0016_top_brands"),
        ("shops", "0015_product_brand"),
    ]

    operations = [
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
        migrations.RunSQL(OFTEN, migrations.RunSQL.noop),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
        migrations.RemoveIndex(model_name="customer", name="customer_stale"),
        migrations.RemoveField(model_name="customer", name="stale_parts"),
        migrations.RemoveField(model_name="customer", name="stale_since"),
    ]
