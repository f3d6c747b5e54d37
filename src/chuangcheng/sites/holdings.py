"""Special teams and sponsorships that hang on a person, and who takes the place."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.people.handover import Held, holds
from chuangcheng.people.models import Person
from chuangcheng.people.selectors import valid_posts
from chuangcheng.people.successors import stays_open
from chuangcheng.sites.models import Sponsorship, Team
from chuangcheng.sites.sponsorship.actions import change_person
from chuangcheng.sites.sponsorship.selectors import ended
from chuangcheng.sites.states import TEAM
from chuangcheng.sites.teams.actions import change_members

LEADER, MEMBER = Label("负责人", "Leader"), Label("成员", "Member")

stays_open("sponsorships", Label("包联", "Sponsorships"), lambda: (Sponsorship.objects.exclude(ended()), "unit"))
stays_open("teams", Label("难点专班", "Special teams"), lambda: (Team.objects.filter(state=TEAM.initial), "lead_unit"))


@holds("teams", Label("难点专班", "Special teams"))
class Teams:
    """Running teams by their leader and their members."""

    @staticmethod
    def of(persons: Collection[UUID]) -> Iterable[Held]:
        """By number; a leader who is a member too stands twice."""
        rows = Team.objects.filter(state=TEAM.initial).select_related("leader").order_by("number")
        for team in rows.filter(leader__person__in=persons):
            if team.leader is not None:
                yield Held(team.leader.person_id, f"leader:{team.pk}", team.name, LEADER, ("team", team.pk))
        for team in rows.filter(members__in=persons).prefetch_related("members").distinct():
            for member in team.members.all():
                if member.pk in persons:
                    yield Held(member.pk, f"member:{team.pk}", team.name, MEMBER, ("team", team.pk))

    @staticmethod
    def give(actor: Actor, held: Sequence[Held], successor: Person) -> None:
        """The successor leads from a post of the lead unit, and if there is none yet the team waits for a leader."""
        for team in Team.objects.filter(pk__in=[one.ref.partition(":")[2] for one in held]).order_by("pk"):
            mine = {one.ref.partition(":")[0]: one.person_id for one in held if one.ref.endswith(str(team.pk))}
            leader = team.leader
            if "leader" in mine:
                leader = valid_posts().filter(person=successor, unit=team.lead_unit).order_by("pk").first()
            members = [row for row in team.members.all() if row.pk != mine.get("member")]
            if "member" in mine and successor not in members:
                members.append(successor)
            change_members(
                actor=actor, team_id=team.pk, leader=leader, units=tuple(team.units.all()), members=tuple(members)
            )


@holds("sponsorships", Label("包联", "Sponsorships"))
class Sponsorships:
    """Places that a person is responsible for, today or from a later day."""

    @staticmethod
    def of(persons: Collection[UUID]) -> Iterable[Held]:
        """The oldest first."""
        rows = Sponsorship.objects.filter(person__in=persons).exclude(ended())
        for row in rows.select_related("division", "site", "compound").order_by("valid_from", "pk"):
            if row.person_id is not None:
                yield Held(row.person_id, str(row.pk), row.subject.name, RESPONSIBLE, ("sponsorship", row.pk))

    @staticmethod
    def give(actor: Actor, held: Sequence[Held], successor: Person) -> None:
        """Unit and days stay."""
        for one in sorted(held, key=lambda one: one.ref):
            change_person(actor=actor, sponsorship_id=UUID(one.ref), person=successor)


RESPONSIBLE = Label("包联责任人", "Responsible")
