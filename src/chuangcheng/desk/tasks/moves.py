"""What is done with tasks: entering, changing, and each move with its form."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chuangcheng.desk import choices
from chuangcheng.desk.forms import DayInput, PhotosField
from chuangcheng.desk.moving import Given, Moves, Step, plainly, take
from chuangcheng.desk.tasks.pages import COMMENT, REPEAT, STOP, task_url
from chuangcheng.framework import selectors as framework
from chuangcheng.framework.models import Standard
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.states import Move
from chuangcheng.people import selectors as people
from chuangcheng.tasks import actions, selectors
from chuangcheng.tasks.models import Every, Task, TaskSource
from chuangcheng.tasks.persons import find_person
from chuangcheng.tasks.states import PETITION, PETITION_VERBS, TASK
from chuangcheng.web.pages import page
from chuangcheng.web.signed_in import StaffRequest

ENTER = Move("enter", (), None, "tasks.edit", Label("下达任务", "Set a task"))


def _words(label: Any, *, required: bool = True, rows: int = 3, hint: Any = "") -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=2000, help_text=hint,
                           widget=forms.Textarea(attrs={"rows": rows}))  # fmt: skip


def _day(label: Any, *, required: bool = True) -> forms.DateField:
    return forms.DateField(label=label, required=required, widget=DayInput())


class Change(forms.Form):
    """A row of the ledger."""

    problem = _words(_("问题（事项）"))
    measure = _words(_("措施"), required=False)
    goal = _words(_("目标"), required=False, rows=2)
    source = forms.ChoiceField(label=_("来源"))
    source_note = forms.CharField(
        label=_("来源说明"), required=False, max_length=120, help_text=_("哪次会议、哪份清单")
    )
    standard = forms.CharField(label=_("测评标准编号"), required=False, max_length=40)
    lead = forms.ChoiceField(label=_("牵头单位"))
    supports = forms.MultipleChoiceField(label=_("配合单位"), required=False,
                                         widget=forms.SelectMultiple(attrs={"size": 5}))  # fmt: skip
    leader = forms.CharField(label=_("责任领导"), required=False, max_length=60, help_text=_("姓名或用户名"))
    owner = forms.CharField(label=_("责任人"), required=False, max_length=60, help_text=_("姓名或用户名"))
    start_on = _day(_("开始"), required=False)
    waits_for = forms.CharField(
        label=_("须先办结的任务"), required=False, max_length=400, help_text=_("编号，用空格分开")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        listed = choices.units()
        self._set("source", [(code, gettext(str(label))) for code, label in TaskSource.choices])
        self._set("lead", [("", gettext("请选择")), *listed])
        self._set("supports", listed)

    def _set(self, name: str, offered: list[Any]) -> None:
        self.fields[name].choices = offered  # type: ignore[attr-defined]


class Enter(Change):
    """A new row: its date, and whether it is to be upheld."""

    due_on = _day(_("时限"))
    upkeep_days = forms.IntegerField(label=_("长期坚持：每几天检查一次"), required=False, min_value=1, max_value=366,
                                     help_text=_("不填为一次性任务，完成后销号"))  # fmt: skip


class Arrange(forms.Form):
    """How, and by whom."""

    measure = _words(_("措施"), required=False)
    leader = forms.CharField(label=_("责任领导"), required=False, max_length=60, help_text=_("姓名或用户名"))
    owner = forms.CharField(label=_("责任人"), required=False, max_length=60, help_text=_("姓名或用户名"))


class Progress(forms.Form):
    """How far it is."""

    words = _words(_("进展情况"))
    share = forms.IntegerField(
        label=_("完成（%）"), required=False, min_value=0, max_value=100, help_text=_("不填则不变")
    )
    shots = PhotosField(label=_("佐证照片"), required=False)


class Proof(forms.Form):
    """What was done, with photos."""

    words = _words(_("完成情况"))
    shots = PhotosField(label=_("佐证照片"), required=False, help_text=_("至少要有一张，以前上传的也算"))


class Check(forms.Form):
    """What it looks like now."""

    words = _words(_("检查情况"))
    shots = PhotosField(label=_("佐证照片"), required=False)


class Said(forms.Form):
    """A word that must be said."""

    words = _words(_("说明"))


class MaySay(forms.Form):
    """A word that may be said."""

    words = _words(_("说明"), required=False)


class Uphold(MaySay):
    """How often it is checked from now on."""

    days = forms.IntegerField(label=_("每几天检查一次"), min_value=1, max_value=366)


class Dated(Said):
    """A new date with the reason."""

    due_on = _day(_("新的时限"))


class Ask(Dated):
    """The same, with what proves it."""

    shots = PhotosField(label=_("佐证照片"), required=False)


class Grant(MaySay):
    """The day that is given, to begin with the one asked for."""

    due_on = _day(_("批准延至"))


class Repeat(forms.Form):
    """How often it comes back."""

    every = forms.ChoiceField(label=_("周期"))
    until_on = _day(_("到哪天为止"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offered = [(code, gettext(str(label))) for code, label in Every.choices]
        self.fields["every"].choices = offered  # type: ignore[attr-defined]


def _values(actor: Actor, given: Given) -> Given:
    """The form's words as rows."""
    units = {str(unit.pk): unit for unit in people.units()}
    lead = units[given["lead"]]
    ahead = selectors.by_numbers(actor, given["waits_for"].split())
    return {
        **given, "lead": lead, "supports": tuple(units[pk] for pk in given["supports"]),
        "standard": choices.standard(given["standard"]), "leader": find_person(given["leader"], lead),
        "owner": find_person(given["owner"], lead), "waits_for": tuple(task.pk for task in ahead),
    }  # fmt: skip


