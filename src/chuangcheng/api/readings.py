"""Readings of indicators, handed in and read by programs of staff."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from ninja import Query, Router
from pydantic import AwareDatetime, BaseModel, Field

from chuangcheng.api import paging
from chuangcheng.api.answers import answer, code_and_name, iso
from chuangcheng.api.body import read_model
from chuangcheng.api.paging import PageQuery
from chuangcheng.api.schemas import Line, Moment, Strict
from chuangcheng.api.staff import StaffToken, TokenRequest
from chuangcheng.indicators import actions, selectors
from chuangcheng.indicators.actions import ReadingInput, Taken
from chuangcheng.indicators.models import Channel, Doubt, Reading
from chuangcheng.indicators.periods import read_period
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.people.rights import require
from chuangcheng.places.selectors import division_by_code

router = Router(tags=["readings"], auth=StaffToken())

#: A number as text, so that no client rounds it; a share of one for percentages.
Number = Annotated[str, Field(pattern=r"^-?[0-9]{1,12}(\.[0-9]{1,4})?$", examples=["0.9310"])]
Code = Annotated[Line, Field(max_length=40)]
DoubtCode = Literal["future", "numerator", "over_100", "range", "jump"]


class ReadingIn(Strict):
    """A reading: ``value``, or ``numerator`` and ``denominator`` of which the value is reckoned."""

    id: Annotated[UUID, Field(strict=False)] = Field(description="chosen by the client: repeating is safe")
    indicator: Code = Field(description="code of an indicator that the token's unit reports")
    period: Annotated[Line, Field(max_length=20)] = Field(description="2026-08, 2026Q3 or 2026")
    value: Number | None = Field(None, description="a share of 1 for percentages: 0.931")
    numerator: Number | None = None
    denominator: Number | None = None
    division: Code | None = Field(None, description="code of a district or street; none: the whole city")
    source: Annotated[Line, Field(max_length=100)] = ""
    reason: Annotated[Line, Field(max_length=200)] = Field("", description="needed where another value stands")
    happened_at: Moment | None = Field(None, description="when the number was taken; default: now")


class Ref(BaseModel):
    """A row by its code."""

    code: str
    name: str


class ReadingOut(BaseModel):
    """A reading that counts."""

    id: UUID
    indicator: Ref
    division: Ref | None
    period: date = Field(description="first day of the period")
    value: str
    numerator: str | None
    denominator: str | None
    source: str
    reason: str
    recorded_at: AwareDatetime


class ReadingTaken(BaseModel):
    """What became of a reading: counted at once, or doubtful and kept apart until somebody confirms it."""

    id: UUID
    state: Literal["counted", "waiting", "confirmed", "corrected", "withdrawn"]
    doubts: list[DoubtCode]
    reading: ReadingOut | None = Field(description="null while it counts nowhere")


class ReadingPage(BaseModel):
    """A page of readings."""

    items: list[ReadingOut]
    next: str | None


class ReadingQuery(PageQuery):
    """Which readings, and how many at once."""

    indicator: str | None = Field(None, max_length=40, description="code of an indicator")
    division: str | None = Field(None, max_length=40, description='code of a division; "city": the whole city\'s')
    period_from: date | None = None
    period_to: date | None = None

    def narrow(self, rows: QuerySet[Reading]) -> QuerySet[Reading]:
        """The rows that were asked for."""
        wanted: dict[str, Any] = {
            "indicator__code": self.indicator, "period_start__gte": self.period_from,
            "period_start__lte": self.period_to,
        }  # fmt: skip
        if self.division:
            wanted |= {"division": None} if self.division == "city" else {"division__code": self.division}
            rows = rows.filter(division=None) if self.division == "city" else rows
        named = {name: value for name, value in wanted.items() if value not in (None, "")}
        if any("\0" in value for value in named.values() if isinstance(value, str)):
            return rows.none()  # PostgreSQL compares with no NUL
        return rows.filter(**named)


COLUMNS = (
    "id", "indicator__code", "indicator__zh", "division__code", "division__name", "period_start", "value", "numerator",
    "denominator", "source", "reason", "recorded_at",
)  # fmt: skip


@router.post("", response={200: ReadingTaken, 201: ReadingTaken}, operation_id="create_reading",
             summary="Hand in a reading")  # fmt: skip
def create_reading(request: TokenRequest) -> HttpResponse:
    """Idempotent by ``id``: 201, then 200 with what became of it; with another body 409. The same figures for the
    same period under another id answer 200 with the reading that stands."""
    given = read_model(request, ReadingIn)
    taken = actions.submit_reading(actor=request.auth, given=_input(given))
    return answer(_taken(given.id, taken), 201 if taken.new else 200)


@router.get("", response={200: ReadingPage}, operation_id="list_readings", summary="List readings")
def list_readings(request: TokenRequest, query: Query[ReadingQuery]) -> HttpResponse:
    """Readings that count or once counted, the newest first: of a period the first in the list stands."""
    require(request.auth, "indicators.view")
    rows = query.narrow(selectors.visible_readings(request.auth))
    return paging.page(rows, "recorded_at", query, COLUMNS, _row)


@router.get("/{reading_id}", response={200: ReadingTaken}, operation_id="get_reading", summary="One reading")
def get_reading(request: TokenRequest, reading_id: UUID) -> HttpResponse:
    """A reading by its id, or what became of a doubtful one."""
    require(request.auth, "indicators.view")
    reading = selectors.visible_readings(request.auth).filter(pk=reading_id).first()
    doubt = None if reading else selectors.get_doubt_for(request.auth, reading_id)
    return answer(_taken(reading_id, Taken(reading or (doubt.reading if doubt else None), doubt, False)))


def _input(given: ReadingIn) -> ReadingInput:
    named = read_period(given.period)
    if named is None:
        raise Refused("indicators.bad_period", given=given.period)
    division = division_by_code(given.division) if given.division else None
    if given.division and division is None:
        problem = Refused("indicators.unknown_division", given=given.division)
        raise Refused("common.invalid", fields=(FieldProblem("division", problem.code, problem.label),))
    figures = {name: getattr(given, name) for name in ("value", "numerator", "denominator")}
    return ReadingInput(
        id=given.id, indicator_code=given.indicator, period_start=named[1], division=division, source=given.source,
        reason=given.reason, happened_at=min(given.happened_at or clock.now(), clock.now()), channel=Channel.API,
        **{name: None if text is None else Decimal(text) for name, text in figures.items()},
    )  # fmt: skip


def _taken(given_id: UUID, taken: Taken) -> dict[str, Any]:
    doubt: Doubt | None = taken.doubt
    shown = None
    if taken.reading is not None:
        shown = _row(Reading.objects.filter(pk=taken.reading.pk).values(*COLUMNS).get())
    return {
        "id": str(taken.reading.pk if taken.reading and doubt is None else doubt.pk if doubt else given_id),
        "state": doubt.state if doubt else "counted", "doubts": list(doubt.codes) if doubt else [], "reading": shown,
    }  # fmt: skip


def _row(row: dict[str, Any]) -> dict[str, Any]:
    figures = {name: row[name] for name in ("value", "numerator", "denominator")}
    return {
        "id": str(row["id"]),
        "indicator": code_and_name(row["indicator__code"], row["indicator__zh"]),
        "division": code_and_name(row["division__code"], row["division__name"]),
        "period": row["period_start"].isoformat(),
        **{name: None if value is None else f"{value:.4f}" for name, value in figures.items()},
        "source": row["source"], "reason": row["reason"], "recorded_at": iso(row["recorded_at"]),
    }  # fmt: skip
