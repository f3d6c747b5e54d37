"""What is done with campaigns: the plan, targets, readings, money, tasks, and each move with its form."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chuangcheng.campaigns import actions, selectors
from chuangcheng.campaigns.models import Campaign, Kind, Overrun, Target
from chuangcheng.campaigns.states import CAMPAIGN
from chuangcheng.campaigns.wrongs import wrong
from chuangcheng.desk import choices
from chuangcheng.desk.campaigns.pages import MONEY, TARGET, TASK
from chuangcheng.desk.forms import DayInput, NumberField, PhotosField
from chuangcheng.desk.moving import Step, take
from chuangcheng.framework import selectors as framework
from chuangcheng.framework.models import Standard
from chuangcheng.kernel import clock, measures, money
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.people import selectors as people
from chuangcheng.tasks.actions import TaskInput
from chuangcheng.tasks.persons import find_person
from chuangcheng.web.pages import page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest

SET_UP = Move("set_up", (), None, "campaigns.edit", Label("设立行动", "Set up a campaign"))
READ = Move("read", (), None, "campaigns.report", Label("填报读数", "Record a reading"))
DROP = Move("drop", (), None, "campaigns.decide", Label("取消指标", "Drop the target"), ("words",))
BACK = Move("back", (), None, "campaigns.report", Label("冲销", "Take back"))


def day(label: Any, *, required: bool = True, hint: Any = "") -> forms.DateField:
    """A day by the browser's picker."""
    return forms.DateField(label=label, required=required, widget=DayInput(), help_text=hint)


def words(label: Any, *, required: bool = True, rows: int = 3, hint: Any = "") -> forms.CharField:
    """A text of several lines."""
    return forms.CharField(label=label, required=required, max_length=2000, help_text=hint,
                           widget=forms.Textarea(attrs={"rows": rows}))  # fmt: skip


def number(label: Any, *, required: bool = True, hint: Any = "") -> NumberField:
    """A number with four places at most."""
    return NumberField(label=label, required=required, max_digits=16, decimal_places=4, help_text=hint)


class Plan(forms.Form):
    """A campaign."""

    title = forms.CharField(label=_("名称"), max_length=100)
    kind = forms.ChoiceField(label=_("类别"))
    theme = words(_("主题和要求"), required=False)
    standards = forms.CharField(label=_("测评标准编号"), required=False, max_length=400, help_text=_("用空格分开"))
    lead = forms.ChoiceField(label=_("牵头单位"))
    supports = forms.MultipleChoiceField(label=_("配合单位"), required=False,
                                         widget=forms.SelectMultiple(attrs={"size": 5}))  # fmt: skip
    leader = forms.CharField(label=_("责任领导"), required=False, max_length=60, help_text=_("姓名或用户名"))
    from_on = day(_("开始"))
    until_on = day(_("结束"))
    overrun = forms.ChoiceField(label=_("超预算"))
    case_category = forms.CharField(label=_("案件类别代码"), required=False, max_length=20,
                                    help_text=_("这一类别的案件归入本行动"))  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        listed = choices.units()
        for name, offered in (
            ("kind", worded(Kind)), ("overrun", worded(Overrun)), ("supports", listed),
            ("lead", [("", gettext("请选择")), *listed]),
        ):  # fmt: skip
            self.fields[name].choices = offered  # type: ignore[attr-defined]


def worded(model: Any) -> list[tuple[str, str]]:
    """The choices of a model in the page's language."""
    return [(code, gettext(str(label))) for code, label in model.choices]


