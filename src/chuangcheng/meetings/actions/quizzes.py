"""Writing quizzes: their questions, the days on which they are open, one answer a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.quizzes import Question, points
from chuangcheng.meetings import selectors
from chuangcheng.meetings.models import Meeting, Quiz, QuizAnswer
from chuangcheng.meetings.quiz_selectors import answer_of, may_answer, quiz_of, require_on
from chuangcheng.meetings.states import QUIZ
from chuangcheng.meetings.steps import QUIZZES, locked
from chuangcheng.people import rights


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
    selectors.get_meeting_for(actor, meeting_id)
    return locked(actor, meeting_id)


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
