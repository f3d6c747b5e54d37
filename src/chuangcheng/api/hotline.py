"""Orders of the hotline for the hotline's own program: brought by number, read, told how the caller found it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router
from ninja.security import HttpBearer
from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, StringConstraints
from pydantic_core import PydanticCustomError

from chuangcheng.api.answers import answer, iso
from chuangcheng.api.body import read_model
from chuangcheng.api.places import looks_swapped
from chuangcheng.api.problems import field_error, language_of, problem
from chuangcheng.api.schemas import CaseStateCode, ContactIn, Line, Moment, Placed, Prose, ReportStateCode, Strict
from chuangcheng.api.staff import TokenRequest, actor_of_token
from chuangcheng.cases import actions, selectors
from chuangcheng.cases.models import Order
from chuangcheng.cases.states import ORDER
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.people.rights import require
from chuangcheng.web import limits

SOURCE = "hotline"
_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z._\-]{0,59}")


class HotlineToken(HttpBearer):
    """A token made for the hotline (``chuangcheng token --use hotline``); it opens these calls and nothing else."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor:
        """The actor; refuses with ``api.bad_token`` when the token, the post or the person has ended."""
        limits.check(request, "staff")
        return actor_of_token(token, use="hotline")


def _reachable(moment: datetime) -> datetime:
    if not 2000 <= moment.year < 2200:
        raise PydanticCustomError("beyond", "lies too far off")
    return moment.astimezone(UTC)


class OrderIn(Placed):
    """An order as 12345 took it down. The same again is safe; a later ``due_at`` moves the limit."""

    text: Prose
    due_at: Annotated[AwareDatetime, AfterValidator(_reachable)] | None = Field(
        None, description="by when 12345 wants its answer; none given, none made up"
    )
    observed_at: Moment | None = Field(None, description="when the caller called; default: now")
    category: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,12}$")] | None = Field(
        None, description="code of a case category, if 12345 knows it"
    )
    address: Annotated[Line, Field(max_length=200)] | None = None
    contact: ContactIn | None = Field(None, description="the caller: stored encrypted, never answered back")


class CallbackIn(Strict):
    """What the caller said when 12345 called back; one of ``solved`` and ``satisfied`` is there."""

    solved: bool | None = None
    satisfied: Literal["satisfied", "basically", "dissatisfied", "unclear"] | None = None
    at: Moment | None = Field(None, description="when; default: now")


class OrderOut(BaseModel):
    """Where the order stands: the reply once it was sent, the result once it was told."""

    number: str
    state: Literal["open", "drafted", "replied"]
    state_label: str
    received_at: AwareDatetime
    due_at: AwareDatetime | None
    replied_at: AwareDatetime | None
    reply: str | None = Field(description="null until it was sent")
    report_number: str
    report_state: ReportStateCode
    case_number: str | None
    case_state: CaseStateCode | None
    solved: bool | None
    satisfied: Literal["satisfied", "basically", "dissatisfied", "unclear"] | None
    called_back_at: AwareDatetime | None
    removal: Literal["none", "asked", "granted", "declined"]


#: What is sent where: the bodies are read by hand, so the OpenAPI document is told here.
BODIES: dict[str, type[Strict]] = {"/orders/{number}": OrderIn, "/orders/{number}/callback": CallbackIn}

router = Router(tags=["hotline"], auth=HotlineToken())


@router.put("/orders/{number}", response={200: OrderOut, 201: OrderOut}, operation_id="put_order",
            summary="Bring an order by its number")  # fmt: skip
def put_order(request: TokenRequest, number: str) -> HttpResponse:
    """Idempotent by the number: 201, then 200 with the order as it stands; with another body 409. A ``due_at`` that
    differs is taken as the new limit."""
    given = read_model(request, OrderIn)
    if not _NUMBER.fullmatch(number):
        raise Refused(
            "common.invalid",
            fields=(
                FieldProblem(
                    "number",
                    "format",
                    Label("工单编号只能有字母、数字和 . _ -", "The number has letters, digits and . _ - only"),
                ),
            ),
        )
    if given.lat is not None and given.lon is not None and looks_swapped(given.lat, given.lon):
        language = language_of(request)
        return problem(request, Refused("common.invalid"),
                       errors=[field_error(language, "value.swapped", name) for name in ("lat", "lon")])  # fmt: skip
    order, created = actions.take_order(actor=request.auth, given=_input(given, number), due_at=given.due_at)
    return answer(_told(request, _one(request.auth, order.number)), 201 if created else 200)


@router.get("/orders/{number}", response={200: OrderOut}, operation_id="get_order", summary="Where an order stands")
def get_order(request: TokenRequest, number: str) -> HttpResponse:
    """Its state, and its reply once that was sent."""
    return answer(_told(request, _one(request.auth, number)))


@router.put("/orders/{number}/callback", response={200: OrderOut}, operation_id="put_callback",
            summary="Tell how the caller found it")  # fmt: skip
def put_callback(request: TokenRequest, number: str) -> HttpResponse:
    """The same again changes nothing; of two results the later one counts."""
    given = read_model(request, CallbackIn)
    _one(request.auth, number)
    result = actions.Callback(given.solved, given.satisfied or "", given.at)
    actions.record_callback(actor=request.auth, number=number, given=result)
    return answer(_told(request, _one(request.auth, number)))


def _input(given: OrderIn, number: str) -> actions.ReportInput:
    contact = given.contact or ContactIn()
    return actions.ReportInput(
        id=new_id(), text=given.text, source=SOURCE, category_code=given.category, lat=given.lat, lon=given.lon,
        address=given.address or "", observed_at=given.observed_at, contact_name=contact.name,
        contact_phone=contact.phone, external_source=SOURCE, external_number=number,
    )  # fmt: skip


def _one(actor: Actor, number: str) -> Order:
    require(actor, "orders.view")
    rows = selectors.visible_orders(actor).select_related("report__case")
    order = rows.filter(source=SOURCE, number=number.replace("\0", "")).first()
    if order is None:
        raise Refused("order.unknown_number", number=number[:60])
    return order


def _told(request: HttpRequest, order: Order) -> dict[str, Any]:
    case = order.case
    return {
        "number": order.number,
        "state": order.state,
        "state_label": ORDER.state(order.state).label.text(language_of(request)),
        "received_at": iso(order.received_at),
        "due_at": iso(order.due_at),
        "replied_at": iso(order.replied_at),
        "reply": order.reply_text if order.state == "replied" else None,
        "report_number": order.report.number,
        "report_state": order.report.state,
        "case_number": case.number if case else None,
        "case_state": case.state if case else None,
        "solved": order.solved,
        "satisfied": order.satisfied or None,
        "called_back_at": iso(order.called_back_at),
        "removal": order.removal_state,
    }
