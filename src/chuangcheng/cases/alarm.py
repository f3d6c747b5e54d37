"""An alarm of the archive of photos: a photo that is nearly the same as an earlier one, and what a person found."""

from __future__ import annotations

from django.db import models

from chuangcheng.cases.case import Case
from chuangcheng.cases.report import Report
from chuangcheng.cases.states import ALARM
from chuangcheng.kernel.ids import new_id
from chuangcheng.people.models import Person, Unit
from chuangcheng.photos.models import Photo


class AlarmKind(models.TextChoices):
    """What is suspicious about it."""

    AFTER_TWICE = "after_twice", "两件案件用同一张处置后照片"
    BEFORE_AS_AFTER = "before_as_after", "用处置前照片充当处置后"
    REUSED = "reused", "旧照片重复使用"


class PhotoAlarm(models.Model):
    """``photo`` came and is nearly the same as ``other``, which was there before. Both are kept apart: a person judges.

    ``unit`` is whose work the photo should prove (or who sent it). Free words stand in ``words``, which can be erased.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    photo = models.ForeignKey(Photo, models.CASCADE, related_name="+")
    other = models.ForeignKey(Photo, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16, choices=AlarmKind.choices)
    distance = models.PositiveSmallIntegerField()  # bits of the perceptual hash
    likeness = models.FloatField()  # of the pixels, up to 1
    case = models.ForeignKey(Case, models.CASCADE, null=True, blank=True, related_name="alarms")
    report = models.ForeignKey(Report, models.CASCADE, null=True, blank=True, related_name="alarms")
    other_case = models.ForeignKey(Case, models.SET_NULL, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(Unit, models.SET_NULL, null=True, blank=True, related_name="+")
    found_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ALARM.choices(), default=ALARM.initial)
    judged_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    judged_at = models.DateTimeField(null=True, blank=True)
    words = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["photo", "other"], name="cases_alarm_once")]
        indexes = [
            models.Index(fields=["-found_at", "-id"], name="cases_alarm_found"),
            models.Index(fields=["case", "state"], name="cases_alarm_case"),
        ]
