"""Campaigns, their targets and readings, and attainment drives, for programs of staff. Readings come in by POST, once
by their id."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import AwareDatetime, BaseModel, Field

from chuangcheng.api import paging
from chuangcheng.api.answers import answer, code_and_name, iso
from chuangcheng.api.body import read_model
from chuangcheng.api.schemas import Line, Strict, UnitRef
from chuangcheng.api.staff import StaffToken, TokenRequest
from chuangcheng.campaigns import actions, series
from chuangcheng.campaigns import drive_selectors as drives
from chuangcheng.campaigns import selectors as campaigns
from chuangcheng.campaigns.models import Campaign, Drive, DrivePlace, Reading, Target
from chuangcheng.kernel import clock, money, progress
from chuangcheng.people.rights import require

router = Router(tags=["campaigns"], auth=StaffToken())
drive_router = Router(tags=["drives"], auth=StaffToken())
Standing = Literal["reached", "ahead", "on_plan", "behind", "no_reading", "not_begun"]
Grade = Literal["", "met", "improve", "weak"]


class CampaignQuery(paging.PageQuery):
    """Which campaigns."""

    state: Literal["planned", "running", "reviewing", "finished", "cancelled"] | None = None
    standing: Standing | None = Field(None, description="how the worst of its targets stands against its plan today")


class MoneyOut(BaseModel):
    """Sums in yuan, exact, as text."""

    budget: str
    contract: str
    paid: str
    accepted: str


class CampaignRow(BaseModel):
    """A campaign in a list."""

    id: UUID
    number: str
    kind: Literal["siege", "uplift", "special"]
    title: str
    state: Literal["planned", "running", "reviewing", "finished", "cancelled"]
    lead: UnitRef
    from_on: date
    until_on: date
    created_at: AwareDatetime


class CampaignPage(BaseModel):
    """One page of campaigns, newest first."""

    items: list[CampaignRow]
    next: str | None = Field(description="cursor of the next page; null at the end")


class TargetOut(BaseModel):
    """A target against its plan today; numbers as text, so that none is rounded on the way."""

    id: UUID
    name: str
    measure: str
    direction: Literal["more", "less"]
    baseline: str
    goal: str
    latest: str | None
    read_on: date | None
    share: float = Field(description="of the way from the baseline to the goal")
    planned_share: float = Field(description="what the plan has for today")
    standing: Standing
    dropped_on: date | None = Field(description="from when on it counts in no figure; its readings stay")


class CampaignOut(CampaignRow):
    """A campaign with its targets (dropped ones last, as they stood then), money and sub-actions by state."""

    targets: list[TargetOut]
    money: MoneyOut
    sub_actions: dict[str, int]


class TargetReadingOut(BaseModel):
    """A reading; of several for one day the last one stands."""

    id: UUID
    day: date
    value: str
    source: str
    stands: bool
    recorded_at: AwareDatetime


class TargetReadingList(BaseModel):
    """The readings of a target, by day."""

    items: list[TargetReadingOut]


class TargetReadingIn(Strict):
    """A measured value. The same id and body again is safe."""

    id: UUID
    day: date
    value: Decimal = Field(max_digits=15, decimal_places=4)
    source: Annotated[Line, Field(max_length=100)] | None = None
    confirmed: bool = Field(False, description="say it again where it was asked back (campaign.reading_doubtful)")


class DriveOut(BaseModel):
    """A drive with how its places in sight are graded."""

    id: UUID
    number: str
    title: str
    subject_kind: Literal["community", "compound", "site"]
    state: Literal["drafted", "open", "closed"]
    from_on: date
    until_on: date
    places: int
    met: int
    improve: int
    weak: int


class DriveList(BaseModel):
    """Every drive in sight."""

    items: list[DriveOut]


class DrivePlaceOut(BaseModel):
    """A place of a drive; ``failed`` are codes of items."""

    id: UUID
    code: str
    name: str
    state: Literal["todo", "claimed", "graded"]
    grade: Grade
    points: str | None
    graded_on: date | None
    failed: list[str]
    unit: UnitRef
    sponsor: UnitRef | None


class DrivePlaces(BaseModel):
    """The places of a drive in sight, by code."""

    items: list[DrivePlaceOut]


COLUMNS = (
    "id", "number", "kind", "title", "state", "lead__code", "lead__short_name", "from_on", "until_on", "created_at",
)  # fmt: skip


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": str(row["id"]), **{name: row[name] for name in ("number", "kind", "title", "state")},
        "lead": code_and_name(row["lead__code"], row["lead__short_name"]),
        **{name: row[name].isoformat() for name in ("from_on", "until_on")}, "created_at": iso(row["created_at"]),
    }  # fmt: skip


@router.get("", response={200: CampaignPage}, operation_id="list_campaigns", summary="List campaigns")
def list_campaigns(request: TokenRequest, query: Query[CampaignQuery]) -> HttpResponse:
    """The campaigns in reach of the token's post, newest first."""
    require(request.auth, "campaigns.view")
    rows = campaigns.visible_to(request.auth)
    rows = rows.filter(state=query.state) if query.state else rows
    if query.standing:
        rows = campaigns.with_standing(rows, query.standing, clock.today().date())
    return paging.page(rows, "created_at", query, COLUMNS, _row)


