"""What citizens do after they have reported, and instead: rate, plead to reopen, "me too", and see what is near."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from hypothesis import given as with_values
from hypothesis import strategies as st

from chuangcheng.cases import actions, projections, selectors
from chuangcheng.cases.actions.citizens import MAX_WORDS
from chuangcheng.cases.camera import GOOD_FOR, SLACK, camera_pass, made_at, vouched
from chuangcheng.cases.models import Case, Report, Watch
from chuangcheng.cases.nearby import around, public_open
from chuangcheng.cases.states import DECLINES, PLEA
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos.actions import Declaration
from tests.cases.play import LITTER, POINT, Play, given
from tests.conftest import NOON

PHONE = "0190b0b0-0000-7000-8000-00000000abcd"


def refusal(call: object) -> str:
    """The code with which the call is refused."""
    with pytest.raises(Refused) as refused:
        call()  # type: ignore[operator]
    return refused.value.code


def filed(play: Play, **more: object) -> Case:
    """An open case that came of a citizen's report."""
    return actions.file_report(actor=play.by["office"], report_id=play.report(**more).pk, category_code=LITTER)


@pytest.fixture
def closed(play: Play) -> Report:
    """A citizen's report whose case has just been closed."""
    case = filed(play)
    by = play.by
    actions.dispatch_case(actor=by["office"], case_id=case.pk, unit_id=play.unit("street"))
    actions.accept_case(actor=by["street"], case_id=case.pk)
    play.prove(case)
    actions.handle_case(actor=by["street"], case_id=case.pk, outcome="fixed")
    actions.verify_case(actor=by["inspector"], case_id=case.pk)
    actions.close_case(actor=by["office"], case_id=case.pk)
    return Report.objects.select_related("case").get(case=case)


def code(report: Report) -> str:
    return actions.code_of(report.pk)


# Rating -------------------------------------------------------------------------------------------------------------


def test_a_closed_case_is_rated_once(closed: Report) -> None:
    actions.rate_report(report_id=closed.pk, code=code(closed), stars=4, words=" 快 ")
    stored = Report.objects.get(pk=closed.pk)
    assert (stored.rating, stored.rated_at, stored.rating_text) == (4, NOON, "快")
    again = lambda: actions.rate_report(report_id=closed.pk, code=code(closed), stars=1)  # noqa: E731
    assert refusal(again) == "report.rated_already"


def test_history_knows_the_stars_and_not_the_words(closed: Report) -> None:
    actions.rate_report(report_id=closed.pk, code=code(closed), stars=2, words="一点都不快")
    told = events_of("report", closed.pk).get(action="report.rated")
    assert told.after["rating"] == 2 and "不快" not in str(told.after)
    assert list(projections.check_reports()) == []


@pytest.mark.parametrize("stars", [0, 6, -1])
def test_only_one_to_five(closed: Report, stars: int) -> None:
    rate = lambda: actions.rate_report(report_id=closed.pk, code=code(closed), stars=stars)  # noqa: E731
    assert refusal(rate) == "report.bad_rating"


def test_nothing_is_rated_before_it_is_closed_or_without_the_code(play: Play, closed: Report) -> None:
    open_one = play.report()
    assert (
        refusal(lambda: actions.rate_report(report_id=open_one.pk, code=code(open_one), stars=5)) == "report.not_closed"
    )
    assert refusal(lambda: actions.rate_report(report_id=closed.pk, code="AAAAAAAA", stars=5)) == "report.wrong_code"
    assert refusal(lambda: actions.rate_report(report_id=uuid4(), code="AAAAAAAA", stars=5)) == "common.not_found"


@pytest.mark.parametrize("words", ["长" * (MAX_WORDS + 1), "a\0b"])
def test_words_have_a_limit(closed: Report, words: str) -> None:
    for call in (
        lambda: actions.rate_report(report_id=closed.pk, code=code(closed), stars=5, words=words),
        lambda: actions.ask_reopen(report_id=closed.pk, code=code(closed), words=words),
    ):
        assert refusal(call) == "common.invalid"


# Pleading -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def pleaded(closed: Report) -> Report:
    """Its reporter says that the trouble is still there."""
    return actions.ask_reopen(report_id=closed.pk, code=code(closed), words="第二天又堆满了")


def test_a_plea_waits_for_the_office_and_changes_nothing_yet(pleaded: Report) -> None:
    assert (pleaded.plea_state, pleaded.plea_at, pleaded.plea_text) == ("asked", NOON, "第二天又堆满了")
    assert Case.objects.get(pk=pleaded.case_id).state == "closed"
    ask = lambda: actions.ask_reopen(report_id=pleaded.pk, code=code(pleaded), words="还在")  # noqa: E731
    assert refusal(ask) == "state.move_refused"
    assert list(projections.check_reports()) == []


