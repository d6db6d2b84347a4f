from django.db import migrations

# Servers of the release before still write the column; it goes one release later.
FILLED = """ALTER TABLE customers_profile ALTER COLUMN interests SET DEFAULT '{}'"""
BARE = "ALTER TABLE customers_profile ALTER COLUMN interests DROP DEFAULT"


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0004_first_touchpoint"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            [migrations.RunSQL(FILLED, BARE)],
            [migrations.RemoveField(model_name="profile", name="interests")],
        ),
    ]
