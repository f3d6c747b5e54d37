"""Whatever a street does with a shop, in whatever order: history and rows agree, and no penalty appears from nowhere."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chuangcheng.history.models import Event
from chuangcheng.history.projections import registered
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.sites.shops import actions, compliance, rectification
from chuangcheng.sites.shops.models import Rectification, Shop, ShopCheck
from chuangcheng.sites.states import RECTIFICATION
from tests.conftest import NOON
from tests.sites.registers import make_check, make_shop

MOVES = [move.name for move in RECTIFICATION.moves]
STEPS = st.one_of(
    st.tuples(st.just("check"), st.tuples(*[st.sampled_from([True, False, None])] * 3)),
    st.tuples(st.just("remind"), st.none()),
    st.tuples(st.sampled_from(MOVES), st.none()),
    st.tuples(st.just("wait"), st.integers(1, 40)),
    st.tuples(st.sampled_from(["shut", "reopen"]), st.none()),
)
LAWFUL = {
    "noticed": {"reminded"}, "handed_over": {"noticed"}, "concluded": {"handed_over"}, "done": {"reminded", "noticed"},
    "withdrawn": {"reminded", "noticed"},
}  # fmt: skip


class Street:
    """A street at work on one shop; ``days`` have gone by."""

    def __init__(self, actor: Actor, unit: Any) -> None:
        self.actor, self.unit, self.shop, self.days = actor, unit, make_shop(), 0

    def do(self, name: str, given: Any) -> None:
        """One step, done or refused by a rule that has a name."""
        if name == "wait":
            self.days += given
            return
        with clock.at(NOON + timedelta(days=self.days)):
            try:
                self._act(name, given)
            except Refused as refused:
                assert refused.code.split(".")[0] in {"shop", "state"}, refused

    def _act(self, name: str, given: Any) -> None:
        if name == "check":
            make_check(self.actor, self.shop, hygiene=given[0], greening=given[1], order=given[2])
        elif name == "remind":
            last = ShopCheck.objects.order_by("-happened_at", "-pk").first()
            if last is not None:
                rectification.remind_shop(actor=self.actor, check_id=last.pk)
        elif name in {"shut", "reopen"}:
            {"shut": actions.shut_shop, "reopen": actions.reopen_shop}[name](actor=self.actor, shop_id=self.shop.pk)
        elif (row := Rectification.objects.order_by("-reminded_at", "-pk").first()) is not None:
            self._move(name, row.pk)

    def _move(self, name: str, pk: UUID) -> None:
        today = clock.today().date()
        by: dict[str, Any] = {"actor": self.actor, "rectification_id": pk}
        if name == "serve":
            rectification.serve_notice(**by, demand="清扫", due_on=today + timedelta(days=3))
        elif name == "settle":
            rectification.settle_rectification(**by)
        elif name == "hand_over":
            rectification.hand_over(**by, unit=self.unit)
        elif name == "note_penalty":
            rectification.note_penalty(**by, document_number="8号", document_on=today)
        elif name == "note_none":
            rectification.note_no_penalty(**by)
        else:
            rectification.withdraw_rectification(**by, reason_code="mistake")


@pytest.mark.django_db(transaction=False)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=14))
def test_no_order_of_steps_leaves_history_and_rows_apart(
    personas: dict[str, Actor], small_city: Any, noon: Any, steps: list[tuple[str, Any]]
) -> None:
    from django.db import transaction

    point = transaction.savepoint()
    try:
        street = Street(personas["street"], small_city.units["department"])
        for name, value in steps:
            street.do(name, value)
        _sound(street)
    finally:
        transaction.savepoint_rollback(point)


def _sound(street: Street) -> None:
    """What must hold whatever was done."""
    assert list(registered()["shops"].check()) == []
    assert list(registered()["rectifications"].check()) == []
    final = [state.code for state in RECTIFICATION.states if state.final]
    assert Rectification.objects.exclude(state__in=[*final, "handed_over"]).count() <= 1
    for row in Rectification.objects.all():
        told = [event.after["state"] for event in Event.objects.filter(subject_id=row.pk).order_by("seq")]
        assert told[0] == "reminded" and told[-1] == row.state
        assert all(before in LAWFUL[after] for before, after in itertools.pairwise(told))
        if row.document_number:
            assert row.state == "concluded" and row.handed_to is not None
        if row.handed_at is not None:
            assert row.due_on is not None and row.handed_at.date() >= row.due_on
    assert Event.objects.filter(action="shop.checked").count() == ShopCheck.objects.count()
    with clock.at(NOON + timedelta(days=street.days)):
        row = compliance.graded(Shop.objects.all(), clock.now()).get()
    assert row.grade == compliance.formula().grade(row.kept, row.judged)  # type: ignore[attr-defined]
