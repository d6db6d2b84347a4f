from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0010_product_news")]

    operations = [
        AddIndexConcurrently(
            "customer",
            models.Index(
                models.F("shop"),
                models.Func("id", function="hashint8"),
                models.F("id"),
                name="customer_sample",
            ),
        ),
    ]