@router.get("/{campaign_id}", response={200: CampaignOut}, operation_id="get_campaign", summary="One campaign")
def get_campaign(request: TokenRequest, campaign_id: UUID) -> HttpResponse:
    """A campaign with its targets against their plans, its money and its sub-actions."""
    require(request.auth, "campaigns.view")
    row = campaigns.get_campaign_for(request.auth, campaign_id)
    line = campaigns.line_for(row, clock.today().date())
    values = Campaign.objects.filter(pk=row.pk).values(*COLUMNS).get()
    sums = {kind: f"{money.yuan(getattr(line.money, kind))}" for kind in money.KINDS}
    targets = [_target(target, standing) for target, standing in (*line.targets, *campaigns.dropped_standing(row))]
    return answer({**_row(values), "targets": targets, "money": sums, "sub_actions": line.subs})


def _target(row: Target, standing: progress.Standing) -> dict[str, Any]:
    return {
        "id": str(row.pk), **{name: getattr(row, name) for name in ("name", "measure", "direction")},
        "baseline": str(row.baseline), "goal": str(row.goal),
        "latest": None if row.latest is None else str(row.latest),
        "read_on": row.read_on.isoformat() if row.read_on else None, "share": round(float(standing.share), 6),
        "planned_share": round(float(standing.planned_share), 6), "standing": standing.code,
        "dropped_on": row.dropped_on.isoformat() if row.dropped_on else None,
    }  # fmt: skip


@router.get("/targets/{target_id}/readings", response={200: TargetReadingList}, operation_id="list_target_readings",
            summary="Readings of a target")  # fmt: skip
def list_readings(request: TokenRequest, target_id: UUID) -> HttpResponse:
    """Every reading of a target, corrected ones included."""
    require(request.auth, "campaigns.view")
    rows = list(campaigns.get_target_for(request.auth, target_id).readings.all())
    standing = {row.pk for row in series.in_force(rows).values()}
    return answer({"items": [_reading(row, row.pk in standing) for row in rows]})


def _reading(row: Reading, stands: bool) -> dict[str, Any]:
    return {"id": str(row.pk), "day": row.day.isoformat(), "value": str(row.value), "source": row.source,
            "stands": stands, "recorded_at": iso(row.recorded_at)}  # fmt: skip


@router.post("/targets/{target_id}/readings", response={200: TargetReadingOut, 201: TargetReadingOut},
             operation_id="post_target_reading", summary="Record a reading")  # fmt: skip
def post_reading(request: TokenRequest, target_id: UUID) -> HttpResponse:
    """201 for a new one, 200 for one that stands already; with another body 409. One that is asked back answers 409
    with ``campaign.reading_doubtful``."""
    given = read_model(request, TargetReadingIn)
    campaigns.get_target_for(request.auth, target_id)
    row, fresh = actions.record_reading(
        actor=request.auth, target_id=target_id, day=given.day, value=given.value, source=given.source or "",
        confirmed=given.confirmed, reading_id=given.id,
    )  # fmt: skip
    return answer(_reading(row, True), 201 if fresh else 200)


@drive_router.get("", response={200: DriveList}, operation_id="list_drives", summary="List attainment drives")
def list_drives(request: TokenRequest) -> HttpResponse:
    """Every drive with the grades of the places in reach."""
    require(request.auth, "drives.view")
    tallies = drives.by_drive(drives.places(request.auth))
    return answer({"items": [_drive(row, tallies.get(row.pk)) for row in drives.drives(request.auth)]})


def _drive(row: Drive, tally: drives.Tally | None) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in ("number", "title", "subject_kind", "state")}
    days = {name: getattr(row, name).isoformat() for name in ("from_on", "until_on")}
    counts = {name: getattr(tally, name) if tally else 0 for name in ("places", "met", "improve", "weak")}
    return {"id": str(row.pk), **plain, **days, **counts}


@drive_router.get("/{drive_id}/places", response={200: DrivePlaces}, operation_id="list_drive_places",
                  summary="Places of a drive")  # fmt: skip
def list_places(request: TokenRequest, drive_id: UUID) -> HttpResponse:
    """The places of a drive in reach."""
    require(request.auth, "drives.view")
    row = drives.get_drive_for(request.auth, drive_id)
    return answer({"items": [_place(each) for each in drives.places(request.auth).filter(drive=row)]})


def _place(row: DrivePlace) -> dict[str, Any]:
    sponsor = row.sponsor
    return {
        "id": str(row.pk), **{name: getattr(row, name) for name in ("code", "name", "state", "grade", "failed")},
        "points": None if row.points is None else str(row.points),
        "graded_on": row.graded_on.isoformat() if row.graded_on else None,
        "unit": code_and_name(row.unit.code, row.unit.short_name),
        "sponsor": code_and_name(sponsor.code, sponsor.short_name) if sponsor else None,
    }  # fmt: skip
