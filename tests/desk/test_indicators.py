"""Indicators: what stands, how it went, and the form by which the unit that owes a reading hands it in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from chuangcheng.indicators.actions import define_from_edition, define_indicator, record_reading
from chuangcheng.indicators.models import Doubt, Indicator, Reading
from chuangcheng.kernel.actor import SYSTEM

Sign = Callable[[str], Client]
PAGE = "/desk/indicators/SEWAGE/"
GIVEN = {"period": "2026-08-01", "value": "0.931", "source": "水务月报"}


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
    assert "+1.1 个百分点" in html and "/desk/indicators/readings/?code=SEWAGE" in html and "spark" in html
    assert "96.1%" in b"".join(client.get("/desk/indicators/?export=csv")).decode()  # type: ignore[arg-type]


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
        actor=SYSTEM,
        code="AIR",
        zh="优良天数",
        unit_of_measure="天",
        scoring={"kind": "threshold", "op": ">=", "target": 300},
        source_unit=small_city.units["street"],
    )
    client = as_persona("department")
    assert "填报读数" not in client.get("/desk/indicators/AIR/").content.decode()
    client.post("/desk/indicators/AIR/", GIVEN)
    assert not Reading.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"value": "viel"}, "value"),
        ({"value": ""}, "value"),
        ({"period": "2026-02-30"}, "period"),
        ({"value": "1.5"}, "value"),
        ({"source": "水" * 101}, "source"),
        ({"division": "火星"}, "division"),
    ],
)
def test_what_is_no_reading_comes_back_with_its_reason(
    as_persona: Sign, sewage: Indicator, change: dict[str, str], field: str
) -> None:
    answer = as_persona("department").post(PAGE, {**GIVEN, **change})
    assert answer.status_code == 422 and list(answer.context["form"].errors) == [field]
    assert not Reading.objects.exists()


def test_a_correction_asks_for_its_reason(as_persona: Sign, sewage: Indicator) -> None:
    client = as_persona("department")
    client.post(PAGE, GIVEN)
    answer = client.post(PAGE, {**GIVEN, "value": "95%"})
    assert answer.status_code == 422 and "更正须写明原因" in answer.content.decode()
    assert client.post(PAGE, {**GIVEN, "value": "95%", "reason": "漏报一座厂"}).status_code == 302
    html = client.get(PAGE).content.decode()
    assert "漏报一座厂" in html and "95%" in html
    rows = client.get("/desk/indicators/readings/?code=SEWAGE").content.decode()
    assert "93.1%" in rows and "漏报一座厂" in rows, "the corrected one stays in sight"


def test_a_doubtful_value_waits_for_somebody_else(as_persona: Sign, sewage: Indicator) -> None:
    client = as_persona("department")
    assert client.post(PAGE, {**GIVEN, "value": "130%"}).status_code == 302
    html = client.get(PAGE).content.decode()
    assert "读数存疑" in html and "比率超过 100%" in html and "还没有读数" in html
    doubt = Doubt.objects.get()
    move = f"/desk/indicators/doubts/{doubt.pk}/moves/"
    assert move + "correct/" in html and move + "confirm/" not in html
    client.post(move + "confirm/", {"words": "属实"})
    assert not Reading.objects.exists()
    office = as_persona("office")
    listed = office.get("/desk/indicators/doubts/").content.decode()
    assert move + "confirm/" in listed and "130%" in listed
    assert "doubts/?state=waiting&amp;code=SEWAGE" in office.get("/desk/indicators/").content.decode()
    assert office.post(move + "confirm/", {"words": ""}).status_code == 422
    assert office.post(move + "confirm/", {"words": "含存量"}).status_code == 302
    assert Reading.objects.get().value == Decimal("1.3")
    assert "已确认" in office.get("/desk/indicators/doubts/?state=confirmed").content.decode()
    assert office.get(move + "nothing/").status_code == 404


def test_a_doubtful_value_is_corrected_in_its_place(as_persona: Sign, sewage: Indicator) -> None:
    define_indicator(
        actor=SYSTEM,
        code="SEWAGE",
        zh="污水集中处理率",
        unit_of_measure="ratio",
        scoring=sewage.scoring,
        source_unit=sewage.source_unit,
        numerator_zh="处理量",
        denominator_zh="排放量",
    )
    client = as_persona("department")
    html = client.get(PAGE).content.decode()
    assert "处理量" in html and "排放量" in html and 'name="value"' not in html
    assert client.post(PAGE, {"period": "2026-08-01", "numerator": "12", "denominator": "10"}).status_code == 302
    move = f"/desk/indicators/doubts/{Doubt.objects.get().pk}/moves/correct/"
    form = client.get(move).content.decode()
    assert "分子大于分母" in form and 'name="period"' not in form
    assert client.post(move, {"numerator": "12", "denominator": "10"}).status_code == 422
    assert client.post(move, {"numerator": "9", "denominator": "10"}).status_code == 302
    assert (Reading.objects.get().value, Doubt.objects.get().state) == (Decimal("0.9"), "corrected")


def test_what_is_asked_of_a_unit_is_handed_in_at_once(as_persona: Sign, sewage: Indicator, small_city: Any) -> None:
    define_indicator(
        actor=SYSTEM,
        code="PARKS",
        zh="人均公园绿地",
        unit_of_measure="m²",
        numerator_zh="面积",
        scoring={"kind": "threshold", "target": 9},
        source_unit=small_city.units["department"],
        denominator_zh="人口",
    )
    Indicator.objects.update(asked_from=date(2026, 7, 1))
    client, mine = as_persona("department"), "/desk/indicators/mine/"
    html = client.get(mine).content.decode()
    assert "逾期 5 天" in html and "逾期 36 天" in html and "面积" in html and "接下来" in html
    rows = {(row[0].indicator.code, row[0].period_start.month): row[1] for row in client.get(mine).context["rows"]}
    assert set(rows) == {("SEWAGE", 7), ("SEWAGE", 8), ("PARKS", 7), ("PARKS", 8)}
    answer = client.post(
        mine,
        {
            f"value-{rows['SEWAGE', 7]}": "96",
            f"value-{rows['SEWAGE', 8]}": "viel",
            f"numerator-{rows['PARKS', 7]}": "920",
            f"denominator-{rows['PARKS', 7]}": "100",
            f"numerator-{rows['PARKS', 8]}": "920",
        },
    )
    html = answer.content.decode()
    assert answer.status_code == 422 and "已记录 2 个读数" in html and 'value="viel"' in html
    assert "同时填分子和分母" in html and "不是数" in html
    assert {str(row.value) for row in Reading.objects.all()} == {"0.9600", "9.2000"}
    good = {
        f"value-{rows['SEWAGE', 8]}": "97%",
        f"numerator-{rows['PARKS', 8]}": "-1",
        f"denominator-{rows['PARKS', 8]}": "100",
    }
    assert client.post(mine, good).status_code == 302
    assert "1 个读数存疑" in client.get(mine).content.decode() and Doubt.objects.get().codes == ["range"]
    assert as_persona("leader").get(mine).status_code == 403


def test_what_is_late_is_listed_by_unit_and_exported(as_persona: Sign, sewage: Indicator, small_city: Any) -> None:
    client, late = as_persona("leader"), "/desk/indicators/late/"
    assert "没有逾期的读数" in client.get(late).content.decode()
    Indicator.objects.update(asked_from=date(2026, 7, 1))
    html = client.get(late).content.decode()
    assert "2026年7月" in html and ">36<" in html and f"?unit={sewage.source_unit.code}" in html  # type: ignore[union-attr]
    chosen = client.get(f"{late}?unit={sewage.source_unit.code}")  # type: ignore[union-attr]
    assert "全部单位" in chosen.content.decode() and len(chosen.context["rows"]) == 2
    file = b"".join(client.get(f"{late}?export=csv")).decode()  # type: ignore[arg-type]
    assert "城市管理局,SEWAGE,污水集中处理率,2026年7月,全市,2026-08-10,36" in file
    assert client.get(f"{late}?export=pdf").status_code == 422
    assert as_persona("inspector").get(late).status_code == 403


EDIT = {
    "code": "AIR",
    "zh": "优良天数比例",
    "unit_of_measure": "%",
    "frequency": "month",
    "direction": ">=",
    "grade_a": "85%",
    "grade_b": "0.8",
    "due_days": "7",
}


def test_an_indicator_is_defined_and_changed_by_hand(as_persona: Sign, sewage: Indicator) -> None:
    client = as_persona("office")
    assert client.post("/desk/indicators/new/", EDIT).status_code == 302
    row = Indicator.objects.get(code="AIR")
    assert row.scoring == {"kind": "threshold", "op": ">=", "A": 0.85, "B": 0.8}
    assert (row.unit_of_measure, row.high, row.due_days) == ("ratio", 1, 7)
    page = "/desk/indicators/AIR/edit/"
    html = client.get(page).content.decode()
    assert 'value="85%"' in html and 'value="80%"' in html and "disabled" in html
    assert client.post(page, {**EDIT, "grade_a": "90", "valid_from": "2026-08-01"}).status_code == 302
    versions = list(row.definitions.all())
    assert [one.scoring["A"] for one in versions] == [0.9, 0.85]
    html = client.get("/desk/indicators/AIR/").content.decode()
    assert "定义版本" in html and "2026年8月1日" in html and "≥ 90%" in html and "最初" in html
    assert client.get(PAGE).context["chart"]["bands"][0] == {"grade": "A", "low": 95.0, "high": None}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"code": "SEWAGE"}, 422),
        ({"grade_a": ""}, 422),
        ({"grade_a": "1.5"}, 422),
        ({"zh": ""}, 422),
        ({"numerator_zh": "达标天数"}, 422),
        ({"low": "2%", "high": "1%"}, 422),
        ({"standard": "NICHTS"}, 422),
        ({"unit_of_measure": "天", "grade_a": "300", "grade_b": "280"}, 302),
        ({"target": "90", "grade_a": ""}, 302),
    ],
)
def test_a_definition_that_cannot_be_comes_back(
    as_persona: Sign, sewage: Indicator, change: dict[str, str], status: int
) -> None:
    assert as_persona("office").post("/desk/indicators/new/", {**EDIT, **change}).status_code == status
    assert Indicator.objects.count() == (2 if status == 302 else 1)


def test_a_workbook_of_readings_is_taken_on_the_page(as_persona: Sign, sewage: Indicator) -> None:
    client, page = as_persona("department"), "/desk/registers/readings/import/"
    assert page in client.get("/desk/indicators/").content.decode()
    file = SimpleUploadedFile("读数.csv", "编号,2026年7月,2026年8月\nSEWAGE,95%,130%\n".encode("gb18030"))
    html = client.post(page, {"file": file, "try": "1"}).content.decode()
    assert "试读通过" in html and "其中存疑" in html and not Reading.objects.exists()
    file.seek(0)
    assert "已导入" in client.post(page, {"file": file, "import": "1"}).content.decode()
    assert (Reading.objects.count(), Doubt.objects.count()) == (1, 1)
    assert as_persona("leader").get(page).status_code == 404


def test_divisions_stand_beside_the_city(as_persona: Sign, sewage: Indicator, small_city: Any) -> None:
    read("0.961")
    read("0.9", month=7, division=small_city.streets[0])
    page = as_persona("leader").get(PAGE)
    assert "分区域" in page.content.decode() and "河东街道" in page.content.decode()
    assert page.context["chart"]["names"] == ["2026年7月", "2026年8月"]
    assert [line["values"] for line in page.context["chart"]["series"]] == [
        [None, pytest.approx(96.1)],
        [pytest.approx(90), None],
    ]
    assert page.context["chart"]["target"]["value"] == pytest.approx(95)


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
    assert "百分数填 93.1% 或 0.931" in client.get(PAGE).content.decode()
    Indicator.objects.update(unit_of_measure="dB(A)")
    html = client.get(PAGE).content.decode()
    assert "0.931" not in html and "dB(A)" in html
