"""A cycle's life: begun from the plan, nominated, its phases planned and ticked, the title won and kept."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from chuangcheng.cycle import actions, figures, plan, selectors
from chuangcheng.cycle.facts import ALL
from chuangcheng.cycle.models import Cycle, Demand, Phase
from chuangcheng.cycle.states import CYCLE
from chuangcheng.framework.actions import assign_duty
from chuangcheng.history.models import Event
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN, SYSTEM
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from tests.conftest import NOON
from tests.cycle.conftest import TODAY

EDITORS = {"office"}


def refused(action: Any, **given: Any) -> str:
    with pytest.raises(Refused) as caught:
        action(**given)
    return caught.value.code


def test_a_cycle_stands_where_the_day_says(cycle: Cycle, django_assert_num_queries: Any) -> None:
    at = selectors.position()
    assert at is not None and at.phase is not None and at.national is not None
    assert (at.year, at.phase.kind, at.cycle.state, at.weight) == (2, "self_check", "nominee", Fraction(1, 4))
    assert (at.phase.from_on, at.phase.to_on) == (date(2026, 8, 1), date(2026, 11, 30))
    assert at.days == (date(2026, 11, 30) - TODAY).days
    assert (at.national.from_on, at.national_in) == (date(2027, 3, 1), (date(2027, 3, 1) - TODAY).days)
    assert at.following is not None and at.following.kind == "rehearse"
    with django_assert_num_queries(0):
        assert selectors.position() == at and selectors.frozen() == []
    in_national = selectors.position(date(2027, 3, 9))
    assert in_national is not None and in_national.national_in == 0 and in_national.phase is not None
    assert in_national.phase.kind == "national"
    after = selectors.position(date(2028, 5, 1))
    assert after is not None and (after.year, after.phase, after.weight, after.national_in) == (None, None, None, None)
    assert selectors.weights() == (Fraction(3, 20), Fraction(1, 4), Fraction(3, 5))


def test_a_cycle_has_every_phase_of_every_year(cycle: Cycle) -> None:
    kinds = Counter(cycle.phases.values_list("year", "kind"))
    assert len(kinds) == 18 and set(kinds.values()) == {1}
    for year in (1, 2, 3):
        rows = list(cycle.phases.filter(year=year))
        assert rows[0].from_on == date(2024 + year, 5, 1) and rows[-1].to_on == date(2025 + year, 4, 30)
        assert all(one.to_on + timedelta(days=1) == two.from_on for one, two in itertools.pairwise(rows))
    assert cycle.phases.get(year=2, kind="self_check").goal == "逐条自查，补齐短板"
    assert Demand.objects.filter(phase__cycle=cycle).count() == 3 * sum(len(p.demands) for p in plan.current().phases)


def test_the_status_has_a_past_and_the_title_brings_upkeep(cycle: Cycle, personas: Any) -> None:
    office = personas["office"]
    for move, on in (("decline", "2025-12-01"), ("nominate", "2026-02-01"), ("award", "2026-09-10")):
        cycle = actions.change_status(actor=office, cycle_id=cycle.pk, move=move, on=date.fromisoformat(on))
    stood = selectors.stood(cycle)
    assert [(one.state, str(one.from_on), str(one.to_on or "")) for one in stood] == [
        ("applicant", "2025-05-01", "2025-06-18"), ("nominee", "2025-06-18", "2025-12-01"),
        ("applicant", "2025-12-01", "2026-02-01"), ("nominee", "2026-02-01", "2026-09-10"),
        ("holder", "2026-09-10", ""),
    ]  # fmt: skip
    upkeep = cycle.phases.get(kind="upkeep")
    assert (upkeep.year, upkeep.from_on, upkeep.to_on) == (2, date(2026, 9, 10), date(2029, 9, 10))
    assert upkeep.demands.count() == 2
    actions.change_status(actor=office, cycle_id=cycle.pk, move="revoke", on=TODAY)
    actions.change_status(actor=office, cycle_id=cycle.pk, move="award", on=TODAY)
    assert cycle.phases.filter(kind="upkeep").count() == 1
    for bad in (date(2026, 9, 9), TODAY + timedelta(days=1)):
        assert refused(actions.change_status, actor=office, cycle_id=cycle.pk, move="end", on=bad) == "cycle.bad_day"
    given = {"actor": office, "cycle_id": cycle.pk, "on": TODAY}
    assert refused(actions.change_status, move="nominate", **given) == "state.move_refused"


def test_another_cycle_ends_the_one_before(cycle: Cycle, personas: Any) -> None:
    later = actions.begin_cycle(actor=personas["office"], name=" 第八届 ", starts_on=date(2026, 9, 1), state="holder")
    cycle.refresh_from_db()
    assert (cycle.state, cycle.since_on, later.name) == ("ended", date(2026, 9, 1), "第八届")
    assert selectors.current() == later
    assert [row.pk for row in selectors.visible_to(personas["leader"])] == [later.pk, cycle.pk]


@pytest.mark.parametrize(("given", "code"), [
    ({"starts_on": date(2025, 5, 2)}, "cycle.bad_start"),
    ({"years": 0}, "cycle.bad_start"),
    ({"years": 7}, "cycle.bad_start"),
    ({"state": "ended"}, "cycle.bad_start"),
    ({"name": "  "}, "cycle.no_name"),
])  # fmt: skip
def test_what_is_no_cycle(db: None, given: dict[str, Any], code: str) -> None:
    whole = {"actor": SYSTEM, "name": "一", "starts_on": date(2025, 5, 1), **given}
    assert refused(actions.begin_cycle, **whole) == code and not Cycle.objects.exists()


def test_no_cycle_is_no_position(db: None, personas: Any) -> None:
    assert (selectors.position(), selectors.current(), selectors.weights()) == (None, None, ())


def test_only_the_office_changes_it_and_all_desks_see_it(cycle: Cycle, personas: Any, small_city: Any) -> None:
    phase = cycle.phases.get(year=2, kind="self_check")
    days = {"from_on": phase.from_on, "to_on": phase.to_on}
    attempts: list[tuple[Any, dict[str, Any]]] = [
        (actions.begin_cycle, {"name": "x", "starts_on": date(2026, 1, 1)}),
        (actions.change_status, {"cycle_id": cycle.pk, "move": "award", "on": TODAY}),
        (actions.plan_phase, {"phase_id": phase.pk, "goal": "x", **days}),
        (actions.add_demand, {"phase_id": phase.pk, "text": "x"}),
        (actions.set_freeze, {"cycle_id": cycle.pk, "name": "x", "from_on": TODAY, "to_on": TODAY}),
    ]
    before = Event.objects.count()
    for who, actor in {**personas, "citizen": CITIZEN}.items():
        if who not in EDITORS:
            for action, given in attempts:
                assert refused(action, actor=actor, **given) == "common.not_allowed", (who, action)
        sees = who not in ("grid", "citizen")
        assert selectors.visible_to(actor).exists() == sees, who
        if not sees:
            assert refused(selectors.get_phase_for, actor=actor, phase_id=phase.pk) == "common.not_found"
    assert Event.objects.count() == before


def test_a_demand_is_ticked_by_its_owner(cycle: Cycle, personas: Any, small_city: Any) -> None:
    office, street = personas["office"], small_city.units["street"]
    phase = cycle.phases.get(year=2, kind="self_check")
    demand = actions.add_demand(actor=office, phase_id=phase.pk, text="完成自查报告", owner=street)
    tick = {"demand_id": demand.pk, "note": "已报送"}
    told = dict.fromkeys(("office", "street"), "") | dict.fromkeys(
        ("subcommand", "district", "department", "street2"), "cycle.other_owner"
    )
    for who, actor in personas.items():
        if told.get(who) == "":
            assert refused(actions.untick_demand, actor=actor, demand_id=demand.pk) == "cycle.not_done"
            assert actions.tick_demand(actor=actor, **tick).done_by_id == actor.person_id
            assert refused(actions.tick_demand, actor=actor, **tick) == "cycle.done_already"
            assert actions.untick_demand(actor=actor, demand_id=demand.pk).note == ""
        else:
            assert refused(actions.tick_demand, actor=actor, **tick) == told.get(who, "common.not_allowed"), who
    assert refused(actions.tick_demand, actor=office, demand_id=demand.pk, note=" ") == "cycle.no_note"
    with pytest.raises(Refused):
        actions.tick_demand(actor=office, demand_id=phase.pk, note="x")
    words = Event.objects.filter(action="demand.ticked").first()
    assert words is not None and words.after["note"] != "已报送", "history keeps a digest only"


def test_a_figure_settles_a_demand(cycle: Cycle, personas: Any, small_city: Any, edition: Any) -> None:
    phase = cycle.phases.get(year=1, kind="decompose")
    asked = phase.demands.get(figure="orphans")
    line = next(line for line in selectors.checklist([phase])[phase.pk] if line.demand == asked)
    assert (line.value, line.is_done) == (edition.standards.count(), False)
    assert refused(actions.tick_demand, actor=personas["office"], demand_id=asked.pk, note="x") == "cycle.by_figure"
    for standard in edition.standards.all():
        assign_duty(actor=SYSTEM, standard=standard, unit=small_city.units["department"], kind="lead")
    line = next(line for line in selectors.checklist([phase])[phase.pk] if line.demand == asked)
    assert (line.value, line.is_done) == (0, True)
    given = {"actor": personas["office"], "phase_id": phase.pk}
    assert refused(actions.add_demand, text="x", figure="moon", **given) == "cycle.unknown_figure"
    assert refused(actions.add_demand, text="  ", **given) == "cycle.no_text"


@pytest.mark.parametrize(("high", "bound", "value", "done"), [
    (False, 0, 0, True), (False, 0, 1, False), (False, 3, 3, True), (False, 0, None, False),
    (True, 90, 90, True), (True, 90, 89, False), (True, 90, None, False),
])  # fmt: skip
def test_when_a_figure_is_done(high: bool, bound: int, value: int | None, done: bool) -> None:
    figure = figures.Figure("x", Label("x", "x"), lambda: value, "desk:home", bound=bound, high=high)
    assert figure.is_done(value) is done


def test_a_phase_is_moved_and_the_city_moves_with_it(cycle: Cycle, personas: Any) -> None:
    phase = cycle.phases.get(year=2, kind="rehearse")
    given = {"actor": personas["office"], "phase_id": phase.pk, "goal": "两轮"}
    actions.plan_phase(from_on=date(2026, 9, 1), to_on=date(2026, 10, 1), **given)
    at = selectors.position()
    assert at is not None and at.phase == phase and at.phase.goal == "两轮", "the one begun last"
    bad = {"from_on": date(2026, 10, 2), "to_on": date(2026, 10, 1)}
    assert refused(actions.plan_phase, **bad, **given) == "cycle.bad_days"


PLANS = [
    ("", "cycle.bad_plan"),
    ("phases = [", "cycle.bad_plan"),
    ("phases = []\n[upkeep]\ngoal = 'x'\n", ""),
    ("[[phases]]\nkind='moon'\nfrom=1\nto=2\ngoals=[]\n[upkeep]\ngoal='x'", "cycle.bad_plan"),
    ("[[phases]]\nkind='national'\nfrom=5\nto=2\ngoals=[]\n[upkeep]\ngoal='x'", "cycle.bad_plan"),
    ("[[phases]]\nkind='national'\nfrom=5\nto=13\ngoals=[]\n[upkeep]\ngoal='x'", "cycle.bad_plan"),
    (
        "[[phases]]\nkind='national'\nfrom=2\nto=5\ngoals=[]\ndemands=[{figure='x'}]\n[upkeep]\ngoal='x'",
        "cycle.bad_plan",
    ),
    ("[[phases]]\nkind='national'\nfrom=2\nto=5\ngoals=['甲']\n[upkeep]\ngoal='x'", ""),
    (2 * "[[phases]]\nkind='national'\nfrom=2\nto=5\ngoals=[]\n" + "[upkeep]\ngoal='x'", "cycle.bad_plan"),
]


@pytest.mark.parametrize(("text", "code"), PLANS)
def test_a_citys_own_plan(db: None, tmp_path: Path, monkeypatch: Any, text: str, code: str) -> None:
    monkeypatch.setattr(type(settings.CITY), "home", tmp_path, raising=False)
    monkeypatch.setattr(plan.settings, "CITY", type("C", (), {"home": tmp_path})())
    (tmp_path / "cycle.toml").write_text(text, encoding="utf-8")
    given = {"actor": SYSTEM, "name": "一", "starts_on": date(2025, 1, 1)}
    if code:
        assert refused(actions.begin_cycle, **given) == code and not Phase.objects.exists()
    else:
        made = actions.begin_cycle(**given)
        assert made.phases.count() == 3 * len(plan.current().phases)
        assert {row.goal for row in made.phases.all()} <= {"甲"}


def test_rows_follow_from_history(cycle: Cycle, personas: Any) -> None:
    office = personas["office"]
    phase = cycle.phases.get(year=2, kind="self_check")
    demand = actions.add_demand(actor=office, phase_id=phase.pk, text="甲")
    actions.tick_demand(actor=office, demand_id=demand.pk, note="好")
    freeze = actions.set_freeze(actor=office, cycle_id=cycle.pk, name="冻", from_on=TODAY, to_on=TODAY)
    actions.lift_freeze(actor=office, freeze_id=freeze.pk, reason="补录")
    assert [str(d) for each in ALL for d in each.check()] == []
    Demand.objects.filter(pk=demand.pk).update(done_on=None)
    Cycle.objects.filter(pk=cycle.pk).update(state="holder")
    found = [str(d) for each in ALL for d in each.check()]
    assert len(found) == 2 and "history says nominee" in found[0] and "done_on is None" in found[1]
    assert [each.rebuild() for each in ALL] == [1, 0, 1, 0] and not [d for each in ALL for d in each.check()]


def test_every_status_move_is_told(cycle: Cycle, personas: Any) -> None:
    from chuangcheng.cycle.deeds import DEEDS
    from chuangcheng.web.deeds import deed_of

    assert {f"cycle.{move.name}" for move in CYCLE.moves} <= set(DEEDS)
    told = Event.objects.filter(subject_kind__in=("cycle", "phase", "demand", "freeze"))
    assert all(deed_of(action).zh != action for action in told.values_list("action", flat=True).distinct())
    with clock.at(NOON + timedelta(days=400)):
        at = selectors.position()
        assert at is not None and at.year == 3
