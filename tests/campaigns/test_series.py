"""Which readings count, against a model that plays them one by one; and what a campaign's line makes of its parts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.campaigns import selectors, series
from chuangcheng.campaigns.models import Campaign, Reading, Target
from chuangcheng.kernel.money import Entry
from tests.campaigns.conftest import FIRST, LAST, TODAY
from tests.conftest import NOON


def reading(number: int, day: int, value: int) -> Reading:
    """The n-th reading that came in."""
    at: datetime = NOON + timedelta(minutes=number)
    return Reading(day=FIRST + timedelta(days=day), value=Decimal(value), recorded_at=at)


came_in = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 99)), max_size=20)


@given(came_in, st.randoms(use_true_random=False))
def test_the_last_word_on_each_day_stands(rows: list[tuple[int, int]], dice: Any) -> None:
    model: dict[date, int] = {}
    made = []
    for number, (day, value) in enumerate(rows):
        made.append(reading(number, day, value))
        model[made[-1].day] = value
    dice.shuffle(made)
    found = series.in_force(made)
    assert {day: int(row.value) for day, row in found.items()} == model
    assert list(found) == sorted(model)
    assert [(point.day, int(point.value)) for point in series.points(made)] == sorted(model.items())


def line(*targets: dict[str, Any], state: str = "running", entries: list[Entry] | None = None) -> selectors.Line:
    """The line of a campaign that stands in no database."""
    campaign = Campaign(state=state, from_on=FIRST, until_on=LAST, number="GJ-1")
    rows = []
    for values in targets:
        usual = {"baseline": Decimal(0), "goal": Decimal(100), "plan": [], "latest": None}
        row = Target(campaign=campaign, **{**usual, **values})
        rows.append(row)
    return selectors.line_of(campaign, rows, entries or [], {"done": 2, "planned": 3, "cancelled": 4}, TODAY)


@pytest.mark.parametrize(
    ("latest", "state", "code", "share"),
    [
        ((45,), "running", "on_plan", Fraction(45, 100)),
        ((45, 10), "running", "behind", Fraction(55, 200)),
        ((45, None), "running", "no_reading", Fraction(45, 200)),
        ((100, 100), "running", "reached", Fraction(1)),
        ((100, 90), "running", "ahead", Fraction(190, 200)),
        ((300, 0), "reviewing", "behind", Fraction(1, 2)),
        ((-50,), "running", "behind", Fraction(0)),
        ((), "running", "", Fraction(0)),
        ((), "planned", "not_begun", Fraction(0)),
        ((None,), "planned", "not_begun", Fraction(0)),
        ((10,), "finished", "", Fraction(10, 100)),
        ((10,), "cancelled", "", Fraction(10, 100)),
    ],
)
def test_the_worst_target_speaks_for_the_campaign(
    latest: tuple[int | None, ...], state: str, code: str, share: Fraction
) -> None:
    values = [{"latest": None if each is None else Decimal(each)} for each in latest]
    found = line(*values, state=state)
    assert (found.code, found.share) == (code, share)
    assert (found.lag > 0) is (code in ("behind", "no_reading"))
    assert found.sub_total == 5


@pytest.mark.parametrize(
    ("entries", "share"),
    [
        ([], None),
        ([Entry("budget", 1000)], 0.0),
        ([Entry("budget", 1000), Entry("contract", 500, "a"), Entry("paid", 250, "a")], 0.25),
        ([Entry("paid", 250, "a")], None),
        ([Entry("budget", 1000), Entry("budget", 1000, back=True)], None),
    ],
)
def test_what_is_paid_of_the_budget(entries: list[Entry], share: float | None) -> None:
    assert line({}, entries=entries).paid_share == share


def test_a_contract_knows_what_is_left() -> None:
    drawn = SimpleNamespace(contract=600, paid=200, accepted=100)
    found = selectors.Contract(cast(Any, None), cast(Any, drawn))
    assert (found.left, found.amounts) == (400, (600, 200, 100, 400))
