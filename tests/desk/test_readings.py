"""The lists of readings and of doubtful ones: filters, order, files, and who may open what."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from chuangcheng.indicators.actions import ReadingInput, define_indicator, submit_reading
from chuangcheng.indicators.models import Doubt, Indicator, Reading
from chuangcheng.kernel.actor import SYSTEM, Actor

Sign = Callable[[str], Client]
READINGS = "/desk/indicators/readings/"
DOUBTS = "/desk/indicators/doubts/"
MINE = "/desk/indicators/mine/"
LATE = "/desk/indicators/late/"


def hand_in(actor: Actor, value: str, month: int = 8, code: str = "SEWAGE", **more: Any) -> None:
    given = ReadingInput(
        indicator_code=code,
        period_start=date(2026, month, 1),
        value=Decimal(value),
        **more,
    )
    submit_reading(actor=actor, given=given)


@pytest.fixture
def parks(sewage: Indicator, small_city: Any) -> Indicator:
    return define_indicator(
        actor=SYSTEM,
        code="PARKS",
        zh="人均公园绿地",
        en="Park area",
        unit_of_measure="m²",
        scoring={"kind": "threshold", "op": ">=", "target": 9},
        source_unit=small_city.units["street"],
        frequency="quarter",
    )


@pytest.fixture
def filled(sewage: Indicator, parks: Indicator, personas: dict[str, Actor], small_city: Any) -> None:
    """Four readings of two indicators, and three doubtful ones."""
    hand_in(personas["department"], "0.93", month=7)
    hand_in(personas["department"], "0.96", month=8, channel="import")
    hand_in(personas["office"], "0.91", month=8, division=small_city.district)
    hand_in(SYSTEM, "9.25", month=6, code="PARKS", channel="api")
    hand_in(personas["department"], "1.2", month=6)
    hand_in(personas["department"], "-0.1", month=5)
    hand_in(SYSTEM, "-3", month=8, code="PARKS")


def values(client: Client, path: str) -> list[str]:
    return [str(row.value.normalize()) for row in client.get(path).context["listing"].rows]


def table(client: Client, path: str) -> list[dict[str, str]]:
    """The rows of an exported CSV."""
    answer = client.get(path)
    text = b"".join(answer).decode("utf-8-sig")  # type: ignore[arg-type]
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"0.93", "0.96", "0.91", "9.25"}),
        ("code=SEWAGE", {"0.93", "0.96", "0.91"}),
        ("code=PARKS", {"9.25"}),
        ("code=NOTHING", set()),
        ("area=city", {"0.93", "0.96", "9.25"}),
        ("area=990101", {"0.91"}),
        ("area=990102", {"0.93", "0.96", "0.91", "9.25"}),
        ("channel=form", {"0.93", "0.91"}),
        ("channel=import", {"0.96"}),
        ("channel=api", {"9.25"}),
        ("channel=system", set()),
        ("code=SEWAGE&channel=form&area=city", {"0.93"}),
    ],
)
def test_readings_are_narrowed(as_persona: Sign, query: str, expected: set[str]) -> None:
    assert set(values(as_persona("leader"), f"{READINGS}?{query}")) == expected


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("value", ["0.91", "0.93", "0.96", "9.25"]),
        ("-value", ["9.25", "0.96", "0.93", "0.91"]),
        ("period", ["9.25", "0.93", "0.96", "0.91"]),
    ],
)
def test_readings_are_sorted(as_persona: Sign, sort: str, expected: list[str]) -> None:
    found = values(as_persona("auditor"), f"{READINGS}?sort={sort}")
    if sort == "period":
        assert found[:2] == expected[:2] and set(found) == set(expected)
    else:
        assert found == expected


@pytest.mark.usefixtures("filled")
def test_readings_of_a_unit(as_persona: Sign, sewage: Indicator, parks: Indicator) -> None:
    client = as_persona("office")
    assert set(values(client, f"{READINGS}?unit={sewage.source_unit_id}")) == {"0.93", "0.96", "0.91"}
    assert values(client, f"{READINGS}?unit={parks.source_unit_id}") == ["9.25"]


@pytest.mark.usefixtures("filled")
def test_readings_are_a_file_too(as_persona: Sign) -> None:
    rows = table(as_persona("office"), f"{READINGS}?code=SEWAGE&export=csv&sort=value")
    assert [row["数值"] for row in rows] == ["91%", "93%", "96%"]
    assert [row["区域"] for row in rows] == ["东山区", "全市", "全市"]
    assert {row["指标"] for row in rows} == {"污水集中处理率"}
    assert rows[1]["期间"] == "2026年7月" and rows[1]["渠道"] == "填报" and rows[1]["填报人"] == "张department"
    book = as_persona("office").get(f"{READINGS}?export=xlsx")
    assert b"".join(book).startswith(b"PK")  # type: ignore[arg-type]
    assert as_persona("office").get(f"{READINGS}?export=geojson").status_code == 422


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"1.2", "-0.1", "-3"}),
        ("state=waiting", {"1.2", "-0.1", "-3"}),
        ("state=confirmed", set()),
        ("code=SEWAGE", {"1.2", "-0.1"}),
        ("code=PARKS&state=waiting", {"-3"}),
    ],
)
def test_doubts_are_narrowed(as_persona: Sign, query: str, expected: set[str]) -> None:
    assert set(values(as_persona("office"), f"{DOUBTS}?{query}")) == expected


@pytest.mark.usefixtures("filled")
def test_doubts_are_a_file_with_what_speaks_against_them(as_persona: Sign) -> None:
    rows = table(as_persona("office"), f"{DOUBTS}?export=csv&sort=period")
    # A spreadsheet would take what begins with a minus for a formula.
    assert [(row["数值"], row["疑点"]) for row in rows] == [
        ("'-10%", "超出合理范围"),
        ("120%", "比率超过 100%"),
        ("'-3 m²", "超出合理范围"),
    ]
    assert {row["状态"] for row in rows} == {"待核"}
    assert [row["填报单位"] for row in rows] == ["城市管理局", "城市管理局", "河东街道"]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("persona", "seen"),
    [
        ("office", 3),
        ("leader", 3),
        ("auditor", 3),
        ("department", 2),
        ("street", 1),
        ("street2", 0),
        ("subcommand", 0),
    ],
)
def test_each_sees_the_doubts_in_reach(as_persona: Sign, persona: str, seen: int) -> None:
    client = as_persona(persona)
    assert len(values(client, DOUBTS)) == seen
    html = client.get(DOUBTS).content.decode()
    assert (html.count("/moves/confirm/") > 0) is (persona == "office")
    assert (html.count("/moves/withdraw/") > 0) is (persona in {"office", "department"})


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("persona", "status"),
    [
        ("office", 200),
        ("department", 200),
        ("leader", 403),
        ("street", 403),
        ("auditor", 403),
        ("grid", 403),
        ("community", 403),
        ("inspector", 403),
    ],
)
def test_who_opens_the_form_of_what_is_asked(as_persona: Sign, persona: str, status: int) -> None:
    assert as_persona(persona).get(MINE).status_code == status


@pytest.mark.parametrize("path", [READINGS, DOUBTS, LATE])
@pytest.mark.parametrize(
    ("persona", "status"),
    [
        ("office", 200),
        ("leader", 200),
        ("district", 200),
        ("street", 200),
        ("auditor", 200),
        ("grid", 403),
        ("community", 403),
        ("inspector", 403),
    ],
)
def test_who_opens_the_lists(as_persona: Sign, sewage: Indicator, path: str, persona: str, status: int) -> None:
    assert as_persona(persona).get(path).status_code == status


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("path", [READINGS, DOUBTS, LATE, MINE])
def test_pages_cost_few_queries(as_persona: Sign, path: str, django_assert_max_num_queries: Any) -> None:
    client = as_persona("office")
    client.get(path)
    with django_assert_max_num_queries(16):
        assert client.get(path).status_code == 200


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("path", "words"),
    [
        (READINGS, ("All readings", "Park area", "Corrected ones included")),
        (DOUBTS, ("Doubtful readings", "Outside the plausible range", "To be checked")),
        (LATE, ("Late readings", "Overview")),
        (MINE, ("My readings", "Coming up")),
    ],
)
def test_the_pages_speak_english(as_persona: Sign, path: str, words: tuple[str, ...]) -> None:
    client = as_persona("office")
    client.cookies["django_language"] = "en"
    html = client.get(path).content.decode()
    assert [word for word in words if word not in html] == []


@pytest.mark.usefixtures("filled")
def test_a_move_that_is_not_the_readers_is_refused(as_persona: Sign) -> None:
    doubt = Doubt.objects.get(value=Decimal("1.2"))
    path = f"{DOUBTS}{doubt.pk}/moves/"
    assert as_persona("street2").get(path + "withdraw/").status_code == 404
    assert as_persona("leader").post(path + "withdraw/", {"words": "错"}).status_code == 422
    assert as_persona("leader").post(path + "confirm/", {"words": "对"}).status_code == 422
    assert as_persona("grid").get(path + "confirm/").status_code == 403
    doubt.refresh_from_db()
    assert doubt.state == "waiting" and Reading.objects.count() == 4


@pytest.mark.usefixtures("filled")
def test_a_withdrawn_reading_is_asked_for_again(as_persona: Sign, noon: datetime) -> None:
    Indicator.objects.update(asked_from=date(2026, 6, 1))
    client = as_persona("department")
    marked = [row[0].in_doubt for row in client.get(MINE).context["rows"]]
    assert marked == [True], "June is doubtful; July and August are there"
    doubt = Doubt.objects.get(value=Decimal("1.2"))
    assert client.post(f"{DOUBTS}{doubt.pk}/moves/withdraw/", {"words": "填错"}).status_code == 302
    assert [row[0].in_doubt for row in client.get(MINE).context["rows"]] == [False]
    html = client.get(f"{DOUBTS}?state=withdrawn").content.decode()
    assert "已撤回" in html and "填错" in html


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"value": "1.5"}, "百分数还是比例"),
        ({"value": "约九成"}, "不是数"),
        ({"value": "96%", "numerator": "96"}, "同时填分子和分母"),
        ({"numerator": "96"}, "同时填分子和分母"),
        ({"numerator": "96", "denominator": "0"}, "分母为零"),
    ],
)
def test_a_row_that_cannot_be_taken_says_why_and_keeps_what_was_typed(
    as_persona: Sign, sewage: Indicator, typed: dict[str, str], error: str
) -> None:
    Indicator.objects.update(asked_from=date(2026, 8, 1))
    client = as_persona("department")
    key = client.get(MINE).context["rows"][0][1]
    answer = client.post(MINE, {f"{name}-{key}": text for name, text in typed.items()})
    assert answer.status_code == 422
    assert error in answer.content.decode()
    assert answer.context["rows"][0][4] == {"value": "", "numerator": "", "denominator": "", **typed}
    assert not Reading.objects.exists()


def test_an_empty_form_changes_nothing(as_persona: Sign, sewage: Indicator) -> None:
    Indicator.objects.update(asked_from=date(2026, 8, 1))
    assert as_persona("department").post(MINE, {}).status_code == 302
    assert not Reading.objects.exists()


def test_districts_are_asked_for_late_and_filled_in_by_themselves(
    as_persona: Sign, sewage: Indicator, small_city: Any, personas: dict[str, Actor]
) -> None:
    from django.urls import reverse

    office, department, district = as_persona("office"), as_persona("department"), small_city.district
    edit = reverse("desk:indicator_edit", args=["SEWAGE"])
    form = office.get(edit).context["form"]
    values = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    assert values.pop("by_district") is False
    assert office.post(edit, {**values, "by_district": "on"}).status_code == 302
    Indicator.objects.update(asked_from=date(2026, 8, 1))
    row = Indicator.objects.get()
    assert row.by_district and office.get(edit).context["form"]["by_district"].value() is True
    late = office.get(LATE)
    assert [one.division for one, _period in late.context["rows"]] == [None, district]
    assert f'<span class="tag">{district.name}</span>' in late.content.decode()
    exported: Any = office.get(f"{LATE}?export=csv")
    lines = list(csv.reader(io.StringIO(bytes(exported.getvalue()).decode("utf-8-sig"))))
    assert [line[lines[0].index("区域")] for line in lines[1:]] == ["全市", district.name]
    html = department.get(MINE).content.decode()
    keys = [f"{row.pk.hex}-20260801", f"{row.pk.hex}-20260801-{district.code}"]
    assert all(f'name="value-{key}"' in html for key in keys) and district.name in html
    assert department.post(MINE, {f"value-{keys[1]}": "96%"}).status_code == 302
    reading = Reading.objects.get()
    assert (reading.division, reading.value) == (district, Decimal("0.96"))
    html = department.get(MINE).content.decode()
    assert f'name="value-{keys[0]}"' in html and keys[1] not in html
    wrong = department.post(MINE, {f"value-{keys[0]}": "moon"})
    assert wrong.status_code == 422 and Reading.objects.count() == 1
