"""Other systems that want to hear of events, what they were told, and how that went."""

from __future__ import annotations

from django.db import models

from chuangcheng.history.models import Chained
from chuangcheng.kernel.ids import new_id


class Endpoint(Chained):
    """Another system's address. The address may hold a token, so only its host stands in clear; ``secrets_cipher``
    holds the signing secret, and for a day after a change the one before."""

    name = models.CharField(max_length=40)
    host = models.CharField(max_length=120)
    url_cipher = models.BinaryField()
    secrets_cipher = models.BinaryField()
    topics = models.JSONField(default=list)
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    rotated_at = models.DateTimeField(null=True, blank=True)
    resting_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)  # in a row

    class Meta:
        app_label = "notices"

    def __str__(self) -> str:
        return self.name


class Message(models.Model):
    """One thing that happened, as it is told to every endpoint: ``body`` is the very text that is signed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=80, unique=True)
    topic = models.CharField(max_length=48)
    subject_kind = models.CharField(max_length=24)
    subject_id = models.UUIDField()
    body = models.TextField()
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "notices"


class SendingState(models.TextChoices):
    """What became of telling one endpoint."""

    WAITING = "waiting", "待发送"
    SENT = "sent", "已送达"
    FAILED = "failed", "发送失败"


class Sending(models.Model):
    """The log: one message to one endpoint. ``round`` counts replays, ``attempts`` the tries of this round."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="sendings")
    message = models.ForeignKey(Message, models.CASCADE, related_name="sendings")
    state = models.CharField(max_length=8, choices=SendingState.choices, default=SendingState.WAITING)
    round = models.PositiveSmallIntegerField(default=1)
    attempts = models.PositiveSmallIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True, blank=True)  # of the last HTTP answer
    error = models.CharField(max_length=40, blank=True)
    updated_at = models.DateTimeField()
    due_at = models.DateTimeField()

    class Meta:
        app_label = "notices"
        constraints = [models.UniqueConstraint(fields=["endpoint", "message"], name="notices_sending_once")]
        indexes = [models.Index(fields=["-updated_at", "-id"], name="notices_sending_log")]
