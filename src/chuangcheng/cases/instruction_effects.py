"""What follows from an instruction: who is told of it, and reminders of the reply, one alarm a unit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from chuangcheng.cases import ladder
from chuangcheng.cases.escalation import around
from chuangcheng.cases.instructions import KIND, OWED, REPLY_KIND
from chuangcheng.cases.ladder import Ring
from chuangcheng.cases.models import Instruction, InstructionReply
from chuangcheng.history.duties import periodic
from chuangcheng.history.models import Outbox
from chuangcheng.history.outbox import on
from chuangcheng.kernel import clock
from chuangcheng.kernel.label import Label
from chuangcheng.notices import alarms
from chuangcheng.notices.actions import notify, sunk
from chuangcheng.notices.models import Alarm
from chuangcheng.people.models import Person, Unit
from chuangcheng.people.selectors import holding

LADDER = "instructions.toml"
TOPIC = "instruction.reminder"


def _of(row: Outbox) -> Instruction | None:
    rows = Instruction.objects.select_related("leader", "entered_by")
    return None if sunk() else rows.filter(pk=row.subject_id).first()


def _reply(row: Outbox) -> InstructionReply | None:
    rows = InstructionReply.objects.select_related("unit", "replied_by", "instruction__leader", "instruction__keeper")
    return None if sunk() else rows.filter(pk=row.payload["reply"]).first()


def _tell(row: Outbox, instruction: Instruction, persons: Iterable[Person], text: Label, *, part: str = "") -> None:
    notify(
        key=f"outbox:{row.pk}{part}", persons=persons, topic=row.topic, subject=(KIND, instruction.pk), text=text,
        url=f"/desk/instructions/{instruction.pk}/",
    )  # fmt: skip


def _repliers(units: Iterable[Unit]) -> list[Person]:
    return list({person.pk: person for unit in units for person in holding("instructions.reply", unit)}.values())


def _addressed(instruction: Instruction) -> list[Unit]:
    return [reply.unit for reply in instruction.replies.select_related("unit").order_by("unit__official_order", "pk")]


@on("instruction.entered")
def tell_of_it(row: Outbox) -> None:
    """The units learn what they owe by when, the leader what was entered in their name."""
    instruction = _of(row)
    if instruction is None:
        return
    due = instruction.due_at.astimezone(clock.CITY_ZONE)
    number = instruction.number
    said = Label(
        f"领导批示 {number}，请于 {due.month}月{due.day}日前回复",
        f"A leader's instruction {number}: please reply by {due:%Y-%m-%d}",
    )
    _tell(row, instruction, _repliers(_addressed(instruction)), said)
    mine = Label(
        f"以您的名义录入了批示 {number}，如有不符请否认",
        f"Instruction {number} was entered in your name; object if it is not yours",
    )
    if instruction.leader_id != instruction.entered_by_id:
        _tell(row, instruction, [instruction.leader], mine, part=":leader")


@on("instruction.replied")
def tell_judges(row: Outbox) -> None:
    """The leader, and those who enter instructions, learn that a unit replied."""
    reply = _reply(row)
    if reply is None:
        return
    unit, number = reply.unit.short_name, reply.instruction.number
    persons = {person.pk: person for person in holding("instructions.enter", None)}
    judge = reply.instruction.keeper or reply.instruction.leader
    persons[judge.pk] = judge
    said = Label(f"{unit}已回复批示 {number}，请认可或退回", f"{unit} replied to instruction {number}")
    _tell(row, reply.instruction, persons.values(), said)


@on("instruction.accepted", "instruction.sent_back")
def tell_unit(row: Outbox) -> None:
    """The unit learns what became of its reply."""
    reply = _reply(row)
    if reply is None:
        return
    number = reply.instruction.number
    said = {
        "instruction.accepted": Label(f"批示 {number} 的回复已认可", f"Your reply to {number} was accepted"),
        "instruction.sent_back": Label(f"批示 {number} 的回复被退回，请重报", f"Your reply to {number} was sent back"),
    }[row.topic]
    _tell(row, reply.instruction, _repliers([reply.unit]), said)


@on("instruction.withdrawn", "instruction.objected")
def tell_of_its_end(row: Outbox) -> None:
    """Nothing is owed on it any more: the units and who entered it learn so."""
    instruction = _of(row)
    if instruction is None:
        return
    number = instruction.number
    said = {
        "instruction.withdrawn": Label(f"批示 {number} 已撤回，不必再办", f"Instruction {number} was withdrawn"),
        "instruction.objected": Label(
            f"批示 {number} 经领导本人否认，不必再办", f"Instruction {number} was denied by the leader"
        ),
    }[row.topic]
    clerk = [instruction.entered_by] if instruction.entered_by else []
    _tell(row, instruction, [*_repliers(_addressed(instruction)), *clerk], said)


@on("instruction.postponed")
def tell_of_more_time(row: Outbox) -> None:
    """Who still owes a reply learns of the new day."""
    instruction = _of(row)
    if instruction is None:
        return
    due, number = instruction.due_at.astimezone(clock.CITY_ZONE), instruction.number
    said = Label(
        f"批示 {number} 的答复日期改为 {due.month}月{due.day}日", f"The reply to {number} is now due on {due:%Y-%m-%d}"
    )
    owing = instruction.replies.filter(state__in=OWED).select_related("unit")
    _tell(row, instruction, _repliers([reply.unit for reply in owing]), said)


@on(
    "instruction.entered", "instruction.replied", "instruction.sent_back", "instruction.withdrawn",
    "instruction.objected", "instruction.postponed",
)  # fmt: skip
def follow(row: Outbox) -> None:
    """Each unit that owes a reply has one alarm at its next reminder; the others have none."""
    if sunk():
        return
    now = clock.now()
    for reply in InstructionReply.objects.select_related("instruction").filter(instruction=row.subject_id):
        _set(reply, now)


@periodic("cases.instructions", 60, needed=lambda: alarms.rings(REPLY_KIND))
def climb() -> int:
    """Answer the alarms that ring; how many units were reminded."""
    return sum(_answer(alarm) for alarm in alarms.due(REPLY_KIND))


def _rings(reply: InstructionReply) -> list[Ring]:
    if reply.instruction.state != "open" or reply.state not in OWED:
        return []
    return ladder.rings(ladder.current(LADDER), reply.received_at, reply.due_at, "work_days")


def _set(reply: InstructionReply, now: datetime) -> None:
    ring = next((ring for ring in _rings(reply) if ring.at > now), None)
    if ring is None:
        alarms.clear(REPLY_KIND, reply.pk)
    else:
        alarms.put(REPLY_KIND, reply.pk, ring.at)


def _answer(alarm: Alarm) -> bool:
    with transaction.atomic():
        rows = InstructionReply.objects.select_related("unit", "instruction").select_for_update(of=("self",))
        reply = rows.filter(pk=alarm.subject_id).first()
        if not alarms.still(alarm):
            return False
        if reply is None:
            alarms.clear(REPLY_KIND, alarm.subject_id)
            return False
        now = clock.now()
        passed = [ring for ring in _rings(reply) if alarm.due_at <= ring.at <= now]
        _set(reply, now)
        # After a stop of the worker several may have passed: the highest speaks for all.
        return bool(passed) and _remind(reply, passed[-1])


def _remind(reply: InstructionReply, ring: Ring) -> bool:
    due = reply.due_at.astimezone(clock.CITY_ZONE)
    unit, number, said = reply.unit.short_name, reply.instruction.number, ring.rung.label
    heads = ladder.current().heads
    told = notify(
        key=f"instruction:{reply.pk.hex}:{ring.name}",
        persons=around(reply.unit, ring.rung.to, heads, owes="instructions.reply", office="instructions.enter"),
        topic=TOPIC,
        subject=(KIND, reply.instruction_id),
        text=Label(
            f"{said.zh}：{number} {unit}，答复日期 {due.month}月{due.day}日",
            f"{said.en}: {number} {unit}, due {due:%Y-%m-%d}",
        ),
        url=f"/desk/instructions/{reply.instruction_id}/",
        urgent=ring.rung.urgent,
    )
    return told > 0
