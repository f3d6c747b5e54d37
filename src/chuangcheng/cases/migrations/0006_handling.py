"""Fixed on the spot, claims and sub-steps."""

from __future__ import annotations

from django.db import migrations
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Fixed on the spot, claims and sub-steps."""

    dependencies = [("cases", "0005_rules")]
    operations: list[Operation] = []
