"""Whether this process lives and may serve. Nothing is served while migrations are pending."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.db import Error as DatabaseError
from django.http import HttpRequest, JsonResponse

from chuangcheng.kernel.problems import catalogue
from chuangcheng.worker import migrating

CHECK_EVERY = 2.0  # seconds between looks at the database while it is not ready, or after it was
OPEN = ("/healthz", "/readyz", "/static/")
PROBLEM = "application/problem+json"

_lock = threading.Lock()
_state: dict[str, Any] = {"ready": False, "once": False, "look_at": 0.0}


def healthz(_request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def readyz(_request: HttpRequest) -> JsonResponse:
    """200 when the database answers and is up to date, else 503."""
    if is_ready():
        return JsonResponse({"status": "ready"})
    return JsonResponse(_problem(), status=503, content_type=PROBLEM, headers={"Retry-After": "2"})


def is_ready() -> bool:
    """Whether migrations are all applied; looked up every two seconds at most."""
    if time.monotonic() >= _state["look_at"]:
        with _lock:
            if time.monotonic() >= _state["look_at"]:
                _look()
    return bool(_state["ready"])


def _look() -> None:
    try:
        _state["ready"] = not migrating.pending()
    except DatabaseError:
        _state["ready"] = False
    _state["once"] = _state["once"] or _state["ready"]
    _state["look_at"] = time.monotonic() + CHECK_EVERY


def forget() -> None:
    """Look again at the next question (for tests)."""
    _state.update(ready=False, once=False, look_at=0.0)


Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def refuse_until_ready(application: Wsgi) -> Wsgi:
    """Wrap ``application``: 503 to everything but health and static files until the database has been ready once."""

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if _state["once"] or environ["PATH_INFO"].startswith(OPEN) or is_ready():
            return application(environ, start_response)
        start_response("503 Service Unavailable", [("Content-Type", PROBLEM), ("Retry-After", "2")])
        return [json.dumps(_problem(), ensure_ascii=False).encode()]

    return serve


def _problem() -> dict[str, object]:
    entry = catalogue()["common.not_ready"]
    return {"type": "about:blank", "title": entry.sentence.zh, "status": entry.status, "code": entry.code}
