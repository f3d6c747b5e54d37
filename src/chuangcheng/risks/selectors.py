"""Reading ledgers of risks, lists of laggards and the negative list: each starts from what the actor may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import TypeVar
from uuid import UUID

from django.db.models import Count, Model, Q, QuerySet
from django.db.models.functions import TruncWeek

from chuangcheng.cycle import selectors as cycle
from chuangcheng.framework import selectors as framework
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.risk_matrix import STEPS, bounds_of
from chuangcheng.kernel.sanctions import Effect, counts, effect_of, sum_of
from chuangcheng.kernel.states import Move
from chuangcheng.people import rights
from chuangcheng.places import selectors as places
from chuangcheng.risks.models import Laggard, LaggardList, Risk, Sanction
from chuangcheng.risks.policies import reaches, unit_rows
from chuangcheng.risks.states import LIVE, RISK

Row = TypeVar("Row", bound=Model)
#: States of a list in which its units see their lines.
TOLD = ("objecting", "approving", "issued")


def visible_to(actor: Actor) -> QuerySet[Risk]:
    """The entries in the ledgers of the units in reach."""
    return Risk.objects.filter(unit_rows(actor, "risks.view"))


def get_risk_for(actor: Actor, risk_id: UUID) -> Risk:
    """One entry with what its page shows, or ``common.not_found``."""
    about = ("unit__division", "division", "standard", "owner", "task", "case")
    return _one(visible_to(actor).select_related(*about), risk_id)


def _one(rows: QuerySet[Row], pk: UUID) -> Row:
    for row in rows.filter(pk=pk):
        return row
    raise Refused("common.not_found")


def moves_for(actor: Actor, risk: Risk) -> list[Move]:
    """The moves that the state allows and this actor may take."""
    post = rights.post_of(actor)
    if post is None or not reaches(rights.scope_of(post), risk.unit):
        return []
    return [move for move in RISK.moves_from(risk.state) if rights.can(actor, move.permission)]


def live() -> Q:
    """Entries that ask for something."""
    return Q(state__in=LIVE)


def overdue(today: date) -> Q:
    """Live entries past their date, or past the day of their next look."""
    return live() & (Q(due_on__lt=today) | Q(review_on__lt=today))


def at_level(level: str) -> Q:
    """Entries of a level of the matrix."""
    return Q(score__range=bounds_of(level))


@dataclass(frozen=True, slots=True)
class Board:
    """The risk board: live entries by severity and likelihood, by street and by week, and the newest."""

    cells: dict[tuple[int, int], int]
    weeks: list[tuple[date, int, int]]  # Monday, raised, relieved or closed
    streets: list[tuple[str, str, int, int]]  # path, name, live, gravest product
    newest: list[Risk]
    live: int
    late: int


def board(rows: QuerySet[Risk], now: datetime, weeks: int = 12) -> Board:
    """All of it in seven queries."""
    today = now.astimezone(CITY_ZONE).date()
    running = rows.filter(live()).order_by()
    found = running.values_list("severity", "likelihood").annotate(number=Count("pk"))
    cells = dict.fromkeys(((s, p) for s in STEPS for p in STEPS), 0)
    cells |= {(severity, likelihood): number for severity, likelihood, number in found}
    streets: dict[str, list[int]] = {}
    for path, score in running.filter(division__isnull=False).values_list("division__path", "score"):
        streets.setdefault(path, []).append(score)
    return Board(
        cells=cells, weeks=_weeks(rows, today, weeks), streets=_streets(streets), live=sum(cells.values()),
        newest=list(rows.select_related("unit").order_by("-raised_at", "-id")[:8]),
        late=running.filter(overdue(today)).count(),
    )  # fmt: skip


def _weeks(rows: QuerySet[Risk], today: date, weeks: int) -> list[tuple[date, int, int]]:
    mondays = [today - timedelta(days=today.weekday() + 7 * back) for back in reversed(range(weeks))]
    since = datetime.combine(mondays[0], datetime.min.time(), CITY_ZONE)

    def counted(field: str) -> dict[date, int]:
        week = TruncWeek(field, tzinfo=CITY_ZONE)
        some = rows.filter(**{f"{field}__gte": since}).order_by().annotate(week=week).values_list("week")
        return {monday.date(): number for monday, number in some.annotate(number=Count("pk"))}

    raised, well = counted("raised_at"), counted("relieved_at")
    return [(monday, raised.get(monday, 0), well.get(monday, 0)) for monday in mondays]


def _streets(found: dict[str, list[int]]) -> list[tuple[str, str, int, int]]:
    summed: list[tuple[str, str, int, int]] = []
    for path, name in places.at_level("street").values_list("path", "name"):
        scores = [score for each, some in found.items() if each.startswith(path) for score in some]
        if scores:
            summed.append((path, name, len(scores), max(scores)))
    return sorted(summed, key=lambda row: (-row[3], -row[2], row[0]))


def lists_visible_to(actor: Actor) -> QuerySet[LaggardList]:
    """Lists: those who draft or approve see all; whoever may see them over the whole city sees what was issued; a unit
    sees the lists that name units in its reach, once it was told."""
    rows = LaggardList.objects.all()
    if rights.can(actor, "laggards.draft") or rights.can(actor, "laggards.approve"):
        return rows
    scope = rights.scope(actor, "laggards.view")
    if scope.everything:
        return rows.filter(state="issued")
    mine = Laggard.objects.filter(unit_rows(actor, "laggards.view")).exclude(state="taken_out", list__state="issued")
    return rows.filter(state__in=TOLD, pk__in=mine.values("list"))


def get_list_for(actor: Actor, list_id: UUID) -> LaggardList:
    """One list, or ``common.not_found``."""
    return _one(lists_visible_to(actor).select_related("drafted_by", "submitted_by", "issued_by"), list_id)


def lines_for(actor: Actor, row: LaggardList) -> QuerySet[Laggard]:
    """The lines of a visible list in official order: before it is issued a unit sees its own alone."""
    rows = row.laggards.select_related("unit__division")
    drafts = rights.can(actor, "laggards.draft") or rights.can(actor, "laggards.approve")
    return rows if drafts or row.state == "issued" else rows.filter(unit_rows(actor, "laggards.view"))


def get_line_for(actor: Actor, laggard_id: UUID) -> Laggard:
    """A line that the actor sees, or ``common.not_found``."""
    rows = Laggard.objects.filter(list__in=lists_visible_to(actor)).select_related("list", "unit__division")
    line = _one(rows, laggard_id)
    return _one(lines_for(actor, line.list), line.pk)


def sanctions_visible_to(actor: Actor) -> QuerySet[Sanction]:
    """Occurrences: of the whole city for those who may see them all, else of the units in reach."""
    rows = Sanction.objects.select_related("item__edition", "unit")
    return rows.filter(unit_rows(actor, "sanctions.view"))


def get_sanction_for(actor: Actor, sanction_id: UUID) -> Sanction:
    """One occurrence, or ``common.not_found``."""
    return _one(sanctions_visible_to(actor).select_related("recorded_by", "decided_by"), sanction_id)


def sees_any_sanction(actor: Actor) -> bool:
    """Whether the list of occurrences holds, or may come to hold, more for the actor than an empty page."""
    post = rights.post_of(actor)
    if post is None or not rights.can(actor, "sanctions.view"):
        return False
    return rights.scope_of(post).everything or sanctions_visible_to(actor).exists()


@dataclass(frozen=True, slots=True)
class Cost:
    """What confirmed occurrences would cost the city now: points of 100, the gravest kind, and the rows behind."""

    points: Fraction
    gravest: str
    rows: list[tuple[Sanction, Effect]]


def effect(row: Sanction) -> Effect:
    """The effect of an occurrence on the city in its present status."""
    current = cycle.current()
    return effect_of(row.item.effect, current.state if current else "nominee")


def cost(day: date | None = None) -> Cost:
    """What the confirmed occurrences of the edition in force lead to, as far as they still count. One query."""
    edition, day = framework.current_edition(), day or clock.today().date()
    rows = Sanction.objects.filter(state="confirmed", item__edition=edition).select_related("item")
    rows = rows.order_by("happened_on", "number")
    found = [(row, effect(row)) for row in rows if counts(row.item.effect, row.happened_on, day)]
    points, gravest = sum_of(each for _row, each in found)
    return Cost(points, gravest, found)


def openable(actor: Actor, costs: Cost) -> set[UUID]:
    """Ids of the occurrences behind a cost that the actor may open."""
    wanted = [row.pk for row, _effect in costs.rows]
    if not wanted or not rights.can(actor, "sanctions.view"):
        return set()
    return set(sanctions_visible_to(actor).filter(pk__in=wanted).values_list("pk", flat=True))
