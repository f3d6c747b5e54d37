"""The OpenAPI document is complete, and every answer is what it says (held by schemathesis against the WSGI app)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.db.backends.base.base import BaseDatabaseWrapper
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from chuangcheng.kernel.actor import Actor
from tests.api.conftest import REPORTS, Caller, body

OPENAPI = "/api/v1/openapi.json"
TASK_MOVES = ("progress", "submit", "withdraw", "pass", "strike_off", "send_back", "uphold", "check", "relapse", "arrange",
              "postpone", "void", "petition", "endorse", "grant", "decline", "retract", "comment")  # fmt: skip
PATHS = {
    "/api/v1/reports": {"get", "post"},
    "/api/v1/reports/{report_id}": {"get"},
    "/api/v1/reports/{report_id}/photos/{sha256}": {"put"},
    "/api/v1/reports/{report_id}/videos/{sha256}": {"put"},
    "/api/v1/cases": {"get"},
    "/api/v1/campaigns": {"get"},
    "/api/v1/campaigns/{campaign_id}": {"get"},
    "/api/v1/campaigns/targets/{target_id}/readings": {"get", "post"},
    "/api/v1/documents": {"get"},
    "/api/v1/documents/{document_id}": {"get"},
    "/api/v1/drives": {"get"},
    "/api/v1/drives/{drive_id}/places": {"get"},
    "/api/v1/cases/{case_id}": {"get"},
    "/api/v1/cases/{case_id}/photos/{sha256}": {"put"},
    "/api/v1/tasks/{task_id}/photos/{sha256}": {"put"},
    **{
        f"/api/v1/cases/{{case_id}}/moves/{name}": {"post"}
        for name in (
            "dispatch",
            "pass_on",
            "accept",
            "return",
            "handle",
            "rework",
            "verify",
            "close",
            "ask_extension",
            "ask_suspension",
            "grant",
            "decline",
            "resume",
            "reopen",
            "void",
            "merge",
            "split",
            "unmerge",
            "deny_relapse",
            "arbitrate",
            "claim",
            "add_co",
            "release_co",
            "finish_co",
            "plan",
            "finish_step",
            "flag",
            "unflag",
            "seek_owner",
            "ask_owner",
            "answer_owner",
            "name_owner",
            "rule_owner",
            "no_owner",
        )
    },
    "/api/v1/hotline/orders/{number}": {"get", "put"},
    "/api/v1/hotline/orders/{number}/callback": {"put"},
    "/api/v1/instructions": {"get"},
    "/api/v1/instructions/{instruction_id}": {"get"},
    "/api/v1/tasks": {"get", "post"},
    "/api/v1/tasks/{task_id}": {"get"},
    **{f"/api/v1/tasks/{{task_id}}/moves/{name}": {"post"} for name in TASK_MOVES},
    "/api/v1/meetings": {"get"},
    "/api/v1/meetings/{meeting_id}": {"get"},
    "/api/v1/meetings/{meeting_id}/decisions": {"get"},
    "/api/v1/readings": {"get", "post"},
    "/api/v1/readings/{reading_id}": {"get"},
    "/api/v1/nearby": {"get"},
    "/api/v1/nearby/{case_id}/watches": {"post"},
}


@pytest.fixture
def document(caller: Caller) -> dict[str, Any]:
    """The document as it is served."""
    found: dict[str, Any] = caller.get(OPENAPI).json()
    return found


def test_every_route_stands_in_the_document(document: dict[str, Any]) -> None:
    assert {path: set(operations) for path, operations in document["paths"].items()} == PATHS


def test_every_operation_declares_problems_and_a_name(document: dict[str, Any]) -> None:
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert all("application/problem+json" in each["responses"]["default"]["content"] for each in operations)
    assert len({each["operationId"] for each in operations}) == len(operations)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name in _references(document):
        assert name.removeprefix("#/components/schemas/") in schemas


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def test_only_staff_reads_ask_for_a_token(document: dict[str, Any]) -> None:
    guarded = {
        (path, method)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if operation.get("security")
    }
    cases = {
        (path, method)
        for path, methods in PATHS.items()
        if path.split("/")[3]
        in {
            "campaigns",
            "cases",
            "documents",
            "drives",
            "hotline",
            "instructions",
            "meetings",
            "readings",
            "tasks",
        }
        for method in methods
    }
    assert guarded == {("/api/v1/reports", "get"), *cases}


def _operations() -> list[tuple[str, str]]:
    """Every operation but the moves, which ``test_moves`` throws at cases that can move."""
    return [(path, method) for path, methods in PATHS.items() for method in sorted(methods) if "/moves/" not in path]


@cache
def served(address: str) -> Any:
    """The document at ``address`` as schemathesis reads it: once for a process, for it takes as long as ten requests."""
    from chuangcheng.config.wsgi import application

    return schemathesis.openapi.from_wsgi(address, application)


def _fuzz(path: str, method: str, examples: int, token: str) -> int:
    """Throw generated requests at one operation and check each answer; how many were thrown."""
    operation = served(OPENAPI)[path][method.upper()]
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    checks = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
    thrown = 0

    @settings(max_examples=examples, deadline=None, database=None, derandomize=True,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    def throw(case: schemathesis.Case) -> None:
        nonlocal thrown
        thrown += 1
        case.call_and_validate(checks=checks, headers=headers)

    # Any text is a sound path and any bytes are a sound photo: the photo's route has no bad request to generate.
    negative = [] if method == "put" else [GenerationMode.NEGATIVE]
    for mode in (GenerationMode.POSITIVE, *negative):
        given(case=operation.as_strategy(generation_mode=mode))(throw)()
    return thrown


@pytest.fixture
def one_connection(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A WSGI server's request ends by dropping a connection with an open transaction, and here that is the test's."""
    monkeypatch.setattr(BaseDatabaseWrapper, "close_if_unusable_or_obsolete", lambda self: None)


