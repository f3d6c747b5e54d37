"""The engine of life cycles: every allowed and every refused move, and tables that make no sense."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move, State, StateTable


def label(text: str) -> Label:
    return Label(text, text.title())


DOOR = StateTable(
    "door",
    states=(State("open", label("开")), State("shut", label("关")), State("locked", label("锁"), final=True)),
    moves=(
        Move("shut", ("open",), "shut", "doors.use", label("关门")),
        Move("open", ("shut",), "open", "doors.use", label("开门")),
        Move("lock", ("shut",), "locked", "doors.lock", label("上锁"), needs=("key",)),
        Move("knock", ("shut", "locked"), None, "doors.use", label("敲门")),
    ),
)
STATES = ["open", "shut", "locked"]
NAMES = ["shut", "open", "lock", "knock"]


@given(st.sampled_from(STATES), st.sampled_from(NAMES))
def test_a_move_is_possible_exactly_where_the_table_says(state: str, name: str) -> None:
    move = DOOR.move(name)
    if state in move.sources:
        assert DOOR.next(state, name, key="k") == (move.target or state)
        assert move in DOOR.moves_from(state)
    else:
        with pytest.raises(Refused) as caught:
            DOOR.next(state, name, key="k")
        assert caught.value.code == "state.move_refused"
        assert move.label.zh in caught.value.message()
        assert move not in DOOR.moves_from(state)


@given(st.lists(st.sampled_from(NAMES), max_size=12))
def test_any_walk_stays_within_the_table(walk: list[str]) -> None:
    state = DOOR.initial
    for name in walk:
        if state in DOOR.move(name).sources:
            state = DOOR.next(state, name, key="k")
        assert state in STATES


@pytest.mark.parametrize("missing", [None, "", (), []])
def test_a_needed_value_must_be_given(missing: object) -> None:
    with pytest.raises(Refused) as caught:
        DOOR.next("shut", "lock", key=missing)
    assert caught.value.code == "state.missing"
    assert "key" in caught.value.message()


def test_nothing_counts_as_given() -> None:
    assert DOOR.next("shut", "lock", key=0) == "locked"


def test_open_and_final_states() -> None:
    assert DOOR.open_states() == ("open", "shut")
    assert DOOR.state("locked").final
    assert DOOR.choices()[0] == ("open", "开")


def test_unknown_names_are_programming_errors() -> None:
    with pytest.raises(KeyError):
        DOOR.state("ajar")
    with pytest.raises(KeyError):
        DOOR.next("open", "kick")


def test_unreachable_states_show() -> None:
    assert DOOR.unreachable() == set()
    island = StateTable("island", (*DOOR.states, State("gone", label("没"))), DOOR.moves)
    assert island.unreachable() == {"gone"}


@pytest.mark.parametrize(
    "move",
    [
        Move("leave", ("nowhere",), "open", "x", label("x")),
        Move("leave", ("open",), "nowhere", "x", label("x")),
        Move("shut", ("open",), "shut", "x", label("x")),
    ],
)
def test_senseless_tables_are_refused(move: Move) -> None:
    with pytest.raises(ValueError, match="door"):
        StateTable("door", DOOR.states, (*DOOR.moves, move))


def test_the_diagram_holds_every_arrow() -> None:
    lines = DOOR.mermaid().splitlines()
    assert lines[:2] == ["stateDiagram-v2", "  [*] --> open"]
    assert "  shut --> locked: 上锁" in lines
    assert "  locked --> locked: 敲门" in lines
    assert lines[-1] == "  locked --> [*]"
    assert len(lines) == 2 + sum(len(move.sources) for move in DOOR.moves) + 1
