"""风险: the board (matrix, trend, streets, newest), the ledgers as a list, and the page of one entry."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chuangcheng.cases.reading import masked
from chuangcheng.desk import choices
from chuangcheng.desk.areas import boundaries
from chuangcheng.desk.story import story
from chuangcheng.kernel import clock
from chuangcheng.kernel.risk_matrix import LEVELS, LIKELIHOOD, SEVERITY, STEPS, bounds_of, level_of
from chuangcheng.places import selectors as places
from chuangcheng.risks import rules, selectors
from chuangcheng.risks.facts import said
from chuangcheng.risks.measures import MEASURES
from chuangcheng.risks.models import Risk, RiskKind
from chuangcheng.risks.rules import Rule
from chuangcheng.risks.states import RISK
from chuangcheng.web.pages import holds, opens, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, Listing, offer

_LOOKS = {"grave": "red", "high": "amber", "medium": "blue", "low": "blue"}


def risk_url(risk: Risk) -> str:
    """The page of an entry."""
    return reverse("desk:risk", args=[risk.pk])


def listed(**query: object) -> str:
    """The ledger with a filter."""
    return f"{reverse('desk:risks')}?{urlencode(query)}"


def _search(rows: QuerySet[Risk], words: str) -> QuerySet[Risk]:
    return rows.filter(Q(matter__icontains=words) | Q(place__icontains=words) | Q(number__iexact=words))


def _states(_request: HttpRequest) -> list[Choice]:
    return [("live", gettext("未了结")), *((state.code, state.label.text(language())) for state in RISK.states)]


def _in_state(rows: QuerySet[Risk], value: str) -> QuerySet[Risk]:
    return rows.filter(selectors.live()) if value == "live" else rows.filter(state=value)


def _levels(_request: HttpRequest) -> list[Choice]:
    return [(code, label.text(language())) for code, label in LEVELS.items()]


def _at_level(rows: QuerySet[Risk], value: str) -> QuerySet[Risk]:
    return rows.filter(selectors.live(), selectors.at_level(value)) if value in LEVELS else rows.none()


def _kinds(_request: HttpRequest) -> list[Choice]:
    return [(code, gettext(str(label))) for code, label in RiskKind.choices]


def _origins(_request: HttpRequest) -> list[Choice]:
    mine = [(rule.code, rule.label.text(language())) for rule in rules.current().rules]
    return [("own", gettext("单位登记")), ("rule", gettext("监测规则")), *mine]


def _by_origin(rows: QuerySet[Risk], value: str) -> QuerySet[Risk]:
    if value in ("own", "rule"):
        return rows.filter(rule="") if value == "own" else rows.exclude(rule="")
    return rows.filter(rule=value)


def _step(name: str) -> Any:
    def narrow(rows: QuerySet[Risk], value: str) -> QuerySet[Risk]:
        return rows.filter(selectors.live(), **{name: int(value)}) if value in "12345" and value else rows.none()

    return narrow


def level_word(risk: Risk) -> str:
    """The level in the reader's language."""
    return LEVELS[risk.level].text(language())


LISTING = Listing(
    "risks",
    _("问题风险台账"),
    columns=(
        Column("number", _("编号"), lambda row: row.number, sort="number", url=risk_url),
        Column("level", _("等级"), level_word, template="desk/cells/risk_level.html", corner=True),
        Column("score", _("分值"), lambda row: row.score, sort="score", number=True, shown=False),
        Column("matter", _("问题或风险"), lambda row: masked(row.matter), wide=True),
        Column("place", _("对象"), lambda row: row.place),
        Column("unit", _("单位"), lambda row: row.unit.short_name),
        Column("kind", _("类别"), lambda row: gettext(row.get_kind_display())),
        Column("origin", _("来源"), lambda row: gettext("监测规则") if row.rule else gettext("单位登记"), shown=False),
        Column("value", _("触发时"), lambda row: row.value, number=True, shown=False),
        Column("due", _("时限"), lambda row: row.due_on or ""),
        Column("review", _("下次复查"), lambda row: row.review_on or "", shown=False),
        Column("raised", _("登记时间"), lambda row: row.raised_at, sort="raised_at"),
        Column("state", _("状态"), lambda row: gettext(row.get_state_display()), template="desk/cells/task_state.html"),
    ),
    filters=(
        Filter("q", _("搜索"), _search, kind="search"),
        Filter("unit", _("单位"), lambda rows, value: rows.filter(unit=value), choices.units),
        Filter("state", _("状态"), _in_state, _states),
        Filter("level", _("等级"), _at_level, _levels),
        Filter("kind", _("类别"), lambda rows, value: rows.filter(kind=value), _kinds),
        Filter("origin", _("来源"), _by_origin, _origins),
        Filter("late", _("逾期"), lambda rows, _v: rows.filter(selectors.overdue(clock.today().date())),
               lambda _r: [("yes", _("是"))]),
        Filter("area", _("区域"), lambda rows, value: rows.filter(selectors.live(), division__path__startswith=value),
               choices.areas, quiet=True),
        Filter("severity", _("严重程度"), _step("severity"), quiet=True),
        Filter("likelihood", _("可能性"), _step("likelihood"), quiet=True),
    ),
    sort="-raised",
)  # fmt: skip


