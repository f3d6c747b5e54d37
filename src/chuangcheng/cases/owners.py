"""The search for an owner as others read it: which one is open, whom to ask, who keeps the case meanwhile, and what
the searches of a city add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from statistics import median
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, Prefetch, Q, QuerySet

from chuangcheng.cases import dispatching
from chuangcheng.cases.models import Case, OwnerAsk, OwnerSearch
from chuangcheng.framework import selectors as framework
from chuangcheng.framework.models import Category
from chuangcheng.kernel.calendar import CALENDAR, TimeUnit
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Unit, UnitKind

#: So many of the newest searches make the median; so many candidates are offered first.
NEWEST = 1000
CANDIDATES = 5


def open_search(case: Case) -> OwnerSearch | None:
    """The search that is under way (from what was prefetched, if it was); no query for a case that never had one."""
    if case.owner_sought_at is None:
        return None
    return next((one for one in case.owner_searches.all() if one.state == "open"), None)


def need_search(case: Case) -> OwnerSearch:
    """As :func:`open_search`, or ``case.not_sought``."""
    search = open_search(case)
    if search is None:
        raise Refused("case.not_sought")
    return search


def keeper_of(case: Case) -> Unit | None:
    """Who keeps a case without an owner: the street of its place, the district where no street has an office."""
    return people.street_unit(case.division_path) or people.district_unit(case.division_path)


def is_kept(case: Case) -> bool:
    """Whether the unit that holds the case is the one that would keep it."""
    holder = case.holder
    if holder is None or holder.kind == UnitKind.STREET:
        return holder is not None
    keeper = keeper_of(case) if holder.kind == UnitKind.DISTRICT else None
    return keeper is not None and keeper.pk == holder.pk


def waiting_for(case: Case, unit_id: UUID) -> OwnerAsk | None:
    """The question that waits for the unit's answer."""
    search = open_search(case)
    asks = search.asks.all() if search else ()
    return next((ask for ask in asks if ask.unit_id == unit_id and not ask.answer), None)


def candidates(case: Case) -> list[Unit]:
    """Units that may know: those that handled most cases of the same category, else of its class; without the streets,
    which hold by place, and those that were asked."""
    if case.category is None:
        return []
    search = open_search(case)
    known = {ask.unit_id for ask in search.asks.all()} | {search.street_id} if search else set()
    by_place = (UnitKind.STREET, UnitKind.COMMUNITY, UnitKind.DISTRICT)
    rows = Case.objects.filter(handled_unit__isnull=False).exclude(handled_unit__in=known)
    rows = rows.exclude(handled_unit__kind__in=by_place).order_by()
    for kind in ({"category": case.category}, {"category__class_code": case.category.class_code}):
        counted = rows.filter(**kind).values("handled_unit").annotate(n=Count("pk"), last=Max("handled_at"))
        wanted = [line["handled_unit"] for line in counted.order_by("-n", "-last")[:CANDIDATES]]
        if wanted:
            units = people.units().in_bulk(wanted)
            return [units[pk] for pk in wanted if pk in units]
    return []


def ownerless(rows: QuerySet[Case]) -> QuerySet[Case]:
    """The cases whose owner is being looked for now."""
    looked_for = OwnerSearch.objects.filter(case=OuterRef("pk"), state="open")
    return rows.filter(Exists(looked_for), owner_sought_at__isnull=False)


def to_answer(unit_id: UUID) -> QuerySet[OwnerAsk]:
    """What the unit has been asked and has not answered."""
    return OwnerAsk.objects.filter(unit=unit_id, answer="", search__state="open")


def with_asks(rows: QuerySet[OwnerSearch], now: datetime) -> QuerySet[OwnerSearch]:
    """Searches with how many were asked, said yes, said no, and let their time pass without a word."""
    silent = Q(asks__answer="", asks__due_at__lt=now)
    return rows.annotate(
        asked=Count("asks"), said_yes=Count("asks", filter=Q(asks__answer="yes")),
        said_no=Count("asks", filter=Q(asks__answer="no")), silent=Count("asks", filter=silent),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tally:
    """What a set of searches comes to; ``median`` in the time unit of the search's limit, None while none has ended."""

    total: int
    by_state: dict[str, int]
    late: int
    median: Decimal | None
    unit: TimeUnit


def tally(rows: QuerySet[OwnerSearch], now: datetime) -> Tally:
    """How many, how they ended, how many run past their limit, and how long the newest that ended took; two queries."""
    rows = rows.order_by()
    counted = rows.values("state").annotate(n=Count("pk"), late=Count("pk", filter=Q(state="open", due_at__lt=now)))
    lines = list(counted)
    ended = rows.filter(ended_at__isnull=False).exclude(state="dropped").order_by("-ended_at")
    unit = dispatching.current().owner.unit
    spans = ended.values_list("started_at", "ended_at")[:NEWEST]
    times = [CALENDAR.elapsed(start, end, unit) for start, end in spans if end]
    by_state = {line["state"]: line["n"] for line in lines}
    late = sum(line["late"] for line in lines)
    return Tally(sum(by_state.values()), by_state, late, median(times) if times else None, unit)


@dataclass(frozen=True, slots=True)
class OfCategory:
    """How often nobody knew whose it was, and whose it mostly turned out to be: code and short name, or nothing."""

    category: Category | None
    searches: int
    nobodys: int
    owner: tuple[str, str] | None
    owned: int


def by_category(rows: QuerySet[OwnerSearch], limit: int = 10) -> list[OfCategory]:
    """The categories that lack an owner most often, with the unit that was found oftenest: a rule of routing is worth
    making of it. Two queries."""
    rows, key = rows.order_by(), "case__category__code"
    counted = rows.values(key).annotate(n=Count("pk"), nobodys=Count("pk", filter=Q(state="nobodys")))
    named = rows.filter(owner__isnull=False).values(key, "owner__code", "owner__short_name").annotate(n=Count("pk"))
    found: dict[str | None, tuple[tuple[str, str], int]] = {}
    for line in named.order_by("-n", "owner__code"):
        found.setdefault(line[key], ((line["owner__code"], line["owner__short_name"]), line["n"]))
    return [
        OfCategory(
            framework.category(line[key]) if line[key] else None, line["n"], line["nobodys"],
            *found.get(line[key], (None, 0)),
        )
        for line in counted.order_by("-n", key)[:limit]
    ]  # fmt: skip


def searches_of(case: Case) -> Sequence[OwnerSearch]:
    """Every search of the case with its questions, the newest first."""
    if case.owner_sought_at is None:
        return ()
    return sorted(case.owner_searches.all(), key=lambda one: (one.started_at, one.pk), reverse=True)


#: What a page shows of the searches of a case; what reads them afterwards asks no more.
SHOWN = Prefetch(
    "owner_searches",
    queryset=OwnerSearch.objects.select_related("street", "owner").prefetch_related(
        Prefetch("asks", queryset=OwnerAsk.objects.select_related("unit"))
    ),
)
