"""In the demo city some troubles are filed twice: merged, one of them wrongly; and one case turns out to be two."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from chuangcheng.cases import actions as cases
from chuangcheng.cases.models import Case
from chuangcheng.cases.selectors import may_split
from chuangcheng.demo.found import Cast
from chuangcheng.demo.handling import Handling
from chuangcheng.demo.stage import Stage
from chuangcheng.kernel.actor import CITIZEN, Actor
from chuangcheng.kernel.ids import new_id

DOUBLES = 8
WRONG = 2  # which of them was no double after all
SPLITS = 2


class Merging:
    """Schedules the few days on which it happens."""

    def __init__(self, stage: Stage, cast: Cast, handling: Handling) -> None:
        self.stage = stage
        self.cast = cast
        self.handling = handling

    def schedule(self) -> None:
        """Spread over the quarter, in the late morning."""
        days = (self.stage.end - self.stage.start).days
        for number in range(DOUBLES):
            day = timedelta(days=days * (number + 1) // (DOUBLES + 1), hours=10)
            self.stage.at(self.stage.start + day, lambda number=number: self._double(number))  # type: ignore[misc]
        for number in range(SPLITS):
            day = timedelta(days=days * (number + 1) // (SPLITS + 1), hours=11)
            self.stage.at(self.stage.start + day, self._split)

    def _office(self) -> Actor:
        return self.cast.of("office", "CCB")[0]

    def _double(self, number: int) -> None:
        rows = Case.objects.filter(state__in=("dispatched", "handling"), source="portal", lat__isnull=False)
        known = rows.order_by("-filed_at", "pk").first()
        if known is None or known.category is None:
            return
        given = cases.ReportInput(
            id=new_id(), text=f"{known.text}（再次上报）", source="portal", category_code=known.category.code,
            lat=known.lat, lon=known.lon,
        )  # fmt: skip
        report, _ = cases.create_report(actor=CITIZEN, given=given)
        case = cases.file_report(actor=self._office(), report_id=report.pk)
        self.stage.after(0.5, 2, lambda: self._merge(case.pk, known.pk, wrong=number == WRONG))

    def _merge(self, case_id: UUID, target_id: UUID, *, wrong: bool) -> None:
        cases.merge_case(actor=self._office(), case_id=case_id, target_id=target_id, note="同一处问题")
        if wrong:
            self.stage.after(2, 4, lambda: self._undo(case_id))

    def _undo(self, case_id: UUID) -> None:
        case = cases.unmerge_case(actor=self._office(), case_id=case_id, note="现场看是两处")
        self.handling.take(case)

    def _split(self) -> None:
        rows = Case.objects.filter(state="handling", reports__isnull=False).distinct().order_by("-filed_at", "pk")
        case = next((one for one in rows[:50] if may_split(one)), None)
        if case is not None:
            last = case.reports.order_by("-received_at", "pk")[0]
            new = cases.split_case(
                actor=self._office(), case_id=case.pk, report_ids=[last.pk], note="上报的是旁边另一处问题"
            )
            self.handling.take(new)
