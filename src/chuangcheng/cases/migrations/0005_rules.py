"""Rules of routing, returns and instructions."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Rules of routing, returns and instructions."""

    dependencies = [("cases", "0004_merging"), ("people", "0001_initial")]
    operations = [
        migrations.AddField(
            "case",
            "arbiter",
            models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.unit"
            ),
        ),
        migrations.AddField("case", "arbitrated_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("case", "arbitration_due_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("case", "dispatch_due_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("case", "dispatched_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "routingrule", "supports", models.ManyToManyField(blank=True, related_name="+", to="people.unit")
        ),
        migrations.AlterField(
            "case",
            "state",
            models.CharField(
                choices=[
                    ("filed", "待派遣"),
                    ("dispatched", "待接收"),
                    ("handling", "处置中"),
                    ("handled", "待核查"),
                    ("verified", "待结案"),
                    ("arbitrating", "待仲裁"),
                    ("suspended", "挂账"),
                    ("closed", "已结案"),
                    ("void", "已作废"),
                    ("merged", "已并入"),
                ],
                default="filed",
                max_length=12,
            ),
        ),
    ]
