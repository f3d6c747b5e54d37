"""What makes proof and privacy trusted."""

from __future__ import annotations

from django.db import migrations
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """What makes proof and privacy trusted."""

    dependencies = [("cases", "0006_handling")]
    operations: list[Operation] = []
