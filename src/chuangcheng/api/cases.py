"""Cases, read by programs of staff."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router, Schema

from chuangcheng.api import paging
from chuangcheng.api.answers import answer, code_and_name, iso
from chuangcheng.api.schemas import CaseOut, CasePage, CaseStateCode
from chuangcheng.api.staff import StaffToken, TokenRequest
from chuangcheng.cases import selectors
from chuangcheng.cases.models import Assignment
from chuangcheng.people.models import Unit
from chuangcheng.people.rights import require

router = Router(tags=["cases"], auth=StaffToken())


class CaseQuery(Schema):
    """Which cases, and how many at once."""

    limit: int = paging.limit_field()
    cursor: str | None = None
    state: CaseStateCode | None = None
    holder: str | None = None


_PLAIN = ("number", "state", "outcome", "severity", "source", "text", "lat", "lon", "address", "on_time",
          "rework_count")  # fmt: skip
_TIMES = ("filed_at", "due_at", "handled_at", "closed_at")
_JOINED = ("category__code", "category__zh", "division__code", "holder__code", "holder__short_name")
#: What a row of the list reads.
COLUMNS = ("id", *_PLAIN, *_TIMES, *_JOINED)


@router.get("", response={200: CasePage}, operation_id="list_cases", summary="List cases")
def list_cases(request: TokenRequest, query: Query[CaseQuery]) -> HttpResponse:
    """The cases in reach of the token's post, newest first."""
    require(request.auth, "cases.view")
    rows = selectors.visible_cases(request.auth)
    if query.state:
        rows = rows.filter(state=query.state)
    if query.holder:
        rows = rows.filter(holder__code=query.holder.replace("\0", ""))
    return answer(paging.page(rows, "filed_at", query.cursor, query.limit, COLUMNS, _row))


@router.get("/{case_id}", response={200: CaseOut}, operation_id="get_case", summary="One case")
def get_case(request: TokenRequest, case_id: UUID) -> HttpResponse:
    """A case with its chain of dispatch and the numbers of its reports."""
    require(request.auth, "cases.view")
    case = selectors.get_case_for(request.auth, case_id)
    return answer(
        {
            "id": str(case.id),
            **{name: getattr(case, name) for name in (*_PLAIN, "condition", "due_rule", "due_provisional")},
            **{name: iso(getattr(case, name)) for name in _TIMES},
            "category": code_and_name(case.category.code, case.category.zh) if case.category else None,
            "division": case.division.code if case.division else None,
            "holder": _unit(case.holder),
            "standard": case.standard.code if case.standard else None,
            "site": case.site.code if case.site else None,
            "assignments": [_link(link) for link in selectors.chain_of(case)],
            "reports": list(case.reports.order_by("received_at").values_list("number", flat=True)),
        }
    )


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": str(row["id"]),
        **{name: row[name] for name in _PLAIN},
        **{name: iso(row[name]) for name in _TIMES},
        "category": code_and_name(row["category__code"], row["category__zh"]),
        "division": row["division__code"],
        "holder": code_and_name(row["holder__code"], row["holder__short_name"]),
    }


def _link(link: Assignment) -> dict[str, Any]:
    return {
        "unit": _unit(link.unit),
        "role": link.role,
        "state": link.state,
        "received_at": iso(link.received_at),
        "due_at": iso(link.due_at),
        "ended_at": iso(link.ended_at),
        "return_reason": link.return_reason,
    }


def _unit(unit: Unit | None) -> dict[str, str | None] | None:
    return code_and_name(unit.code, unit.short_name) if unit else None
