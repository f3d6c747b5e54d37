"""What is done with a shop: registering, checking, reminding, the notice, and what comes of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chuangcheng.desk import choices, prints
from chuangcheng.desk.forms import DayInput, NumberField, PhotosField
from chuangcheng.desk.moving import Moves, Step, plainly, take
from chuangcheng.desk.sites.shops import shop_url, views
from chuangcheng.kernel import clock
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.people.models import Unit
from chuangcheng.people.selectors import units
from chuangcheng.places.models import Division
from chuangcheng.sites.shops import actions, compliance, rectification, selectors
from chuangcheng.sites.shops.actions import ShopInput
from chuangcheng.sites.shops.models import Rectification, Shop
from chuangcheng.sites.states import RECTIFICATION, SHOP, WITHDRAWALS
from chuangcheng.web.pages import leave, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, Listing

SAVE = Move("save", (), None, actions.EDIT, Label("保存", "Save"))
REMIND = Label("提醒", "Remind")


class ShopForm(forms.Form):
    """A shop in the words of the register."""

    code = forms.CharField(label=_("编号"), max_length=30)
    name = forms.CharField(label=_("店名"), max_length=100)
    trade = forms.CharField(label=_("行业"), max_length=30, required=False)
    road = forms.CharField(label=_("路名"), max_length=60)
    door = forms.CharField(label=_("门牌号"), max_length=30, required=False)
    division = forms.ModelChoiceField(
        label=_("所在社区"), queryset=Division.objects.filter(level="community").order_by("path"), required=False,
        help_text=_("有经纬度时以边界为准"),
    )  # fmt: skip
    lat = forms.FloatField(label=_("纬度"), required=False, help_text=_("WGS-84 十进制度"))
    lon = forms.FloatField(label=_("经度"), required=False)
    front_metres = NumberField(label=_("门面宽度（米）"), required=False, decimal_places=1, max_digits=6)
    credit_code = forms.CharField(label=_("统一社会信用代码"), max_length=18, required=False)
    signed_on = forms.DateField(label=_("签订日期"), required=False, widget=DayInput())
    sheet_no = forms.CharField(label=_("责任书编号"), max_length=30, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["division"].label_from_instance = lambda row: row.name  # type: ignore[attr-defined]
        if self.initial.get("code"):
            self.fields["code"].disabled = True


@page("shops.edit")
def shop_new(request: StaffRequest) -> HttpResponse:
    """Register a shop."""

    def run(given: dict[str, Any]) -> object:
        if Shop.objects.filter(code=given["code"].strip()).exists():
            raise Refused("sites.code_taken", given=given["code"])
        return actions.save_shop(actor=request.actor, given=ShopInput(**given))

    return take(
        request, Step(SAVE, ShopForm, run, reverse("desk:shop_new"), reverse("desk:shops"), gettext("登记门店"))
    )


@page("shops.edit")
def shop_edit(request: StaffRequest, shop_id: UUID) -> HttpResponse:
    """Change what stands in the register."""
    shop = selectors.get_shop_for(request.actor, shop_id)

    def run(given: dict[str, Any]) -> object:
        return actions.save_shop(actor=request.actor, given=ShopInput(**{**given, "code": shop.code}))

    initial = {name: getattr(shop, name) for name in ShopForm.base_fields}
    step = Step(SAVE, ShopForm, run, reverse("desk:shop_edit", args=[shop.pk]), shop_url(shop), shop.name, initial)
    return take(request, step)


SHOP_MOVES = Moves(SHOP.move, "desk:shop_move", shop_url, plainly("shop_id", {
    "shut": (forms.Form, actions.shut_shop),
    "move_out": (forms.Form, actions.move_shop_out),
    "reopen": (forms.Form, actions.reopen_shop),
}))  # fmt: skip


@page("shops.edit")
def shop_move(request: StaffRequest, shop_id: UUID, name: str) -> HttpResponse:
    """Closed, moved away, open again."""
    shop = selectors.get_shop_for(request.actor, shop_id)
    return SHOP_MOVES.take(request, shop, name, subject=shop.name)


@page("shops.check")
@require_POST
def remind(request: StaffRequest, check_id: UUID) -> HttpResponse:
    """Remind the shop of what this check found."""
    check = selectors.get_check_for(request.actor, check_id)
    rectification.remind_shop(actor=request.actor, check_id=check.pk)
    return leave(request, shop_url(check.shop))


class Serve(forms.Form):
    """What must be done, by when."""

    demand = forms.CharField(label=_("整改要求"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))
    due_on = forms.DateField(label=_("整改期限"), widget=DayInput())


class Settle(forms.Form):
    """Looked at again."""

    photos = PhotosField(label=_("整改后照片"), required=False)


class HandOver(forms.Form):
    """To whom."""

    unit = forms.ChoiceField(label=_("执法部门"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].choices = [("", gettext("请选择")), *choices.units()]  # type: ignore[attr-defined]

    def clean_unit(self) -> Unit:
        """The unit itself."""
        found: Unit = units().get(pk=self.cleaned_data["unit"])
        return found


class Penalty(forms.Form):
    """The enforcement body's own document."""

    document_number = forms.CharField(label=_("处罚文书编号"), max_length=60,
                                      help_text=_("处罚由执法部门依法作出，这里只登记文书编号和日期。"))  # fmt: skip
    document_on = forms.DateField(label=_("文书日期"), widget=DayInput())


