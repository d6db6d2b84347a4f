from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0003_phones"),
    ]

    operations = [
        migrations.AddField(
            model_name="profile",
            name="first_touchpoint",
            field=models.TextField(db_default="", default=""),
        ),
    ]
