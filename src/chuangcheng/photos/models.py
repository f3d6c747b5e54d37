"""Photos: declared by the hash of the original, accepted only if declared, stored once by content."""

from __future__ import annotations

from django.db import models

from chuangcheng.kernel.ids import new_id
from chuangcheng.people.models import Person
from chuangcheng.photos.states import FILM, RELEASE


class PhotoRole(models.TextChoices):
    """What a photo shows."""

    NEAR = "near", "近景"
    FAR = "far", "远景"
    BEFORE = "before", "处置前"
    AFTER = "after", "处置后"
    EVIDENCE = "evidence", "佐证"


class Grade(models.TextChoices):
    """How far a photo proves time and place (law 5)."""

    A = "A", "现场拍摄并带实时定位"
    B = "B", "照片自带时间位置"
    C = "C", "无时间位置信息"


class Photo(models.Model):
    """A photo has no address and no rights of its own: its owner decides who may see it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner_kind = models.CharField(max_length=24)
    owner_id = models.UUIDField()
    role = models.CharField(max_length=12, choices=PhotoRole.choices)
    original_sha256 = models.CharField(max_length=64)
    stored_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    mime = models.CharField(max_length=40, blank=True)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    size = models.PositiveIntegerField(default=0)
    taken_at = models.DateTimeField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    in_camera = models.BooleanField(default=False)  # taken inside our page's camera, with a live position
    grade = models.CharField(max_length=1, choices=Grade.choices, default=Grade.C)
    phash = models.BigIntegerField(null=True, blank=True)  # signed view of the 64-bit perceptual hash
    detail = models.PositiveSmallIntegerField(null=True, blank=True)  # see imaging.detail; None in older rows
    declared_at = models.DateTimeField()
    stored_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner_kind", "owner_id", "original_sha256"], name="photos_declared_once")
        ]
        ordering = ["declared_at", "id"]


class Paper(models.Model):
    """A document (PDF, or of the kind that ``suffix`` names) of an owner, under the same rule as a photo: its owner
    decides who may read it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner_kind = models.CharField(max_length=24)
    owner_id = models.UUIDField()
    sha256 = models.CharField(max_length=64, db_index=True)
    suffix = models.CharField(max_length=4, default="pdf")
    size = models.PositiveIntegerField()
    stored_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner_kind", "owner_id", "sha256"], name="photos_paper_once")]


class Print(models.Model):
    """A stored photo's perceptual hash in the archive that :mod:`photos.alike` looks through, in the order in which it
    came: a process reads on from the last key that it knows. Pictures that show next to nothing have none."""

    id = models.BigAutoField(primary_key=True)
    photo = models.OneToOneField(Photo, models.CASCADE, related_name="print")
    phash = models.BigIntegerField()


class Release(models.Model):
    """A photo that anybody may see, or might: faces and plates covered by hand, in a copy whose pixels are gone.

    The original stays as it is. ``boxes`` counts what was covered; ``copy_sha256`` names the public copy's file.
    """

    photo = models.OneToOneField(Photo, models.CASCADE, primary_key=True, related_name="release")
    state = models.CharField(max_length=8, choices=RELEASE.choices(), default=RELEASE.initial)
    boxes = models.PositiveSmallIntegerField(default=0)
    copy_sha256 = models.CharField(max_length=64, blank=True)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    released_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True)


class Film(models.Model):
    """A short video of an owner, under the same rule as a photo: declared by the hash of the original, its owner
    decides who may see it. It proves neither time nor place (grade C): nothing of the original but
    picture and sound is kept.

    While it is ``waiting`` the original lies apart (``films.raw_path``); this row is also the queue of the worker that
    turns it into what every browser plays (``claimed_until``, ``attempts``; machine time).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner_kind = models.CharField(max_length=24)
    owner_id = models.UUIDField()
    original_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=FILM.choices(), default=FILM.initial)
    reason_code = models.CharField(max_length=40, blank=True)  # of the catalogue of problems, when refused
    stored_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    poster_sha256 = models.CharField(max_length=64, blank=True)  # a stored photo's name
    container = models.CharField(max_length=12, blank=True)  # what the original is: mov or matroska
    seconds = models.FloatField(default=0)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    size = models.PositiveIntegerField(default=0)  # bytes: of the original while it waits, then of what is stored
    declared_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True, blank=True)
    stored_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner_kind", "owner_id", "original_sha256"], name="photos_film_once")
        ]
        indexes = [
            models.Index(fields=["received_at"], name="photos_film_waiting", condition=models.Q(state="waiting"))
        ]
        ordering = ["declared_at", "id"]
