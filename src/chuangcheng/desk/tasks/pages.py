"""任务: the ledger as a list, the page of one task, and the debt list 要账."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chuangcheng.campaigns.models import Campaign
from chuangcheng.desk import choices
from chuangcheng.desk.counting import COUNTED_IN
from chuangcheng.desk.files import stream
from chuangcheng.desk.periods import days_of, midnight
from chuangcheng.desk.pictures import of_owner
from chuangcheng.kernel import clock
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.states import Move
from chuangcheng.tasks import petitions, selectors, timeline
from chuangcheng.tasks.models import Task, TaskSource
from chuangcheng.tasks.states import OWED, STAGES, TASK
from chuangcheng.web.pages import holds, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, Listing, offer

#: Entries that stand with their petition, not with the progress.
ASKED = ("petitioned", "endorsed", "declined", "retracted")
MOST = 30  # extended tasks below the debts
COMMENT = Move("comment", (), None, "tasks.view", Label("留言", "Comment"))
REPEAT = Move("repeat", (), None, "tasks.edit", Label("设为周期任务", "Make it recurring"))
STOP = Move("stop", (), None, "tasks.edit", Label("停止周期任务", "End the recurrence"))


def task_url(task: Task) -> str:
    """The page of a task."""
    return reverse("desk:task", args=[task.pk])


def _today() -> Any:
    return clock.today().date()


def _search(rows: QuerySet[Task], words: str) -> QuerySet[Task]:
    return rows.filter(Q(problem__icontains=words) | Q(measure__icontains=words) | Q(number__iexact=words))


def _states(_request: HttpRequest) -> list[Choice]:
    return [("open", gettext("在办")), *((state.code, state.label.text(language())) for state in TASK.states)]


def _in_state(rows: QuerySet[Task], value: str) -> QuerySet[Task]:
    return rows.filter(state__in=(*OWED, "in_review")) if value == "open" else rows.filter(state=value)


def _stages(_request: HttpRequest) -> list[Choice]:
    return [(code, label.text(language())) for code, label in STAGES.items()]


def _at_stage(rows: QuerySet[Task], value: str) -> QuerySet[Task]:
    return rows.filter(state="in_review", stage=value)


def _sources(_request: HttpRequest) -> list[Choice]:
    return [(code, gettext(str(label))) for code, label in TaskSource.choices]


def _dates(_request: HttpRequest) -> list[Choice]:
    return [
        ("overdue", gettext("超期")),
        ("soon", gettext("七日内到期")),
        ("near", gettext("超期或七日内到期")),
        ("slipped", gettext("已拖延")),
    ]


def _extended(_request: HttpRequest) -> list[Choice]:
    return [("yes", gettext("已延期")), ("often", gettext("多次延期")), ("waiting", gettext("申请待批"))]


def _by_date(rows: QuerySet[Task], value: str) -> QuerySet[Task]:
    which = {"overdue": selectors.overdue, "soon": selectors.due_soon, "near": selectors.near,
             "slipped": selectors.slipped}[value]  # fmt: skip
    return rows.filter(which(_today()))


def _person(rows: QuerySet[Task], value: str) -> QuerySet[Task]:
    """The one who does it or the leader in charge, by name or user name."""
    one = Q()
    for role in ("owner", "leader"):
        one |= Q(**{f"{role}__name__icontains": value}) | Q(**{f"{role}__username": value})
    return rows.filter(one)


def _month(rows: QuerySet[Task], value: str) -> QuerySet[Task]:
    year, _dash, month = value.partition("-")
    sound = year.isdecimal() and month.isdecimal() and 0 < int(year) < 9999 and 1 <= int(month) <= 12
    return rows.filter(due_on__year=int(year), due_on__month=int(month)) if sound else rows.none()


def _moved(rows: QuerySet[Task], first: str, last: str = "") -> QuerySet[Task]:
    """Tasks on which progress was reported on the city's days from ``first`` to ``last`` (without one: that day)."""
    try:
        ends = midnight(first), midnight(last or first) + timedelta(days=1)
    except (ValueError, OverflowError):
        return rows.none()
    return rows.filter(selectors.moved(*ends))


