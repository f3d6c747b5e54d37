"""Pages of the decree and of a unit's duty sheet, with their files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.framework.actions import assign_by_role, load_edition, publish_edition
from chuangcheng.framework.models import Decree, Edition
from chuangcheng.kernel.actor import SYSTEM
from tests.framework.editions import small

Sign = Callable[[str], Client]


@pytest.fixture
def plain(small_city: Any) -> Edition:
    edition = publish_edition(actor=SYSTEM, edition=load_edition(actor=SYSTEM, document=small()))
    assign_by_role(actor=SYSTEM, edition=edition)
    return edition


def test_the_decree_is_read_by_all_and_worded_by_the_office(
    as_persona: Sign, plain: Edition, django_assert_max_num_queries: Any
) -> None:
    url = reverse("desk:decree", args=[plain.pk])
    office = as_persona("office")
    office.get(url)
    with django_assert_max_num_queries(20):
        body = office.get(url).content.decode()
    assert "附表1" in body
    assert "{standards}" in body
    given = {"title": "方案", "body": "共{standards}条，{nobody}。", "number": "1号", "addressee": "", "dated_on": ""}
    wrong = office.post(url, given)
    assert wrong.status_code == 422
    assert "没有变量“nobody”" in wrong.content.decode()
    assert office.post(url, {**given, "title": ""}).status_code == 422
    assert not Decree.objects.exists()
    assert office.post(url, {**given, "body": "共{standards}条。", "dated_on": "2026-09-01"}).status_code == 302
    body = office.get(url).content.decode()
    assert "共3条。" in body
    assert "2026年9月1日" in body
    leader = as_persona("leader")
    assert "修改文字" not in leader.get(url).content.decode()
    assert leader.post(url, {**given, "body": "x"}).status_code == 403


@pytest.mark.parametrize(("kind", "start"), [("docx", b"PK"), ("pdf", b"%PDF")])
def test_both_come_as_files(as_persona: Sign, plain: Edition, small_city: Any, kind: str, start: bytes) -> None:
    office = as_persona("office")
    unit = small_city.units["street"]
    for name, key in (("desk:decree_file", plain.pk), ("desk:duty_sheet_file", unit.pk)):
        file = office.get(reverse(name, args=[key, kind]))
        assert file.content.startswith(start)
        assert f".{kind}" in file.headers["Content-Disposition"]
        assert office.get(reverse(name, args=[key, "odt"])).status_code == 404


def test_the_sheet_of_a_unit_links_its_standards(as_persona: Sign, plain: Edition, small_city: Any) -> None:
    unit = small_city.units["department"]
    body = as_persona("department").get(reverse("desk:duty_sheet", args=[unit.pk])).content.decode()
    assert "牵头的测评标准（3 条）" in body
    assert reverse("desk:standard", args=[plain.standards.get(code="F-1-1-1").pk]) in body
    card = as_persona("office").get(reverse("desk:unit", args=[unit.pk])).content.decode()
    assert reverse("desk:duty_sheet", args=[unit.pk]) in card
    assert as_persona("office").get(reverse("desk:duty_sheet", args=[plain.pk])).status_code == 404
