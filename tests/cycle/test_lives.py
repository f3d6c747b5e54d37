"""Random histories of a city: statuses, phases, ticks and freezes in any order leave rows as history tells them."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from chuangcheng.cycle import actions, selectors
from chuangcheng.cycle.facts import ALL
from chuangcheng.cycle.models import Cycle, Demand, Freeze, Phase
from chuangcheng.cycle.states import COVERS, CYCLE
from chuangcheng.history.models import Event
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.cycles import months_on, year_of
from chuangcheng.kernel.problems import Refused
from tests.conftest import NOON
from tests.cycle.conftest import TODAY

SEEDS = range(5)
MOVES = [move.name for move in CYCLE.moves]
START = date(2025, 5, 1)


def whole() -> list[str]:
    return [str(each) for folded in ALL for each in folded.check()]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_citys_statuses(cycle: Cycle, seed: int) -> None:
    dice = random.Random(seed)
    walked = [("applicant", START), ("nominee", date(2025, 6, 18))]
    for step in range(12):
        with clock.at(NOON + timedelta(days=30 * step)):
            today = clock.today().date()
            on = walked[-1][1] + timedelta(days=dice.randint(-5, (today - walked[-1][1]).days + 5))
            move = dice.choice(MOVES[:-1])
            legal = walked[-1][0] in CYCLE.move(move).sources and walked[-1][1] <= on <= today
            try:
                actions.change_status(actor=SYSTEM, cycle_id=cycle.pk, move=move, on=on)
            except Refused as refused:
                assert not legal, (move, walked[-1], on, refused.code)
                continue
            assert legal
            walked.append((CYCLE.move(move).target or "", on))
    stood = selectors.stood(Cycle.objects.get(pk=cycle.pk))
    assert [(one.state, one.from_on) for one in stood] == walked
    assert all(one.to_on == two.from_on for one, two in pairwise(stood)) and stood[-1].to_on is None
    assert cycle.phases.filter(kind="upkeep").count() == min(1, sum(state == "holder" for state, _on in walked))
    assert whole() == []


@pytest.mark.parametrize("years", [1, 2, 3, 6])
@pytest.mark.parametrize("month", [1, 2, 7, 12])
def test_any_cycle_covers_its_years_without_a_gap(db: None, years: int, month: int) -> None:
    first = date(2024, month, 1)
    cycle = actions.begin_cycle(actor=SYSTEM, name="一", starts_on=first, years=years)
    spans = [phase.span for phase in cycle.phases.all()]
    assert spans[0].from_on == first
    assert spans[-1].to_on == months_on(first, 12 * years) - timedelta(days=1)
    assert all(two.from_on - one.to_on == timedelta(days=1) for one, two in pairwise(spans))
    for span in spans:
        assert year_of(first, years, span.from_on) == span.year == year_of(first, years, span.to_on)


def test_every_day_of_three_years_has_its_place(cycle: Cycle) -> None:
    weights = selectors.weights()
    phases = list(cycle.phases.all())
    for day in (START + timedelta(days=n) for n in range(0, 3 * 365, 5)):
        at = selectors.position(day)
        assert at is not None and at.phase is not None and at.year is not None
        assert at.phase == next(p for p in phases if p.from_on <= day <= p.to_on)
        assert at.weight == weights[at.year - 1] and at.phase.year == at.year
        assert at.days == (at.phase.to_on - day).days
        if at.phase.kind == "national":
            assert at.national_in == 0 and at.national == at.phase
        elif at.national is not None:
            assert at.national.from_on > day and at.national_in == (at.national.from_on - day).days
        else:
            assert day > max(p.to_on for p in phases if p.kind == "national")


@pytest.mark.parametrize("seed", SEEDS)
def test_phases_moved_ticked_and_frozen_at_random(cycle: Cycle, personas: Any, seed: int) -> None:
    dice = random.Random(seed)
    office = personas["office"]
    phases = list(cycle.phases.all())
    tickable = list(Demand.objects.filter(phase__cycle=cycle, figure=""))

    def plan() -> None:
        phase = dice.choice(phases)
        days = sorted(TODAY + timedelta(days=dice.randint(-400, 400)) for _ in range(2))
        if dice.random() < 0.2:
            days.reverse()
        actions.plan_phase(
            actor=office, phase_id=phase.pk, from_on=days[0], to_on=days[1], goal=dice.choice(["", "新"])
        )

    def tick() -> None:
        actions.tick_demand(actor=office, demand_id=dice.choice(tickable).pk, note=dice.choice(["好", ""]))

    def untick() -> None:
        actions.untick_demand(actor=office, demand_id=dice.choice(tickable).pk)

    def freeze() -> None:
        first = TODAY + timedelta(days=dice.randint(-9, 9))
        covers = dice.sample([*COVERS], dice.randint(0, 3))
        last = first + timedelta(days=dice.randint(-3, 20))
        actions.set_freeze(actor=office, cycle_id=cycle.pk, name="冻", from_on=first, to_on=last, covers=covers)

    def lift() -> None:
        rows = list(Freeze.objects.all())
        if rows:
            actions.lift_freeze(actor=office, freeze_id=dice.choice(rows).pk, reason=dice.choice(["补录", ""]))

    deeds: list[Callable[[], None]] = [plan, tick, untick, freeze, lift]
    for _ in range(40):
        before = Event.objects.count()
        try:
            dice.choice(deeds)()
        except Refused:
            assert Event.objects.count() == before, "a refusal leaves nothing"
    assert whole() == []
    for phase in Phase.objects.all():
        assert phase.from_on <= phase.to_on
    for demand in tickable:
        demand.refresh_from_db()
        assert (demand.done_on is None) == (demand.done_by_id is None) == (demand.note == "")
    active = {row.pk for row in selectors.frozen()}
    held = Freeze.objects.filter(state="set", from_on__lte=TODAY, to_on__gte=TODAY)
    assert active == set(held.values_list("pk", flat=True))


@pytest.mark.parametrize("seed", SEEDS)
def test_rows_are_rebuilt(cycle: Cycle, personas: Any, seed: int) -> None:
    dice = random.Random(seed)
    office = personas["office"]
    phase = dice.choice(list(cycle.phases.all()))
    actions.plan_phase(actor=office, phase_id=phase.pk, from_on=TODAY, to_on=TODAY, goal="甲")
    demand = actions.add_demand(actor=office, phase_id=phase.pk, text="乙")
    actions.tick_demand(actor=office, demand_id=demand.pk, note="丙")
    actions.set_freeze(actor=office, cycle_id=cycle.pk, name="丁", from_on=TODAY, to_on=TODAY)
    broken = {
        Cycle: {"state": "holder", "years": 9},
        Phase: {"year": 7, "to_on": date(2030, 1, 1)},
        Demand: {"place": 99, "done_on": None},
        Freeze: {"state": "lifted", "covers": []},
    }
    chosen = dice.sample([*broken], dice.randint(1, 4))
    for model in chosen:
        row = model.objects.order_by("pk").last()  # type: ignore[attr-defined]
        changes = {name: value for name, value in broken[model].items() if getattr(row, name) != value}
        model.objects.filter(pk=row.pk).update(**changes)  # type: ignore[attr-defined]
    said = whole()
    assert len(said) >= len(chosen)
    assert sum(folded.rebuild() for folded in ALL) == len(chosen) and whole() == []
