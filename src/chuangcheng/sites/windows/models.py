"""What people say about a service window: praise, or a complaint that became a report."""

from __future__ import annotations

from django.db import models

from chuangcheng.kernel.ids import new_id
from chuangcheng.sites.site import Site


class Tone(models.TextChoices):
    """Praise or complaint."""

    PRAISE = "praise", "表扬"
    COMPLAINT = "complaint", "不满意"


class Aspect(models.TextChoices):
    """What it is about: the three that the campaign looks at, and the rest."""

    MANNER = "manner", "服务态度"
    COMPLAINTS = "complaints", "投诉处理"
    BARRIER_FREE = "barrier_free", "无障碍服务"
    WAITING = "waiting", "排队等候与指引"
    OTHER = "other", "其他"


class Voice(models.Model):
    """One word about a window: a fact. The words are erasable; a complaint's own life is its report's."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(Site, models.PROTECT, related_name="voices")
    tone = models.CharField(max_length=10, choices=Tone.choices)
    aspect = models.CharField(max_length=12, choices=Aspect.choices)
    text = models.TextField(blank=True)
    report_id = models.UUIDField(null=True, blank=True)  # opaque: the room of cases knows what it means
    said_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["site", "-said_at"])]
