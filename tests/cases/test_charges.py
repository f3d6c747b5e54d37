"""Whose time it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.cases import actions
from chuangcheng.cases.charges import charges, spans
from chuangcheng.cases.models import Case
from chuangcheng.history.models import Event
from chuangcheng.kernel import clock
from tests.cases.play import Play

TWO, FOUR, FIVE = (datetime(2026, 9, 15, hour, 0, tzinfo=UTC) for hour in (6, 8, 9))  # 14:00, 16:00, 17:00


def of(case: Case, now: datetime) -> dict[tuple[str, UUID | None], Decimal]:
    return {(charge.work, charge.unit): charge.amount for charge in charges(case, now)}


def test_each_holder_is_charged_with_what_it_held(play: Play) -> None:
    case = play.filed()  # at 12:00, the clock stands until 14:00
    with clock.at(TWO + timedelta(minutes=30)):
        actions.dispatch_case(actor=play.by["office"], case_id=case.id, unit_id=play.unit("district"))
    with clock.at(FOUR):
        actions.pass_on(actor=play.by["district"], case_id=case.id, unit_id=play.unit("street"))
    with clock.at(FIVE):
        actions.accept_case(actor=play.by["street"], case_id=case.id)
        play.prove(case)
        actions.handle_case(actor=play.by["street"], case_id=case.id, outcome="fixed")
    case.refresh_from_db()
    assert of(case, FIVE + timedelta(minutes=15)) == {
        ("dispatch", None): Decimal("0.5"),
        ("handle", play.unit("district")): Decimal("1.5"),
        ("handle", play.unit("street")): Decimal(1),
        ("verify", None): Decimal("0.25"),
    }


def test_a_unit_that_gets_it_twice_is_charged_for_both_times(play: Play) -> None:
    case = play.dispatched("street")
    with clock.at(TWO + timedelta(hours=1)):
        actions.return_case(actor=play.by["street"], case_id=case.id, reason_code="not_ours")
        actions.dispatch_case(actor=play.by["office"], case_id=case.id, unit_id=play.unit("street2"))
    with clock.at(FOUR):
        actions.return_case(actor=play.by["street2"], case_id=case.id, reason_code="not_ours")
        actions.dispatch_case(actor=play.by["office"], case_id=case.id, unit_id=play.unit("street"))
    case.refresh_from_db()
    found = of(case, FIVE)
    assert found[("handle", play.unit("street"))] == Decimal(2)
    assert found[("handle", play.unit("street2"))] == Decimal(1)


def test_a_suspension_is_nobodys_time(play: Play) -> None:
    case = play.handling()
    with clock.at(TWO + timedelta(hours=1)):
        until = FOUR + timedelta(days=30)
        actions.ask_suspension(actor=play.by["street"], case_id=case.id, reason="汛期", until=until)
        play.decide(case, granted=True)
    case.refresh_from_db()
    assert of(case, FIVE + timedelta(days=20)) == {("handle", play.unit("street")): Decimal(1)}


def test_what_is_closed_charges_nobody_any_more(play: Play) -> None:
    case = play.closed()
    assert of(case, FIVE) == of(case, FIVE + timedelta(days=30))


STEP = st.tuples(
    st.sampled_from(["filed", "dispatched", "handling", "handled", "verified", "suspended", "closed", "void", None]),
    st.sampled_from([None, "", str(UUID(int=1)), str(UUID(int=2))]),
    st.integers(0, 100),
)


@given(st.lists(STEP, max_size=12), st.integers(0, 2000))
def test_spans_never_overlap_and_lie_between_first_and_now(
    steps: list[tuple[str | None, str | None, int]], end: int
) -> None:
    start = datetime(2026, 9, 15, tzinfo=UTC)
    events, at = [], 0
    for state, holder, gap in steps:
        at += gap
        after = {"state": state} if state else {}
        if holder is not None:
            after["holder_id"] = holder or None  # type: ignore[assignment]
        events.append(Event(after=after, happened_at=start + timedelta(minutes=at)))
    now = start + timedelta(minutes=at + end)
    found = list(spans(events, now))
    assert all(span.start < span.end for span in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(start <= span.start and span.end <= now for span in found)
