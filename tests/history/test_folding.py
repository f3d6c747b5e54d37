"""Rows as the last word of their chains: told, checked, rebuilt; words leave a digest only."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.history.folding import Folded, _plain, _same
from chuangcheng.history.models import Event
from chuangcheng.kernel.actor import SYSTEM

VALUES = st.one_of(st.integers(-9, 9), st.booleans(), st.text(max_size=4), st.dates(), st.none(), st.uuids())


@pytest.fixture
def folded(db: None) -> Any:
    from chuangcheng.cycle.facts import FREEZES, PHASES
    from chuangcheng.cycle.models import Cycle, Freeze

    cycle = Cycle(name="一", starts_on=date(2025, 1, 1), since_on=date(2025, 1, 1))
    Folded(Cycle, ("state",)).begin(cycle, SYSTEM)
    row = Freeze(cycle=cycle, name="冻", from_on=date(2026, 1, 1), to_on=date(2026, 2, 1), covers=["duties"])
    FREEZES.begin(row, SYSTEM)
    assert PHASES.kind == "phase"
    return FREEZES, row


def test_a_new_row_tells_every_fact_and_no_word(folded: Any) -> None:
    keeper, row = folded
    event = Event.objects.get(subject_id=row.pk)
    assert (event.action, event.seq, row.chain_seq) == ("freeze.created", 1, 1)
    assert set(event.after) == set(keeper.facts) and "name" not in event.after
    assert event.after["covers"] == ["duties"] and event.after["from_on"] == "2026-01-01"


def test_a_change_tells_before_and_after_and_a_digest_of_words(folded: Any) -> None:
    keeper, row = folded
    event = keeper.change(row, "moved", SYSTEM, {"to_on": date(2026, 3, 1), "reason": "补录"}, by="test")
    assert event.before == {"to_on": "2026-02-01"} and event.after["to_on"] == "2026-03-01"
    assert event.after["by"] == "test" and event.after["reason"] not in ("补录", "")
    row.refresh_from_db()
    assert (row.to_on, row.reason, row.chain_seq) == (date(2026, 3, 1), "补录", 2)
    assert list(keeper.check()) == []


def test_what_differs_is_named_and_set_right(folded: Any) -> None:
    keeper, row = folded
    type(row).objects.filter(pk=row.pk).update(state="lifted", covers=[], reason="free words are no fact")
    said = sorted(str(each) for each in keeper.check())
    assert len(said) == 2 and "covers is [], history says ['duties']" in said[0] and "state is lifted" in said[1]
    assert keeper.rebuild() == 1 and list(keeper.check()) == [] and keeper.rebuild() == 0
    row.refresh_from_db()
    assert (row.state, row.covers, row.reason) == ("set", ["duties"], "free words are no fact")


def test_a_row_without_history_and_a_history_without_row(folded: Any) -> None:
    keeper, row = folded
    model = type(row)
    stray = model.objects.create(cycle=row.cycle, name="乙", from_on=row.from_on, to_on=row.to_on)
    gone = uuid4()
    Event.objects.filter(subject_id=row.pk).update(subject_id=gone)
    said = sorted(str(each) for each in keeper.check())
    assert [each.split(": ")[1] for each in said].count("history knows nothing of it") == 2
    assert f"freeze {gone}: is gone" in said and any(str(stray.pk) in each for each in said)
    assert keeper.rebuild() == 0, "nothing can be rebuilt from nothing"


@given(VALUES)
def test_a_value_is_the_same_as_it_was_told(value: Any) -> None:
    from chuangcheng.history.actions import _value

    assert _same(value, _value(value))
    assert _plain(value) == _plain(_value(value))


@given(st.decimals(-999, 999, places=4, allow_nan=False), st.decimals(-999, 999, places=4, allow_nan=False))
def test_decimals_compare_by_value(one: Decimal, two: Decimal) -> None:
    assert _same(one, str(two)) == (one == two)
    assert _same(one.normalize(), str(one)) and not _same(one, None)
