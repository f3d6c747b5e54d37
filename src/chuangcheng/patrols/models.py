"""Visits 到访 to sites and the checks 检查结果 made there: facts, appended and never changed."""

from __future__ import annotations

from django.db import models

from chuangcheng.cases.models import Case
from chuangcheng.framework.models import ChecklistItem
from chuangcheng.history.models import Chained
from chuangcheng.kernel.ids import new_id
from chuangcheng.patrols.states import VISIT
from chuangcheng.people.models import Person, Unit
from chuangcheng.sites.models import Site


class Mode(models.TextChoices):
    """The inspection modes, counted together against a site's budget of visits."""

    PATROL = "patrol", "日常督查"
    MORNING = "morning", "晨巡"
    COVERT = "covert", "暗访"
    LEADER = "leader", "领导带队"
    MUTUAL = "mutual", "交叉互查"
    SELF = "self", "单位自查"


class Visit(Chained):
    """One visit of one inspector to one site."""

    number = models.CharField(max_length=24, unique=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="visits")
    mode = models.CharField(max_length=8, choices=Mode.choices)
    inspector = models.ForeignKey(Person, models.PROTECT, related_name="visits")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=VISIT.choices(), default=VISIT.initial)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    score = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)  # of 100, at finish
    checked = models.PositiveSmallIntegerField(default=0)
    failed = models.PositiveSmallIntegerField(default=0)
    extra_reason = models.CharField(max_length=16, blank=True)  # code; why one visit more than the budget

    class Meta:
        indexes = [models.Index(fields=["site", "-started_at"]), models.Index(fields=["-started_at", "-id"])]


class Check(models.Model):
    """What one item looked like at one visit. A failed check has a case; the case's state is the finding's state."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="checks")
    item = models.ForeignKey(ChecklistItem, models.PROTECT, related_name="checks")
    defects = models.PositiveSmallIntegerField(default=0)
    value = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)  # quota count or measure
    grade = models.CharField(max_length=2, choices=[("A", "A"), ("B", "B"), ("C", "C"), ("C#", "C#"), ("NA", "不适用")])
    share_num = models.BigIntegerField()  # exact share of the item's points earned
    share_den = models.BigIntegerField(default=1)
    note = models.CharField(max_length=300, blank=True)
    # Its own case, or the one of an earlier check that is still open: then the case's origin is that other check.
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="checks")
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "item"], name="patrols_check_once")]
