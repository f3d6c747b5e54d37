"""What is done with a cycle: begun, its status changed, phases planned, demands ticked, freezes set and lifted."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chuangcheng.cycle import actions, selectors
from chuangcheng.cycle.figures import offered
from chuangcheng.cycle.states import CYCLE, FREEZE
from chuangcheng.desk import choices
from chuangcheng.desk.cycle.pages import covers, cycle_url
from chuangcheng.desk.forms import DayInput
from chuangcheng.desk.moving import Step, take
from chuangcheng.framework import selectors as framework
from chuangcheng.kernel import clock
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.people import selectors as people
from chuangcheng.web.pages import page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest

BEGIN = Move("begin", (), None, "cycle.edit", Label("开始新周期", "Begin a cycle"))
PLAN = Move("plan", (), None, "cycle.edit", Label("调整阶段", "Plan the phase"))
ADD = Move("add", (), None, "cycle.edit", Label("增加要求", "Add a demand"))
TICK = Move("tick", (), None, "cycle.tick", Label("勾选完成", "Tick"))
UNTICK = Move("untick", (), None, "cycle.tick", Label("取消勾选", "Untick"))
SET = Move("set", (), None, "cycle.edit", Label("设定冻结", "Set a freeze"))


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=DayInput())


class Begin(forms.Form):
    """A new cycle."""

    name = forms.CharField(label=_("名称"), max_length=60, help_text=_("例如：第七届全国文明城市（2024—2026）"))
    starts_on = forms.DateField(label=_("开始"), widget=DayInput(), help_text=_("某月一日；各阶段按计划自动排好"))
    state = forms.ChoiceField(label=_("城市状态"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        open_states = [state for state in CYCLE.states if not state.final]
        offered_states = [(state.code, state.label.text(language())) for state in open_states]
        self.fields["state"].choices = offered_states  # type: ignore[attr-defined]


class On(forms.Form):
    """The day on which it came about."""

    on = _day(_("日期"))


class Days(forms.Form):
    """A phase's days and goal."""

    from_on = _day(_("开始"))
    to_on = _day(_("结束"))
    goal = forms.CharField(label=_("目标"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class Demanded(forms.Form):
    """A line of the checklist."""

    text = forms.CharField(label=_("要求"), max_length=200)
    figure = forms.ChoiceField(label=_("自动判定"), required=False, help_text=_("选了数据，由系统判定是否完成"))
    owner = forms.ChoiceField(label=_("责任单位"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        figures = [(code, figure.label.text(language())) for code, figure in offered().items()]
        self.fields["figure"].choices = [("", gettext("无，手工勾选")), *figures]  # type: ignore[attr-defined]
        self.fields["owner"].choices = [("", gettext("创城办")), *choices.units()]  # type: ignore[attr-defined]


class Noted(forms.Form):
    """How it was done."""

    note = forms.CharField(label=_("完成情况"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class Frozen(forms.Form):
    """A freeze."""

    name = forms.CharField(label=_("名称"), max_length=80, help_text=_("例如：国家测评期间"))
    from_on = _day(_("开始"))
    to_on = _day(_("结束"))
    covers = forms.MultipleChoiceField(label=_("冻结内容"), widget=forms.CheckboxSelectMultiple())

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["covers"].choices = covers()  # type: ignore[attr-defined]


class Reason(forms.Form):
    """Why it is lifted."""

    reason = forms.CharField(label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


@page("cycle.edit")
def cycle_new(request: StaffRequest) -> HttpResponse:
    """Begin a cycle."""
    url, back = reverse("desk:cycle_new"), reverse("desk:cycle")

    def run(given: dict[str, Any]) -> object:
        return actions.begin_cycle(actor=request.actor, edition=framework.current_edition(), **given)

    return take(request, Step(BEGIN, Begin, run, url, back, gettext("创建周期")))


@page("cycle.edit")
def cycle_move(request: StaffRequest, cycle_id: UUID, name: str) -> HttpResponse:
    """Change the city's status, or set a freeze."""
    cycle = selectors.get_cycle_for(request.actor, cycle_id)
    url = reverse("desk:cycle_move", args=[cycle.pk, name])
    initial = {"on": clock.today().date()}

    def freeze(given: dict[str, Any]) -> object:
        return actions.set_freeze(actor=request.actor, cycle_id=cycle.pk, **given)

    def change(given: dict[str, Any]) -> object:
        return actions.change_status(actor=request.actor, cycle_id=cycle.pk, move=name, **given)

    if name == SET.name:
        return take(request, Step(SET, Frozen, freeze, url, cycle_url(cycle), cycle.name))
    if name not in {move.name for move in CYCLE.moves}:
        raise Refused("common.not_found")
    return take(request, Step(CYCLE.move(name), On, change, url, cycle_url(cycle), cycle.name, initial))


@page("cycle.edit")
def phase_move(request: StaffRequest, phase_id: UUID, name: str) -> HttpResponse:
    """Plan a phase, or add to what it demands."""
    phase = selectors.get_phase_for(request.actor, phase_id)
    url, back = reverse("desk:phase_move", args=[phase.pk, name]), reverse("desk:phase", args=[phase.pk])
    subject = gettext(phase.get_kind_display())
    if name == PLAN.name:
        initial = {"from_on": phase.from_on, "to_on": phase.to_on, "goal": phase.goal}
        run = lambda given: actions.plan_phase(actor=request.actor, phase_id=phase.pk, **given)  # noqa: E731
        return take(request, Step(PLAN, Days, run, url, back, subject, initial))
    if name != ADD.name:
        raise Refused("common.not_found")

    def add(given: dict[str, Any]) -> object:
        owner = people.units().filter(pk=given["owner"]).first() if given["owner"] else None
        return actions.add_demand(actor=request.actor, phase_id=phase.pk, **{**given, "owner": owner})

    return take(request, Step(ADD, Demanded, add, url, back, subject))


@page("cycle.tick")
def demand_move(request: StaffRequest, demand_id: UUID, name: str) -> HttpResponse:
    """Tick what is done, or take the tick away."""
    demand = selectors.get_demand_for(request.actor, demand_id)
    url = reverse("desk:demand_move", args=[demand.pk, name])
    back, subject = reverse("desk:phase", args=[demand.phase_id]), demand.text
    if name == TICK.name:
        run = lambda given: actions.tick_demand(actor=request.actor, demand_id=demand.pk, **given)  # noqa: E731
        return take(request, Step(TICK, Noted, run, url, back, subject))
    if name != UNTICK.name:
        raise Refused("common.not_found")
    undo = lambda _given: actions.untick_demand(actor=request.actor, demand_id=demand.pk)  # noqa: E731
    return take(request, Step(UNTICK, forms.Form, undo, url, back, subject))


@page("cycle.edit")
def freeze_lift(request: StaffRequest, freeze_id: UUID) -> HttpResponse:
    """Lift a freeze, with the reason."""
    freeze = selectors.get_freeze_for(request.actor, freeze_id)
    run = lambda given: actions.lift_freeze(actor=request.actor, freeze_id=freeze.pk, **given)  # noqa: E731
    url = reverse("desk:freeze_lift", args=[freeze.pk])
    return take(request, Step(FREEZE.move("lift"), Reason, run, url, cycle_url(freeze.cycle), freeze.name))
