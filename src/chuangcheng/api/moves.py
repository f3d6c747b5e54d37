"""Moves of a case, taken by programs of staff: the same actions as the desk's buttons, each once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from ninja import Router
from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints
from pydantic_core import PydanticCustomError

from chuangcheng.api.answers import answer
from chuangcheng.api.body import read, read_model
from chuangcheng.api.cases import told
from chuangcheng.api.schemas import CaseOut, Line, PhotoIn, StoredOut, Strict
from chuangcheng.api.staff import StaffToken, TokenRequest
from chuangcheng.cases import actions, selectors
from chuangcheng.cases.actions.planning import MOST_STEPS
from chuangcheng.cases.models import Outcome
from chuangcheng.cases.once import once
from chuangcheng.cases.states import CASE, DENIALS, NOBODYS, OWNER_ANSWERS, REOPENINGS, RETURNS, VOIDS
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.rights import require
from chuangcheng.people.selectors import unit_by_code
from chuangcheng.photos import selectors as photos
from chuangcheng.photos.actions import Declaration

router = Router(tags=["cases"], auth=StaffToken())
#: Moves that stand under another name in the state table.
TABLE = {"return": "send_back", "grant": "extend"}
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MAX_UNITS = 20


def _reachable(moment: datetime) -> datetime:
    """A time with which one can reckon; whether it makes sense is the action's affair."""
    try:
        found = moment.astimezone(UTC)
    except OverflowError as error:
        raise PydanticCustomError("too_old", "lies too far back") from error
    if not 2000 <= found.year < 2200:
        raise PydanticCustomError("beyond", "lies too far off")
    return found


def _one_of(codes: list[str]) -> Any:
    """A code; the action refuses an unknown one with a problem of its own."""
    return Field(max_length=32, pattern=r"^[a-z_]*$", json_schema_extra={"enum": [*codes]})


Moment = Annotated[AwareDatetime, AfterValidator(_reachable)]
Note = Annotated[Line, Field(max_length=1000)]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z\-_.]{1,40}$")]
Words = Annotated[str, StringConstraints(pattern=r"^[^\x00]*[^\s\x00][^\x00]*$", max_length=1000)]


class MoveIn(Strict):
    """A move. ``id`` is made by the client, so that asking twice is safe."""

    id: UUID = Field(description="any RFC 9562 UUID; the same id with the same body may be sent again")


class NotedIn(MoveIn):
    """A move with a word that may be said."""

    note: Note = ""


class PassOnIn(MoveIn):
    """To whom, and by when at the latest."""

    unit: Code = Field(description="code of the unit")
    due_at: Moment | None = Field(None, description="earlier than the case's own limit; default: that limit")


class DispatchIn(PassOnIn):
    """As passing on, with units that help."""

    co_units: Annotated[list[Code], Field(max_length=_MAX_UNITS)] = []


class ReturnIn(NotedIn):
    """Why it is not ours."""

    reason_code: str = _one_of([*RETURNS])


class ReopenIn(NotedIn):
    """Why it comes back."""

    reason_code: str = _one_of([*REOPENINGS])


class VoidIn(NotedIn):
    """Why it never was one."""

    reason_code: str = _one_of([*VOIDS])


class MergeIn(NotedIn):
    """Into which case: the same trouble. It goes on for both."""

    target: Code = Field(description="number of the case that goes on; a merged one leads to the one it stands behind")


class SplitIn(NotedIn):
    """Which reports are about something else: they become a case of their own."""

    reports: Annotated[list[Code], Field(min_length=1, max_length=200)] = Field(description="numbers of its reports")
    category: Code | None = Field(None, description="code of the new case's category; default: the old one's")
    severity: Literal[1, 2, 3] = 1


class DenyRelapseIn(NotedIn):
    """Why it is no relapse."""

    reason_code: str = _one_of([*DENIALS])


class ArbitrateIn(MoveIn):
    """To which unit, and why; that unit cannot give it back."""

    unit: Code = Field(description="code of the unit")
    note: Words


class AskOwnerIn(NotedIn):
    """Which units are asked whether it is theirs."""

    units: Annotated[list[Code], Field(min_length=1, max_length=_MAX_UNITS)] = Field(description="codes of the units")


class AnswerOwnerIn(NotedIn):
    """Whether it is the token's unit's; a no needs its reason in the note."""

    answer: str = _one_of([*OWNER_ANSWERS])


class NameOwnerIn(NotedIn):
    """The unit that said that it is theirs; it cannot give the case back."""

    unit: Code = Field(description="code of the unit")


class NoOwnerIn(MoveIn):
    """Why it is nobody's; the street does it."""

    reason_code: str = _one_of([*NOBODYS])
    note: Words