@page("tasks.edit")
def task_new(request: StaffRequest) -> HttpResponse:
    """Enter a task; from a standard's page with that standard and its lead filled in."""

    def run(given: dict[str, Any]) -> object:
        return actions.create_task(actor=request.actor, given=actions.TaskInput(**_values(request.actor, given)))

    initial: dict[str, Any] = {"due_on": clock.today().date() + timedelta(days=30), "source": TaskSource.OTHER}
    wanted = _uuid(request.GET.get("standard", ""))
    standard = Standard.objects.filter(pk=wanted).first() if wanted else None
    if standard is not None:
        lead = next(iter(framework.lead_units(standard)), None)
        initial |= {"source": TaskSource.STANDARD, "standard": standard.code, "lead": str(lead.pk) if lead else ""}
    back = reverse("desk:standard", args=[standard.pk]) if standard else reverse("desk:tasks")
    return take(request, Step(ENTER, Enter, run, reverse("desk:task_new"), back, gettext("任务台账"), initial))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _amend(actor: Actor, task: Task, given: Given) -> object:
    return actions.amend_task(actor=actor, task_id=task.pk, **_values(actor, given))


def _arrange(actor: Actor, task: Task, given: Given) -> object:
    persons = {role: find_person(given[role], task.lead) for role in ("leader", "owner")}
    return actions.arrange_task(actor=actor, task_id=task.pk, **{**given, **persons})


def _asked(given: Given) -> Given:
    """The form's fields, with what stands in its files."""
    return {**given, "shots": [file.read() for file in given["shots"]]} if "shots" in given else given


def _move(name: str) -> Move:
    return _OTHER.get(name) or (PETITION if name in PETITION_VERBS else TASK).move(name)


_OTHER = {move.name: move for move in (COMMENT, REPEAT, STOP)}
MOVES = Moves(_move, "desk:task_move", task_url, {
    **plainly("task_id", {
        "progress": (Progress, actions.report_progress),
        "submit": (Proof, actions.submit_task),
        "withdraw": (forms.Form, actions.withdraw_task),
        "pass": (MaySay, actions.pass_task),
        "strike_off": (MaySay, actions.strike_off),
        "send_back": (Said, actions.send_back),
        "uphold": (Uphold, actions.uphold_task),
        "check": (Check, actions.check_upkeep),
        "relapse": (Dated, actions.mark_relapse),
        "postpone": (Dated, actions.extend_task),
        "void": (Said, actions.void_task),
        "petition": (Ask, actions.ask_extension),
        "endorse": (MaySay, actions.endorse_petition),
        "grant": (Grant, actions.grant_petition),
        "decline": (Said, actions.decline_petition),
        "retract": (forms.Form, actions.retract_petition),
        "comment": (Said, actions.add_comment),
        "repeat": (Repeat, actions.set_routine),
        "stop": (forms.Form, actions.end_routine),
    }, asked=_asked),
    "amend": (Change, _amend),
    "arrange": (Arrange, _arrange),
})  # fmt: skip


@page("tasks.view")
def task_move(request: StaffRequest, task_id: UUID, name: str) -> HttpResponse:
    """The form of one move."""
    task = selectors.get_task_for(request.actor, task_id)
    return MOVES.take(request, task, name, initial=_initial(task, name))


def _initial(task: Task, name: str) -> dict[str, Any] | None:
    """What stands in the row now."""
    if name == "grant":
        return {"due_on": task.petition_on}
    if name not in {"amend", "arrange", "progress", "uphold"}:
        return None
    persons = {role: person.username if (person := getattr(task, role)) else "" for role in ("leader", "owner")}
    fields = ("problem", "measure", "goal", "source", "source_note", "start_on", "share")
    return {
        **persons, **{field: getattr(task, field) for field in fields}, "lead": str(task.lead_id),
        "days": task.upkeep_days, "standard": task.standard.code if task.standard else "",
        "supports": [str(unit.pk) for unit in task.supports.all()] if name == "amend" else [],
        "waits_for": " ".join(task.waits_for.values_list("number", flat=True)) if name == "amend" else "",
    }  # fmt: skip
