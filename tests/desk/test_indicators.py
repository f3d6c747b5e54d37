"""Indicators: what stands, how it went, and the form by which the unit that owes a reading hands it in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from chuangcheng.indicators.actions import define_from_edition, define_indicator, record_reading
from chuangcheng.indicators.models import Indicator, Reading
from chuangcheng.kernel.actor import SYSTEM

Sign = Callable[[str], Client]
PAGE = "/desk/indicators/SEWAGE/"
GIVEN = {"period_start": "2026-08-20", "value": "0.931", "source": "水务月报"}


def read(value: str, month: int = 8, **more: Any) -> Reading:
    return record_reading(
        actor=SYSTEM, indicator_code="SEWAGE", period_start=date(2026, month, 1), value=Decimal(value), **more
    )


def test_the_list_shows_what_stands(as_persona: Sign, sewage: Indicator) -> None:
    client = as_persona("leader")
    assert "未填报" in client.get("/desk/indicators/").content.decode()
    read("0.93", month=7)
    read("0.961")
    html = client.get("/desk/indicators/").content.decode()
    assert "96.1%" in html and "2026年8月" in html and "城市管理局" in html and "≥" in html
    assert "未填报" not in html and "93%" not in html.replace("96.1%", "")


def test_without_indicators_the_list_says_where_they_come_from(as_persona: Sign) -> None:
    assert "发布测评体系后" in as_persona("office").get("/desk/indicators/").content.decode()


@pytest.mark.parametrize("persona", ["grid", "community", "inspector"])
def test_who_has_no_right_to_indicators_is_refused(as_persona: Sign, sewage: Indicator, persona: str) -> None:
    for address in ("/desk/indicators/", PAGE):
        assert as_persona(persona).get(address).status_code == 403


def test_an_unknown_indicator_is_not_found(as_persona: Sign, sewage: Indicator) -> None:
    assert as_persona("office").get("/desk/indicators/NOTHING/").status_code == 404


def test_the_unit_that_owes_it_records_a_reading(as_persona: Sign, sewage: Indicator) -> None:
    client = as_persona("department")
    assert "填报读数" in client.get(PAGE).content.decode()
    answer = client.post(PAGE, GIVEN)
    assert answer.headers["Location"] == PAGE
    reading = Reading.objects.get()
    assert (reading.period_start, reading.value, reading.source) == (date(2026, 8, 1), Decimal("0.931"), "水务月报")
    html = client.get(PAGE).content.decode()
    assert "93.1%" in html and "水务月报" in html and "读数已记录" in html


@pytest.mark.parametrize("persona", ["leader", "street", "auditor"])
def test_others_read_but_do_not_record(as_persona: Sign, sewage: Indicator, persona: str) -> None:
    client = as_persona(persona)
    assert "填报读数" not in client.get(PAGE).content.decode()
    client.post(PAGE, GIVEN)
    assert not Reading.objects.exists()


def test_a_department_does_not_record_for_another(as_persona: Sign, sewage: Indicator, small_city: Any) -> None:
    define_indicator(
        actor=SYSTEM, code="AIR", zh="优良天数", unit_of_measure="天",
        scoring={"kind": "threshold", "op": ">=", "target": 300}, source_unit=small_city.units["street"],
    )  # fmt: skip
    client = as_persona("department")
    assert "填报读数" not in client.get("/desk/indicators/AIR/").content.decode()
    client.post("/desk/indicators/AIR/", GIVEN)
    assert not Reading.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [({"value": "viel"}, "value"), ({"value": ""}, "value"), ({"period_start": "2026-02-30"}, "period_start"),
     ({"value": "0.12345"}, "value"), ({"source": "水" * 101}, "source")],
)  # fmt: skip
def test_what_is_no_reading_comes_back_with_its_reason(
    as_persona: Sign, sewage: Indicator, change: dict[str, str], field: str
) -> None:
    answer = as_persona("department").post(PAGE, {**GIVEN, **change})
    assert answer.status_code == 422 and list(answer.context["form"].errors) == [field]
    assert not Reading.objects.exists()


def test_a_period_that_lies_ahead_is_refused(as_persona: Sign, sewage: Indicator) -> None:
    answer = as_persona("department").post(PAGE, {**GIVEN, "period_start": "2026-10-01"})
    assert answer.status_code == 422 and "不能填报尚未开始的周期" in answer.content.decode()


def test_an_implausible_value_needs_a_word(as_persona: Sign, sewage: Indicator) -> None:
    Indicator.objects.update(low=Decimal(0), high=Decimal(1))
    client = as_persona("office")
    answer = client.post(PAGE, {**GIVEN, "value": "93.1"})
    html = answer.content.decode()
    assert answer.status_code == 422 and "超出合理范围" in html and 'value="93.1"' in html
    assert not Reading.objects.exists()
    assert client.post(PAGE, {**GIVEN, "value": "93.1", "confirmed": "on"}).status_code == 302
    assert Reading.objects.get().value == Decimal("93.1")


def test_the_chart_is_in_percent_and_in_order(as_persona: Sign, sewage: Indicator) -> None:
    read("0.961")
    read("0.93", month=7)
    chart = as_persona("office").get(PAGE).context["chart"]
    assert chart["names"] == ["2026年7月", "2026年8月"]
    assert chart["series"][0]["values"] == [pytest.approx(93.0), pytest.approx(96.1)] and chart["unit"] == "%"


def test_the_newest_reading_stands_first_with_its_grade(as_persona: Sign, sewage: Indicator) -> None:
    read("0.5", month=7)
    read("0.961")
    page = as_persona("office").get(PAGE)
    assert [(value, grade) for _reading, value, grade in page.context["series"]] == [("96.1%", "A"), ("50%", "C#")]


@pytest.mark.parametrize("path", ["/desk/indicators/", PAGE, "/desk/indicators/CIV-05-02-01/"])
def test_pages_cost_few_queries(
    as_persona: Sign, sample: Any, sewage: Indicator, path: str, django_assert_max_num_queries: Any
) -> None:
    define_from_edition(actor=SYSTEM, edition=sample)
    for month in range(1, 9):
        read("0.9", month=month)
    client = as_persona("office")
    client.get(path)
    with django_assert_max_num_queries(15):
        assert client.get(path).status_code == 200


def test_pages_speak_english(as_persona: Sign, sewage: Indicator) -> None:
    read("0.961")
    client = as_persona("department")
    client.cookies["django_language"] = "en"
    html = client.get(PAGE).content.decode()
    assert "Record a reading" in html and "2026-08" in html and "Reporting unit" in html and "Monthly" in html
    assert "Latest reading" in client.get("/desk/indicators/").content.decode()


def test_the_form_says_in_what_the_value_is_written(as_persona: Sign, sewage: Indicator) -> None:
    client = as_persona("department")
    assert "93.1% 填 0.931" in client.get(PAGE).content.decode()
    Indicator.objects.update(unit_of_measure="dB(A)")
    html = client.get(PAGE).content.decode()
    assert "0.931" not in html and "dB(A)" in html
