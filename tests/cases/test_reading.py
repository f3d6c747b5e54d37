"""Who reads telephone numbers, identity numbers and plates in the words of reports and cases, and who does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chuangcheng.cases import actions, reading, timeline
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel.problems import Refused
from tests.cases.play import LITTER

if TYPE_CHECKING:
    from tests.cases.play import Play

pytestmark = pytest.mark.django_db

WORDS = "垃圾成堆，请打电话13812345678，冀RA1234占道"
COVERED = "垃圾成堆，请打电话138****5678，冀R****4占道"


def readers(play: Play, row: reading.Row) -> set[str]:
    """The personas who read the row with nothing covered."""
    found = set()
    for name, actor in play.by.items():
        words = reading.text_for(actor, row)
        assert words in {WORDS, COVERED}, name
        assert reading.hides(actor, row) is (words == COVERED), name
        if words == WORDS:
            found.add(name)
    return found


def test_a_waiting_report_is_read_by_the_clerk_who_may_see_contacts(play: Play) -> None:
    report = play.report(text=WORDS)
    assert readers(play, report) == {"office"}
    assert readers(play, actions.ask_confirm(actor=play.by["office"], report_id=report.pk)) == {"office"}


def test_once_it_is_over_nobody_reads_it(play: Play) -> None:
    report = play.report(text=WORDS)
    actions.withdraw_report(report_id=report.pk, code=actions.code_of(report.pk))
    report.refresh_from_db()
    assert readers(play, report) == set()


def test_an_open_case_is_read_by_the_people_of_its_holder(play: Play) -> None:
    assert readers(play, play.filed(text=WORDS)) == {"office"}  # nobody holds it: the dispatcher does
    case = play.handling(text=WORDS)
    assert readers(play, case) == {"street"}  # the grid worker of that unit may not handle cases
    assert readers(play, play.handling("department", text=WORDS)) == {"department"}


def test_a_unit_that_helps_reads_it_too(play: Play) -> None:
    case = play.filed(text=WORDS)
    helped = actions.dispatch_case(
        actor=play.by["office"], case_id=case.pk, unit_id=play.unit("street"), co_units=(play.unit("department"),)
    )
    assert readers(play, helped) == {"street", "department"}


def test_a_closed_case_is_covered_for_its_handler(play: Play) -> None:
    assert readers(play, play.closed(text=WORDS)) == set()
    assert readers(play, play.void(text=WORDS)) == set()


def test_the_report_behind_a_case_is_read_by_who_handles_it(play: Play) -> None:
    report = play.report(text=WORDS)
    case = actions.file_report(actor=play.by["office"], report_id=report.pk, category_code=LITTER)
    actions.dispatch_case(actor=play.by["office"], case_id=case.pk, unit_id=play.unit("street"))
    report.refresh_from_db()
    assert readers(play, report) == {"street"}


def test_staff_read_what_they_wrote_themselves(play: Play) -> None:
    from tests.cases.play import given

    report, _ = actions.create_report(actor=play.by["grid"], given=given(text=WORDS, source="grid"))
    assert readers(play, report) == {"office", "grid"}


def test_remarks_are_covered_as_the_text_is(play: Play) -> None:
    case = play.handled(text=WORDS)
    case = actions.rework_case(actor=play.by["inspector"], case_id=case.pk, note="请联系13812345678")

    def said(reader: str | None) -> set[str]:
        entries = timeline.of_case(case, play.by[reader] if reader else None)
        return {entry.note for entry in entries if entry.note}

    assert said("street") == {"请联系13812345678"}
    assert said("inspector") == said("leader") == said(None) == {"请联系138****5678"}


def test_a_look_at_the_words_is_a_history_row(play: Play) -> None:
    case, report = play.closed(text=WORDS), play.report(text=WORDS)
    for kind, row in (("case", case), ("report", report)):
        seen = actions.see_words(actor=play.by["office"], kind=kind, subject_id=row.pk)
        assert seen.text == WORDS
        last = events_of(kind, row.pk).order_by("-seq")[0]
        assert (last.action, last.actor_person, last.after) == (f"{kind}.words_seen", play.by["office"].person_id, {})


@pytest.mark.parametrize("persona", ["leader", "district", "street", "department", "grid", "inspector", "auditor"])
def test_who_may_not_see_contacts_cannot_ask(play: Play, persona: str) -> None:
    case = play.closed(text=WORDS)
    length = events_of("case", case.pk).count()
    with pytest.raises(Refused) as refused:
        actions.see_words(actor=play.by[persona], kind="case", subject_id=case.pk)
    assert refused.value.problem.code == "common.not_allowed"
    assert events_of("case", case.pk).count() == length


def test_nothing_is_nothing() -> None:
    assert reading.masked(None) == reading.masked("") == ""
