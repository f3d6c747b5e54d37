"""督办标记 and 认领: who marks and who takes, what it changes, what it leaves counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from chuangcheng.cases import actions, claims, projections, selectors
from chuangcheng.cases.models import Case, RoutingRule
from chuangcheng.history.selectors import events_of
from chuangcheng.history.sweep import drain
from chuangcheng.kernel import clock
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.notices.models import Notice
from chuangcheng.people.models import Post
from chuangcheng.people.rights import forget_posts
from tests.cases.play import LITTER, OTHER_STREET, Play
from tests.conftest import NOON

DAY = timedelta(days=1)


def refused(call: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as refusal:
        call()
    return refusal.value


def flag(
    play: Play, case: Case, by: str = "office", until: datetime = NOON + 3 * DAY, note: str = "群众反映强烈"
) -> Case:
    return actions.flag_case(actor=play.by[by], case_id=case.id, note=note, until=until)


def claim(play: Play, case: Case, by: str = "street") -> Case:
    return actions.claim_case(actor=play.by[by], case_id=case.id)


# flags


@pytest.mark.parametrize("who", ["office", "leader"])
def test_office_and_leaders_flag_and_take_it_off(play: Play, who: str) -> None:
    case = flag(play, play.handling(), who)
    assert (case.flagged_at, case.flag_due_at, case.flag_count, case.state) == (NOON, NOON + 3 * DAY, 1, "handling")
    assert refused(lambda: flag(play, case, who)).code == "case.flagged_already"
    case = actions.unflag_case(actor=play.by[who], case_id=case.id, note="已当面答复")
    assert (case.flagged_at, case.flag_due_at, case.flag_count) == (None, None, 1)
    off = lambda: actions.unflag_case(actor=play.by[who], case_id=case.id, note="再撤")  # noqa: E731
    assert refused(off).code == "case.not_flagged"
    assert flag(play, case, who).flag_count == 2
    assert list(projections.check_cases()) == []


@pytest.mark.parametrize("who", ["district", "street", "community", "grid", "inspector"])
def test_nobody_else_does(play: Play, who: str) -> None:
    case = play.handling()
    assert refused(lambda: flag(play, case, who)).code == "common.not_allowed"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"note": ""}, "state.missing"),
        ({"until": NOON}, "case.flag_in_the_past"),
        ({"until": NOON - DAY}, "case.flag_in_the_past"),
        ({"until": datetime(2026, 9, 20)}, "common.naive_time"),
    ],
)
def test_a_flag_has_a_reason_and_a_day_ahead(play: Play, more: dict[str, object], code: str) -> None:
    case = play.handling()
    assert refused(lambda: flag(play, case, **more)).code == code  # type: ignore[arg-type]


@pytest.mark.parametrize("end", ["close", "void"])
def test_the_flag_ends_with_the_case_and_stays_counted(play: Play, end: str) -> None:
    if end == "close":
        case = flag(play, play.verified())
        case = actions.close_case(actor=play.by["office"], case_id=case.id)
    else:
        case = flag(play, play.filed())
        case = actions.void_case(actor=play.by["office"], case_id=case.id, reason_code="mistake")
    assert (case.flagged_at, case.flag_due_at, case.flag_count) == (None, None, 1)
    assert list(projections.check_cases()) == []
    assert refused(lambda: flag(play, case)).code == "state.move_refused"


def test_heads_and_workers_of_the_holder_are_told_at_any_hour(play: Play) -> None:
    Post.objects.filter(person=play.by["street"].person_id).update(title="办事处主任")
    forget_posts()
    case = play.handling()
    drain()
    Notice.objects.all().delete()
    flag(play, case)
    drain()
    notices = Notice.objects.filter(topic="case.flagged")
    assert {notice.person_id for notice in notices} == {play.by["street"].person_id}
    assert case.number in notices[0].text["zh"] and "督办" in notices[0].text["zh"]
    assert "flagged" in notices[0].text["en"].lower()


def test_the_reason_is_a_remark_and_no_history(play: Play) -> None:
    case = flag(play, play.handling(), note="某某投诉三次")
    event = events_of("case", case.id).last()
    assert event.action == "case.flagged" and "某某" not in str(event.after)
    assert case.remarks.get(seq=event.seq).text == "某某投诉三次"


# claims


def test_a_unit_claims_what_lies_in_its_area(play: Play) -> None:
    case = play.filed()
    assert [row.pk for row in claims.claimable(play.by["street"])] == [case.pk]
    case = claim(play, case)
    assert (case.state, case.holder_id, case.claimed_at) == ("handling", play.unit("street"), NOON)
    assert case.responsible_id == play.unit("street")
    link = case.assignments.get()
    assert (link.role, link.state, link.unit_id, link.due_at) == ("lead", "open", play.unit("street"), case.due_at)
    assert events_of("case", case.id).last().action == "case.claimed"
    assert not claims.claimable(play.by["street"]).exists()
    assert list(projections.check_cases()) == []


def test_the_first_wins_and_the_others_are_told_who(play: Play) -> None:
    case = play.filed()
    claim(play, case, "community")
    for who in ("street", "district"):
        refusal = refused(lambda who=who: claim(play, case, who))
        assert refusal.code == "case.claimed_already" and "永安社区" in refusal.message("zh-hans")


def test_what_was_dispatched_is_not_claimed(play: Play) -> None:
    case = play.dispatched("department")
    refusal = refused(lambda: claim(play, case))
    assert refusal.code == "case.claimed_already" and "城市管理局" in refusal.message("zh-hans")


def test_a_trade_claims_what_rules_give_to_it(play: Play) -> None:
    trade = play.filed(category_code="07003")
    litter = play.filed()
    assert not claims.claimable(play.by["department"]).exists()
    RoutingRule.objects.create(order=1, category_prefix="07", target="unit", unit_id=play.unit("department"))
    RoutingRule.objects.create(order=9, target="unit", unit_id=play.unit("department"))  # what is left over: no trade
    assert [row.pk for row in claims.claimable(play.by["department"])] == [trade.pk]
    assert claim(play, trade, "department").holder_id == play.unit("department")
    assert refused(lambda: claim(play, litter, "department")).code == "common.not_found"


def test_a_rule_for_an_area_gives_that_area_only(play: Play) -> None:
    here, there = play.filed(), play.filed(**OTHER_STREET)
    assert here.division is not None
    RoutingRule.objects.create(
        order=1, category_prefix=LITTER, division=here.division, target="unit", unit_id=play.unit("department")
    )
    assert [row.pk for row in claims.claimable(play.by["department"])] == [here.pk]
    assert refused(lambda: claim(play, there, "department")).code == "common.not_found"


@pytest.mark.parametrize("who", ["office", "leader", "grid", "inspector", "subcommand", "auditor"])
def test_who_may_not_claim(play: Play, who: str) -> None:
    case = play.filed()
    assert not claims.claimable(play.by[who]).exists()
    assert refused(lambda: claim(play, case, who)).code == "common.not_allowed"


def test_another_area_is_not_even_found(play: Play) -> None:
    case = play.filed(**OTHER_STREET)
    assert refused(lambda: claim(play, case)).code == "common.not_found"
    assert refused(lambda: actions.claim_case(actor=play.by["street"], case_id=new_id())).code == "common.not_found"


def test_a_claim_that_is_given_back_is_none_any_more(play: Play) -> None:
    case = claim(play, play.filed())
    case = actions.return_case(actor=play.by["street"], case_id=case.id, reason_code="not_ours")
    assert (case.state, case.claimed_at) == ("filed", None)
    assert list(projections.check_cases()) == []


def test_the_button_stands_where_it_works(play: Play) -> None:
    case = play.filed()
    for who, actor in play.by.items():
        has = any(move.name == "claim" for move in selectors.moves_for(actor, case))
        assert has is (who in {"street", "community", "district"}), who


def test_a_claim_is_no_dispatch_that_tells_oneself(play: Play) -> None:
    case = claim(play, play.filed())
    drain()
    assert not Notice.objects.filter(person=play.by["street"].person_id, topic="case.dispatched").exists()
    with clock.at(NOON + timedelta(hours=1)):
        play.prove(case)
        assert actions.handle_case(actor=play.by["street"], case_id=case.id, outcome="fixed").on_time is None
