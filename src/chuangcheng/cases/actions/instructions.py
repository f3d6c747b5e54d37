"""Leaders' instructions: entered in the leader's name, read, answered, judged, withdrawn or denied."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from chuangcheng.cases import instructions, policies, selectors
from chuangcheng.cases.chronicle import INSTRUCTION_FIELDS, INSTRUCTION_REPLY_FIELDS, values_of
from chuangcheng.cases.instruction_inputs import MAX_TEXT, InstructionInput, check, check_later, end_of
from chuangcheng.cases.instructions import KIND, REPLY_KIND, VERSION
from chuangcheng.cases.locks import lock_case, lock_report
from chuangcheng.cases.models import Assignment, Case, Instruction, InstructionReply, InstructionWords, Report
from chuangcheng.cases.states import INSTRUCTION, INSTRUCTION_REPLY, INSTRUCTION_REPLY_VERBS
from chuangcheng.cases.steps import Touch, altered, amend, born, step, write
from chuangcheng.history import actions as history
from chuangcheng.history import outbox, prepared, versions
from chuangcheng.history.numbers import take
from chuangcheng.history.secrets import digest_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.kernel.text import tidy
from chuangcheng.people import rights
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Unit
from chuangcheng.photos import actions as photos
from chuangcheng.photos import papers
from chuangcheng.photos.imaging import Picture
from chuangcheng.photos.models import PhotoRole

MOST_PHOTOS = 9


@dataclass(frozen=True, slots=True)
class _Scan:
    """A scan that lies on the disk already: a picture of the photos' room, or a PDF of so many bytes."""

    picture: Picture | None
    sha256: str
    size: int

    @property
    def kind(self) -> str:
        return "image" if self.picture else "pdf"


def enter_instruction(
    *, actor: Actor, given: InstructionInput, scan: bytes | None = None
) -> tuple[Instruction, bool]:  # fmt: skip
    """Enter what a leader ordered, in the leader's name; the leader and the units are told. The same id with the same
    body again answers with the stored row and False. A linked case is made visible to units that do not see it; a
    linked report that is no case yet and lies elsewhere is refused (``instruction.unit_cannot_see``)."""
    rights.require(actor, "instructions.enter")
    check(given, clock.now())
    shown = _prepare(scan)
    body = digest_of("instruction.body", given.body(shown.sha256 if shown else ""))
    stored = Instruction.objects.filter(pk=given.id).first()
    if stored is None:
        try:
            with transaction.atomic():
                return _enter(actor, given, shown, body), True
        except IntegrityError:
            stored = Instruction.objects.filter(pk=given.id).first()
            if stored is None:
                raise
    if not hmac.compare_digest(stored.body_digest, body):
        raise Refused("common.different_body")
    return stored, False


def _prepare(scan: bytes | None) -> _Scan | None:
    if not scan:
        return None
    if papers.looks_like_pdf(scan):
        return _Scan(None, papers.prepare(data=scan), len(scan))
    picture = photos.prepare(data=scan)
    return _Scan(picture, picture.original_sha256, len(scan))


def _enter(actor: Actor, given: InstructionInput, shown: _Scan | None, body: str) -> Instruction:
    if given.leader_id not in {person.pk for person in instructions.leaders()}:
        raise Refused("instruction.no_leader")
    units, now = _units(given.unit_ids), clock.now()
    case, report = _linked(actor, given.link)
    row = Instruction(
        id=given.id, number=take("PS", now), body_digest=body, form=given.form, leader_id=given.leader_id,
        given_on=given.given_on, due_at=given.due_at, entered_at=now, entered_by_id=actor.person_id, case=case,
        report=report, scan=shown.kind if shown else "",
    )  # fmt: skip
    replies = [InstructionReply(instruction=row, unit=unit, received_at=now, due_at=row.due_at) for unit in units]
    _write_new(row, replies, actor, tidy(given.text))
    if shown and shown.picture:
        declared = photos.Declaration(shown.sha256, PhotoRole.EVIDENCE)
        photos.put(owner=(KIND, row.pk), given=declared, picture=shown.picture)
    elif shown:
        papers.put(owner=(KIND, row.pk), sha256=shown.sha256, size=shown.size)
    _link(actor, row, units, now)
    return row


def _write_new(row: Instruction, replies: list[InstructionReply], actor: Actor, words: str) -> None:
    after = values_of(row, INSTRUCTION_FIELDS) | {
        "note": digest_of("case.note", words),
        "replies": {str(reply.pk): values_of(reply, INSTRUCTION_REPLY_FIELDS) for reply in replies},
    }
    event = history.build(row, "instruction.entered", actor, after=after)
    prepared.insert(row)
    prepared.insert(event)
    InstructionReply.objects.bulk_create(replies)
    InstructionWords.objects.create(instruction=row, seq=event.seq, text=words)
    outbox.emit("instruction.entered", (KIND, row.pk))
    versions.bump(VERSION)


