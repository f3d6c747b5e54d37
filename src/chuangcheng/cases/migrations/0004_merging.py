"""Merged cases and relapses."""

from __future__ import annotations

from django.db import migrations
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Merged cases and relapses."""

    dependencies = [("cases", "0003_orders")]
    operations: list[Operation] = []
