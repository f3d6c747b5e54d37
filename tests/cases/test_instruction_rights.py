"""Every move of instructions and replies by every persona: who may does, everybody else is refused and leaves nothing;
and the reminders of a reply at their very hours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from chuangcheng.cases import actions, instruction_effects, instructions, ladder
from chuangcheng.cases.instruction_inputs import InstructionInput
from chuangcheng.cases.models import Instruction, InstructionReply, InstructionWords
from chuangcheng.history import sweep
from chuangcheng.history.models import Event, Outbox
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.notices.models import Alarm
from tests.cases.play import Play
from tests.cases.test_instructions import PDF, entered, form, of, replied
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
WHO = ["office", "leader", "street", "street2", "department", "district", "community", "inspector", "grid", "auditor"]
UNSEEN, NOT_MINE, NO_RIGHT = "common.not_found", "instruction.not_addressed", "common.not_allowed"
Move = Callable[[Actor, Instruction], object]


def _reply(actor: Actor, row: Instruction) -> object:
    return actions.reply_instruction(actor=actor, instruction_id=row.pk, text="已办")


def _judge(accepted: bool) -> Move:
    def judge(actor: Actor, row: Instruction) -> object:
        reply_id = of(row, "street").pk
        return actions.judge_reply(actor=actor, reply_id=reply_id, accepted=accepted, note="重报")

    return judge


def _postpone(actor: Actor, row: Instruction) -> object:
    return actions.postpone_instruction(actor=actor, instruction_id=row.pk, due_on=date(2026, 9, 25), note="会后再报")


def _withdraw(actor: Actor, row: Instruction) -> object:
    return actions.withdraw_instruction(actor=actor, instruction_id=row.pk, note="误录")


def _object(actor: Actor, row: Instruction) -> object:
    return actions.object_to_instruction(actor=actor, instruction_id=row.pk, note="不是")


#: How a move is taken, whether the street has replied before, and who may.
MOVES: dict[str, tuple[Move, bool, set[str]]] = {
    "reply": (_reply, False, {"street"}),
    "accept": (_judge(True), True, {"office", "leader"}),
    "send_back": (_judge(False), True, {"office", "leader"}),
    "postpone": (_postpone, False, {"office", "leader"}),
    "withdraw": (_withdraw, False, {"office"}),
    "object": (_object, False, {"leader"}),
}


def traces() -> tuple[int, int, int]:
    return Event.objects.count(), Outbox.objects.count(), InstructionWords.objects.count()


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("who", WHO)
def test_every_move_by_every_persona(play: Play, who: str, move: str) -> None:
    run, answered, allowed = MOVES[move]
    row = entered(play, "street")
    if answered:
        replied(play, row)
    before = traces()
    if who in allowed:
        run(play.by[who], row)
        assert traces()[0] > before[0]
        return
    with pytest.raises(Refused) as told:
        run(play.by[who], row)
    assert told.value.code in (UNSEEN, NOT_MINE, NO_RIGHT)
    # Who does not see it is not told that it is there; who sees it is told why not.
    if instructions.visible_to(play.by[who]).exists():
        assert told.value.code != UNSEEN
    assert traces() == before
    row.refresh_from_db()
    assert (row.state, of(row, "street").state) == ("open", "replied" if answered else "waiting")


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("end", ["withdrawn", "objected", "done"])
def test_nothing_but_a_denial_moves_what_has_ended(play: Play, move: str, end: str) -> None:
    run, _, allowed = MOVES[move]
    row = entered(play, "street")
    if end == "done":
        actions.judge_reply(actor=play.by["office"], reply_id=replied(play, row).pk, accepted=True)
    else:
        (_withdraw(play.by["office"], row) if end == "withdrawn" else _object(play.by["leader"], row))
    before = traces()
    who = play.by[sorted(allowed)[0]]
    if (end, move) == ("done", "object"):
        run(who, row)
        row.refresh_from_db()
        assert row.state == "objected", "a leader may find out later what was entered in their name"
        return
    with pytest.raises(Refused, match=r"instruction\.ended|state\.move_refused"):
        run(who, row)
    assert traces() == before


@pytest.mark.parametrize("who", WHO)
def test_entering_is_the_offices_alone_and_a_refusal_stores_nothing(play: Play, who: str) -> None:
    if who == "office":
        assert actions.enter_instruction(actor=play.by[who], given=form(play), scan=PDF)[1]
        return
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        actions.enter_instruction(actor=play.by[who], given=form(play), scan=PDF)
    assert not Instruction.objects.exists() and not InstructionReply.objects.exists()


@pytest.mark.parametrize("who", [name for name in WHO if name not in ("office", "leader")])
def test_nobody_finds_a_reply_by_guessing(play: Play, who: str) -> None:
    with pytest.raises(Refused, match=r"common\.not_(found|allowed)"):
        actions.judge_reply(actor=play.by[who], reply_id=new_id(), accepted=True)
    with pytest.raises(Refused, match=r"common\.not_found"):
        actions.judge_reply(actor=play.by["office"], reply_id=new_id(), accepted=True)


# the body


@pytest.mark.parametrize(
    "other",
    [
        {"text": "另一句"}, {"form": "spoken"}, {"link": "AJ1"}, {"given_on": date(2026, 9, 13)},
        {"due_on": date(2026, 9, 19)}, {"leader_id": new_id()}, {"unit_ids": (new_id(),)}, {"id": new_id()},
    ],
    ids=lambda other: next(iter(other)),
)  # fmt: skip
def test_any_other_value_is_another_body(other: dict[str, object]) -> None:
    one, two = new_id(), new_id()
    values: dict[str, object] = {
        "id": new_id(), "leader_id": new_id(), "text": "请办", "unit_ids": (one, two),
        "given_on": date(2026, 9, 14), "due_on": date(2026, 9, 18),
    }  # fmt: skip
    given = InstructionInput(**values)  # type: ignore[arg-type]
    assert InstructionInput(**{**values, **other}).body("") != given.body("")  # type: ignore[arg-type]
    assert InstructionInput(**{**values, "unit_ids": (two, one)}).body("") == given.body("")  # type: ignore[arg-type]
    assert given.body("a" * 64) != given.body("")


@pytest.mark.parametrize("day", [date(2026, 9, 30), date(2026, 12, 31), date(2028, 2, 29)])
def test_it_is_due_at_the_end_of_the_citys_day(day: date) -> None:
    given = InstructionInput(id=new_id(), leader_id=new_id(), text="请办", unit_ids=(), given_on=day, due_on=day)
    assert given.due_at.date() == day and given.due_at.tzinfo is CITY_ZONE
    assert (given.due_at + timedelta(seconds=1)).date() == day + timedelta(days=1)


# reminders


def ring(play: Play, row: Instruction) -> datetime | None:
    sweep.drain()
    return Alarm.objects.filter(subject_id=of(row, "street").pk).values_list("due_at", flat=True).first()


def test_one_alarm_a_unit_at_the_next_rung_and_none_when_nothing_is_owed(play: Play) -> None:
    row = entered(play, "street")
    steps = ladder.rings(ladder.current(instruction_effects.LADDER), NOON, row.due_at, "work_days")
    assert ring(play, row) == steps[0].at
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        with clock.at(step.at - timedelta(seconds=1)):
            assert instruction_effects.climb() == 0
        with clock.at(step.at):
            instruction_effects.climb()
            assert instruction_effects.climb() == 0, "a rung rings once"
        assert ring(play, row) == (following.at if following else None)


@pytest.mark.parametrize("end", ["reply", "withdraw", "object"])
def test_what_is_owed_no_more_rings_no_more(play: Play, end: str) -> None:
    row = entered(play, "street")
    assert ring(play, row) is not None
    run, _, allowed = MOVES[end]
    run(play.by[allowed.copy().pop()], row)
    assert ring(play, row) is None


def test_sent_back_after_its_day_rings_at_the_next_rung(play: Play) -> None:
    row = entered(play, "street")
    reply = replied(play, row)
    late = row.due_at + timedelta(minutes=1)
    with clock.at(late):
        actions.judge_reply(actor=play.by["office"], reply_id=reply.pk, accepted=False, note="重报")
        at = ring(play, row)
    assert at is not None and at > late
