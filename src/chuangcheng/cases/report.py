"""A report 上报: what somebody saw. Many reports may lead to one case."""

from __future__ import annotations

from django.db import models

from chuangcheng.cases.case import Case
from chuangcheng.cases.states import PLEA, REPORT
from chuangcheng.framework.models import Category
from chuangcheng.history.models import Chained
from chuangcheng.people.models import Person
from chuangcheng.places.models import Division, Grid


class Source(models.TextChoices):
    """By which door a report came in."""

    PORTAL = "portal", "随手拍"
    HOTLINE = "hotline", "12345热线"
    MAILBOX = "mailbox", "创城信箱"
    GRID = "grid", "网格上报"
    PATROL = "patrol", "督查巡查"
    MEDIA = "media", "媒体曝光"
    LEADER = "leader", "领导交办"
    DEPUTIES = "deputies", "代表委员建议"
    WINDOW = "window", "窗口投诉"
    OPEN311 = "open311", "开放接口"
    IMPORT = "import", "系统导入"


class Report(Chained):
    """What somebody saw, with the contact data encrypted and the text in an erasable row."""

    number = models.CharField(max_length=24, unique=True)
    body_digest = models.CharField(max_length=64)  # keyed digest of the canonical body: same id, same body?
    state = models.CharField(max_length=20, choices=REPORT.choices(), default=REPORT.initial)
    source = models.CharField(max_length=12, choices=Source.choices)
    text = models.TextField()
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, related_name="+")
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    address = models.CharField(max_length=200, blank=True)
    outside_city = models.BooleanField(default=False)
    grid = models.ForeignKey(Grid, models.SET_NULL, null=True, blank=True, related_name="+")
    division = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, related_name="+")
    division_path = models.CharField(max_length=60, blank=True)
    observed_at = models.DateTimeField()
    received_at = models.DateTimeField()
    contact_cipher = models.BinaryField(blank=True, default=b"")
    contact_index = models.CharField(max_length=64, blank=True)  # blind index of the phone, for look-up
    reporter = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    external_source = models.CharField(max_length=24, blank=True)
    external_number = models.CharField(max_length=60, null=True, blank=True)
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="reports")
    reason_code = models.CharField(max_length=32, blank=True)
    confirm_due_at = models.DateTimeField(null=True, blank=True)
    confirmed = models.BooleanField(null=True)  # what the grid worker found; None: nobody looked
    confirmed_on_time = models.BooleanField(null=True)  # whether that came within confirm_due_at
    objected = models.BooleanField(default=False)
    photos_declared = models.PositiveSmallIntegerField(default=0)
    photos_missing = models.PositiveSmallIntegerField(default=0)
    privacy_version = models.CharField(max_length=16, blank=True)  # the notice that the reporter was shown
    complaint = models.BooleanField(default=False)  # about staff or a unit: seen by nobody but who passes it on
    referred_to = models.CharField(max_length=12, blank=True)  # a key of states.COMPLAINT_OFFICES
    referred_at = models.DateTimeField(null=True, blank=True)
    rating = models.PositiveSmallIntegerField(null=True, blank=True)  # 1 to 5, once, after the case was closed
    rated_at = models.DateTimeField(null=True, blank=True)
    rating_text = models.TextField(blank=True)  # erasable: history keeps a digest
    plea_state = models.CharField(max_length=8, choices=PLEA.choices(), default=PLEA.initial)  # see states.PLEA
    plea_at = models.DateTimeField(null=True, blank=True)
    plea_text = models.TextField(blank=True)  # erasable, too
    plea_reason = models.CharField(max_length=32, blank=True)  # why it was declined; told to the reporter

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["external_source", "external_number"], name="cases_report_external")
        ]
        indexes = [
            models.Index(fields=["-received_at", "-id"]),
            models.Index(fields=["state", "-received_at"]),
            models.Index(fields=["division_path", "-received_at"]),
            models.Index(fields=["plea_at"], name="cases_report_plea", condition=models.Q(plea_state="asked")),
            models.Index(fields=["received_at"], name="cases_report_complaint", condition=models.Q(complaint=True)),
        ]

    def __str__(self) -> str:
        return self.number


class Watch(models.Model):
    """ "Me too": somebody follows a case without a report of their own. A fact; nothing of the person is kept but a
    keyed digest of a random name of the phone, so that one phone counts once."""

    id = models.UUIDField(primary_key=True, editable=False)  # made by the phone: with it the case can be followed
    case = models.ForeignKey(Case, models.PROTECT, related_name="watches")
    voter = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "voter"], name="cases_watch_once")]
