"""Sponsorship on the desk: list, cover with the rows behind each figure, map, entry, end, workbook."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.people.models import Person
from chuangcheng.places.models import Division
from chuangcheng.sites.sponsorship.actions import SponsorshipInput, save_sponsorship
from chuangcheng.sites.sponsorship.models import Sponsorship
from tests.sites.registers import make_compound
from tests.sites.test_sponsorship import ROWS, sheet

Sign = Callable[[str], Client]


def path(name: str, *args: Any) -> str:
    return reverse(f"desk:{name}", args=args)


@pytest.fixture
def row(small_city: Any, personas: dict[str, Actor], noon: Any) -> Sponsorship:
    """The department's person stands by 永安 with eleven others."""
    return save_sponsorship(actor=SYSTEM, given=SponsorshipInput(
        subject=small_city.communities[0], unit=small_city.units["department"], cadres=12,
        person=Person.objects.get(username="department"), valid_from=date(2026, 9, 1),
    ))  # fmt: skip


def test_the_list_shows_who_stands_by_what(as_persona: Sign, row: Sponsorship, small_city: Any) -> None:
    client = as_persona("leader")
    page = client.get(path("sponsorships"))
    html = page.content.decode()
    assert "永安社区" in html and "张department" in html and "在联" in html and "安排包联</a>" not in html
    assert (page.context["effort"].sponsorships, page.context["effort"].cadres) == (1, 12)

    def found(query: str) -> int:
        return len(client.get(path("sponsorships") + query).context["listing"].rows)

    queries = {"?kind=community": 1, "?kind=road": 0, "?standing=yes": 1, "?standing=ended": 0, "?standing=later": 0,
               f"?unit={small_city.units['department'].pk}": 1, f"?unit={small_city.units['street'].pk}": 0,
               "?q=永安": 1, "?q=张department": 1, "?q=没有": 0, f"?area={small_city.streets[1].path}": 0,
               f"?at={small_city.communities[0].path}": 1}  # fmt: skip
    assert {query: found(query) for query in queries} == queries
    lines = b"".join(client.get(path("sponsorships") + "?export=csv").streaming_content)  # type: ignore[attr-defined]
    assert len(lines.decode().splitlines()) == 2


def test_each_figure_of_the_cover_leads_to_its_rows(as_persona: Sign, row: Sponsorship) -> None:
    make_compound()
    client = as_persona("office")
    html = client.get(path("sponsorship_cover")).content.decode()
    assert f"{path('sponsorships')}?kind=community&amp;standing=yes" in html
    assert path("sponsor_gaps", "community") in html and path("sponsor_gaps", "compound") in html
    assert path("sponsor_gaps", "road") not in html, "no gap, no link"

    def gaps(kind: str, query: str = "") -> list[str]:
        return [each.name for each in client.get(path("sponsor_gaps", kind) + query).context["listing"].rows]

    assert gaps("community") == ["长乐社区", "新华社区"] and gaps("compound") == ["和顺小区"]
    assert gaps("community", "?q=新华") == ["新华社区"] and gaps("site") == gaps("junction") == []
    assert gaps("community", f"?area={Division.objects.get(code='990101001').path}") == ["长乐社区"]
    assert client.get(path("sponsor_gaps", "nonsense")).status_code == 404
    lines = b"".join(client.get(path("sponsor_gaps", "community") + "?export=csv").streaming_content)  # type: ignore[attr-defined]
    assert "990101001002" in lines.decode() and "河东街道" in lines.decode()


def test_the_map_tells_the_covered_from_the_others(as_persona: Sign, row: Sponsorship) -> None:
    make_compound()
    points = as_persona("office").get(path("sponsorship_map")).json()["points"]["features"]
    tones = {point["properties"]["title"]: point["properties"]["tone"] for point in points}
    assert tones == {"永安社区": "green", "长乐社区": "red", "新华社区": "red", "和顺小区": "red"}
    assert all(len(point["geometry"]["coordinates"]) == 2 for point in points)
    assert len(as_persona("street2").get(path("sponsorship_map")).json()["points"]["features"]) == 1


