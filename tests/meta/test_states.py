"""Every state table: reachable states, a way out of each, permissions that exist, and a diagram in the docs."""

from __future__ import annotations

import pytest

from chuangcheng.kernel.states import StateTable
from tests.meta.write_states import PAGE, TABLES, page


def test_there_are_tables() -> None:
    assert {"cases.REPORT", "cases.CASE"} <= {*TABLES}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())
def test_every_state_is_reachable_and_can_be_left(table: StateTable) -> None:
    assert table.unreachable() == set()
    assert [state.code for state in table.states if not state.final and not table.moves_from(state.code)] == []


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())
def test_every_move_names_a_declared_permission(table: StateTable) -> None:
    from chuangcheng.people.rights import declared

    assert {move.permission for move in table.moves} <= {*declared()}


def test_the_docs_show_the_tables() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: .venv/bin/python -m tests.meta.write_states"
