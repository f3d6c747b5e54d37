"""Random lives of quick fixes: whatever is recorded, looked at, filed and waited for, the laws hold and history tells
it all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from chuangcheng.cases import actions, lives, projections, quickfixes
from chuangcheng.cases.models import Case, QuickFix
from chuangcheng.cases.states import QUICKFIX, QUICKFIX_VERBS, RECHECK, RECHECK_VERBS
from chuangcheng.history.models import Outbox
from chuangcheng.history.selectors import events_of
from chuangcheng.history.verify import verify
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from tests.cases.play import LITTER, OTHER_STREET, POINT, Play, picture
from tests.conftest import NOON

WORKERS = ["grid", "community", "street", "street2", "district"]
LOOKERS = ["office", "district", "inspector", "grid", "leader"]
PLACES = [POINT, OTHER_STREET]
KINDS = [LITTER, "07003"]


class Days(RuleBasedStateMachine):
    """Workers record, inspectors look, the office files, days pass."""

    play: ClassVar[Play]

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = NOON
        self.undo = transaction.atomic()
        self.undo.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    def run(self, call: Callable[[], object]) -> None:
        """One try; a refusal leaves nothing behind."""
        with clock.at(self.now):
            try:
                with transaction.atomic():
                    call()
            except Refused:
                return

    @rule(
        who=st.sampled_from(WORKERS),
        where=st.sampled_from(PLACES),
        kind=st.sampled_from(KINDS),
        late=st.integers(0, 50),
    )
    def record(self, who: str, where: dict[str, float], kind: str, late: int) -> None:
        given = actions.QuickFixInput(
            id=new_id(), category_code=kind, fixed_at=self.now - timedelta(hours=late), **where
        )
        self.run(lambda: actions.record_quickfix(actor=self.play.by[who], given=given))

    @rule(who=st.sampled_from(LOOKERS), held=st.booleans(), which=st.integers(0, 20), shown=st.booleans())
    def look(self, who: str, held: bool, which: int, shown: bool) -> None:
        rows = list(QuickFix.objects.order_by("pk"))
        if rows:
            row = rows[which % len(rows)]
            photo = picture() if shown else None
            self.run(lambda: actions.look_again(actor=self.play.by[who], fix_id=row.pk, held=held, photo=photo))

    @rule(where=st.sampled_from(PLACES), kind=st.sampled_from(KINDS))
    def file(self, where: dict[str, float], kind: str) -> None:
        def call() -> None:
            case = self.play.filed(category_code=kind, **where)
            actions.note_relapses(cases=[case])

        self.run(call)

    @rule(hours=st.integers(1, 90))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        with clock.at(self.now):
            actions.lapse_looks(now=self.now)

    @invariant()
    def history_tells_it_all(self) -> None:
        assert [str(found) for found in projections._check(QuickFix)] == []

    @invariant()
    def the_laws_hold(self) -> None:
        for row in QuickFix.objects.select_related("relapse"):
            assert (row.state == "relapsed") == (row.relapse is not None)
            assert (row.look_due_at is None) == (row.sampled == "")
            assert row.fixed_at <= row.received_at
            if row.state in ("sampled", "held", "missed"):
                assert row.sampled
            if row.state == "held":
                assert row.looked_by_id not in (None, row.fixed_by_id)
            if row.state == "sampled":
                assert row.look_due_at is not None and row.look_due_at >= self.now
            if row.relapse is not None and row.relapse.origin_kind != "quickfix":
                assert row.relapse.category_id == row.category_id
                assert timedelta(0) <= row.relapse.filed_at - row.fixed_at <= timedelta(days=7)

    @invariant()
    def no_case_speaks_of_two(self) -> None:
        pointed = list(QuickFix.objects.exclude(relapse=None).values_list("relapse", flat=True))
        assert len(pointed) == len(set(pointed))


@pytest.mark.parametrize("examples", [8, pytest.param(60, marks=pytest.mark.full)])
def test_random_days(play: Play, monkeypatch: pytest.MonkeyPatch, examples: int) -> None:
    monkeypatch.setattr(django_settings, "CITY", replace(django_settings.CITY, quickfix_share=40, quickfix_rate=2))
    Days.play = play
    run_state_machine_as_test(
        Days,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


# the tables


@pytest.mark.parametrize(("table", "verbs"), [(QUICKFIX, QUICKFIX_VERBS), (RECHECK, RECHECK_VERBS)])
def test_every_move_has_a_verb_of_its_own(table: Any, verbs: dict[str, tuple[str, str]]) -> None:
    assert {move.name for move in table.moves} == set(verbs)
    assert len({verb for verb, _ in verbs.values()}) == len(verbs)


def row_in(play: Play, state: str) -> QuickFix:
    given = actions.QuickFixInput(id=new_id(), category_code=LITTER, **POINT)
    row = actions.record_quickfix(actor=play.by["grid"], given=given)[0]
    QuickFix.objects.filter(pk=row.pk).update(state=state)
    return QuickFix.objects.get(pk=row.pk)


@pytest.mark.parametrize("state", [state.code for state in QUICKFIX.states])
@pytest.mark.parametrize("move", [move.name for move in QUICKFIX.moves])
def test_the_table_is_walked_in_every_state(play: Play, state: str, move: str) -> None:
    row = row_in(play, state)
    given: dict[str, object] = {"photo": True, "case": new_id()}
    before = row.chain_seq
    if state in QUICKFIX.move(move).sources:
        lives.take(row, move, SYSTEM, given=given)
        stored = QuickFix.objects.get(pk=row.pk)
        assert (stored.state, stored.chain_seq) == (QUICKFIX.move(move).target, before + 1)
        assert events_of("quickfix", row.pk).last().action == f"quickfix.{QUICKFIX_VERBS[move][0]}"
        return
    with pytest.raises(Refused) as refusal:
        lives.take(row, move, SYSTEM, given=given)
    assert refusal.value.code == "state.move_refused"
    assert QuickFix.objects.get(pk=row.pk).chain_seq == before


@pytest.mark.parametrize(("move", "state"), [("relapse", "sampled"), ("recur", "recorded")])
def test_what_a_move_needs_must_be_given(play: Play, move: str, state: str) -> None:
    row = row_in(play, state)
    with pytest.raises(Refused) as refusal:
        lives.take(row, move, SYSTEM)
    assert refusal.value.code == "state.missing"


def test_a_move_tells_what_was_before_and_speaks_upwards(play: Play) -> None:
    row = row_in(play, "sampled")
    person = play.by["inspector"].person_id
    lives.take(row, "hold", play.by["inspector"], changes={"looked_by_id": person}, facts={"more": 1}, payload={"x": 2})
    event = events_of("quickfix", row.pk).last()
    assert event.before == {"state": "sampled", "looked_by_id": None}
    assert event.after == {"state": "held", "looked_by_id": str(person), "more": 1}
    told = Outbox.objects.get(topic="quickfix.held")
    assert (told.subject_kind, told.subject_id, told.payload) == ("quickfix", row.pk, {"x": 2})
    assert not hasattr(row, "more"), "a fact is told, not kept"


def test_the_chain_is_whole_after_a_life(play: Play, tmp_path: Any) -> None:
    given = actions.QuickFixInput(id=new_id(), category_code=LITTER, **POINT)
    row = actions.record_quickfix(actor=play.by["grid"], given=given)[0]
    case = play.filed()
    actions.note_relapses(cases=[case])
    events = list(events_of("quickfix", row.pk))
    assert [event.action for event in events][-1] == "quickfix.recurred"
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert list(verify(tmp_path)) == []


# the same place


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"lat": 30.0, "lon": 120.0}, {"lat": 30.0004, "lon": 120.0}, True),
        ({"lat": 30.0, "lon": 120.0}, {"lat": 30.0005, "lon": 120.0}, False),
        ({"lat": None, "lon": None, "address": "永安路"}, {"lat": 30.0, "lon": 120.0, "address": "永安路"}, True),
        ({"lat": None, "lon": None, "address": "永安路"}, {"lat": None, "lon": None, "address": "长乐路"}, False),
        ({"lat": None, "lon": None, "address": ""}, {"lat": None, "lon": None, "address": ""}, False),
    ],
)
def test_what_is_one_place(one: dict[str, Any], other: dict[str, Any], same: bool) -> None:
    first, second = QuickFix(**one), Case(**other)
    assert quickfixes.is_same_place(first, second) is same
    assert quickfixes.is_same_place(second, first) is same


def test_one_site_is_one_place_however_far(db: None) -> None:
    site = new_id()
    first, second = QuickFix(lat=30.0, lon=120.0, site_id=site), Case(lat=31.0, lon=121.0, site_id=site)
    assert quickfixes.is_same_place(first, second)
    assert not quickfixes.is_same_place(first, Case(lat=31.0, lon=121.0, site_id=new_id()))
