"""What wraps every answer: the policy on all of them, a session only where staff work, hooks that stand aside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from chuangcheng.web import assets, errors, middleware

PUBLIC_PATHS = ("/healthz", "/readyz", "/api/v1/categories", "/api/v1/nowhere", "/static/nowhere.js")
ANSWERS = [
    ("/account/login/", {}), ("/desk/cases/", {}), ("/desk/nowhere/", {}), ("/desk/nowhere/", {"Accept": "application/json"}),
    *[(path, {}) for path in PUBLIC_PATHS], ("/", {}), ("/report/", {}), ("/track/", {}),
]  # fmt: skip


def directives(policy: str) -> dict[str, list[str]]:
    return {words[0]: words[1:] for part in policy.split(";") if (words := part.split())}


@pytest.mark.parametrize(("path", "headers"), ANSWERS)
def test_every_answer_carries_the_policy(client: Client, db: None, path: str, headers: dict[str, str]) -> None:
    answer = client.get(path, headers=headers)
    policy = directives(answer.headers["Content-Security-Policy"])
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == ["'self'"]
    assert policy["frame-ancestors"] == policy["base-uri"] == ["'none'"]
    assert policy["form-action"] == ["'self'"]
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "http:"} & {w for ws in policy.values() for w in ws}
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "microphone=()" in answer.headers["Permissions-Policy"]
    answer.close()


def test_every_answer_to_staff_carries_it_too(as_persona: Callable[[str], Client]) -> None:
    client = as_persona("office")
    file = client.get("/desk/units/", {"export": "csv"})
    for answer in (client.get("/desk/"), client.post("/preferences/", {"theme": "dark"}), file):
        assert answer.headers["Content-Security-Policy"] == middleware.CSP
    file.close()


def test_a_page_may_narrow_the_policy_and_is_not_overruled() -> None:
    def narrow(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Content-Security-Policy": "sandbox"})

    answer = middleware.guard(narrow)(RequestFactory().get("/"))
    assert answer.headers["Content-Security-Policy"] == "sandbox"
    assert answer.headers["Permissions-Policy"].startswith("camera=(self)")


@pytest.mark.parametrize("path", PUBLIC_PATHS)
def test_public_paths_set_no_cookie_and_ask_for_no_session(
    as_persona: Callable[[str], Client], client: Client, path: str, django_assert_num_queries: Any
) -> None:
    assert not client.get(path).cookies
    signed_in = as_persona("office")
    answer = signed_in.get(path)
    assert not answer.cookies
    assert "Cookie" not in answer.headers.get("Vary", "")
    answer.close()


def test_citizens_pages_remember_nobody(client: Client, db: None) -> None:
    for path in ("/", "/report/"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "sessionid" not in answer.cookies


class Recorder:
    """A middleware with every hook, which notes what it was asked."""

    seen: list[str] = []

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.seen.append("call")
        return self.get_response(request)

    def process_view(self, *_given: object) -> HttpResponse:
        self.seen.append("view")
        return HttpResponse("from the hook")

    def process_exception(self, _request: HttpRequest, error: Exception) -> None:
        self.seen.append(type(error).__name__)


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("/desk/", ["call", "view", "ZeroDivisionError"]), ("/", ["call", "view", "ZeroDivisionError"]),
        ("/apiary/", ["call", "view", "ZeroDivisionError"]), ("/api/v1/reports", []), ("/healthz", []),
        ("/static/x.css", []),
    ],
)  # fmt: skip
def test_a_middleware_for_pages_stands_aside_hooks_included(path: str, seen: list[str]) -> None:
    Recorder.seen = []
    wrapped: Any = middleware.pages_only(f"{__name__}.Recorder")(lambda _request: HttpResponse("plain"))
    request = RequestFactory().get(path)
    assert wrapped(request).content == b"plain"
    answer = wrapped.process_view(request, None, (), {})
    assert (answer is not None) is bool(seen)
    wrapped.process_exception(request, ZeroDivisionError())
    assert Recorder.seen == seen


def test_only_hooks_that_are_there_are_offered() -> None:
    """Django calls every hook a middleware has, on every request."""
    wrapped = middleware.pages_only(f"{__name__}.Recorder")(lambda _request: HttpResponse())
    assert not hasattr(wrapped, "process_template_response")


def test_a_path_that_only_looks_public_has_a_session(client: Client, db: None) -> None:
    client.cookies["theme"] = "dark"
    answer = client.get("/api/v1x/")
    assert answer.status_code == 404
    assert 'data-theme="dark"' in answer.content.decode(), "the page of errors came with its context"


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (errors.bad_request, 400, "请求不完整"), (errors.forbidden, 403, "无权查看"), (errors.not_found, 404, "没有这个页面"),
        (errors.server_error, 500, "系统出错"),
    ],
)  # fmt: skip
def test_each_error_has_a_page_that_says_what_to_do(
    db: None, answer: Callable[[HttpRequest], HttpResponse], status: int, said: str
) -> None:
    page = answer(RequestFactory().get("/desk/x/"))
    assert page.status_code == status
    assert said in page.content.decode()
    assert 'href="/"' in page.content.decode(), "there is a way on"


def test_what_was_wrong_with_a_request_is_told_only_if_we_said_it(db: None) -> None:
    from django.core.exceptions import BadRequest, SuspiciousOperation

    request = RequestFactory().get("/")
    assert "缺少日期" in errors.bad_request(request, BadRequest("缺少日期")).content.decode()
    assert "secret" not in errors.bad_request(request, SuspiciousOperation("secret path")).content.decode()


def test_a_broken_page_needs_neither_database_nor_session(django_assert_num_queries: Any, db: None) -> None:
    with django_assert_num_queries(0):
        assert errors.server_error(RequestFactory().get("/desk/")).status_code == 500
        script = errors.server_error(RequestFactory().get("/desk/", headers={"Accept": "application/json"}))
    assert (script.status_code, script.headers["Content-Type"]) == (500, "application/problem+json")


def test_an_error_tells_nothing_of_its_cause(
    as_persona: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_given: object, **_named: object) -> None:
        raise RuntimeError("password 13912345678")

    client = as_persona("office")
    client.raise_request_exception = False
    monkeypatch.setattr("chuangcheng.web.context.rail", explode)
    answer = client.get("/desk/")
    assert answer.status_code == 500
    assert "13912345678" not in answer.content.decode()
    assert "RuntimeError" not in answer.content.decode()


def test_assets_have_their_hashed_names_only_where_they_were_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "BUILD", tmp_path)
    assert assets.asset("desk.js") == "/static/build/desk.js"
    (tmp_path / "manifest.json").write_text(
        '{"src/desk.ts": {"file": "assets/desk-1.js", "isEntry": true}, "src/desk.scss":'
        ' {"file": "assets/desk-2.css", "isEntry": true}, "src/part.ts": {"file": "assets/part-3.js"}}',
        encoding="utf-8",
    )
    assert assets.asset("desk.js") == "/static/build/assets/desk-1.js"
    assert assets.asset("desk.css") == "/static/build/assets/desk-2.css"
    assert assets.asset("part.js") == "/static/build/part.js", "a shared part is no entry"


def test_a_new_build_is_seen_without_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setattr(assets, "BUILD", tmp_path)
    for number in (1, 2):
        path = tmp_path / "manifest.json"
        path.write_text(f'{{"a/desk.ts": {{"file": "assets/desk-{number}.js", "isEntry": true}}}}', encoding="utf-8")
        os.utime(path, (number, number))
        assert assets.asset("desk.js") == f"/static/build/assets/desk-{number}.js"


def test_cookies_of_choices_are_out_of_reach_of_scripts_and_safe_when_the_site_is(
    client: Client, db: None, settings: Settings
) -> None:
    for secure in (True, False):
        settings.SESSION_COOKIE_SECURE = secure
        cookie = client.post("/preferences/", {"theme": "dark"}).cookies["theme"]
        assert (bool(cookie["httponly"]), cookie["samesite"], bool(cookie["secure"])) == (True, "Lax", secure)
        assert cookie["max-age"] == 365 * 24 * 3600


def test_a_forged_choice_counts_as_none(client: Client, db: None) -> None:
    client.cookies["theme"] = '"><script>'
    client.cookies["density"] = "compact"
    html = client.get("/account/login/").content.decode()
    assert "data-theme" not in html
    assert 'data-density="compact"' in html
