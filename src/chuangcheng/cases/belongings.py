"""What a merged case brought with it and may take back when the merge is undone: read from history alone.

The row ``case.merged`` lists the reports and earlier merged cases that moved. Some of them may have moved on
since: with the target into a third case (they are still this case's own), or away from it for good (split off, or taken
back by an earlier merged case). So each thing's moves are read as a stack of the cases it was carried out of.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from chuangcheng.cases.models import Case, Report
from chuangcheng.history.models import Event
from chuangcheng.history.selectors import events_of

#: Actions that carry a row into another case, bring it back, or end every claim on it.
CARRIED = frozenset({"report.moved", "case.redirected"})
BROUGHT_BACK = frozenset({"report.restored", "case.restored"})
TAKEN_AWAY = frozenset({"report.split_off", "case.unmerged"})
_POINTERS = {"report": "case_id", "case": "merged_into_id"}


@dataclass(frozen=True, slots=True)
class Belongings:
    """Rows that move with a case, locked. Watches are not among them: they stay where a phone put them and are read
    through the pointer of their case, so that a phone which follows both counts once and neither is lost."""

    reports: list[Report]
    cases: list[Case]

    def told(self) -> dict[str, list[str]]:
        """Their ids, as history lists them."""
        return {
            "reports": [str(row.pk) for row in self.reports],
            "cases": [str(row.pk) for row in self.cases],
        }


def held_by(case: Case) -> Belongings:
    """What moves with a case into another one. Call it with both locked."""
    return Belongings(
        reports=list(Report.objects.select_for_update().filter(case=case).order_by("pk")),
        cases=list(Case.objects.select_for_update().filter(merged_into=case).order_by("pk")),
    )


def brought_by(case: Case, target: Case) -> Belongings:
    """What came with ``case`` and still stands at ``target``. Call it with both locked."""
    row = events_of("case", case.pk).filter(action="case.merged").last()
    if row is None:
        return Belongings([], [])
    reports = Report.objects.select_for_update().filter(pk__in=row.after["reports"], case=target).order_by("pk")
    cases = Case.objects.select_for_update().filter(pk__in=row.after["cases"], merged_into=target).order_by("pk")
    mine = _carried_out_of(case.pk, "report", [report.pk for report in reports])
    mine |= _carried_out_of(case.pk, "case", [one.pk for one in cases])
    return Belongings([report for report in reports if report.pk in mine], [one for one in cases if one.pk in mine])


def _carried_out_of(case_id: UUID, kind: str, ids: list[UUID]) -> set[UUID]:
    """Those of the rows that were carried out of the case and never brought back since."""
    return {pk for pk, stack in _stacks(kind, ids).items() if str(case_id) in stack}


def _stacks(kind: str, ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Out of which cases each row was carried, the first one first."""
    told = CARRIED | BROUGHT_BACK | TAKEN_AWAY
    rows = Event.objects.filter(subject_kind=kind, subject_id__in=ids, action__in=told).order_by("subject_id", "seq")
    stacks: dict[UUID, list[str]] = {}
    for event in rows:
        stacks[event.subject_id] = _after(stacks.get(event.subject_id, []), event, _POINTERS[kind])
    return stacks


def _after(stack: list[str], event: Event, pointer: str) -> list[str]:
    if event.action in CARRIED:
        return [*stack, event.before[pointer]]
    if event.action in TAKEN_AWAY:
        return []
    place = event.after[pointer]
    return stack[: stack.index(place)] if place in stack else []


def origins(merged: Iterable[Case], reports: Iterable[Report]) -> dict[UUID, str]:
    """For each of a case's reports that came with one of the ``merged`` cases: the number of that case. One query."""
    numbers = {str(one.pk): one.number for one in merged}
    if not numbers:
        return {}
    stacks = _stacks("report", [report.pk for report in reports])
    first = {pk: stack[0] for pk, stack in stacks.items() if stack}
    return {pk: numbers[place] for pk, place in first.items() if place in numbers}
