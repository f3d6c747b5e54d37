"""Nothing is served while migrations are pending."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from chuangcheng.config import health
from chuangcheng.worker import migrating


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    health.forget()
    yield
    health.forget()


def get(path: str) -> tuple[str, bytes]:
    """Status line and body through the wrapper that granian calls, before a Django that always says yes."""
    seen: list[str] = []

    def django(environ: dict[str, Any], start: Any) -> list[bytes]:
        start("200 OK", [])
        return [b"page"]

    def start(status: str, headers: list[tuple[str, str]]) -> None:
        seen.append(status)

    body = health.refuse_until_ready(django)({"PATH_INFO": path}, start)
    return seen[0], b"".join(body)


def test_a_living_process_is_healthy_even_without_a_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_it_is_ready_when_nothing_is_pending(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


def test_it_is_not_ready_while_migrations_are_pending(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrating, "pending", lambda: ["cases.0002_more"])
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Retry-After"] == "2"
    assert answer.json()["code"] == "common.not_ready"


def test_it_is_not_ready_without_a_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> list[str]:
        raise OperationalError("gone")

    monkeypatch.setattr(migrating, "pending", gone)
    assert client.get("/readyz").status_code == 503


def test_the_database_is_asked_at_most_every_two_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    now = [1000.0]
    monkeypatch.setattr(migrating, "pending", lambda: asked.append(1))
    monkeypatch.setattr(health.time, "monotonic", lambda: now[0])
    for moment in (1000.0, 1000.5, 1001.9, 1002.0, 1003.0):
        now[0] = moment
        assert health.is_ready()
    assert len(asked) == 2


def test_pages_are_refused_until_ready_and_then_for_ever_served(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["cases.0002_more"]
    monkeypatch.setattr(migrating, "pending", lambda: names)
    status, body = get("/desk/")
    assert status.startswith("503")
    assert json.loads(body)["status"] == 503
    for path in ("/healthz", "/readyz", "/static/build/a.js"):
        assert get(path) == ("200 OK", b"page")
    names.clear()
    health.forget()
    assert get("/desk/") == ("200 OK", b"page")
    names.append("cases.0003_later")  # the code of a running process does not change: no need to ask again
    assert get("/desk/") == ("200 OK", b"page")