def _support(rows: QuerySet[Task], code: str) -> QuerySet[Task]:
    linked = Task.supports.through.objects.filter(unit__code=code)
    return rows.filter(pk__in=linked.values("task_id"))


def _campaign(rows: QuerySet[Task], number: str) -> QuerySet[Task]:
    found = Campaign.objects.filter(number=number)
    return rows.filter(origin_kind="campaign", origin_id__in=found.values("pk"))


def _supports(row: Task) -> str:
    return "、".join(unit.short_name for unit in row.supports.all())


LISTING = Listing(
    "tasks",
    _("任务台账"),
    columns=(
        Column("number", _("编号"), lambda row: row.number, sort="number", url=task_url),
        Column("place", _("序号"), lambda row: row.place, sort="place", number=True, shown=False),
        Column("source", _("来源"), lambda row: gettext(row.get_source_display()), shown=False),
        Column("standard", _("测评标准"), lambda row: row.standard.code if row.standard else "", shown=False),
        Column("problem", _("问题"), lambda row: row.problem, template="desk/cells/task_problem.html", wide=True),
        Column("measure", _("措施"), lambda row: row.measure, shown=False, wide=True),
        Column("goal", _("目标"), lambda row: row.goal, shown=False, wide=True),
        Column("lead", _("牵头单位"), lambda row: row.lead.short_name),
        Column("supports", _("配合单位"), _supports, shown=False),
        Column("leader", _("责任领导"), lambda row: row.leader.name if row.leader else "", shown=False),
        Column("owner", _("责任人"), lambda row: row.owner.name if row.owner else ""),
        Column("start", _("开始"), lambda row: row.start_on or "", shown=False),
        Column("due", _("时限"), lambda row: row.due_on, sort="due_on", template="desk/cells/task_due.html"),
        Column("first_due", _("首次时限"), lambda row: row.first_due_on, sort="first_due_on", shown=False),
        Column("slip", _("拖延（天）"), lambda row: row.slip(), number=True),
        Column("extensions", _("延期（次）"), lambda row: row.extensions, sort="extensions", number=True, shown=False),
        Column("week", _("计划周"), lambda row: row.week, shown=False),
        Column("share", _("进展"), lambda row: f"{row.share}%", sort="share", number=True),
        Column("proofs", _("佐证"), lambda row: row.proofs, sort="proofs", number=True, shown=False),
        Column("state", _("状态"), lambda row: gettext(row.get_state_display()), template="desk/cells/task_state.html",
               corner=True),
    ),
    filters=(
        Filter("q", _("搜索"), _search, kind="search"),
        Filter("unit", _("牵头单位"), lambda rows, value: rows.filter(lead=value), choices.units),
        Filter("state", _("状态"), _in_state, _states),
        Filter("late", _("时限"), _by_date, _dates),
        Filter("extended", _("延期"), lambda rows, value: rows.filter(selectors.extended(value)), _extended),
        Filter("source", _("来源"), lambda rows, value: rows.filter(source=value), _sources),
        Filter("month", _("月份"), _month, kind="month"),
        Filter("person", _("责任人"), _person),
        Filter("stage", _("审核环节"), _at_stage, _stages, quiet=True),
        Filter("reviewer", _("审核单位"), lambda rows, code: rows.filter(reviewer__code=code), quiet=True),
        Filter("standard", _("测评标准"), lambda rows, value: rows.filter(standard__code=value), quiet=True),
        Filter("support", _("配合单位"), _support, quiet=True),
        Filter("campaign", _("攻坚行动"), _campaign, quiet=True),
        *days_of("due", "due_on", _("到期自"), _("到期至")),
        *days_of("ended", "ended_on", _("办结自"), _("办结至")),
        *days_of("set", "created_at", _("下达自"), _("下达至")),
        COUNTED_IN,
        Filter("moved_from", _("填报自"), _moved, kind="date", quiet=True, beside=("moved_to",)),
        Filter("moved_to", _("填报至"), lambda rows, _value: rows, kind="date", quiet=True),
    ),
    sort="due",
)  # fmt: skip


