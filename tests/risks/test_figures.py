"""The figures that this room offers to the phases of the cycle: what they say, where they lead, when they are met."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from chuangcheng.cycle import figures, plan
from chuangcheng.cycle import selectors as cycles
from chuangcheng.cycle.models import Cycle
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.risks import actions
from chuangcheng.risks.models import Risk
from tests.conftest import NOON
from tests.risks.conftest import TODAY, Cases
from tests.risks.test_ledger import enter

CODES = ("overdue_cases", "late_tasks", "late_readings", "coverage", "grave_risks", "orphans")


def value(code: str) -> Any:
    return figures.read([code])[code]


def met(code: str) -> bool:
    return figures.offered()[code].is_done(value(code))


def test_every_figure_of_the_plan_is_offered() -> None:
    asked = {one.figure for phase in (*plan.current().phases, plan.current().upkeep) for one in phase.demands}
    assert asked - {""} <= set(figures.offered()) and set(CODES) <= set(figures.offered())


@pytest.mark.parametrize("code", CODES)
def test_a_figure_has_words_and_a_page(code: str) -> None:
    figure = figures.offered()[code]
    assert figure.label.zh and figure.label.en and figure.code == code
    assert figure.query == "" or figure.query.startswith("?")
    assert reverse(figure.page).startswith("/desk/")


def test_overdue_cases(units: Any, cases: Cases) -> None:
    assert value("overdue_cases") == 0 and met("overdue_cases")
    cases(2, unit="street", due=-1)
    cases(1, unit="street2", due=1)
    assert value("overdue_cases") == 2 and not met("overdue_cases")


def test_late_tasks(units: Any, tasks: Cases) -> None:
    tasks(1, due=0)
    assert value("late_tasks") == 0 and met("late_tasks")
    tasks(3, due=-1)
    tasks(1, unit="street", due=-1)
    assert value("late_tasks") == 4 and not met("late_tasks")


def test_late_readings(units: Any, edition: Any) -> None:
    from chuangcheng.indicators.models import Indicator, Reading

    assert value("late_readings") == 0 and met("late_readings")
    made = Indicator.objects.create(
        code="X", zh="X", unit_of_measure="%", scoring={}, frequency="month", source_unit=units["department"]
    )
    Reading.objects.create(
        indicator=made, period_start=TODAY.replace(month=6, day=1), value=Decimal(1), happened_at=NOON, recorded_at=NOON
    )
    assert value("late_readings") == 1 and not met("late_readings")


@pytest.mark.parametrize(
    ("severity", "likelihood", "state", "counted"),
    [
        (5, 3, "open", 1),
        (5, 5, "handling", 1),
        (3, 5, "open", 1),
        (3, 4, "open", 0),
        (5, 5, "accepted", 0),
        (5, 5, "relieved", 0),
        (5, 5, "closed", 0),
    ],
)
def test_grave_risks(units: Any, severity: int, likelihood: int, state: str, counted: int) -> None:
    risk = enter(units, severity=severity, likelihood=likelihood)
    Risk.objects.filter(pk=risk.pk).update(state=state)
    assert value("grave_risks") == counted and met("grave_risks") is (counted == 0)


def test_coverage_in_whole_per_cent(units: Any, edition: Any, monkeypatch: Any) -> None:
    from fractions import Fraction

    from chuangcheng.scoring import selectors as scoring

    for share, said, done in ((Fraction(899, 1000), 89, False), (Fraction(9, 10), 90, True), (Fraction(1), 100, True)):
        total = scoring.Total(Fraction(50), share, NOON)
        monkeypatch.setattr(scoring, "total", lambda _edition, total=total: total)
        assert value("coverage") == said and met("coverage") is done


def test_without_an_edition_nothing_is_known(units: Any) -> None:
    assert value("coverage") is None and not met("coverage")
    assert value("orphans") is None and not met("orphans")


def test_the_checklist_follows_the_figures(cycle: Cycle, units: Any, tasks: Cases) -> None:
    phase = cycle.phases.get(year=2, kind="self_check")

    def done() -> dict[str, bool]:
        return {line.demand.figure: line.is_done for line in cycles.checklist([phase])[phase.pk] if line.figure}

    assert done()["late_tasks"] is True
    tasks(1, due=-1)
    assert done()["late_tasks"] is False and done()["overdue_cases"] is True


def test_several_phases_read_each_figure_once(cycle: Cycle, units: Any, monkeypatch: Any) -> None:
    read: list[str] = []
    one = figures.offered()["overdue_cases"]
    spy = figures.Figure(one.code, one.label, lambda: read.append("x") or 0, one.page, one.query)  # type: ignore[func-returns-value]
    monkeypatch.setitem(figures._figures, "overdue_cases", spy)
    lists = cycles.checklist(cycle.phases.all())
    asked = [line for lines in lists.values() for line in lines if line.demand.figure == "overdue_cases"]
    assert len(asked) == 6 and read == ["x"]


def test_a_demand_whose_figure_nobody_offers_is_ticked_by_hand(cycle: Cycle, personas: Any, monkeypatch: Any) -> None:
    from chuangcheng.cycle.actions import tick_demand

    phase = cycle.phases.get(year=2, kind="rehearse")
    demand = phase.demands.get(figure="grave_risks")
    monkeypatch.delitem(figures._figures, "grave_risks")
    assert tick_demand(actor=personas["office"], demand_id=demand.pk, note="无").done_on == TODAY
    lines = cycles.checklist([phase])[phase.pk]
    assert next(line for line in lines if line.demand.pk == demand.pk).is_done


def test_closing_the_last_grave_risk_meets_the_demand(cycle: Cycle, units: Any, personas: Any) -> None:
    risk = enter(units, severity=5, likelihood=5, measures="x", due_on=TODAY + timedelta(days=3))
    assert not met("grave_risks")
    actions.move_risk(actor=SYSTEM, risk_id=risk.pk, move="close", words="已消除")
    assert met("grave_risks")
