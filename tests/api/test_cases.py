"""Cases as programs of staff read them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chuangcheng.cases import actions
from chuangcheng.framework.models import Category
from chuangcheng.kernel.actor import Actor
from tests.api.conftest import REPORTS, Caller, body, is_problem

pytestmark = pytest.mark.django_db
CASES = "/api/v1/cases"


@pytest.fixture
def case(personas: dict[str, Actor], noon: object, caller: Caller, category: Category) -> Any:
    """A case filed from a report in the first street and dispatched to it."""
    from chuangcheng.people.selectors import unit_by_code

    given = body(lat=30.002, lon=120.002)
    caller.post(given)
    filed = actions.file_report(actor=personas["office"], report_id=uuid.UUID(given["id"]), category_code="06010")
    street = unit_by_code("U-990101001")
    assert street is not None
    return actions.dispatch_case(actor=personas["office"], case_id=filed.pk, unit_id=street.pk)


def test_the_reporter_learns_the_case_number(case: Any, caller: Caller) -> None:
    report = case.reports.get()
    answer = caller.get(f"{REPORTS}/{report.pk}").json()
    assert answer["state"] == "filed"
    assert (answer["case_number"], answer["case_state"], answer["case_state_label"]) == (
        case.number, "dispatched", "待接收",
    )  # fmt: skip


def test_a_case_tells_its_chain_and_its_reports(case: Any, caller: Caller, tokens: Callable[[str], str]) -> None:
    answer = caller.get(f"{CASES}/{case.pk}", token=tokens("street")).json()
    assert answer["number"] == case.number
    assert answer["category"] == {"code": "06010", "name": "暴露垃圾"}
    assert answer["holder"] == {"code": "U-990101001", "name": "河东街道"}
    assert [(link["unit"]["code"], link["state"]) for link in answer["assignments"]] == [("U-990101001", "open")]
    assert answer["reports"] == [case.reports.get().number]


def test_another_street_does_not_see_it(case: Any, caller: Caller, tokens: Callable[[str], str]) -> None:
    is_problem(caller.get(f"{CASES}/{case.pk}", token=tokens("street2")), 404, "common.not_found")
    assert caller.get(CASES, token=tokens("street2")).json() == {"items": [], "next": None}


def test_without_a_token_nothing_is_told(case: Any, caller: Caller) -> None:
    is_problem(caller.get(f"{CASES}/{case.pk}"), 401, "common.sign_in")
    is_problem(caller.get(CASES), 401, "common.sign_in")


def test_a_list_narrows_by_state_and_holder(case: Any, caller: Caller, tokens: Callable[[str], str]) -> None:
    token = tokens("office")
    for query, found in (("state=dispatched", 1), ("state=closed", 0), ("holder=U-990101001", 1), ("holder=x%00", 0)):
        assert len(caller.get(f"{CASES}?{query}", token=token).json()["items"]) == found, query


@pytest.mark.parametrize("persona", ["office", "street", "grid", "department"])
def test_reading_takes_at_most_six_queries(
    case: Any, caller: Caller, tokens: Callable[[str], str], persona: str
) -> None:
    token = tokens(persona)
    for path in (CASES, f"{CASES}/{case.pk}"):
        with CaptureQueriesContext(connection) as captured:
            caller.get(path, token=token)
        assert len(captured) <= 6, path


@pytest.mark.parametrize("name", ["x", "0" * 33])
def test_a_bad_id_is_named(caller: Caller, personas: object, tokens: Callable[[str], str], name: str) -> None:
    problem = is_problem(caller.get(f"{CASES}/{name}", token=tokens("office")), 422, "common.invalid")
    assert problem["errors"][0]["field"] == "case_id"


def test_an_unknown_case_is_404(caller: Caller, personas: object, tokens: Callable[[str], str]) -> None:
    is_problem(caller.get(f"{CASES}/{uuid.uuid4()}", token=tokens("office")), 404, "common.not_found")
