"""Indexes for a home with a million cases: what a unit may see, and what was closed today."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Indexes alone."""

    dependencies = [("cases", "0008_volume")]
    operations = [
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(fields=["unit", "case"], name="cases_assignment_reach"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", False)), fields=["closed_at"], name="cases_case_closed"
            ),
        ),
    ]
