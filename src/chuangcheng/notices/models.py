"""Notices to persons and what became of each delivery. A failed delivery shows on a page, it never hides."""

from __future__ import annotations

from django.db import models

from chuangcheng.kernel.ids import new_id
from chuangcheng.people.models import Person


class Notice(models.Model):
    """One message to one person, about one subject. ``key`` makes the effect that wrote it idempotent."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=120, unique=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="notices")
    topic = models.CharField(max_length=48)
    subject_kind = models.CharField(max_length=24)
    subject_id = models.UUIDField()
    text = models.JSONField()  # {"zh": ..., "en": ...}
    url = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["person", "-created_at"])]


class DeliveryState(models.TextChoices):
    """What became of one try."""

    WAITING = "waiting", "待发送"
    SENT = "sent", "已发送"
    FAILED = "failed", "发送失败"


class Delivery(models.Model):
    """A notice on its way through one channel (mail now; other adapters are packages of their own)."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=16)
    state = models.CharField(max_length=8, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "channel"], name="notices_delivery_once")]
