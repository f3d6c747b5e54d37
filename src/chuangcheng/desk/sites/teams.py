"""Special teams: the list, the page of one with its weekly figures, and what is done with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chuangcheng.cases.compound_work import Week, effect_of, of_team
from chuangcheng.cases.selectors import visible_cases
from chuangcheng.cases.states import CASE
from chuangcheng.desk import choices
from chuangcheng.desk.forms import DayInput
from chuangcheng.desk.moving import Moves, Step, plainly, take
from chuangcheng.kernel import clock
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Unit
from chuangcheng.places.models import Division
from chuangcheng.sites import selectors as sites
from chuangcheng.sites.compounds.selectors import compound_by_code
from chuangcheng.sites.states import TEAM, TEAM_RESULTS
from chuangcheng.sites.teams import actions, selectors
from chuangcheng.sites.teams.models import Team
from chuangcheng.web.pages import holds, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, Listing

SET_UP = Move("set_up", (), None, actions.EDIT, Label("组建专班", "Set up a team"))


def team_url(team: Team) -> str:
    """The page of a team."""
    return reverse("desk:team", args=[team.pk])


def _states(_request: HttpRequest) -> list[Choice]:
    return [(state.code, state.label.text(language())) for state in TEAM.states]


def _late(rows: QuerySet[Team], _value: str) -> QuerySet[Team]:
    return rows.filter(state="active", until__lt=clock.today().date())


LISTING = Listing(
    "teams",
    _("专班"),
    columns=(
        Column("number", _("编号"), lambda row: row.number, sort="number", url=team_url),
        Column("name", _("专班"), lambda row: row.name, sort="name", wide=True),
        Column("spot", _("难点"), selectors.spot_name),
        Column("lead", _("牵头单位"), lambda row: row.lead_unit.short_name),
        Column("since", _("自"), lambda row: row.since, sort="since"),
        Column("until", _("至"), lambda row: row.until, sort="until"),
        Column("result", _("结果"), lambda row: gettext(row.get_result_display()) if row.result else ""),
        Column("state", _("状态"), lambda row: row.get_state_display(), template="desk/cells/state.html", corner=True),
    ),
    filters=(
        Filter("q", _("搜索"), lambda rows, words: rows.filter(name__icontains=words), kind="search"),
        Filter("state", _("状态"), lambda rows, value: rows.filter(state=value), _states),
        Filter("area", _("区域"), lambda rows, value: rows.filter(division_path__startswith=value), choices.areas),
        Filter("late", _("期限"), _late, lambda _r: [("yes", _("已过期未结束"))]),
    ),
    sort="-since",
)


@page("teams.view")
def team_list(request: StaffRequest) -> HttpResponseBase:
    """The teams for spots in reach."""
    context = {"may_edit": holds(request, "teams.edit")}
    return LISTING.respond(request, selectors.visible_to(request.actor), "desk/teams.html", context)


@page("teams.view")
def team_page(request: StaffRequest, team_id: UUID) -> HttpResponse:
    """One team: who, what for, and whether it helps: cases a week before and since."""
    team = selectors.get_team_for(request.actor, team_id)
    cases = visible_cases(request.actor)
    effect = effect_of(cases, team, clock.now())
    still_open = of_team(cases, team).filter(state__in=CASE.open_states()).select_related("category", "holder")
    context: dict[str, Any] = {
        "team": team,
        "spot": selectors.spot_name(team),
        "effect": effect,
        "weeks": [(week, _week_url(team, week)) for week in effect.weeks],
        "trend": [week.filed for week in effect.weeks],
        "open_cases": list(still_open.order_by("due_at", "pk")[:20]),
        "cases_url": f"{reverse('desk:cases')}?{urlencode(_spot(team))}",
        "moves": selectors.moves_for(request.actor, team),
        "units": team.units.order_by("official_order"),
        "members": team.members.order_by("username"),
        "overdue": team.state == "active" and team.until < clock.today().date(),
    }
    return render(request, "desk/team.html", context)


def _spot(team: Team) -> dict[str, str]:
    """The filter of the list of cases that shows the team's spot."""
    if team.site is not None:
        return {"site": team.site.code}
    return {"compound": team.compound.code} if team.compound is not None else {"area": team.division_path}


def _week_url(team: Team, week: Week) -> str:
    last = week.monday + timedelta(days=6)
    query = {**_spot(team), "filed_from": week.monday.isoformat(), "filed_to": last.isoformat()}
    return f"{reverse('desk:cases')}?{urlencode(query)}"