@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize(("path", "method"), _operations())
@pytest.mark.parametrize("signed_in", [False, True])
def test_every_answer_is_as_documented(
    personas: dict[str, Actor], noon: object, path: str, method: str, signed_in: bool
) -> None:
    from chuangcheng.people.tokens import issue

    use = "hotline" if "/hotline/" in path else "api"
    guarded = path.split("/")[3] not in {"reports", "nearby"}
    examples = 5 if guarded and not signed_in else 20  # without a token they end at the door, whatever they ask
    assert _fuzz(path, method, examples, issue(personas["office"].post_id, use=use) if signed_in else "") >= examples


@pytest.mark.full
@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize(("path", "method"), _operations())
def test_every_answer_is_as_documented_deeply(personas: dict[str, Actor], noon: object, path: str, method: str) -> None:
    from chuangcheng.people.tokens import issue

    use = "hotline" if "/hotline/" in path else "api"
    assert _fuzz(path, method, 75, issue(personas["office"].post_id, use=use)) >= 75


@pytest.mark.django_db
def test_real_answers_fit_their_shapes(
    small_city: object, noon: object, caller: Caller, personas: dict[str, Actor]
) -> None:
    """Generated requests rarely reach a filled list; these do. The shapes are pydantic's own, used strictly."""
    from chuangcheng.api import schemas
    from chuangcheng.people.tokens import issue

    receipt = caller.post(body(lat=30.002, lon=120.002, photos=[{"sha256": "a" * 64, "role": "near"}]))
    token = issue(personas["office"].post_id)
    for content, shape in (
        (receipt.content, schemas.ReceiptOut),
        (caller.get(f"{REPORTS}/{receipt.json()['id']}").content, schemas.ReportOut),
        (caller.get(REPORTS, token=token).content, schemas.ReportPage),
        (caller.get("/api/v1/nothing").content, schemas.ProblemOut),
    ):
        shape.model_validate_json(content, strict=True)
        assert set(json.loads(content)) == set(shape.model_fields)
