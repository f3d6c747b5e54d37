"""One's own notices, what one wants to get, and the notices that did not arrive."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as now_said
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from chuangcheng.kernel.problems import Refused
from chuangcheng.notices import actions, devices, preferences, selectors
from chuangcheng.notices.channels import reason_of, web_push
from chuangcheng.notices.models import ChannelKind, Delivery, Notice
from chuangcheng.notices.preferences import Chosen
from chuangcheng.web.pages import SIGNED_IN, leave, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Column, Filter, Listing
from chuangcheng.web.templatetags.parts import notice_text

LONGEST_BODY = 4096
HOURS = [(hour, f"{hour:02d}:00") for hour in range(24)]


def notice_url(notice: Notice) -> str:
    """Opening it marks it read and leads on."""
    return reverse("desk:notice", args=[notice.pk])


def said_of(code: str) -> str:
    """Why something was not sent, in the reader's language."""
    return reason_of(code).text(language()) if code else ""


def _through(delivery: Delivery) -> str:
    kind = now_said(str(ChannelKind(delivery.channel).label)) if delivery.channel in ChannelKind.values else ""
    return f"{kind or delivery.channel} {delivery.through.name if delivery.through else ''}".rstrip()


def _unread(rows: QuerySet[Notice], value: str) -> QuerySet[Notice]:
    return rows.filter(read_at=None) if value == "no" else rows.exclude(read_at=None)


def _read_choices(_request: HttpRequest) -> list[tuple[str, str]]:
    return [("no", now_said("未读")), ("yes", now_said("已读"))]


NOTICES = Listing(
    "notices",
    _("我的通知"),
    columns=(
        Column("text", _("内容"), notice_text, wide=True, url=notice_url),
        Column("created", _("时间"), lambda row: row.created_at, sort="created_at"),
        Column("read", _("已读时间"), lambda row: row.read_at, corner=True),
    ),
    filters=(Filter("read", _("已读"), _unread, _read_choices),),
    sort="-created",
)
DELIVERIES = Listing(
    "deliveries",
    _("未送达的通知"),
    columns=(
        Column("updated", _("时间"), lambda row: row.updated_at, sort="updated_at"),
        Column("person", _("收件人"), lambda row: row.notice.person.name),
        Column("text", _("内容"), lambda row: notice_text(row.notice), wide=True),
        Column("channel", _("渠道"), _through),
        Column("state", _("状态"), lambda row: row.get_state_display(), template="desk/cells/state.html", corner=True),
        Column("attempts", _("次数"), lambda row: row.attempts, number=True),
        Column("error", _("原因"), lambda row: said_of(row.error), wide=True),
    ),
    sort="-updated",
)


@page(SIGNED_IN)
def open_notice(request: StaffRequest, notice_id: UUID) -> HttpResponse:
    """Only one's own notice can be opened; anything else is not found."""
    notice = actions.mark_read(actor=request.actor, notice_id=notice_id)
    if notice.url and url_has_allowed_host_and_scheme(notice.url, {request.get_host()}):
        return redirect(notice.url)
    return redirect("desk:home")


@page(SIGNED_IN)
def notice_list(request: StaffRequest) -> HttpResponseBase:
    """All of one's own notices, the newest first."""
    return NOTICES.respond(request, selectors.visible_to(request.actor), "desk/notices.html")


@page(SIGNED_IN)
@require_POST
def read_all(request: StaffRequest) -> HttpResponse:
    """Mark all of one's own as read."""
    actions.mark_all_read(actor=request.actor)
    return leave(request, reverse("desk:notices"))


@page("notices.failed")
def failed_notices(request: StaffRequest) -> HttpResponseBase:
    """Deliveries that failed, with the reason."""
    rows: QuerySet[Delivery] = selectors.troubled_deliveries(request.actor)
    return DELIVERIES.respond(request, rows, "desk/notices_failed.html")


@page("notices.retry")
@require_POST
def retry_failed(request: StaffRequest) -> HttpResponse:
    """Send all that failed again."""
    count = actions.retry_failed(actor=request.actor)
    said = ngettext("%(n)d 条通知将重新发送。", "%(n)d 条通知将重新发送。", count) % {"n": count}
    messages.success(request, said)
    return leave(request, reverse("desk:notices_failed"))


class Wishes(forms.Form):
    """What a person wants to get."""

    mail = forms.BooleanField(label=_("邮件"), required=False)
    web_push = forms.BooleanField(label=_("浏览器推送"), required=False)
    robot = forms.BooleanField(label=_("本单位群机器人"), required=False)
    app = forms.BooleanField(label=_("企业微信应用消息"), required=False)
    wecom = forms.CharField(
        label=_("企业微信账号"), required=False, max_length=64, help_text=_("通讯录中的账号（UserID），不是手机号。")
    )
    quiet_from = forms.TypedChoiceField(
        label=_("安静时段自"), choices=HOURS, coerce=int, help_text=_("此时段内只有紧急通知响铃，其余次日再发。")
    )
    quiet_to = forms.TypedChoiceField(
        label=_("至"), choices=HOURS, coerce=int, help_text=_("起止相同表示不设安静时段。")
    )


@page(SIGNED_IN)
def wishes(request: StaffRequest) -> HttpResponse:
    """By which ways one wants to be told, and when not."""
    chosen = preferences.mine(request.actor)
    form = Wishes(request.POST or None, initial={name: getattr(chosen, name) for name in Wishes.base_fields})
    status = 200
    if request.method == "POST":
        if form.is_valid() and _keep(request, form):
            return leave(request, reverse("desk:notice_wishes"))
        status = 422
    context: dict[str, Any] = {
        "form": form,
        "devices": devices.of(request.user.pk),
        "push_key": web_push.public_key(),
        "has_mail": bool(request.user.email),
    }
    return render(request, "desk/notice_wishes.html", context, status=status)


def _keep(request: StaffRequest, form: Wishes) -> bool:
    try:
        preferences.choose(actor=request.actor, chosen=replace(Chosen(), **form.cleaned_data))
    except Refused as refused:
        form.add_error(None, refused.message(language()))
        return False
    messages.success(request, now_said("已保存。"))
    return True


@page(SIGNED_IN)
@require_POST
def subscribe(request: StaffRequest) -> HttpResponse:
    """A browser's script brings its push subscription as JSON."""
    try:
        given = json.loads(request.body[: LONGEST_BODY + 1].decode()) if len(request.body) <= LONGEST_BODY else None
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise Refused("notices.bad_subscription")
    device = devices.subscribe(actor=request.actor, given=given)
    return JsonResponse({"id": str(device.pk)}, status=201)


@page(SIGNED_IN)
@require_POST
def unsubscribe(request: StaffRequest, device_id: UUID) -> HttpResponse:
    """Forget one of one's own browsers."""
    if not devices.unsubscribe(actor=request.actor, device_id=device_id):
        raise Refused("common.not_found")
    return leave(request, reverse("desk:notice_wishes"))


@page(SIGNED_IN)
def push_worker(request: StaffRequest) -> HttpResponse:
    """The script that a browser keeps to show pushed notices; it must come from below the pages it serves."""
    response = render(request, "desk/push_worker.js", content_type="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response