class SetUp(forms.Form):
    """A team and its hard spot."""

    name = forms.CharField(label=_("专班名称"), max_length=100)
    lead_unit = forms.ChoiceField(label=_("牵头单位"))
    units = forms.MultipleChoiceField(
        label=_("参加单位"), required=False, widget=forms.SelectMultiple(attrs={"size": 6})
    )
    leader = forms.CharField(label=_("负责人用户名"), required=False, max_length=60, help_text=_("须在牵头单位任职"))
    members = forms.CharField(label=_("成员用户名"), required=False, max_length=600, help_text=_("用空格分开"))
    site_code = forms.CharField(label=_("难点：点位编码"), required=False, max_length=30)
    compound_code = forms.CharField(label=_("难点：小区编号"), required=False, max_length=30)
    division = forms.ModelChoiceField(
        label=_("难点：区县或街道"), required=False,
        queryset=Division.objects.filter(level__in=["district", "street"]).order_by("path"),
        help_text=_("三种难点选一种"),
    )  # fmt: skip
    since = forms.DateField(label=_("自"), widget=DayInput())
    until = forms.DateField(label=_("至"), widget=DayInput())
    goal = forms.CharField(label=_("目标"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        listed = choices.units()
        self.fields["lead_unit"].choices = [("", gettext("请选择")), *listed]  # type: ignore[attr-defined]
        self.fields["units"].choices = listed  # type: ignore[attr-defined]
        self.fields["division"].label_from_instance = lambda row: row.name  # type: ignore[attr-defined]


def _given(given: dict[str, Any]) -> actions.TeamInput:
    units = {str(unit.pk): unit for unit in people.units()}
    lead = units[given["lead_unit"]]
    site, compound = sites.site_by_code(given["site_code"]), compound_by_code(given["compound_code"])
    for code, found, column in ((given["site_code"], site, "点位编码"), (given["compound_code"], compound, "小区编号")):
        if code and found is None:
            raise Refused("sites.unknown_choice", column=column, given=code)
    return actions.TeamInput(
        name=given["name"], lead_unit=lead, units=tuple(units[pk] for pk in given["units"]),
        leader=_leader(given["leader"], lead), members=_members(given["members"]), site=site, compound=compound,
        division=given["division"], since=given["since"], until=given["until"], goal=given["goal"],
    )  # fmt: skip


def _leader(username: str, unit: Unit) -> Any:
    if not username:
        return None
    post = people.valid_posts().filter(person__username=username.strip(), unit=unit).first()
    if post is None:
        raise Refused("sites.unknown_choice", column=gettext("负责人用户名"), given=username)
    return post


def _members(text: str) -> tuple[Any, ...]:
    names = text.split()
    posts = people.valid_posts().filter(person__username__in=names)
    found = {post.person.username: post.person for post in posts}
    for name in names:
        if name not in found:
            raise Refused("sites.unknown_choice", column=gettext("成员用户名"), given=name)
    return tuple(found.values())


@page("teams.edit")
def team_new(request: StaffRequest) -> HttpResponse:
    """Set a team up."""

    def run(given: dict[str, Any]) -> object:
        return actions.set_up_team(actor=request.actor, given=_given(given))

    today = clock.today().date()
    initial = {"since": today, "until": today + timedelta(days=60)}
    step = Step(SET_UP, SetUp, run, reverse("desk:team_new"), reverse("desk:teams"), gettext("专班"), initial)
    return take(request, step)


class Prolong(forms.Form):
    """Until when."""

    until = forms.DateField(label=_("延长至"), widget=DayInput())


class End(forms.Form):
    """With what result."""

    result = forms.ChoiceField(label=_("结果"), widget=forms.RadioSelect)
    text = forms.CharField(label=_("说明"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offered = [(code, label.text(language())) for code, label in TEAM_RESULTS.items()]
        self.fields["result"].choices = offered  # type: ignore[attr-defined]


MOVES = Moves(TEAM.move, "desk:team_move", team_url, plainly("team_id", {
    "prolong": (Prolong, actions.prolong_team),
    "end": (End, actions.end_team),
}))  # fmt: skip


@page("teams.edit")
def team_move(request: StaffRequest, team_id: UUID, name: str) -> HttpResponse:
    """More time, or the end."""
    team = selectors.get_team_for(request.actor, team_id)
    return MOVES.take(request, team, name, subject=team.name)
