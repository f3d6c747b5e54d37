"""Webhooks: which systems hear of which events, how telling them went, and telling them again."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as now_said
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from chuangcheng.desk.notices.pages import said_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.notices.webhooks import endpoints, topics
from chuangcheng.notices.webhooks.models import Endpoint, Sending, SendingState
from chuangcheng.web.pages import leave, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Column, Filter, Listing

RIGHT = endpoints.RIGHT
DAYS = (1, 3, 7, 30)


def endpoint_url(endpoint: Endpoint) -> str:
    """The page of an endpoint."""
    return reverse("desk:webhook", args=[endpoint.pk])


def sending_url(sending: Sending) -> str:
    """The page of one message to one endpoint."""
    return reverse("desk:webhook_sending", args=[sending.pk])


def _due(sending: Sending) -> datetime | None:
    return sending.due_at if sending.state == SendingState.WAITING else None


def _endpoints(request: HttpRequest) -> list[tuple[str, str]]:
    return [(str(row.pk), row.name) for row in endpoints.endpoints(request.actor)]  # type: ignore[attr-defined]


def _of_endpoint(rows: QuerySet[Sending], value: str) -> QuerySet[Sending]:
    return rows.filter(endpoint=UUID(value))


def _states(_request: HttpRequest) -> list[tuple[str, str]]:
    return [(code, now_said(str(label))) for code, label in SendingState.choices]


def _topics(_request: HttpRequest | None = None) -> list[tuple[str, str]]:
    return [(topic, label.text(language())) for topic, label in topics.declared().items()]


LOG = Listing(
    "sendings",
    _("推送日志"),
    columns=(
        Column("updated", _("时间"), lambda row: row.updated_at, sort="updated_at"),
        Column("endpoint", _("对方系统"), lambda row: row.endpoint.name),
        Column("topic", _("事件"), lambda row: topics.label_of(row.message.topic).text(language()), url=sending_url),
        Column("subject", _("对象编号"), lambda row: row.message.subject_id, shown=False),
        Column("message", _("消息编号"), lambda row: f"msg_{row.message_id.hex}", shown=False),
        Column("state", _("状态"), lambda row: row.get_state_display(), template="desk/cells/state.html", corner=True),
        Column("status", _("应答"), lambda row: row.status, number=True),
        Column("attempts", _("次数"), lambda row: row.attempts, number=True),
        Column("error", _("原因"), lambda row: said_of(row.error), wide=True),
        Column(
            "due", _("下次发送"), lambda row: row.due_at if row.state == SendingState.WAITING else None, shown=False
        ),
    ),
    filters=(
        Filter("endpoint", _("对方系统"), _of_endpoint, _endpoints),
        Filter("state", _("状态"), lambda rows, value: rows.filter(state=value), _states),
        Filter("topic", _("事件"), lambda rows, value: rows.filter(message__topic=value), _topics),
    ),
    sort="-updated",
)


class Setup(forms.Form):
    """Another system's address and what it wants to hear."""

    name = forms.CharField(label=_("对方系统"), max_length=40)
    url = forms.CharField(
        label=_("接收地址"), max_length=endpoints.LONGEST, required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("https 地址，可含令牌；保存后不再显示。"),
    )  # fmt: skip
    topics = forms.MultipleChoiceField(label=_("事件"), widget=forms.CheckboxSelectMultiple, required=False)

    def __init__(self, *args: object, known: bool) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.fields["url"].required = not known
        self.fields["topics"].choices = _topics()  # type: ignore[attr-defined]


@page(RIGHT)
def webhook_list(request: StaffRequest) -> HttpResponseBase:
    """The endpoints, and the log below them."""
    context = {"endpoints": endpoints.endpoints(request.actor), "now": clock.now()}
    return LOG.respond(request, endpoints.log_of(request.actor), "desk/webhooks.html", context)


@page(RIGHT)
def new_webhook(request: StaffRequest) -> HttpResponse:
    """Set an endpoint up; its secret is shown once, on the page that answers."""
    return _edit(request, None)


@page(RIGHT)
def edit_webhook(request: StaffRequest, endpoint_id: UUID) -> HttpResponse:
    """Change an endpoint, test it, change its secret, switch it off, tell it again what it missed."""
    return _edit(request, endpoints.get_endpoint_for(request.actor, endpoint_id))


