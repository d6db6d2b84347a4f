"""Intake writes these rows thousands of times a second: nothing is checked or indexed twice."""

import django.db.models.deletion
from django.db import migrations, models

CASCADE = django.db.models.deletion.CASCADE


class Migration(migrations.Migration):
    dependencies = [("shops", "0003_connectors")]
    operations = [
        migrations.AlterField(
            model_name="deliverykey",
            name="shop",
            field=models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=CASCADE, to="shops.shop"
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE shops_delivery DROP CONSTRAINT shops_delivery_shop_fk",
                    "ALTER TABLE shops_delivery ADD CONSTRAINT shops_delivery_shop_fk"
                    " FOREIGN KEY (shop_id) REFERENCES shops_shop (id) ON DELETE CASCADE",
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="delivery",
                    name="shop",
                    field=models.ForeignKey(
                        db_constraint=False,
                        on_delete=CASCADE,
                        to="shops.shop",
                        verbose_name="shop",
                    ),
                )
            ],
        ),
    ]
