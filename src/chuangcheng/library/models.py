"""The campaign's documents with their versions, and training sessions with who came."""

from __future__ import annotations

from datetime import date

from django.db import models

from chuangcheng.framework.models import Standard
from chuangcheng.history.models import Chained
from chuangcheng.kernel.ids import new_id
from chuangcheng.library.states import DOCUMENT, TRAINING
from chuangcheng.people.models import Person, Unit


class Kind(models.TextChoices):
    """What a document is."""

    PLAN = "plan", "方案"
    RULE = "rule", "制度"
    METHOD = "method", "考核办法"
    NOTICE = "notice", "通知"
    MATERIAL = "material", "资料"


class Audience(models.TextChoices):
    """Who reads it once it is issued."""

    ALL = "all", "全体工作人员"
    OFFICE = "office", "创城办和市领导"
    UNITS = "units", "指定单位"


class Document(Chained):
    """A document. ``reference`` is the number 文号 that its issuer gave it, ``replaces`` those whose place it takes.
    ``serial`` is the integer of ``number`` under which the search index knows it; one with too many different words for
    that index (``indexed`` false) is read itself. Words can be erased; history keeps none of them."""

    number = models.CharField(max_length=24, unique=True)
    serial = models.BigIntegerField(unique=True)
    body_digest = models.CharField(max_length=64)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=DOCUMENT.choices(), default=DOCUMENT.initial)
    title = models.CharField(max_length=200)
    reference = models.CharField(max_length=60, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    issued_on = models.DateField(null=True, blank=True)
    from_on = models.DateField(null=True, blank=True)
    to_on = models.DateField(null=True, blank=True)
    replaces = models.ManyToManyField("self", symmetrical=False, related_name="successors", blank=True)
    audience = models.CharField(max_length=6, choices=Audience.choices, default=Audience.ALL)
    units = models.ManyToManyField(Unit, related_name="+", blank=True)
    standards = models.ManyToManyField(Standard, related_name="documents", blank=True)
    remarks = models.TextField(blank=True)
    note = models.CharField(max_length=500, blank=True)  # why it was withdrawn or put back
    current = models.ForeignKey("Version", models.PROTECT, null=True, blank=True, related_name="+")
    versions_count = models.PositiveIntegerField(default=0)
    indexed = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-created_at", "-id"], name="library_newest")]

    def __str__(self) -> str:
        return self.number

    def has_run_out(self, today: date) -> bool:
        """Whether the day until which it was in force has passed."""
        return self.state == "in_force" and self.to_on is not None and self.to_on < today


class Version(models.Model):
    """A file of a document by the hash of its content, with the words taken out of it (none of a scan). ``cut``: the
    file holds more words than are kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    document = models.ForeignKey(Document, models.CASCADE, related_name="versions")
    place = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=4)
    size = models.PositiveIntegerField()
    pages = models.PositiveIntegerField(null=True, blank=True)
    content = models.TextField(blank=True)
    cut = models.BooleanField(default=False)
    note = models.CharField(max_length=200, blank=True)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=100)

    class Meta:
        ordering = ["-place"]
        constraints = [
            models.UniqueConstraint(fields=["document", "place"], name="library_version_place"),
            models.UniqueConstraint(fields=["document", "sha256"], name="library_version_once"),
        ]


class Download(models.Model):
    """Somebody took a file: who, when. No history row, because many read at once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.ForeignKey(Version, models.CASCADE, related_name="downloads")
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    label = models.CharField(max_length=100)
    at = models.DateTimeField(db_index=True)


class Training(Chained):
    """A training session: who teaches what, when and where, with which documents, and who is invited. With
    ``code_minutes`` the code on the screen changes, and each is good for so long; 0: one for the whole session."""

    number = models.CharField(max_length=24, unique=True)
    body_digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=TRAINING.choices(), default=TRAINING.initial)
    topic = models.CharField(max_length=120)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    lecturer = models.CharField(max_length=60, blank=True)
    place = models.CharField(max_length=120, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    units = models.ManyToManyField(Unit, related_name="+", blank=True)
    persons = models.ManyToManyField(Person, related_name="+", blank=True)
    materials = models.ManyToManyField(Document, related_name="trainings", blank=True)
    note = models.CharField(max_length=500, blank=True)  # why it was cancelled, or how it went
    came = models.PositiveIntegerField(null=True, blank=True)  # settled when it is closed, guests included
    code_minutes = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-starts_at", "-id"], name="library_trainings_newest")]

    def __str__(self) -> str:
        return self.number


class Attendance(models.Model):
    """A person was there, for the unit it then came for: signed in by the code on the screen, or entered from the list
    on paper. No history row, because a room full of people signs in at once; closing counts them."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    training = models.ForeignKey(Training, models.CASCADE, related_name="attendances")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    by_code = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["training", "person"], name="library_came_once")]


class Guest(models.Model):
    """Somebody without an account was there, by the organiser's list, for a unit that is known. Erasable; history
    keeps the number alone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    training = models.ForeignKey(Training, models.CASCADE, related_name="guests")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["training", "unit", "name"], name="library_guest_once")]