def test_granted_reopens_the_case(play: Play, pleaded: Report) -> None:
    actions.grant_reopen(actor=play.by["office"], report_id=pleaded.pk)
    case = Case.objects.get(pk=pleaded.case_id)
    assert (case.state, case.reopen_count) == ("filed", 1)
    assert Report.objects.get(pk=pleaded.pk).plea_state == "granted"
    assert list(projections.check_reports()) == list(projections.check_cases()) == []


def test_granted_when_the_case_is_open_again_already_reopens_nothing(play: Play, pleaded: Report) -> None:
    assert pleaded.case_id is not None
    actions.reopen_case(actor=play.by["office"], case_id=pleaded.case_id, reason_code="relapse")
    actions.grant_reopen(actor=play.by["office"], report_id=pleaded.pk)
    assert Case.objects.get(pk=pleaded.case_id).reopen_count == 1


@pytest.mark.parametrize("reason", DECLINES)
def test_declined_says_why_and_is_final(play: Play, pleaded: Report, reason: str) -> None:
    actions.decline_reopen(actor=play.by["office"], report_id=pleaded.pk, reason_code=reason)
    stored = Report.objects.get(pk=pleaded.pk)
    assert (stored.plea_state, stored.plea_reason) == ("declined", reason)
    ask = lambda: actions.ask_reopen(report_id=pleaded.pk, code=code(pleaded), words="还在")  # noqa: E731
    assert refusal(ask) == "state.move_refused"


def test_an_unknown_reason_is_none(play: Play, pleaded: Report) -> None:
    decline = lambda: actions.decline_reopen(actor=play.by["office"], report_id=pleaded.pk, reason_code="tired")  # noqa: E731
    assert refusal(decline) == "report.unknown_reason"


@pytest.mark.parametrize("persona", ["street", "department", "grid", "inspector", "leader", "auditor", "subcommand"])
def test_only_who_may_dispatch_decides(play: Play, pleaded: Report, persona: str) -> None:
    for call in (
        lambda: actions.grant_reopen(actor=play.by[persona], report_id=pleaded.pk),
        lambda: actions.decline_reopen(actor=play.by[persona], report_id=pleaded.pk, reason_code="found_done"),
    ):
        assert refusal(call) == "common.not_allowed"


@pytest.mark.parametrize("state", [state.code for state in PLEA.states])
@pytest.mark.parametrize("move", ["grant_reopen", "decline_reopen"])
def test_only_what_was_asked_is_decided(play: Play, closed: Report, state: str, move: str) -> None:
    Report.objects.filter(pk=closed.pk).update(plea_state=state)
    given = {"reason_code": "found_done"} if move == "decline_reopen" else {}
    call = lambda: getattr(actions, move)(actor=play.by["office"], report_id=closed.pk, **given)  # noqa: E731
    if state == "asked":
        assert call().plea_state != "asked"
    else:
        assert refusal(call) == "state.move_refused"


def test_a_plea_has_words_and_a_window(closed: Report) -> None:
    blank = lambda: actions.ask_reopen(report_id=closed.pk, code=code(closed), words="  ")  # noqa: E731
    assert refusal(blank) == "state.missing"
    ask = lambda: actions.ask_reopen(report_id=closed.pk, code=code(closed), words="还在")  # noqa: E731
    with clock.at(NOON + timedelta(days=30, seconds=1)):
        assert refusal(ask) == "report.plea_too_late"
    with clock.at(NOON + timedelta(days=30)):
        assert ask().plea_state == "asked"


# "Me too" -----------------------------------------------------------------------------------------------------------


def test_me_too_is_told_once_however_often_it_is_sent(play: Play) -> None:
    case, watch_id = filed(play), uuid4()
    first, created = actions.watch_case(watch_id=watch_id, case_id=case.pk, phone=PHONE)
    again, repeated = actions.watch_case(watch_id=watch_id, case_id=case.pk, phone=PHONE)
    assert (created, repeated, first.pk) == (True, False, again.pk)
    assert Watch.objects.count() == 1 and PHONE not in first.voter
    assert events_of("case", case.pk).filter(action="case.watched").count() == 1
    assert selectors.public_watch(watch_id).case_id == case.pk
    assert list(projections.check_cases()) == []


def test_one_phone_is_one_vote_for_a_case(play: Play) -> None:
    case, other = filed(play), filed(play)
    actions.watch_case(watch_id=uuid4(), case_id=case.pk, phone=PHONE)
    again = lambda: actions.watch_case(watch_id=uuid4(), case_id=case.pk, phone=PHONE)  # noqa: E731
    assert refusal(again) == "case.watched_already"
    actions.watch_case(watch_id=uuid4(), case_id=other.pk, phone=PHONE)
    actions.watch_case(watch_id=uuid4(), case_id=case.pk, phone=PHONE + "1")
    assert Watch.objects.count() == 3