class HandleIn(NotedIn):
    """What came of it. "fixed" needs a declared photo with the role "after", whose bytes follow by PUT."""

    outcome: str = _one_of([code for code in Outcome.values if code])
    photos: Annotated[list[PhotoIn], Field(max_length=9)] = []


class ReworkIn(MoveIn):
    """What is still wrong."""

    note: Words


class AddCoIn(PassOnIn):
    """Which unit supports the lead, and by when."""


class ReleaseCoIn(MoveIn):
    """Which supporting unit is not needed any more, and why."""

    unit: Code
    note: Words


class StepIn(Strict):
    """One step of the work."""

    name: Annotated[str, StringConstraints(pattern=r"^[^\x00]*[^\s\x00][^\x00]*$", max_length=60)]
    unit: Code = Field(description="code of the unit: the lead or a supporting one")
    due_at: Moment | None = Field(None, description="within the case's own limit")


class PlanIn(MoveIn):
    """The steps, in order. What is done stays; what was planned and not done is replaced."""

    steps: Annotated[list[StepIn], Field(min_length=1, max_length=MOST_STEPS)]


class FinishStepIn(NotedIn):
    """Which step is done."""

    step: UUID


class FlagIn(MoveIn):
    """Why the case is flagged, and until when an answer is expected."""

    note: Words
    until: Moment


class UnflagIn(ReworkIn):
    """Why the flag is taken off."""


class FinishCoIn(ReworkIn):
    """What the supporting unit did."""


class AskExtensionIn(MoveIn):
    """Why more time is needed."""

    reason: Words


class AskSuspensionIn(AskExtensionIn):
    """Why it cannot be done now, and until when."""

    until: Moment


Run = Callable[[Actor, UUID, Any], object]


def _unit(code: str) -> UUID:
    unit = unit_by_code(code)
    if unit is None:
        raise Refused("case.unknown_unit")
    return unit.pk


def _dispatch(actor: Actor, case_id: UUID, given: DispatchIn) -> object:
    helpers = tuple(_unit(code) for code in given.co_units)
    return actions.dispatch_case(
        actor=actor, case_id=case_id, unit_id=_unit(given.unit), due_at=given.due_at, co_units=helpers
    )


def _pass_on(actor: Actor, case_id: UUID, given: PassOnIn) -> object:
    return actions.pass_on(actor=actor, case_id=case_id, unit_id=_unit(given.unit), due_at=given.due_at)


def _arbitrate(actor: Actor, case_id: UUID, given: ArbitrateIn) -> object:
    return actions.arbitrate_case(actor=actor, case_id=case_id, unit_id=_unit(given.unit), note=given.note)


def _ask_owner(actor: Actor, case_id: UUID, given: AskOwnerIn) -> object:
    units = [_unit(code) for code in given.units]
    return actions.ask_owner(actor=actor, case_id=case_id, unit_ids=units, note=given.note)


def _owner(action: Callable[..., object]) -> Run:
    def run(actor: Actor, case_id: UUID, given: Any) -> object:
        return action(actor=actor, case_id=case_id, unit_id=_unit(given.unit), note=given.note)

    return run


def _add_co(actor: Actor, case_id: UUID, given: AddCoIn) -> object:
    return actions.add_co(actor=actor, case_id=case_id, unit_id=_unit(given.unit), due_at=given.due_at)


def _release_co(actor: Actor, case_id: UUID, given: ReleaseCoIn) -> object:
    return actions.release_co(actor=actor, case_id=case_id, unit_id=_unit(given.unit), note=given.note)


def _plan(actor: Actor, case_id: UUID, given: PlanIn) -> object:
    steps = [actions.StepInput(one.name, _unit(one.unit), one.due_at) for one in given.steps]
    return actions.plan_steps(actor=actor, case_id=case_id, steps=steps)


def _finish_step(actor: Actor, case_id: UUID, given: FinishStepIn) -> object:
    return actions.finish_step(actor=actor, case_id=case_id, step_id=given.step, note=given.note)


def _handle(actor: Actor, case_id: UUID, given: HandleIn) -> object:
    declared = tuple(Declaration(each.sha256, each.role, each.taken_at, each.lat, each.lon) for each in given.photos)
    return actions.handle_case(
        actor=actor, case_id=case_id, outcome=given.outcome, note=given.note, photos=declared
    )  # fmt: skip


def _merge(actor: Actor, case_id: UUID, given: MergeIn) -> object:
    target = selectors.case_by_number(actor, given.target)
    return actions.merge_case(actor=actor, case_id=case_id, target_id=target.pk, note=given.note)


def _split(actor: Actor, case_id: UUID, given: SplitIn) -> object:
    rows = selectors.get_case_for(actor, case_id).reports.filter(number__in=given.reports)
    found = dict(rows.values_list("number", "pk"))
    if set(given.reports) - set(found):
        raise Refused("case.not_its_report")
    return actions.split_case(
        actor=actor, case_id=case_id, report_ids=list(found.values()), category_code=given.category or "",
        severity=given.severity, note=given.note,
    )  # fmt: skip


