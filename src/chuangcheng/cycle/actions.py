"""Beginning a cycle, changing the city's status, planning phases, ticking what they demand, freezing and lifting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from chuangcheng.cycle import plan as plans
from chuangcheng.cycle.facts import CYCLES, DEMANDS, FREEZES, PHASES
from chuangcheng.cycle.figures import offered
from chuangcheng.cycle.models import Cycle, Demand, Freeze, Phase
from chuangcheng.cycle.selectors import VERSION
from chuangcheng.cycle.states import COVERS, CYCLE, FREEZE
from chuangcheng.framework.models import Edition
from chuangcheng.history import outbox, versions
from chuangcheng.history.models import Chained
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.cycles import months_on, year_of
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import tidy
from chuangcheng.people import rights
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Unit

EDIT = "cycle.edit"
Row = TypeVar("Row", bound=Chained)


def begin_cycle(
    *, actor: Actor, name: str, starts_on: date, state: str = CYCLE.initial, edition: Edition | None = None,
    years: int = 3,
) -> Cycle:  # fmt: skip
    """Begin a cycle with the phases of the city's plan. One that ran until now ends the day before.

    Refused: ``cycle.bad_start`` unless it begins on the first of a month, ``cycle.bad_plan``, ``cycle.no_name``.
    """
    plan = plans.current()
    if starts_on.day != 1 or not 1 <= years <= 6 or state not in CYCLE.open_states():
        raise Refused("cycle.bad_start")
    if not tidy(name):
        raise Refused("cycle.no_name")
    with transaction.atomic():
        rights.require_or_system(actor, EDIT)
        for other in Cycle.objects.select_for_update().filter(state__in=CYCLE.open_states()).order_by("pk"):
            _turn(other, "end", starts_on, actor)
        cycle = Cycle(name=tidy(name), edition=edition, state=state, starts_on=starts_on, years=years)
        cycle.since_on = starts_on
        CYCLES.begin(cycle, actor)
        for year in range(1, years + 1):
            for phase in plan.phases:
                first = months_on(starts_on, 12 * (year - 1) + phase.from_month - 1)
                end = months_on(starts_on, 12 * (year - 1) + phase.to_month) - timedelta(days=1)
                _plan(cycle, phase, year, (first, end), actor)
        versions.bump(VERSION)
    return cycle


def _plan(cycle: Cycle, planned: plans.Planned, year: int, days: tuple[date, date], actor: Actor) -> Phase:
    phase = Phase(
        cycle=cycle, year=year, kind=planned.kind, from_on=days[0], to_on=days[1], goal=planned.goal(year)
    )  # fmt: skip
    PHASES.begin(phase, actor)
    for place, asked in enumerate(planned.demands, 1):
        owner = next(iter(people.units_by_role(asked.role)), None)
        DEMANDS.begin(Demand(phase=phase, place=place, text=asked.text, figure=asked.figure, owner=owner), actor)
    return phase


def change_status(*, actor: Actor, cycle_id: UUID, move: str, on: date) -> Cycle:
    """The city was nominated, won the title, lost it. With the title the phase of upkeep begins.

    Refused: ``cycle.bad_day`` before the present status began or in the future, ``state.*``.
    """
    with transaction.atomic():
        rights.require_or_system(actor, EDIT)
        cycle = _locked(Cycle, cycle_id)
        if not cycle.since_on <= on <= clock.today().date():
            raise Refused("cycle.bad_day", since=cycle.since_on.isoformat())
        _turn(cycle, move, on, actor)
        if move == "award" and not cycle.phases.filter(kind="upkeep").exists():
            year = year_of(cycle.starts_on, cycle.years, on) or cycle.years
            _plan(cycle, plans.current().upkeep, year, (on, months_on(on, 12 * cycle.years)), actor)
        outbox.emit("cycle.status", ("cycle", cycle.pk), {"state": cycle.state})
        versions.bump(VERSION)
    return cycle


def _turn(cycle: Cycle, move: str, on: date, actor: Actor) -> None:
    state = CYCLE.next(cycle.state, move, on=on)
    CYCLES.change(cycle, move, actor, {"state": state, "since_on": on})


def plan_phase(*, actor: Actor, phase_id: UUID, from_on: date, to_on: date, goal: str) -> Phase:
    """Move a phase or word its goal anew. Refused: ``cycle.bad_days``."""
    _in_order(from_on, to_on)
    with transaction.atomic():
        rights.require_or_system(actor, EDIT)
        phase = _locked(Phase, phase_id)
        PHASES.change(phase, "planned", actor, {"from_on": from_on, "to_on": to_on, "goal": tidy(goal)[:300]})
        versions.bump(VERSION)
    return phase


def add_demand(*, actor: Actor, phase_id: UUID, text: str, figure: str = "", owner: Unit | None = None) -> Demand:
    """One line more in a phase's checklist. Refused: ``cycle.no_text``, ``cycle.unknown_figure``."""
    if not tidy(text):
        raise Refused("cycle.no_text")
    if figure and figure not in offered():
        raise Refused("cycle.unknown_figure", figure=figure)
    with transaction.atomic():
        rights.require_or_system(actor, EDIT)
        phase = _locked(Phase, phase_id)
        place = phase.demands.count() + 1
        demand = Demand(phase=phase, place=place, text=tidy(text)[:200], figure=figure, owner=owner)
        DEMANDS.begin(demand, actor)
    return demand


