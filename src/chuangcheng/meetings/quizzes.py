"""Quizzes: questions out of a workbook, open for some days, one answer a person, shares and means by unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Avg, Count

from chuangcheng.history.folding import Folded
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.quizzes import KINDS, LEAST, LETTERS, MOST, TRUTH, Question, points, read_right
from chuangcheng.kernel.reporting import ImportReport
from chuangcheng.meetings import selectors
from chuangcheng.meetings.models import Meeting, Quiz, QuizAnswer
from chuangcheng.meetings.policies import allow, runs
from chuangcheng.meetings.states import QUIZ
from chuangcheng.people import rights
from chuangcheng.people.models import Unit
from chuangcheng.people.selectors import valid_posts
from chuangcheng.sites import sheets
from chuangcheng.sites.sheets import Blamed, Reader, Sheet

QUIZZES = Folded(Quiz, ("meeting_id", "state", "from_on", "until_on"))
_OPTIONS = {letter.lower(): ((f"选项{letter}", f"option {letter}"), "判断题不填") for letter in LETTERS}
SHEET = Sheet(
    "题目",
    {
        "kind": (("题型", "kind"), "必填"), "code": (("题目", "question"), "必填；不重复"), **_OPTIONS,
        "right": (("答案", "answer"), "必填；单选填一个字母，多选如 AC，判断填对或错"),
    },
    required=("kind", "code", "right"),
    lists={"kind": [label.zh for label in KINDS.values()]},
)  # fmt: skip


def require_on() -> None:
    """Where the city has not switched quizzes on, there are none: ``common.not_found``."""
    if not settings.CITY.quizzes:
        raise Refused("common.not_found")


def quiz_of(actor: Actor, meeting_id: UUID) -> tuple[Meeting, Quiz | None]:
    """A meeting in sight with its quiz; one that is not open yet, or taken back, for who runs the meeting alone."""
    require_on()
    meeting = selectors.get_meeting_for(actor, meeting_id)
    quiz = Quiz.objects.filter(meeting=meeting).first()
    shown = quiz is not None and (quiz.state == "open" or runs(actor, meeting.unit))
    return meeting, quiz if shown else None


def import_questions(
    actor: Actor, meeting_id: UUID, path: Path | bytes, *, name: str = "", preview: bool = False
) -> ImportReport:
    """Read the sheet 题目; it replaces what stood there before the quiz was opened. Refused: ``quiz.count``."""
    meeting, _quiz = quiz_of(actor, meeting_id)
    allow(actor, meeting.unit)
    found: list[Question] = []

    def take(reader: Reader) -> bool:
        found.append(_question(reader))
        return True

    def write() -> None:
        set_questions(actor=actor, meeting_id=meeting_id, questions=found)

    rows = SHEET.rows(path, name)
    if not LEAST <= len(rows) <= MOST:
        raise Refused("quiz.count", least=LEAST, most=MOST, count=len(rows))
    return sheets.run(SHEET, rows, take, write, preview=preview)


def _question(reader: Reader) -> Question:
    kind = reader.one_of("kind", sheets.by_word(KINDS), "one")
    told = [reader.text(letter.lower()) for letter in LETTERS]
    options = TRUTH if kind == "truth" else tuple(filter(None, told))
    if kind != "truth" and (len(options) < 2 or any(told[len(options) :])):
        raise Blamed("a", Refused("quiz.options"))
    right = read_right(kind, reader.text("right"), len(options))
    if right is None:
        raise Blamed("right", Refused("quiz.right", given=reader.text("right")[:20]))
    return Question(kind, reader.text("code")[:300], tuple(each[:120] for each in options), right)


def write_template(path: Any) -> None:
    """The empty workbook."""
    sheets.write_template(SHEET, path)


def set_questions(*, actor: Actor, meeting_id: UUID, questions: Sequence[Question]) -> Quiz:
    """Set the questions of a quiz that is not open yet. Refused: ``state.move_refused``."""
    require_on()
    with transaction.atomic():
        meeting = _locked(actor, meeting_id)
        quiz = Quiz.objects.select_for_update().filter(meeting=meeting).first()
        told = [each.as_json() for each in questions]
        if quiz is None:
            quiz = Quiz(meeting=meeting, questions=told)
            QUIZZES.begin(quiz, actor, verb="set", count=len(told))
        else:
            state = QUIZ.next(quiz.state, "set")
            QUIZZES.change(quiz, "set", actor, {"state": state, "questions": told}, count=len(told))
    return quiz


def open_quiz(*, actor: Actor, meeting_id: UUID, from_on: date | None, until_on: date | None) -> Quiz:
    """Let the invited answer on these days. Refused: ``quiz.days``, ``quiz.not_called``."""
    if from_on and until_on and not clock.today().date() <= until_on >= from_on:
        raise Refused("quiz.days")
    return _move(actor, meeting_id, "open", {"from_on": from_on, "until_on": until_on})


def withdraw_quiz(*, actor: Actor, meeting_id: UUID) -> Quiz:
    """Take it back: nobody sees it any more but who runs the meeting."""
    return _move(actor, meeting_id, "withdraw", {})


def _move(actor: Actor, meeting_id: UUID, move: str, changes: dict[str, Any]) -> Quiz:
    require_on()
    with transaction.atomic():
        meeting = _locked(actor, meeting_id)
        quiz = Quiz.objects.select_for_update().filter(meeting=meeting).first()
        if quiz is None:
            raise Refused("common.not_found")
        if meeting.state == "planned":
            raise Refused("quiz.not_called")
        state = QUIZ.next(quiz.state, move, **changes)
        QUIZZES.change(quiz, {"open": "opened", "withdraw": "withdrawn"}[move], actor, {"state": state, **changes})
    return quiz


def _locked(actor: Actor, meeting_id: UUID) -> Meeting:
    rows = Meeting.objects.select_for_update(of=("self",)).select_related("unit__division")
    meeting = rows.filter(pk=selectors.get_meeting_for(actor, meeting_id).pk).get()
    allow(actor, meeting.unit)
    return meeting


def may_answer(actor: Actor, quiz: Quiz) -> bool:
    """Whether it is open today, and the actor's unit or the actor is invited and has not answered yet."""
    post, today = rights.post_of(actor), clock.today().date()
    if quiz.state != "open" or post is None or not quiz.from_on or not quiz.until_on:
        return False
    invited = quiz.meeting.invitations.filter(unit=post.unit_id).exists()
    invited = invited or quiz.meeting.persons.filter(pk=actor.person_id).exists()
    return invited and quiz.from_on <= today <= quiz.until_on and answer_of(actor, quiz) is None


