"""The tables of this app, what they refuse, and who guards them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("outbox", "0001_initial")]

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Clock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("offset", models.DurationField()),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="outbox_one_clock")],
            },
        ),
    ]