def tick_demand(*, actor: Actor, demand_id: UUID, note: str) -> Demand:
    """It is done: said by its owner or the office, with a note. Refused: ``cycle.by_figure``, ``cycle.no_note``,
    ``cycle.other_owner``, ``cycle.done_already``."""
    if not tidy(note):
        raise Refused("cycle.no_note")
    with transaction.atomic():
        demand = _to_tick(actor, demand_id)
        if demand.done_on is not None:
            raise Refused("cycle.done_already")
        done = {"done_on": clock.today().date(), "done_by_id": actor.person_id, "note": tidy(note)[:300]}
        DEMANDS.change(demand, "ticked", actor, done)
    return demand


def untick_demand(*, actor: Actor, demand_id: UUID) -> Demand:
    """It is not done after all. Refused as :func:`tick_demand`; ``cycle.not_done``."""
    with transaction.atomic():
        demand = _to_tick(actor, demand_id)
        if demand.done_on is None:
            raise Refused("cycle.not_done")
        DEMANDS.change(demand, "unticked", actor, {"done_on": None, "done_by_id": None, "note": ""})
    return demand


def _to_tick(actor: Actor, demand_id: UUID) -> Demand:
    demand = _locked(Demand, demand_id)
    if actor != SYSTEM and not may_tick(actor=actor, demand=demand):
        rights.require(actor, "cycle.tick")
        raise Refused("cycle.other_owner")
    if demand.figure in offered():
        raise Refused("cycle.by_figure", figure=offered()[demand.figure].label)
    return demand


def may_tick(*, actor: Actor, demand: Demand) -> bool:
    """Its owner's posts may, and the office."""
    post = rights.post_of(actor)
    own = post is not None and demand.owner_id == post.unit_id and rights.can(actor, "cycle.tick")
    return own or rights.can(actor, EDIT)


def set_freeze(
    *, actor: Actor, cycle_id: UUID, name: str, from_on: date, to_on: date, covers: Sequence[str] = tuple(COVERS)
) -> Freeze:
    """Let nothing of what it ``covers`` be changed in those days. Refused: ``cycle.bad_days``, ``cycle.no_name``,
    ``cycle.covers_nothing``."""
    _in_order(from_on, to_on)
    if to_on < clock.today().date():
        raise Refused("cycle.bad_days")
    if not tidy(name):
        raise Refused("cycle.no_name")
    if not covers or not set(covers) <= set(COVERS):
        raise Refused("cycle.covers_nothing")
    with transaction.atomic():
        rights.require_or_system(actor, EDIT)
        cycle = _locked(Cycle, cycle_id)
        listed = [code for code in COVERS if code in covers]
        freeze = Freeze(cycle=cycle, name=tidy(name)[:80], from_on=from_on, to_on=to_on, covers=listed)
        FREEZES.begin(freeze, actor)
        versions.bump(VERSION)
    return freeze


def lift_freeze(*, actor: Actor, freeze_id: UUID, reason: str) -> Freeze:
    """Let changes be made again from now on, for a reason that stays with it. Refused: ``state.*``."""
    with transaction.atomic():
        rights.require_or_system(actor, EDIT)
        freeze = _locked(Freeze, freeze_id)
        state = FREEZE.next(freeze.state, "lift", reason=tidy(reason))
        lifted = {"state": state, "lifted_on": clock.today().date(), "lifted_by_id": actor.person_id}
        FREEZES.change(freeze, "lifted", actor, {**lifted, "reason": tidy(reason)[:300]})
        outbox.emit("freeze.lifted", ("freeze", freeze.pk))
        versions.bump(VERSION)
    return freeze


def _in_order(from_on: date, to_on: date) -> None:
    if from_on > to_on:
        raise Refused("cycle.bad_days")


def _locked(model: type[Row], pk: UUID) -> Row:
    for row in model._default_manager.select_for_update().filter(pk=pk):
        return row
    raise Refused("common.not_found")
