"""What is done with meetings: planning one, each move with its form, agenda items and decisions."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chuangcheng.desk import choices
from chuangcheng.desk.forms import CityTimeField, DayInput
from chuangcheng.desk.meetings.pages import kind_choices, meeting_url
from chuangcheng.desk.moving import Given, Moves, Step, plainly, take
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.meetings import actions, selectors
from chuangcheng.meetings.models import Meeting
from chuangcheng.meetings.policies import runs
from chuangcheng.meetings.states import MEETING, RUN
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Person
from chuangcheng.tasks.persons import find_person
from chuangcheng.web.pages import leave, page
from chuangcheng.web.signed_in import StaffRequest

PLAN = Move("plan", (), None, RUN, Label("安排会议", "Plan a meeting"))
ITEM = Move("item", (), None, RUN, Label("添加议题", "Add an item"))


def _units(label: Any, hint: Any = "", size: int = 8) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, required=False, help_text=hint,
                                     widget=forms.SelectMultiple(attrs={"size": size}))  # fmt: skip


class Amend(forms.Form):
    """When, where, who."""

    title = forms.CharField(label=_("会议名称"), max_length=120)
    starts_at = CityTimeField(label=_("时间"))
    place = forms.CharField(label=_("地点"), required=False, max_length=120)
    chair = forms.CharField(label=_("主持人"), required=False, max_length=60, help_text=_("姓名或用户名"))
    units = _units(_("参会单位"), _("议题按这些单位的欠账自动生成；不选则汇总全部单位。"))
    persons = forms.CharField(label=_("参会人员"), required=False, max_length=400,
                              help_text=_("单位之外另请的人，姓名或用户名，用空格分开"))  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("units", "supports"):
            if name in self.fields:
                self.fields[name].choices = choices.units()  # type: ignore[attr-defined]


class Plan(Amend):
    """The same with the kind and the convener."""

    field_order = ("kind", "unit", "title")
    kind = forms.ChoiceField(label=_("类型"))
    unit = forms.ChoiceField(label=_("召集单位"))

    def __init__(self, *args: Any, conveners: Any = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = kind_choices()  # type: ignore[attr-defined]
        self.fields["unit"].choices = list(conveners)  # type: ignore[attr-defined]


class Hold(forms.Form):
    """Who was there."""

    present = _units(_("到会单位"), _("不选则不记到会情况。"))

    def __init__(self, *args: Any, invited: Any = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["present"].choices = list(invited)  # type: ignore[attr-defined]


class Why(forms.Form):
    """The reason."""

    note = forms.CharField(label=_("原因"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class Postpone(Why):
    """The reason and the new time, if it is known."""

    starts_at = CityTimeField(label=_("新的时间"), required=False)


class Minutes(forms.Form):
    """The words of the minutes; decisions stand beside them."""

    minutes = forms.CharField(label=_("会议内容"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 12}),
                              help_text=_("议题、参会单位、议定事项由系统列入，不必再写。"))  # fmt: skip


class Item(forms.Form):
    """An item in words."""

    words = forms.CharField(label=_("议题"), max_length=200)


class Decide(forms.Form):
    """Who does what by when."""

    words = forms.CharField(label=_("议定事项"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    lead = forms.ChoiceField(label=_("牵头单位"))
    supports = _units(_("配合单位"), size=5)
    due_on = forms.DateField(label=_("时限"), widget=DayInput(), help_text=_("印发纪要时自动立为任务。"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        listed = choices.units()
        self.fields["supports"].choices = listed  # type: ignore[attr-defined]
        self.fields["lead"].choices = [("", _("请选择")), *listed]  # type: ignore[attr-defined]


def _persons(words: str) -> tuple[Person, ...]:
    return tuple(person for name in words.split() if (person := find_person(name, None)) is not None)


def _asked(given: dict[str, Any]) -> dict[str, Any]:
    """The form's words as rows."""
    units = {str(unit.pk): unit for unit in people.units()}
    found = dict(given)
    for name in ("units", "supports", "present"):
        if name in given:
            found[name] = tuple(units[pk] for pk in given[name])
    for name in ("unit", "lead"):
        if name in given:
            found[name] = units[given[name]]
    if "chair" in given:
        found["chair"] = find_person(given["chair"], None)
    if "persons" in given:
        found["persons"] = _persons(given["persons"])
    return found


