import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0015_template_parts"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("status__in", ("planned", "sending"))),
                fields=["campaign", "due_at"],
                name="message_open",
            ),
        ),
        migrations.RemoveIndex(
            model_name="message",
            name="message_campaign",
        ),
        migrations.AlterField(
            model_name="message",
            name="template",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="campaigns.template",
                verbose_name="template",
            ),
        ),
    ]
