"""Reading training sessions: each starts from what the actor may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.library.models import Attendance, Guest, Training
from chuangcheng.library.policies import handles, training_rows
from chuangcheng.library.states import RUN, TRAINING
from chuangcheng.people.models import Unit

#: Sessions that took place.
HELD = ("held", "closed")
#: What is not done before its time.
EARLY = ("hold", "mark", "guests")


def visible_to(actor: Actor) -> QuerySet[Training]:
    """The sessions that the actor runs or is invited to."""
    return Training.objects.filter(training_rows(actor))


def get_training_for(actor: Actor, training_id: UUID) -> Training:
    """One session, or ``common.not_found``."""
    training = visible_to(actor).select_related("unit__division").filter(pk=training_id).first()
    if training is None:
        raise Refused("common.not_found")
    return training


def moves_for(actor: Actor, training: Training) -> list[Move]:
    """The buttons of its page; it is neither held nor attended before its time."""
    if not handles(actor, training.unit, RUN):
        return []
    early = training.starts_at > clock.now()
    return [move for move in TRAINING.moves_from(training.state) if not (early and move.name in EARLY)]


@dataclass(frozen=True, slots=True)
class Came:
    """Of one unit: whether it was invited, how many came, how many of them signed in by the code, and how many have no
    account."""

    unit: Unit
    invited: bool
    came: int
    by_code: int
    guests: int = 0


def by_unit(training: Training) -> list[Came]:
    """Invited units and those that came without, in official order; guests count with their unit."""
    rows = training.attendances.order_by().values_list("unit")
    counts = {pk: (n, code) for pk, n, code in rows.annotate(n=Count("pk"), code=Count("pk", filter=Q(by_code=True)))}
    invited = set(training.units.values_list("pk", flat=True))
    listed = training.guests.order_by().values_list("unit")
    guests = dict(listed.annotate(n=Count("pk")))
    units = Unit.objects.filter(pk__in={*invited, *counts, *guests}).order_by("official_order", "code")
    return [_came(unit, invited, *counts.get(unit.pk, (0, 0)), guests.get(unit.pk, 0)) for unit in units]


def _came(unit: Unit, invited: set[UUID], signed: int, by_code: int, guests: int) -> Came:
    return Came(unit, unit.pk in invited, signed + guests, by_code, guests)


@dataclass(frozen=True, slots=True)
class Tally:
    """Of one unit over several sessions: to how many it was invited, at how many of those somebody came for it, and how
    often somebody came at all."""

    unit: Unit
    invited: int
    present: int
    persons: int

    @property
    def share(self) -> float:
        """Of the sessions to which it was invited."""
        return self.present / self.invited if self.invited else 0.0


def tallies(rows: QuerySet[Training], year: int) -> list[Tally]:
    """The year's sessions that took place, by invited unit, in official order; four queries."""
    held = list(rows.filter(state__in=HELD, starts_at__year=year).values_list("pk", flat=True))
    invited: dict[UUID, set[UUID]] = {}
    for training, unit in _invitations(held):
        invited.setdefault(unit, set()).add(training)
    came: dict[UUID, list[UUID]] = {}
    for model in (Attendance, Guest):
        for training, unit in model.objects.filter(training__in=held).values_list("training_id", "unit_id"):
            came.setdefault(unit, []).append(training)
    units = Unit.objects.filter(pk__in=invited).order_by("official_order", "code")
    return [
        Tally(unit, len(invited[unit.pk]), len(invited[unit.pk] & set(came.get(unit.pk, ()))),
              len(came.get(unit.pk, ())))
        for unit in units
    ]  # fmt: skip


def _invitations(held: Iterable[UUID]) -> Iterable[tuple[UUID, UUID]]:
    return Training.units.through.objects.filter(training__in=held).values_list("training_id", "unit_id")
