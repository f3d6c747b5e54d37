"""Error pages: what happened, what to do next, in the page's language."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from chuangcheng.kernel.problems import Refused
from chuangcheng.web.problems import problem_response, wants_json


def show(request: HttpRequest, status: int, detail: str) -> HttpResponse:
    """The error page with one sentence."""
    return render(request, "web/error.html", {"status": status, "detail": detail}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    said = str(exception) if isinstance(exception, BadRequest) else ""
    return show(request, 400, said or _("请求不完整或格式有误。"))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """403."""
    return show(request, 403, _("您的岗位无权查看此页。"))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """404: as JSON for scripts."""
    if wants_json(request):
        return problem_response(Refused("common.not_found"), request)
    return show(request, 404, _("没有这个页面，或您无权查看。"))


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a page that needs neither database nor session."""
    if wants_json(request):
        return problem_response(Refused("common.internal"), request)
    return render(None, "web/broken.html", status=500)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """429 of the sign-in pages."""
    return problem_response(Refused("common.too_many", seconds=60), request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """The form was open too long, or came from elsewhere."""
    return show(request, 403, _("页面停留过久或来源不明，为安全起见未提交。请返回、刷新后再提交。"))


def locked_out(request: HttpRequest, credentials: dict[str, str], *args: object, **kwargs: object) -> HttpResponse:  # noqa: ARG001
    """Too many wrong passwords."""
    return show(request, 429, _("密码错误次数过多，账号已暂时锁定，请 15 分钟后再试，或联系创城办。"))
