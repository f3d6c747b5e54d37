"""The three rates of 12345, reckoned by hand beside the query."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chuangcheng.cases.models import Order, Report
from chuangcheng.cases.order_rates import ORDER_RATES, rates, rows_behind
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def put(number: int, **values: object) -> Order:
    report = Report.objects.create(
        number=f"SB-{number}", body_digest="x", source="hotline", text="x", observed_at=NOON, received_at=NOON
    )
    return Order.objects.create(report=report, source="hotline", number=str(number), received_at=NOON, **values)


def counted() -> dict[str, tuple[int, int, int]]:
    found = rates(Order.objects.all(), NOON)
    return {name: (rate.numerator, rate.denominator, rate.excluded) for name, rate in found.items()}


def test_over_nothing_there_is_no_share() -> None:
    assert counted() == {"response": (0, 0, 0), "solved": (0, 0, 0), "satisfied": (0, 0, 0)}
    assert rates(Order.objects.all(), NOON)["response"].share is None


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"due_at": NOON + HOUR}, (0, 0)),  # not due yet
        ({"due_at": NOON - HOUR}, (0, 1)),
        ({"due_at": NOON}, (0, 1)),
        ({"due_at": NOON + HOUR, "replied_at": NOON}, (1, 1)),
        ({"due_at": NOON, "replied_at": NOON}, (1, 1)),
        ({"due_at": NOON - HOUR, "replied_at": NOON}, (0, 1)),
        ({"replied_at": NOON}, (0, 0)),  # nobody asked for it by a day
    ],
)
def test_response(values: dict[str, object], expected: tuple[int, int]) -> None:
    put(1, **values)
    assert counted()["response"] == (*expected, 0)


def test_solved_and_satisfied_count_only_those_who_were_asked() -> None:
    put(1)
    put(2, solved=True, satisfied="satisfied")
    put(3, solved=True, satisfied="basically")
    put(4, solved=False, satisfied="dissatisfied")
    put(5, solved=False, satisfied="unclear")
    put(6, satisfied="satisfied")
    assert counted()["solved"] == (2, 4, 0)
    assert counted()["satisfied"] == (3, 4, 0)
    assert rates(Order.objects.all(), NOON)["solved"].share == Fraction(1, 2)


@pytest.mark.parametrize(("removal", "counts"), [("none", 1), ("asked", 1), ("declined", 1), ("granted", 0)])
def test_only_a_granted_removal_leaves_the_rates(removal: str, counts: int) -> None:
    put(1, solved=False, satisfied="dissatisfied", due_at=NOON - HOUR, removal_state=removal)
    assert counted() == dict.fromkeys(("response", "solved", "satisfied"), (0, counts, 1 - counts))


def test_every_figure_opens_to_its_rows() -> None:
    late = put(1, due_at=NOON - HOUR)
    met = put(2, due_at=NOON, replied_at=NOON)
    gone = put(3, due_at=NOON - HOUR, removal_state="granted")
    rows = Order.objects.all()
    assert set(rows_behind(rows, "response", NOON)) == {met}
    assert set(rows_behind(rows, "response", NOON, "of")) == {late, met}
    assert set(rows_behind(rows, "response", NOON, "out")) == {gone}


moments = st.none() | st.integers(-3, 3).map(lambda hours: NOON + hours * HOUR)
lives = st.fixed_dictionaries({
    "due_at": moments, "replied_at": moments, "solved": st.none() | st.booleans(),
    "satisfied": st.sampled_from(["", "satisfied", "basically", "dissatisfied", "unclear"]),
    "removal_state": st.sampled_from(["none", "asked", "granted", "declined"]),
})  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(lives, max_size=8))
def test_the_counts_are_the_rows_behind(rows: list[dict[str, object]]) -> None:
    Order.objects.all().delete()
    Report.objects.all().delete()
    for number, values in enumerate(rows):
        put(number, **values)
    every = Order.objects.all()
    for name, rate in rates(every, NOON).items():
        behind = {part: set(rows_behind(every, name, NOON, part)) for part in ("is", "of", "out")}
        assert (len(behind["is"]), len(behind["of"]), len(behind["out"])) == (
            rate.numerator, rate.denominator, rate.excluded,
        )  # fmt: skip
        assert behind["is"] <= behind["of"]
        assert not behind["of"] & behind["out"]
        assert all(order.removal_state == "granted" for order in behind["out"])


def test_each_says_what_it_counts_in_both_languages() -> None:
    assert [each.name for each in ORDER_RATES] == ["response", "solved", "satisfied"]
    assert all(each.label.zh and each.label.en and each.says.zh and each.says.en for each in ORDER_RATES)
