"""Rights of the library: who reads a document, who handles it, who runs training sessions."""

from __future__ import annotations

from django.db.models import Q

from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.library.models import Audience, Document, Training
from chuangcheng.library.states import EDIT, READ, RUN, VIEW
from chuangcheng.people import rights
from chuangcheng.people.models import Unit
from chuangcheng.people.rights import Permission, Scope, declare

declare(
    Permission(VIEW, Label("查阅文件和培训", "Read documents and see trainings")),
    Permission(EDIT, Label("管理文件", "Handle documents")),
    Permission(RUN, Label("组织培训", "Run trainings")),
)


def document_rows(actor: Actor) -> Q:
    """Issued documents that are meant for the actor: for all, for the office and leaders, for units of its reach, its
    line or its own post; and in every state those that it handles."""
    scope, own = rights.scope(actor, VIEW), rights.scope(actor, EDIT)
    if actor == SYSTEM or own.everything:
        return Q()
    if scope.nothing:
        return Q(pk__in=[])
    issued = Q(state__in=READ)
    if not scope.everything:
        named = Document.units.through.objects.filter(_concerned(actor, scope)).values("document_id")
        issued &= Q(audience=Audience.ALL) | Q(audience=Audience.UNITS, pk__in=named)
    return issued | _of_units(own)


def training_rows(actor: Actor) -> Q:
    """Sessions that the actor runs; those to which units of its reach, its line or its post are invited, or it is."""
    if actor == SYSTEM:
        return Q()
    scope = rights.scope(actor, VIEW)
    if scope.everything:
        return Q()
    if scope.nothing:
        return Q(pk__in=[])
    invited = Training.units.through.objects.filter(_concerned(actor, scope)).values("training_id")
    named = Training.persons.through.objects.filter(person=actor.person_id).values("training_id")
    return Q(pk__in=invited) | Q(pk__in=named) | _of_units(rights.scope(actor, RUN))


def _concerned(actor: Actor, scope: Scope) -> Q:
    """Rows with a unit in reach, in its line, or that of the post."""
    post = rights.post_of(actor)
    units = {*rights.with_line(scope), *([post.unit_id] if post else [])}
    found = Q(unit_id__in=units)
    for path in scope.paths:
        found |= Q(unit__division__path__startswith=path)
    return found


def _of_units(scope: Scope) -> Q:
    """Rows of the units that somebody handles who does not handle all."""
    found = Q(unit_id__in=scope.units)
    for path in scope.paths:
        found |= Q(unit__division__path__startswith=path)
    return found


def handles(actor: Actor, unit: Unit, permission: str) -> bool:
    """Whether the actor handles what this unit issues or organises."""
    path = unit.division.path if unit.division else ""
    return actor == SYSTEM or rights.scope(actor, permission).reaches(unit_id=unit.pk, path=path)


def allow(actor: Actor, unit: Unit, permission: str) -> None:
    """Refused: ``common.not_allowed``, ``library.other_unit``, ``training.other_unit``."""
    if not handles(actor, unit, permission):
        rights.require(actor, permission)
        raise Refused("library.other_unit" if permission == EDIT else "training.other_unit", unit=unit.short_name)
