"""Every refusal as ``application/problem+json`` (RFC 9457) with a code of the one catalogue."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as ParameterError

from chuangcheng.api.body import BadBody
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem, Refused

logger = logging.getLogger(__name__)
Handler = Callable[..., HttpResponse]

TITLES = {
    400: Label("请求有误", "Bad request"),
    401: Label("未登录", "Not signed in"),
    403: Label("无权限", "Not allowed"),
    404: Label("未找到", "Not found"),
    405: Label("方法不支持", "Method not allowed"),
    409: Label("状态冲突", "Conflict"),
    411: Label("缺少长度", "Length required"),
    413: Label("内容过大", "Too large"),
    422: Label("填写有误", "Not valid"),
    429: Label("过于频繁", "Too many requests"),
    500: Label("系统出错", "Server error"),
    503: Label("暂不可用", "Not available now"),
}

#: pydantic's kinds of error → our codes.
CODES = {
    "missing": "value.required",
    "extra_forbidden": "value.unknown",
    "string_type": "value.not_text",
    "string_unicode": "value.not_encodable",
    "string_pattern_mismatch": "value.bad_format",
    "string_too_long": "value.too_long",
    "string_too_short": "value.too_short",
    "too_long": "value.too_many",
    "float_type": "value.not_number",
    "float_parsing": "value.not_number",
    "finite_number": "value.not_number",
    "int_type": "value.not_number",
    "int_parsing": "value.not_number",
    "int_from_float": "value.not_number",
    "greater_than_equal": "value.too_small",
    "less_than_equal": "value.too_big",
    "uuid_type": "value.not_uuid",
    "uuid_parsing": "value.not_uuid",
    "datetime_type": "value.not_time",
    "datetime_parsing": "value.not_time",
    "datetime_from_date_parsing": "value.not_time",
    "datetime_object_invalid": "value.not_time",
    "timezone_aware": "common.naive_time",
    "literal_error": "value.not_listed",
    "list_type": "value.not_list",
    "model_type": "value.not_object",
    "model_attributes_type": "value.not_object",
    "both_or_neither": "value.both_or_neither",
    "swapped": "value.swapped",
    "future": "value.future",
    "too_old": "value.too_old",
    "not_day": "value.not_day",
    "not_rate": "value.not_listed",
    "not_counted": "value.not_listed",
    "beyond": "value.too_far",
    "repeated": "value.repeated",
}


#: Errors of a whole object → the fields of it that are to blame.
WHOLE = {
    "both_or_neither": ("lat", "lon"),
    "swapped": ("lat", "lon"),
    "repeated": ("photos",),
}


def language_of(request: HttpRequest) -> str:
    """``en`` when Accept-Language names English before Chinese, ``zh-hans`` when Chinese first, else the city's."""
    wanted = request.META.get("HTTP_ACCEPT_LANGUAGE", "")
    ranked = []
    for position, part in enumerate(wanted[:200].split(",")):
        tag, _, weight = part.strip().lower().partition(";q=")
        if tag[:2] in {"zh", "en"}:
            ranked.append((-_weight(weight), position, tag[:2]))
    if ranked:
        return "en" if min(ranked)[2] == "en" else "zh-hans"
    return str(settings.CITY.language)


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


