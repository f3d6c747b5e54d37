"""Whatever is tried in a deliberation, in whatever order: no decision without notice, no notice without five parties."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chuangcheng.history.models import Event
from chuangcheng.history.projections import registered
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.sites.deliberations import actions, work
from chuangcheng.sites.deliberations.models import AgendaItem, Deliberation, Party
from chuangcheng.sites.states import DELIBERATION
from tests.conftest import NOON
from tests.sites.registers import make_compound
from tests.sites.talks import ITEMS, SCAN

STEPS = st.one_of(
    st.tuples(st.sampled_from(["discuss", "publish", "retract", "decide", "begin", "finish", "shelve"]), st.none()),
    st.tuples(st.sampled_from(["absent", "object", "answer", "assign", "done"]), st.integers(0, 4)),
    st.tuples(st.just("all_absent_but_branch"), st.none()),
    st.tuples(st.just("vote"), st.tuples(st.integers(0, 1), st.booleans())),
    st.tuples(st.just("wait"), st.integers(1, 9)),
)
#: A way that leads far, so that hypothesis need not find it: what is tried begins with some part of it.
WAY: list[tuple[str, Any]] = [
    ("discuss", None), ("all_absent_but_branch", None), ("vote", (0, True)), ("vote", (1, False)), ("publish", None),
    ("wait", 8), ("decide", None), ("assign", 0), ("begin", None), ("done", 0), ("finish", None),
]  # fmt: skip


class Committee:
    """A community that carries one deliberation on; ``days`` have gone by."""

    def __init__(self, actor: Actor, unit: Any) -> None:
        self.actor, self.unit, self.days = actor, unit, 0
        self.row = actions.convene(actor=actor, compound_id=make_compound().pk, title="门禁", items=ITEMS)

    def do(self, name: str, value: Any) -> None:
        """One step, done or refused by a rule that has a name."""
        if name == "wait":
            self.days += value
            return
        with clock.at(NOON + timedelta(days=self.days)):
            try:
                self._calls()[name](value)
            except Refused as refused:
                assert refused.code.split(".")[0] in {"deliberation", "state", "sites", "common"}, refused

    def _calls(self) -> dict[str, Callable[[Any], object]]:
        by: dict[str, Any] = {"actor": self.actor, "deliberation_id": self.row.pk}
        who: dict[str, Any] = {"actor": self.actor}
        today, items = clock.today().date(), list(self.row.items.all())
        parties, first = list(Party.values), self.row.objections.first()
        return {
            "discuss": lambda _v: actions.record_meeting(**by, held_on=today),
            "publish": lambda _v: actions.put_up_notice(**by),
            "retract": lambda _v: actions.take_back(**by, reason_code="mistake"),
            "decide": lambda _v: actions.decide(**by),
            "begin": lambda _v: work.begin(**by),
            "finish": lambda _v: work.finish(**by),
            "shelve": lambda _v: actions.shelve(**by, reason_code="no_money"),
            "absent": lambda v: actions.note_absence(**by, party=parties[v], absence="invited"),
            "all_absent_but_branch": lambda _v: self._enter_all(by, parties),
            "vote": lambda v: actions.record_vote(**who, item_id=items[v[0]].pk, votes_for=9, votes_against=1,
                                                  abstentions=0, adopted=v[1]),
            "object": lambda _v: actions.record_objection(**by, text="太贵"),
            "answer": lambda _v: actions.answer_objection(**who, objection_id=first.pk if first else self.row.pk,
                                                          text="已说明"),
            "assign": lambda v: work.assign_item(**who, item_id=items[v % 2].pk, unit=self.unit, due_on=today),
            "done": lambda v: work.finish_item(**who, item_id=items[v % 2].pk, shots=(SCAN,)),
        }  # fmt: skip

    @staticmethod
    def _enter_all(by: dict[str, Any], parties: list[str]) -> None:
        actions.enter_signature(**by, party="branch", capacity="书记", signer="王某", scan=SCAN)
        for party in parties:
            if party != "branch":
                actions.note_absence(**by, party=party, absence="invited")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(far=st.integers(0, len(WAY)), steps=st.lists(STEPS, max_size=8))
def test_no_order_of_steps_breaks_the_rules(
    personas: dict[str, Actor], small_city: Any, noon: Any, far: int, steps: list[tuple[str, Any]]
) -> None:
    point = transaction.savepoint()
    try:
        table = Committee(personas["community"], small_city.units["street"])
        for name, value in [*WAY[:far], *steps]:
            table.do(name, value)
        _sound(Deliberation.objects.get(pk=table.row.pk))
    finally:
        transaction.savepoint_rollback(point)


def _sound(row: Deliberation) -> None:
    """What must hold whatever was done."""
    assert list(registered()["deliberations"].check()) == []
    told = [event.after["state"] for event in Event.objects.filter(subject_id=row.pk).order_by("seq")]
    lawful = {(source, move.target or source) for move in DELIBERATION.moves for source in move.sources}
    assert all(before == after or (before, after) in lawful for before, after in itertools.pairwise(told))
    if row.notice_on is not None:
        assert not row.seats.filter(entered_at=None).exists()
        assert any(seat.is_signed for seat in row.seats.all())
        assert row.notice_until is not None and (row.notice_until - row.notice_on).days >= row.notice_days
    if row.decided_at is not None:
        assert row.notice_until is not None and row.decided_at.date() > row.notice_until
        assert not row.objections.filter(answered_at=None).exists()
    worked = AgendaItem.objects.filter(deliberation=row).exclude(unit=None)
    assert all(item.adopted for item in worked)
    assert row.state != "done" or not row.items.filter(adopted=True, done_at=None).exists()


def test_the_way_itself_leads_to_the_end(personas: dict[str, Actor], small_city: Any, noon: Any) -> None:
    table = Committee(personas["community"], small_city.units["street"])
    for name, value in WAY:
        table.do(name, value)
    assert Deliberation.objects.get(pk=table.row.pk).state == "done"


@pytest.mark.parametrize("cut", range(len(WAY)))
def test_without_any_one_step_it_does_not_get_there(
    personas: dict[str, Actor], small_city: Any, noon: Any, cut: int
) -> None:
    """Nothing of the way can be left out; only beginning the work is a formality that finishing does without."""
    table = Committee(personas["community"], small_city.units["street"])
    for number, (name, value) in enumerate(WAY):
        if number != cut:
            table.do(name, value)
    reached = Deliberation.objects.get(pk=table.row.pk).state == "done"
    assert reached is (WAY[cut][0] == "begin")
