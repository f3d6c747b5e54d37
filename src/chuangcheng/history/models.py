"""Facts: history rows chained per subject, the outbox, and numbers handed out in blocks."""

from __future__ import annotations

from django.db import models

from chuangcheng.kernel.digest import GENESIS
from chuangcheng.kernel.ids import new_id


class Chained(models.Model):
    """A subject that has a history. Its row remembers the head of its chain, so appending needs no look-up
    and a cut tail shows at once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    chain_seq = models.PositiveIntegerField(default=0, editable=False)
    chain_head = models.CharField(max_length=64, default=GENESIS, editable=False)

    class Meta:
        abstract = True


class Event(models.Model):
    """One append-only history row. ``before``/``after`` hold codes, ids, times and keyed digests: no personal
    value and no free text, because this row is never erased."""

    id = models.BigAutoField(primary_key=True)
    subject_kind = models.CharField(max_length=24)
    subject_id = models.UUIDField()
    seq = models.PositiveIntegerField()
    action = models.CharField(max_length=48)
    actor_person = models.UUIDField(null=True)
    actor_post = models.UUIDField(null=True)
    actor_label = models.CharField(max_length=100)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(max_length=48, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject_kind", "subject_id", "seq"], name="history_event_seq")]
        indexes = [models.Index(fields=["action", "happened_at"]), models.Index(fields=["actor_person", "happened_at"])]


class Outbox(models.Model):
    """Something happened that upper rooms may care about; worked off at least once after commit."""

    id = models.BigAutoField(primary_key=True)
    topic = models.CharField(max_length=48)
    subject_kind = models.CharField(max_length=24)
    subject_id = models.UUIDField()
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    finished = models.JSONField(default=list)  # names of the effects that already ran for this row
    done_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at", "id"], condition=models.Q(done_at=None), name="history_outbox_pending")
        ]


class Series(models.Model):
    """The last serial handed out for a day's numbers; processes take blocks, so gaps are normal."""

    name = models.CharField(max_length=40, primary_key=True)
    last = models.PositiveIntegerField(default=0)


class Version(models.Model):
    """Bumped when cached reference data changes; every process compares it every two seconds."""

    name = models.CharField(max_length=40, primary_key=True)
    number = models.PositiveIntegerField(default=0)
