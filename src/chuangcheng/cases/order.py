"""An order 工单: somebody outside asked for an answer, 12345 above all. Merging cases never merges orders."""

from __future__ import annotations

from django.db import models

from chuangcheng.cases.case import Case
from chuangcheng.cases.report import Report, Source
from chuangcheng.cases.states import ORDER, REMOVAL
from chuangcheng.history.models import Chained
from chuangcheng.people.models import Person
from chuangcheng.places.models import Division

#: Whose reports are orders by themselves, as far as they bear a number of their own. A report of any other source
#: becomes one when an answer is asked for by a day.
ORDER_SOURCES = frozenset({Source.HOTLINE.value, Source.DEPUTIES.value})


class Satisfaction(models.TextChoices):
    """What the caller said when 12345 called back."""

    SATISFIED = "satisfied", "满意"
    BASICALLY = "basically", "基本满意"
    DISSATISFIED = "dissatisfied", "不满意"
    UNCLEAR = "unclear", "不清楚"


class Order(Chained):
    """One obligation to answer: own number, own deadline (as the other side gave it), own reply, own call-back.

    ``reply_text`` and ``removal_document`` are free words: they can be erased, history keeps keyed digests.
    """

    report = models.OneToOneField(Report, models.PROTECT, related_name="order")
    source = models.CharField(max_length=12, choices=Source.choices)
    number = models.CharField(max_length=60)  # the other side's; without one, the report's
    state = models.CharField(max_length=8, choices=ORDER.choices(), default=ORDER.initial)
    received_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)  # None: no answer was asked for by a day
    reply_text = models.TextField(blank=True)
    drafted_at = models.DateTimeField(null=True, blank=True)
    drafted_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    replied_at = models.DateTimeField(null=True, blank=True)
    replied_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    solved = models.BooleanField(null=True)  # as the caller said; None: not called back, or no word on it
    satisfied = models.CharField(max_length=12, choices=Satisfaction.choices, blank=True)
    called_back_at = models.DateTimeField(null=True, blank=True)
    removal_state = models.CharField(max_length=8, choices=REMOVAL.choices(), default=REMOVAL.initial)
    removal_reason = models.CharField(max_length=32, blank=True)
    removal_document = models.CharField(max_length=80, blank=True)
    removal_asked_at = models.DateTimeField(null=True, blank=True)
    removal_asked_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    removal_decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "number"], name="cases_order_number")]
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="cases_order_received"),
            models.Index(fields=["state", "due_at"], name="cases_order_state_due"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def in_time(self) -> bool | None:
        """Whether it was answered within the limit; None without an answer or a limit."""
        return self.replied_at <= self.due_at if self.replied_at and self.due_at else None

    @property
    def text(self) -> str:
        """What was asked: the report's words."""
        return self.report.text

    @property
    def division(self) -> Division | None:
        """Where it is, as the report says."""
        return self.report.division

    @property
    def case(self) -> Case | None:
        """The case that its report led to."""
        return self.report.case
