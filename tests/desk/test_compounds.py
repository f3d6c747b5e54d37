"""Compounds on the desk: figures over the list, filters, the page, forms, the contact person, the workbook."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from chuangcheng.cases.compound_work import of_compound
from chuangcheng.cases.models import Case
from chuangcheng.history.models import Event
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.sites.compounds import actions
from chuangcheng.sites.compounds.imports import write_template
from chuangcheng.sites.compounds.liaison import liaison_of
from chuangcheng.sites.compounds.models import Compound
from chuangcheng.sites.models import Site
from tests.conftest import NOON, square
from tests.sites.registers import AWAY, make_compound

Sign = Callable[[str], Client]


@pytest.fixture
def compounds(small_city: Any, noon: Any, make_site: Callable[[str], Site]) -> list[Compound]:
    """XQ001 in 永安 with a boundary and a site, XQ002 without property in 新华."""
    site = make_site("street")
    first = make_compound(site=site, boundary=square(120.001, 30.002, 0.002), liaison=("王大妈", "13800138000"))
    second = make_compound(
        code="XQ002", name="锦绣苑", property_kind="none", property_company="", committee="no", **AWAY
    )
    actions.grade_compound(actor=SYSTEM, compound_id=first.pk, grade="weak", reason="楼道堆物")
    return [Compound.objects.get(pk=first.pk), second]


def url(row: Compound, name: str = "compound", *more: str) -> str:
    return reverse(f"desk:{name}", args=[row.pk, *more])


def codes(client: Client, query: str = "") -> list[str]:
    return [row.code for row in client.get(f"/desk/compounds/?{query}").context["listing"].rows]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["XQ001", "XQ002"]), ("q=锦绣", ["XQ002"]), ("q=安居物业", ["XQ001"]), ("property=none", ["XQ002"]),
        ("managed=yes", ["XQ001"]), ("managed=no", ["XQ002"]), ("grade=weak", ["XQ001"]), ("grade=none", ["XQ002"]),
        ("committee=no", ["XQ002"]), ("renewal=done", []), ("state=closed", []), ("sort=-code", ["XQ002", "XQ001"]),
        ("sort=year", ["XQ001", "XQ002"]), ("area=990100/990101/990101002/", ["XQ002"]),
    ],
)  # fmt: skip
def test_filters_and_order(as_persona: Sign, compounds: list[Compound], query: str, found: list[str]) -> None:
    assert codes(as_persona("office"), query) == found


def test_figures_lead_to_their_rows(as_persona: Sign, compounds: list[Compound]) -> None:
    client = as_persona("office")
    page = client.get("/desk/compounds/")
    assert (page.context["cover"].compounds, page.context["shares"]["managed"]) == (2, (0.5, "1/2"))
    html = page.content.decode()
    assert "物业覆盖率" in html and "?state=active&amp;managed=yes" in html.replace("&managed", "&amp;managed")
    assert codes(client, "state=active&managed=yes") == ["XQ001"]
    assert len(codes(client, "state=active")) == page.context["cover"].compounds


def test_a_street_sees_its_own(as_persona: Sign, compounds: list[Compound]) -> None:
    assert codes(as_persona("street")) == ["XQ001"]
    assert as_persona("street2").get(url(compounds[0])).status_code == 404
    points = as_persona("street2").get("/desk/compounds/map/content/").json()["points"]["features"]
    assert [point["properties"]["title"] for point in points] == ["锦绣苑"]


def test_the_map_colours_by_grade(as_persona: Sign, compounds: list[Compound]) -> None:
    points = as_persona("office").get("/desk/compounds/map/content/").json()["points"]["features"]
    assert {point["properties"]["title"]: point["properties"]["tone"] for point in points} == {
        "和顺小区": "red", "锦绣苑": "blue"}  # fmt: skip
    assert (
        'data-map="/desk/compounds/map/content/"' in as_persona("office").get("/desk/compounds/map/").content.decode()
    )


def test_its_cases_are_those_at_its_site_and_within_its_boundary(
    as_persona: Sign, compounds: list[Compound], small_city: Any
) -> None:
    def case(number: str, **more: Any) -> Case:
        path = small_city.communities[0].path
        return Case.objects.create(
            number=number, text=number, source="patrol", filed_at=NOON, division_path=path, **more
        )

    case("AJ1", lat=30.003, lon=120.002)
    case("AJ2", lat=30.009, lon=120.009)
    case("AJ3", site=compounds[0].site)
    case("AJ4", lat=30.003, lon=120.002, state="closed")
    case("AJ5", lat=30.0041, lon=120.002)  # beyond the boundary
    client = as_persona("office")
    shown = {each.number for each in client.get(url(compounds[0])).context["open_cases"]}
    assert shown == {"AJ1", "AJ3"}
    listed = {each.number for each in client.get("/desk/cases/?compound=XQ001").context["listing"].rows}
    assert listed == {"AJ1", "AJ3", "AJ4"}
    assert [c.number for c in client.get("/desk/cases/?site=S-street").context["listing"].rows] == ["AJ3"]
    assert not client.get("/desk/cases/?compound=moon").context["listing"].rows
    assert not of_compound(Case.objects.all(), compounds[1]).exists()


def test_the_page_tells_what_there_is(as_persona: Sign, compounds: list[Compound]) -> None:
    html = as_persona("office").get(url(compounds[0])).content.decode()
    assert all(
        word in html for word in ("安居物业", "已成立", "320", "4 个 / 16 只", "楼道堆物", "薄弱", "查看（留痕）")
    )
    assert "13800138000" not in html
    html = as_persona("office").get(url(compounds[1])).content.decode()
    assert "无物业" in html and "未评定" in html and "没有未结问题" in html


def test_the_contact_person_is_shown_on_request_and_logged(as_persona: Sign, compounds: list[Compound]) -> None:
    answer = as_persona("street").post(url(compounds[0], "compound_contact"))
    assert "13800138000" in answer.content.decode()
    assert Event.objects.filter(action="compound.contact_seen").count() == 1
    assert as_persona("leader").post(url(compounds[0], "compound_contact")).status_code == 403
    assert as_persona("street2").post(url(compounds[0], "compound_contact")).status_code == 404
    assert as_persona("street").get(url(compounds[0], "compound_contact")).status_code == 405


FORM = {
    "code": "XQ009", "name": "清泉里", "lat": "30.003", "lon": "120.002", "property_kind": "company",
    "property_company": "安居物业", "committee": "no", "renewal": "none", "households": "88",
}  # fmt: skip


def test_a_compound_is_registered_by_hand(as_persona: Sign, compounds: list[Compound]) -> None:
    client = as_persona("street")
    answer = client.post("/desk/compounds/new/", FORM)
    assert (answer.status_code, Compound.objects.get(code="XQ009").households) == (302, 88)
    again = client.post("/desk/compounds/new/", FORM)
    assert again.status_code == 409 and "已在册" in again.content.decode()
    wrong = client.post("/desk/compounds/new/", {**FORM, "code": "XQ010", "site_code": "moon"})
    assert wrong.status_code == 422 and not Compound.objects.filter(code="XQ010").exists()
    assert as_persona("leader").post("/desk/compounds/new/", FORM).status_code == 403


def test_a_change_keeps_boundary_and_contact(as_persona: Sign, compounds: list[Compound]) -> None:
    form = {**FORM, "code": "moon", "site_code": "S-street", "name": "和顺新村"}
    assert as_persona("street").post(url(compounds[0], "compound_edit"), form).status_code == 302
    row = Compound.objects.get(code="XQ001")
    assert (row.name, row.households, row.boundary is not None) == ("和顺新村", 88, True)
    assert liaison_of(row) == ("王大妈", "13800138000")
    assert row.site == compounds[0].site


def test_grading_and_leaving(as_persona: Sign, compounds: list[Compound]) -> None:
    form = {"grade": "met", "reason": "已整治"}
    assert as_persona("street").post(url(compounds[0], "compound_grade"), form).status_code == 403
    assert as_persona("district").post(url(compounds[0], "compound_grade"), form).status_code == 302
    assert Compound.objects.get(code="XQ001").grade == "met"
    client = as_persona("office")
    assert client.post(url(compounds[0], "compound_move", "take_off"), {"reason_code": "merged"}).status_code == 302
    assert client.post(url(compounds[0], "compound_move", "put_back")).status_code == 302
    assert client.post(url(compounds[0], "compound_move", "moon")).status_code == 404


def upload(data: bytes, **more: str) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("小区.csv", data), **more}


def test_a_workbook_is_tried_then_imported(as_persona: Sign, small_city: Any) -> None:
    good = "小区编码,小区名称,经度,纬度\nXQ1,和顺,120.002,30.003\n".encode("utf-8-sig")
    client = as_persona("office")
    tried = client.post("/desk/registers/compounds/import/", upload(good, **{"try": "1"}))
    assert tried.status_code == 200 and "试读通过" in tried.content.decode() and not Compound.objects.exists()
    done = client.post("/desk/registers/compounds/import/", upload(good, **{"import": "1"}))
    assert "已导入" in done.content.decode() and Compound.objects.get().code == "XQ1"
    bad = "小区编码,小区名称,经度,纬度\nXQ2,和顺,东,30.003\n".encode("utf-8-sig")
    refused = client.post("/desk/registers/compounds/import/", upload(bad, **{"import": "1"}))
    assert refused.status_code == 422 and "经度" in refused.content.decode() and Compound.objects.count() == 1
    assert client.post("/desk/registers/compounds/import/", upload(b"\0\1\2")).status_code == 422


def test_who_may_bring_workbooks(as_persona: Sign, small_city: Any) -> None:
    assert as_persona("community").get("/desk/registers/compounds/import/").status_code == 200
    assert as_persona("community").get("/desk/registers/shops/import/").status_code == 404
    assert as_persona("leader").get("/desk/registers/compounds/template/").status_code == 404
    assert as_persona("office").get("/desk/registers/moon/import/").status_code == 404
    file = io.BytesIO()
    write_template(file)
    answer = as_persona("office").get("/desk/registers/compounds/template/")
    assert answer.content[:2] == b"PK" and "attachment" in answer["Content-Disposition"]


def test_exports_hold_no_contact(as_persona: Sign, compounds: list[Compound]) -> None:
    answer = as_persona("office").get("/desk/compounds/?export=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "和顺小区" in text and "13800138000" not in text
    assert as_persona("grid").get("/desk/compounds/?export=csv").status_code == 403


@pytest.mark.parametrize("path", ["/desk/compounds/", "/desk/compounds/map/content/", "compound"])
@pytest.mark.parametrize("persona", ["office", "street"])
def test_pages_cost_few_queries(
    as_persona: Sign, compounds: list[Compound], path: str, persona: str, django_assert_max_num_queries: Any
) -> None:
    client, address = as_persona(persona), url(compounds[0]) if path == "compound" else path
    client.get(address)
    with django_assert_max_num_queries(15):
        assert client.get(address).status_code == 200


def test_pages_speak_english(as_persona: Sign, compounds: list[Compound]) -> None:
    client = as_persona("office")
    client.cookies["django_language"] = "en"
    page = client.get("/desk/compounds/")
    assert all(str(head.column.label).isascii() for head in page.context["listing"].heads)
    assert "Property cover" in page.content.decode()
    assert "Owners' committee" in client.get(url(compounds[0])).content.decode()