def _units(ids: Sequence[UUID]) -> list[Unit]:
    """The addressed units in official order; each has somebody who can reply."""
    units = list(people.units().filter(pk__in=ids))
    if len(units) < len(ids):
        raise Refused("instruction.no_unit")
    mute = [unit.short_name for unit in units if not instructions.repliers(unit)]
    if mute:
        raise Refused("instruction.nobody_to_reply", units="、".join(mute))
    return units


def _linked(actor: Actor, number: str) -> tuple[Case | None, Report | None]:
    """The case or report of that number that the actor sees; a report's case, and the one a merged case stands for."""
    number = number.strip().upper()
    if not number:
        return None, None
    case = selectors.visible_cases(actor).select_related("merged_into").filter(number=number).first()
    if case is not None:
        return selectors.standing(case), None
    report = selectors.visible_reports(actor).select_related("case__merged_into").filter(number=number).first()
    if report is None:
        raise Refused("instruction.unknown_link")
    return (selectors.standing(report.case) if report.case else None), report


def _link(actor: Actor, row: Instruction, units: list[Unit], now: datetime) -> None:
    """Tell it on the chain of what it is about, and see to it that every addressed unit can look at that."""
    facts = {"instruction": str(row.pk)}
    if row.case_id:
        case = lock_case(actor, row.case_id)
        blind = [unit for unit in units if not instructions.unit_sees(unit, case)]
        links = [
            Assignment(case=case, unit=unit, role="know", assigned_by_id=actor.person_id, received_at=now,
                       state="done", ended_at=now)
            for unit in blind
        ]  # fmt: skip
        write(amend(case, "instructed", actor, facts=facts, touched=[born(link) for link in links]))
    elif row.report_id:
        report = lock_report(actor, row.report_id)
        blind = [unit for unit in units if not instructions.unit_sees(unit, report)]
        if blind:
            names = "、".join(unit.short_name for unit in blind)
            raise Refused("instruction.unit_cannot_see", units=names, number=report.number)
        write(amend(report, "instructed", actor, facts=facts))


def note_read(*, actor: Actor, instruction_id: UUID) -> bool:
    """An addressed unit opened it for the first time; whether this was it. Nobody is asked to, nobody is reminded."""
    post = rights.post_of(actor)
    if post is None or not policies.holds(post, "instructions.reply"):
        return False
    unread = InstructionReply.objects.filter(instruction=instruction_id, unit=post.unit_id, read_at=None)
    if not unread.exists():
        return False
    with transaction.atomic():
        row = _lock(actor, instruction_id)
        reply = unread.first()
        if reply is None or row.state != "open":
            return False
        write(amend(row, "read", actor, touched=[altered(reply, read_at=clock.now())]))
    return True


def reply_instruction(
    *, actor: Actor, instruction_id: UUID, text: str, pictures: Sequence[photos.Shot] = ()
) -> InstructionReply:  # fmt: skip
    """The unit's reply, with photos if there are any; who opened it to reply has read it."""
    rights.require(actor, "instructions.reply")
    _check_words(text)
    if len(pictures) > MOST_PHOTOS:
        raise Refused("photos.too_many", limit=MOST_PHOTOS)
    prepared = [photos.prepare(data=one) for one in pictures]
    with transaction.atomic():
        row = _lock(actor, instruction_id)
        reply = _reply_of(actor, row)
        now = clock.now()
        changes = {"replied_at": now, "replied_by_id": actor.person_id, "read_at": reply.read_at or now}
        _move(row, reply, "reply", actor, changes, note=tidy(text), given={"text": text.strip()})
        for picture in prepared:
            declared = photos.Declaration(picture.original_sha256, PhotoRole.EVIDENCE)
            photos.put(owner=(REPLY_KIND, reply.pk), given=declared, picture=picture)
    return reply


def _reply_of(actor: Actor, row: Instruction) -> InstructionReply:
    post = rights.post_of(actor)
    reply = row.replies.filter(unit=post.unit_id if post else None).select_for_update().first()
    if reply is None:
        raise Refused("instruction.not_addressed")
    return reply


