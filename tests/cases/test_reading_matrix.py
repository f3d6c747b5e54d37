"""Every state of a case and report × every persona: who reads the words plainly, who may ask, who sees them covered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.cases import actions, reading, selectors
from chuangcheng.cases.states import REPORT
from chuangcheng.kernel.problems import Refused

if TYPE_CHECKING:
    from tests.cases.play import Play

PHONE, COVERED = "13812345678", "138****5678"
#: Of a case in the hands of the street: whoever works on it in that state.
CASE_READERS = {
    "filed": {"office"}, "dispatched": {"street"}, "handling": {"street"}, "handled": {"street"},
    "verified": {"street"}, "suspended": {"street"}, "closed": set(), "void": set(),
}  # fmt: skip
#: Of a report that nobody has made a case yet, or that is over.
REPORT_READERS = {
    "received": {"office"}, "pending_confirm": {"office"}, "withdrawn": set(), "not_accepted": set(), "referred": set(),
    # The case behind it is filed and waits for a unit.
    "filed": {"office"}, "linked": {"office"},
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("state", CASE_READERS)
def test_cases(play: Play, state: str) -> None:
    case = play.in_state(state)
    type(case).objects.filter(pk=case.pk).update(text=f"电话{PHONE}")
    case.refresh_from_db()
    plain = {name for name, actor in play.by.items() if PHONE in reading.text_for(actor, case)}
    assert plain == CASE_READERS[state]
    for name, actor in play.by.items():
        assert reading.hides(actor, case) is (name not in plain)
        assert (COVERED in reading.text_for(actor, case)) is (name not in plain)


@pytest.mark.django_db
@pytest.mark.parametrize("state", REPORT_READERS)
def test_reports(play: Play, state: str) -> None:
    report = play.report_in(state)
    type(report).objects.filter(pk=report.pk).update(text=f"电话{PHONE}")
    report.refresh_from_db()
    plain = {name for name, actor in play.by.items() if PHONE in reading.text_for(actor, report)}
    assert plain == REPORT_READERS[state]


def test_every_state_of_a_report_is_walked() -> None:
    assert set(REPORT_READERS) == {state.code for state in REPORT.states}


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["received", "filed", "not_accepted"])
def test_only_who_may_see_contacts_may_ask(play: Play, state: str) -> None:
    report = play.report_in(state)
    for name, actor in play.by.items():
        try:
            actions.see_words(actor=actor, kind="report", subject_id=report.pk)
            asked = True
        except Refused:
            asked = False
        assert asked is (name == "office"), name


@pytest.mark.django_db
def test_words_that_name_nobody_are_read_by_all_who_see_them(play: Play) -> None:
    case = play.handling(text="路边有一堆垃圾")
    for name, actor in play.by.items():
        if selectors.visible_cases(actor).filter(pk=case.pk).exists():
            assert reading.text_for(actor, case) == "路边有一堆垃圾", name
            assert not reading.hides(actor, case), name


@given(st.text(max_size=80))
def test_covering_twice_is_covering_once(words: str) -> None:
    once = reading.masked(words)
    assert reading.masked(once) == once
    assert len(once) == len(words)
