"""Staff get a role. The table is the one that held them without; who is in it keeps their rights."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

NAMED = """
DO $$ DECLARE held text; BEGIN
    SELECT conname INTO held FROM pg_constraint
    WHERE conrelid = 'shops_shop_staff'::regclass AND contype = 'u';
    IF held IS DISTINCT FROM 'shops_shop_staff_shop_id_user_id_uniq' THEN
        EXECUTE format('ALTER TABLE shops_shop_staff RENAME CONSTRAINT %I TO '
                       'shops_shop_staff_shop_id_user_id_uniq', held);
    END IF;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("shops", "0012_stored_files")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(NAMED, migrations.RunSQL.noop)],
            state_operations=[
                migrations.CreateModel(
                    name="Seat",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
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
                    ],
                    options={
                        "db_table": "shops_shop_staff",
                        "verbose_name": "member of the team",
                        "verbose_name_plural": "team",
                    },
                ),
                migrations.AddConstraint(
                    model_name="seat",
                    constraint=models.UniqueConstraint(
                        fields=["shop", "user"], name="shops_shop_staff_shop_id_user_id_uniq"
                    ),
                ),
                migrations.AlterField(
                    model_name="shop",
                    name="staff",
                    field=models.ManyToManyField(
                        related_name="shops",
                        through="shops.Seat",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="seat",
            name="role",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Without a role: what the user's own permissions and groups allow.",
                max_length=20,
                verbose_name="role",
            ),
        ),
    ]
