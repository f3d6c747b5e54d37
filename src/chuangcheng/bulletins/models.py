"""Weekly reports of the city and summaries of its units, figures frozen at assembly; words on the sheet of a day."""

from __future__ import annotations

from django.db import models

from chuangcheng.bulletins.states import SUMMARY, WEEKLY
from chuangcheng.framework.models import Edition
from chuangcheng.history.models import Chained
from chuangcheng.kernel.ids import new_id
from chuangcheng.people.models import Person, Unit


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


class Summary(Chained):
    """What one unit did in one ISO week. ``figures`` maps names of :data:`~chuangcheng.bulletins.specs.SPECS` (and
    ``score``) to [this week, the week before]; ``words`` are the unit's own, erasable. Nobody need touch it: at
    ``due_at`` it counts as handed in. ``scored`` maps the score's standards to [points earned, points], exact
    fractions; ``rows_digest`` is that of ``scored`` and the :class:`CountedRow` rows, empty where none were kept."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="summaries")
    week_start = models.DateField()
    state = models.CharField(max_length=10, choices=SUMMARY.choices(), default=SUMMARY.initial)
    figures = models.JSONField(default=dict)
    scored = models.JSONField(default=dict)
    rows_digest = models.CharField(max_length=64, blank=True)
    words = models.TextField(blank=True)
    edited = models.BooleanField(default=False)
    edited_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    assembled_at = models.DateTimeField()
    due_at = models.DateTimeField()
    handed_in_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "week_start"], name="bulletins_summary_once")]
        indexes = [
            models.Index(fields=["-week_start", "-id"], name="bulletins_summary_newest"),
            models.Index(fields=["due_at"], name="bulletins_summary_due", condition=models.Q(state="open")),
        ]


class CountedRow(models.Model):
    """A case, task, visit … that a summary counted, by its id. ``figures`` are the bits of the figures it is in
    (:data:`~chuangcheng.bulletins.counted.BITS`).

    Kept, not reckoned again: whose a row was, and how it stood at the moment of assembly, follows from dozens of
    fields (holder, deadline, state, flags, visits' sites …) whose rules change over the years; the ids are exact for
    every figure alike and cost some bytes a row. What was counted stays counted when a case is opened again.
    """

    summary = models.ForeignKey(Summary, models.CASCADE, related_name="counted")
    row_id = models.UUIDField()
    figures = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["summary", "row_id"], name="bulletins_counted_once")]


class DayLine(models.Model):
    """A few words of a head's own on a unit's sheet of a day; erasable, and never asked for."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+")
    day = models.DateField()
    part = models.CharField(max_length=10)
    words = models.CharField(max_length=80)
    made_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["unit", "day"], name="bulletins_dayline_day")]
