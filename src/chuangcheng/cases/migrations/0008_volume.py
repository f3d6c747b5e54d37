"""Whether a look came within its limit."""

from __future__ import annotations

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Whether a look came within its limit."""

    dependencies = [("cases", "0007_trust")]
    operations: list[Operation] = [
        migrations.AddField("report", "confirmed_on_time", models.BooleanField(null=True)),
    ]