def answer_of(actor: Actor, quiz: Quiz) -> QuizAnswer | None:
    """What the actor answered, if so."""
    return quiz.answers.filter(person=actor.person_id).first()


def answer_quiz(*, actor: Actor, meeting_id: UUID, chosen: Sequence[Sequence[int]]) -> QuizAnswer:
    """Answer, once: a place list for each question. Refused: ``quiz.closed``, ``quiz.answered``, ``common.invalid``."""
    meeting, quiz = quiz_of(actor, meeting_id)
    post = rights.post_of(actor)
    if quiz is None or post is None or actor.person_id is None:
        raise Refused("common.not_found")
    with transaction.atomic():
        Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)  # one answer, however often it is sent
        if answer_of(actor, quiz) is not None:
            raise Refused("quiz.answered")
        if not may_answer(actor, quiz):
            raise Refused("quiz.closed")
        told = [sorted({int(place) for place in places}) for places in chosen]
        asked = quiz.asked
        fits = len(told) == len(asked) and all(
            set(places) <= set(range(len(each.options))) for each, places in zip(asked, told, strict=False)
        )
        if not fits:
            raise Refused("common.invalid")
        return QuizAnswer.objects.create(
            quiz=quiz, person_id=actor.person_id, unit=post.unit, chosen=told, points=points(asked, told),
            made_at=clock.now(),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A unit's part: how many persons may answer, how many did, their mean of points (None: nobody did)."""

    unit: Unit
    persons: int
    answered: int
    mean: float | None

    @property
    def share(self) -> float | None:
        """Of those who may answer; somebody whose post ended since counts with the rest. None where nobody may."""
        return self.answered / max(self.persons, self.answered) if self.persons or self.answered else None


def by_unit(quiz: Quiz) -> list[Line]:
    """Invited units in official order: this is no league table."""
    roles = [role.code for role in rights.roles().values() if "meetings.view" in role.permissions]
    posts = valid_posts().filter(role__in=roles, unit__invitations__meeting=quiz.meeting_id).order_by()
    able = dict(posts.values_list("unit").annotate(Count("person", distinct=True)))
    told = {
        row["unit"]: row for row in quiz.answers.order_by().values("unit").annotate(n=Count("pk"), mean=Avg("points"))
    }
    units = Unit.objects.filter(invitations__meeting=quiz.meeting_id).order_by("official_order", "code")
    nothing: dict[str, Any] = {"n": 0, "mean": None}
    return [
        Line(unit, able.get(unit.pk, 0), told.get(unit.pk, nothing)["n"], told.get(unit.pk, nothing)["mean"])
        for unit in units
    ]  # fmt: skip
