"""Orders of the hotline and the other doors."""

from __future__ import annotations

from django.db import migrations
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Orders of the hotline and the other doors."""

    dependencies = [("cases", "0002_search")]
    operations: list[Operation] = []
