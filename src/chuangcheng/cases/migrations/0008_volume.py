"""Saved views and jobs."""

from __future__ import annotations

from django.db import migrations
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Saved views and jobs."""

    dependencies = [("cases", "0007_trust")]
    operations: list[Operation] = []