def _decide(granted: bool) -> Run:
    def run(actor: Actor, case_id: UUID, _given: MoveIn) -> object:
        petition = selectors.petition_of(selectors.get_case_for(actor, case_id))
        if petition is None:
            raise Refused("state.stale")
        return actions.decide_petition(actor=actor, petition_id=petition.pk, granted=granted)

    return run


def _plainly(action: Callable[..., object]) -> Run:
    """An action whose parameters are the body's fields."""

    def run(actor: Actor, case_id: UUID, given: MoveIn) -> object:
        fields = {name: getattr(given, name) for name in type(given).model_fields if name != "id"}
        return action(actor=actor, case_id=case_id, **fields)

    return run


#: Every move by the last part of its address: what is sent, and what is done.
MOVES: dict[str, tuple[type[MoveIn], Run]] = {
    "dispatch": (DispatchIn, _dispatch),
    "pass_on": (PassOnIn, _pass_on),
    "claim": (MoveIn, _plainly(actions.claim_case)),
    "add_co": (AddCoIn, _add_co),
    "release_co": (ReleaseCoIn, _release_co),
    "finish_co": (FinishCoIn, _plainly(actions.finish_co)),
    "plan": (PlanIn, _plan),
    "finish_step": (FinishStepIn, _finish_step),
    "flag": (FlagIn, _plainly(actions.flag_case)),
    "unflag": (UnflagIn, _plainly(actions.unflag_case)),
    "accept": (MoveIn, _plainly(actions.accept_case)),
    "return": (ReturnIn, _plainly(actions.return_case)),
    "arbitrate": (ArbitrateIn, _arbitrate),
    "seek_owner": (NotedIn, _plainly(actions.seek_owner)),
    "ask_owner": (AskOwnerIn, _ask_owner),
    "answer_owner": (AnswerOwnerIn, _plainly(actions.answer_owner)),
    "name_owner": (NameOwnerIn, _owner(actions.name_owner)),
    "rule_owner": (ArbitrateIn, _owner(actions.rule_owner)),
    "no_owner": (NoOwnerIn, _plainly(actions.no_owner)),
    "handle": (HandleIn, _handle),
    "rework": (ReworkIn, _plainly(actions.rework_case)),
    "verify": (NotedIn, _plainly(actions.verify_case)),
    "close": (NotedIn, _plainly(actions.close_case)),
    "ask_extension": (AskExtensionIn, _plainly(actions.ask_extension)),
    "ask_suspension": (AskSuspensionIn, _plainly(actions.ask_suspension)),
    "grant": (MoveIn, _decide(True)),
    "decline": (MoveIn, _decide(False)),
    "resume": (MoveIn, _plainly(actions.resume_case)),
    "reopen": (ReopenIn, _plainly(actions.reopen_case)),
    "void": (VoidIn, _plainly(actions.void_case)),
    "merge": (MergeIn, _merge),
    "unmerge": (NotedIn, _plainly(actions.unmerge_case)),
    "split": (SplitIn, _split),
    "deny_relapse": (DenyRelapseIn, _plainly(actions.deny_relapse)),
}


def _route(name: str) -> None:
    shape, run = MOVES[name]

    def move(request: TokenRequest, case_id: UUID) -> HttpResponse:
        actor = request.auth
        require(actor, "cases.view")
        given = read_model(request, shape)
        asked = [name, given.model_dump(mode="json")]
        once(actor=actor, case_id=case_id, request_id=given.id, asked=asked, run=lambda: run(actor, case_id, given))
        return answer(told(actor, selectors.get_case_for(actor, case_id)))

    label = CASE.move(TABLE.get(name, name)).label.en
    router.post(
        f"/{{case_id}}/moves/{name}", response={200: CaseOut}, operation_id=f"{name}_case", summary=label,
        description=f"{shape.__doc__} The same id with the same body again answers with the case as it stands.",
    )(move)  # fmt: skip


for _name in MOVES:
    _route(_name)


@router.put("/{case_id}/photos/{sha256}", response={200: StoredOut}, operation_id="put_case_photo",
            summary="Send a declared photo of a case")  # fmt: skip
def put_photo(request: TokenRequest, case_id: UUID, sha256: str) -> HttpResponse:
    """The raw bytes of a photo that ``handle`` declared. Repeating is harmless; other bytes are refused (422)."""
    require(request.auth, "cases.view")
    if not _SHA256.fullmatch(sha256.lower()):
        raise Refused("common.not_found")
    data = read(request, settings.CITY.photo_max_mb * 1024 * 1024)
    actions.store_photo(actor=request.auth, case_id=case_id, sha256=sha256.lower(), data=data)
    return answer({"missing_photos": photos.missing(("case", case_id))})