class TargetForm(forms.Form):
    """What is measured."""

    name = forms.CharField(label=_("目标名称"), max_length=100)
    measure = forms.ChoiceField(label=_("计量单位"))
    baseline = number(_("基数"))
    goal = number(_("目标值"))
    direction = forms.ChoiceField(label=_("方向"), widget=forms.RadioSelect,
                                  choices=[("more", _("越多越好")), ("less", _("越少越好"))])  # fmt: skip
    cumulative = forms.BooleanField(label=_("累计数（只进不退）"), required=False)
    plan = words(_("计划节点"), required=False, hint=_("每行一个日期和应达到的值，如 2026-10-01 120；不填为匀速"))
    low = number(_("合理下限"), required=False, hint=_("超出合理范围的读数会要求确认"))
    high = number(_("合理上限"), required=False)
    lat = forms.FloatField(label=_("纬度"), required=False, help_text=_("WGS-84 十进制度"))
    lon = forms.FloatField(label=_("经度"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offered = [(code, label.text(language()) or label.zh) for code, label in measures.MEASURES.items()]
        self.fields["measure"].choices = offered  # type: ignore[attr-defined]

    def clean_plan(self) -> list[tuple[date, Decimal]]:
        """The lines as days and values."""
        found = []
        for line in self.cleaned_data["plan"].splitlines():
            parts = line.replace("，", " ").replace(",", " ").split()
            try:
                if parts:
                    first, value = parts
                    found.append((date.fromisoformat(first), Decimal(value)))
            except (ValueError, InvalidOperation):
                raise forms.ValidationError(gettext("读不懂这一行：%(line)s") % {"line": line[:40]}) from None
        return found


class ReadingForm(forms.Form):
    """A measured value."""

    day = day(_("日期"))
    value = number(_("数值"))
    source = forms.CharField(label=_("来源"), max_length=100, required=False, help_text=_("哪份报表、哪次测量"))
    proofs = PhotosField(label=_("佐证"), required=False, help_text=_("照片或 PDF，可多选"))
    confirmed = forms.BooleanField(label=_("确认无误"), required=False,
                                   help_text=_("读数回落或超出合理范围时勾选"))  # fmt: skip


class MoneyForm(forms.Form):
    """A line for the books."""

    kind = forms.ChoiceField(label=_("款项"))
    amount = NumberField(label=_("金额（元）"), max_digits=16, decimal_places=2)
    day = day(_("日期"))
    document = forms.CharField(label=_("文号、合同号或凭证号"), max_length=60)
    source = forms.CharField(label=_("资金来源"), max_length=60, required=False, help_text=_("预算必填"))
    party = forms.CharField(label=_("合同对方"), max_length=100, required=False, help_text=_("合同必填"))
    contract = forms.ChoiceField(label=_("所属合同"), required=False, help_text=_("支付和验收必填"))

    def __init__(self, *args: Any, contracts: Any = (), **options: Any) -> None:
        super().__init__(*args, **options)
        kinds = [(code, label.text(language())) for code, label in money.KINDS.items()]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["contract"].choices = [("", "—"), *contracts]  # type: ignore[attr-defined]


class BackForm(forms.Form):
    """The document that says that it was wrong."""

    document = forms.CharField(label=_("更正依据（文号）"), max_length=60)


class TaskForm(forms.Form):
    """A task of the campaign."""

    problem = words(_("问题（事项）"))
    measure = words(_("措施"), required=False, rows=2)
    goal = words(_("目标"), required=False, rows=2)
    lead = forms.ChoiceField(label=_("牵头单位"))
    due_on = day(_("时限"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["lead"].choices = choices.units()  # type: ignore[attr-defined]


class Said(forms.Form):
    """A word that must be said."""

    words = words(_("说明"))


def _given(given: dict[str, Any]) -> actions.CampaignInput:
    """The form's words as rows."""
    units = {str(unit.pk): unit for unit in people.units().select_related("division")}
    lead = units[given["lead"]]
    return actions.CampaignInput(**{
        **given, "lead": lead, "supports": tuple(units[pk] for pk in given["supports"]),
        "leader": find_person(given["leader"], lead), "standards": tuple(_standards(given["standards"].split())),
    })  # fmt: skip


def _standards(codes: list[str]) -> list[Standard]:
    found = []
    for code in codes:
        known = [framework.standard_by_code(edition, code) for edition in framework.published_editions()]
        standard = next((each for each in known if each is not None), None)
        if standard is None:
            raise Refused("common.invalid", fields=(wrong("standards", "unknown", given=code[:20]),))
        found.append(standard)
    return found


@page("campaigns.edit")
def campaign_new(request: StaffRequest) -> HttpResponse:
    """Set up a campaign."""
    today = clock.today().date()
    initial = {"from_on": today, "until_on": today + timedelta(days=90), "kind": Kind.SIEGE}

    def run(given: dict[str, Any]) -> object:
        return actions.create_campaign(actor=request.actor, given=_given(given))

    back = reverse("desk:campaigns")
    return take(request, Step(SET_UP, Plan, run, reverse("desk:campaign_new"), back, gettext("攻坚行动"), initial))


@page("campaigns.view")
def campaign_move(request: StaffRequest, campaign_id: UUID, name: str) -> HttpResponse:
    """The form of one move, or of what is added to a campaign."""
    row = selectors.get_campaign_for(request.actor, campaign_id)
    added = {"target": _target, "money": _money, "task": _task, "amend": _amend}
    url, back = reverse("desk:campaign_move", args=[row.pk, name]), reverse("desk:campaign", args=[row.pk])
    if name in added:
        move, form, run, initial = added[name](request, row)
        return take(request, Step(move, form, run, url, back, row.title, initial))
    if name not in {each.name for each in CAMPAIGN.moves}:
        raise Refused("common.not_found")

    def move_on(given: dict[str, Any]) -> object:
        return actions.move_campaign(actor=request.actor, campaign_id=row.pk, move=name, **given)

    move = CAMPAIGN.move(name)
    return take(request, Step(move, Said if move.needs else forms.Form, move_on, url, back, row.title))


Added = tuple[Move, Any, Any, dict[str, Any]]


def _amend(request: StaffRequest, row: Campaign) -> Added:
    initial = {name: getattr(row, name) for name in Plan.base_fields if name not in ("standards", "supports", "leader")}
    initial |= {
        "lead": str(row.lead_id), "supports": [str(unit.pk) for unit in row.supports.all()],
        "standards": " ".join(row.standards.values_list("code", flat=True)),
        "leader": row.leader.username if row.leader else "",
    }  # fmt: skip

    def run(given: dict[str, Any]) -> object:
        return actions.amend_campaign(actor=request.actor, campaign_id=row.pk, given=_given(given))

    return CAMPAIGN.move("amend"), Plan, run, initial


def _target(request: StaffRequest, row: Campaign) -> Added:
    def run(given: dict[str, Any]) -> object:
        return actions.save_target(actor=request.actor, campaign_id=row.pk, given=actions.TargetInput(**given))

    return TARGET, TargetForm, run, {"baseline": 0, "direction": "more", "cumulative": True, "measure": "count"}


def _money(request: StaffRequest, row: Campaign) -> Added:
    found = selectors.contracts(row)
    offered = [(str(each.entry.pk), f"{each.entry.document} {each.entry.party}") for each in found]

    def form(*args: Any, **options: Any) -> MoneyForm:
        return MoneyForm(*args, contracts=offered, **options)

    def run(given: dict[str, Any]) -> object:
        contract = UUID(given["contract"]) if given["contract"] else None
        line = actions.MoneyInput(**{**given, "contract": contract})
        return actions.enter_money(actor=request.actor, campaign_id=row.pk, given=line)

    return MONEY, form, run, {"day": clock.today().date()}


def _task(request: StaffRequest, row: Campaign) -> Added:
    units = {str(unit.pk): unit for unit in people.units()}

    def run(given: dict[str, Any]) -> object:
        task = TaskInput(**{**given, "lead": units[given["lead"]]})
        return actions.set_task(actor=request.actor, campaign_id=row.pk, given=task)

    return TASK, TaskForm, run, {"lead": str(row.lead_id), "due_on": row.until_on}


@page("campaigns.view")
def target_edit(request: StaffRequest, target_id: UUID) -> HttpResponse:
    """Change a target."""
    row = selectors.get_target_for(request.actor, target_id)

    def run(given: dict[str, Any]) -> object:
        target = actions.TargetInput(**given, id=row.pk)
        return actions.save_target(actor=request.actor, campaign_id=row.campaign_id, given=target)

    initial = {name: getattr(row, name) for name in TargetForm.base_fields}
    initial["plan"] = "\n".join(f"{first} {value}" for first, value in row.plan)
    return take(request, _step(TARGET, TargetForm, run, "target_edit", row, initial))


class Why(forms.Form):
    """The reason."""

    words = forms.CharField(label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
                            help_text=_("取消后不再计入进度，读数仍可查看；不能恢复，只能重新设定"))  # fmt: skip


@page("campaigns.decide")
def target_drop(request: StaffRequest, target_id: UUID) -> HttpResponse:
    """Drop a target for good, with the reason."""
    row = selectors.get_target_for(request.actor, target_id)

    def run(given: dict[str, Any]) -> object:
        return actions.drop_target(actor=request.actor, target_id=row.pk, **given)

    return take(request, _step(DROP, Why, run, "target_drop", row, {}))


@page("campaigns.view")
def reading_new(request: StaffRequest, target_id: UUID) -> HttpResponse:
    """Record a reading; a doubtful one comes back once with its reason."""
    row = selectors.get_target_for(request.actor, target_id)

    def run(given: dict[str, Any]) -> object:
        proofs = [file.read() for file in given.pop("proofs")]
        return actions.record_reading(actor=request.actor, target_id=row.pk, proofs=proofs, **given)

    return take(request, _step(READ, ReadingForm, run, "reading_new", row, {"day": clock.today().date()}))


def _step(move: Move, form: Any, run: Any, name: str, row: Target, initial: dict[str, Any]) -> Step:
    back = reverse("desk:campaign", args=[row.campaign_id])
    return Step(move, form, run, reverse(f"desk:{name}", args=[row.pk]), back, row.name, initial)


@page("campaigns.view")
def money_back(request: StaffRequest, entry_id: UUID) -> HttpResponse:
    """Take a line of the books back."""
    entry = selectors.get_entry_for(request.actor, entry_id)

    def run(given: dict[str, Any]) -> object:
        return actions.take_back(actor=request.actor, entry_id=entry.pk, **given)

    back = reverse("desk:campaign", args=[entry.campaign_id])
    return take(request, Step(BACK, BackForm, run, reverse("desk:money_back", args=[entry.pk]), back, entry.document))
