"""今日: what must I do, by when, why. The same page for every post; its rights decide what stands on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Min, Q, QuerySet, Subquery, Value
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chuangcheng.cases import instructions, selectors
from chuangcheng.cases.models import Case, Report
from chuangcheng.cases.states import CASE
from chuangcheng.framework import selectors as framework
from chuangcheng.history.models import Event
from chuangcheng.indicators import selectors as indicators
from chuangcheng.indicators.owed import owed as owed_readings
from chuangcheng.kernel import clock
from chuangcheng.people.rights import scope_of
from chuangcheng.scoring import selectors as scoring
from chuangcheng.scoring.league import LeagueRow, league
from chuangcheng.scoring.selectors import Total
from chuangcheng.sites import selectors as sites
from chuangcheng.sites.models import Site
from chuangcheng.tasks import selectors as tasks
from chuangcheng.web.pages import holds, page
from chuangcheng.web.signed_in import StaffRequest

ROWS = 6
WIDTH = 6  # figures of cases; those of tasks are fewer


@dataclass(frozen=True)
class Queue:
    """One pile of work: its rows (the first of ``count``), the way to all of them, and why they lie here."""

    title: str | Promise
    why: str | Promise
    kind: str
    rows: list[Any]
    count: int
    url: str


@page("desk.enter")
def today(request: StaffRequest) -> HttpResponse:
    """The first page after sign-in."""
    now = clock.now()
    cases = selectors.visible_cases(request.actor)
    counts, owed = _counts(request, cases, now)
    queues = [queue for make in _QUEUES if (queue := make(request, cases)) is not None]
    if owed["in_review"] and (queue := _to_review(request)) is not None:
        queues.append(queue)
    if (owed["overdue"] or owed["soon"]) and (queue := _to_report(request)) is not None:
        queues.append(queue)
    context = {
        "queues": queues,
        "has_duties": any(holds(request, right) for right in _DUTY_RIGHTS),
        "counts": counts,
        "tasks": owed,
        "readings": _readings(request),
        "units": _late_units(cases, now) if _looks_over_all(request) else None,
        "standing": _standing(ranked=not holds(request, "cases.verify")) if _looks_over_all(request) else None,
        "sites": _sites_due(request) if holds(request, "visits.create") else None,
        "events": _events() if holds(request, "history.view") else None,
    }
    return render(request, "desk/home.html", context)


_DUTY_RIGHTS = ("reports.triage", "reports.confirm", "cases.handle", "cases.verify", "cases.dispatch")


def _looks_over_all(request: StaffRequest) -> bool:
    return request.post is not None and scope_of(request.post).everything and holds(request, "scores.view")


def _counts(request: StaffRequest, cases: QuerySet[Case], now: datetime) -> tuple[dict[str, int], dict[str, int]]:
    """Cases and tasks in sight by how they stand, in one query that leaves the closed of earlier days alone."""
    midnight = clock.today()
    alive = Q(state__in=CASE.open_states()) | Q(closed_at__gte=midnight) | Q(filed_at__gte=midnight)
    of_cases = {
        "open": Q(state__in=CASE.open_states()), "overdue": selectors.with_status("overdue", now),
        "due_soon": selectors.with_status("due_soon", now), "suspended": Q(state="suspended"),
        "closed_today": Q(closed_at__gte=midnight), "filed_today": Q(filed_at__gte=midnight),
    }  # fmt: skip
    of_tasks = tasks.standing(midnight.date())
    both = _tally(1, cases.filter(alive), of_cases)
    if holds(request, "tasks.view"):
        both = both.union(_tally(2, tasks.visible_to(request.actor), of_tasks), all=True)
    found = {row.pop("which"): list(row.values()) for row in both}
    nothing = [0] * WIDTH
    return dict(zip(of_cases, found.get(1, nothing), strict=False)), dict(
        zip(of_tasks, found.get(2, nothing), strict=False)
    )


def _tally(which: int, rows: QuerySet[Any], figures: dict[str, Q]) -> QuerySet[Any]:
    """The counts of these rows in one row (none where there are none), as wide as any other such row."""
    listed = list(figures.values())
    wide = [*listed, *[listed[-1]] * (WIDTH - len(listed))]
    counted = {f"f{number}": Count("pk", filter=q) for number, q in enumerate(wide)}
    found: QuerySet[Any] = rows.order_by().values(which=Value(which)).annotate(**counted)
    return found


def _of_cases(title: Any, why: Any, rows: QuerySet[Case], query: str) -> Queue | None:
    rows = rows.select_related("category", "holder", "division", "standard")
    return _queue(title, why, "cases", rows, "due_at", reverse("desk:cases") + query)


def _of_reports(title: Any, why: Any, rows: QuerySet[Report], order: str, query: str) -> Queue | None:
    rows = rows.select_related("category", "division")
    return _queue(title, why, "reports", rows, order, reverse("desk:reports") + query)


def _queue(title: Any, why: Any, kind: str, rows: QuerySet[Any], order: str, url: str) -> Queue | None:
    """The first rows and the number of all in one query; None for an empty pile."""
    one = rows.order_by().values(pile_of=Value(1)).annotate(number=Count("pk"))
    found = list(rows.annotate(pile=Subquery(one.values("number"))).order_by(order, "pk")[:ROWS])
    return Queue(title, why, kind, found, found[0].pile, url) if found else None


def _to_confirm(request: StaffRequest, _cases: QuerySet[Case]) -> Queue | None:
    if not holds(request, "reports.confirm") or _looks_over_all(request):
        return None
    rows = selectors.visible_reports(request.actor).filter(state="pending_confirm")
    return _of_reports(
        _("待核实"), _("到现场看一眼，属实与否都要反馈"), rows, "confirm_due_at", "?state=pending_confirm"
    )


def _to_handle(request: StaffRequest, cases: QuerySet[Case]) -> Queue | None:
    if not holds(request, "cases.handle") or request.post is None:
        return None
    rows = cases.filter(holder=request.post.unit_id, state__in=("dispatched", "handling"))
    return _of_cases(_("待处置"), _("在本单位手中，按剩余时间排列"), rows, f"?unit={request.post.unit_id}")


def _instructed(request: StaffRequest, _cases: QuerySet[Case]) -> Queue | None:
    """What a unit owes on instructions, what waits to be accepted, or what is open of the leader's own."""
    if not holds(request, "instructions.view") or not instructions.waiting(request.actor):
        return None
    rows = instructions.replies_to(request.actor).filter(instructions.owed(request.actor))
    rows = instructions.with_words(rows.select_related("unit", "instruction__leader"))
    why = _("按答复日期回复，领导或创城办认可后办结")
    if holds(request, "instructions.judge"):
        why = _("以您的名义交办，尚未办结") if holds(request, "instructions.object") else _("单位已回复，认可或退回")
    url = reverse("desk:instructions")
    query = {"reply": f"?whole=open&unit={request.post.unit_id if request.post else ''}", "enter": "?state=replied"}
    asked = next((query[right] for right in query if holds(request, f"instructions.{right}")), "?whole=open")
    return _queue(_("领导批示"), why, "instructions", rows, "due_at", url + asked)


