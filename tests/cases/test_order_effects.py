"""Orders of reports from before there were orders: opened by a duty, in portions, once, by whichever worker."""

from __future__ import annotations

from datetime import datetime

import pytest

from chuangcheng.cases import actions, order_effects, projections
from chuangcheng.cases.models import Order
from chuangcheng.cases.order_effects import seed, without_order
from chuangcheng.history import duties
from chuangcheng.history.models import Event, Outbox
from chuangcheng.kernel.actor import SYSTEM
from tests.cases.play import Play, given
from tests.cases.test_orders import ordered

pytestmark = pytest.mark.django_db


@pytest.fixture
def old(play: Play) -> list[str]:
    """The numbers of five reports whose orders were never opened."""
    numbers = [f"{number}" for number in range(5)]
    for number in numbers:
        ordered(play, number)
    Order.objects.all().delete()
    Event.objects.filter(subject_kind="order").delete()
    Outbox.objects.all().delete()
    return numbers


def test_all_of_them_whatever_the_portion(old: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_effects, "SEEDED_AT_ONCE", 2)
    assert seed() == 5
    assert list(Order.objects.order_by("number").values_list("number", flat=True)) == old
    assert list(projections.check_orders()) == []


def test_no_more_in_one_run_than_a_run_may_take(old: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_effects, "SEEDED_A_RUN", 3)
    assert [seed(), seed(), seed()] == [3, 2, 0]


def test_what_another_worker_opened_meanwhile_is_left(old: list[str]) -> None:
    ids = list(without_order().values_list("pk", flat=True))
    assert seed() == 5
    assert order_effects._open(ids) == 0
    assert Order.objects.count() == 5


def test_an_order_is_as_old_as_its_report_and_troubles_nobody(old: list[str], noon: datetime) -> None:
    seed()
    event = Event.objects.filter(action="order.created").first()
    assert event is not None
    assert (event.happened_at, event.actor_label) == (noon, SYSTEM.label)
    assert not Outbox.objects.filter(topic__startswith="order.").exists()


def test_the_duty_rests_where_nothing_is_missing(play: Play, old: list[str]) -> None:
    duty = duties.registered()["cases.orders_seed"]
    assert duty.needed is not None
    assert duty.needed()
    seed()
    actions.create_report(actor=SYSTEM, given=given())
    assert not duty.needed()
