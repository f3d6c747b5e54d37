"""Every refusal has the one form, a stable code and the caller's language."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import DataError, OperationalError
from django.http import Http404
from django.test import RequestFactory

from chuangcheng.api import problems
from chuangcheng.api.app import api
from chuangcheng.kernel.problems import Refused, catalogue
from tests.api.conftest import REPORTS, Caller, body, is_problem

UUID = "0190a0c0-0000-7000-8000-000000000001"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "zh-hans"),
        ("en-GB,en;q=0.9", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-hans"),
        ("fr, en;q=0.5, zh;q=0.7", "zh-hans"),
        ("en;q=abc, zh;q=0.1", "zh-hans"),
        ("fr", "zh-hans"),
        ("*;q=0.1,\x00,;;;", "zh-hans"),
    ],
)
def test_the_language_is_the_one_the_caller_prefers(header: str, language: str) -> None:
    assert problems.language_of(RequestFactory().get("/", HTTP_ACCEPT_LANGUAGE=header)) == language


def test_an_unknown_address_is_a_problem_in_both_languages(caller: Caller) -> None:
    assert is_problem(caller.get("/api/v1/nothing/here"), 404, "api.no_such_path")["title"] == "未找到"
    english = caller.get("/api/v1/nothing", **{"accept-language": "en"})
    assert is_problem(english, 404, "api.no_such_path")["title"] == "Not found"
    assert english["Content-Language"] == "en"


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "PUT", "OPTIONS", "TRACE", "FOO"])
def test_a_method_that_is_not_there_names_those_that_are(caller: Caller, method: str) -> None:
    response = caller.method(method, REPORTS)
    is_problem(response, 405, "api.method_not_allowed")
    assert set(re.findall("[A-Z]+", response["Allow"])) == {"GET", "POST"}


def test_no_cookie_and_no_session_is_ever_set(caller: Caller) -> None:
    assert not caller.get("/api/v1/openapi.json").cookies
    assert not caller.get("/api/v1/nothing").cookies


@pytest.mark.parametrize(
    ("raised", "status", "code"),
    [
        (Refused("common.not_found"), 404, "common.not_found"),
        (Http404("secret path"), 404, "common.not_found"),
        (DataError("value secret out of range"), 422, "common.invalid"),
        (OperationalError("secret is locked"), 503, "api.busy"),
        (RuntimeError("secret"), 500, "common.internal"),
        (ZeroDivisionError("secret"), 500, "common.internal"),
    ],
)
def test_whatever_is_raised_becomes_a_problem_and_leaks_nothing(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, raised: Exception, status: int, code: str
) -> None:
    def fail(*_: Any) -> None:
        raise raised

    monkeypatch.setattr("chuangcheng.cases.selectors.public_report", fail)
    response = caller.get(f"{REPORTS}/{UUID}")
    is_problem(response, status, code)
    assert b"secret" not in response.content
    if status == 503:
        assert response["Retry-After"] == "1"


def test_a_failure_is_logged_with_its_cause(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("chuangcheng.cases.selectors.public_report", lambda _: 1 // 0)
    caller.get(f"{REPORTS}/{UUID}")
    assert "ZeroDivisionError" in caplog.text


def test_every_code_of_pydantic_that_we_map_stands_in_the_catalogue() -> None:
    assert set(problems.CODES.values()) <= set(catalogue())


def test_every_status_in_the_catalogue_has_a_title() -> None:
    assert {entry.status for entry in catalogue().values() if entry.status >= 400} <= set(problems.TITLES)


def test_handlers_are_found_for_every_exception() -> None:
    assert api._lookup_exception_handler(RuntimeError()) is not None


def test_fields_that_an_action_blames_reach_the_caller(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    from chuangcheng.kernel.problems import FieldProblem

    def refuse(**_: Any) -> None:
        raise Refused("common.invalid", fields=(FieldProblem("category", "unknown", "没有这个类别"),))

    monkeypatch.setattr("chuangcheng.cases.actions.create_report", refuse)
    problem = is_problem(caller.post(body()), 422, "common.invalid")
    assert problem["errors"] == [{"field": "category", "code": "unknown", "message": "没有这个类别"}]
