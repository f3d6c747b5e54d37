"""Random lives of orders: whatever is done in whatever order, the laws hold and history tells it all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from chuangcheng.cases import actions, projections, selectors
from chuangcheng.cases.chronicle import ORDER_FIELDS, Fold
from chuangcheng.cases.models import Case, Order
from chuangcheng.cases.order_rates import rates, rows_behind
from chuangcheng.cases.states import ORDER, REMOVAL
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.problems import Refused
from tests.cases.play import Play
from tests.cases.test_orders import ordered, verified
from tests.conftest import NOON

PERSONAS = st.sampled_from(["office", "district", "street", "department", "leader"])
ORDERS = st.integers(0, 2)


class Orders(RuleBasedStateMachine):
    """Two orders of one case and one that waits in the inbox, moved by random personas while the clock runs on."""

    play: ClassVar[Play]

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.undo = transaction.atomic()
        self.undo.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        orders = [ordered(self.play, number, days=days) for number, days in (("1", 1), ("2", 3), ("3", None))]
        self.ids = [order.pk for order in orders]
        self.case_id = verified(self.play, *orders[:2]).pk
        self.sent: dict[Any, str] = {}

    def run(self, call: Any, **more: Any) -> None:
        """One try; a refusal must leave nothing behind."""
        with clock.at(self.now):
            try:
                with transaction.atomic():
                    call(**more)
            except Refused:
                pass

    @rule(by=PERSONAS, which=ORDERS, text=st.sampled_from(["", "已办结", "另一稿"]))
    def draft(self, by: str, which: int, text: str) -> None:
        self.run(actions.draft_reply, actor=self.play.by[by], order_id=self.ids[which], text=text)

    @rule(by=PERSONAS, which=ORDERS, text=st.sampled_from(["", "定稿"]))
    def send(self, by: str, which: int, text: str) -> None:
        self.run(actions.send_reply, actor=self.play.by[by], order_id=self.ids[which], text=text)

    @rule(by=PERSONAS)
    def draft_all(self, by: str) -> None:
        self.run(actions.draft_replies, actor=self.play.by[by], case_id=self.case_id)

    @rule(which=ORDERS, solved=st.none() | st.booleans(), satisfied=st.sampled_from(["", "satisfied", "unclear"]))
    def call_back(self, which: int, solved: bool | None, satisfied: str) -> None:
        result = actions.Callback(solved, satisfied)
        self.run(actions.record_callback, actor=SYSTEM, number=str(which + 1), given=result)

    @rule(which=ORDERS, days=st.none() | st.integers(-1, 6))
    def move_limit(self, which: int, days: int | None) -> None:
        due = None if days is None else NOON + timedelta(days=days)
        self.run(actions.change_due, actor=SYSTEM, order_id=self.ids[which], due_at=due)

    @rule(by=PERSONAS, which=ORDERS, document=st.sampled_from(["", "1号"]))
    def ask_removal(self, by: str, which: int, document: str) -> None:
        self.run(actions.ask_removal, actor=self.play.by[by], order_id=self.ids[which], reason_code="untrue",
                 document=document)  # fmt: skip

    @rule(by=PERSONAS, which=ORDERS, granted=st.booleans())
    def decide_removal(self, by: str, which: int, granted: bool) -> None:
        self.run(actions.decide_removal, actor=self.play.by[by], order_id=self.ids[which], granted=granted)

    @rule(by=PERSONAS)
    def close(self, by: str) -> None:
        self.run(actions.close_case, actor=self.play.by[by], case_id=self.case_id)

    @rule(hours=st.integers(1, 40))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @invariant()
    def rows_are_what_history_says(self) -> None:
        for order in Order.objects.all():
            folded = Fold(ORDER_FIELDS)
            for event in events_of("order", order.pk):
                folded.add(event.action, event.after)
            assert folded.result()["state"] == order.state
        assert list(projections.check_orders()) == []

    @invariant()
    def a_closed_case_owes_nobody_a_draft(self) -> None:
        if Case.objects.filter(pk=getattr(self, "case_id", None), state="closed").exists():
            assert not Order.objects.filter(report__case=self.case_id, state="open").exists()

    @invariant()
    def what_was_sent_stays(self) -> None:
        for pk, state, text in Order.objects.values_list("pk", "state", "reply_text"):
            assert self.sent.get(pk, text) == text
            if state == "replied":
                self.sent[pk] = text

    @invariant()
    def times_follow_the_states(self) -> None:
        for order in Order.objects.all():
            assert (order.replied_at is not None) == (order.state == "replied")
            assert (order.drafted_at is None) == (order.state == "open")
            assert bool(order.reply_text) == (order.state != "open")
            assert (order.removal_decided_at is not None) == (order.removal_state in ("granted", "declined"))
            assert (order.called_back_at is not None) == (order.solved is not None or bool(order.satisfied))

    @invariant()
    def rates_are_shares_and_count_their_rows(self) -> None:
        for name, rate in rates(Order.objects.all(), self.now).items():
            assert 0 <= rate.numerator <= rate.denominator <= 3 - rate.excluded
            assert rate.numerator == rows_behind(Order.objects.all(), name, self.now).count()

    @invariant()
    def no_button_is_refused_by_the_tables(self) -> None:
        for order in Order.objects.select_related("report__case"):
            for move in selectors.order_moves_for(self.play.by["office"], order):
                state = order.removal_state if move in REMOVAL.moves else order.state
                assert state in move.sources
                assert move in (*ORDER.moves, *REMOVAL.moves)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("examples", "steps"), [(8, 20), pytest.param(30, 40, marks=pytest.mark.full)], ids=["short", "long"]
)
def test_random_lives_of_orders(play: Play, examples: int, steps: int) -> None:
    Orders.play = play
    run_state_machine_as_test(Orders, settings=settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    ))  # fmt: skip
