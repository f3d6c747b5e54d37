"""Minutes as a document: which facts, items, decisions and fates stand in them, and what is left out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chuangcheng.bulletins.minutes import compose, item_words
from chuangcheng.bulletins.pdf import print_document as pdf
from chuangcheng.bulletins.word import print_document as word
from chuangcheng.meetings import actions
from chuangcheng.meetings.models import AgendaItem
from chuangcheng.people.models import Person, Unit
from chuangcheng.tasks.models import Task
from tests.meetings.conftest import Plan, plan, present
from tests.tasks.conftest import TODAY

__all__ = ["plan", "present"]
STREET = Unit(code="S", short_name="河东街道")

#: Source, unit, number, words; the item in one sentence.
ITEMS = [
    ("", None, 0, "通报迎检安排", "通报迎检安排"),
    ("tasks", STREET, 3, "", "河东街道：超期任务 3 件"),
    ("decisions", STREET, 1, "", "河东街道：上次议定、尚未办结 1 件"),
    ("instructions", STREET, 2, "", "河东街道：批示超期未回复 2 件"),
    ("flagged", STREET, 5, "", "河东街道：督办中的案件 5 件"),
    ("overdue", STREET, 12, "", "河东街道：超期案件 12 件"),
    ("arbitrating", None, 1, "", "待仲裁的案件 1 件"),
    ("standards", STREET, 1, "", "河东街道：失分最多的标准 1 件"),
    ("gone", STREET, 1, "", "河东街道：gone 1 件"),  # a source that the city has struck out since
]


@pytest.mark.parametrize(("source", "unit", "count", "words", "said"), ITEMS)
def test_an_item_in_one_sentence(source: str, unit: Any, count: int, words: str, said: str) -> None:
    assert item_words(AgendaItem(source=source, unit=unit, count=count, words=words)) == said


def test_a_bare_meeting_says_what_is_known(plan: Plan) -> None:
    document = compose(plan(units=(), place=""))
    assert [section.heading for section in document.sections] == ["一、会议概况"]
    assert document.sections[0].paragraphs == ("时间：2026年9月17日12时", "召集：创城办")
    assert document.draft and document.series == "会议纪要" and document.period == "（创城办例会，2026年9月17日12时）"


def test_attendance_is_told_where_it_was_noted(plan: Plan, personas: Any, ledger: Any) -> None:
    meeting = plan(days=-0.1, chair=Person.objects.get(username="leader"))
    before = compose(meeting).sections[0].paragraphs
    assert before[1:] == ("地点：三楼会议室", "主持：张leader", "召集：创城办", "参会单位：城市管理局、河东街道")
    actions.hold_meeting(actor=personas["office"], meeting_id=meeting.pk, present=[ledger["street"]])
    after = compose(meeting).sections[0].paragraphs
    assert after[-2:] == ("参会单位：河东街道", "缺席单位：城市管理局")


#: What became of the task, as the next meeting's minutes say it.
FATES = [
    ({"state": "struck_off"}, "已办结"),
    ({"state": "upheld"}, "已办结"),
    ({"state": "under_way"}, "在办"),
    ({"state": "in_review"}, "在办"),
    ({"state": "under_way", "due_on": TODAY - timedelta(days=1)}, "超期"),
    ({"state": "void"}, "已作废"),
]


def test_the_next_minutes_tell_the_fate(present: Plan, plan: Plan, personas: Any, ledger: Any) -> None:
    office, meeting = personas["office"], present(days=-7)
    given = actions.DecisionInput(words="清运加密", lead=ledger["street"], due_on=TODAY + timedelta(days=9),
                                  supports=(ledger["department"], ledger["street2"]))  # fmt: skip
    actions.decide(actor=office, meeting_id=meeting.pk, given=given)
    actions.write_minutes(actor=office, meeting_id=meeting.pk, minutes="第一段。\n第二段。")
    own = compose(meeting.__class__.objects.select_related("unit").get(pk=meeting.pk))
    assert own.sections[-2].paragraphs == ("第一段。", "第二段。")
    table = own.sections[-1].table
    assert own.sections[-1].heading.endswith("议定事项") and table is not None
    assert table.headers == ("序号", "议定事项", "责任单位", "时限")
    assert table.rows == (("1", "清运加密", "河东街道（配合：城市管理局、河西街道）", "2026-09-24"),)
    actions.issue_minutes(actor=office, meeting_id=meeting.pk)
    following = plan(days=-0.1)
    for changes, said in FATES:
        Task.objects.filter(pk=given.id).update(**{"due_on": TODAY + timedelta(days=9), **changes})
        section = next(part for part in compose(following).sections if "上次议定" in part.heading)
        assert section.table is not None
        assert section.table.headers[-1] == "落实情况" and section.table.rows[0][-1] == said, changes


def test_an_issued_document_is_no_draft_and_prints(present: Plan, personas: Any) -> None:
    office, meeting = personas["office"], present()
    actions.write_minutes(actor=office, meeting_id=meeting.pk, minutes="纪要")
    issued = actions.issue_minutes(actor=office, meeting_id=meeting.pk)
    document = compose(issued)
    assert not document.draft and document.issued_on == "2026年9月15日" and document.issue == issued.number
    assert word(document).startswith(b"PK")
    assert issued.issued_at is not None
    first, second = (pdf(document, issued.issued_at) for _twice in range(2))
    assert first == second and first.startswith(b"%PDF"), "the same minutes give the same bytes"