def problem(
    request: HttpRequest,
    refused: Refused,
    *,
    errors: Iterable[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The answer to a refusal, in the caller's language."""
    language = language_of(request)
    status = refused.problem.status
    body = {
        "type": f"urn:chuangcheng:problem:{refused.code}",
        "code": refused.code,
        "title": TITLES.get(status, TITLES[400]).text(language),
        "status": status,
        "detail": refused.message(language),
        "errors": [*errors, *(_own(field, language) for field in refused.fields)],
    }
    data = json.dumps(body, ensure_ascii=False).encode(errors="replace")
    response = HttpResponse(
        data,
        status=status,
        content_type="application/problem+json",
        headers={
            "Content-Length": str(len(data)),
            "Content-Language": "en" if language == "en" else "zh-Hans",
            **(headers or {}),
        },
    )
    if "seconds" in refused.params:
        response["Retry-After"] = str(refused.params["seconds"])
    return response


def _own(field: FieldProblem, language: str) -> dict[str, str]:
    return {"field": field.field, "code": field.code, "message": field.said(language)}


def field_error(language: str, code: str, field: str, **params: Any) -> dict[str, str]:
    """One entry of ``errors``."""
    return {"field": field, "code": code, "message": Refused(code, **params).message(language)}


def from_pydantic(request: HttpRequest, found: Iterable[Mapping[str, Any]], *, skip: int = 0) -> HttpResponse:
    """422 naming each field; ``skip`` drops leading parts of a location ("body", "query")."""
    language = language_of(request)
    found = list(found)
    if any(error["type"] == "json_invalid" for error in found):
        return _unreadable(request, str(found[0].get("ctx", {}).get("error", "")))
    errors = [entry for error in found for entry in _entries(error, language, skip)]
    naive = [entry for entry in errors if entry["code"] == "common.naive_time"]
    if naive and len(naive) == len(errors):
        value = str(next(error.get("input", "") for error in found if error["type"] == "timezone_aware"))
        return problem(request, Refused("common.naive_time", value=value[:40]), errors=errors)
    return problem(request, Refused("common.invalid"), errors=errors)


def _unreadable(request: HttpRequest, reason: str) -> HttpResponse:
    # A lone surrogate is well-formed JSON that no UTF-8 can carry: the content is wrong, not the syntax.
    if "surrogate" in reason:
        error = field_error(language_of(request), "value.not_encodable", "")
        return problem(request, Refused("common.invalid"), errors=[error])
    return problem(request, Refused("api.not_json"))


def _entries(error: Mapping[str, Any], language: str, skip: int) -> list[dict[str, str]]:
    code = CODES.get(error["type"], "value.invalid")
    params = {**error.get("ctx", {}), "value": str(error.get("input", ""))[:40]}
    place = [str(part) for part in error["loc"][skip:]]
    names = WHOLE.get(error["type"])
    fields = [".".join([*place, name]) for name in names] if names else [".".join(place)]
    return [field_error(language, code, field, **params) for field in fields]


def install(api: NinjaAPI) -> None:
    """Register a handler for everything that may be raised behind the API."""
    handlers: dict[type[Exception], Handler] = {
        Refused: _refused,
        BadBody: _body,
        ParameterError: _parameters,
        RequestDataTooBig: _too_big,
        AuthenticationError: _always("common.sign_in", headers={"WWW-Authenticate": "Bearer"}),
        Http404: _always("common.not_found"),
        HttpError: _always("api.bad_request"),
        SuspiciousOperation: _always("api.bad_request"),
        UnreadablePostError: _always("api.bad_request"),
        DataError: _always("common.invalid", log=True),
        OperationalError: _always("api.busy", headers={"Retry-After": "1"}, log=True),
        InterfaceError: _always("api.busy", headers={"Retry-After": "1"}, log=True),
        Exception: _always("common.internal", log=True),
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def _always(code: str, *, headers: Mapping[str, str] | None = None, log: bool = False) -> Handler:
    def handle(request: HttpRequest, error: Exception) -> HttpResponse:
        if log:
            logger.error("%s %s", request.method, request.path, exc_info=error)
        return problem(request, Refused(code), headers=headers)

    return handle


def _parameters(request: HttpRequest, error: ParameterError) -> HttpResponse:
    return from_pydantic(request, error.errors, skip=1)


def _refused(request: HttpRequest, refused: Refused) -> HttpResponse:
    headers = {"WWW-Authenticate": "Bearer"} if refused.problem.status == 401 else None
    return problem(request, refused, headers=headers)


def _body(request: HttpRequest, error: BadBody) -> HttpResponse:
    return from_pydantic(request, error.errors)


def _too_big(request: HttpRequest, _: Exception) -> HttpResponse:
    limit = f"{settings.CITY.photo_max_mb} MB"
    return problem(request, Refused("common.too_large", limit=limit))
