"""What goes in and out of the API. The OpenAPI document is made from these classes.

Bodies are strict (a number in quotes is no number) and closed (an unknown field is refused, so that a
misspelt ``obsreved_at`` is not silently lost).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from chuangcheng.cases.inputs import CLOCK_SKEW, MAX_PHOTOS, MAX_TEXT
from chuangcheng.kernel import clock

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


def _plausible(moment: datetime) -> datetime:
    try:
        if moment > clock.now() + CLOCK_SKEW:
            raise PydanticCustomError("future", "lies in the future")
        if moment < EARLIEST:
            raise PydanticCustomError("too_old", "lies too far back")
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise PydanticCustomError("too_old", "lies too far back") from error


# PostgreSQL stores no NUL character.
Line = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
Prose = Annotated[str, StringConstraints(pattern=r"^[^\x00]*[^\s\x00][^\x00]*$", max_length=MAX_TEXT)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Moment = Annotated[AwareDatetime, AfterValidator(_plausible)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


class Strict(BaseModel):
    """Base of everything that comes in."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Placed(Strict):
    """Something with an optional place, WGS-84 degrees."""

    lat: Latitude | None = None
    lon: Longitude | None = None

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.lat is None) != (self.lon is None):
            raise PydanticCustomError("both_or_neither", "lat and lon come together")
        return self


class PhotoIn(Placed):
    """A photo announced by the SHA-256 of its bytes; the bytes follow by PUT."""

    sha256: Sha256
    role: Literal["near", "far", "before", "after", "evidence"] = Field(description="what the photo shows")
    taken_at: Moment | None = None
    in_camera: bool = Field(False, description="taken in the page of 随手拍; believed only with a camera_pass")


class VideoIn(Strict):
    """A short video announced by the SHA-256 of its bytes; the bytes follow by PUT."""

    sha256: Sha256


class ContactIn(Strict):
    """How to reach the reporter: stored encrypted, shown to few, erased on schedule."""

    name: Annotated[Line, Field(max_length=60)] = ""
    phone: Annotated[str, StringConstraints(pattern=r"^(\+?[0-9 ()\-]{5,24})?$")] = ""


class ReportIn(Placed):
    """What somebody saw. ``id`` is made by the client, so that sending it twice is safe."""

    id: UUID = Field(description="any RFC 9562 UUID; the same id with the same body may be sent again")
    text: Prose
    category: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,12}$")] | None = Field(
        None, description="code of a case category, if the reporter knows it"
    )
    address: Annotated[Line, Field(max_length=200)] | None = None
    observed_at: Moment | None = Field(None, description="with a time zone; default: now")
    contact: ContactIn | None = None
    photos: Annotated[list[PhotoIn], Field(max_length=MAX_PHOTOS)] = []
    video: VideoIn | None = Field(None, description="one at most; it proves neither time nor place")
    privacy: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.\-]{0,16}$")] = Field(
        "", description="version of the privacy notice that the reporter was shown"
    )
    camera_pass: Annotated[str, StringConstraints(pattern=r"^[0-9a-f.]{0,64}$")] = Field(
        "", description="handed out with the page of 随手拍; photos of other clients never prove time and place by flag"
    )

    complaint: bool = Field(False, description="a complaint about staff or a unit: passed on, never handled here")

    @model_validator(mode="after")
    def _each_photo_once(self) -> Self:
        if len({photo.sha256 for photo in self.photos}) < len(self.photos):
            raise PydanticCustomError("repeated", "a photo stands twice")
        return self


ReportStateCode = Literal["received", "pending_confirm", "filed", "linked", "referred", "withdrawn", "not_accepted"]
CaseStateCode = Literal[
    "filed", "dispatched", "handling", "handled", "verified", "suspended", "arbitrating", "closed", "void", "merged"
]

InstructionStateCode = Literal["open", "done", "withdrawn", "objected"]
ReplyStateCode = Literal["waiting", "replied", "sent_back", "accepted", "released"]


class Reason(BaseModel):
    """Why a report was not taken on."""

    code: str
    label: str


class VideoOut(BaseModel):
    """What became of a video: its pictures are not public."""

    sha256: str
    state: Literal["declared", "waiting", "stored", "refused"] = Field(
        description="declared: its bytes have not arrived; waiting: they are safe, and will be processed"
    )
    reason: Reason | None = Field(description="why it was refused")


class ReportOut(BaseModel):
    """A report's public state: nothing that the reporter wrote."""

    id: UUID
    number: str
    state: ReportStateCode
    state_label: str
    url: str = Field(description="the tracking page")
    case_number: str | None = Field(description="null until filed or linked")
    case_state: CaseStateCode | None
    case_state_label: str | None
    reason: Reason | None
    received_at: AwareDatetime
    outside_city: bool
    missing_photos: list[str] = Field(description="declared hashes whose bytes have not arrived")
    videos: list[VideoOut]


class ReceiptOut(ReportOut):
    """The answer to a creation: only its sender ever sees the code."""

    receipt_code: str = Field(description="with the number, opens the public state without the id")


class WatchIn(Strict):
    """ "Me too". ``id`` is made by the client, so that sending it twice is safe."""

    id: UUID
    phone: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z\-]{16,64}$")] = Field(
        description="a random name that this phone keeps; only a keyed digest is stored"
    )


class WatchOut(BaseModel):
    """The answer to "me too"."""

    id: UUID
    number: str = Field(description="the case's number")
    url: str = Field(description="the page to follow it on")
    received_at: AwareDatetime
    missing_photos: list[str] = Field(description="always empty; as in the answer to a report")


