"""找主人: the search for the owner of what a case is about, and what each unit that was asked has answered.

Both are children of the case: its chain tells of every step, so ``rebuild`` reads them back from there. What was said
with a step stands in the case's remarks.
"""

from __future__ import annotations

from django.db import models

from chuangcheng.cases.case import Case
from chuangcheng.cases.states import OWNER_SEARCH
from chuangcheng.kernel.ids import new_id
from chuangcheng.people.models import Person, Unit


class OwnerSearch(models.Model):
    """One search. ``street`` holds the case meanwhile; ``owner`` is set where a unit was found or ruled to be it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="owner_searches")
    state = models.CharField(max_length=8, choices=OWNER_SEARCH.choices(), default=OWNER_SEARCH.initial)
    why = models.CharField(max_length=8, choices=[("unknown", "权属不明"), ("no_rule", "没有派遣规则对应")])
    street = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    owner = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    reason_code = models.CharField(max_length=16, blank=True)  # why it is nobody's

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=models.Q(state="open"), name="cases_owner_one_open")
        ]
        indexes = [models.Index(fields=["-started_at", "-id"], name="cases_owner_newest")]


class OwnerAsk(models.Model):
    """One unit that was asked whether it is the owner; no answer is an answer that was not given, nothing more."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="owner_asks")
    search = models.ForeignKey(OwnerSearch, models.CASCADE, related_name="asks")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    due_at = models.DateTimeField()
    answer = models.CharField(max_length=3, blank=True, choices=[("yes", "是我单位的"), ("no", "不是我单位的")])
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["search", "unit"], name="cases_owner_asked_once")]
        indexes = [models.Index(fields=["unit"], name="cases_owner_to_answer", condition=models.Q(answer=""))]
