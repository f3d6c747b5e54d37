"""The lives and the rights of documents and trainings, written out row by row: a change of either is seen here."""

from __future__ import annotations

from typing import Any

import pytest

from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import StateTable
from chuangcheng.library.deeds import DEEDS
from chuangcheng.library.states import DOCUMENT, TRAINING
from chuangcheng.people.rights import roles
from chuangcheng.web.tones import TONES

#: Table, state, where each move leads from there; what is not named is refused.
LIVES: list[tuple[StateTable, str, dict[str, str]]] = [
    (DOCUMENT, "draft", {"issue": "in_force", "version": "draft", "amend": "draft", "withdraw": "withdrawn"}),
    (DOCUMENT, "in_force", {"version": "in_force", "amend": "in_force", "supersede": "superseded",
                            "withdraw": "withdrawn"}),
    (DOCUMENT, "superseded", {"revive": "in_force"}),
    (DOCUMENT, "withdrawn", {"revive": "in_force"}),
    (TRAINING, "planned", {"hold": "held", "mark": "planned", "guests": "planned", "amend": "planned", "equip": "planned",
                           "cancel": "cancelled"}),
    (TRAINING, "held", {"mark": "held", "guests": "held", "equip": "held", "close": "closed"}),
    (TRAINING, "closed", {}),
    (TRAINING, "cancelled", {}),
]  # fmt: skip
GIVEN = {"note": "原因", "successor": "WJ1"}


def test_the_lives_are_written_out_in_full() -> None:
    assert {(table.name, state) for table, state, _to in LIVES} == {
        (table.name, state.code) for table in (DOCUMENT, TRAINING) for state in table.states
    }
    assert not DOCUMENT.unreachable() and not TRAINING.unreachable()


@pytest.mark.parametrize(("table", "state", "leads"), LIVES, ids=[f"{row[0].name}-{row[1]}" for row in LIVES])
def test_a_move_leads_where_it_should(table: StateTable, state: str, leads: dict[str, str]) -> None:
    for move in table.moves:
        if move.name in leads:
            assert table.next(state, move.name, **GIVEN) == leads[move.name]
        else:
            with pytest.raises(Refused, match=r"state\.move_refused"):
                table.next(state, move.name, **GIVEN)
    assert (table.name, state) in TONES


#: Table, state, move, what must be filled.
NEEDS: list[tuple[StateTable, str, str, str]] = [
    (DOCUMENT, "draft", "withdraw", "note"),
    (DOCUMENT, "in_force", "withdraw", "note"),
    (DOCUMENT, "withdrawn", "revive", "note"),
    (DOCUMENT, "in_force", "supersede", "successor"),
    (TRAINING, "planned", "cancel", "note"),
]


@pytest.mark.parametrize(("table", "state", "move", "need"), NEEDS)
def test_what_must_be_filled_is_asked_for(table: StateTable, state: str, move: str, need: str) -> None:
    for empty in ({}, {need: ""}, {need: None}):
        with pytest.raises(Refused, match=r"state\.missing"):
            table.next(state, move, **empty)


#: Role, which of the rights to read, to handle documents and to run trainings it holds.
RIGHTS = [
    ("office", "view edit train"),
    ("leader", "view"),
    ("subcommand", "view edit train"),
    ("district", "view edit train"),
    ("department", "view"),
    ("street", "view"),
    ("community", "view"),
    ("grid", "view"),
    ("inspector", "view"),
    ("auditor", "view"),
]


@pytest.mark.parametrize(("role", "held"), RIGHTS)
def test_what_a_role_may(role: str, held: str) -> None:
    permissions: Any = roles()[role].permissions
    assert [name for name in ("view", "edit", "train") if f"library.{name}" in permissions] == held.split()


def test_every_deed_has_its_word() -> None:
    verbs = {"issue": "issued", "version": "version_added", "amend": "amended", "supersede": "superseded",
             "withdraw": "withdrawn", "revive": "revived", "hold": "held", "mark": "marked", "guests": "guests_listed", "equip": "equipped",
             "close": "closed", "cancel": "cancelled"}  # fmt: skip
    wanted = {f"{table.name}.{verbs[move.name]}" for table in (DOCUMENT, TRAINING) for move in table.moves}
    assert set(DEEDS) == {*wanted, "document.created", "training.created"}
    assert all(label.zh and label.en.isascii() for label in DEEDS.values())
