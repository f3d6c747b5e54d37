"""Cases as programs of staff read them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chuangcheng.cases import actions
from chuangcheng.framework.models import Category
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from tests.api.conftest import REPORTS, Caller, body, is_problem
from tests.conftest import NOON

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


# Filters ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def cases(personas: dict[str, Actor], noon: object, caller: Caller, category: Category) -> dict[str, str]:
    """Cases in several states, places and times: name → number."""
    from chuangcheng.people.selectors import unit_by_code

    street = unit_by_code("U-990101001")
    assert street is not None
    made = {}

    def file(name: str, lon: float, days: int) -> Any:
        with clock.at(NOON - timedelta(days=days)):
            case = actions.file_case(
                actor=personas["office"], text=f"{name}处堆放垃圾", category_code="06010", lat=30.002, lon=lon,
                address="永安路", source="grid" if name == "old" else "hotline",
            )  # fmt: skip
        made[name] = case.number
        return case

    file("old", 120.002, 30)
    dispatched = file("held", 120.002, 1)
    void = file("void", 120.022, 0)
    actions.dispatch_case(actor=personas["office"], case_id=dispatched.pk, unit_id=street.pk)
    actions.void_case(actor=personas["office"], case_id=void.pk, reason_code="mistake")
    return made


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", "void held old"),
        ("q=held处", "held"),
        ("q=垃圾 永安路", "void held old"),
        ("q=没有的词", ""),
        ("state=filed", "old"),
        ("status=overdue", "old"),
        ("status=void", "void"),
        ("area=990101001", "held old"),
        ("area=990101002", "void"),
        ("area=990100", "void held old"),
        ("area=110101", ""),
        ("unit=U-990101001", "held"),
        ("holder=U-990101001", "held"),
        ("unit=U-CGJ", ""),
        ("source=grid", "old"),
        ("category=06", "void held old"),
        ("category=060101", ""),
        ("counted=yes", "held old"),
        ("rate=right_filing", "held old"),
        ("rate=right_filing&of=rest", "void"),
        ("rate=overdue_open", "old"),
        ("rate=handle&of=base", "held old"),
        ("of=base", "void held old"),
        ("filed_from=2026-09-14", "void held"),
        ("filed_to=2026-09-14", "held old"),
        ("filed_from=2026-09-14&filed_to=2026-09-14", "held"),
        ("due_to=2026-09-01", "old"),
        ("closed_from=2026-01-01", ""),
        ("q=held%00处", "held"),
        ("area=990101001&counted=yes&source=hotline", "held"),
    ],
)
def test_a_list_narrows_by_every_filter_of_the_desk(
    cases: dict[str, str], caller: Caller, tokens: Callable[[str], str], query: str, names: str
) -> None:
    rows = caller.get(f"{CASES}?{query}", token=tokens("office")).json()["items"]
    assert [row["number"] for row in rows] == [cases[name] for name in names.split()]


def test_no_filter_of_the_desk_is_missing() -> None:
    from chuangcheng.api.filters import CaseQuery
    from chuangcheng.desk.cases.pages import FILTERS

    assert {each.key for each in FILTERS} <= set(CaseQuery.model_fields)


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("filed_from=yesterday", "filed_from", "value.not_day"),
        ("filed_from=2026-02-30", "filed_from", "value.not_day"),
        ("due_to=1758000000", "due_to", "value.not_day"),
        ("closed_to=9999-12-31", "closed_to", "value.not_day"),
        ("status=late", "status", "value.not_listed"),
        ("counted=no", "counted", "value.not_listed"),
        ("rate=moon", "rate", "value.not_listed"),
        ("rate=handle&of=all", "of", "value.not_listed"),
        ("state=open", "state", "value.not_listed"),
        ("limit=0", "limit", "value.too_small"),
    ],
)
def test_a_bad_filter_is_named(
    caller: Caller, personas: object, tokens: Callable[[str], str], query: str, field: str, code: str
) -> None:
    problem = is_problem(caller.get(f"{CASES}?{query}", token=tokens("office")), 422, "common.invalid")
    assert [(error["field"], error["code"]) for error in problem["errors"]] == [(field, code)]


@pytest.mark.parametrize("persona", ["office", "street", "department"])
def test_a_narrowed_list_takes_at_most_six_queries(
    cases: dict[str, str], caller: Caller, tokens: Callable[[str], str], persona: str
) -> None:
    token = tokens(persona)
    query = "q=垃圾&status=overdue&area=990101001&unit=U-990101001&category=06&counted=yes&filed_from=2026-01-01"
    with CaptureQueriesContext(connection) as captured:
        assert caller.get(f"{CASES}?{query}", token=token).status_code == 200
    assert len(captured) <= 6, [each["sql"][:80] for each in captured]


def test_a_list_narrows_by_compound_and_site(
    cases: dict[str, str], caller: Caller, tokens: Callable[[str], str]
) -> None:
    """Where the desk's page of a compound or a team leads, a program may go too."""
    from chuangcheng.cases.models import Case
    from tests.cases.test_window_work import make_window
    from tests.conftest import square
    from tests.sites.registers import make_compound

    def listed(query: str) -> list[str]:
        rows = caller.get(f"{CASES}?{query}", token=tokens("office")).json()["items"]
        return [row["number"] for row in rows]

    make_compound(boundary=square(120.001, 30.001, 0.002))
    assert listed("compound=XQ001") == [cases["held"], cases["old"]]
    assert listed("compound=XQ001&source=grid") == [cases["old"]]
    assert listed("compound=moon") == [] and listed("site=moon") == []
    case = Case.objects.get(number=cases["void"])
    case.site = make_window(SimpleCity())
    case.save()
    assert listed("site=DT1") == [cases["void"]]


class SimpleCity:
    """The rows of the small city that a window needs, read back."""

    def __init__(self) -> None:
        from chuangcheng.people.models import Unit
        from chuangcheng.places.models import Division

        codes = {"street": "U-990101001", "district": "U-990101"}
        self.units = {name: Unit.objects.get(code=code) for name, code in codes.items()}
        self.communities = list(Division.objects.filter(level="community").order_by("path"))
