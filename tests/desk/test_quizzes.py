"""Quizzes: off by default, from a workbook, open for some days, one answer a person, figures by unit and no league."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from chuangcheng.history.models import Event
from chuangcheng.history.projections import registered
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN, SYSTEM
from chuangcheng.kernel.problems import Refused
from chuangcheng.meetings import actions, quiz_imports, quiz_selectors
from chuangcheng.meetings.models import Meeting, Quiz, QuizAnswer
from chuangcheng.meetings.states import QUIZ
from chuangcheng.people.models import Unit
from tests.meetings.conftest import Plan
from tests.tasks.conftest import TODAY
from tests.tasks.test_tasks import refused
from tests.tasks.workbook import cells, written

Sign = Callable[[str], Client]
DAY = timedelta(days=1)
HEAD = ["题型", "题目", "选项A", "选项B", "选项C", "选项D", "选项E", "选项F", "答案"]
ROWS = [
    ["单选", "应答时限？", "一天", "三天", "七天", "", "", "", "B"],
    ["多选", "哪些算佐证？", "照片", "文件", "口头", "录像", "", "", "A、B、D"],
    ["判断", "首次时限会变", "", "", "", "", "", "", "错"],
]
RIGHT = [[1], [0, 1, 3], [1]]


def book(*rows: list[str]) -> bytes:
    return written([HEAD, *(rows or ROWS)])


@pytest.fixture
def switched_on(settings: Any) -> None:
    settings.CITY = replace(settings.CITY, quizzes=True)


@pytest.fixture
def called(switched_on: None, plan: Plan, personas: Any) -> Meeting:
    """A meeting to which the department and the street are called, with three questions that are not open yet."""
    meeting: Meeting = plan()
    actions.call_meeting(actor=personas["office"], meeting_id=meeting.pk)
    report = quiz_imports.import_questions(personas["office"], meeting.pk, book(), name="题.xlsx")
    assert not report.problems, report.problems
    return meeting


@pytest.fixture
def opened(called: Meeting, personas: Any) -> Meeting:
    """The same, open from today for five days."""
    actions.open_quiz(actor=personas["office"], meeting_id=called.pk, from_on=TODAY, until_on=TODAY + 4 * DAY)
    return called


def quiz_of(meeting: Meeting) -> Quiz:
    return Quiz.objects.get(meeting=meeting)


def answer(meeting: Meeting, actor: Any, chosen: Any = RIGHT) -> QuizAnswer:
    return actions.answer_quiz(actor=actor, meeting_id=meeting.pk, chosen=chosen)


def test_switched_off_there_is_nothing(plan: Plan, personas: Any, as_persona: Sign) -> None:
    meeting, office = plan(), personas["office"]
    run: dict[str, Any] = {"actor": office, "meeting_id": meeting.pk}
    refused("common.not_found", actions.open_quiz, **run, from_on=TODAY, until_on=TODAY)
    refused("common.not_found", actions.withdraw_quiz, **run)
    refused("common.not_found", actions.answer_quiz, **run, chosen=[])
    refused("common.not_found", actions.set_questions, **run, questions=[])
    client = as_persona("office")
    for name, args in (("quiz", [meeting.pk]), ("quiz_import", [meeting.pk]), ("quiz_move", [meeting.pk, "open"]),
                       ("quiz_template", [])):  # fmt: skip
        assert client.get(reverse(f"desk:{name}", args=args)).status_code == 404, name
    assert "/quiz/" not in client.get(reverse("desk:meeting", args=[meeting.pk])).content.decode()
    assert not Quiz.objects.exists()


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (ROWS[:2], "quiz.count"), ([["判断", f"题{n}", *[""] * 6, "对"] for n in range(21)], "quiz.count"),
        ([*ROWS, ROWS[0]], "sites.duplicate"),
        ([*ROWS, ["单选", "题", "甲", "", "", "", "", "", "A"]], "quiz.options"),
        ([*ROWS, ["单选", "题", "甲", "", "丙", "", "", "", "A"]], "quiz.options"),
        ([*ROWS, ["单选", "题", "甲", "乙", "", "", "", "", "C"]], "quiz.right"),
        ([*ROWS, ["多选", "题", "甲", "乙", "", "", "", "", "A"]], "quiz.right"),
        ([*ROWS, ["判断", "题", "", "", "", "", "", "", "也许"]], "quiz.right"),
        ([*ROWS, ["填空", "题", "甲", "乙", "", "", "", "", "A"]], "sites.unknown_choice"),
        ([*ROWS, ["单选", "", "甲", "乙", "", "", "", "", "A"]], "sites.missing"),
    ],
)  # fmt: skip
def test_a_wrong_workbook_is_named_and_keeps_what_stood(
    called: Meeting, personas: Any, rows: list[list[str]], code: str
) -> None:
    before = Event.objects.count()
    try:
        report = quiz_imports.import_questions(personas["office"], called.pk, book(*rows), name="题.xlsx")
        assert code in {problem.code for problem in report.problems}
    except Refused as found:
        assert found.code == code
    assert Event.objects.count() == before and len(quiz_of(called).questions) == 3


def test_a_trial_keeps_nothing_and_the_template_comes_back(called: Meeting, personas: Any, tmp_path: Any) -> None:
    more = [*ROWS, ["判断", "街道负责", "", "", "", "", "", "", "对"]]
    quiz_imports.import_questions(personas["office"], called.pk, book(*more), name="题.xlsx", preview=True)
    assert len(quiz_of(called).questions) == 3
    quiz_imports.import_questions(personas["office"], called.pk, book(*more), name="题.xlsx")
    assert [each.kind for each in quiz_of(called).asked] == ["one", "many", "truth", "truth"]
    quiz_imports.write_template(tmp_path / "x.xlsx")
    assert {name.strip("*＊ ") for name in map(str, cells(tmp_path / "x.xlsx")[0])} >= {"题型", "题目", "选项A", "答案"}


def test_its_life(called: Meeting, plan: Plan, personas: Any) -> None:
    office, run = personas["office"], {"actor": personas["office"], "meeting_id": called.pk}
    for days in ((TODAY, TODAY - DAY), (TODAY + 2 * DAY, TODAY + DAY)):
        refused("quiz.days", actions.open_quiz, **run, from_on=days[0], until_on=days[1])
    refused("state.missing", actions.open_quiz, **run, from_on=TODAY, until_on=None)
    refused("common.not_allowed", actions.withdraw_quiz, actor=personas["street"], meeting_id=called.pk)
    refused("common.not_found", actions.withdraw_quiz, actor=personas["street2"], meeting_id=called.pk)
    actions.open_quiz(**run, from_on=TODAY, until_on=TODAY)
    refused("state.move_refused", actions.set_questions, **run, questions=quiz_of(called).asked)
    actions.withdraw_quiz(**run)
    refused("state.move_refused", actions.withdraw_quiz, **run)
    assert [event.action for event in events_of("quiz", quiz_of(called).pk)] == [
        "quiz.set",
        "quiz.opened",
        "quiz.withdrawn",
    ]
    assert not list(registered()["meetings.quiz"].check()) and QUIZ.unreachable() == set()
    assert "佐证" not in str([event.after for event in Event.objects.all()])
    early = plan()
    quiz_imports.import_questions(office, early.pk, book(), name="题.xlsx")
    refused("quiz.not_called", actions.open_quiz, actor=office, meeting_id=early.pk, from_on=TODAY, until_on=TODAY)


def test_each_invited_person_answers_once_on_its_days(opened: Meeting, personas: Any) -> None:
    street = personas["street"]
    for chosen in ([], [[1]], [[9], [], []], [[1], [0], [1], [0]]):
        refused("common.invalid", answer, meeting=opened, actor=street, chosen=chosen)
    with clock.at(clock.now() + 5 * DAY):
        refused("quiz.closed", answer, meeting=opened, actor=street)
    with clock.at(clock.now() + 4 * DAY):
        assert quiz_selectors.may_answer(street, quiz_of(opened))
    assert answer(opened, street).points == 3 and not quiz_selectors.may_answer(street, quiz_of(opened))
    refused("quiz.answered", answer, meeting=opened, actor=street)
    assert answer(opened, personas["department"], [[1], [], [0]]).points == 1
    refused("quiz.closed", answer, meeting=opened, actor=personas["office"])  # it runs the meeting and was not invited
    for name in ("street2", "grid"):
        refused("common.not_found", answer, meeting=opened, actor=personas[name])
    refused("common.not_found", answer, meeting=opened, actor=CITIZEN)
    refused("common.not_found", answer, meeting=opened, actor=SYSTEM)
    assert QuizAnswer.objects.count() == 2


def test_units_stand_in_official_order_with_share_and_mean(opened: Meeting, personas: Any, ledger: Any) -> None:
    answer(opened, personas["street"], [[1], [], []])
    lines = quiz_selectors.by_unit(quiz_of(opened))
    assert [line.unit for line in lines] == sorted(
        (ledger["department"], ledger["street"]), key=lambda unit: (unit.official_order, unit.code)
    )
    told = {line.unit: (line.answered, line.mean) for line in lines}
    assert told == {ledger["street"]: (1, 1.0), ledger["department"]: (0, None)}
    assert all(line.persons >= 1 for line in lines)


def test_the_pages(called: Meeting, as_persona: Sign, personas: Any, settings: Any) -> None:
    office, street = as_persona("office"), as_persona("street")
    here = reverse("desk:quiz", args=[called.pk])
    assert street.get(here).status_code == 404, "not open yet"
    assert "/quiz/" not in street.get(reverse("desk:meeting", args=[called.pk])).content.decode()
    upload = {"file": SimpleUploadedFile("题.xlsx", book())}
    assert office.post(reverse("desk:quiz_import", args=[called.pk]), upload).status_code in {200, 302}
    assert office.get(reverse("desk:quiz_template")).status_code == 200
    form = {"from_on": TODAY.isoformat(), "until_on": TODAY.isoformat()}
    assert office.post(reverse("desk:quiz_move", args=[called.pk, "open"]), form).status_code == 302
    assert office.get(reverse("desk:quiz_move", args=[called.pk, "explode"])).status_code == 404
    assert "/quiz/" in street.get(reverse("desk:meeting", args=[called.pk])).content.decode()
    page = street.get(here).content.decode()
    assert "应答时限？" in page and "正确答案" not in page and "各单位答题情况" not in page
    assert street.post(here, {"q0": "x"}).status_code in {302, 422}
    assert street.post(here, {"q0": "1", "q1": ["0", "1", "3"], "q2": "0"}).status_code == 302
    assert "3 道答对 2 道" in street.get(here).content.decode() and "正确答案" in street.get(here).content.decode()
    html = office.get(here).content.decode()
    assert "各单位答题情况" in html and "尚无人答题" not in html
    settings.CITY = replace(settings.CITY, not_reported=True)
    assert "尚无人答题" in office.get(here).content.decode()
    office.cookies["django_language"] = "en"
    assert "Answers by unit" in office.get(here).content.decode()
    assert as_persona("street2").get(here).status_code == 404
    assert office.get(reverse("desk:quiz", args=[uuid4()])).status_code == 404


@pytest.mark.parametrize(
    ("persons", "answered", "share"),
    [(4, 1, 0.25), (4, 4, 1.0), (4, 0, 0.0), (0, 0, None), (0, 2, 1.0), (1, 2, 1.0)],
)
def test_the_share_of_a_unit(persons: int, answered: int, share: float | None) -> None:
    assert quiz_selectors.Line(Unit(), persons, answered, None).share == share


@pytest.mark.parametrize("state", [each.code for each in QUIZ.states])
def test_the_table_is_walked_in_every_state(called: Meeting, personas: Any, state: str) -> None:
    """Whatever is asked for in whichever state: the table alone decides, and a refusal leaves nothing behind."""
    run: dict[str, Any] = {"actor": personas["office"], "meeting_id": called.pk}
    calls: dict[str, Callable[[], object]] = {
        "set": lambda: actions.set_questions(**run, questions=quiz_of(called).asked),
        "open": lambda: actions.open_quiz(**run, from_on=TODAY, until_on=TODAY),
        "withdraw": lambda: actions.withdraw_quiz(**run),
    }
    assert set(calls) == {move.name for move in QUIZ.moves}
    for move in QUIZ.moves:
        Quiz.objects.filter(meeting=called).update(state=state)
        before = Event.objects.count()
        if state in move.sources:
            calls[move.name]()
            assert quiz_of(called).state == (move.target or state) and Event.objects.count() == before + 1
        else:
            refused("state.move_refused", calls[move.name])
            assert Event.objects.count() == before


def test_what_was_tampered_with_is_named_and_mended(opened: Meeting) -> None:
    projection = registered()["meetings.quiz"]
    for column, wrong in (("state", "draft"), ("until_on", None), ("from_on", TODAY - DAY)):
        Quiz.objects.filter(meeting=opened).update(**{column: wrong})
        (found,) = projection.check()
        assert column in str(found)
        assert projection.rebuild() == 1 and not list(projection.check())


def test_who_is_invited_by_name_answers_and_who_does_not_run_it_changes_nothing(
    opened: Meeting, personas: Any, as_persona: Sign
) -> None:
    leader = personas["leader"]
    assert not quiz_selectors.may_answer(leader, quiz_of(opened))
    opened.persons.add(leader.person_id)
    assert quiz_selectors.may_answer(leader, quiz_of(opened))
    assert answer(opened, leader, [[1], [0, 1, 3], [0]]).points == 2
    assert not any(line.unit.pk == personas["leader"].post_id for line in quiz_selectors.by_unit(quiz_of(opened)))
    street = as_persona("street")
    page = street.get(reverse("desk:quiz", args=[opened.pk])).content.decode()
    assert "/quiz/import/" not in page and "/quiz/withdraw/" not in page
    assert street.get(reverse("desk:quiz_import", args=[opened.pk])).status_code == 403
    assert street.post(reverse("desk:quiz_move", args=[opened.pk, "withdraw"])).status_code == 403
    assert quiz_of(opened).state == "open"


def test_taken_back_nobody_sees_it_but_who_runs_the_meeting(opened: Meeting, personas: Any, as_persona: Sign) -> None:
    answer(opened, personas["street"])
    actions.withdraw_quiz(actor=personas["office"], meeting_id=opened.pk)
    here = reverse("desk:quiz", args=[opened.pk])
    assert as_persona("street").get(here).status_code == 404
    assert "各单位答题情况" in as_persona("office").get(here).content.decode()
    refused("common.not_found", answer, meeting=opened, actor=personas["department"])
    assert QuizAnswer.objects.count() == 1