def _to_triage(request: StaffRequest, _cases: QuerySet[Case]) -> Queue | None:
    if not holds(request, "reports.triage"):
        return None
    waiting = Q(state="received")
    if holds(request, "cases.dispatch"):
        waiting |= Q(plea_state="asked")  # its reporter says that the trouble is still there
    rows = selectors.visible_reports(request.actor).filter(waiting)
    return _of_reports(
        _("待受理"),
        _("先到先办：立案、并案、请网格核实或不予受理"),
        rows,
        "received_at",
        "?state=received&sort=received",
    )


def _to_dispatch(request: StaffRequest, cases: QuerySet[Case]) -> Queue | None:
    if not holds(request, "cases.dispatch"):
        return None
    return _of_cases(_("待派遣"), _("已立案，还没有承办单位"), cases.filter(state="filed"), "?state=filed&sort=due")


def _to_decide(request: StaffRequest, cases: QuerySet[Case]) -> Queue | None:
    if not holds(request, "cases.approve"):
        return None
    rows = cases.filter(petitions__state="asked")
    return _of_cases(_("待审批"), _("单位申请延期或挂账"), rows, "?sort=due")


def _to_verify(request: StaffRequest, cases: QuerySet[Case]) -> Queue | None:
    post = request.post
    if not holds(request, "cases.verify") or post is None:
        return None
    rows = cases.filter(state="handled").exclude(handled_by=post.person_id)
    scope = scope_of(post)
    if not scope.everything:
        inside = Q()
        for path in scope.paths:
            inside |= Q(division_path__startswith=path)
        rows = rows.filter(inside)
    if scope.units:
        rows = rows.exclude(handled_unit=post.unit_id)
    return _of_cases(_("待核查"), _("处置单位已报完成，核对照片和现场"), rows, "?state=handled&sort=due")


