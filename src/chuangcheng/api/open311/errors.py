"""Refusals in GeoReport's own form: a list of ``code`` and ``description``, under 404, 403 or 400."""

from __future__ import annotations

import logging

from django.core.exceptions import BadRequest, SuspiciousOperation, TooManyFilesSent
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

from chuangcheng.api.open311.answers import answer
from chuangcheng.api.problems import language_of
from chuangcheng.kernel.problems import Refused

logger = logging.getLogger(__name__)
#: Statuses that are kept beside 404: HTTP's own affairs, which a client's library handles. All else becomes 400.
_KEPT = frozenset({403, 404, 405, 429, 500, 503})
_UNREADABLE = (BadRequest, SuspiciousOperation, UnreadablePostError, MultiPartParserError, TooManyFilesSent)


class Faults(Exception):
    """Everything that is wrong with a request, told at once."""

    def __init__(self, *found: Refused) -> None:
        super().__init__(*found)
        self.found = found


def refuse(request: HttpRequest, form: str, error: Exception) -> HttpResponse:
    """The answer to anything that was raised behind this door."""
    found = error.found if isinstance(error, Faults) else (_refusal(request, error),)
    language = language_of(request)
    status = _status(found[0])
    body = [
        {"code": _status(refused), "description": description}
        for refused in found
        for description in _descriptions(refused, language)
    ]
    headers = {"Content-Language": "en" if language == "en" else "zh-Hans"}
    if "seconds" in found[0].params or status == 503:
        headers["Retry-After"] = str(found[0].params.get("seconds", 1))
    return answer(form, "errors", body, status=status, headers=headers)


def _refusal(request: HttpRequest, error: Exception) -> Refused:
    if isinstance(error, Refused):
        return error
    if isinstance(error, _UNREADABLE):
        return Refused("api.bad_request")
    logger.error("%s %s", request.method, request.path, exc_info=error)
    if isinstance(error, DataError):
        return Refused("common.invalid")
    return Refused("api.busy" if isinstance(error, OperationalError | InterfaceError) else "common.internal")


def _status(refused: Refused) -> int:
    status = 403 if refused.problem.status == 401 else refused.problem.status
    return status if status in _KEPT else 400


def _descriptions(refused: Refused, language: str) -> list[str]:
    """The sentence with our stable code behind it, once for each field that is to blame."""
    if not refused.fields:
        return [f"{refused.message(language)} ({refused.code})"]
    return [f"{field.field}: {field.said(language)} ({refused.code})" for field in refused.fields]