def test_one_is_entered_and_ended(as_persona: Sign, row: Sponsorship, small_city: Any) -> None:
    client, unit = as_persona("office"), small_city.units["street"]
    given = {
        "code": "990101002001",
        "unit": str(unit.pk),
        "person": "张street",
        "cadres": 3,
        "valid_from": "2026-09-15",
    }
    assert "990101002001" in client.get(path("sponsorship_new") + "?code=990101002001").content.decode()
    assert client.post(path("sponsorship_new"), given).status_code == 302
    made = Sponsorship.objects.get(unit=unit)
    assert (made.subject.name, made.cadres, made.person and made.person.username) == ("新华社区", 3, "street")
    for wrong in (
        {"code": "无此编码"},
        {"code": "990101"},
        {"person": "无此人"},
        {"valid_to": "2026-09-14"},
        {"unit": ""},
    ):
        assert client.post(path("sponsorship_new"), {**given, **wrong}).status_code == 422, wrong
    page = client.get(path("sponsorship", row.pk)).content.decode()
    assert "永安社区" in page and "长期" in page and "结束包联" in page
    assert client.post(path("sponsorship_end", row.pk), {"last_day": "2026-08-01"}).status_code == 422
    assert client.post(path("sponsorship_end", row.pk), {"last_day": "2026-09-14"}).status_code == 302
    page = client.get(path("sponsorship", row.pk)).content.decode()
    assert "已结束" in page and path("sponsorship_end", row.pk) not in page


def test_places_and_units_show_it(as_persona: Sign, row: Sponsorship, small_city: Any) -> None:
    compound = make_compound()
    save_sponsorship(actor=SYSTEM, given=SponsorshipInput(
        subject=compound, unit=small_city.units["department"], valid_from=date(2026, 9, 1)))  # fmt: skip
    client = as_persona("office")
    assert (
        path("sponsorship", Sponsorship.objects.get(kind="compound").pk)
        in client.get(path("compound", compound.pk)).content.decode()
    )
    unit = small_city.units["department"]
    html = client.get(path("unit", unit.pk)).content.decode()
    assert f"{path('sponsorships')}?unit={unit.pk}&amp;standing=yes" in html and "2 处" in html


@pytest.mark.parametrize("persona", ["leader", "department", "street", "community", "inspector"])
def test_who_only_looks(as_persona: Sign, row: Sponsorship, persona: str) -> None:
    client = as_persona(persona)
    for address in (path("sponsorships"), path("sponsorship_cover"), path("sponsorship", row.pk)):
        assert client.get(address).status_code == 200
    for address in (path("sponsorship_new"), path("sponsorship_end", row.pk)):
        assert client.get(address).status_code == 403
    assert client.get(path("register_import", "sponsorships")).status_code == 404


def test_another_districts_row_is_not_found(as_persona: Sign, row: Sponsorship) -> None:
    assert as_persona("street2").get(path("sponsorship", row.pk)).status_code == 404


def test_a_workbook_is_tried_and_taken_in(as_persona: Sign, row: Sponsorship, tmp_path: Any) -> None:
    client, address = as_persona("district"), path("register_import", "sponsorships")
    file = sheet(tmp_path, *ROWS[:2]).read_bytes()

    def send(button: str) -> str:
        upload = io.BytesIO(file)
        upload.name = "包联.xlsx"
        return client.post(address, {"file": upload, button: "1"}).content.decode()

    assert "试读通过" in send("try") and Sponsorship.objects.count() == 1
    assert "已导入" in send("import") and Sponsorship.objects.count() == 2
    assert client.get(path("register_template", "sponsorships")).status_code == 200


@pytest.mark.parametrize("name", ["sponsorships", "sponsorship_cover"])
def test_pages_cost_few_queries(
    as_persona: Sign, row: Sponsorship, name: str, django_assert_max_num_queries: Any
) -> None:
    client = as_persona("office")
    client.get(path(name))
    with django_assert_max_num_queries(15):
        assert client.get(path(name)).status_code == 200
