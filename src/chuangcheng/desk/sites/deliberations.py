"""Five-party deliberations: the list, the page of one, the scans, the printed notice."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chuangcheng.cases.selectors import visible_cases
from chuangcheng.desk import choices, prints
from chuangcheng.desk.files import stream
from chuangcheng.desk.pictures import of_owner
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.sites.deliberations import selectors
from chuangcheng.sites.deliberations.models import Deliberation, Party
from chuangcheng.sites.states import DELIBERATION
from chuangcheng.web.pages import page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, Listing

NOT_REPLACED = (
    "五方议事是协商形式。"
    "依照《中华人民共和国民法典》第二百七十八条应当由业主共同决定的事项，仍须依法由业主表决，本公示不代替业主表决。"
)


def deliberation_url(row: Deliberation) -> str:
    """The page of a deliberation."""
    return reverse("desk:deliberation", args=[row.pk])


def _states(_request: HttpRequest) -> list[Choice]:
    return [(state.code, state.label.text(language())) for state in DELIBERATION.states]


def _search(rows: QuerySet[Deliberation], words: str) -> QuerySet[Deliberation]:
    return rows.filter(Q(title__icontains=words) | Q(compound__name__icontains=words) | Q(number__icontains=words))


def _over(rows: QuerySet[Deliberation], _value: str) -> QuerySet[Deliberation]:
    return rows.filter(state="notice", notice_until__lt=clock.today().date())


LISTING = Listing(
    "deliberations",
    _("五方议事"),
    columns=(
        Column("number", _("编号"), lambda row: row.number, sort="number", url=deliberation_url),
        Column("title", _("议题"), lambda row: row.title, wide=True),
        Column("compound", _("小区"), lambda row: row.compound.name),
        Column("area", _("社区"), lambda row: row.compound.division.name),
        Column("convener", _("召集单位"), lambda row: row.convener.short_name),
        Column("convened", _("召集时间"), lambda row: row.convened_at, sort="convened_at"),
        Column("until", _("公示至"), lambda row: row.notice_until),
        Column("state", _("状态"), lambda row: row.get_state_display(), template="desk/cells/state.html", corner=True),
    ),
    filters=(
        Filter("q", _("搜索"), _search, kind="search"),
        Filter("state", _("状态"), lambda rows, value: rows.filter(state=value), _states),
        Filter("area", _("区域"), lambda rows, value: rows.filter(division_path__startswith=value), choices.areas),
        Filter("over", _("公示期"), _over, lambda _r: [("yes", _("已满，待决议"))]),
    ),
    sort="-convened",
)


@page("compounds.view")
def deliberation_list(request: StaffRequest) -> HttpResponseBase:
    """Deliberations of the compounds in reach."""
    return LISTING.respond(request, selectors.visible_to(request.actor), "desk/deliberations.html")


@page("compounds.view")
def deliberation_page(request: StaffRequest, deliberation_id: UUID) -> HttpResponse:
    """One deliberation: what is next, the agenda with its votes and work, the five parties, the notice."""
    row = selectors.get_deliberation_for(request.actor, deliberation_id)
    order = {party: number for number, party in enumerate(Party.values)}
    seats = sorted(row.seats.all(), key=lambda seat: order[seat.party])
    items = list(row.items.select_related("unit"))
    scans = of_owner("signature", [seat.pk for seat in seats], "desk:signature_photo")
    proofs = of_owner("agenda_item", [item.pk for item in items], "desk:agenda_photo")
    cases: dict[UUID | None, Any] = {
        case.pk: case
        for case in visible_cases(request.actor).filter(pk__in=[item.case_id for item in items if item.case_id])
    }
    runs = selectors.may_run(request.actor, row)
    context: dict[str, Any] = {
        "row": row,
        "moves": selectors.moves_for(request.actor, row),
        "runs": runs,
        "seats": [(seat, selectors.signer_of(request.actor, row, seat), scans.get(seat.pk, [])) for seat in seats],
        "items": [(item, cases.get(item.case_id), proofs.get(item.pk, [])) for item in items],
        "objections": list(row.objections.all()),
        "may_sign": runs and row.state in DELIBERATION.move("sign").sources,
        "may_vote": runs and row.state in DELIBERATION.move("vote").sources,
        "may_answer": runs and row.state in DELIBERATION.move("answer").sources,
        "at_work": runs and row.state in ("decided", "working"),
        "printable": row.notice_on is not None,
    }
    return render(request, "desk/deliberation.html", context)


@page("compounds.view")
def signature_photo(request: StaffRequest, owner_id: UUID, photo_id: UUID) -> HttpResponseBase:
    """The scan of a signature, for those who carry the deliberation on: there are names on it."""
    seat = selectors.get_seat_for(request.actor, owner_id)
    row = selectors.get_deliberation_for(request.actor, seat.deliberation_id)
    if not selectors.may_run(request.actor, row):
        raise Refused("common.not_found")
    return stream(request, ("signature", seat.pk), photo_id)


@page("compounds.view")
def agenda_photo(request: StaffRequest, owner_id: UUID, photo_id: UUID) -> HttpResponseBase:
    """What was carried out."""
    item = selectors.get_item_for(request.actor, owner_id)
    return stream(request, ("agenda_item", item.pk), photo_id)


@page("compounds.view")
def notice_print(request: StaffRequest, deliberation_id: UUID) -> HttpResponse:
    """The notice to put up, with the votes, the days, and how to object."""
    row = selectors.get_deliberation_for(request.actor, deliberation_id)
    if row.notice_on is None or row.notice_until is None:
        raise Refused("common.not_found")
    items = row.items.all()
    letter = prints.Letter(
        title=f"{row.compound.name}五方议事结果公示",
        number=f"编号：{row.number}",
        to=f"{row.compound.name}全体居民",
        paragraphs=[
            f"{_held(row)}，{row.compound.name}就“{row.title}”召开五方议事会，结果如下：",
        ],
        headers=("序号", "事项", "赞成", "反对", "弃权", "结果"),
        widths=(1, 4, 1, 1, 1, 2),
        rows=[
            [str(item.order), item.title, _count(item.votes_for), _count(item.votes_against), _count(item.abstentions),
             "通过" if item.adopted else "未通过"]
            for item in items
        ],
        after=[
            f"参加情况：{_parties(row)}。",
            f"公示期{row.notice_days}日，自{prints.chinese_day(row.notice_on)}张贴次日起算，至{prints.chinese_day(row.notice_until)}"
            f"止。公示期内对上述结果有异议的，请向{row.convener.name}提出，将逐条答复。",
            NOT_REPLACED,
        ],
        signed=row.convener.name,
        day=prints.chinese_day(row.notice_on),
    )  # fmt: skip
    return prints.download(prints.print_letter(letter, clock.now()), f"五方议事公示{row.number}.pdf")


def _held(row: Deliberation) -> str:
    return prints.chinese_day(row.held_on) if row.held_on else "近日"


def _count(value: int | None) -> str:
    return "—" if value is None else str(value)


def _parties(row: Deliberation) -> str:
    said = {seat.party: "已签字" if seat.is_signed else str(seat.get_absence_display()) for seat in row.seats.all()}
    return "；".join(f"{Party(party).label}{said[party]}" for party in Party.values if party in said)
