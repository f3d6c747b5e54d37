"""Any table of states: what its buttons, guards, diagram and reach say of it, held against a walk by hand."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move, State, StateTable

CODES = "abcdef"


def named(code: str) -> Label:
    return Label(f"态{code}", f"state {code}")


@st.composite
def tables(draw: st.DrawFn) -> StateTable:
    """A table of two to six states and up to eight moves."""
    codes = CODES[: draw(st.integers(2, 6))]
    states = tuple(State(code, named(code), draw(st.booleans())) for code in codes)
    moves = tuple(
        Move(
            f"m{number}", tuple(sorted(draw(st.sets(st.sampled_from(codes), min_size=1)))),
            draw(st.none() | st.sampled_from(codes)), "x.do", Label(f"动{number}", f"move {number}"),
            tuple(draw(st.sets(st.sampled_from(["why", "who"])))),
        )
        for number in range(draw(st.integers(0, 8)))
    )  # fmt: skip
    return StateTable("t", states, moves)


FILLED = {"why": "y", "who": 0}


@settings(max_examples=25)
@given(tables())
def test_what_walking_from_state_to_state_never_meets_is_unreachable(table: StateTable) -> None:
    met, ahead = {table.initial}, [table.initial]
    while ahead:
        here = ahead.pop()
        there = {table.next(here, move.name, **FILLED) for move in table.moves_from(here)} - met
        met |= there
        ahead += there
    assert table.unreachable() == {state.code for state in table.states} - met


@settings(max_examples=25)
@given(tables(), st.data())
def test_a_button_is_there_exactly_where_its_move_goes_through(table: StateTable, data: st.DataObject) -> None:
    state = data.draw(st.sampled_from([one.code for one in table.states]))
    shown = {move.name for move in table.moves_from(state)}
    for move in table.moves:
        if move.name in shown:
            assert table.next(state, move.name, **FILLED) == (move.target or state)
        else:
            with pytest.raises(Refused, match=r"state\.move_refused") as caught:
                table.next(state, move.name, **FILLED)
            assert named(state).zh in caught.value.message() and move.label.zh in caught.value.message()
            assert named(state).en in caught.value.message("en") and move.label.en in caught.value.message("en")


@settings(max_examples=25)
@given(tables(), st.sampled_from(["why", "who"]), st.sampled_from([None, "", (), []]))
def test_every_lacking_need_is_named_and_nothing_else(table: StateTable, lacking: str, empty: object) -> None:
    for move in table.moves:
        given_values = FILLED | {lacking: empty}
        if lacking in move.needs:
            with pytest.raises(Refused, match=r"state\.missing") as caught:
                table.next(move.sources[0], move.name, **given_values)
            assert caught.value.params["missing"] == lacking
        else:
            assert table.next(move.sources[0], move.name, **given_values) == (move.target or move.sources[0])


@settings(max_examples=25)
@given(tables())
def test_the_diagram_tells_the_table(table: StateTable) -> None:
    first, begin, *lines = table.mermaid().splitlines()
    assert (first, begin) == ("stateDiagram-v2", f"  [*] --> {table.initial}")
    arrows = {tuple(re.fullmatch(r"  (\w) --> (\w): (.+)", line).groups()) for line in lines if ": " in line}  # type: ignore[union-attr]
    assert arrows == {(source, move.target or source, move.label.zh) for move in table.moves for source in move.sources}
    ends = {line.split()[0] for line in lines if line.endswith("[*]")}
    assert ends == {state.code for state in table.states if state.final}
    assert set(table.open_states()) == {state.code for state in table.states} - ends


@settings(max_examples=25)
@given(tables())
def test_choices_are_the_states_in_their_order(table: StateTable) -> None:
    assert table.choices() == [(state.code, table.state(state.code).label.zh) for state in table.states]
    assert table.move("m0") is table.moves[0] if table.moves else table.moves_from(table.initial) == ()


@settings(max_examples=25)
@given(tables(), st.sampled_from(["source", "target", "name"]))
def test_one_wrong_word_spoils_a_table(table: StateTable, wrong: str) -> None:
    more = {
        "source": Move("new", ("z",), table.initial, "x", named("z")),
        "target": Move("new", (table.initial,), "z", "x", named("z")),
        "name": Move("m0", (table.initial,), None, "x", named("z")),
    }[wrong]
    if wrong == "name" and not table.moves:
        assert StateTable("t", table.states, (more,)).moves_from(table.initial) == (more,)
    else:
        with pytest.raises(ValueError, match=more.name):
            StateTable("t", table.states, (*table.moves, more))
