"""The form of a definition: bounds as people type them, and what they come to."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from chuangcheng.indicators.models import Indicator

Sign = Callable[[str], Client]
NEW = "/desk/indicators/new/"
BASE = {
    "code": "AIR",
    "zh": "优良天数比例",
    "unit_of_measure": "%",
    "frequency": "month",
    "direction": ">=",
    "target": "95",
}


def saved(client: Client, **change: str) -> Indicator:
    answer = client.post(NEW, {**BASE, **change})
    assert answer.status_code == 302, answer.context["form"].errors
    return Indicator.objects.get(code="AIR")


@pytest.mark.parametrize(
    ("change", "scoring"),
    [
        ({}, {"op": ">=", "target": 0.95}),
        ({"target": "95%"}, {"op": ">=", "target": 0.95}),
        ({"target": "0.95"}, {"op": ">=", "target": 0.95}),
        ({"target": "100"}, {"op": ">=", "target": 1}),
        ({"target": "", "grade_a": "85%", "grade_b": "80%"}, {"op": ">=", "A": 0.85, "B": 0.8}),
        (
            {"target": "", "grade_a": "85", "grade_b": "80", "grade_c": "70"},
            {"op": ">=", "A": 0.85, "B": 0.8, "C#": 0.7},
        ),
        ({"direction": "<=", "target": "5%"}, {"op": "<=", "target": 0.05}),
        ({"direction": ">", "target": "90%"}, {"op": ">", "target": 0.9}),
        (
            {"unit_of_measure": "dB(A)", "direction": "<", "target": "", "grade_a": "55", "grade_b": "60"},
            {"op": "<", "A": 55, "B": 60},
        ),
        ({"unit_of_measure": "m²", "target": "9.5"}, {"op": ">=", "target": 9.5}),
    ],
)
def test_bounds_come_to_a_scoring(as_persona: Sign, change: dict[str, str], scoring: dict[str, Any]) -> None:
    assert saved(as_persona("office"), **change).scoring == {"kind": "threshold", **scoring}


@pytest.mark.parametrize(
    ("change", "low", "high"),
    [
        ({}, Decimal(0), Decimal(1)),
        ({"low": "50%", "high": "99%"}, Decimal("0.5"), Decimal("0.99")),
        ({"unit_of_measure": "dB(A)", "target": "55"}, Decimal(20), Decimal(120)),
        ({"unit_of_measure": "天", "target": "300"}, None, None),
        ({"unit_of_measure": "天", "target": "300", "low": "0", "high": "366"}, Decimal(0), Decimal(366)),
    ],
)
def test_the_plausible_range_is_the_measures_or_what_was_typed(
    as_persona: Sign, change: dict[str, str], low: Decimal | None, high: Decimal | None
) -> None:
    row = saved(as_persona("office"), **change)
    assert (row.low, row.high) == (low, high)


def test_everything_else_is_kept(as_persona: Sign, small_city: Any) -> None:
    row = saved(
        as_persona("office"),
        en="Good days",
        frequency="quarter",
        source_unit=str(small_city.units["department"].pk),
        numerator_zh="优良天数",
        denominator_zh="有效监测天数",
        due_days="7",
        note="按国控点统计",
        valid_to="2028-12-31",
    )
    assert (row.en, row.frequency, row.source_unit) == ("Good days", "quarter", small_city.units["department"])
    assert (row.numerator_zh, row.denominator_zh, row.has_parts) == ("优良天数", "有效监测天数", True)
    assert (row.due_days, row.note, str(row.valid_to)) == (7, "按国控点统计", "2028-12-31")


@pytest.mark.parametrize("unit", ["%", "％", "ratio"])
def test_a_percentage_has_many_names(as_persona: Sign, unit: str) -> None:
    assert saved(as_persona("office"), unit_of_measure=unit).unit_of_measure == "ratio"


@pytest.mark.parametrize(
    "scoring",
    [
        {"kind": "threshold", "op": ">=", "target": 0.95},
        {"kind": "threshold", "op": ">", "A": 0.9},
        {"kind": "threshold", "op": ">=", "unit": "ratio", "A": 0.9, "B": 0.8, "C#": 0.5},
    ],
)
def test_a_form_sent_back_unchanged_makes_no_version(
    as_persona: Sign, sewage: Indicator, scoring: dict[str, Any]
) -> None:
    Indicator.objects.update(scoring=scoring)
    client = as_persona("office")
    page = "/desk/indicators/SEWAGE/edit/"
    form = client.get(page).context["form"]
    same = {name: value for name, value in form.initial.items() if value not in (None, "")}
    assert client.post(page, same).status_code == 302
    sewage.refresh_from_db()
    assert sewage.scoring == scoring
    assert sewage.definitions.count() == 1


def test_a_ratio_stays_a_ratio(as_persona: Sign, sewage: Indicator) -> None:
    Indicator.objects.update(
        scoring={"kind": "ratio", "required": 4, "cap": 1.0, "unit": "spots"},
        unit_of_measure="条",
        low=0,
        high=100,
    )
    client = as_persona("office")
    page = "/desk/indicators/SEWAGE/edit/"
    initial = client.get(page).context["form"].initial
    assert initial["target"] == "4"
    given = {name: value for name, value in initial.items() if value not in (None, "")}
    assert client.post(page, {**given, "target": "6"}).status_code == 302
    sewage.refresh_from_db()
    assert sewage.scoring == {"kind": "ratio", "required": 6, "cap": 1.0, "unit": "spots"}


@pytest.mark.parametrize("persona", ["leader", "department", "district", "street", "auditor", "inspector", "grid"])
@pytest.mark.parametrize("page", [NEW, "/desk/indicators/SEWAGE/edit/"])
def test_only_the_office_defines(as_persona: Sign, sewage: Indicator, persona: str, page: str) -> None:
    client = as_persona(persona)
    assert client.get(page).status_code == 403
    assert client.post(page, BASE).status_code == 403
    assert Indicator.objects.count() == 1


def test_the_way_to_the_form_is_shown_to_who_may(as_persona: Sign, sewage: Indicator) -> None:
    for persona, shown in (("office", True), ("leader", False), ("department", False)):
        client = as_persona(persona)
        assert (NEW in client.get("/desk/indicators/").content.decode()) is shown
        assert ("SEWAGE/edit/" in client.get("/desk/indicators/SEWAGE/").content.decode()) is shown


def test_the_form_speaks_english(as_persona: Sign) -> None:
    client = as_persona("office")
    client.cookies["django_language"] = "en"
    html = client.get(NEW).content.decode()
    assert "Bound of A" in html and "At least (higher is better)" in html and "Add an indicator" in html
