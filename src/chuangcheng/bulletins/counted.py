"""The rows that weekly summaries counted, found again by a name such as ``2026-09-14.overdue.U-990101001``: the week's
Monday, the figure, the unit's code; without a code those of all units in reach. Every list of the desk that a summary
links to, and the API beside it, filters by such a name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, QuerySet

from chuangcheng.bulletins.links import address
from chuangcheng.bulletins.models import CountedRow, Summary
from chuangcheng.bulletins.policies import summary_rows
from chuangcheng.bulletins.specs import SPECS
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.label import Label

#: The filter of the lists.
FILTER = "counted_in"
#: Each figure's bit in ``CountedRow.figures``. They are stored: a new figure goes to the end, none is ever moved.
BITS = {
    name: 1 << place
    for place, name in enumerate((
        "received", "due", "closed", "on_time", "reworked", "overdue", "tasks_set", "tasks_moved", "tasks_ended",
        "tasks_late", "more_asked", "more_granted", "visits", "visits_failed", "rectified", "quickfixes", "replies",
        "replies_met",
    ))
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Name:
    """A name taken apart; an empty ``unit`` stands for all."""

    monday: date
    figure: str
    unit: str = ""

    def __str__(self) -> str:
        return ".".join(part for part in (self.monday.isoformat(), self.figure, self.unit) if part)

    def summaries(self, actor: Actor | None) -> QuerySet[Summary]:
        """The summaries that are meant, of those the actor reads; without an actor all."""
        rows = Summary.objects.filter(summary_rows(actor or SYSTEM), week_start=self.monday).exclude(rows_digest="")
        return rows.filter(unit__code=self.unit) if self.unit else rows


def read(value: str) -> Name | None:
    """The name that was given; None if it is none."""
    day, _dot, rest = value.partition(".")
    figure, _dot, unit = rest.partition(".")
    try:
        monday = date.fromisoformat(day)
    except ValueError:
        return None
    name = Name(monday, figure, unit)
    return name if figure in BITS and str(name) == value else None


def narrowed(rows: QuerySet[Any], value: str, actor: Actor | None = None) -> QuerySet[Any]:
    """Those of ``rows`` that were counted under that name; none under a name that nobody knows."""
    name = read(value)
    if name is None:
        return rows.none()
    counted = CountedRow.objects.filter(summary__in=name.summaries(actor).values("pk"))
    counted = counted.annotate(inside=F("figures").bitand(BITS[name.figure])).filter(inside__gt=0)
    return rows.filter(pk__in=counted.values("row_id"))


def words(value: str, actor: Actor) -> Label | None:
    """What the filter shows: the unit or all, the week, the figure and how many were counted, because who reads it
    later may no longer see them all. None for a name that finds no summary."""
    name = read(value)
    found = list(name.summaries(actor).select_related("unit")) if name else []
    if name is None or not found:
        return None
    number = sum(row.figures[name.figure][0] for row in found)
    zh, en = (found[0].unit.short_name,) * 2 if name.unit else ("各单位", "All units")
    label = SPECS[name.figure].label
    return Label(f"{zh} {name.monday} 周：{label.zh} {number}", f"{en}, week of {name.monday}: {label.en} {number}")


def address_of(name: Name) -> str:
    """The list of the rows."""
    return address(SPECS[name.figure].kind.page, **{FILTER: str(name)})


def all_kept(rows: Iterable[Summary]) -> bool:
    """Whether each of these summaries kept its rows; those made before rows were kept did not."""
    return all(row.rows_digest for row in rows)
