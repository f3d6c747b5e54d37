"""Meetings and what was decided at them, for programs of staff; read alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import AwareDatetime, BaseModel, Field

from chuangcheng.api import paging
from chuangcheng.api.answers import answer, code_and_name, iso
from chuangcheng.api.schemas import UnitRef
from chuangcheng.api.staff import StaffToken, TokenRequest
from chuangcheng.kernel import clock
from chuangcheng.meetings import selectors as meetings
from chuangcheng.meetings.models import Decision, Meeting
from chuangcheng.people.rights import require

router = Router(tags=["meetings"], auth=StaffToken())
State = Literal["planned", "called", "postponed", "held", "minuted", "issued", "cancelled"]
Fate = Literal["done", "running", "late", "void", "noted"]
COLUMNS = ("id", "number", "kind", "state", "title", "unit__code", "unit__short_name", "starts_at", "place",
           "issued_at", "created_at")  # fmt: skip


class MeetingQuery(paging.PageQuery):
    """Which meetings."""

    state: State | None = None
    kind: str | None = Field(None, max_length=16, description="code of a kind, as the page of meetings shows it")


class MeetingRow(BaseModel):
    """A meeting in a list."""

    id: UUID
    number: str
    kind: str
    state: State
    title: str
    unit: UnitRef
    starts_at: AwareDatetime
    place: str
    issued_at: AwareDatetime | None
    created_at: AwareDatetime


class MeetingPage(BaseModel):
    """One page of meetings, those that begin last first."""

    items: list[MeetingRow]
    next: str | None = Field(description="cursor of the next page; null at the end")


class InvitedOut(BaseModel):
    """An invited unit; ``present`` is null before the meeting was held."""

    unit: UnitRef
    present: bool | None


class DecisionOut(BaseModel):
    """Who does what by when; ``task`` is the id of the task that it became once the minutes were issued."""

    id: UUID
    place: int
    words: str
    lead: UnitRef
    supports: list[UnitRef]
    due_on: date
    task: UUID | None
    fate: Fate


class MeetingOut(MeetingRow):
    """A meeting with its units and, for those who may read them, its decisions (else null)."""

    invited: list[InvitedOut]
    decisions: list[DecisionOut] | None


class DecisionList(BaseModel):
    """The decisions of a meeting in order."""

    items: list[DecisionOut]


@router.get("", response={200: MeetingPage}, operation_id="list_meetings", summary="List meetings")
def list_meetings(request: TokenRequest, query: Query[MeetingQuery]) -> HttpResponse:
    """The meetings that the token's post sees, those that begin last first."""
    require(request.auth, "meetings.view")
    rows = meetings.visible_to(request.auth)
    for name in ("state", "kind"):
        if value := getattr(query, name):
            rows = rows.filter(**{name: value.replace("\0", "")})
    return paging.page(rows, "starts_at", query, COLUMNS, _row)


@router.get("/{meeting_id}", response={200: MeetingOut}, operation_id="get_meeting", summary="One meeting")
def get_meeting(request: TokenRequest, meeting_id: UUID) -> HttpResponse:
    """A meeting with the units invited and what was decided."""
    require(request.auth, "meetings.view")
    row = meetings.get_meeting_for(request.auth, meeting_id)
    values = Meeting.objects.filter(pk=row.pk).values(*COLUMNS).get()
    invited = row.invitations.select_related("unit").order_by("unit__official_order", "unit__code")
    units = [{"unit": code_and_name(each.unit.code, each.unit.short_name), "present": each.present} for each in invited]
    decided = _decisions(row) if meetings.reads_minutes(request.auth, row) else None
    return answer({**_row(values), "invited": units, "decisions": decided})


@router.get("/{meeting_id}/decisions", response={200: DecisionList}, operation_id="list_decisions",
            summary="Decisions of a meeting")  # fmt: skip
def list_decisions(request: TokenRequest, meeting_id: UUID) -> HttpResponse:
    """What was decided and what became of it; nothing before the minutes are issued, but for who runs the meeting."""
    require(request.auth, "meetings.view")
    row = meetings.get_meeting_for(request.auth, meeting_id)
    return answer({"items": _decisions(row) if meetings.reads_minutes(request.auth, row) else []})


def _decisions(row: Meeting) -> list[dict[str, Any]]:
    today = clock.today().date()
    return [_decision(each, today) for each in meetings.decisions_of(row)]


def _decision(row: Decision, today: date) -> dict[str, Any]:
    return {
        "id": str(row.pk), "place": row.place, "words": row.words, "due_on": row.due_on.isoformat(),
        "lead": code_and_name(row.lead.code, row.lead.short_name),
        "supports": [code_and_name(unit.code, unit.short_name) for unit in row.supports.all()],
        "task": str(row.task_id) if row.task_id else None, "fate": row.fate(today),
    }  # fmt: skip


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    plain = {name: row[name] for name in ("number", "kind", "state", "title", "place")}
    times = {name: iso(row[name]) for name in ("starts_at", "issued_at", "created_at")}
    return {"id": str(row["id"]), **plain, "unit": code_and_name(row["unit__code"], row["unit__short_name"]), **times}
