"""Leaders' instructions that are open when the leader leaves: a successor judges the replies, the words stay theirs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from django.db.models import Q

from chuangcheng.cases.instructions import VERSION
from chuangcheng.cases.models import Case, Instruction
from chuangcheng.cases.states import CASE
from chuangcheng.cases.steps import amend, write
from chuangcheng.history import versions
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.people.handover import Held, holds
from chuangcheng.people.models import Person
from chuangcheng.people.successors import stays_open

stays_open("cases", Label("案件", "Cases"), lambda: (Case.objects.filter(state__in=CASE.open_states()), "holder"))


@holds("instructions", Label("领导批示", "Leaders' instructions"))
class Instructions:
    """Open instructions by who judges their replies."""

    @staticmethod
    def of(persons: Collection[UUID]) -> Iterable[Held]:
        """The oldest first."""
        judged = Q(keeper__in=persons) | Q(keeper=None, leader__in=persons)
        for row in Instruction.objects.filter(judged, state="open").order_by("entered_at", "pk"):
            person = row.keeper_id or row.leader_id
            yield Held(person, str(row.pk), row.number, Label("批示领导", "Leader"), ("instruction", row.pk))

    @staticmethod
    def give(actor: Actor, held: Sequence[Held], successor: Person) -> None:
        """The successor becomes the keeper."""
        for row in Instruction.objects.select_for_update().filter(pk__in=[one.ref for one in held]).order_by("pk"):
            write(amend(row, "handed_over", actor, changes={"keeper_id": successor.pk}))
        versions.bump(VERSION)
