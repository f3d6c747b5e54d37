"""The state tables walked exhaustively: every state × every move × every persona."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction

from chuangcheng.cases import actions, selectors
from chuangcheng.cases.models import Case, Report
from chuangcheng.cases.states import (
    CASE,
    CASE_VERBS,
    DENIALS,
    REFUSALS,
    REOPENINGS,
    REPORT,
    REPORT_VERBS,
    RETURNS,
    VOIDS,
)
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel.problems import Refused
from tests.cases.moving import (
    BEHIND_CALLS,
    CASE_CALLS,
    CASE_MOVERS,
    OWNER_CALLS,
    PETITION_CALLS,
    REPORT_CALLS,
    REPORT_MOVERS,
)
from tests.cases.play import Play

CASE_STATES = [state.code for state in CASE.states]
REPORT_STATES = [state.code for state in REPORT.states]
#: Who may not move at all: they look.
ONLOOKERS = {"auditor", "subcommand", "department", "street2"}
#: Moves that are possible only once another one has been made: a supporting unit, a step, a flag.
SECOND = {"release_co", "finish_co", "finish_step", "unflag"}


def attempt(call: Callable[[], object]) -> str:
    """The code of the refusal, or "" if it went through; nothing of it stays."""
    try:
        with transaction.atomic():
            call()
            transaction.set_rollback(True)
    except Refused as refusal:
        return refusal.code
    return ""


def test_the_tables_are_sound() -> None:
    for table, verbs in ((CASE, CASE_VERBS), (REPORT, REPORT_VERBS)):
        assert table.unreachable() == set()
        assert {move.name for move in table.moves} == set(verbs)
        assert len({verb for verb, _ in verbs.values()}) == len(verbs)


def test_nothing_moves_out_of_an_end_but_what_is_meant_to() -> None:
    ends = {move.name for table in (CASE, REPORT) for move in table.moves for state in move.sources
            if table.state(state).final}  # fmt: skip
    assert ends == {"reopen", "object", "unmerge", "deny_relapse"}


def test_every_move_is_walked_here() -> None:
    assert set(CASE_CALLS) | set(PETITION_CALLS) | set(BEHIND_CALLS) | set(OWNER_CALLS) | {"return_up", "escalate"} == {
        move.name for move in CASE.moves
    }
    assert set(REPORT_CALLS) == {move.name for move in REPORT.moves}


def test_every_reason_is_said_in_both_languages() -> None:
    for reasons in (REFUSALS, RETURNS, REOPENINGS, VOIDS, DENIALS):
        for code, label in reasons.items():
            assert code.isidentifier()
            assert label.zh and label.en


@pytest.mark.parametrize("state", CASE_STATES)
@pytest.mark.parametrize("move", list(CASE_CALLS))
def test_a_case_moves_as_the_table_says(play: Play, state: str, move: str) -> None:
    case = play.in_state(state)
    mover = play.by[sorted(CASE_MOVERS[move])[0]]
    if state in CASE.move(move).sources:
        CASE_CALLS[move](play, mover, case)
        case.refresh_from_db()
        assert case.state == (CASE.move(move).target or state)
        last = events_of("case", case.id).last()
        assert last.action == f"case.{CASE_VERBS[move][0]}"
        assert last.seq == case.chain_seq
        return
    before = case.chain_seq
    refusal = attempt(lambda: CASE_CALLS[move](play, mover, case))
    assert refusal in {
        "state.move_refused",
        "case.not_holder",
        "case.ended",
        "case.claimed_already",
        "common.not_found",
    }
    case.refresh_from_db()
    assert (case.state, case.chain_seq) == (state, before)


@pytest.mark.parametrize("state", CASE_STATES)
def test_a_persona_takes_exactly_the_moves_that_are_theirs(play: Play, state: str) -> None:
    case = play.in_state(state)
    for move, call in CASE_CALLS.items():
        if state not in CASE.move(move).sources:
            continue
        for name, actor in play.by.items():
            refusal = attempt(lambda actor=actor, call=call: call(play, actor, case))
            assert (refusal == "") == (name in CASE_MOVERS[move]), (move, name, refusal)


@pytest.mark.parametrize("state", CASE_STATES)
def test_the_buttons_are_the_moves_that_would_succeed(play: Play, state: str) -> None:
    case = play.in_state(state)
    for name, actor in play.by.items():
        buttons = {move.name for move in selectors.moves_for(actor, case)}
        possible = {
            move for move in set(CASE_CALLS) - SECOND if state in CASE.move(move).sources and name in CASE_MOVERS[move]
        }
        assert buttons == possible, name


@pytest.mark.parametrize("state", CASE_STATES)
@pytest.mark.parametrize("move", list(BEHIND_CALLS))
def test_what_needs_something_behind_the_case_moves_as_the_table_says(play: Play, state: str, move: str) -> None:
    case = play.in_state("filed" if state == "merged" else state)
    if move == "split" and state not in ("closed", "void"):
        play.joined(case)
    elif move == "deny_relapse":
        actions.mark_relapse(case_id=case.id, first_id=play.closed().id)
    if state == "merged":
        actions.merge_case(actor=play.by["office"], case_id=case.id, target_id=play.filed().id)
    case.refresh_from_db()
    possible = state in CASE.move(move).sources
    for name, actor in play.by.items():
        buttons = {found.name for found in selectors.moves_for(actor, case)}
        assert (move in buttons) == (possible and name == "office"), (state, name)
        if possible:
            refusal = attempt(lambda actor=actor: BEHIND_CALLS[move](play, actor, case))
            assert (refusal == "") == (name == "office"), (state, name, refusal)
    if possible:
        BEHIND_CALLS[move](play, play.by["office"], case)
        case.refresh_from_db()
        assert case.state == state
        assert events_of("case", case.id).last().action == f"case.{CASE_VERBS[move][0]}"


def test_what_has_ended_is_neither_split_nor_denied(play: Play) -> None:
    merged = play.merged()
    for call in (
        lambda: actions.split_case(actor=play.by["office"], case_id=merged.id, report_ids=[]),
        lambda: BEHIND_CALLS["deny_relapse"](play, play.by["office"], merged),
    ):
        assert attempt(call) == "state.move_refused"


@pytest.mark.parametrize(("kind", "grant"), [("extension", "extend"), ("suspension", "suspend")])
@pytest.mark.parametrize("verdict", ["grant", "decline"])
def test_a_petition_is_decided_by_who_may(play: Play, kind: str, grant: str, verdict: str) -> None:
    case = play.asked(kind)
    move = grant if verdict == "grant" else "decline"
    for name, actor in play.by.items():
        buttons = {found.name for found in selectors.moves_for(actor, case)} & {"extend", "suspend", "decline"}
        assert buttons == ({grant, "decline"} if name == "office" else set())
        refusal = attempt(lambda actor=actor: PETITION_CALLS[move](play, actor, case))
        assert (refusal == "") == (name in CASE_MOVERS[move]), (name, refusal)
    PETITION_CALLS[move](play, play.by["office"], case)
    case.refresh_from_db()
    assert case.state == (CASE.move(move).target or "handling")
    assert attempt(lambda: PETITION_CALLS[move](play, play.by["office"], case)) == "state.stale"


@pytest.mark.parametrize("state", REPORT_STATES)
@pytest.mark.parametrize("move", list(REPORT_CALLS))
def test_a_report_moves_as_the_table_says(play: Play, state: str, move: str) -> None:
    report = play.report_in(state)
    assert report.state == state
    if state in REPORT.move(move).sources:
        REPORT_CALLS[move](play, play.by["office"], report)
        report.refresh_from_db()
        assert report.state == REPORT.move(move).target
        assert events_of("report", report.id).last().action == f"report.{REPORT_VERBS[move][0]}"
        return
    refusal = attempt(lambda: REPORT_CALLS[move](play, play.by["office"], report))
    # What was passed on is out of triage's sight; its sender and who passed it on are told that it is over.
    assert refusal == "state.move_refused" or (state == "referred" and refusal == "common.not_found")
    report.refresh_from_db()
    assert report.state == state


@pytest.mark.parametrize("state", REPORT_STATES)
def test_a_persona_takes_exactly_the_report_moves_that_are_theirs(play: Play, state: str) -> None:
    report = play.report_in(state)
    for name, actor in play.by.items():
        buttons = {move.name for move in selectors.report_moves_for(actor, report)}
        assert buttons == {
            move.name for move in REPORT.moves_from(state) if name in (REPORT_MOVERS[move.name] or ())
        } | ({"flag_complaint"} if state in REPORT.open_states() and name in {"office", "district"} else set())
        for move, movers in REPORT_MOVERS.items():
            if movers is None or state not in REPORT.move(move).sources:
                continue
            refusal = attempt(lambda actor=actor, move=move: REPORT_CALLS[move](play, actor, report))
            assert (refusal == "") == (name in movers), (move, name, refusal)


def test_onlookers_have_no_button_anywhere(play: Play) -> None:
    rows: list[Case | Report] = [play.in_state(state) for state in CASE_STATES]
    for row in rows:
        for name in ONLOOKERS:
            assert selectors.moves_for(play.by[name], row) == []


def test_what_one_may_not_see_is_not_found(play: Play) -> None:
    case = play.dispatched()
    report = play.report()
    for name in ("street2", "department", "subcommand"):
        with pytest.raises(Refused) as refusal:
            actions.accept_case(actor=play.by[name], case_id=case.id)
        assert refusal.value.code == "common.not_found"
        with pytest.raises(Refused) as refusal:
            selectors.get_report_for(play.by[name], report.id)
        assert refusal.value.code == "common.not_found"


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda play: play.handling() and actions.handle_case(
            actor=play.by["street"], case_id=Case.objects.get().id, outcome=""), "state.missing"),
        (lambda play: play.handled() and actions.rework_case(
            actor=play.by["office"], case_id=Case.objects.get().id, note=""), "state.missing"),
        (lambda play: play.handling() and actions.ask_extension(
            actor=play.by["street"], case_id=Case.objects.get().id, reason=""), "state.missing"),
        (lambda play: actions.return_case(
            actor=play.by["street"], case_id=play.dispatched().id, reason_code=""), "case.unknown_reason"),
        (lambda play: actions.void_case(
            actor=play.by["office"], case_id=play.filed().id, reason_code="boredom"), "case.unknown_reason"),
        (lambda play: actions.reopen_case(
            actor=play.by["office"], case_id=play.closed().id, reason_code=""), "case.unknown_reason"),
        (lambda play: actions.refuse_report(
            actor=play.by["office"], report_id=play.report().id, reason_code="no"), "report.unknown_reason"),
        (lambda play: actions.handle_case(
            actor=play.by["street"], case_id=play.handling().id, outcome="magic"), "case.unknown_outcome"),
    ],
)  # fmt: skip
def test_what_a_move_needs_must_be_given(play: Play, call: Callable[[Play], object], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        call(play)
    assert refusal.value.code == code
