"""The board of cases by state, and what a person owes today: the figures of the home pages with the rows behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from chuangcheng.cases import owners, policies
from chuangcheng.cases.models import Assignment, Case, OwnerSearch, Report
from chuangcheng.cases.selectors import visible_cases, visible_reports
from chuangcheng.cases.states import CASE
from chuangcheng.cases.status import RUNNING, with_status
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.states import State
from chuangcheng.people import rights
from chuangcheng.people.models import Post


@dataclass(frozen=True, slots=True)
class Column:
    """One state with its number of cases and the first of them, the most urgent on top."""

    state: State
    total: int
    cards: list[Case]


@dataclass(frozen=True, slots=True)
class Todo:
    """One kind of work that waits: ``count`` rows of ``kind`` ("case" or "report"), found again by ``name``."""

    name: str
    label: Label
    kind: str
    count: int


def columns(rows: QuerySet[Case], size: int) -> list[Column]:
    """The open states of the table as columns of at most ``size`` cards over ``rows`` (a selector's queryset); two
    queries, of which the first reads the open cases' keys alone."""
    ranked = rows.filter(state__in=CASE.open_states()).annotate(
        place=Window(RowNumber(), partition_by="state", order_by=[F("due_at").asc(nulls_last=True), F("pk").asc()]),
        total=Window(Count("pk"), partition_by="state"),
    )
    first = list(ranked.filter(place__lte=size).order_by("place").values_list("state", "pk", "total"))
    totals = {state: total for state, _, total in first}
    cards = rows.select_related("category", "holder", "division").in_bulk([pk for _, pk, _ in first])
    return [
        Column(state, totals.get(state.code, 0), [cards[pk] for of, pk, _ in first if of == state.code])
        for state in CASE.states
        if not state.final
    ]


Rule = Callable[[Post, datetime], Q]


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of work: the permission that owes it, and which of the visible rows it is."""

    name: str
    label: Label
    permission: str
    rule: Rule
    rare: bool = False  # said only where there is any


def _held(*states: str) -> Rule:
    return lambda post, _now: Q(holder=post.unit_id, state__in=states)


def _in(*states: str) -> Rule:
    return lambda _post, _now: Q(state__in=states)


def _support(post: Post, _now: datetime) -> Q:
    """Where the unit stands beside the lead and is not done yet."""
    links = Assignment.objects.filter(unit=post.unit_id, role="co", state__in=("open", "passed"))
    return Q(pk__in=links.values("case"), state__in=("dispatched", "handling", "suspended"))


def _to_answer(post: Post, _now: datetime) -> Q:
    """Where somebody waits to hear whether it is the unit's."""
    return Q(pk__in=owners.to_answer(post.unit_id).values("case"))


def _owners(post: Post, _now: datetime) -> Q:
    """What the unit keeps until its owner is found; who decides sees them all."""
    rows = OwnerSearch.objects.filter(state="open")
    if not policies.holds(post, "owners.decide"):
        rows = rows.filter(street=post.unit_id)
    return Q(pk__in=rows.values("case"))


def _overdue(post: Post, now: datetime) -> Q:
    return Q(holder=post.unit_id, state__in=RUNNING) & with_status("overdue", now)


def _due_soon(post: Post, now: datetime) -> Q:
    return Q(holder=post.unit_id) & with_status("due_soon", now)


def _to_verify(post: Post, _now: datetime) -> Q:
    """Handled in the post's area by somebody whom this post may judge (see policies)."""
    rows = Q(state="handled") & ~Q(handled_by=post.person_id)
    own = Q(handled_unit=post.unit_id)
    return rows & ~(own if rights.scope_of(post).units else own & policies.JUDGED_OUTSIDE) & _area(post)


def _area(post: Post) -> Q:
    scope = rights.scope_of(post)
    if scope.everything:
        return Q()
    rows = Q(pk__in=[])
    for path in scope.paths:
        rows |= Q(division_path__startswith=path)
    return rows


def _petitions(post: Post, _now: datetime) -> Q:
    return Q(petitions__state="asked") & ~Q(holder=post.unit_id)


def _confirm(post: Post, _now: datetime) -> Q:
    return Q(state="pending_confirm") & _area(post)


def _triage(post: Post, now: datetime) -> Q:
    """New ones, and those that nobody went to look at within the limit: they must not wait for ever."""
    unanswered = Q(state="pending_confirm", confirm_due_at__lt=now)
    return (Q(state="received") | unanswered) & _area(post)


_CASES = (
    _Kind("dispatch", Label("待派遣", "To dispatch"), "cases.dispatch", _in("filed")),
    _Kind("overdue", Label("已超期", "Overdue"), "cases.handle", _overdue),
    _Kind("due_soon", Label("即将超期", "Due soon"), "cases.handle", _due_soon),
    _Kind("accept", Label("待接收", "To accept"), "cases.handle", _held("dispatched")),
    _Kind("handle", Label("处置中", "To handle"), "cases.handle", _held("handling")),
    _Kind("support", Label("我单位协办", "To support"), "cases.handle", _support),
    _Kind("to_answer", Label("待答复权属", "To answer whose it is"), "owners.answer", _to_answer, rare=True),
    _Kind("owners", Label("找主人", "Owner to be found"), "owners.seek", _owners, rare=True),
    _Kind("verify", Label("待核查", "To verify"), "cases.verify", _to_verify),
    _Kind("close", Label("待结案", "To close"), "cases.close", _in("verified")),
    _Kind("petitions", Label("待审批", "Petitions"), "cases.approve", _petitions),
)
_REPORTS = (
    _Kind("triage", Label("待受理", "To triage"), "reports.triage", _triage),
    _Kind("confirm", Label("待核实", "To confirm"), "reports.confirm", _confirm),
)


def todos(actor: Actor, now: datetime) -> list[Todo]:
    """What waits for this actor, in the order of the loop; two queries. Kinds that the role never owes are left out."""
    post = rights.post_of(actor)
    if post is None:
        return []
    return [
        *_count("report", visible_reports(actor), _REPORTS, post, now),
        *_count("case", visible_cases(actor), _CASES, post, now),
    ]


def _count(
    kind: str, rows: QuerySet[Case] | QuerySet[Report], kinds: tuple[_Kind, ...], post: Post, now: datetime
) -> list[Todo]:
    mine = [one for one in kinds if policies.holds(post, one.permission)]
    if not mine:
        return []
    found = rows.order_by().aggregate(
        **{one.name: Count("pk", filter=one.rule(post, now) or None, distinct=True) for one in mine}
    )
    return [Todo(one.name, one.label, kind, found[one.name]) for one in mine if found[one.name] or not one.rare]


def waiting_cases(actor: Actor, name: str, now: datetime) -> QuerySet[Case]:
    """The cases behind a :class:`Todo`; none for a name that this actor does not owe."""
    rule = _rule(actor, _CASES, name, now)
    return visible_cases(actor).filter(rule).distinct() if rule is not None else Case.objects.none()


def waiting_reports(actor: Actor, name: str, now: datetime) -> QuerySet[Report]:
    """The reports behind a :class:`Todo`."""
    rule = _rule(actor, _REPORTS, name, now)
    return visible_reports(actor).filter(rule) if rule is not None else Report.objects.none()


def _rule(actor: Actor, kinds: tuple[_Kind, ...], name: str, now: datetime) -> Q | None:
    post = rights.post_of(actor)
    for one in kinds:
        if post and one.name == name and policies.holds(post, one.permission):
            return one.rule(post, now)
    return None
