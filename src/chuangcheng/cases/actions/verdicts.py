"""A verifier's verdict from the phone: given on the spot, perhaps without a net, taken in once whenever it arrives."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chuangcheng.cases import inputs
from chuangcheng.cases.actions.verification import rework_case, verify_case
from chuangcheng.cases.locks import find_case, lock_case
from chuangcheng.cases.models import Case
from chuangcheng.cases.once import ACTION, once
from chuangcheng.cases.states import CASE
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.kernel.text import tidy
from chuangcheng.people import rights
from chuangcheng.photos import actions as photos
from chuangcheng.photos.models import PhotoRole

MAX_NOTE = 500
MOST_PHOTOS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictInput:
    """What the phone says. ``id`` comes from the phone; ``handled_at`` tells of which round of work it speaks."""

    id: UUID
    handled_at: datetime
    fixed: bool
    note: str = ""
    photos: tuple[photos.Declaration, ...] = ()

    def body(self) -> dict[str, Any]:
        """The canonical body: equal bodies, equal digests."""
        return {name: getattr(self, name) for name in self.__slots__} | {"photos": [asdict(one) for one in self.photos]}


def give_verdict(*, actor: Actor, case_id: UUID, given: VerdictInput) -> tuple[Case, bool]:
    """Verify the case or send it for rework; whether it was done now. The same id and body again change nothing. A case
    that moved on since the verifier saw it is left as it is: ``case.moved_on``."""
    _check(given)
    role = PhotoRole.AFTER if given.fixed else PhotoRole.EVIDENCE
    declared = [photos.Declaration(**(asdict(one) | {"role": role})) for one in given.photos]

    def run() -> None:
        case = lock_case(actor, case_id)
        if case.state != "handled" or case.handled_at != given.handled_at:
            raise Refused("case.moved_on", number=case.number, state=CASE.state(case.state).label)
        if given.fixed:
            verify_case(actor=actor, case_id=case_id, note=tidy(given.note))
        else:
            rework_case(actor=actor, case_id=case_id, note=tidy(given.note))
        photos.declare(owner=("case", case_id), declarations=declared, moment=clock.now())

    done = once(actor=actor, case_id=case_id, request_id=given.id, asked=given.body(), run=run)
    return find_case(actor, case_id), done


def _check(given: VerdictInput) -> None:
    problems = list(inputs.photo_problems(given.photos))
    if len(given.photos) > MOST_PHOTOS:
        problems.append(
            FieldProblem("photos", "count", Label(f"最多 {MOST_PHOTOS} 张照片", f"At most {MOST_PHOTOS} photos"))
        )
    if len(given.note) > MAX_NOTE or "\0" in given.note:
        problems.append(FieldProblem("note", "length", Label(f"最多 {MAX_NOTE} 字", f"At most {MAX_NOTE} characters")))
    if not given.fixed and not tidy(given.note):
        problems.append(FieldProblem("note", "required", Label("请写明哪里没有整改到位", "Say what was not put right")))
    inputs.refuse(problems)


def ingest_verdict_photo(
    *, actor: Actor, case_id: UUID, verdict_id: UUID, sha256: str, data: photos.Shot
) -> Case:  # fmt: skip
    """Store a photo that came with the verdict, sent by whoever gave it. A repeat changes nothing."""
    rights.require(actor, "cases.verify")
    case = find_case(actor, case_id)
    told = events_of("case", case_id).filter(action=ACTION, actor_person=actor.person_id)
    if str(verdict_id) not in {after.get("request") for after in told.values_list("after", flat=True)}:
        raise Refused("common.not_found")
    photos.ingest(owner=("case", case_id), sha256=sha256, data=data)
    return case
