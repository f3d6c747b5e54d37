"""Status, board, todos and rates: each figure equals the rows behind it."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chuangcheng.cases import actions, board, rates, selectors
from chuangcheng.cases.models import Case, Report
from chuangcheng.cases.states import CASE
from chuangcheng.cases.status import LABELS, SOON, status_of, with_status
from chuangcheng.kernel import clock
from tests.cases.play import OTHER_STREET, Play
from tests.conftest import NOON

LATE = NOON + timedelta(days=2)


@pytest.mark.parametrize(
    ("state", "hours", "status"),
    [
        ("filed", 0, "on_time"), ("dispatched", 1, "on_time"), ("handling", 3, "due_soon"), ("handling", 6, "due_soon"),
        ("handling", 7, "overdue"), ("filed", 7, "overdue"), ("handled", 7, "on_time"), ("verified", 99, "on_time"),
        ("closed", 99, "done"), ("suspended", 99, "suspended"), ("void", 99, "void"),
    ],
)  # fmt: skip
def test_status_of_a_case_due_in_six_hours(play: Play, state: str, hours: int, status: str) -> None:
    case = play.in_state(state)
    assert status_of(case, NOON + timedelta(hours=hours)) == status


def test_done_late_and_without_limit(play: Play) -> None:
    case = play.closed()
    case.on_time = False
    assert status_of(case, LATE) == "done_late"
    case.due_at = case.on_time = None
    assert status_of(case, LATE) == "done"
    case.state = "handling"
    assert status_of(case, LATE) == "no_limit"


def test_the_query_says_what_the_row_says(play: Play) -> None:
    """Every state × limit × handled × verdict × moment: exactly one status, the same by row and by query."""
    base = play.filed()
    dues = (None, NOON, NOON + SOON, NOON + SOON * 2)
    for state, due, handled, on_time in product(
        [state.code for state in CASE.states], dues, (None, NOON, NOON + SOON), (None, True, False)
    ):
        if (handled is None) == (state in ("handled", "verified", "closed")) or (on_time is not None) != (
            state in ("verified", "closed") and due is not None
        ):
            continue  # such a row cannot be
        Case.objects.filter(pk=base.pk).update(state=state, due_at=due, handled_at=handled, on_time=on_time)
        case = Case.objects.get()
        for now in (NOON - timedelta(hours=1), NOON, NOON + timedelta(seconds=1), NOON + SOON, NOON + SOON * 3):
            found = [status for status in LABELS if Case.objects.filter(with_status(status, now)).exists()]
            assert found == [status_of(case, now)], (state, due, handled, on_time, now)


def test_the_board_shows_the_open_states_most_urgent_first(play: Play) -> None:
    slow, urgent = play.filed(category_code="07003"), play.filed(condition="dangerous", category_code="07003")
    play.closed()
    play.void()
    held = play.handling()
    columns = board.columns(selectors.visible_cases(play.by["office"]), 50)
    assert [column.state.code for column in columns] == [
        "filed", "dispatched", "handling", "handled", "verified", "arbitrating", "suspended",
    ]  # fmt: skip
    assert columns[0].cards == [urgent, slow]
    assert [column.total for column in columns] == [2, 0, 1, 0, 0, 0, 0]
    assert columns[2].cards == [held]


def test_a_long_column_is_cut_but_counted(play: Play) -> None:
    for _ in range(3):
        play.filed()
    column = board.columns(selectors.visible_cases(play.by["office"]), 2)[0]
    assert (column.total, len(column.cards)) == (3, 2)


def at_work(play: Play) -> None:
    for state in ("filed", "dispatched", "handling", "handled", "verified", "closed", "suspended"):
        play.in_state(state)
    play.handled(found_from_above=True)
    play.asked()
    play.filed(**OTHER_STREET)
    play.report()
    play.report_in("pending_confirm")


def test_todos_of_each_role(play: Play) -> None:
    at_work(play)
    found = {
        name: {todo.name: todo.count for todo in board.todos(actor, NOON)} for name, actor in play.by.items()
    }  # fmt: skip
    assert found["office"] == {
        "triage": 1, "confirm": 1, "dispatch": 2, "verify": 2, "close": 1, "petitions": 1,
    }  # fmt: skip
    assert found["street"] == {
        "confirm": 1, "overdue": 0, "due_soon": 0, "accept": 1, "handle": 2, "support": 0,
        "verify": 0,
    }  # fmt: skip
    assert found["grid"] == {"confirm": 1, "verify": 1}  # not what was found from above: its unit handled it
    assert found["inspector"] == {"verify": 2}
    assert found["street2"]["accept"] == found["street2"]["verify"] == 0
    assert found["leader"] == found["auditor"] == {}
    late = {todo.name: todo.count for todo in board.todos(play.by["street"], LATE)}
    assert late["overdue"] == 3


def test_what_nobody_confirmed_in_time_comes_back_to_triage(play: Play) -> None:
    play.report_in("pending_confirm")
    counts = [
        {todo.name: todo.count for todo in board.todos(play.by["office"], moment)}["triage"]
        for moment in (NOON + timedelta(hours=24), NOON + timedelta(hours=25))
    ]
    assert counts == [0, 1]


def test_every_todo_opens_to_its_rows(play: Play) -> None:
    at_work(play)
    for actor in play.by.values():
        for todo in board.todos(actor, LATE):
            waiting = board.waiting_cases if todo.kind == "case" else board.waiting_reports
            assert waiting(actor, todo.name, LATE).count() == todo.count
    assert not board.waiting_cases(play.by["leader"], "dispatch", LATE).exists()
    assert not board.waiting_reports(play.by["street"], "triage", LATE).exists()
    assert not board.waiting_cases(play.by["office"], "nonsense", LATE).exists()


def test_what_waits_for_verification_can_be_verified(play: Play) -> None:
    at_work(play)
    for actor in play.by.values():
        offered = {
            case.pk
            for case in selectors.visible_cases(actor).filter(state="handled")
            if any(move.name == "verify" for move in selectors.moves_for(actor, case))
        }
        assert offered == set(board.waiting_cases(actor, "verify", NOON).values_list("pk", flat=True))


def test_todos_cost_two_queries(play: Play) -> None:
    at_work(play)
    board.todos(play.by["office"], NOON)
    with CaptureQueriesContext(connection) as captured:
        board.todos(play.by["office"], NOON)
    assert len(captured) == 2


def quarter(play: Play) -> None:
    """Ten cases due today, looked at two days later; the figures are counted by hand below."""
    for _ in range(3):
        play.closed()  # handled and closed on time
    with clock.at(NOON + timedelta(hours=7)):
        case = play.verified()
    late = NOON + timedelta(days=1)
    overdue = play.handling()
    with clock.at(late):
        play.prove(overdue)
        actions.handle_case(actor=play.by["street"], case_id=overdue.id, outcome="fixed")  # handled late, not closed
    play.filed()  # overdue and open
    play.void()  # counts nowhere
    play.suspended()  # owes nothing now
    reworked = play.handled()
    actions.rework_case(actor=play.by["inspector"], case_id=reworked.id, note="仍有垃圾")  # open again, overdue
    extended = play.decide(play.asked(), granted=True)
    with clock.at(late):
        play.prove(extended)
        actions.handle_case(actor=play.by["street"], case_id=extended.id, outcome="fixed")
    assert case.on_time is True


def test_the_rates_of_the_field(play: Play) -> None:
    quarter(play)
    found = rates.rates(selectors.visible_cases(play.by["office"]), LATE)
    counted = {name: (rate.numerator, rate.denominator) for name, rate in found.items()}
    assert (
        counted.items()
        >= {
            "handle": (6, 8),
            "on_time_handle": (5, 8),
            "close": (3, 8),
            "on_time_close": (3, 8),
            "fix": (3, 8),
            "rework": (1, 8),
            "overdue_open": (2, 8),
            "relapse": (0, 3),
            "extension": (1, 8),
            "correct_dispatch": (8, 8),
            "on_time_dispatch": (8, 9),
            "on_time_verify": (4, 6),
            "right_filing": (9, 10),
        }.items()
    )
    assert found["handle"].share == Fraction(3, 4)


@pytest.mark.parametrize(
    ("outcome", "close", "fix"),
    [("not_reproducible", (1, 1), (0, 1)), ("cannot", (0, 1), (0, 1)), ("duplicate", (0, 0), (0, 0)),
     ("refused", (0, 0), (0, 0))],
)  # fmt: skip
def test_rates_ask_for_the_outcome_not_for_the_word_closed(
    play: Play, outcome: str, close: tuple[int, int], fix: tuple[int, int]
) -> None:
    case = play.handling()
    actions.handle_case(actor=play.by["street"], case_id=case.id, outcome=outcome, note="见说明")
    actions.verify_case(actor=play.by["inspector"], case_id=case.id)
    assert actions.close_case(actor=play.by["office"], case_id=case.id).state == "closed"
    found = {name: (rate.numerator, rate.denominator) for name, rate in rates.rates(Case.objects.all(), NOON).items()}
    assert (found["close"], found["on_time_close"], found["fix"]) == (close, close, fix)
    assert found["handle"] == found["on_time_handle"] == (1, 1)


def test_what_is_not_due_yet_is_not_owed(play: Play) -> None:
    play.filed()
    found = rates.rates(Case.objects.all(), NOON)
    found.pop("right_filing")  # of all that was filed
    assert {rate.denominator for rate in found.values()} == {0}
    assert {rate.share for rate in found.values()} == {None}


def test_every_rate_opens_to_its_rows(play: Play) -> None:
    quarter(play)
    rows = selectors.visible_cases(play.by["office"])
    for name, rate in rates.rates(rows, LATE).items():
        assert rates.rows_behind(rows, name, LATE).count() == rate.numerator
        assert rates.rows_behind(rows, name, LATE, base=True).count() == rate.denominator


def test_valid_reports(play: Play) -> None:
    for state in ("filed", "linked", "not_accepted", "received"):
        play.report_in(state)
    assert rates.report_rates(Report.objects.all(), NOON)["valid_report"].share == Fraction(1, 2)


def test_rates_cost_one_query(play: Play) -> None:
    play.closed()
    moment: datetime = LATE
    with CaptureQueriesContext(connection) as captured:
        rates.rates(Case.objects.all(), moment)
    assert len(captured) == 1
