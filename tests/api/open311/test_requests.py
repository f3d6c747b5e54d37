"""Service requests: what anybody may see of a report, when, and how a list is narrowed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chuangcheng.api.open311.requests import request_id_of
from chuangcheng.cases import actions
from chuangcheng.cases.models import Report
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from tests.api.open311.client import Geo, as_words, refused, root_of, spark
from tests.api.open311.world import closed, filed, reported
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
City = dict[str, Actor]


def id_of(report: Report) -> str:
    return request_id_of(report.number, report.pk)


def listed(reader: Geo, **query: str) -> list[str]:
    """The ids of a list."""
    return [row["service_request_id"] for row in reader.json("/requests", **query)]


# What is told -------------------------------------------------------------------------------------------------------


def test_a_filed_report_is_told_without_its_reporter(reader: Geo, city: City) -> None:
    report = filed(city, "车牌冀R12345乱停，电话13800138000", contact_name="王女士", contact_phone="139 0013 9000")
    (row,) = reader.json("/requests")
    assert row == {
        "service_request_id": id_of(report), "status": "open", "status_notes": "待派遣", "service_name": "暴露垃圾",
        "service_code": "06010", "description": "车牌冀R****5乱停，电话138****8000", "agency_responsible": None,
        "service_notice": None, "requested_datetime": "2026-09-15T12:00:00+08:00",
        "updated_datetime": "2026-09-15T12:00:00+08:00", "expected_datetime": "2026-09-16T12:00:00+08:00",
        "address": "永安路 12 号", "address_id": None, "zipcode": None, "lat": 30.002, "long": 120.002,
        "media_url": None,
    }  # fmt: skip
    assert "王女士" not in str(row) and "139 0013" not in str(row) and "1390013" not in str(row)


def test_the_path_of_a_case_is_told_in_words(reader: Geo, city: City) -> None:
    report = filed(city)
    with clock.at(NOON + timedelta(hours=2)):
        closed(city, report)
        (row,) = reader.json("/requests")
        english = reader.ask("/requests.json", headers={"accept-language": "en"}).json()[0]
    assert (row["status"], row["status_notes"]) == ("closed", "已结案：现场无此问题")
    assert row["updated_datetime"] == "2026-09-15T14:00:00+08:00"
    assert row["agency_responsible"] == "河东街道"
    assert english["status_notes"].startswith("Closed: ")


def test_a_void_case_is_closed(reader: Geo, city: City) -> None:
    report = filed(city)
    assert report.case_id is not None
    actions.void_case(actor=city["office"], case_id=report.case_id, reason_code="duplicate")
    assert [(row["status"], row["status_notes"]) for row in reader.json("/requests")] == [("closed", "已作废")]


def test_each_report_of_a_case_keeps_its_own_id(reader: Geo, city: City) -> None:
    first, second = filed(city), reported("同一堆垃圾")
    assert first.case_id is not None
    actions.link_report(actor=city["office"], report_id=second.pk, case_id=first.case_id)
    assert set(listed(reader)) == {id_of(first), id_of(second)}


def test_numbers_in_addresses_are_masked(reader: Geo, city: City) -> None:
    filed(city, address="永安路 12 号，联系13800138000")
    assert reader.json("/requests")[0]["address"] == "永安路 12 号，联系138****8000"


def test_a_long_text_is_cut_to_the_standard_s_length(reader: Geo, city: City) -> None:
    filed(city, "垃" * 1999)
    assert reader.json("/requests")[0]["description"] == "垃" * 1999
    Report.objects.update(text="圾" * 9000)
    description = reader.json("/requests")[0]["description"]
    assert len(description) == 4000 and description.endswith("圾…")


def test_markup_and_emoji_arrive_as_they_were_written(reader: Geo, city: City) -> None:
    written = "<script>alert('1')</script> & \"引号\" 😀👨‍👩‍👧\n第二行 ]]>"
    report = filed(city, written)
    stored = Report.objects.get(pk=report.pk).text
    assert reader.json("/requests")[0]["description"] == stored
    (row,) = spark(reader.xml("/requests"))
    assert row["description"] == stored
    assert b"<script>" not in reader.ask("/requests.xml").content


def test_characters_that_xml_cannot_carry_are_replaced(reader: Geo, city: City) -> None:
    filed(city)
    Report.objects.update(text="前\x01\x0b\ufffe后")
    (row,) = spark(reader.xml("/requests"))
    assert row["description"] == "前\ufffd\ufffd\ufffd后"


def test_both_forms_say_the_same(reader: Geo, city: City) -> None:
    closed(city, filed(city))
    report = filed(city, lat=None, lon=None)
    for path in ("/requests", f"/requests/{id_of(report)}"):
        assert spark(reader.xml(path)) == as_words(reader.json(path))
        assert reader.xml(path).tag == "service_requests"


# Before review ------------------------------------------------------------------------------------------------------


def _wait(city: City, report: Report) -> None:
    """Nothing happens to it."""


def _refuse(city: City, report: Report) -> None:
    actions.refuse_report(actor=city["office"], report_id=report.pk, reason_code="unclear")


def _withdraw(city: City, report: Report) -> None:
    actions.withdraw_report(report_id=report.pk, code=actions.code_of(report.pk))


UNREVIEWED: list[tuple[Callable[[City, Report], None], str, str]] = [
    (_wait, "open", "待受理"),
    (_refuse, "closed", "不予受理：位置或内容不清，无法核实"),
    (_withdraw, "closed", "已撤回"),
]


@pytest.mark.parametrize(("happen", "status", "notes"), UNREVIEWED)
def test_before_review_only_the_id_opens_the_state_and_nothing_more(
    reader: Geo, city: City, happen: Callable[[City, Report], None], status: str, notes: str
) -> None:
    report = reported("某某在河边倒垃圾")
    happen(city, report)
    assert listed(reader) == []
    (row,) = reader.json(f"/requests/{id_of(report)}")
    assert (row["status"], row["status_notes"], row["service_code"]) == (status, notes, "06010")
    hidden = ("description", "address", "lat", "long", "expected_datetime", "agency_responsible", "media_url")
    assert {row[name] for name in hidden} == {None}
    assert reader.json("/requests", service_request_id=id_of(report)) == [row]


@pytest.mark.parametrize(
    "source", ["hotline", "mailbox", "grid", "patrol", "media", "leader", "deputies", "window", "import"]
)
def test_what_was_not_said_in_public_is_never_listed(reader: Geo, city: City, source: str) -> None:
    report = filed(city, source=source)
    assert report.state == "filed"
    assert listed(reader) == []
    assert reader.json(f"/requests/{id_of(report)}")[0]["description"] is None


@pytest.mark.parametrize(
    "wrong", ["{number}", "{number}-", "{number}-AAAAAAAA", "{number}-{code}X", "x", "垃圾", "a" * 900, "{id}"]
)
def test_a_number_without_its_code_is_404(reader: Geo, city: City, wrong: str) -> None:
    report = filed(city)
    code = id_of(report).rsplit("-", 1)[1]
    asked = wrong.format(number=report.number, code=code, id=report.pk)
    refused(reader.ask(f"/requests/{asked}.json"), 404, "open311.no_request")
    assert reader.json("/requests", service_request_id=asked) == []


def test_the_code_of_the_id_is_not_the_receipt_s(city: City) -> None:
    report = reported()
    assert id_of(report).rsplit("-", 1)[1] != actions.code_of(report.pk)


def test_a_token_leads_to_the_id_in_both_forms(reader: Geo, city: City) -> None:
    report = reported()
    assert reader.json(f"/tokens/{report.pk}") == [{"service_request_id": id_of(report), "token": str(report.pk)}]
    assert spark(reader.xml(f"/tokens/{report.pk}"))[0]["service_request_id"] == id_of(report)


@pytest.mark.parametrize("token", ["00000000-0000-4000-8000-000000000000", "x", "1" * 300])
def test_an_unknown_token_is_404(reader: Geo, city: City, token: str) -> None:
    refused(reader.ask(f"/tokens/{token}.json"), 404, "open311.no_token")


# Filters ------------------------------------------------------------------------------------------------------------


def test_ids_override_every_other_filter_and_keep_their_order(reader: Geo, city: City) -> None:
    one, two = filed(city), filed(city)
    asked = f"{id_of(two)},{id_of(one)}, ,{id_of(two)},nonsense"
    found = listed(reader, service_request_id=asked, status="closed", end_date="2001-01-01T00:00:00Z", page="7")
    assert found == [id_of(two), id_of(one)]


def test_a_list_narrows_by_service(reader: Geo, city: City) -> None:
    from chuangcheng.framework.models import Category
    from chuangcheng.history import versions

    Category.objects.create(
        code="06011", zh="积存渣土", kind="matter", class_code="06", class_zh="市容环境", taxonomy="test", is_top=True
    )
    versions.bump("framework")
    versions.forget()
    one, two = filed(city), filed(city, category_code="06011")
    assert listed(reader, service_code="06010") == [id_of(one)]
    assert listed(reader, service_code="06011") == [id_of(two)]
    assert set(listed(reader, service_code="06010, 06011")) == {id_of(one), id_of(two)}
    assert listed(reader, service_code="99999") == []
    assert set(listed(reader, service_code="")) == {id_of(one), id_of(two)}


def test_the_service_is_that_of_the_case(reader: Geo, city: City) -> None:
    report = reported(category_code=None)
    actions.file_report(actor=city["office"], report_id=report.pk, category_code="06010")
    assert [row["service_code"] for row in reader.json("/requests")] == ["06010"]


@pytest.mark.parametrize(
    ("status", "found"), [("open", 1), ("closed", 1), ("open,closed", 2), ("closed, open", 2), ("", 2)]
)
def test_a_list_narrows_by_status(reader: Geo, city: City, status: str, found: int) -> None:
    filed(city)
    closed(city, filed(city))
    rows = reader.json("/requests", status=status)
    assert len(rows) == found
    assert status not in ("open", "closed") or {row["status"] for row in rows} == {status}


@pytest.fixture
def year(city: City) -> dict[int, Report]:
    """Reports filed 200, 91, 89, 10 and 0 days before noon."""
    made = {}
    for days in (200, 91, 89, 10, 0):
        with clock.at(NOON - timedelta(days=days)):
            made[days] = filed(city)
    return made


def days_found(reader: Geo, year: dict[int, Report], **query: str) -> list[int]:
    names = {id_of(report): days for days, report in year.items()}
    return [names[found] for found in listed(reader, **query)]


def day(days: int, zone: str = "Z") -> str:
    return f"{NOON - timedelta(days=days):%Y-%m-%dT%H:%M:%S}{zone}"


def test_without_dates_the_last_90_days_are_told_newest_first(reader: Geo, year: dict[int, Report]) -> None:
    assert days_found(reader, year) == [0, 10, 89]


def test_dates_bound_the_list_on_both_sides(reader: Geo, year: dict[int, Report]) -> None:
    assert days_found(reader, year, start_date=day(100), end_date=day(10)) == [10, 89, 91]
    assert days_found(reader, year, start_date=day(91), end_date=day(91)) == [91]
    assert days_found(reader, year, start_date=day(90), end_date=day(11)) == [89]


def test_one_date_alone_reaches_90_days_from_there(reader: Geo, year: dict[int, Report]) -> None:
    assert days_found(reader, year, start_date=day(200)) == [200]
    assert days_found(reader, year, start_date=day(20)) == [0, 10]
    assert days_found(reader, year, end_date=day(89)) == [89, 91]
    assert days_found(reader, year, start_date=day(-1)) == []


def test_dates_are_compared_as_instants(reader: Geo, year: dict[int, Report]) -> None:
    # 12:00 in the city is 04:00 in UTC: the same wall clock elsewhere is another moment.
    assert days_found(reader, year, start_date="2026-09-15T12:00:00+08:00") == [0]
    assert days_found(reader, year, start_date="2026-09-15T12:00:01+08:00") == []
    assert days_found(reader, year, start_date="2026-09-15T04:00:00Z") == [0]
    assert days_found(reader, year, start_date="2026-09-14T23:00-05:00") == [0]


def test_an_unescaped_plus_is_understood(reader: Geo, year: dict[int, Report]) -> None:
    response = reader._client.get("/open311/v2/requests.json?start_date=2026-09-15T12:00:00+08:00")
    assert len(response.json()) == 1


def test_what_an_answer_names_can_be_asked_for(reader: Geo, city: City) -> None:
    with clock.at(NOON + timedelta(microseconds=654321)):
        filed(city)
        (row,) = reader.json("/requests")
        told = row["requested_datetime"]
        assert re.fullmatch(r"2026-09-15T12:00:00\+08:00", told)
        assert len(listed(reader, start_date=told, end_date=told)) == 1


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ({"start_date": "2026-09-15T12:00:00"}, ["bad_time"]),
        ({"start_date": "2026-09-15"}, ["bad_time"]),
        ({"end_date": "yesterday"}, ["bad_time"]),
        ({"end_date": "2026-02-30T00:00:00Z"}, ["bad_time"]),
        ({"end_date": "0001-01-01T00:00:00+14:00"}, ["bad_time"]),
        ({"end_date": "9999-12-31T23:59:59-14:00"}, ["bad_time"]),
        ({"start_date": "٢٠٢٦-09-15T12:00:00Z"}, ["bad_time"]),
        ({"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-04-02T00:00:00Z"}, ["span"]),
        ({"start_date": "2026-04-02T00:00:00Z", "end_date": "2026-04-01T00:00:00Z"}, ["turned_round"]),
        ({"status": "done"}, ["bad_status"]),
        ({"page": "0"}, ["bad_number"]),
        ({"page": "1001"}, ["bad_number"]),
        ({"page": "x"}, ["bad_number"]),
        ({"page_size": "1001"}, ["bad_number"]),
        ({"lat": "30"}, ["half_a_place"]),
        ({"lat": "91", "long": "120"}, ["bad_number", "half_a_place"]),
        ({"lat": "nan", "long": "inf"}, ["bad_number", "bad_number"]),
        ({"lat": "30", "long": "120", "radius": "30000"}, ["bad_number"]),
        ({"service_request_id": ",".join(str(n) for n in range(201))}, ["too_many_values"]),
        ({"status": "x", "start_date": "x", "page": "x"}, ["bad_time", "bad_status", "bad_number"]),
        ({"service_code": "\ufffd"}, ["not_utf8"]),
    ],
)  # fmt: skip
def test_a_bad_filter_is_400_and_named(reader: Geo, db: None, query: dict[str, str], codes: list[str]) -> None:
    refused(reader.ask("/requests.json", **query), 400, *(f"open311.{code}" for code in codes))
    response = reader.ask("/requests.xml", **query)
    assert response.status_code == 400
    assert [error["code"] for error in spark(root_of(response))] == ["400"] * len(codes)


def test_exactly_90_days_may_be_asked_for(reader: Geo, db: None) -> None:
    assert reader.json("/requests", start_date="2026-01-01T00:00:00Z", end_date="2026-04-01T00:00:00Z") == []


# Pages and circles --------------------------------------------------------------------------------------------------


def test_pages_walk_through_all_of_it_once(reader: Geo, city: City) -> None:
    made = []
    for minutes in range(7):
        with clock.at(NOON + timedelta(minutes=minutes)):
            made.append(id_of(filed(city)))
    with clock.at(NOON + timedelta(hours=1)):
        pages = [listed(reader, page=str(page), page_size="3") for page in (1, 2, 3, 4)]
        last = reader.ask("/requests.json", page="3", page_size="3")
        first = reader.ask("/requests.json", page_size="3", status="open")
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert [found for page in pages for found in page] == made[::-1]
    assert "Link" not in last
    url, rel = first["Link"].split(";")
    assert rel.strip() == 'rel="next"'
    assert url == "<http://testserver/open311/v2/requests.json?page_size=3&status=open&page=2>"


@pytest.mark.parametrize(("radius", "found"), [("", 1), ("90", 0), ("120", 1), ("1300", 2), ("20000", 3)])
def test_a_circle_holds_what_lies_within(reader: Geo, city: City, radius: str, found: int) -> None:
    # About 111, 1,222 and 15,600 metres to the north of the middle; a fourth has no place.
    for lat in (30.001, 30.011, 30.14):
        filed(city, lat=lat, lon=120.002)
    filed(city, lat=None, lon=None)
    assert len(listed(reader, lat="30.000", long="120.002", radius=radius)) == found


def test_a_circle_is_round(reader: Geo, city: City) -> None:
    filed(city, lat=30.008, lon=120.012)  # 890 m north and 963 m east: within the square of 1,000 m, not the circle
    assert listed(reader, lat="30.0", long="120.002") == []
    assert len(listed(reader, lat="30.0", long="120.002", radius="1400")) == 1


def test_a_list_takes_three_queries_whatever_its_length(reader: Geo, city: City) -> None:
    reader.json("/requests")
    for number in (1, 5):
        for _ in range(number):
            filed(city)
        with CaptureQueriesContext(connection) as captured:
            assert reader.json("/requests")
        assert len(captured) <= 3, [query["sql"][:90] for query in captured]


def test_times_of_the_city_carry_its_zone(reader: Geo, city: City) -> None:
    with clock.at(datetime(2026, 9, 14, 16, 30, tzinfo=UTC)):
        filed(city)
    row: dict[str, Any] = reader.json("/requests")[0]
    assert row["requested_datetime"] == "2026-09-15T00:30:00+08:00"
