"""Reading quizzes: who sees one, who may answer it, the figures by unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Avg, Count

from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.meetings import selectors
from chuangcheng.meetings.models import Meeting, Quiz, QuizAnswer
from chuangcheng.meetings.policies import runs
from chuangcheng.people import rights
from chuangcheng.people.models import Unit
from chuangcheng.people.selectors import valid_posts


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
