"""抽查复核: a closed case drawn for a look by somebody who neither handled nor verified it."""

from __future__ import annotations

from django.db import models

from chuangcheng.cases.case import Case
from chuangcheng.cases.states import RECHECK
from chuangcheng.history.models import Chained
from chuangcheng.people.models import Person, Unit


class Recheck(Chained):
    """One draw of one closure. ``verified_unit`` is the unit for which the verifier acted then."""

    number = models.CharField(max_length=24, unique=True)
    case = models.ForeignKey(Case, models.PROTECT, related_name="rechecks")
    state = models.CharField(max_length=12, choices=RECHECK.choices(), default=RECHECK.initial)
    why = models.CharField(max_length=5, choices=[("share", "抽签"), ("floor", "补足")], default="share")
    closed_at = models.DateTimeField()
    handled_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    verified_unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    division_path = models.CharField(max_length=60, blank=True)
    drawn_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    answered_unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=500, blank=True)  # erasable, never in history

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "closed_at"], name="cases_recheck_once")]
        indexes = [
            models.Index(fields=["-drawn_at", "-id"], name="cases_recheck_newest"),
            models.Index(fields=["handled_unit", "-closed_at"], name="cases_recheck_handler"),
            models.Index(fields=["due_at"], name="cases_recheck_due", condition=models.Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return self.number