def task_rows(request: StaffRequest) -> QuerySet[Task]:
    """The tasks in sight, with what the list shows."""
    rows = selectors.visible_to(request.actor).select_related("lead", "owner", "leader", "standard")
    return rows.prefetch_related("supports")


offer(LISTING, rows=task_rows, permission="tasks.view", url_name="desk:tasks")


@page("tasks.view")
def task_list(request: StaffRequest) -> HttpResponseBase:
    """The ledger, the nearest date first."""
    context = {
        "may_edit": holds(request, "tasks.edit"), "may_return": holds(request, "tasks.report"),
        "query": request.GET.urlencode(),
    }  # fmt: skip
    return LISTING.respond(request, task_rows(request), "desk/tasks.html", context)


@page("tasks.view")
def task_page(request: StaffRequest, task_id: UUID) -> HttpResponse:
    """One task: what is to be done by whom and when, what was reported with which proof, and every step."""
    task = selectors.get_task_for(request.actor, task_id)
    entries = list(task.entries.select_related("made_by"))
    proofs = of_owner("taskentry", [entry.pk for entry in entries], "desk:task_photo")
    ahead = list(task.waits_for.select_related("lead"))
    visible = set(
        selectors.visible_to(request.actor).filter(pk__in=[each.pk for each in ahead]).values_list("pk", flat=True)
    )
    moves = [*petitions.moves_for(request.actor, task), *selectors.moves_for(request.actor, task)]
    asked = petitions.of_task(task)
    if holds(request, "tasks.edit") and any(move.name == "amend" for move in moves):
        moves += [REPEAT] if task.routine is None else [STOP] if task.routine.state == "active" else []
    context: dict[str, Any] = {
        "task": task, "moves": [*moves, COMMENT], "supports": task.supports.all(),
        "reports": [(entry, proofs.get(entry.pk, [])) for entry in reversed(entries) if entry.verb not in ASKED],
        "entries": timeline.of_task(task, entries), "ahead": [(each, each.pk in visible) for each in ahead],
        "stage": STAGES.get(task.stage), "often": selectors.OFTEN,
        "petitions": [(each, proofs.get(each.entry_id or task.pk, [])) for each in asked],
        "petition": asked[0] if asked else None,
        "petition_stage": STAGES.get(asked[0].stage) if asked else None,
    }  # fmt: skip
    return render(request, "desk/task.html", context)


@page("tasks.view")
def task_photo(request: StaffRequest, entry_id: UUID, photo_id: UUID) -> HttpResponseBase:
    """A proof, for those who see the task."""
    return stream(request, ("taskentry", selectors.entry_for(request.actor, entry_id).pk), photo_id)


@page("tasks.view")
def debt_list(request: StaffRequest) -> HttpResponse:
    """要账: which unit owes how much, for how long; each figure opens its rows."""
    today = _today()
    rows = selectors.visible_to(request.actor)
    asked = [{"late": "overdue"}, {"late": "slipped"}, {"extended": "yes"}, {"extended": "often"}]
    debts = selectors.debts(rows, today)
    lines = [(debt, *(_rows_url(unit=debt.unit.pk, **query) for query in asked)) for debt in debts]
    extended = rows.filter(selectors.extended("yes"), state__in=TASK.open_states()).select_related("lead")
    count = extended.count()
    context = {
        "lines": lines, "as_of": clock.now(),
        "late": sum(debt.late for debt in debts), "late_days": sum(debt.late_days for debt in debts),
        "slipped": sum(debt.slipped for debt in debts), "late_url": _rows_url(late="overdue"),
        "slipped_url": _rows_url(late="slipped"), "often": selectors.OFTEN,
        "extended": extended.order_by("-extensions", "first_due_on", "pk")[:MOST],
        "extended_more": count if count > MOST else 0, "extended_url": _rows_url(extended="yes"),
    }  # fmt: skip
    return render(request, "desk/task_debts.html", context)


def _rows_url(**query: object) -> str:
    return f"{reverse('desk:tasks')}?{urlencode(query)}"
