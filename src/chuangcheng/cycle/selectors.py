"""Reading the cycle: where the city stands today, what the phase demands, what is frozen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from chuangcheng.cycle import figures
from chuangcheng.cycle.models import Cycle, Demand, Freeze, Phase
from chuangcheng.cycle.states import CYCLE
from chuangcheng.framework import selectors as framework
from chuangcheng.history.selectors import events_of
from chuangcheng.history.versions import Cached
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.cycles import Span, coming, days_left, running, year_of
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights

VERSION = "cycle"
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Position:
    """Where the city stands on a day. ``weight`` is the year's share of the edition's final score; ``days`` are left
    of the phase, ``national_in`` until the next national assessment (None where none is planned)."""

    cycle: Cycle
    day: date
    year: int | None
    weight: Fraction | None
    phase: Phase | None
    following: Phase | None
    days: int | None
    national_in: int | None
    national: Phase | None


@dataclass(frozen=True, slots=True)
class Stood:
    """A status with its days; ``to_on`` is None for the present one."""

    state: str
    from_on: date
    to_on: date | None


@dataclass(frozen=True, slots=True)
class Line:
    """A demand, with the value of its figure, as it stands now."""

    demand: Demand
    figure: figures.Figure | None
    value: figures.Number | None
    is_done: bool


@dataclass(frozen=True, slots=True)
class _Known:
    cycle: Cycle | None
    phases: tuple[Phase, ...]
    freezes: tuple[Freeze, ...]
    weights: tuple[Fraction, ...]


def _load() -> _Known:
    rows = Cycle.objects.filter(state__in=CYCLE.open_states()).select_related("edition")
    cycle = rows.order_by("-starts_on", "-id").first()
    if cycle is None:
        return _Known(None, (), (), ())
    edition = cycle.edition or framework.current_edition()
    weights = framework.rules_of(edition).year_weights if edition else ()
    return _Known(cycle, tuple(cycle.phases.all()), tuple(cycle.freezes.filter(state="set")), weights)


_known: Cached[_Known] = Cached(VERSION, _load)


def current() -> Cycle | None:
    """The cycle that runs; for reading only (it comes from a cache)."""
    return _known.get().cycle


def position(day: date | None = None) -> Position | None:
    """Where the city stands; None before a cycle was begun. No query as a rule."""
    known = _known.get()
    if known.cycle is None:
        return None
    day = day or clock.today().date()
    rows = {str(phase.pk): phase for phase in known.phases}
    spans = [phase.span for phase in known.phases]
    phase, following, national = running(spans, day), coming(spans, day), _national(spans, day)
    year = year_of(known.cycle.starts_on, known.cycle.years, day)
    return Position(
        cycle=known.cycle, day=day, year=year,
        weight=known.weights[year - 1] if year and year <= len(known.weights) else None,
        phase=rows[phase.key] if phase else None, following=rows[following.key] if following else None,
        days=days_left(day, phase.to_on) if phase else None,
        national_in=days_left(day, national.from_on) if national else None,
        national=rows[national.key] if national else None,
    )  # fmt: skip


def _national(spans: list[Span], day: date) -> Span | None:
    """The national assessment that runs, else the next one."""
    now = running((span for span in spans if span.kind == "national"), day)
    return now or coming(spans, day, "national")


def weights() -> tuple[Fraction, ...]:
    """What each year counts for in the cycle's edition, in order."""
    return _known.get().weights


def frozen(what: str = "", day: date | None = None) -> list[Freeze]:
    """The freezes of that day that cover ``what`` (an edition's part, :data:`.states.COVERS`; "" for any)."""
    day = day or clock.today().date()
    return [
        freeze
        for freeze in _known.get().freezes
        if freeze.from_on <= day <= freeze.to_on and what in ("", *freeze.covers)
    ]


def visible_to(actor: Actor) -> QuerySet[Cycle]:
    """Every cycle, the newest first; the cycle is no secret to those at the city's desks."""
    rows = Cycle.objects.select_related("edition").order_by("-starts_on", "-id")
    return rows if rights.can(actor, "cycle.view") else rows.none()


def get_cycle_for(actor: Actor, cycle_id: UUID) -> Cycle:
    """One cycle, or ``common.not_found``."""
    return _one(visible_to(actor), cycle_id)


def get_phase_for(actor: Actor, phase_id: UUID) -> Phase:
    """One phase, or ``common.not_found``."""
    return _one(Phase.objects.filter(cycle__in=visible_to(actor)).select_related("cycle"), phase_id)


def get_demand_for(actor: Actor, demand_id: UUID) -> Demand:
    """One line of a checklist, or ``common.not_found``."""
    rows = Demand.objects.filter(phase__cycle__in=visible_to(actor)).select_related("phase__cycle", "owner")
    return _one(rows, demand_id)


def get_freeze_for(actor: Actor, freeze_id: UUID) -> Freeze:
    """One freeze, or ``common.not_found``."""
    return _one(Freeze.objects.filter(cycle__in=visible_to(actor)).select_related("cycle"), freeze_id)


def _one(rows: QuerySet[Row], pk: UUID) -> Row:
    for row in rows.filter(pk=pk):
        return row
    raise Refused("common.not_found")


def stood(cycle: Cycle) -> list[Stood]:
    """Every status the city had in the cycle, with its days, as history tells."""
    rows = events_of("cycle", cycle.pk).values_list("after", flat=True)
    told = [(after["state"], date.fromisoformat(after["since_on"])) for after in rows if "since_on" in after]
    ends: Sequence[date | None] = [*[on for _state, on in told[1:]], None]
    return [Stood(state, on, end) for (state, on), end in zip(told, ends, strict=True)]


def checklist(phases: Iterable[Phase]) -> dict[UUID, list[Line]]:
    """What phases demand and what of it is done, by phase; each figure is read once."""
    rows = list(Demand.objects.filter(phase__in=list(phases)).select_related("owner", "done_by"))
    offered, values = figures.offered(), figures.read(row.figure for row in rows if row.figure)
    found: dict[UUID, list[Line]] = {}
    for row in rows:
        figure, value = offered.get(row.figure), values.get(row.figure)
        is_done = figure.is_done(value) if figure else row.done_on is not None
        found.setdefault(row.phase_id, []).append(Line(row, figure, value, is_done))
    return found