def judge_reply(*, actor: Actor, reply_id: UUID, accepted: bool, note: str = "") -> InstructionReply:
    """Accept a reply, or send it back with the reason in ``note``. With the last one accepted, the instruction is
    done."""
    move = "accept" if accepted else "send_back"
    rights.require(actor, INSTRUCTION_REPLY.move(move).permission)
    _check_words(note)
    found = InstructionReply.objects.filter(pk=reply_id).values_list("instruction", flat=True).first()
    if found is None:
        raise Refused("common.not_found")
    with transaction.atomic():
        row = _lock(actor, found)
        reply = row.replies.select_for_update().get(pk=reply_id)
        now = clock.now()
        changes: dict[str, Any] = {"decided_at": now, "decided_by_id": actor.person_id}
        if not accepted:
            changes |= {"replied_at": None, "sent_back_count": reply.sent_back_count + 1}
        _move(row, reply, move, actor, changes, note=tidy(note), given={"note": note.strip()})
        if accepted and not row.replies.exclude(state="accepted").exists():
            write(step(row, "finish", actor, changes={"ended_at": now}))
    return reply


def postpone_instruction(*, actor: Actor, instruction_id: UUID, due_on: date, note: str) -> Instruction:
    """More time for every unit that still owes a reply, for the reason in ``note``: given by the leader, or by those
    who enter for them. The new day counts from now on; the first one stands in the history."""
    post = rights.require(actor, INSTRUCTION.move("postpone").permission)
    _check_words(note)
    with transaction.atomic():
        row = _lock(actor, instruction_id)
        if not policies.holds(post, "instructions.enter") and row.leader_id != actor.person_id:
            raise Refused("instruction.not_yours")
        check_later(due_on, row.due_at, clock.now())
        due_at = end_of(due_on)
        owing = row.replies.filter(state__in=instructions.OWED).select_for_update().order_by("pk")
        touched: list[Touch] = [altered(reply, due_at=due_at) for reply in owing]
        given: dict[str, object] = {"note": note.strip()}
        write(step(row, "postpone", actor, changes={"due_at": due_at}, touched=touched, given=given, note=tidy(note)))
        versions.bump(VERSION)
    return row


def withdraw_instruction(*, actor: Actor, instruction_id: UUID, note: str) -> Instruction:
    """Taken back by who enters them, for the reason in ``note``; nothing is owed on it any more."""
    return _end(actor, instruction_id, "withdraw", note)


def object_to_instruction(*, actor: Actor, instruction_id: UUID, note: str) -> Instruction:
    """The leader says that this was not their word: it counts nowhere any more, and the units are told."""
    return _end(actor, instruction_id, "object", note)


def _end(actor: Actor, instruction_id: UUID, move: str, note: str) -> Instruction:
    rights.require(actor, INSTRUCTION.move(move).permission)
    _check_words(note)
    with transaction.atomic():
        row = _lock(actor, instruction_id)
        if move == "object" and row.leader_id != actor.person_id:
            raise Refused("instruction.not_yours")
        owing = row.replies.filter(state__in=INSTRUCTION_REPLY.open_states()).select_for_update().order_by("pk")
        touched: list[Touch] = [altered(reply, state="released") for reply in owing]
        given: dict[str, object] = {"note": note.strip()}
        write(step(row, move, actor, changes={"ended_at": clock.now()}, touched=touched, given=given, note=tidy(note)))
        versions.bump(VERSION)
    return row


def _move(
    row: Instruction, reply: InstructionReply, move: str, actor: Actor, changes: dict[str, Any], *, note: str,
    given: dict[str, object],
) -> None:  # fmt: skip
    if row.state != "open":
        raise Refused("instruction.ended", state=INSTRUCTION.state(row.state).label)
    instructions.allow(actor, row, reply, move)
    state = INSTRUCTION_REPLY.next(reply.state, move, **given)
    verb, topic = INSTRUCTION_REPLY_VERBS[move]
    touched = [altered(reply, state=state, **changes)]
    write(amend(row, verb, actor, touched=touched, note=note, topic=topic), {"reply": str(reply.pk)})
    versions.bump(VERSION)


def _check_words(text: str) -> None:
    if len(text) > MAX_TEXT or "\0" in text:
        problem = FieldProblem(
            "text",
            "length",
            Label(f"最多 {MAX_TEXT} 字，不能有非法字符", f"At most {MAX_TEXT} characters, none of them forbidden"),
        )
        raise Refused("common.invalid", fields=(problem,))


def _lock(actor: Actor, instruction_id: UUID) -> Instruction:
    row = Instruction.objects.select_for_update().filter(pk=instruction_id).first()
    if row is None or not instructions.visible_to(actor).filter(pk=instruction_id).exists():
        raise Refused("common.not_found")
    return row
