"""Rights of the room meetings: units see what they are invited to, and run what they convene."""

from __future__ import annotations

from django.db.models import Q

from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.meetings.models import Invitation, Meeting
from chuangcheng.meetings.states import RUN
from chuangcheng.people import rights
from chuangcheng.people.models import Unit
from chuangcheng.people.rights import Permission, declare

declare(
    Permission("meetings.view", Label("查看会议", "See meetings")),
    Permission(RUN, Label("组织会议、印发纪要", "Run meetings and issue minutes")),
)


def meeting_rows(actor: Actor) -> Q:
    """Meetings that the actor's units convene; those called to which units of the scope, its line or its area are
    invited, or the person is."""
    scope = rights.scope(actor, "meetings.view")
    if scope.everything or actor == SYSTEM:
        return Q()
    if scope.nothing:
        return Q(pk__in=[])
    invited = Q(unit__in=rights.with_line(scope))
    for path in scope.paths:
        invited |= Q(unit__division__path__startswith=path)
    called = Q(pk__in=Invitation.objects.filter(invited).values("meeting")) | Q(chair=actor.person_id)
    called |= Q(pk__in=Meeting.persons.through.objects.filter(person=actor.person_id).values("meeting"))
    return Q(unit__in=scope.units) | (called & ~Q(state="planned"))


def allow(actor: Actor, unit: Unit) -> None:
    """Running meetings of this unit. Refused: ``common.not_allowed``, ``meeting.other_unit``."""
    if actor != SYSTEM and not runs(actor, unit):
        rights.require(actor, RUN)
        raise Refused("meeting.other_unit", unit=unit.short_name)


def runs(actor: Actor, unit: Unit) -> bool:
    """Whether the actor runs meetings that this unit convenes."""
    scope = rights.scope(actor, RUN)
    path = unit.division.path if unit.division else ""
    return scope.reaches(unit_id=unit.pk, path=path)
