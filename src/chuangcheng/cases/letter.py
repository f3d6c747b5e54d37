"""Mails of the campaign's mailbox 创城信箱: what became of each, without a word of it and without its sender."""

from __future__ import annotations

from django.db import models

from chuangcheng.cases.report import Report
from chuangcheng.kernel.ids import new_id


class LetterState(models.TextChoices):
    """What became of a mail."""

    TAKEN = "taken", "已转为上报"
    IGNORED = "ignored", "自动邮件，未收"
    BROKEN = "broken", "读不出，请人工处理"


class Letter(models.Model):
    """One mail that was read, or could not be. ``mark`` tells repeats: a keyed digest of its Message-ID, because that
    may hold a person's name. ``reason`` is a code of ``cases.mailbox.REASONS``."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    mark = models.CharField(max_length=40, unique=True)
    uid = models.PositiveBigIntegerField()  # of the mail in its folder, by which a person finds it
    state = models.CharField(max_length=8, choices=LetterState.choices)
    reason = models.CharField(max_length=32, blank=True)
    read_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    size = models.PositiveIntegerField(default=0)  # bytes
    photos_left = models.PositiveSmallIntegerField(default=0)  # pictures that could not be taken over
    report = models.ForeignKey(Report, models.SET_NULL, null=True, blank=True, related_name="letters")

    class Meta:
        indexes = [models.Index(fields=["-read_at", "-id"], name="cases_letter_read")]


class MailboxCheck(models.Model):
    """When the mailbox was looked into last, and what was wrong then: one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    checked_at = models.DateTimeField()
    error = models.CharField(max_length=60, blank=True)  # the kind of failure, never the server's words
    failing_since = models.DateTimeField(null=True, blank=True)
