"""活动: the sub-actions of campaigns as a list and a map, by hand and out of workbooks."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django import forms
from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chuangcheng.campaigns import actions, imports, selectors
from chuangcheng.campaigns.models import SubAction
from chuangcheng.campaigns.policies import may
from chuangcheng.campaigns.states import SUB_ACTION
from chuangcheng.desk import choices
from chuangcheng.desk.campaigns.moves import day
from chuangcheng.desk.moving import Step, take
from chuangcheng.desk.workbooks import Import, as_workbook, take_workbook
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.people import selectors as people
from chuangcheng.web.pages import holds, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, Listing, offer

ENTER = Move("enter", (), None, "campaigns.report", Label("登记活动", "Enter a sub-action"))
CHANGE = Move("change", (), None, "campaigns.report", Label("修改", "Change"))


def campaign_url(row: SubAction) -> str:
    """The page of its campaign."""
    return reverse("desk:campaign", args=[row.campaign_id])


def sub_url(row: SubAction) -> str:
    """The form that changes it."""
    return reverse("desk:subaction", args=[row.pk])


def _search(rows: QuerySet[SubAction], words: str) -> QuerySet[SubAction]:
    return rows.filter(Q(name__icontains=words) | Q(code__iexact=words) | Q(address__icontains=words))


def _states(_request: HttpRequest) -> list[Choice]:
    found = [(state.code, state.label.text(language())) for state in SUB_ACTION.states]
    return [*found, ("late", gettext("逾期未完成"))]


def _in_state(rows: QuerySet[SubAction], value: str) -> QuerySet[SubAction]:
    if value == "late":
        return rows.filter(state__in=("planned", "running"), until_on__lt=clock.today().date())
    return rows.filter(state=value)


def _campaigns(request: HttpRequest) -> list[Choice]:
    actor: Actor | None = getattr(request, "actor", None)
    rows = selectors.visible_to(actor).order_by("-number") if actor else ()
    return [(row.number, row.title) for row in rows]


LISTING = Listing(
    "subactions",
    _("活动"),
    columns=(
        Column("code", _("编号"), lambda row: row.code, sort="code", url=sub_url),
        Column("name", _("名称"), lambda row: row.name, wide=True),
        Column("campaign", _("攻坚行动"), lambda row: row.campaign.title, url=campaign_url),
        Column("unit", _("责任单位"), lambda row: row.unit.short_name),
        Column("area", _("区域"), lambda row: row.division.name if row.division else ""),
        Column("address", _("地点"), lambda row: row.address, shown=False),
        Column("from", _("开始"), lambda row: row.from_on, sort="from_on"),
        Column("until", _("结束"), lambda row: row.until_on, sort="until_on"),
        Column("result", _("结果"), lambda row: row.result, wide=True),
        Column("state", _("状态"), lambda row: gettext(row.get_state_display()), template="desk/cells/task_state.html",
               corner=True),
    ),
    filters=(
        Filter("q", _("搜索"), _search, kind="search"),
        Filter("campaign", _("攻坚行动"), lambda rows, value: rows.filter(campaign__number=value), _campaigns),
        Filter("state", _("状态"), _in_state, _states),
        Filter("unit", _("责任单位"), lambda rows, value: rows.filter(unit=value), choices.units),
        Filter("area", _("区域"), lambda rows, value: rows.filter(division_path__startswith=value), choices.areas),
    ),
    sort="until",
    place=lambda row: (row.lon, row.lat) if row.lon is not None else None,
)  # fmt: skip


def sub_rows(request: StaffRequest) -> QuerySet[SubAction]:
    """The sub-actions in sight."""
    return selectors.sub_actions(request.actor)


offer(LISTING, rows=sub_rows, permission="campaigns.view", url_name="desk:subactions")


@page("campaigns.view")
def sub_list(request: StaffRequest) -> HttpResponseBase:
    """The sub-actions, the nearest end first."""
    number = request.GET.get("campaign", "").replace("\0", "")
    campaign = selectors.visible_to(request.actor).filter(number=number).first() if number else None
    context = {"campaign": campaign, "views": _views("subactions", request),
               "may_report": holds(request, "campaigns.report")}  # fmt: skip
    return LISTING.respond(request, sub_rows(request), "desk/subactions.html", context)


@page("campaigns.view")
def sub_map(request: StaffRequest) -> HttpResponse:
    """The same on the map."""
    content = f"{reverse('desk:campaign_map_content')}?{request.GET.urlencode()}"
    context = {"views": _views("subaction_map", request), "content_url": content, "tile_url": settings.CITY.tile_url}
    return render(request, "desk/subaction_map.html", context)


def _views(current: str, request: StaffRequest) -> list[tuple[str, object, bool]]:
    number = request.GET.get("campaign", "")
    query = f"?campaign={quote(number)}" if number else ""
    names = (("subactions", _("列表")), ("subaction_map", _("地图")))
    return [(reverse(f"desk:{name}") + query, label, name == current) for name, label in names]


class SubForm(forms.Form):
    """A sub-action."""

    code = forms.CharField(label=_("编号"), max_length=30)
    name = forms.CharField(label=_("名称"), max_length=100)
    unit = forms.ChoiceField(label=_("责任单位"))
    from_on = day(_("开始"))
    until_on = day(_("结束"))
    address = forms.CharField(label=_("地点"), max_length=200, required=False)
    lat = forms.FloatField(label=_("纬度"), required=False, help_text=_("WGS-84 十进制度"))
    lon = forms.FloatField(label=_("经度"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].choices = choices.units()  # type: ignore[attr-defined]


class ChangeForm(SubForm):
    """The same, under the code that stands."""

    code = None  # type: ignore[assignment]


class Result(forms.Form):
    """What came of it."""

    result = forms.CharField(label=_("结果"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


def _save(request: StaffRequest, campaign_id: UUID, given: dict[str, Any], **kept: Any) -> object:
    unit = {str(each.pk): each for each in people.units().select_related("division")}[given["unit"]]
    made = actions.SubActionInput(**{**given, "unit": unit, **kept})
    return actions.save_sub_action(actor=request.actor, campaign_id=campaign_id, given=made)


def _change(request: StaffRequest, campaign_id: UUID, kept: dict[str, Any], given: dict[str, Any]) -> object:
    return _save(request, campaign_id, given, **kept)


@page("campaigns.report")
def sub_new(request: StaffRequest, campaign_id: UUID) -> HttpResponse:
    """Enter one."""
    row = selectors.get_campaign_for(request.actor, campaign_id)
    initial = {"from_on": row.from_on, "until_on": row.until_on, "unit": str(row.lead_id)}
    url, back = reverse("desk:subaction_new", args=[row.pk]), f"{reverse('desk:subactions')}?campaign={row.number}"
    return take(
        request, Step(ENTER, SubForm, lambda given: _save(request, row.pk, given), url, back, row.title, initial)
    )


@page("campaigns.view")
def sub_page(request: StaffRequest, sub_action_id: UUID) -> HttpResponse:
    """One sub-action with what may be done."""
    row = selectors.get_sub_action_for(request.actor, sub_action_id)
    context = {"row": row, "moves": selectors.sub_moves_for(request.actor, row),
               "may_change": may(request.actor, "campaigns.report", row.campaign.lead, row.unit),
               "late": row.state in ("planned", "running") and row.until_on < clock.today().date()}  # fmt: skip
    return render(request, "desk/subaction.html", context)


@page("campaigns.report")
def sub_move(request: StaffRequest, sub_action_id: UUID, name: str) -> HttpResponse:
    """The form of one move."""
    row = selectors.get_sub_action_for(request.actor, sub_action_id)
    url, back = reverse("desk:subaction_move", args=[row.pk, name]), sub_url(row)
    if name == "change":
        initial = {each: getattr(row, each) for each in ChangeForm.base_fields} | {"unit": str(row.unit_id)}
        kept = {"code": row.code, "division": row.division if row.lat is None else None}
        run = partial(_change, request, row.campaign_id, kept)
        return take(request, Step(CHANGE, ChangeForm, run, url, back, row.name, initial))
    if name not in {each.name for each in SUB_ACTION.moves}:
        raise Refused("common.not_found")

    def move_on(given: dict[str, Any]) -> object:
        return actions.move_sub_action(actor=request.actor, sub_action_id=row.pk, move=name, **given)

    move = SUB_ACTION.move(name)
    return take(request, Step(move, Result if move.needs else forms.Form, move_on, url, back, row.name))


@page("campaigns.report")
def sub_import(request: StaffRequest, campaign_id: UUID) -> HttpResponse:
    """Take a workbook: ``try`` reads it all and keeps nothing."""
    row = selectors.get_campaign_for(request.actor, campaign_id)
    run = partial(imports.import_sub_actions, request.actor, row.pk)
    back = f"{reverse('desk:subactions')}?campaign={row.number}"
    return take_workbook(request, Import(row.title, run, back, reverse("desk:subaction_template")))


@page("campaigns.report")
def sub_template(_request: StaffRequest) -> HttpResponse:
    """The empty workbook."""
    return as_workbook(imports.write_template, "活动导入模板")
