"""分步办理: the steps in which a long piece of work is planned."""

from __future__ import annotations

from django.db import models

from chuangcheng.cases.case import Case
from chuangcheng.kernel.ids import new_id
from chuangcheng.people.models import Person, Unit


class SubStep(models.Model):
    """One step of a case, by the lead or a supporting unit. ``name`` is free text and stays out of history."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="substeps")
    place = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    due_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(
        max_length=8,
        choices=[("planned", "未完成"), ("done", "已完成"), ("dropped", "已取消")],
        default="planned",
    )
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["case", "place"], name="cases_substep_order")]
