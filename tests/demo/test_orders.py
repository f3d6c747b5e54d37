"""The demo city's orders: numbered, due, answered before the case is closed; the same seed, the same orders."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from chuangcheng.cases import actions, projections
from chuangcheng.cases.models import Order
from chuangcheng.demo.orders import SATISFIED, Orders
from chuangcheng.demo.stage import Stage
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from tests.cases.conftest import limits, play
from tests.cases.play import Play
from tests.cases.test_orders import filed, ordered, verified

__all__ = ["limits", "play"]
pytestmark = pytest.mark.django_db


class Cast:
    """Two clerks of the office."""

    def __init__(self, *clerks: Actor) -> None:
        self.clerks = list(clerks)

    def of(self, _role: str, _unit: str) -> list[Actor]:
        return self.clerks


def orders(play: Play, seed: int = 1) -> Orders:
    stage = Stage(random.Random(1), clock.now(), clock.now() + timedelta(days=30))
    return Orders(stage, Cast(play.by["office"]), seed)  # type: ignore[arg-type]


def finish(one: Orders) -> None:
    one.stage.play(lambda _midnight: None, lambda _share, _text: None)


def test_numbers_are_given_once_and_tell_the_day(play: Play) -> None:
    one = orders(play)
    given = [one.number() for _ in range(3)]
    assert given == ["YL2026091500001", "YL2026091500002", "YL2026091500003"]


def test_limits_are_five_working_days_or_none(play: Play, noon: datetime) -> None:
    one = orders(play)
    dues = {one.due() for _ in range(200)}
    assert dues == {None, noon + timedelta(days=6)}, "Saturday is free, Sunday makes up for the holidays"


def test_the_same_seed_says_the_same(play: Play) -> None:
    first, second, other = (orders(play, seed) for seed in (1, 1, 2))
    says = [[one.rng.random() for _ in range(5)] for one in (first, second, other)]
    assert says[0] == says[1] != says[2]


def test_what_a_case_owes_is_answered_and_called_back(play: Play) -> None:
    one = orders(play)
    case = verified(play, *(ordered(play, str(number)) for number in range(12)))
    one.answer(case.pk)
    assert set(Order.objects.values_list("state", flat=True)) == {"drafted"}
    actions.close_case(actor=play.by["office"], case_id=case.pk)
    finish(one)
    assert one.stage.refused == {}
    assert Order.objects.filter(state="replied").count() >= 9
    assert Order.objects.filter(called_back_at__isnull=False).count() >= 5
    assert set(Order.objects.exclude(satisfied="").values_list("satisfied", flat=True)) <= set(SATISFIED)
    assert list(projections.check_orders()) == []


def test_a_refused_report_is_answered_too(play: Play) -> None:
    one = orders(play)
    for number in range(8):
        order = ordered(play, str(number))
        actions.refuse_report(actor=play.by["office"], report_id=order.report_id, reason_code="unclear")
        one.answer_refused(order.report_id)
    assert not Order.objects.filter(state="open").exists()
    assert Order.objects.filter(removal_state="asked").exists()
    finish(one)
    assert Order.objects.filter(removal_state="asked").exists(), "one clerk alone decides on nothing of their own"
    assert one.stage.refused == {}


def test_a_report_without_an_order_needs_no_answer(play: Play) -> None:
    one = orders(play)
    one.answer_refused(play.refused().pk)
    one.answer(filed(play, ordered(play)).pk)
    assert Order.objects.get().state == "drafted"