class CategoryRef(BaseModel):
    """A case category."""

    code: str
    name: str


class NearRow(BaseModel):
    """An open case near by: nothing that anybody wrote or photographed."""

    id: UUID
    category: CategoryRef | None
    metres: int = Field(description="how far, in steps of ten")
    filed_at: AwareDatetime
    state: CaseStateCode
    state_label: str
    people: int = Field(description='reports and "me too" together')


class NearbyOut(BaseModel):
    """Open cases near a place, the likeliest first."""

    items: list[NearRow]


class UnitRef(BaseModel):
    """A responsible unit."""

    code: str
    name: str


class ReportRow(BaseModel):
    """A report as staff see it in a list; no contact data."""

    id: UUID
    number: str
    state: ReportStateCode
    source: str
    text: str
    category: CategoryRef | None
    lat: float | None
    lon: float | None
    address: str
    division: str | None = Field(description="code of the deepest known division")
    outside_city: bool
    observed_at: AwareDatetime
    received_at: AwareDatetime
    case_number: str | None
    reason_code: str
    confirmed: bool | None
    photos_declared: int
    photos_missing: int


class CaseRow(BaseModel):
    """A case in a list."""

    id: UUID
    number: str
    state: CaseStateCode
    outcome: str
    category: CategoryRef | None
    severity: int
    source: str
    text: str
    lat: float | None
    lon: float | None
    address: str
    division: str | None
    holder: UnitRef | None
    filed_at: AwareDatetime
    due_at: AwareDatetime | None
    handled_at: AwareDatetime | None
    closed_at: AwareDatetime | None
    on_time: bool | None
    rework_count: int
    merged_into: str | None = Field(description="number of the case that stands for this one, once it was merged")
    relapse_of: str | None = Field(description="number of the earlier case whose trouble came back")


class AssignmentOut(BaseModel):
    """One link of the chain of dispatch."""

    unit: UnitRef
    role: Literal["lead", "co", "ask", "know"]
    state: Literal["open", "passed", "returned", "done", "released", "asked"]
    received_at: AwareDatetime
    due_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    return_reason: str


class OwnerAskOut(BaseModel):
    """A unit that was asked whether it is theirs. An empty answer is none, also after its time."""

    unit: UnitRef
    answer: Literal["", "yes", "no"]
    due_at: AwareDatetime
    answered_at: AwareDatetime | None


class OwnerSearchOut(BaseModel):
    """The newest search for the owner of what the case is about."""

    state: Literal["open", "found", "ruled", "nobodys", "dropped"]
    street: UnitRef = Field(description="who keeps the case meanwhile, and acts")
    owner: UnitRef | None
    started_at: AwareDatetime
    due_at: AwareDatetime
    ended_at: AwareDatetime | None
    asks: list[OwnerAskOut]


class CaseOut(CaseRow):
    """A case with its chain and the numbers of its reports."""

    condition: str
    due_rule: str
    due_provisional: bool
    standard: str | None
    site: str | None
    assignments: list[AssignmentOut]
    owner_search: OwnerSearchOut | None
    reports: list[str]
    moves: list[str] = Field(description="what the token's post may do with it now: POST /cases/{id}/moves/{move}")


class StoredOut(BaseModel):
    """The answer to the bytes of a photo of a case or a task."""

    missing_photos: list[str] = Field(description="declared hashes whose bytes have not arrived")


class ReportPage(BaseModel):
    """One page of reports, newest first."""

    items: list[ReportRow]
    next: str | None = Field(description="cursor of the next page; null at the end")


class CasePage(BaseModel):
    """One page of cases, newest first."""

    items: list[CaseRow]
    next: str | None = Field(description="cursor of the next page; null at the end")


class InstructionRow(BaseModel):
    """A leader's instruction in a list."""

    id: UUID
    number: str
    state: InstructionStateCode
    form: Literal["written", "spoken"]
    leader: str
    text: str = Field(description="what the leader said; empty once it was erased")
    given_on: date
    due_at: AwareDatetime = Field(description="the end of the day by which the units reply")
    entered_at: AwareDatetime
    ended_at: AwareDatetime | None
    case_number: str | None
    report_number: str | None
    scan: Literal["", "image", "pdf"]
    addressed: int = Field(description="number of addressed units")
    replied: int = Field(description="number of those whose reply stands")


class InstructionReplyOut(BaseModel):
    """What one addressed unit owes."""

    id: UUID
    unit: UnitRef
    state: ReplyStateCode
    due_at: AwareDatetime
    read_at: AwareDatetime | None = Field(description="when one of its people first opened the page")
    replied_at: AwareDatetime | None
    decided_at: AwareDatetime | None
    sent_back_count: int
    on_time: bool | None
    text: str | None = Field(description="the reply; null before it, and for whom it is not meant")


class InstructionOut(InstructionRow):
    """An instruction with what each addressed unit owes, in official order."""

    replies: list[InstructionReplyOut]


class InstructionPage(BaseModel):
    """One page of instructions, newest first."""

    items: list[InstructionRow]
    next: str | None = Field(description="cursor of the next page; null at the end")


class FieldError(BaseModel):
    """What is wrong with one value."""

    field: str
    code: str
    message: str


class ProblemOut(BaseModel):
    """RFC 9457 ``application/problem+json``. ``code`` is stable; the sentences follow Accept-Language."""

    type: str
    code: str
    title: str
    status: int
    detail: str
    errors: list[FieldError]
