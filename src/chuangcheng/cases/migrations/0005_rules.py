"""Rules of routing, returns and instructions."""

from __future__ import annotations

from django.db import migrations
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Rules of routing, returns and instructions."""

    dependencies = [("cases", "0004_merging")]
    operations: list[Operation] = []
