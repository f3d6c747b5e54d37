"""问答: a quiz on a meeting's notice, where the city has switched quizzes on. Off, every address here is a 404."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chuangcheng.desk.forms import DayInput
from chuangcheng.desk.moving import Moves, plainly
from chuangcheng.desk.workbooks import Import, as_workbook, take_workbook
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.quizzes import KINDS
from chuangcheng.meetings import actions, quiz_imports, quiz_selectors
from chuangcheng.meetings.models import Quiz, QuizAnswer
from chuangcheng.meetings.policies import runs
from chuangcheng.meetings.states import QUIZ
from chuangcheng.web.pages import page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest


class Open(forms.Form):
    """The days on which it may be answered."""

    from_on = forms.DateField(label=_("开始日期"), widget=DayInput())
    until_on = forms.DateField(label=_("截止日期"), widget=DayInput())


def _url(meeting_id: UUID) -> str:
    return reverse("desk:quiz", args=[meeting_id])


@page("meetings.view")
def quiz_page(request: StaffRequest, meeting_id: UUID) -> HttpResponse:
    """The questions to answer, or what was answered; for who runs the meeting the units' figures."""
    meeting, quiz = quiz_selectors.quiz_of(request.actor, meeting_id)
    runs_it = runs(request.actor, meeting.unit)
    if quiz is None and not runs_it:
        raise Refused("common.not_found")
    if request.method == "POST" and quiz is not None:
        places = [request.POST.getlist(f"q{number}") for number in range(len(quiz.asked))]
        if not all(place.isascii() and place.isdigit() for each in places for place in each):
            raise Refused("common.invalid")
        chosen = [[int(place) for place in each] for each in places]
        actions.answer_quiz(actor=request.actor, meeting_id=meeting.pk, chosen=chosen)
        messages.success(request, gettext("已提交。"))
        return redirect(_url(meeting.pk))
    given = quiz_selectors.answer_of(request.actor, quiz) if quiz else None
    lines = quiz_selectors.by_unit(quiz) if quiz and runs_it else []
    context: dict[str, Any] = {
        "meeting": meeting, "quiz": quiz, "runs_it": runs_it, "given": given, "lines": lines, "as_of": clock.now(),
        "questions": _questions(quiz, given) if quiz else [],
        "may_answer": quiz is not None and quiz_selectors.may_answer(request.actor, quiz),
        "moves": [move for move in QUIZ.moves_from(quiz.state) if move.name != "set"] if quiz and runs_it else [],
        "may_import": runs_it and (quiz is None or quiz.state == "draft"),
        "silent": [line.unit for line in lines if not line.answered] if settings.CITY.not_reported else None,
    }  # fmt: skip
    return render(request, "desk/quiz.html", context)


def _questions(quiz: Quiz, given: QuizAnswer | None) -> list[Any]:
    """Each question with its kind in words and its options: (place, words, chosen, right)."""
    asked, chosen = quiz.asked, given.chosen if given else []
    picked = [*chosen, *[[]] * (len(asked) - len(chosen))]
    return [
        (number, each, KINDS[each.kind].text(language()), [
            (place, words, place in mine, place in each.right) for place, words in enumerate(each.options)
        ])
        for number, (each, mine) in enumerate(zip(asked, picked, strict=True))
    ]  # fmt: skip


@page("meetings.run")
def quiz_import(request: StaffRequest, meeting_id: UUID) -> HttpResponse:
    """Questions out of a workbook: a trial reads it all and keeps nothing."""
    meeting, _quiz = quiz_selectors.quiz_of(request.actor, meeting_id)
    run = partial(quiz_imports.import_questions, request.actor, meeting.pk)
    return take_workbook(request, Import(meeting.title, run, _url(meeting.pk), reverse("desk:quiz_template")))


@page("meetings.run")
def quiz_template(_request: StaffRequest) -> HttpResponse:
    """The empty workbook."""
    quiz_selectors.require_on()
    return as_workbook(quiz_imports.write_template, "问答题目模板")


MOVES = Moves(QUIZ.move, "desk:quiz_move", lambda meeting: _url(meeting.pk), plainly("meeting_id", {
    "open": (Open, actions.open_quiz),
    "withdraw": (forms.Form, actions.withdraw_quiz),
}))  # fmt: skip


@page("meetings.run")
def quiz_move(request: StaffRequest, meeting_id: UUID, name: str) -> HttpResponse:
    """Open it or take it back."""
    meeting, _quiz = quiz_selectors.quiz_of(request.actor, meeting_id)
    return MOVES.take(request, meeting, name, subject=meeting.title, initial={"from_on": clock.today().date()})