def risk_rows(request: StaffRequest) -> QuerySet[Risk]:
    """The entries in sight."""
    return selectors.visible_to(request.actor).select_related("unit")


offer(LISTING, rows=risk_rows, permission="risks.view", url_name="desk:risks")


@page("risks.view")
def risk_list(request: StaffRequest) -> HttpResponseBase:
    """The ledgers of the units in reach, the newest first."""
    return LISTING.respond(request, risk_rows(request), "desk/risks.html", {"may_edit": holds(request, "risks.edit")})


@page("risks.view")
def risk_board(request: StaffRequest) -> HttpResponse:
    """What burns: the matrix, week by week, by street, the newest; every count opens its rows."""
    found = selectors.board(selectors.visible_to(request.actor), clock.now())
    top = max(STEPS)
    matrix = [
        (SEVERITY[severity], [
            (found.cells[severity, likelihood], level_of(severity, likelihood),
             listed(severity=severity, likelihood=likelihood))
            for likelihood in STEPS
        ])
        for severity in range(top, 0, -1)
    ]  # fmt: skip
    by_level = [
        (code, label, sum(n for cell, n in found.cells.items() if level_of(*cell) == code), listed(level=code))
        for code, label in LEVELS.items()
    ]
    trend = {
        "kind": "bar", "names": [f"{monday.month}-{monday.day}" for monday, _raised, _well in found.weeks],
        "series": [{"name": gettext("新增"), "values": [raised for _m, raised, _well in found.weeks]},
                   {"name": gettext("缓解"), "values": [well for _m, _raised, well in found.weeks]}],
    }  # fmt: skip
    context = {
        "board": found, "matrix": matrix, "by_level": by_level, "likelihoods": list(LIKELIHOOD.values()),
        "trend": trend, "as_of": clock.now(), "may_edit": holds(request, "risks.edit"),
        "streets": [(name, n, _level(worst), listed(area=path)) for path, name, n, worst in found.streets],
        "late_url": listed(late="yes"), "live_url": listed(state="live"), "cost": selectors.cost(),
        "tile_url": settings.CITY.tile_url, "content_url": reverse("desk:risk_map"),
    }  # fmt: skip
    return render(request, "desk/risk_board.html", context)


def _level(product: int) -> str:
    return next(code for code in LEVELS if product >= bounds_of(code)[0])


@page("risks.view")
def risk_map(request: StaffRequest) -> HttpResponse:
    """Streets with live entries as points, coloured by the gravest; boundaries in the post's reach."""
    found = selectors.board(selectors.visible_to(request.actor), clock.now())
    where = {row.path: row for row in places.at_level("street")}
    points = [
        {"type": "Feature",
         "geometry": {"type": "Point", "coordinates": [where[path].lon, where[path].lat]},
         "properties": {"title": f"{name} {number}", "url": listed(area=path), "tone": _LOOKS[_level(worst)]}}
        for path, name, number, worst in found.streets if where[path].lon is not None
    ]  # fmt: skip
    return JsonResponse({"areas": boundaries(request), "points": {"type": "FeatureCollection", "features": points}})


@page("risks.view")
def risk_page(request: StaffRequest, risk_id: UUID) -> HttpResponse:
    """One entry: what it is, how grave, what is done about it by whom until when, and every step."""
    risk = selectors.get_risk_for(request.actor, risk_id)
    rule = next((rule for rule in rules.current().rules if rule.code == risk.rule), None)
    rows = rows_url(rule, risk.subject) if rule else ""
    context = {
        "risk": risk, "rule": rule, "level": risk.level, "level_word": level_word(risk),
        "severity": SEVERITY[risk.severity], "likelihood": LIKELIHOOD[risk.likelihood],
        "moves": selectors.moves_for(request.actor, risk), "entries": story("risk", risk.pk, said("risk", risk.pk)),
        "rows": rows if rows and opens(request, rows) else "", "today": clock.today().date(),
        "share": bool(rule and MEASURES[rule.measure].share),
    }  # fmt: skip
    return render(request, "desk/risk.html", context)


#: Measure → the page with its rows, its filter, and what it calls a unit, a street, a category.
_ROWS: dict[str, tuple[str, dict[str, str]]] = {
    "overdue_cases": ("desk:cases", {"status": "overdue", "sort": "due"}),
    "overdue_share": ("desk:cases", {"status": "overdue", "sort": "due"}),
    "relapses": ("desk:cases", {"relapse": "yes"}),
    "rework_share": ("desk:cases", {"rate": "rework", "of": "is"}),
    "recheck_failed": ("desk:rechecks", {"state": "not_fixed"}),
    "late_tasks": ("desk:tasks", {"late": "overdue"}),
    "failed_checks": ("desk:visits", {"failed": "yes"}),
    "score_drop": ("desk:scores", {}),
    "late_readings": ("desk:indicators", {}),
}
_KEYS = {"unit": "unit", "street": "area", "category": "category"}


def rows_url(rule: Rule, subject: str) -> str:
    """Where the rows behind a rule's figure are now."""
    if rule.by == "indicator":
        return reverse("desk:indicator", args=[subject])
    name, query = _ROWS[rule.measure]
    narrowed = {_KEYS[rule.by]: subject} if rule.by in _KEYS and query else {}
    return f"{reverse(name)}?{urlencode({**query, **narrowed})}" if query else reverse(name)
