"""Orders: the list with the three rates of 12345, the page of one, its moves, and the replies of a whole case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms as django_forms
from django.contrib import messages
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chuangcheng.cases import actions, order_rates, reading, selectors, timeline
from chuangcheng.cases.models import Order, Report, Satisfaction
from chuangcheng.cases.order_rates import ORDER_RATES, Rate
from chuangcheng.cases.replies import MAX_REPLY, template_for
from chuangcheng.cases.states import ORDER, REMOVAL, REMOVAL_VERBS, REMOVALS
from chuangcheng.desk import choices, forms
from chuangcheng.desk.cases import bulk
from chuangcheng.desk.moving import Given, Moves, Run, plainly
from chuangcheng.desk.periods import days_of
from chuangcheng.desk.pictures import of_order
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.states import Move
from chuangcheng.web.pages import page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Column, Filter, Listing
from chuangcheng.web.tables.columns import Choice, narrow, read

FAR = datetime.fromisoformat("9999-01-01T00:00:00+00:00")
#: A reply is due soon this long before its limit: it takes a person to write one.
SOON = timedelta(days=1)


def order_url(order: Order) -> str:
    """The page of an order."""
    return reverse("desk:order", args=[order.pk])


def _search(rows: QuerySet[Order], words: str) -> QuerySet[Order]:
    """By the number, or by what was reported."""
    found = selectors.search(Report.objects.all(), words)
    return rows.filter(Q(number__istartswith=words) | Q(report__in=found.values("pk")))


def _unit(rows: QuerySet[Order], value: str) -> QuerySet[Order]:
    case = "report__case"
    return rows.filter(Q(**{f"{case}__holder": value}) | Q(**{f"{case}__holder": None, f"{case}__responsible": value}))


def _limits(_request: HttpRequest | None = None) -> list[Choice]:
    return [
        ("overdue", _("超期未回复")), ("soon", _("一天内到期")), ("late", _("超期回复")), ("met", _("按期回复")),
        ("none", _("没有期限")),
    ]  # fmt: skip


def _against_limit(rows: QuerySet[Order], value: str) -> QuerySet[Order]:
    now = clock.now()
    waiting = Q(replied_at=None)
    rules = {
        "overdue": waiting & Q(due_at__lt=now),
        "soon": waiting & Q(due_at__gte=now, due_at__lt=now + SOON),
        "late": Q(replied_at__gt=F("due_at")),
        "met": Q(replied_at__lte=F("due_at")),
        "none": Q(due_at=None),
    }
    return rows.filter(rules[value])


def _results(_request: HttpRequest) -> list[Choice]:
    said = [(code, gettext(str(label))) for code, label in Satisfaction.choices]
    return [("solved", _("已解决")), ("unsolved", _("未解决")), *said, ("none", _("未回访"))]


def _with_result(rows: QuerySet[Order], value: str) -> QuerySet[Order]:
    if value in ("solved", "unsolved"):
        return rows.filter(solved=value == "solved")
    return rows.filter(called_back_at=None) if value == "none" else rows.filter(satisfied=value)


def _removals(_request: HttpRequest) -> list[Choice]:
    return [(state.code, state.label.text(language())) for state in REMOVAL.states]


_PARTS: dict[str, tuple[order_rates.Part, object]] = {
    "is": ("is", _("计入")), "of": ("of", _("应计")), "out": ("out", _("剔除")),
}  # fmt: skip


def _counted(_request: HttpRequest) -> list[Choice]:
    """The rows behind each rate, under the name ``response-of``."""
    return [
        (f"{each.name}-{part}", f"{each.label.text(language())} · {word}")
        for each in ORDER_RATES
        for part, word in _PARTS.values()
    ]


def _behind(rows: QuerySet[Order], value: str) -> QuerySet[Order]:
    name, _dash, part = value.partition("-")
    return order_rates.rows_behind(rows, name, clock.now(), _PARTS[part][0])


def result_words(order: Order) -> str:
    """``已解决 · 满意``: what the caller said, empty before the call-back."""
    solved = {True: gettext("已解决"), False: gettext("未解决"), None: ""}[order.solved]
    satisfied = gettext(str(order.get_satisfied_display())) if order.satisfied else ""
    return " · ".join(word for word in (solved, satisfied) if word)


def _holder(order: Order) -> str:
    unit = order.case and (order.case.holder or order.case.responsible)
    return unit.short_name if unit else ""


FILTERS = (
    Filter("q", _("搜索"), _search, kind="search"),
    Filter("state", _("状态"), lambda rows, value: rows.filter(state=value),
           lambda _r: [(state.code, state.label.text(language())) for state in ORDER.states]),
    Filter("limit", _("期限"), _against_limit, _limits),
    Filter("unit", _("单位"), _unit, choices.units),
    Filter("result", _("回访结果"), _with_result, _results),
    Filter("removal", _("剔除"), lambda rows, value: rows.filter(removal_state=value), _removals),
    Filter("source", _("来源"), lambda rows, value: rows.filter(source=value), choices.sources),
    Filter("area", _("区域"), lambda rows, value: rows.filter(report__division_path__startswith=value), choices.areas,
           quiet=True),
    Filter("rate", _("三率"), _behind, _counted, quiet=True),
    *days_of("received", "received_at", _("接收自"), _("接收至")),
    *days_of("due", "due_at", _("到期自"), _("到期至")),
)  # fmt: skip
LISTING = Listing(
    "orders",
    _("工单"),
    columns=(
        Column("number", _("工单编号"), lambda row: row.number, url=order_url),
        Column("text", _("诉求"), lambda row: reading.masked(row.report.text),
               template="desk/cells/order_text.html", wide=True),
        Column("unit", _("承办单位"), _holder),
        Column("state", _("状态"), lambda row: gettext(row.get_state_display()), template="desk/cells/state.html"),
        Column("due", _("答复期限"), lambda row: row.due_at, template="desk/cells/order_due.html", sort="due_at",
               null_as=FAR, corner=True),
        Column("result", _("回访结果"), result_words),
        Column("removal", _("剔除"), lambda row: "" if row.removal_state == "none" else
               REMOVAL.state(row.removal_state).label.text(language())),
        Column("received", _("接收时间"), lambda row: row.received_at, sort="received_at"),
        Column("replied", _("回复时间"), lambda row: row.replied_at, shown=False),
        Column("source", _("来源"), lambda row: row.source, template="desk/cells/source.html", shown=False),
        Column("case", _("案件"), lambda row: row.case.number if row.case else "", shown=False),
        Column("report", _("上报"), lambda row: row.report.number, shown=False),
        Column("area", _("区域"), lambda row: row.report.division.name if row.report.division else "", shown=False),
    ),
    filters=FILTERS,
    sort="-received",
)  # fmt: skip


@dataclass(frozen=True)
class RateLine:
    """A rate with the addresses of the orders behind each of its numbers."""

    rate: Rate
    urls: dict[str, str]


@page("orders.view")
def order_list(request: StaffRequest) -> HttpResponseBase:
    """Orders, narrowed and sorted; the rates are those of the orders that the filters leave."""
    rows = selectors.visible_orders(request.actor)
    joined = rows.select_related("report__case__holder", "report__case__responsible", "report__division")
    context: dict[str, Any] = {"as_of": clock.now(), "picks": bulk.picks(request, bulk.ORDERS)}
    if "export" not in request.GET:
        context["rates"] = _rates(request, rows)
    return LISTING.respond(request, joined, "desk/orders.html", context)


def _rates(request: HttpRequest, rows: QuerySet[Order]) -> list[RateLine]:
    chosen = [shown for shown in read(FILTERS, request) if shown.filter.key != "rate"]
    found = order_rates.rates(narrow(rows, chosen), clock.now())
    kept = {shown.filter.key: shown.value for shown in chosen if shown.value}

    def url(name: str, part: str) -> str:
        return f"{reverse('desk:orders')}?{urlencode({**kept, 'rate': f'{name}-{part}'})}"

    return [RateLine(rate, {part: url(name, part) for part in _PARTS}) for name, rate in found.items()]


@page("orders.view")
def order_page(request: StaffRequest, order_id: UUID) -> HttpResponse:
    """One order: what was asked, the reply, how the caller found it, and its story."""
    order = selectors.get_order_for(request.actor, order_id)
    moves = selectors.order_moves_for(request.actor, order)
    context = {
        "order": order,
        "report": order.report,
        "words": reading.text_for(request.actor, order.report),
        "reply": reading.words_for(request.actor, order.report, order.reply_text),
        "case": order.case,
        "moves": moves,
        "may_draft": order.state == "open" and any(move.name == "draft" for move in moves),
        "template": template_for(order) if order.state == "open" else "",
        "result": result_words(order),
        "removal": REMOVAL.state(order.removal_state).label,
        "reason": REMOVALS.get(order.removal_reason),
        "pictures": of_order(order),
        "entries": timeline.of_order(order),
    }
    return render(request, "desk/order.html", context)


class Draft(django_forms.Form):
    """The words of the reply."""

    text = django_forms.CharField(
        label=_("回复内容"), max_length=MAX_REPLY, widget=django_forms.Textarea(attrs={"rows": 6}),
        help_text=_("已按办理结果拟好，可以修改。"),
    )  # fmt: skip


class Send(Draft):
    """The words as they go out."""

    text = django_forms.CharField(
        label=_("回复内容"), max_length=MAX_REPLY, widget=django_forms.Textarea(attrs={"rows": 6}),
        help_text=_("回复后不能再改。"),
    )  # fmt: skip


class AskRemoval(django_forms.Form):
    """Why the order shall count in no rate, with what shows it."""

    reason_code = django_forms.ChoiceField(label=_("理由"), widget=django_forms.RadioSelect)
    document = django_forms.CharField(
        label=_("文号"), max_length=80, required=False, help_text=_("佐证文件的文号，或者附照片，至少一样。")
    )
    photos = forms.PhotosField(label=_("佐证照片"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        said = [(code, label.text(language())) for code, label in REMOVALS.items()]
        self.fields["reason_code"].choices = said  # type: ignore[attr-defined]


def _ask_removal(actor: Actor, order: Order, given: Given) -> object:
    shots = [photo.read() for photo in given["photos"][:1]]
    return actions.ask_removal(
        actor=actor, order_id=order.pk, reason_code=given["reason_code"], document=given["document"],
        picture=shots[0] if shots else None,
    )  # fmt: skip


def _decide(granted: bool) -> Run:
    return lambda actor, order, _given: actions.decide_removal(actor=actor, order_id=order.pk, granted=granted)


def _move(name: str) -> Move:
    return (REMOVAL if name in REMOVAL_VERBS else ORDER).move(name)


MOVES = Moves(_move, "desk:order_move", order_url, {
    **plainly("order_id", {"draft": (Draft, actions.draft_reply), "send": (Send, actions.send_reply)}),
    "ask_removal": (AskRemoval, _ask_removal),
    "grant_removal": (forms.Nothing, _decide(True)),
    "decline_removal": (forms.Nothing, _decide(False)),
})  # fmt: skip


@page("orders.view")
def order_move(request: StaffRequest, order_id: UUID, name: str) -> HttpResponse:
    """The form of one move of an order."""
    order = selectors.get_order_for(request.actor, order_id)
    initial = {"text": order.reply_text or template_for(order)} if name in ("draft", "send") else None
    return MOVES.take(request, order, name, initial=initial, lead=reading.text_for(request.actor, order.report)[:120])


@page("orders.draft")
@require_POST
def draft(request: StaffRequest, order_id: UUID) -> HttpResponse:
    """One click: the reply as it writes itself from the outcome is kept as the draft."""
    order = actions.draft_reply(actor=request.actor, order_id=order_id)
    messages.success(request, gettext("%(number)s：已按办理结果拟好回复。") % {"number": order.number})
    return HttpResponseRedirect(order_url(order))


@page("orders.draft")
@require_POST
def case_replies(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """One click: every order of the case that nobody answered yet gets its draft."""
    count = len(actions.draft_replies(actor=request.actor, case_id=case_id))
    said = ngettext("已为 %(count)s 件工单拟好回复。", "已为 %(count)s 件工单拟好回复。", count) % {"count": count}
    messages.success(request, said)
    return HttpResponseRedirect(reverse("desk:case", args=[case_id]))
