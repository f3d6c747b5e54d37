"""Random weeks of closures, draws, looks and reopenings: the laws of 抽查复核 hold and history tells it all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from chuangcheng.cases import actions, projections, rechecks
from chuangcheng.cases.models import Case, Recheck
from chuangcheng.cases.rates import rates
from chuangcheng.history.selectors import events_of
from chuangcheng.history.sweep import drain
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import selectors as photos
from tests.cases.play import Play, picture
from tests.conftest import NOON

LOOKERS = ["office", "inspector", "district", "leader", "street"]
HANDLERS = ["street", "department"]


class Weeks(RuleBasedStateMachine):
    """Units close cases, the worker draws, people look, some cases come back, days pass."""

    play: ClassVar[Play]

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = NOON
        self.undo = transaction.atomic()
        self.undo.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    def run(self, call: Callable[[], object]) -> bool:
        """One try; a refusal leaves nothing behind. Whether it was done."""
        with clock.at(self.now):
            try:
                with transaction.atomic():
                    call()
            except Refused:
                return False
        return True

    @initialize()
    def some_are_closed(self) -> None:
        for who in HANDLERS:
            assert self.run(lambda who=who: self.play.closed(by=who))  # type: ignore[misc]

    @rule(who=st.sampled_from(HANDLERS))
    def close(self, who: str) -> None:
        assert self.run(lambda: self.play.closed(by=who))

    @rule()
    def draw(self) -> None:
        with clock.at(self.now):
            actions.draw_rechecks(now=self.now)
            assert actions.draw_rechecks(now=self.now) == 0, "a second draw at once finds nothing left"

    @rule(who=st.sampled_from(LOOKERS), which=st.integers(0, 9), fixed=st.booleans(), shown=st.integers(0, 3))
    def look(self, who: str, which: int, fixed: bool, shown: int) -> None:
        rows = list(Recheck.objects.order_by("drawn_at", "pk"))
        if not rows:
            return
        row, actor = rows[which % len(rows)], self.play.by[who]
        with clock.at(self.now):
            offered = rechecks.may_answer(actor, row)
        current = Case.objects.get(pk=row.case_id).closed_at == row.closed_at
        done = self.run(
            lambda: actions.answer_recheck(
                actor=actor, recheck_id=row.pk, fixed=fixed, photo=picture() if shown else None, note="还有一堆"
            )
        )
        assert done is (offered and current and shown > 0), "what is offered is done, and nothing else"

    @rule(which=st.integers(0, 9))
    def reopen(self, which: int) -> None:
        cases = list(Case.objects.filter(state="closed").order_by("pk"))
        if cases:
            case = cases[which % len(cases)]
            office = self.play.by["office"]
            assert self.run(lambda: actions.reopen_case(actor=office, case_id=case.pk, reason_code="citizen_unhappy"))

    @rule(hours=st.integers(1, 100))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        with clock.at(self.now):
            drain()
            actions.lapse_rechecks(now=self.now)
            assert not Recheck.objects.filter(state="waiting", due_at__lt=self.now).exists()

    @invariant()
    def history_tells_it_all(self) -> None:
        assert [str(found) for found in (*projections._check(Recheck), *projections._check(Case))] == []

    @invariant()
    def who_had_a_part_in_it_never_looked(self) -> None:
        for row in Recheck.objects.filter(state__in=rechecks.ANSWERED):
            assert row.answered_unit_id != row.handled_unit_id
            before = events_of("case", row.case_id).filter(happened_at__lte=row.closed_at)
            hands = before.filter(action__in=("case.handled", "case.verified")).values_list("actor_person", flat=True)
            assert row.answered_by_id not in set(hands)
            assert photos.of(("recheck", row.pk)).exclude(stored_at=None).count() == 1, "each look shows what it saw"

    @invariant()
    def not_fixed_is_open_again(self) -> None:
        told = Counter(pk for pk in Recheck.objects.filter(state="not_fixed").values_list("case", flat=True))
        for pk, times in told.items():
            reasons = events_of("case", pk).filter(action="case.reopened").values_list("reason", flat=True)
            assert list(reasons).count("closed_not_fixed") == times
        waiting = Recheck.objects.filter(state="waiting")
        assert waiting.count() == waiting.values("case").distinct().count(), "of one case one look waits at most"

    @invariant()
    def the_figures_count_looks_alone(self) -> None:
        rows = Recheck.objects.all()
        states = Counter(rows.values_list("state", flat=True))
        lines = rechecks.by_unit(rows)
        assert sum(line.looked for line in lines) == states["fixed"] + states["not_fixed"]
        assert sum(line.not_fixed for line in lines) == states["not_fixed"]
        assert all(
            line.interval is None or line.interval.low <= line.interval.share <= line.interval.high for line in lines
        )
        rate = rates(Case.objects.all(), self.now)["real_fix"]
        looked = rows.filter(why="share", state__in=rechecks.ANSWERED).values("case").distinct().count()
        assert rate.denominator == looked >= rate.numerator >= 0

    @invariant()
    def no_secret_is_told(self) -> None:
        for who in ("inspector", "district", "office"):
            with clock.at(self.now):
                shown = rechecks.visible_to(self.play.by[who]).filter(state="waiting").select_related("case")
                for row in shown:
                    person = self.play.by[who].person_id
                    assert person not in (row.case.handled_by_id, row.case.verified_by_id)


@pytest.mark.parametrize("examples", [2, pytest.param(15, marks=pytest.mark.full)])
def test_random_weeks(play: Play, monkeypatch: pytest.MonkeyPatch, examples: int) -> None:
    monkeypatch.setattr(django_settings, "CITY", replace(django_settings.CITY, recheck_share=60))
    Weeks.play = play
    run_state_machine_as_test(
        Weeks,
        settings=settings(
            max_examples=examples,
            stateful_step_count=8,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_case_closed_anew_may_be_drawn_anew(play: Play, monkeypatch: pytest.MonkeyPatch, noon: datetime) -> None:
    """Found not fixed, worked on, closed again: another closure, another look, each told apart."""
    monkeypatch.setattr(django_settings, "CITY", replace(django_settings.CITY, recheck_share=100))
    case, office = play.closed(), play.by["office"]
    assert actions.draw_rechecks(now=noon) == 1
    first = Recheck.objects.get()
    with clock.at(noon + timedelta(hours=1)):
        actions.answer_recheck(actor=office, recheck_id=first.pk, fixed=False, photo=picture(), note="没有清")
    with clock.at(noon + timedelta(hours=2)):
        actions.dispatch_case(actor=office, case_id=case.pk, unit_id=play.unit("street"))
        actions.accept_case(actor=play.by["street"], case_id=case.pk)
        with pytest.raises(Refused, match=r"case\.proof_missing"):
            actions.handle_case(actor=play.by["street"], case_id=case.pk, outcome="fixed")
        play.prove(case)
        actions.handle_case(actor=play.by["street"], case_id=case.pk, outcome="fixed")
        actions.verify_case(actor=play.by["inspector"], case_id=case.pk)
        closed = actions.close_case(actor=office, case_id=case.pk)
        assert actions.draw_rechecks(now=clock.now()) == 1
    second = Recheck.objects.exclude(pk=first.pk).get()
    assert (second.case_id, second.closed_at, second.state) == (case.pk, closed.closed_at, "waiting")
    assert [row.pk for row in rechecks.of_case(office, closed)] == [second.pk, first.pk], "the newest first"
    real = rates(Case.objects.all(), noon)["real_fix"]
    assert (real.numerator, real.denominator) == (0, 1), "one closure that was none stays counted"
