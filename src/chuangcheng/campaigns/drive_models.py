"""Attainment drives 达标创建: a checklist over places, their grades, and what each of them must still mend."""

from __future__ import annotations

from django.db import models

from chuangcheng.campaigns.states import DRIVE, DRIVE_GAP, DRIVE_PLACE
from chuangcheng.history.models import Chained
from chuangcheng.kernel.attainment import Item, Rule
from chuangcheng.kernel.ids import new_id
from chuangcheng.people.models import Person, Unit
from chuangcheng.places.models import Division
from chuangcheng.sites.models import Attainment, Compound, Site


class SubjectKind(models.TextChoices):
    """What is graded."""

    COMMUNITY = "community", "社区（村）"
    COMPOUND = "compound", "小区"
    SITE = "site", "站点"


class Drive(Chained):
    """A drive with its own checklist (``items`` as :class:`~chuangcheng.kernel.attainment.Item` stores them) and the
    rule of its grades. ``fix_days`` is how long a gap may take unless somebody says otherwise."""

    number = models.CharField(max_length=24, unique=True)
    title = models.CharField(max_length=100)
    about = models.TextField(blank=True)
    subject_kind = models.CharField(max_length=10, choices=SubjectKind.choices, default=SubjectKind.COMMUNITY)
    from_on = models.DateField()
    until_on = models.DateField()
    items = models.JSONField(default=list)
    met_from = models.PositiveSmallIntegerField(default=90)
    improve_from = models.PositiveSmallIntegerField(default=60)
    fix_days = models.PositiveSmallIntegerField(default=30)
    state = models.CharField(max_length=8, choices=DRIVE.choices(), default=DRIVE.initial)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return self.title

    @property
    def checklist(self) -> list[Item]:
        """The items as the kernel grades with them."""
        return [Item.of_json(item) for item in self.items]

    @property
    def rule(self) -> Rule:
        """The bounds of the grades."""
        return Rule(self.met_from, self.improve_from)


class DrivePlace(Chained):
    """A community, compound or station in a drive: who fills it in, who sponsors it, its grade that stands (a claim to
    be met counts only once another unit has confirmed it), and the items that fail."""

    drive = models.ForeignKey(Drive, models.CASCADE, related_name="places")
    code = models.CharField(max_length=30)
    name = models.CharField(max_length=100)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+")
    division_path = models.CharField(max_length=60, db_index=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    compound = models.ForeignKey(Compound, models.PROTECT, null=True, blank=True, related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="drive_places")
    sponsor = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="sponsored_places")
    state = models.CharField(max_length=8, choices=DRIVE_PLACE.choices(), default=DRIVE_PLACE.initial)
    grade = models.CharField(max_length=8, choices=Attainment.choices, blank=True, default="")
    points = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    graded_on = models.DateField(null=True, blank=True)
    failed = models.JSONField(default=list)
    filled_by = models.ForeignKey(Unit, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["drive", "code"], name="campaigns_drive_place_once")]
        indexes = [models.Index(fields=["drive", "grade"], name="campaigns_place_grade")]

    def __str__(self) -> str:
        return self.name


class DriveAssessment(models.Model):
    """A checklist that was filled in, or re-checked: a fact. ``settles`` says whether its grade stands."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    place = models.ForeignKey(DrivePlace, models.CASCADE, related_name="assessments")
    seq = models.PositiveIntegerField()  # of its row in the place's history
    kind = models.CharField(max_length=8, choices=[("self", "自评"), ("recheck", "复核")])
    answers = models.JSONField(default=dict)
    failed = models.JSONField(default=list)
    points = models.DecimalField(max_digits=5, decimal_places=2)
    grade = models.CharField(max_length=8, choices=Attainment.choices)
    settles = models.BooleanField(default=True)
    words = models.TextField(blank=True)
    unit = models.ForeignKey(Unit, models.SET_NULL, null=True, blank=True, related_name="+")
    made_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-seq"]
        constraints = [models.UniqueConstraint(fields=["place", "seq"], name="campaigns_assessment_once")]


class DriveGap(Chained):
    """A row of a place's rectification ledger: an item that fails, its owner and date. Photos have the owner
    ``("drivegap", id)``; ``task`` is the id of the task it was made into."""

    place = models.ForeignKey(DrivePlace, models.CASCADE, related_name="gaps")
    item = models.CharField(max_length=30)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="drive_gaps")
    due_on = models.DateField()
    state = models.CharField(max_length=8, choices=DRIVE_GAP.choices(), default=DRIVE_GAP.initial)
    task = models.UUIDField(null=True, blank=True)
    words = models.TextField(blank=True)  # what was done; erasable
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["due_on", "item"]
        indexes = [models.Index(fields=["state", "due_on"], name="campaigns_gap_due")]

    @property
    def asks(self) -> str:
        """What the item asks."""
        return next((str(item["text"]) for item in self.place.drive.items if item["code"] == self.item), self.item)
