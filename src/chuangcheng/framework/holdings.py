"""Duties that name a person, and who takes them over."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from chuangcheng.framework.actions import assign_duty
from chuangcheng.framework.models import Duty, DutyKind, Edition, EditionState
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.people.handover import Held, holds
from chuangcheng.people.models import Person
from chuangcheng.people.successors import stays_open

KINDS = {
    DutyKind.LEAD: Label("牵头", "Lead"), DutyKind.SUPPORT: Label("配合", "Support"),
    DutyKind.TERRITORY: Label("属地", "Territory"),
}  # fmt: skip


stays_open(
    "duties", Label("标准责任", "Duties"),
    lambda: (Duty.objects.exclude(standard__edition__state=EditionState.FROZEN), "unit"),
)  # fmt: skip


@holds("duties", Label("标准责任", "Duties"))
class Duties:
    """The persons of duties in drafts and in what is published; what is frozen is a record."""

    @staticmethod
    def of(persons: Collection[UUID]) -> Iterable[Held]:
        """In the order of the editions' standards."""
        rows = Duty.objects.filter(person__in=persons).exclude(standard__edition__state=EditionState.FROZEN)
        for duty in rows.select_related("standard").order_by("standard__edition", "standard__order", "pk"):
            if duty.person_id is not None:
                yield Held(
                    duty.person_id, str(duty.pk), duty.standard.code, KINDS[DutyKind(duty.kind)],
                    ("standard", duty.standard_id),
                )  # fmt: skip

    @staticmethod
    def give(actor: Actor, held: Sequence[Held], successor: Person) -> None:
        """Each duty keeps its unit and kind. The editions are locked first, as by whoever changes the matrix."""
        editions = Edition.objects.filter(standards__duties__in=[one.ref for one in held]).values("pk")
        list(Edition.objects.select_for_update().filter(pk__in=editions).order_by("pk").values_list("pk"))
        rows = Duty.objects.filter(pk__in=[one.ref for one in held]).select_related("standard__edition", "unit")
        for duty in rows.order_by("pk"):
            assign_duty(actor=actor, standard=duty.standard, unit=duty.unit, kind=duty.kind, person=successor)
