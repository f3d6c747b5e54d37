"""Photo alarms: raised where a likeness is suspicious, nowhere else; judged by a person outside of the unit."""

from __future__ import annotations

import io
import random
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from chuangcheng.cases import actions, policies, suspicion
from chuangcheng.cases.actions.alarms import judge_alarm
from chuangcheng.cases.evidence import looks
from chuangcheng.cases.models import AlarmKind, PhotoAlarm
from chuangcheng.demo.pictures import picture as drawn
from chuangcheng.history import sweep
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.digest import sha256
from chuangcheng.kernel.problems import Refused
from chuangcheng.notices.models import Notice
from chuangcheng.photos import selectors as photos
from chuangcheng.photos.actions import Declaration
from tests.cases.play import LITTER

if TYPE_CHECKING:
    from chuangcheng.cases.models import Case, Report
    from tests.cases.play import Play

pytestmark = pytest.mark.django_db


def shot(name: str, quality: int = 90) -> bytes:
    """A street corner, other bytes for each quality."""
    file = io.BytesIO()
    Image.open(io.BytesIO(drawn(random.Random(name), "before"))).save(file, "JPEG", quality=quality)
    return file.getvalue()


def prove(play: Play, case: Case, data: bytes, role: str = "after") -> None:
    actions.add_photo(actor=play.by["street"], case_id=case.pk, role=role, data=data)


def reported(play: Play, data: bytes) -> Report:
    digest = sha256(data)
    report = play.report(photos=(Declaration(digest, "near"),))
    return actions.ingest_photo(report_id=report.pk, sha256=digest, data=data)


def alarms() -> list[PhotoAlarm]:
    sweep.drain()
    return list(PhotoAlarm.objects.order_by("found_at", "pk"))


@pytest.fixture
def alarm(play: Play) -> PhotoAlarm:
    """Two cases of one street, proved by one photo."""
    for quality in (90, 60):
        prove(play, play.handling(), shot("one", quality))
    (found,) = alarms()
    return found


def test_one_proof_for_two_cases(play: Play, alarm: PhotoAlarm) -> None:
    assert alarm.kind == AlarmKind.AFTER_TWICE
    assert alarm.case is not None and alarm.other_case is not None
    assert alarm.case.filed_at >= alarm.other_case.filed_at and alarm.case != alarm.other_case
    assert alarm.unit_id == play.unit("street")
    assert 0.9 < alarm.likeness < 1
    event = events_of("case", alarm.case.pk).get(action="case.photo_alarmed")
    assert event.after["alarm"] == str(alarm.pk)
    assert set(event.after) == {"alarm", "kind", "distance"}


def test_whoever_may_judge_the_city_is_told(play: Play, alarm: PhotoAlarm) -> None:
    sweep.drain()
    told = {notice.person_id for notice in Notice.objects.filter(topic="photo.alarmed")}
    assert told == {play.by["office"].person_id, play.by["inspector"].person_id}


def test_a_photo_from_before_as_the_proof(play: Play) -> None:
    report = reported(play, shot("one"))
    case = actions.file_report(actor=play.by["office"], report_id=report.pk, category_code=LITTER)
    case = actions.dispatch_case(actor=play.by["office"], case_id=case.pk, unit_id=play.unit("street"))
    actions.accept_case(actor=play.by["street"], case_id=case.pk)
    prove(play, case, shot("one", 60))
    (alarm,) = alarms()
    assert (alarm.kind, alarm.case, alarm.other_case) == (AlarmKind.BEFORE_AS_AFTER, case, case)


def test_two_shots_of_one_round_are_no_alarm(play: Play) -> None:
    case = play.handling()
    prove(play, case, shot("one"))
    prove(play, case, shot("one", 60))
    prove(play, case, shot("two"), "before")
    prove(play, case, shot("two", 60), "evidence")
    assert alarms() == []


def test_the_proof_of_the_round_before_sent_again(play: Play) -> None:
    case = play.handling()
    prove(play, case, shot("one"))
    actions.handle_case(actor=play.by["street"], case_id=case.pk, outcome="fixed")
    with clock.at(clock.now() + timedelta(hours=2)):
        actions.rework_case(actor=play.by["inspector"], case_id=case.pk, note="没清干净")
        prove(play, case, shot("one", 60))
        (alarm,) = alarms()
    assert alarm.kind == AlarmKind.REUSED


def test_two_citizens_with_one_photo_are_merged_not_accused(play: Play) -> None:
    reported(play, shot("one"))
    reported(play, shot("one", 60))
    assert alarms() == []


def test_an_old_photo_reported_anew(play: Play) -> None:
    reported(play, shot("one"))
    sweep.drain()
    with clock.at(clock.now() + timedelta(days=9)):
        later = reported(play, shot("one", 60))
        (alarm,) = alarms()
    assert (alarm.kind, alarm.report, alarm.case, alarm.unit) == (AlarmKind.REUSED, later, None, None)
    assert events_of("report", later.pk).filter(action="report.photo_alarmed").count() == 1


