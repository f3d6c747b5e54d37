"""The page of coverage: each figure opens its rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.framework.actions import assign_by_role, load_edition, publish_edition
from chuangcheng.framework.models import Edition
from chuangcheng.framework.planning import plan_standards
from chuangcheng.kernel.actor import SYSTEM
from tests.framework.editions import small

Sign = Callable[[str], Client]
URL = "/desk/split/coverage/"


@pytest.fixture
def plain(small_city: Any) -> Edition:
    return publish_edition(actor=SYSTEM, edition=load_edition(actor=SYSTEM, document=small()))


def test_without_an_edition_the_page_says_what_to_do(as_persona: Sign) -> None:
    assert "导入本市的体系文件" in as_persona("office").get(URL).content.decode()


def test_every_figure_opens_its_rows(as_persona: Sign, plain: Edition, django_assert_max_num_queries: Any) -> None:
    office = as_persona("office")
    page = office.get(URL)
    assert page.context["show"] == "orphans"  # the first that is wrong
    assert len(page.context["standards"]) == 3
    for name, _label, count, _bad, _here in page.context["groups"]:
        with django_assert_max_num_queries(15):
            shown = office.get(URL, {"show": name, "edition": plain.code})
        rows = shown.context.get("standards") or shown.context.get("units") or []
        pairs = sum(len(units) for _standard, units in rows) if name == "territory_missing" else len(rows)
        assert pairs == count, name
        assert f"show={name}" in shown.content.decode()
    assign_by_role(actor=SYSTEM, edition=plain)
    page = office.get(URL)
    assert page.context["show"] == "idle"
    body = page.content.decode()
    assert (
        reverse("desk:standard", args=[plain.standards.first().pk])
        in office.get(f"{URL}?show=without_date").content.decode()
    )
    assert "没有，都已落实" in office.get(URL, {"show": "orphans"}).content.decode()
    assert "东山区创城办" in body
    loads = office.get(URL, {"show": "loads"})
    assert "中位数" in loads.content.decode()
    assert [unit.code for unit, *_rest in loads.context["units"]] == ["U-CGJ"]
    assert office.get(URL, {"edition": "NONE"}).status_code == 404
    assert as_persona("grid").get(URL).status_code in (200, 403)


def test_the_page_of_a_standard_shows_evidence_and_date(as_persona: Sign, plain: Edition) -> None:
    import datetime

    standard = plain.standards.first()
    url = reverse("desk:standard", args=[standard.pk])
    body = as_persona("office").get(url).content.decode()
    assert "实地点位" in body
    assert "未定" in body
    plan_standards(actor=SYSTEM, edition=plain, standards=[standard.pk], evidence=[], due_on=datetime.date(2026, 12, 1))
    assert "2026年12月1日" in as_persona("office").get(url).content.decode()
