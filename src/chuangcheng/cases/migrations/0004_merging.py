"""Merged cases and relapses."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from chuangcheng.cases.states import CASE


def _case(related_name: str) -> models.ForeignKey:
    return models.ForeignKey(
        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to="cases.case"
    )


class Migration(migrations.Migration):
    """Merged cases and relapses."""

    dependencies = [("cases", "0003_orders")]
    operations: list[Operation] = [
        migrations.AddField("case", "merged_into", _case("merged")),
        migrations.AddField("case", "relapse_of", _case("relapses")),
        migrations.AddField("case", "relapse_denied", models.BooleanField(default=False)),
        migrations.AlterField(
            "case", "state", models.CharField(choices=CASE.choices(), default=CASE.initial, max_length=12)
        ),
    ]