class Withdraw(forms.Form):
    """Why it is taken back."""

    reason_code = forms.ChoiceField(label=_("理由"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offered = [(code, label.text(language())) for code, label in WITHDRAWALS.items()]
        self.fields["reason_code"].choices = offered  # type: ignore[attr-defined]


def _settle(*, photos: Any, **given: Any) -> object:
    return rectification.settle_rectification(**given, shots=tuple(file.read() for file in photos))


MOVES = Moves(RECTIFICATION.move, "desk:rectification_move", lambda row: shop_url(row.shop), plainly(
    "rectification_id", {
        "serve": (Serve, rectification.serve_notice),
        "settle": (Settle, _settle),
        "hand_over": (HandOver, rectification.hand_over),
        "note_penalty": (Penalty, rectification.note_penalty),
        "note_none": (forms.Form, rectification.note_no_penalty),
        "withdraw": (Withdraw, rectification.withdraw_rectification),
    },
))  # fmt: skip


@page("shops.view")
def rectification_move(request: StaffRequest, rectification_id: UUID, name: str) -> HttpResponse:
    """The form of one move."""
    row = selectors.get_rectification_for(request.actor, rectification_id)
    initial = None
    if name == "serve":
        asked = "、".join(compliance.DUTIES[aspect].zh for aspect in row.aspects)
        words = {"hygiene": "清扫门前地面，清除垃圾污渍", "greening": "恢复门前绿地，不得占压损毁",
                 "order": "收回店外摆放物品，规范车辆停放"}  # fmt: skip
        demand = f"门前{asked}责任未落实。请" + "；".join(words[aspect] for aspect in row.aspects) + "。"
        initial = {"demand": demand, "due_on": clock.today().date() + timedelta(days=3)}
    return MOVES.take(request, row, name, initial=initial)


@page("shops.view")
def notice_print(request: StaffRequest, rectification_id: UUID) -> HttpResponse:
    """The rectification notice to serve, with the slip to sign."""
    row = selectors.get_rectification_for(request.actor, rectification_id)
    if row.served_at is None or row.served_by is None or row.due_on is None:
        raise Refused("common.not_found")
    shop = row.shop
    letter = prints.Letter(
        title="门前三包责任整改通知书",
        number=f"编号：{row.number}",
        to=shop.name,
        paragraphs=[
            f"经{prints.chinese_day(row.shop_check.happened_at)}检查，位于{shop.division.name}{shop.address}的你（单位）门前责任区"
            f"存在{'、'.join(compliance.DUTIES[aspect].zh for aspect in row.aspects)}责任未落实的情形。",
            f"整改要求：{row.demand}",
            f"请于{prints.chinese_day(row.due_on)}前完成整改。逾期未整改的，将依法移交有关执法部门处理。",
            "对本通知有异议的，可在整改期限内向本单位说明。",
        ],
        signed=row.served_by.name,
        day=prints.chinese_day(row.served_at),
        receipt=[f"送达回执　编号：{row.number}", "签收人：　　　　　　　　　签收日期：　　　年　　月　　日"],
    )  # fmt: skip
    return prints.download(prints.print_letter(letter, row.served_at), f"整改通知书{row.number}.pdf")


def _state_choices(_request: HttpRequest) -> list[Choice]:
    return [(state.code, state.label.text(language())) for state in RECTIFICATION.states]


def _late(rows: QuerySet[Rectification], _value: str) -> QuerySet[Rectification]:
    return rows.filter(state="noticed", due_on__lt=clock.today().date())


LISTING = Listing(
    "rectifications",
    _("提醒与整改"),
    columns=(
        Column("number", _("编号"), lambda row: row.number, sort="number", url=lambda row: shop_url(row.shop)),
        Column("shop", _("店名"), lambda row: row.shop.name, wide=True),
        Column("address", _("路名门牌"), lambda row: row.shop.address),
        Column("area", _("社区"), lambda row: row.shop.division.name),
        Column("aspects", _("未落实"), lambda row: "、".join(
            compliance.DUTIES[name].text(language()) for name in row.aspects)),
        Column("reminded", _("提醒时间"), lambda row: row.reminded_at, sort="reminded_at"),
        Column("due", _("整改期限"), lambda row: row.due_on),
        Column("state", _("状态"), lambda row: row.get_state_display(), template="desk/cells/state.html", corner=True),
        Column("document", _("处罚文书"), lambda row: row.document_number, shown=False),
    ),
    filters=(
        Filter("state", _("状态"), lambda rows, value: rows.filter(state=value), _state_choices),
        Filter("area", _("区域"), lambda rows, value: rows.filter(shop__division_path__startswith=value),
               choices.areas),
        Filter("late", _("逾期"), _late, lambda _r: [("yes", _("逾期未整改"))]),
    ),
    sort="-reminded",
)  # fmt: skip


@page("shops.view")
def rectification_list(request: StaffRequest) -> HttpResponseBase:
    """Reminders and notices."""
    rows = selectors.visible_rectifications(request.actor)
    return LISTING.respond(request, rows, "desk/rectifications.html", {"views": views("rectifications")})
