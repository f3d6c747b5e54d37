"""What a person keeps and orders: saved views of lists, and jobs that run while the person does something else."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from chuangcheng.history.models import Chained
from chuangcheng.kernel.ids import new_id
from chuangcheng.people.states import JOB


class SavedView(models.Model):
    """A list as somebody wants to see it again: filters, order and columns under a name. With ``unit`` its posts see
    it too. ``defaults`` are the persons who see it when they open the list."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    listing = models.CharField(max_length=24)
    name = models.CharField(max_length=40)
    query = models.TextField(blank=True)
    unit = models.ForeignKey("people.Unit", models.CASCADE, null=True, blank=True, related_name="+")
    saved_at = models.DateTimeField()
    defaults = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="default_views")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "listing", "name"], name="people_view_once")]
        indexes = [models.Index(fields=["unit", "listing"], name="people_view_shared")]

    def __str__(self) -> str:
        return self.name


class Job(Chained):
    """Work that a person ordered and the worker does, with that post's rights. ``params`` and ``result`` may hold what
    the person typed; they are emptied when the job expires, and history never holds them."""

    kind = models.CharField(max_length=16)
    state = models.CharField(max_length=10, choices=JOB.choices(), default=JOB.initial)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="jobs")
    post_id = models.UUIDField()
    label = models.CharField(max_length=100)
    language = models.CharField(max_length=10)
    params = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    total = models.PositiveIntegerField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0)
    ordered_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)  # machine time, as in the outbox
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=48, blank=True)  # code of the problem that ended it
    file = models.CharField(max_length=60, blank=True)  # its name in HOME/exports
    size = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "-ordered_at"], name="people_job_mine"),
            models.Index(fields=["ordered_at"], condition=models.Q(state__in=("waiting", "running")),
                         name="people_job_pending"),
            models.Index(fields=["expires_at"], condition=models.Q(expires_at__isnull=False),
                         name="people_job_expiring"),
        ]  # fmt: skip

    @property
    def share(self) -> float | None:
        """How much is done, 0 to 1; None where nobody knows how much there is."""
        return min(self.done / self.total, 1.0) if self.total else None
