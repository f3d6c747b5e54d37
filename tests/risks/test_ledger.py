"""A unit's ledger of problems and risks: entered, moved by every persona, linked, seen by whom, as history tells."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from chuangcheng.history.models import Event
from chuangcheng.kernel.actor import CITIZEN, SYSTEM
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.risks import actions, selectors
from chuangcheng.risks.facts import RISKS, said
from chuangcheng.risks.models import Risk, RiskKind
from chuangcheng.risks.states import RISK
from tests.conftest import NOON
from tests.risks.conftest import TODAY, Cases

WEEK = TODAY + timedelta(days=7)
#: Move → all that it needs, and the state it is taken from.
MOVES: dict[str, tuple[str, dict[str, Any]]] = {
    "handle": ("open", {"measures": "逐点整改", "due_on": WEEK}),
    "assess": ("handling", {"severity": 5, "likelihood": 5, "words": "升级"}),
    "review": ("handling", {"words": "仍有反复", "review_on": WEEK}),
    "relieve": ("handling", {"words": "两周未见"}),
    "relapse": ("relieved", {"words": "又出现"}),
    "accept": ("open", {"words": "等拨款", "review_on": WEEK}),
    "reopen": ("accepted", {"words": "拨款已到"}),
    "close": ("relieved", {"words": "核实无误"}),
}
OTHER, RIGHT = "risk.other_unit", "common.not_allowed"
EDITORS = ("office", "subcommand", "district", "department", "street", "street2")
DECIDERS = ("office", "subcommand", "district")


def enter(units: Any, actor: Any = SYSTEM, unit: str = "department", **more: Any) -> Risk:
    given = {"matter": "消防通道被占", "severity": 3, "likelihood": 4, **more}
    return actions.enter_risk(actor=actor, given=actions.RiskInput(unit=units[unit], **given))


def code_of(action: Any, **given: Any) -> str:
    try:
        action(**given)
    except Refused as refused:
        return refused.code
    return ""


@pytest.fixture
def risk(units: Any) -> Risk:
    return enter(units)


def place(risk: Risk, state: str) -> Risk:
    Risk.objects.filter(pk=risk.pk).update(state=state)
    risk.refresh_from_db()
    return risk


def test_an_own_entry(units: Any, personas: Any) -> None:
    risk = enter(units, personas["department"], kind="safety", place="永兴里")
    assert (risk.state, risk.score, risk.level, risk.rule, risk.place) == ("open", 12, "high", "", "永兴里")
    assert risk.number.startswith("FX20260915-") and str(risk) == risk.number
    at_once = enter(units, measures="划线立桩", due_on=WEEK)
    assert at_once.state == "handling" and at_once.measures == "划线立桩"
    assert list(RISKS.check()) == []
    event = Event.objects.get(subject_id=risk.pk)
    assert "matter" not in event.after and "消防" not in str(event.after)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"matter": "  "}, "risk.no_text"),
        ({"kind": "moon"}, "risk.bad_kind"),
        ({"severity": 0}, "risk.outside_matrix"),
        ({"likelihood": 6}, "risk.outside_matrix"),
        ({"due_on": TODAY - timedelta(days=1)}, "risk.past"),
        ({"review_on": date(2020, 1, 1)}, "risk.past"),
    ],
)
def test_what_is_no_entry(units: Any, given: dict[str, Any], code: str) -> None:
    assert code_of(enter, units=units, **given) == code and not Risk.objects.exists()


def test_who_enters_for_whom(units: Any, personas: Any) -> None:
    told = {who: code_of(enter, units=units, actor=actor) for who, actor in personas.items()}
    allowed = {"office": "", "subcommand": "", "department": "", "district": OTHER, "street": OTHER, "street2": OTHER}
    assert told == {who: allowed.get(who, RIGHT) for who in personas}
    told = {who: code_of(enter, units=units, actor=actor, unit="community") for who, actor in personas.items()}
    allowed = {"office": "", "district": "", "street": "", "subcommand": OTHER, "department": OTHER, "street2": OTHER}
    assert told == {who: allowed.get(who, RIGHT) for who in personas}


@pytest.mark.parametrize("move", [*MOVES])
def test_who_may_take_a_move(units: Any, personas: Any, risk: Risk, move: str) -> None:
    state, given = MOVES[move]
    near = {"office", "subcommand", "department"}
    holders = EDITORS if RISK.move(move).permission == "risks.edit" else DECIDERS
    for who, actor in {**personas, "citizen": CITIZEN}.items():
        place(risk, state)
        wanted = RIGHT if who not in holders else "" if who in near else OTHER
        assert code_of(actions.move_risk, actor=actor, risk_id=risk.pk, move=move, **given) == wanted, who
        offered = {each.name for each in selectors.moves_for(actor, place(risk, state))}
        assert (move in offered) is (wanted == ""), who


def test_holders_are_as_the_tables_above_say(personas: Any) -> None:
    for permission, named in (("risks.edit", EDITORS), ("risks.decide", DECIDERS)):
        assert {who for who, actor in personas.items() if rights.can(actor, permission)} == set(named)


@pytest.mark.parametrize("move", [*MOVES])
@pytest.mark.parametrize("state", [each.code for each in RISK.states])
def test_every_move_in_every_state(units: Any, risk: Risk, move: str, state: str) -> None:
    place(risk, state)
    given = MOVES[move][1]
    wanted = "" if state in RISK.move(move).sources else "state.move_refused"
    assert code_of(actions.move_risk, actor=SYSTEM, risk_id=risk.pk, move=move, **given) == wanted
    risk.refresh_from_db()
    assert risk.state == (RISK.move(move).target or state if not wanted else state)


@pytest.mark.parametrize("move", [*MOVES])
def test_what_a_move_needs(units: Any, risk: Risk, move: str) -> None:
    state, given = MOVES[move]
    for need in RISK.move(move).needs:
        place(risk, state)
        less = {**given, need: "" if isinstance(given[need], str) else None}
        assert code_of(actions.move_risk, actor=SYSTEM, risk_id=risk.pk, move=move, **less) == "state.missing", need


def test_what_a_move_leaves(units: Any, personas: Any, risk: Risk) -> None:
    office, owner = personas["office"], personas["department"].person_id
    from chuangcheng.people.models import Person

    given = {"actor": office, "risk_id": risk.pk}
    person = Person.objects.get(pk=owner)
    actions.move_risk(move="handle", measures="逐点", due_on=WEEK, owner=person, words="已约谈", **given)
    actions.move_risk(move="assess", severity=5, likelihood=3, words="升级", **given)
    actions.move_risk(move="review", review_on=WEEK, words="有好转", **given)
    actions.move_risk(move="relieve", words="未再发现", **given)
    row = Risk.objects.get()
    assert (row.owner_id, row.due_on, row.severity, row.score, row.level) == (owner, WEEK, 5, 15, "grave")
    assert row.relieved_at == NOON and row.closed_at is None and row.review_on == WEEK
    actions.move_risk(move="relapse", words="又来", **given)
    actions.move_risk(move="close", words="改由专项行动处理", **given)
    row.refresh_from_db()
    assert row.relieved_at is None and row.closed_at == NOON
    words = said("risk", row.pk)
    assert list(words.values()) == ["已约谈", "升级", "有好转", "未再发现", "又来", "改由专项行动处理"]
    assert list(words) == [2, 3, 4, 5, 6, 7] and list(RISKS.check()) == []
    assert not any("约谈" in str(after) for after in Event.objects.values_list("after", flat=True))


@pytest.mark.parametrize(
    ("move", "given", "code"),
    [
        ("assess", {"severity": 9, "likelihood": 1, "words": "x"}, "risk.outside_matrix"),
        ("handle", {"measures": "x", "due_on": TODAY - timedelta(days=1)}, "risk.past"),
        ("accept", {"words": "x", "review_on": TODAY - timedelta(days=1)}, "risk.past"),
        ("review", {"words": "长" * 2001}, "risk.too_long"),
    ],
)
def test_what_a_move_refuses(units: Any, risk: Risk, move: str, given: dict[str, Any], code: str) -> None:
    assert code_of(actions.move_risk, actor=SYSTEM, risk_id=risk.pk, move=move, **given) == code
    assert Risk.objects.get().chain_seq == 1


def test_a_move_sets_nothing_of_another_move(units: Any, risk: Risk) -> None:
    with pytest.raises(ValueError, match="does not set"):
        actions.move_risk(actor=SYSTEM, risk_id=risk.pk, move="review", words="x", severity=5)


def test_a_link_to_work_that_the_actor_sees(units: Any, personas: Any, tasks: Cases, cases: Cases) -> None:
    (task,), (case,) = tasks(1), cases(1, unit="department")
    risk = enter(units)
    given = {"actor": personas["office"], "risk_id": risk.pk}
    assert actions.link_risk(number=f" {task.number.lower()} ", **given).task_id == task.pk
    assert actions.link_risk(number=case.number, **given).case_id == case.pk
    assert code_of(actions.link_risk, number="RW-999", **given) == "risk.unknown_work"
    assert code_of(actions.link_risk, number=" ", **given) == "state.missing"
    other = enter(units, unit="street2")
    hidden = {"actor": personas["street2"], "risk_id": other.pk, "number": task.number}
    assert code_of(actions.link_risk, **hidden) == "risk.unknown_work"
    gone = {"actor": SYSTEM, "risk_id": task.pk}
    assert code_of(actions.link_risk, number="x", **gone) == "common.not_found"
    assert list(RISKS.check()) == []


def test_whose_ledgers_a_post_sees(units: Any, personas: Any) -> None:
    made = {name: enter(units, unit=name) for name in ("department", "street", "street2", "community", "district")}
    sees = {
        "office": set(made),
        "leader": set(made),
        "inspector": set(made),
        "auditor": set(made),
        "subcommand": {"department"},
        "district": {"street", "street2", "community", "district"},
        "department": {"department"},
        "street": {"street", "community"},
        "street2": {"street2"},
        "community": {"community"},
        "grid": set(),
    }
    for who, actor in {**personas, "citizen": CITIZEN}.items():
        rows = set(selectors.visible_to(actor).values_list("pk", flat=True))
        assert rows == {made[name].pk for name in sees.get(who, ())}, who
        for name, risk in made.items():
            wanted = "" if name in sees.get(who, ()) else "common.not_found"
            assert code_of(selectors.get_risk_for, actor=actor, risk_id=risk.pk) == wanted


def test_the_board_counts_what_lives(units: Any, django_assert_max_num_queries: Any) -> None:
    first = enter(units, unit="street", severity=5, likelihood=4)
    enter(units, unit="street", severity=5, likelihood=4, measures="x", due_on=TODAY)
    enter(units, unit="community", severity=1, likelihood=1)
    place(enter(units, unit="street2", severity=2, likelihood=2), "closed")
    Risk.objects.filter(pk=first.pk).update(review_on=TODAY - timedelta(days=1), raised_at=NOON - timedelta(days=8))
    with django_assert_max_num_queries(8):
        board = selectors.board(Risk.objects.all(), NOON)
    assert board.cells[5, 4] == 2 and board.cells[1, 1] == 1 and board.cells[2, 2] == 0
    assert (board.live, board.late, len(board.cells), len(board.newest)) == (3, 1, 25, 4)
    assert board.streets == [("990100/990101/990101001/", "河东街道", 3, 20)]
    assert [(str(monday), raised) for monday, raised, _well in board.weeks[-2:]] == [
        ("2026-09-07", 1),
        ("2026-09-14", 3),
    ]
    assert len(board.weeks) == 12 and board.weeks[-1][2] == 0


@pytest.mark.parametrize(("level", "found"), [("grave", 1), ("high", 1), ("medium", 1), ("low", 1)])
def test_levels_as_a_filter(units: Any, level: str, found: int) -> None:
    for severity, likelihood in ((5, 5), (2, 4), (2, 2), (1, 2)):
        enter(units, severity=severity, likelihood=likelihood)
    rows = Risk.objects.filter(selectors.at_level(level))
    assert rows.count() == found and {row.level for row in rows} == {level}


def test_kinds_have_chinese_names() -> None:
    assert len(set(RiskKind.labels)) == len(RiskKind.values) == 11
