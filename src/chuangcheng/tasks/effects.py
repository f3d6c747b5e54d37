"""What follows from a step: whoever owes the next one is told, and what a date brings about by itself."""

from __future__ import annotations

from datetime import timedelta

from chuangcheng.history.duties import periodic
from chuangcheng.history.models import Outbox
from chuangcheng.history.outbox import on
from chuangcheng.kernel import clock
from chuangcheng.kernel.label import Label
from chuangcheng.notices.actions import notify, sunk
from chuangcheng.people.models import Person
from chuangcheng.people.selectors import holding
from chuangcheng.tasks import following  # noqa: F401 - registers what it carries
from chuangcheng.tasks.actions.routines import make_due
from chuangcheng.tasks.models import Petition, Task
from chuangcheng.tasks.selectors import due_soon, overdue

NEWS = timedelta(days=3)
_SAID = {
    "task.created": Label("新任务", "New task"),
    "task.sent_back": Label("销号申请被退回", "Request to strike off sent back"),
    "task.struck_off": Label("任务已销号", "Task struck off"),
    "task.upheld": Label("任务转为长期坚持", "Task to be upheld"),
    "task.relapsed": Label("任务反弹，请重新整改", "Task relapsed, begin again"),
    "task.extended": Label("任务延期", "Task extended"),
    "task.voided": Label("任务作废", "Task void"),
}

_ANSWERED = {
    "granted": Label("延期申请已批准", "More time granted"),
    "declined": Label("延期申请未批准", "More time declined"),
}


def _of_unit(task: Task) -> list[Person]:
    """The person named, and those of the lead unit who report."""
    found = {person.pk: person for person in holding("tasks.report", task.lead)}
    if task.owner is not None and task.owner.is_active:
        found[task.owner.pk] = task.owner
    return list(found.values())


def _tell(task: Task, persons: list[Person], key: str, topic: str, said: Label) -> None:
    due = task.due_on.isoformat()
    text = Label(f"{said.zh}：{task.number}（时限 {due}）", f"{said.en}: {task.number} (due {due})")
    url = f"/desk/tasks/{task.pk}/"
    notify(key=key, persons=persons, topic=topic, subject=("task", task.pk), text=text, url=url)


def _task(row: Outbox) -> Task | None:
    if sunk():
        return None
    return Task.objects.select_related("lead", "reviewer", "owner").filter(pk=row.subject_id).first()


@on(*_SAID)
def tell_unit(row: Outbox) -> None:
    """The lead unit learns of what concerns it."""
    task = _task(row)
    if task is not None:
        _tell(task, _of_unit(task), f"outbox:{row.pk}", row.topic, _SAID[row.topic])


@on("task.submitted", "task.passed")
def tell_reviewers(row: Outbox) -> None:
    """Whose turn it is learns of a request to strike off."""
    task = _task(row)
    if task is None or task.state != "in_review":
        return
    at_office = task.stage == "office"
    persons = holding("tasks.decide", None) if at_office else holding("tasks.review", task.reviewer)
    _tell(task, persons, f"outbox:{row.pk}", row.topic, Label("申请销号，请审核", "Please review"))


@on("petition.asked", "petition.endorsed")
def tell_of_petition(row: Outbox) -> None:
    """Whose turn it is learns of a petition for more time."""
    petition = _petition(row)
    if petition is None or petition.state != "waiting":
        return
    at_office, task = petition.stage == "office", petition.task
    persons = holding("tasks.decide", None) if at_office else holding("tasks.review", task.reviewer)
    until = petition.wanted_on.isoformat()
    said = Label(f"申请延期至 {until}，请审批", f"More time asked for, until {until}: please decide")
    _tell(task, persons, f"outbox:{row.pk}", row.topic, said)


@on("petition.granted", "petition.declined")
def tell_asker(row: Outbox) -> None:
    """The unit that asked learns the answer; of a new date ``task.extended`` tells the lead already."""
    petition = _petition(row)
    if petition is None:
        return
    known = {person.pk for person in _of_unit(petition.task)} if petition.state == "granted" else set()
    asked = {person.pk: person for person in holding("tasks.report", petition.unit)}
    if petition.asked_by is not None and petition.asked_by.is_active:
        asked[petition.asked_by.pk] = petition.asked_by
    persons = [person for pk, person in asked.items() if pk not in known]
    _tell(petition.task, persons, f"outbox:{row.pk}", row.topic, _ANSWERED[petition.state])


def _petition(row: Outbox) -> Petition | None:
    rows = Petition.objects.select_related("task__lead", "task__reviewer", "task__owner", "unit", "asked_by")
    return None if sunk() else rows.filter(pk=row.subject_id).first()


@periodic("tasks.dates", 3600)
def tell_of_dates() -> int:
    """Once in the week ahead of a date and once when it has passed, each date by itself; how many were looked at. What
    passed long ago is no news: the debt list shows it."""
    today = clock.today().date()
    rows = Task.objects.select_related("lead", "owner")
    soon, late = rows.filter(due_soon(today)), rows.filter(overdue(today), due_on__gte=today - NEWS)
    for task in soon:
        _tell(task, _of_unit(task), _key(task, "soon"), "task.due_soon", Label("任务即将到期", "Task due soon"))
    for task in late:
        _tell(task, _of_unit(task), _key(task, "late"), "task.overdue", Label("任务超期", "Task overdue"))
    return len(soon) + len(late)


def _key(task: Task, what: str) -> str:
    """Short enough for a key of notices, which adds the person."""
    return f"task:{what}:{task.due_on:%y%m%d}:{task.number}"


@periodic("tasks.routines", 1800)
def make_tasks() -> int:
    """What comes back, comes back."""
    return make_due(today=clock.today().date())
