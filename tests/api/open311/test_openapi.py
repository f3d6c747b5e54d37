"""The OpenAPI document of this door is complete, and every answer is what it says."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from django.test import Client
from django.urls import get_resolver
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from chuangcheng.api.open311.openapi import OPERATIONS, openapi
from chuangcheng.api.open311.urls import urlpatterns
from chuangcheng.kernel.actor import Actor
from tests.api.open311.client import Geo
from tests.api.open311.world import closed, filed, reported
from tests.api.test_openapi import one_connection, served

one_connection = one_connection  # a fixture of another file
OPENAPI = "/open311/v2/openapi.json"
FORMS = ("json", "xml")
CASES = [(path, method, form) for path, method, *_ in OPERATIONS for form in FORMS]


def test_every_route_stands_in_the_document() -> None:
    document = Client().get(OPENAPI).json()
    resources = {pattern.name for pattern in urlpatterns} - {"discovery", "openapi", "no-such-path"}
    assert {path.split("/")[3].split(".")[0].rstrip("s") for path in document["paths"]} == {
        name.rstrip("s") for name in resources
    }
    assert set(document["paths"]) == {f"/open311/v2{path}.{form}" for path, _, form in CASES}
    assert get_resolver()  # the whole table still loads


def test_every_operation_has_a_name_of_its_own_and_declares_errors() -> None:
    operations = [each for path in json.loads(openapi())["paths"].values() for each in path.values()]
    assert len({each["operationId"] for each in operations}) == len(operations) == len(CASES)
    assert all(each["responses"]["default"]["content"] for each in operations)


def _fuzz(path: str, method: str, form: str, examples: int, key: str) -> int:
    """Throw generated requests at one operation and check each answer; how many were thrown."""
    operation = served(OPENAPI)[f"/open311/v2{path}.{form}"][method.upper()]
    checks = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
    thrown = 0

    @settings(max_examples=examples, deadline=None, database=None, derandomize=True,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    def throw(case: schemathesis.Case) -> None:
        nonlocal thrown
        thrown += 1
        if key and isinstance(case.body, dict):
            case.body["api_key"] = key
        response = case.call_and_validate(checks=checks)
        if form == "xml":
            ET.fromstring(response.content)

    # Any text is a sound name of a thing in a path: there is no bad request to generate.
    modes = [GenerationMode.POSITIVE, *([] if "{" in path else [GenerationMode.NEGATIVE])]
    for mode in modes:
        given(case=operation.as_strategy(generation_mode=mode))(throw)()
    return thrown


@pytest.fixture
def full_city(city: dict[str, Actor], key: str) -> str:
    """Reports in several states, and the key to make more."""
    closed(city, filed(city))
    filed(city, lat=None, lon=None)
    reported()
    return key


@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize(("path", "method", "form"), CASES)
def test_every_answer_is_as_documented(full_city: str, path: str, method: str, form: str) -> None:
    examples = 15 if form == "json" else 5  # the forms part only when the answer is written
    assert _fuzz(path, method, form, examples, full_city) >= examples


@pytest.mark.full
@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize(("path", "method", "form"), CASES)
def test_every_answer_is_as_documented_deeply(full_city: str, path: str, method: str, form: str) -> None:
    assert _fuzz(path, method, form, 60, full_city) >= 60


@pytest.mark.full
@pytest.mark.usefixtures("one_connection")
def test_without_a_key_every_creation_is_refused_as_documented(full_city: str) -> None:
    assert _fuzz("/requests", "post", "json", 60, "") >= 60


@pytest.mark.django_db
def test_real_answers_fit_their_shapes(full_city: str, geo: Geo) -> None:
    """Generated requests rarely find a row; these do."""
    document = json.loads(openapi())

    def fits(schema: str, value: Any) -> None:
        whole = {**document["components"]["schemas"][schema], "components": document["components"]}
        jsonschema_rs.validate(whole, value)

    created = geo.post(service_code="06010", lat="30.002", long="120.002").json()[0]
    fits("Created", created)
    rows = geo.json("/requests") + geo.json(f"/requests/{created['service_request_id']}")
    assert {row["status"] for row in rows} == {"open", "closed"} and len(rows) == 3
    for row in rows:
        fits("Request", row)
    fits("Service", geo.json("/services")[0])
    fits("ServiceDefinition", geo.json("/services/06010"))
    fits("Error", geo.ask("/requests/x.json").json()[0])
