"""Photo alarms: raised by the archive, judged by a person outside of the unit concerned."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.cases import policies
from chuangcheng.cases.models import Case, PhotoAlarm, Report
from chuangcheng.cases.states import ALARM
from chuangcheng.cases.steps import amend, write
from chuangcheng.cases.suspicion import kind_of, owner_of, unit_of
from chuangcheng.history.secrets import digest_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.people import rights
from chuangcheng.photos.models import Photo

MOST_WORDS = 500


def raise_alarm(*, photo: Photo, other: Photo, distance: int, likeness: float) -> PhotoAlarm | None:
    """Note that ``photo`` is nearly the same as the earlier ``other``, where that is suspicious; None where it is not.
    A repeat answers with the stored row."""
    with transaction.atomic():
        mine, theirs = owner_of(photo), owner_of(other)
        kind = kind_of(photo, mine, other, theirs)
        if kind is None:
            return None
        stored = PhotoAlarm.objects.filter(photo=photo, other=other).first()
        if stored:
            return stored
        case, report = mine
        alarm = PhotoAlarm(
            photo=photo, other=other, kind=kind, distance=distance, likeness=likeness, case=case,
            report=None if case else report, other_case=theirs[0], unit_id=unit_of(photo, case), found_at=clock.now(),
        )  # fmt: skip
        alarm.save(force_insert=True)
        _note(alarm, "photo_alarmed", SYSTEM, {"kind": str(kind), "distance": distance}, "photo.alarmed")
    return alarm


def judge_alarm(*, actor: Actor, alarm_id: UUID, move: str, words: str) -> PhotoAlarm:
    """Say what the likeness means: ``fraud`` or ``harmless`` with the reason in words, or ``look_again``."""
    words = words.strip()
    if len(words) > MOST_WORDS or "\0" in words:
        raise Refused(
            "common.invalid",
            fields=(
                FieldProblem("words", "length", Label(f"最多 {MOST_WORDS} 字", f"At most {MOST_WORDS} characters")),
            ),
        )
    with transaction.atomic():
        post = rights.require(actor, ALARM.move(move).permission)
        alarm = PhotoAlarm.objects.select_for_update().filter(policies.alarm_rows(actor), pk=alarm_id).first()
        if alarm is None:
            raise Refused("common.not_found")
        if alarm.unit_id is not None and alarm.unit_id == post.unit_id:
            raise Refused("alarm.own_unit")
        alarm.state = ALARM.next(alarm.state, move, words=words)
        alarm.judged_by_id, alarm.judged_at, alarm.words = actor.person_id, clock.now(), words
        alarm.save()
        facts = {"verdict": alarm.state, "words": digest_of("alarm.words", words)}
        _note(alarm, "photo_judged", actor, facts, "photo.judged")
    return alarm


def _note(alarm: PhotoAlarm, verb: str, actor: Actor, facts: dict[str, Any], topic: str) -> None:
    """A history row on the chain of the case, else of the report; a lone check's photo has neither."""
    row: Case | Report | None = None
    if alarm.case_id:
        row = Case.objects.select_for_update().get(pk=alarm.case_id)
    elif alarm.report_id:
        row = Report.objects.select_for_update().get(pk=alarm.report_id)
    if row is not None:
        write(amend(row, verb, actor, facts={"alarm": alarm.pk, **facts}, topic=topic), {"alarm": str(alarm.pk)})