def test_an_id_stands_for_one_wish(play: Play) -> None:
    case, other, watch_id = filed(play), filed(play), uuid4()
    actions.watch_case(watch_id=watch_id, case_id=case.pk, phone=PHONE)
    elsewhere = lambda: actions.watch_case(watch_id=watch_id, case_id=other.pk, phone=PHONE)  # noqa: E731
    assert refusal(elsewhere) == "common.different_body"


def test_a_repeat_after_the_end_is_still_known(closed: Report, play: Play) -> None:
    case, watch_id = filed(play), uuid4()
    actions.watch_case(watch_id=watch_id, case_id=case.pk, phone=PHONE)
    actions.void_case(actor=play.by["office"], case_id=case.pk, reason_code="mistake")
    assert actions.watch_case(watch_id=watch_id, case_id=case.pk, phone=PHONE)[1] is False
    for gone in (case.pk, closed.case_id, uuid4()):
        assert refusal(lambda: actions.watch_case(watch_id=uuid4(), case_id=gone, phone="x" * 20)) == "common.not_found"  # noqa: B023


# What is near -------------------------------------------------------------------------------------------------------


def test_the_nearest_of_the_kind_come_first(play: Play) -> None:
    far = filed(play, lat=POINT["lat"] + 0.0005)
    near = filed(play, lat=POINT["lat"] + 0.0001)
    filed(play, lat=POINT["lat"] + 0.002)  # 220 m
    found = around(POINT["lat"], POINT["lon"], LITTER)
    assert [one.case.pk for one in found] == [near.pk, far.pk]
    assert [round(one.metres) for one in found] == [11, 56]


def test_only_reviewed_open_cases_of_citizens_are_told(play: Play, closed: Report) -> None:
    play.report()  # not reviewed
    play.filed()  # an inspection's own
    called = actions.create_report(actor=SYSTEM, given=given(source="hotline"))[0]
    actions.file_report(actor=play.by["office"], report_id=called.pk, category_code=LITTER)  # said to 12345 alone
    assert around(POINT["lat"], POINT["lon"]) == []
    shown = filed(play)
    assert [one.case.pk for one in around(POINT["lat"], POINT["lon"])] == [shown.pk]
    assert around(POINT["lat"], POINT["lon"], "99") == []


def test_people_are_reports_and_wishes_together(play: Play) -> None:
    case = filed(play)
    actions.link_report(actor=play.by["office"], report_id=play.report().pk, case_id=case.pk)
    actions.watch_case(watch_id=uuid4(), case_id=case.pk, phone=PHONE)
    assert [one.people for one in around(POINT["lat"], POINT["lon"])] == [3]


def test_the_place_is_found_by_an_index(play: Play) -> None:
    filed(play)
    box = Case.objects.filter(public_open(), lat__range=(30.0, 30.002), lon__range=(120.0, 120.002))
    if connection.vendor == "sqlite":  # PostgreSQL reads a table of one row as a whole, index or not
        assert "(state=? AND lat>? AND lat<?)" in box.explain()


def test_it_takes_three_queries(play: Play, django_assert_num_queries: object) -> None:
    for _ in range(3):
        filed(play)
    with django_assert_num_queries(3):  # type: ignore[operator]
        assert len(around(POINT["lat"], POINT["lon"])) == 3


# The camera's pass --------------------------------------------------------------------------------------------------

SHA = "a" * 64


def taken(after: timedelta, **more: object) -> Declaration:
    values = {"taken_at": NOON + after, "lat": 30.0, "lon": 120.0, **more}
    return Declaration(SHA, "near", **values)  # type: ignore[arg-type]


def test_a_pass_covers_what_was_taken_with_its_page(noon: object) -> None:
    word = camera_pass()
    assert made_at(word) == NOON
    for after in (-SLACK, timedelta(), timedelta(hours=3), GOOD_FOR):
        assert vouched(taken(after), word)
    for after in (-SLACK - timedelta(seconds=1), GOOD_FOR + timedelta(seconds=1)):
        assert not vouched(taken(after), word)
    for lacking in ({"lat": None, "lon": None}, {"taken_at": None}):
        assert not vouched(taken(timedelta(), **lacking), word)


@with_values(st.text(max_size=64) | st.from_regex(r"[0-9]{1,14}\.[0-9a-f]{0,40}", fullmatch=True))
def test_no_other_word_is_a_pass(word: str) -> None:
    assert made_at(word) is None
    assert not vouched(taken(timedelta()), word)
