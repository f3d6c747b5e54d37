"""Citizens' pages: report what you saw, follow what becomes of it. No sign-in; the report itself is sent to the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chuangcheng.cases import actions, selectors
from chuangcheng.cases.models import Report
from chuangcheng.cases.states import REFUSALS, REPORT
from chuangcheng.framework import selectors as framework
from chuangcheng.kernel.problems import Refused
from chuangcheng.portal.forms import CodeForm, FindForm
from chuangcheng.portal.story import stage_of, steps_of
from chuangcheng.web import limits
from chuangcheng.web.pages import holds, public
from chuangcheng.web.problems import language, problem_response

SUGGESTED = 10


@public
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The city's front door: citizens choose what to do, staff go to their desk."""
    if holds(request, "desk.enter"):
        return redirect("desk:home")
    if holds(request, "field.enter"):
        return redirect("field:home")
    return render(request, "portal/home.html")


@public
@require_GET
def report(request: HttpRequest) -> HttpResponse:
    """随手拍: photo, kind of problem, send."""
    suggested = [category for category in framework.categories() if category.is_top][:SUGGESTED]
    context = {
        "here": "report",
        "categories": suggested,
        "max_mb": settings.CITY.photo_max_mb,
        "words": _words(),
    }
    return render(request, "portal/report.html", context)


def _words() -> dict[str, str]:
    """What the page's script says, in the reader's language."""
    return {
        "locating": _("正在定位…"),
        "located": _("已定位，误差约 {metres} 米"),
        "noPlace": _("没能取得位置，请写一下地址。"),
        "sending": _("正在发送…内容还在您的手机上。"),
        "photo": _("文字已送达，正在发送第 {n} 张照片，共 {of} 张…"),
        "offline": _("网络不通。内容还在您的手机上，请别关闭此页，稍后再按“发送”。"),
        "tooMany": _("最多九张照片。"),
        "tooLarge": _("这张照片太大，请换一张。"),
        "needText": _("请选一个问题，或写一句话。"),
        "needPlace": _("请定位，或写一下地址。"),
    }


@public
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """By number and code to the tracking page."""
    form = FindForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            limits.check(request, "code")
            found = selectors.public_report_by_number(form.cleaned_data["number"], form.cleaned_data["code"])
            return redirect("portal:track", found.pk)
        except Refused as refused:
            wrong = refused.code == "common.not_found"
            form.add_error(None, _("编号或查询码不对，请再核对一下。") if wrong else refused.message(language()))
    return render(request, "portal/find.html", {"here": "track", "form": form}, status=422 if form.errors else 200)


@public
@require_GET
def track(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """What became of the report, for whoever has its link."""
    return _tracking(request, report_id, CodeForm())


@public
@require_POST
def withdraw(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """The reporter takes it back."""
    return _act(request, report_id, actions.withdraw_report)


@public
@require_POST
def object_once(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """The reporter objects to a refusal."""
    return _act(request, report_id, actions.object_to_refusal)


def _act(request: HttpRequest, report_id: UUID, action: Any) -> HttpResponse:
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            limits.check(request, "code")
            action(report_id=report_id, code=form.cleaned_data["code"])
            return HttpResponseRedirect("..")
        except Refused as refused:
            form.add_error("code", refused.message(language()))
    return _tracking(request, report_id, form)


def _tracking(request: HttpRequest, report_id: UUID, form: CodeForm) -> HttpResponse:
    try:
        limits.check(request, "read")
        found = selectors.public_report(report_id)
    except Refused as refused:
        return problem_response(refused, request)
    context = {"here": "track", "form": form, "report": found, "stage": stage_of(found), "steps": steps_of(found),
               "reason": REFUSALS.get(found.reason_code), **_possible(found)}  # fmt: skip
    return render(request, "portal/track.html", context, status=422 if form.errors else 200)


def _possible(found: Report) -> dict[str, bool]:
    names = {move.name for move in REPORT.moves_from(found.state)}
    return {"can_withdraw": "withdraw" in names, "can_object": "object" in names and not found.objected}
