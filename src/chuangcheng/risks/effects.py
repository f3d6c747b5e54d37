"""The duty that watches, early warning to the unit's liaison, and who is told of lists and occurrences."""

from __future__ import annotations

from chuangcheng.cycle.figures import Figure, offer
from chuangcheng.framework import selectors as framework
from chuangcheng.history.duties import periodic
from chuangcheng.history.models import Outbox
from chuangcheng.history.outbox import on
from chuangcheng.kernel import clock
from chuangcheng.kernel.label import Label
from chuangcheng.notices.actions import notify, sunk
from chuangcheng.people.models import Person
from chuangcheng.people.selectors import holding
from chuangcheng.risks.measures import Span, city_sum
from chuangcheng.risks.models import Laggard, LaggardList, Risk
from chuangcheng.risks.selectors import at_level, live
from chuangcheng.risks.watch import watch
from chuangcheng.scoring import selectors as scoring

_WARNED = {
    "risk.raised": Label("风险预警", "Early warning"),
    "risk.relapsed": Label("风险再次出现", "A risk came back"),
    "risk.relieved": Label("风险已缓解，请核实后关闭", "A risk is relieved: look and close it"),
}
_LISTED = {
    "laggards.announce": Label("后进名单征求异议", "Listed among the last: you may object"),
    "laggards.issue": Label("后进名单已印发", "A list of laggards was issued"),
}
_ANSWERED = {
    "laggard.uphold": Label("异议成立，不列入名单", "Objection upheld: taken out"),
    "laggard.reject": Label("异议不成立", "Objection rejected"),
}


@periodic("risks.watch", 3600)
def look() -> int:
    """Look at every rule once an hour; how many entries were raised."""
    return watch().raised


@on(*_WARNED)
def warn_unit(row: Outbox) -> None:
    """The unit's liaison is warned; what recovered is told to those who close, too."""
    risk = None if sunk() else Risk.objects.select_related("unit").filter(pk=row.subject_id).first()
    if risk is None:
        return
    label = _WARNED[row.topic]
    persons = holding("risks.edit", risk.unit)
    text = Label(f"{label.zh}：{risk.matter} {risk.place}（{risk.number}）", f"{label.en}: {risk.number}")
    _tell(row, persons, text, f"/desk/risks/{risk.pk}/")


@on(*_LISTED)
def tell_listed(row: Outbox) -> None:
    """Each listed unit is told, nobody else: the list is internal."""
    found = None if sunk() else LaggardList.objects.filter(pk=row.subject_id).first()
    if found is None:
        return
    label = _LISTED[row.topic]
    until = f"，请于 {found.until_on} 前反馈" if row.topic == "laggards.announce" else ""
    text = Label(f"{label.zh}：{found.rule['zh']}（{found.number}）{until}", f"{label.en}: {found.number}")
    for line in found.laggards.exclude(state="taken_out").select_related("unit"):
        _tell(row, holding("laggards.object", line.unit), text, f"/desk/risks/lists/{found.pk}/")


@on(*_ANSWERED)
def tell_answer(row: Outbox) -> None:
    """The unit that objected hears the answer."""
    line = None if sunk() else Laggard.objects.select_related("unit", "list").filter(pk=row.subject_id).first()
    if line is not None:
        label, number = _ANSWERED[row.topic], line.list.number
        text = Label(f"{label.zh}：{number}", f"{label.en}: {number}")
        _tell(row, holding("laggards.object", line.unit), text, f"/desk/risks/lists/{line.list_id}/")


@on("laggards.submit")
def tell_approvers(row: Outbox) -> None:
    """Whoever may approve learns that a list waits."""
    found = None if sunk() else LaggardList.objects.filter(pk=row.subject_id).first()
    if found is not None:
        text = Label(f"后进名单待审批：{found.rule['zh']}（{found.number}）", f"A list awaits approval: {found.number}")
        persons = [each for each in holding("laggards.approve", None) if each.pk != found.submitted_by_id]
        _tell(row, persons, text, f"/desk/risks/lists/{found.pk}/")


def _tell(row: Outbox, persons: list[Person], text: Label, url: str) -> None:
    subject = (row.subject_kind, row.subject_id)
    notify(key=f"outbox:{row.pk}", persons=persons, topic=row.topic, subject=subject, text=text, url=url)


def _now() -> Span:
    return Span(clock.now(), clock.now())


def _coverage() -> int | None:
    edition = framework.current_edition()
    return None if edition is None else int(scoring.total(edition).coverage * 100)


offer(Figure("overdue_cases", Label("超期未办案件", "Overdue cases"), lambda: city_sum("overdue_cases", _now()),
             "desk:cases", "?status=overdue&sort=due"))  # fmt: skip
offer(Figure("late_tasks", Label("超期任务", "Late tasks"), lambda: city_sum("late_tasks", _now()),
             "desk:tasks", "?late=overdue"))  # fmt: skip
offer(Figure("late_readings", Label("迟报指标", "Late readings"), lambda: city_sum("late_readings", _now()),
             "desk:indicators"))  # fmt: skip
offer(Figure("coverage", Label("有事实可查的分值（%）", "Weight with facts (%)"), _coverage, "desk:scores", bound=90,
             high=True))  # fmt: skip
offer(Figure("grave_risks", Label("未处置的极高风险", "Very high risks not dealt with"),
             lambda: Risk.objects.filter(live(), at_level("grave")).count(), "desk:risks", "?level=grave"))  # fmt: skip