@page(RUN)
def meeting_new(request: StaffRequest) -> HttpResponse:
    """Plan a meeting; its agenda is there at once."""
    own = request.post.unit if request.post else None
    conveners = [(str(unit.pk), unit.short_name) for unit in people.units() if runs(request.actor, unit)]
    made: list[Meeting] = []

    def form(*args: Any, **options: Any) -> forms.Form:
        return Plan(*args, conveners=conveners, **options)

    def run(given: dict[str, Any]) -> object:
        made.append(actions.plan_meeting(actor=request.actor, given=actions.MeetingInput(**_asked(given)))[0])
        return made

    at = clock.today().replace(hour=9) + timedelta(days=1)
    initial = {"unit": str(own.pk) if own else "", "starts_at": at, "kind": request.GET.get("kind", "")}
    step = Step(PLAN, form, run, reverse("desk:meeting_new"), reverse("desk:meetings"), gettext("会议"), initial)
    answer = take(request, step)
    return leave(request, meeting_url(made[0])) if made else answer


def _decide(actor: Actor, meeting: Meeting, given: Given) -> object:
    decision = actions.DecisionInput(**_asked(given))
    return actions.decide(actor=actor, meeting_id=meeting.pk, given=decision)


def _move(name: str) -> Move:
    return ITEM if name == "item" else MEETING.move(name)


MOVES = Moves(_move, "desk:meeting_move", meeting_url, {
    **plainly("meeting_id", {
        "call": (forms.Form, actions.call_meeting),
        "hold": (Hold, actions.hold_meeting),
        "minute": (Minutes, actions.write_minutes),
        "issue": (forms.Form, actions.issue_minutes),
        "build": (forms.Form, actions.build_agenda),
        "amend": (Amend, actions.amend_meeting),
        "postpone": (Postpone, actions.postpone_meeting),
        "cancel": (Why, actions.cancel_meeting),
        "item": (Item, actions.add_item),
    }, asked=_asked),
    "decide": (Decide, _decide),
})  # fmt: skip


@page(RUN)
def meeting_move(request: StaffRequest, meeting_id: UUID, name: str) -> HttpResponse:
    """The form of one move."""
    meeting, more = selectors.get_meeting_for(request.actor, meeting_id), dict[str, Any]()
    if name == "hold":
        invited = meeting.invitations.select_related("unit")
        more["form"] = partial(Hold, invited=[(str(row.unit_id), row.unit.short_name) for row in invited])
    return MOVES.take(request, meeting, name, initial=_initial(meeting, name), **more)


def _initial(meeting: Meeting, name: str) -> dict[str, Any] | None:
    """What stands in the row now."""
    if name == "decide":
        return {"due_on": clock.today().date() + timedelta(days=14)}
    if name == "minute":
        return {"minutes": meeting.minutes}
    if name == "hold":
        return {"present": [str(pk) for pk in meeting.invitations.values_list("unit", flat=True)]}
    if name != "amend":
        return None
    starts: datetime = meeting.starts_at.astimezone(CITY_ZONE)
    return {
        "title": meeting.title, "starts_at": starts, "place": meeting.place,
        "chair": meeting.chair.username if meeting.chair else "",
        "units": [str(pk) for pk in meeting.invitations.values_list("unit", flat=True)],
        "persons": " ".join(meeting.persons.values_list("username", flat=True)),
    }  # fmt: skip


@page(RUN)
@require_POST
def drop(request: StaffRequest, meeting_id: UUID, what: str, row_id: UUID) -> HttpResponse:
    """Take an item off the agenda, or a decision that was recorded by mistake."""
    meeting = selectors.get_meeting_for(request.actor, meeting_id)
    if what == "item":
        actions.drop_item(actor=request.actor, meeting_id=meeting.pk, item_id=row_id)
    elif what == "decision":
        actions.drop_decision(actor=request.actor, meeting_id=meeting.pk, decision_id=row_id)
    else:
        raise Refused("common.not_found")
    return leave(request, meeting_url(meeting))
