"""Weekly reports: figures frozen at assembly, each with the address of the rows behind it."""

from __future__ import annotations

from django.db import models

from chuangcheng.bulletins.states import WEEKLY
from chuangcheng.framework.models import Edition
from chuangcheng.history.models import Chained


class Weekly(Chained):
    """The city's report of one ISO week (Monday to Sunday, city time)."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="weeklies")
    week_start = models.DateField()
    issue = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=WEEKLY.choices(), default=WEEKLY.initial)
    figures = models.JSONField(default=dict)
    note = models.TextField(blank=True)
    assembled_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "week_start"], name="bulletins_weekly_once")]
        ordering = ["-week_start"]
