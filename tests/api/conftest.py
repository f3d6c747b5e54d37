"""A client of the API that speaks JSON, and tokens for the personas."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.http import HttpResponse
from django.test import Client

from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.ids import new_id
from tests.cases.conftest import limits, play  # noqa: F401
from tests.tasks.conftest import ledger, make  # noqa: F401

if TYPE_CHECKING:
    from chuangcheng.framework.models import Category

REPORTS = "/api/v1/reports"


class Caller:
    """Sends JSON and reads JSON; ``token`` signs in."""

    def __init__(self) -> None:
        self._client = Client(raise_request_exception=True)

    def post(self, body: Any, path: str = REPORTS, **headers: str) -> HttpResponse:
        """POST ``body``: bytes as they are, anything else as JSON."""
        data = body if isinstance(body, bytes) else json.dumps(body)
        return self._client.post(path, data, content_type="application/json", headers=headers)

    def put(self, path: str, data: bytes, **headers: str) -> HttpResponse:
        """PUT raw bytes."""
        return self._client.put(path, data, content_type="application/octet-stream", headers=headers)

    def get(self, path: str, *, token: str = "", **headers: str) -> HttpResponse:
        """GET, signed in by ``token`` if there is one."""
        return self._client.get(path, headers={**headers, **({"authorization": f"Bearer {token}"} if token else {})})

    def method(self, name: str, path: str) -> HttpResponse:
        """Any other method."""
        return self._client.generic(name, path)


@pytest.fixture
def caller() -> Caller:
    """A program that calls the API."""
    return Caller()


@pytest.fixture
def tokens(personas: dict[str, Actor]) -> Callable[[str], str]:
    """The token of a persona's post."""
    from chuangcheng.people.tokens import issue

    return lambda name: issue(personas[name].post_id)


@pytest.fixture
def category(db: None) -> Category:
    """One category to file under, with a limit of one working day."""
    from chuangcheng.framework.models import Category, TimeRule
    from chuangcheng.history import versions

    made = Category.objects.create(
        code="06010", zh="暴露垃圾", kind="matter", class_code="06", class_zh="市容环境", taxonomy="test", is_top=True
    )
    TimeRule.objects.create(amount=1, unit="work_days")
    versions.bump("framework")
    return made


def body(**more: Any) -> dict[str, Any]:
    """The smallest sound report, and what ``more`` says."""
    return {"id": str(new_id()), "text": "人行道上堆放垃圾", **more}


def is_problem(response: HttpResponse, status: int, code: str) -> dict[str, Any]:
    """Assert that the answer is that problem in the API's one form; returns it."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["code"] == code
    assert problem["status"] == status
    assert problem["title"] and problem["detail"]
    assert isinstance(problem["errors"], list)
    return problem
