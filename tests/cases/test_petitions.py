"""Deadlines by category and condition; extensions, suspensions, and calendars that become known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from chuangcheng.cases import actions, deadlines, selectors
from chuangcheng.cases.models import Case, Petition
from chuangcheng.framework.models import TimeRule
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.calendar import CALENDAR, WorkCalendar
from chuangcheng.kernel.problems import Refused
from tests.cases.play import Play
from tests.conftest import NOON


def at_city(day: int, hour: int, minute: int = 0) -> datetime:
    """A September 2026 time of the city, as UTC."""
    return datetime(2026, 9, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refusal:
        call()
    return refusal.value.code


@pytest.mark.parametrize(
    ("category", "condition", "due"),
    [
        ("06010", "default", at_city(15, 18)),  # 4 工作时 from noon: 14–18
        ("07003", "default", at_city(16, 12)),  # 1 工作日 = 8 工作时
        ("07003", "dangerous", at_city(15, 14)),  # 2 紧急工作时
    ],
)
def test_the_limit_depends_on_category_and_condition(play: Play, category: str, condition: str, due: datetime) -> None:
    case = play.filed(category_code=category, condition=condition)
    assert (case.due_at, case.due_provisional) == (due, False)
    rule = TimeRule.objects.get(pk=case.due_rule.partition("@")[0])
    assert (rule.condition, case.due_rule) == (condition, f"{rule.id}@{rule.version}")
    deadline, named = deadlines.due_for(category, condition, NOON)
    assert (deadline.at, named) == (due, rule)


def test_an_extension_is_the_original_limit_once_more(play: Play) -> None:
    case = play.asked()
    petition = case.petitions.get()
    assert (petition.kind, petition.until, petition.unit_id) == ("extension", at_city(16, 12), play.unit("street"))
    case = play.decide(case, granted=True)
    assert (case.due_at, case.extension_count, case.state) == (at_city(16, 12), 1, "handling")
    assert selectors.chain_of(case)[0].due_at == at_city(16, 12)


def test_every_live_link_moves_by_as_much(play: Play) -> None:
    case = play.filed()
    case = actions.dispatch_case(
        actor=play.by["office"], case_id=case.id, unit_id=play.unit("district"), due_at=at_city(15, 16)
    )
    actions.pass_on(actor=play.by["district"], case_id=case.id, unit_id=play.unit("street"), due_at=at_city(15, 15))
    actions.ask_extension(actor=play.by["street"], case_id=case.id, reason="需协调")
    case = play.decide(case, granted=True)
    by = at_city(16, 12) - at_city(15, 18)
    assert [link.due_at for link in selectors.chain_of(case)] == [at_city(15, 16) + by, at_city(15, 15) + by]


def test_two_extensions_and_no_more(play: Play) -> None:
    case = play.handling()
    for _ in range(2):
        actions.ask_extension(actor=play.by["street"], case_id=case.id, reason="需协调")
        play.decide(case, granted=True)
    ask = lambda: actions.ask_extension(actor=play.by["street"], case_id=case.id, reason="需协调")  # noqa: E731
    assert refused(ask) == "case.extended_enough"


def test_a_refused_one_does_not_count(play: Play) -> None:
    case = play.handling()
    for _ in range(3):
        actions.ask_extension(actor=play.by["street"], case_id=case.id, reason="需协调")
        case = play.decide(case, granted=False)
    assert (case.extension_count, case.due_at) == (0, at_city(15, 18))
    actions.ask_extension(actor=play.by["street"], case_id=case.id, reason="需协调")
    assert play.decide(case, granted=True).extension_count == 1


def test_one_asks_before_the_limit_passes(play: Play) -> None:
    case = play.handling()
    with clock.at(at_city(15, 18, 1)):
        for ask in (
            lambda: actions.ask_extension(actor=play.by["street"], case_id=case.id, reason="晚了"),
            lambda: actions.ask_suspension(
                actor=play.by["street"], case_id=case.id, reason="晚了", until=at_city(28, 12)
            ),
        ):
            assert refused(ask) == "case.limit_passed"


def test_one_petition_at_a_time(play: Play) -> None:
    case = play.asked()
    ask = lambda: actions.ask_extension(actor=play.by["street"], case_id=case.id, reason="再来")  # noqa: E731
    assert refused(ask) == "case.petition_waits"


@pytest.mark.parametrize("move", ["handle", "return", "pass_on"])
def test_a_petition_lapses_when_the_case_moves_on(play: Play, move: str) -> None:
    case = play.asked()
    street = play.by["street"]
    if move == "handle":
        actions.handle_case(actor=street, case_id=case.id, outcome="cannot", note="x")
    elif move == "return":
        actions.return_case(actor=street, case_id=case.id, reason_code="not_ours")
    else:
        actions.pass_on(actor=street, case_id=case.id, unit_id=play.unit("community"))
    petition = Petition.objects.get()
    assert petition.state == "lapsed"
    decide = lambda: actions.decide_petition(  # noqa: E731
        actor=play.by["office"], petition_id=petition.id, granted=True
    )
    assert refused(decide) == "state.stale"


def test_the_asking_unit_does_not_decide(play: Play) -> None:
    """The campaign office holds a case itself and asks; its own approver must not decide."""
    case = play.asked()
    Petition.objects.update(unit=play.unit("office"))
    decide = lambda: play.decide(case, granted=True)  # noqa: E731
    assert refused(decide) == "case.own_petition"


@pytest.mark.parametrize("days", [-1, 0, 366])
def test_a_suspension_ends_within_a_year(play: Play, days: int) -> None:
    case = play.handling()
    ask = lambda: actions.ask_suspension(  # noqa: E731
        actor=play.by["street"], case_id=case.id, reason="待汛期结束", until=NOON + timedelta(days=days)
    )
    assert refused(ask) == "case.suspension_too_long"


def test_a_suspension_needs_a_zone(play: Play) -> None:
    case = play.handling()
    ask = lambda: actions.ask_suspension(  # noqa: E731
        actor=play.by["street"], case_id=case.id, reason="待汛期结束", until=datetime(2026, 10, 1)
    )
    assert refused(ask) == "common.naive_time"


def test_a_suspension_pauses_the_clock(play: Play) -> None:
    """Two of the four working hours were left at 16:00; two weeks later they run on."""
    case = play.handling()
    with clock.at(at_city(15, 16)):
        actions.ask_suspension(actor=play.by["street"], case_id=case.id, reason="待料", until=at_city(28, 9))
        case = play.decide(case, granted=True)
        assert (case.state, case.suspended_at, case.suspended_until) == (
            "suspended", at_city(15, 16), at_city(28, 9),
        )  # fmt: skip
    assert actions.resume_due(now=at_city(28, 8, 59)) == 0
    with clock.at(at_city(28, 9)):
        assert actions.resume_due(now=clock.now()) == 1
        assert actions.resume_due(now=clock.now()) == 0
    case.refresh_from_db()
    assert (case.state, case.due_at) == ("handling", at_city(28, 11))
    assert selectors.chain_of(case)[0].due_at == at_city(28, 11)
    assert events_of("case", case.id).last().actor_label == SYSTEM.label


def test_a_suspension_can_end_early_by_hand(play: Play) -> None:
    case = play.suspended()
    with clock.at(at_city(17, 14)):
        case = actions.resume_case(actor=play.by["office"], case_id=case.id)
    assert (case.state, case.due_at) == ("handling", at_city(17, 18))
    assert (case.suspended_at, case.suspended_until) == (None, None)


def test_a_case_is_suspended_once(play: Play) -> None:
    case = play.suspended()
    actions.resume_case(actor=play.by["office"], case_id=case.id)
    ask = lambda: actions.ask_suspension(  # noqa: E731
        actor=play.by["street"], case_id=case.id, reason="又来", until=NOON + timedelta(days=3)
    )
    assert refused(ask) == "case.suspended_once"


def test_a_limit_that_had_passed_stays_passed(play: Play) -> None:
    """Asked in time, granted after the limit: the pause forgives nothing."""
    case = play.asked("suspension")
    with clock.at(at_city(16, 9)):
        play.decide(case, granted=True)
        case = actions.resume_case(actor=play.by["office"], case_id=case.id)
    assert case.due_at == at_city(15, 18)


def test_a_year_without_official_calendar_makes_the_limit_provisional(play: Play) -> None:
    year = max(year for year in range(2020, 2040) if CALENDAR.is_known(year)) + 1
    with clock.at(datetime(year, 3, 4, 4, tzinfo=UTC)):
        case = play.filed()
        assert case.due_provisional
        assert actions.recompute_provisional(actor=play.by["office"]) == 0
    assert Case.objects.get().due_at == case.due_at


def test_provisional_limits_are_computed_again_once_the_calendar_is_known(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    year = max(year for year in range(2020, 2040) if CALENDAR.is_known(year)) + 1
    start = datetime(year, 3, 4, 4, tzinfo=UTC)
    with clock.at(start):
        case = play.asked()
        case = play.decide(case, granted=True)
    old = case.due_at

    class Known(WorkCalendar):
        def is_known(self, year: int) -> bool:
            return True

    day = start.date()
    known = Known(extra_off=frozenset({day, day + timedelta(days=1), day + timedelta(days=2)}))
    monkeypatch.setattr(deadlines, "CALENDAR", known)
    monkeypatch.setattr(actions.petitions, "CALENDAR", known)
    assert actions.recompute_provisional(actor=SYSTEM) == 1
    case.refresh_from_db()
    assert case.due_at == known.add(start, deadlines.rule_of(case).amount * 2, "work_hours").at > old
    assert selectors.chain_of(case)[0].due_at == case.due_at
    assert events_of("case", case.id).last().action == "case.due_recomputed"


def test_pauses_and_extensions_are_part_of_the_computation(play: Play) -> None:
    """The deadline from scratch is the one that the moves left, step by step."""
    case = play.handling()
    with clock.at(at_city(15, 16)):
        actions.ask_suspension(actor=play.by["street"], case_id=case.id, reason="待料", until=at_city(28, 9))
        play.decide(case, granted=True)
    with clock.at(at_city(17, 10)):
        actions.resume_case(actor=play.by["office"], case_id=case.id)
        actions.ask_extension(actor=play.by["street"], case_id=case.id, reason="需协调")
        case = play.decide(case, granted=True)
    assert deadlines.recomputed(case).at == case.due_at


def test_a_reopened_case_is_computed_from_its_reopening(play: Play) -> None:
    case = play.closed()
    with clock.at(at_city(22, 9)):
        case = actions.reopen_case(actor=play.by["office"], case_id=case.id, reason_code="relapse")
    assert deadlines.recomputed(case).at == case.due_at == at_city(22, 15)


@pytest.mark.parametrize("persona", ["street", "district", "leader", "inspector", "auditor"])
def test_few_recompute(play: Play, persona: str) -> None:
    assert refused(lambda: actions.recompute_provisional(actor=play.by[persona])) == "common.not_allowed"


def test_an_extension_of_the_first_life_does_not_lengthen_the_second(play: Play) -> None:
    """A case that was extended, closed and reopened has its original limit again, also when it is computed anew."""
    case = play.asked()
    play.decide(case, granted=True)
    play.prove(case)
    actions.handle_case(actor=play.by["street"], case_id=case.id, outcome="fixed")
    actions.verify_case(actor=play.by["inspector"], case_id=case.id)
    actions.close_case(actor=play.by["office"], case_id=case.id)
    with clock.at(at_city(22, 9)):
        case = actions.reopen_case(actor=play.by["office"], case_id=case.id, reason_code="relapse")
    assert case.extension_count == 1
    assert deadlines.recomputed(case).at == case.due_at == at_city(22, 15)


def test_nobody_decides_on_their_own_petition_from_another_post(play: Play) -> None:
    """The same person, now at the campaign office, is not outside of the unit that asked."""
    from chuangcheng.kernel.actor import Actor
    from chuangcheng.people.models import Post

    case = play.asked("suspension")
    post = Post.objects.create(person_id=play.by["street"].person_id, role="office", unit_id=play.unit("office"))
    both = Actor(post.person_id, post.id, "另一岗位")
    petition = case.petitions.get()
    decide = lambda: actions.decide_petition(actor=both, petition_id=petition.id, granted=True)  # noqa: E731
    assert refused(decide) == "case.own_petition"
    assert play.decide(case, granted=True).state == "suspended"


def test_a_suspension_stops_the_clock_and_never_the_score(play: Play) -> None:
    """What a failed check found stays found while its case is suspended; only the case is not called overdue."""
    from chuangcheng.cases.status import status_of, with_status

    case = play.suspended()
    later = at_city(20, 12)
    assert status_of(case, later) == "suspended"
    assert not Case.objects.filter(with_status("overdue", later)).exists()
    assert case.outcome == "" and case.closed_at is None, "nothing about it says that it was fixed"


def test_the_second_suspension_is_refused_in_the_second_life_too(play: Play) -> None:
    case = play.suspended()
    actions.resume_case(actor=play.by["office"], case_id=case.id)
    play.prove(case)
    actions.handle_case(actor=play.by["street"], case_id=case.id, outcome="fixed")
    actions.verify_case(actor=play.by["inspector"], case_id=case.id)
    actions.close_case(actor=play.by["office"], case_id=case.id)
    actions.reopen_case(actor=play.by["office"], case_id=case.id, reason_code="relapse")
    actions.dispatch_case(actor=play.by["office"], case_id=case.id, unit_id=play.unit("street"))
    ask = lambda: actions.ask_suspension(  # noqa: E731
        actor=play.by["street"], case_id=case.id, reason="又来", until=NOON + timedelta(days=3)
    )
    assert refused(ask) == "case.suspended_once"