def _to_close(request: StaffRequest, cases: QuerySet[Case]) -> Queue | None:
    if not holds(request, "cases.close"):
        return None
    return _of_cases(_("待结案"), _("核查已通过"), cases.filter(state="verified"), "?state=verified&sort=due")


def _to_review(request: StaffRequest) -> Queue | None:
    """Tasks whose units ask to strike them off, at this post's turn."""
    rows = tasks.waiting_for(request.actor).select_related("lead")
    turn = "stage=office"
    if request.post is not None and not holds(request, "tasks.decide"):
        turn = f"stage=subcommand&reviewer={request.post.unit.code}"
    return _queue(_("待审核任务"), _("单位申请销号，核对进展和佐证"), "tasks", rows, "due_on",
                  f"{reverse('desk:tasks')}?{turn}")  # fmt: skip


def _to_report(request: StaffRequest) -> Queue | None:
    """Tasks that the own unit leads and that are late or due within the week."""
    if request.post is None or not holds(request, "tasks.report") or _looks_over_all(request):
        return None
    rows = tasks.visible_to(request.actor).filter(tasks.near(clock.today().date()), lead=request.post.unit_id)
    return _queue(_("待办任务"), _("本单位牵头，已超期或七日内到期，请填报进展"), "tasks", rows.select_related("lead"),
                  "due_on", f"{reverse('desk:tasks')}?unit={request.post.unit_id}&late=near")  # fmt: skip


def _readings(request: StaffRequest) -> tuple[int, int]:
    """How many readings the own unit owes, and how many of them are late."""
    if not holds(request, "indicators.edit") or _looks_over_all(request):
        return 0, 0
    due = owed_readings(indicators.reported_by(request.actor), clock.today().date())
    return len(due), sum(one.is_late for one in due)


_QUEUES: tuple[Callable[[StaffRequest, QuerySet[Case]], Queue | None], ...] = (
    _instructed, _to_confirm, _to_handle, _to_triage, _to_dispatch, _to_decide, _to_verify, _to_close,
)  # fmt: skip


def _late_units(cases: QuerySet[Case], now: datetime) -> list[Any]:
    """Units with overdue cases in official order of lateness: how many, and the oldest limit passed."""
    rows = cases.filter(selectors.with_status("overdue", now), holder__isnull=False)
    grouped = rows.order_by().values("holder", "holder__short_name", "holder__official_order")
    return list(
        grouped.annotate(late=Count("pk"), oldest=Min("due_at")).order_by("-late", "holder__official_order")[:10]
    )


@dataclass(frozen=True)
class Standing:
    """Where the city stands: its self-score with its coverage, the way it went, and for those who only watch the ends
    of the league."""

    total: Total
    trend: list[float]
    ranked: bool
    first: list[LeagueRow]
    last: list[LeagueRow]


def _standing(*, ranked: bool) -> Standing | None:
    """None before an edition is published. The league is that of the last seven days."""
    edition = framework.current_edition()
    if edition is None:
        return None
    today = clock.today().date()
    days = scoring.trend(edition, since=today - timedelta(days=60))
    rows = league(edition, today - timedelta(days=6), today + timedelta(days=1)) if ranked else []
    placed = [row for row in rows if row.rank]
    return Standing(scoring.total(edition), [row.points for row in days], ranked, placed[:3], placed[3:][-3:])


def _sites_due(request: StaffRequest) -> list[Site]:
    """Active sites that nobody has looked at for longest, the unvisited first."""
    rows = sites.visible_to(request.actor).filter(state="active")
    seen = rows.annotate(seen_at=Max("visits__finished_at"))
    return list(seen.order_by(F("seen_at").asc(nulls_first=True), "code")[:ROWS])


def _events() -> list[Event]:
    return list(Event.objects.order_by("-id")[:12])