def test_a_proof_taken_from_another_cases_trouble(play: Play) -> None:
    reported(play, shot("one"))
    prove(play, play.handling(), shot("one", 60))
    (alarm,) = alarms()
    assert alarm.kind == AlarmKind.REUSED


def test_other_scenes_raise_nothing(play: Play) -> None:
    for name in ("one", "two", "three"):
        prove(play, play.handling(), shot(name))
    assert alarms() == []


def test_an_alarm_is_raised_once(alarm: PhotoAlarm) -> None:
    again = actions_raise(alarm)
    assert again == alarm
    assert PhotoAlarm.objects.count() == 1
    assert events_of("case", alarm.case_id).filter(action="case.photo_alarmed").count() == 1  # type: ignore[arg-type]


def actions_raise(alarm: PhotoAlarm) -> PhotoAlarm | None:
    from chuangcheng.cases.actions.alarms import raise_alarm

    return raise_alarm(photo=alarm.photo, other=alarm.other, distance=1, likeness=0.9)


def test_it_stands_as_a_flag_beside_the_photo(alarm: PhotoAlarm, play: Play) -> None:
    assert alarm.case is not None

    def codes() -> set[str]:
        look = looks(alarm.case, list(photos.of(("case", alarm.case.pk))))[alarm.photo.pk]  # type: ignore[union-attr,arg-type]
        return {flag.code for flag in look.flags}

    assert "alike" in codes()
    assert suspicion.alarms_about([alarm.photo]) == [alarm]
    judge_alarm(actor=play.by["office"], alarm_id=alarm.pk, move="harmless", words="同一路口，两处垃圾")
    assert "alike" not in codes()
    assert suspicion.alarms_about([alarm.photo]) == []


def test_a_judgement_is_kept_with_its_reason(alarm: PhotoAlarm, play: Play) -> None:
    judged = judge_alarm(actor=play.by["inspector"], alarm_id=alarm.pk, move="fraud", words=" 两件案件用同一张照片 ")
    assert (judged.state, judged.words, judged.judged_by_id) == (
        "fraud", "两件案件用同一张照片", play.by["inspector"].person_id,
    )  # fmt: skip
    event = events_of("case", alarm.case_id).get(action="case.photo_judged")  # type: ignore[arg-type]
    assert event.after["verdict"] == "fraud"
    assert "照片" not in str(event.after)
    judge_alarm(actor=play.by["office"], alarm_id=alarm.pk, move="look_again", words="再看")
    alarm.refresh_from_db()
    assert alarm.state == "open"


@pytest.mark.parametrize("move", ["fraud", "harmless"])
def test_a_judgement_needs_its_reason(alarm: PhotoAlarm, play: Play, move: str) -> None:
    with pytest.raises(Refused) as refused:
        judge_alarm(actor=play.by["office"], alarm_id=alarm.pk, move=move, words="  ")
    assert refused.value.code == "state.missing"


def test_who_may_judge(alarm: PhotoAlarm, play: Play) -> None:
    found = {}
    for name, actor in play.by.items():
        try:
            judge_alarm(actor=actor, alarm_id=alarm.pk, move="harmless", words="看过")
            judge_alarm(actor=actor, alarm_id=alarm.pk, move="look_again", words="再看")
            found[name] = ""
        except Refused as refused:
            found[name] = refused.code
    assert {name for name, code in found.items() if not code} == {"office", "district", "inspector"}
    assert {code for code in found.values() if code} == {"common.not_allowed"}


def test_a_unit_does_not_judge_itself(alarm: PhotoAlarm, play: Play) -> None:
    PhotoAlarm.objects.filter(pk=alarm.pk).update(unit=play.unit("district"))
    with pytest.raises(Refused) as refused:
        judge_alarm(actor=play.by["district"], alarm_id=alarm.pk, move="harmless", words="没问题")
    assert refused.value.code == "alarm.own_unit"


def test_who_sees_it(alarm: PhotoAlarm, play: Play) -> None:
    seen = {name for name, actor in play.by.items() if PhotoAlarm.objects.filter(policies.alarm_rows(actor)).exists()}
    assert seen == {"office", "leader", "district", "street", "inspector", "auditor"}


def test_its_state_is_what_its_history_says(alarm: PhotoAlarm, play: Play) -> None:
    from chuangcheng.cases import alarm_projection
    from chuangcheng.history.projections import registered

    assert registered()["cases.alarms"].check is alarm_projection.check
    assert list(alarm_projection.check()) == []
    judge_alarm(actor=play.by["office"], alarm_id=alarm.pk, move="fraud", words="两件案件同一张")
    assert list(alarm_projection.check()) == []
    PhotoAlarm.objects.update(state="harmless")
    (difference,) = alarm_projection.check()
    assert "harmless" in difference.what and "fraud" in difference.what
    assert alarm_projection.rebuild() == 1
    alarm.refresh_from_db()
    assert alarm.state == "fraud"


def test_an_alarm_of_a_lone_check_has_no_history_to_differ_from(alarm: PhotoAlarm) -> None:
    from chuangcheng.cases import alarm_projection

    PhotoAlarm.objects.update(case=None, state="harmless")
    assert list(alarm_projection.check()) == []
