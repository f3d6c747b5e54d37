"""Who is told of an instruction, and who is reminded of the reply, by which day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from chuangcheng.cases import actions, instruction_effects, ladder
from chuangcheng.cases.models import Instruction, InstructionReply
from chuangcheng.history import sweep
from chuangcheng.kernel import clock
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.notices.actions import sink
from chuangcheng.notices.models import Alarm, Notice
from chuangcheng.people.models import Post
from tests.cases.play import Play
from tests.cases.test_instructions import WORDS, entered, judged, replied

pytestmark = pytest.mark.django_db


def told() -> dict[str, str]:
    """The new notices by person, read off at once."""
    sweep.drain()
    rows = Notice.objects.select_related("person").order_by("pk")
    found = {row.person.username: row.text["zh"] for row in rows}
    Notice.objects.all().delete()
    return found


def at(day: int, hour: int = 9) -> datetime:
    """A moment of September 2026 in the city."""
    return datetime(2026, 9, day, hour, tzinfo=CITY_ZONE)


def climb(moment: datetime) -> list[str]:
    with clock.at(moment):
        instruction_effects.climb()
    return sorted(told())


def test_each_step_is_told_to_those_it_concerns_and_to_nobody_else(play: Play) -> None:
    row = entered(play)
    news = told()
    assert set(news) == {"street", "department", "leader"}
    assert news["street"] == f"领导批示 {row.number}，请于 9月18日前回复"
    assert "否认" in news["leader"]
    assert not any(word in text for text in news.values() for word in (WORDS[:6], "139"))
    reply = replied(play, row)
    assert set(told()) == {"office", "leader"}
    judged(play, reply, accepted=False, note="重报")
    assert told() == {"street": f"批示 {row.number} 的回复被退回，请重报"}
    judged(play, replied(play, row))
    assert told()["street"] == f"批示 {row.number} 的回复已认可"
    later = {"instruction_id": row.pk, "due_on": date(2026, 9, 25), "note": "会后再报"}
    actions.postpone_instruction(actor=play.by["office"], **later)
    assert told() == {"department": f"批示 {row.number} 的答复日期改为 9月25日"}, "the street owes nothing any more"
    alarm = Alarm.objects.get(kind="instructionreply")
    assert alarm.due_at > at(18), "reminders follow the new day"
    actions.object_to_instruction(actor=play.by["leader"], instruction_id=row.pk, note="不是")
    assert set(told()) == {"street", "department", "office"}


def test_withdrawn_is_told_and_nobody_is_told_in_a_sink(play: Play) -> None:
    with sink():
        row = entered(play)
        sweep.drain()
    assert not Notice.objects.exists() and not Alarm.objects.filter(kind="instructionreply").exists()
    actions.withdraw_instruction(actor=play.by["office"], instruction_id=row.pk, note="误录")
    assert told()["street"] == f"批示 {row.number} 已撤回，不必再办"


def test_reminders_go_to_the_unit_then_up_the_line(play: Play) -> None:
    Post.objects.filter(unit__code="U-990101001", role="street").update(title="主任")
    row = entered(play, "street")
    told()
    assert climb(at(16)) == []
    assert climb(at(18, 18)) == ["street"]  # one working day before the end of Friday
    assert climb(at(18, 23)) == []
    assert climb(at(19, 0)) == ["street"]
    assert "office" in climb(at(24)) + climb(at(25))
    replied(play, row)
    told()
    assert not Alarm.objects.filter(kind="instructionreply").exists()
    assert climb(at(30)) == []


def test_who_replied_in_time_is_not_reminded_and_who_was_sent_back_is(play: Play) -> None:
    row = entered(play)
    reply = replied(play, row)
    told()
    assert climb(at(18, 18)) == ["department"]
    judged(play, reply, accepted=False, note="重报")
    told()
    assert climb(at(19, 0)) == ["department", "street"]
    InstructionReply.objects.all().delete()
    Instruction.objects.all().delete()
    assert climb(at(30)) == [], "an alarm without a row is cleared"
    assert not Alarm.objects.filter(kind="instructionreply").exists()


def test_the_built_in_ladder_is_sound_and_a_city_may_write_its_own(settings, tmp_path) -> None:
    built_in = ladder.current(instruction_effects.LADDER)
    assert [rung.name for rung in built_in.rungs] == ["before", "overdue", "above", "office"]
    assert ladder.current().rungs != built_in.rungs
    start = at(15)
    rings = ladder.rings(built_in, start, at(18, 23), "work_days")
    assert rings[0].at < at(18, 23) and len(rings) == 13
    assert all(ring.at - start < timedelta(days=60) for ring in rings)