@page(RIGHT)
@require_POST
def rotate_webhook(request: StaffRequest, endpoint_id: UUID) -> HttpResponse:
    """A new secret, shown once."""
    secret = endpoints.rotate_secret(actor=request.actor, endpoint_id=endpoint_id)
    endpoint = endpoints.get_endpoint_for(request.actor, endpoint_id)
    return _show_secret(request, endpoint, secret)


@page(RIGHT)
@require_POST
def switch_webhook(request: StaffRequest, endpoint_id: UUID) -> HttpResponse:
    """Switch an endpoint on or off."""
    wanted = request.POST.get("enabled") == "yes"
    endpoint = endpoints.switch_endpoint(actor=request.actor, endpoint_id=endpoint_id, enabled=wanted)
    return leave(request, endpoint_url(endpoint))


@page(RIGHT)
@require_POST
def ping_webhook(request: StaffRequest, endpoint_id: UUID) -> HttpResponse:
    """Tell it that it is being tested; the log says how that went."""
    endpoints.ping(actor=request.actor, endpoint_id=endpoint_id)
    messages.success(request, now_said("测试消息已排队，结果见推送日志。"))
    return leave(request, f"{reverse('desk:webhooks')}?endpoint={endpoint_id}")


@page(RIGHT)
@require_POST
def replay_webhook(request: StaffRequest, endpoint_id: UUID) -> HttpResponse:
    """Tell it again what failed in the last days."""
    asked = request.POST.get("days", "")
    days = int(asked) if asked.isdecimal() and int(asked) in DAYS else DAYS[0]
    since: datetime = clock.now() - timedelta(days=days)
    endpoints.get_endpoint_for(request.actor, endpoint_id)
    count = endpoints.replay_since(actor=request.actor, endpoint_id=endpoint_id, since=since)
    messages.success(request, ngettext("%(n)d 条消息将重新推送。", "%(n)d 条消息将重新推送。", count) % {"n": count})
    return leave(request, f"{reverse('desk:webhooks')}?endpoint={endpoint_id}")


@page(RIGHT)
def sending_page(request: StaffRequest, sending_id: UUID) -> HttpResponse:
    """One message to one endpoint: what was said, and how telling it went."""
    sending = endpoints.get_sending_for(request.actor, sending_id)
    body = json.dumps(json.loads(sending.message.body), ensure_ascii=False, indent=2)
    context = {
        "sending": sending,
        "body": body,
        "topic": topics.label_of(sending.message.topic),
        "reason": said_of(sending.error),
    }
    return render(request, "desk/webhook_sending.html", context)


@page(RIGHT)
@require_POST
def replay_sending(request: StaffRequest, sending_id: UUID) -> HttpResponse:
    """Tell one message again."""
    endpoints.replay(actor=request.actor, sending_id=sending_id)
    messages.success(request, now_said("消息将重新推送。"))
    return leave(request, reverse("desk:webhook_sending", args=[sending_id]))


def _edit(request: StaffRequest, endpoint: Endpoint | None) -> HttpResponse:
    form = Setup(request.POST or None, known=endpoint is not None)
    form.initial = {"name": endpoint.name, "topics": endpoint.topics} if endpoint else {}
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                saved, secret = endpoints.save_endpoint(
                    actor=request.actor, name=form.cleaned_data["name"], url=form.cleaned_data["url"],
                    wanted=form.cleaned_data["topics"], endpoint_id=endpoint.pk if endpoint else None,
                )  # fmt: skip
            except Refused as refused:
                form.add_error(None, refused.message(language()))
            else:
                return _show_secret(request, saved, secret) if secret else leave(request, endpoint_url(saved))
        status = 422
    context = {"form": form, "endpoint": endpoint, "days": DAYS}
    return render(request, "desk/webhook.html", context, status=status)


def _show_secret(request: StaffRequest, endpoint: Endpoint, secret: str) -> HttpResponse:
    response = render(request, "desk/webhook_secret.html", {"endpoint": endpoint, "secret": secret})
    response.headers["Cache-Control"] = "no-store"
    return response
