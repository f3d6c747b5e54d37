"""What indicators do when lower rooms speak, and whom they tell of what is doubtful or owed."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from chuangcheng.history.duties import periodic
from chuangcheng.history.models import Outbox
from chuangcheng.history.outbox import on
from chuangcheng.indicators import actions
from chuangcheng.indicators.models import Doubt, Indicator
from chuangcheng.indicators.owed import Owed, owed
from chuangcheng.kernel import clock
from chuangcheng.kernel.label import Label
from chuangcheng.notices.actions import notify, sunk
from chuangcheng.people.models import Person, Unit
from chuangcheng.people.selectors import holding

#: Days before and after the due day on which the unit hears of it; on no other day.
REMINDED = (-3, 1, 8)


@on("edition.published", "edition.carried")
def follow_edition(_: Outbox) -> None:
    """Indicators go over to a published edition's standards, also when heirs are settled later."""
    actions.follow_edition()


@on("reading.doubted")
def tell_judges(row: Outbox) -> None:
    """Those who confirm learn that something waits for them."""
    doubt = None if sunk() else Doubt.objects.select_related("indicator").filter(pk=row.subject_id).first()
    if doubt is not None and doubt.state == "waiting":
        _tell(doubt, row, holding("indicators.judge", None), Label("有存疑读数待核", "A doubtful reading waits"))


@on("doubt.confirmed", "doubt.withdrawn")
def tell_reporter(row: Outbox) -> None:
    """Whoever handed it in learns what became of it, unless it was they themselves."""
    doubt = None if sunk() else Doubt.objects.select_related("indicator", "raised_by").filter(pk=row.subject_id).first()
    if doubt is None or doubt.raised_by is None or doubt.raised_by_id == doubt.ended_by_id:
        return
    said = {
        "confirmed": Label("存疑读数已确认计入", "A doubtful reading was confirmed"),
        "withdrawn": Label("存疑读数被撤回，请重新填报", "A doubtful reading was withdrawn, hand it in again"),
    }
    _tell(doubt, row, [doubt.raised_by], said[doubt.state])


def _tell(doubt: Doubt, row: Outbox, persons: list[Person], said: Label) -> None:
    text = Label(f"{said.zh}：{doubt.indicator.zh}", f"{said.en}: {doubt.indicator.en or doubt.indicator.zh}")
    notify(key=f"outbox:{row.pk}", persons=persons, topic=row.topic, subject=("doubt", doubt.pk), text=text,
           url="/desk/indicators/doubts/")  # fmt: skip


@periodic("indicators.reminders", 6 * 3600)
def remind() -> int:
    """One notice a unit for all that falls due in three days, one on the day after, one a week later; how many units
    were told."""
    today = clock.today().date()
    rows = Indicator.objects.select_related("source_unit").exclude(source_unit=None)
    by_unit: dict[tuple[Unit, int], list[Owed]] = defaultdict(list)
    for one in owed(rows, today):
        if one.late in REMINDED and not one.in_doubt and one.indicator.source_unit is not None:
            by_unit[one.indicator.source_unit, one.late].append(one)
    return sum(_remind(unit, late, found) for (unit, late), found in by_unit.items())


def _remind(unit: Unit, late: int, found: list[Owed]) -> bool:
    due = clock.today().date() - timedelta(days=late)
    text = Label(f"{len(found)} 项指标读数待填报，时限 {due}", f"{len(found)} readings are owed, due {due}")
    if late > 0:
        text = Label(f"{len(found)} 项指标读数逾期 {late} 天未填报", f"{len(found)} readings are {late} days late")
    persons = holding("indicators.edit", unit)
    return bool(
        notify(key=f"readings:{unit.code}:{due:%y%m%d}:{late}", persons=persons, topic="reading.owed",
               subject=("unit", unit.pk), text=text, url="/desk/indicators/mine/")
    )  # fmt: skip
