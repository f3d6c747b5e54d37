"""Units, persons and the posts that join them."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from chuangcheng.history.models import Chained
from chuangcheng.kernel import clock
from chuangcheng.kernel.ids import new_id
from chuangcheng.people.kept import Job, SavedView
from chuangcheng.places.models import Division

__all__ = [
    "Charge", "ChargeKind", "Handover", "Job", "Person", "PersonManager", "Post", "SavedView", "Unit", "UnitGroup",
    "UnitKind",
]  # fmt: skip


class UnitKind(models.TextChoices):
    """What a unit is; the campaign's structure, not the civil-service one."""

    HEADQUARTERS = "headquarters", "指挥部"
    OFFICE = "office", "创城办"
    SUBCOMMAND = "subcommand", "分指挥部"
    DISTRICT = "district", "区县"
    DEPARTMENT = "department", "部门"
    STREET = "street", "街道（乡镇）"
    COMMUNITY = "community", "社区（村）"
    COMPANY = "company", "企业"
    TASKFORCE = "taskforce", "工作专班"
    OUTSIDE = "outside", "驻地单位"  # 垂管, 部队, 铁路: neither ranked nor carded


class UnitGroup(models.TextChoices):
    """The group in which a unit is ranked."""

    DISTRICT = "district", "县（区）"
    CITY = "city", "市直"
    VERTICAL = "vertical", "垂管"
    STREET = "street", "街道"
    NONE = "none", "不参与排名"


class Unit(Chained):
    """A responsible unit. It answers to its territory (``parent``) and to its line (``line_parent``)."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    short_name = models.CharField(max_length=40)
    kind = models.CharField(max_length=16, choices=UnitKind.choices)
    group = models.CharField(max_length=16, choices=UnitGroup.choices, default=UnitGroup.NONE)
    role_code = models.CharField(max_length=40, blank=True, db_index=True)  # what editions call this kind of unit
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    line_parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="line_children")
    division = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, related_name="units")
    section = models.CharField(max_length=60, blank=True)  # 责任科室
    official_order = models.PositiveIntegerField(default=0)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    #: Who takes over when it has ended 承接单位; its record is found there.
    successor = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="predecessors")

    class Meta:
        ordering = ["official_order", "code"]

    def __str__(self) -> str:
        return self.short_name


class PersonManager(BaseUserManager["Person"]):
    """Django's own user manager wants staff flags; here a post is the only source of rights."""

    def create_user(self, username: str, password: str | None = None, **more: object) -> Person:
        """A saved person; without a password, one who cannot sign in by password."""
        person = self.model(username=username, **more)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    """Somebody who signs in. The name lives here only and can be erased."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    email = models.EmailField(blank=True)
    phone_cipher = models.BinaryField(blank=True, default=b"")
    language = models.CharField(max_length=10, blank=True)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=clock.now, editable=False)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    objects = PersonManager()

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """(role, unit, division subtree, edition) held by a person for a time: the only source of rights."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="posts")
    role = models.CharField(max_length=24)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts")
    division = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, related_name="posts")
    edition_id = models.UUIDField(null=True, blank=True)
    title = models.CharField(max_length=60, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "role", "unit", "division"], name="people_post_once"),
        ]


class ChargeKind(models.TextChoices):
    """Who stands for a unit on its card."""

    HEAD = "head", "主要负责人"
    DEPUTY = "deputy", "分管领导"
    LIAISON_A = "liaison_a", "联络员A"
    LIAISON_B = "liaison_b", "联络员B"


class Charge(models.Model):
    """A named person on a unit's card. It gives no right (a post does); it says whom to call and who answers."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="charges")
    kind = models.CharField(max_length=10, choices=ChargeKind.choices)
    person = models.ForeignKey(Person, models.PROTECT, related_name="charges")
    title = models.CharField(max_length=60, blank=True)  # 职务

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "kind"], name="people_charge_once")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.kind}"


class Handover(Chained):
    """What one person left to another in one go: how many of each kind; every subject's own history tells which."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="handed_over")
    successor = models.ForeignKey(Person, models.PROTECT, related_name="taken_over")
    counts = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-made_at", "-id"]
