"""The score ledger: what every standard scores now, for the city, a district, a street or a unit. A projection."""

from __future__ import annotations

from fractions import Fraction
from uuid import UUID

from django.db import models

from chuangcheng.framework.models import Edition, Standard
from chuangcheng.kernel.ids import new_id

CITY_SCOPE = UUID(int=0)  # SQLite cannot compare NULLs in a unique constraint


class ScopeKind(models.TextChoices):
    """For whom a score is kept."""

    CITY = "city", "全市"
    DISTRICT = "district", "区县"
    STREET = "street", "街道（乡镇）"
    UNIT = "unit", "单位"


class Score(models.Model):
    """One standard in one scope. ``share`` is the earned part of its points, exact; null while nothing is known.

    ``basis`` counts the rows behind it (``sites``, ``checks``, ``failed``, ``recovered``, ``readings``, ``overdue``)
    and keeps the shares on the way as exact fractions: as ``found``, as it stands ``now``, and what was ``deducted``.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="scores")
    standard = models.ForeignKey(Standard, models.CASCADE, related_name="scores")
    scope_kind = models.CharField(max_length=8, choices=ScopeKind.choices)
    scope_id = models.UUIDField(default=CITY_SCOPE)  # division or unit
    share_num = models.BigIntegerField(null=True, blank=True)
    share_den = models.BigIntegerField(default=1)
    basis = models.JSONField(default=dict)
    rule_version = models.PositiveIntegerField(default=1)
    as_of = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "standard", "scope_kind", "scope_id"], name="scoring_score_once")
        ]
        indexes = [models.Index(fields=["edition", "scope_kind", "scope_id"])]

    @property
    def share(self) -> Fraction | None:
        """The exact share of the standard's points."""
        return None if self.share_num is None else Fraction(self.share_num, self.share_den)


class Dirty(models.Model):
    """A (standard, scope) whose score must be computed again; the projector works these off."""

    id = models.BigAutoField(primary_key=True)
    edition_id = models.UUIDField()
    standard_id = models.UUIDField()
    stamp = models.BigIntegerField()  # new at every mark: a projector at work deletes only the marks it began with

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition_id", "standard_id"], name="scoring_dirty_once")]


class DailyTotal(models.Model):
    """The edition's total at the end of a day, for the trend."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="totals")
    day = models.DateField()
    points = models.FloatField()  # of 100, over the part of the weight that has facts
    coverage = models.FloatField()  # 0..1, share of the weight that has facts

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "day"], name="scoring_total_once")]
