"""The pages of the matrix: what is shown to whom, a press on a cell, and changes of many duties."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from chuangcheng.framework.actions import assign_by_role, load_edition, load_sample, publish_edition
from chuangcheng.framework.models import Duty, DutyBatch, DutyTemplate, Edition, NamedDuty, Standard
from chuangcheng.framework.named import Written, take_named
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.people.models import Unit
from tests.framework.editions import small

Sign = Callable[[str], Client]
URL = "/desk/split/"


@pytest.fixture
def plain(small_city: Any) -> Edition:
    edition = publish_edition(actor=SYSTEM, edition=load_edition(actor=SYSTEM, document=small()))
    assign_by_role(actor=SYSTEM, edition=edition)
    return edition


def kinds(edition: Edition) -> dict[str, str]:
    rows = Duty.objects.filter(standard__edition=edition).select_related("standard", "unit")
    return {f"{duty.standard.code} {duty.unit.code}": duty.kind for duty in rows}


def test_without_an_edition_the_page_says_what_to_do(as_persona: Sign) -> None:
    assert "导入本市的体系文件" in as_persona("office").get(URL).content.decode()


def test_standards_stand_down_and_units_across(as_persona: Sign, plain: Edition, small_city: Any) -> None:
    page = as_persona("office").get(URL)
    body = page.content.decode()
    view = page.context["view"]
    assert [unit.code for unit in view.units] == ["U-990101", "U-CGJ", "U-990101001", "U-990101002", "U-CCB"]
    rows = re.findall(r'<tr data-standard="[^"]+">(.*?)</tr>', body)
    assert [re.findall(r"<td(?: data-kind=\"(\w+)\")?>", row) for row in rows] == [
        ["", "lead", "territory", "territory", ""]
    ] * 3
    assert body.count("matrix__head") == 2  # contents
    assert "data-matrix=" in body
    assert 'name="ids"' in body
    assert "data-matrix=" not in as_persona("leader").get(URL).content.decode()
    assert "data-matrix=" not in as_persona("district").get(URL).content.decode()
    client = as_persona("office")
    client.cookies["django_language"] = "en"
    assert '<td data-kind="lead">L</td>' in client.get(URL).content.decode()


@pytest.mark.parametrize(
    ("query", "standards", "units"),
    [
        ({"node": "F-2"}, 1, 5), ({"node": "F-1-1"}, 2, 5), ({"node": "nothing"}, 0, 5),
        ({"group": "street"}, 3, 2), ({"group": "vertical"}, 3, 0), ({"page": "99"}, 3, 5), ({"page": "x"}, 3, 5),
        ({"group": "street", "node": "F-2"}, 1, 2),
    ],
)  # fmt: skip
def test_it_is_narrowed(as_persona: Sign, plain: Edition, query: dict[str, str], standards: int, units: int) -> None:
    view = as_persona("office").get(URL, query).context["view"]
    assert (view.standards, len(view.units)) == (standards, units)


def test_my_line_is_my_unit_and_those_that_answer_to_it(as_persona: Sign, plain: Edition, small_city: Any) -> None:
    Unit.objects.filter(code="U-CGJ").update(line_parent=small_city.units["subcommand"])
    Unit.objects.filter(code="U-990101001").update(parent=small_city.units["district"])
    Duty.objects.filter(unit__code="U-990101001", standard__code="F-2-1-1").delete()
    for role, units, standards in (("subcommand", ["U-CGJ"], 3), ("department", ["U-CGJ"], 3),
                                   ("district", ["U-990101", "U-990101001"], 2)):  # fmt: skip
        view = as_persona(role).get(URL, {"line": "1"}).context["view"]
        assert ([unit.code for unit in view.units], view.standards) == (units, standards)
    clerk, own = as_persona("street"), reverse("desk:duty_sheet", args=[small_city.units["street"].pk])
    assert f'<a class="btn" href="{own}">本单位责任清单</a>' in clerk.get(URL).content.decode()
    assert clerk.get(own).status_code == 200, "its own lines without a search among a hundred columns"


def test_a_large_matrix_is_paged_and_takes_few_queries(
    as_persona: Sign, small_city: Any, django_assert_max_num_queries: Any
) -> None:
    Unit.objects.bulk_create(
        Unit(code=f"B{n}", name=f"部门{n}", short_name=f"部门{n}", kind="department", group="city", official_order=n)
        for n in range(100)
    )
    edition = load_sample(actor=SYSTEM)
    assign_by_role(actor=SYSTEM, edition=edition)
    office = as_persona("office")
    office.get(URL)
    with django_assert_max_num_queries(15):
        page = office.get(URL)
    view = page.context["view"]
    assert view.standards == 155
    assert 5 <= view.pages <= 10
    seen = [row.code for n in range(view.pages) for block in
            office.get(URL, {"page": n + 1}).context["view"].blocks for row in block.standards]  # fmt: skip
    assert seen == list(edition.standards.order_by("order").values_list("code", flat=True))  # each once, in order


# --- one cell


def press(client: Client, edition: Edition, code: str, unit: str, was: str, to: str) -> Any:
    standard, row = Standard.objects.get(edition=edition, code=code), Unit.objects.get(code=unit)
    data = {"standard": standard.pk, "unit": row.pk, "was": was, "to": to}
    return client.post(reverse("desk:matrix_cell", args=[edition.pk]), data, headers={"HX-Request": "true"})


def test_a_press_answers_with_the_cell_and_the_way_back(as_persona: Sign, plain: Edition) -> None:
    office = as_persona("office")
    body = press(office, plain, "F-1-1-1", "U-CGJ", "lead", "support").content.decode()
    assert body.startswith('<td data-kind="support">配</td>')
    assert "无牵头" in body  # the row's head says so at once
    assert "hx-swap-oob" in body
    assert "城市管理局 · F-1-1-1：配合" in body
    url = re.search(r'action="([^"]+undo/)"', body)
    assert url
    standard, unit = Standard.objects.get(code="F-1-1-1"), Unit.objects.get(code="U-CGJ")
    place = {"standard": standard.pk, "unit": unit.pk}
    back = office.post(url[1], place, headers={"HX-Request": "true"}).content.decode()
    assert back.startswith('<td data-kind="lead">牵</td>')
    assert "无牵头" not in back
    again = office.post(url[1], place, headers={"HX-Request": "true"})  # there is nothing left to undo
    assert again.status_code == 422
    assert press(office, plain, "F-1-1-1", "U-990101", "", "lead").content.decode().count("2 个牵头") == 1


def test_the_second_of_two_editors_sees_what_the_first_did(as_persona: Sign, plain: Edition) -> None:
    first, second = as_persona("office"), as_persona("office")
    assert press(first, plain, "F-1-1-1", "U-990101", "", "territory").status_code == 200
    answer = press(second, plain, "F-1-1-1", "U-990101", "", "lead")
    assert answer.status_code == 422
    body = answer.content.decode()
    assert body.startswith('<td data-kind="territory">属</td>')
    assert "刚被他人改为“属地”，您的改动未生效" in body
    assert "undo/" not in body


def test_who_may_not_edit_and_what_is_not_there(as_persona: Sign, plain: Edition) -> None:
    for role in ("leader", "district", "street", "auditor"):
        assert press(as_persona(role), plain, "F-1-1-1", "U-CGJ", "lead", "").status_code == 403
    office = as_persona("office")
    url = reverse("desk:matrix_cell", args=[plain.pk])
    standard = Standard.objects.first()
    for data in ({}, {"standard": "x"}, {"standard": standard.pk, "unit": "x"}):
        assert office.post(url, data).status_code == 404
    assert office.get(url).status_code == 405
    assert kinds(plain)["F-1-1-1 U-CGJ"] == "lead"


# --- many at once


def follow(client: Client, answer: Any) -> Any:
    assert answer.status_code == 302, answer.content.decode()[:500]
    return client.get(answer.headers["Location"])


def test_ticked_standards_are_given_to_a_group_and_undone(as_persona: Sign, plain: Edition) -> None:
    office = as_persona("office")
    ids = [str(key) for key in plain.standards.values_list("pk", flat=True)]
    give = reverse("desk:matrix_plan", args=[plain.pk, "give"])
    page = follow(office, office.post(give, {"ids": ids, "unit": "kind:district", "kind": "territory"}))
    assert "还没有生效" in page.content.decode()
    batch = DutyBatch.objects.get()
    assert (page.context["count"], batch.state) == (3, "planned")
    done = follow(office, office.post(reverse("desk:matrix_move", args=[batch.pk, "apply"])))
    assert "已改动 3 处" in done.content.decode()
    assert kinds(plain)["F-2-1-1 U-990101"] == "territory"
    assert "上一次改动" in office.get(URL).content.decode()
    undone = office.post(reverse("desk:matrix_undo", args=[batch.pk]), {"next": URL})
    assert undone.headers["Location"] == URL
    assert "F-2-1-1 U-990101" not in kinds(plain)
    unit = Unit.objects.get(code="U-CGJ")
    page = follow(office, office.post(give, {"ids": ids[:1], "unit": str(unit.pk), "kind": "-"}))
    assert [line[3].zh for line in page.context["lines"]] == ["无"]
    office.post(reverse("desk:matrix_move", args=[page.context["batch"].pk, "drop"]))
    assert DutyBatch.objects.get(pk=page.context["batch"].pk).state == "dropped"
    refused = office.post(give, {"unit": str(unit.pk), "kind": "lead"}, headers={"Referer": f"http://testserver{URL}"})
    assert "没有需要改动的责任" in follow(office, refused).content.decode()
    for how, status in (("steal", 404), ("give", 302)):
        answer = office.post(reverse("desk:matrix_plan", args=[plain.pk, how]), {"unit": "x", "ids": ids})
        assert answer.status_code == status
    assert office.post(reverse("desk:matrix_move", args=[batch.pk, "burn"])).status_code == 404
    assert as_persona("street").post(give, {"ids": ids, "unit": "kind:district"}).status_code == 403


def test_templates_and_handing_over(as_persona: Sign, plain: Edition) -> None:
    office = as_persona("office")
    tools = reverse("desk:matrix_tools", args=[plain.pk])
    assert "还没有模板" in office.get(tools).content.decode()
    save = reverse("desk:matrix_template", args=[plain.pk])
    office.post(save, {"name": "区县属地", "unit_kind": "district", "kind": "territory", "methods": ["onsite"]})
    template = DutyTemplate.objects.get()
    assert "区县属地" in office.get(tools).content.decode()
    plan = reverse("desk:matrix_plan", args=[plain.pk, "template"])
    page = follow(office, office.post(plan, {"template": template.pk}))
    assert (page.context["count"], page.context["about"]) == (3, "区县属地")
    office.post(reverse("desk:matrix_move", args=[page.context["batch"].pk, "apply"]))
    assert kinds(plain)["F-1-1-1 U-990101"] == "territory"
    source, target = Unit.objects.get(code="U-CGJ"), Unit.objects.get(code="U-990101")
    for how, count in (("copy", 3), ("move", 6)):
        url = reverse("desk:matrix_plan", args=[plain.pk, how])
        page = follow(office, office.post(url, {"source": source.pk, "target": target.pk}))
        assert (page.context["count"], page.context["about"]) == (count, "城市管理局 → 东山区创城办")
    press(office, plain, "F-1-1-1", "U-990101", "territory", "support")  # meanwhile
    done = follow(office, office.post(reverse("desk:matrix_move", args=[page.context["batch"].pk, "apply"])))
    assert (done.context["done"], done.context["failed"]) == (5, 1)
    assert "后来被他人改过" in done.content.decode()
    assert "移交责任" in office.get(tools).content.decode()
    office.post(save, {"drop": template.pk})
    assert not DutyTemplate.objects.exists()
    leader = as_persona("leader").get(tools)
    assert "保存模板" not in leader.content.decode()


def test_evidence_and_dates_are_set_for_ticked_standards(as_persona: Sign, plain: Edition) -> None:
    office = as_persona("office")
    ids = [str(key) for key in plain.standards.values_list("pk", flat=True)]
    url = reverse("desk:matrix_dates", args=[plain.pk])
    office.post(url, {"ids": ids[:2], "evidence": ["report", "site"], "due_on": "2026-11-30"})
    row = plain.standards.get(pk=ids[0])
    assert (row.evidence, row.due_on.isoformat()) == (["report", "site"], "2026-11-30")
    assert office.post(url, {"ids": ids, "due_on": "soon"}).status_code == 404
    assert as_persona("leader").post(url, {"ids": ids}).status_code == 403


def test_the_workbook_goes_out_and_comes_back(as_persona: Sign, plain: Edition, tmp_path: Any) -> None:
    office = as_persona("office")
    file = office.get(reverse("desk:matrix_file", args=[plain.pk]))
    path = tmp_path / "m.xlsx"
    path.write_bytes(file.content)
    book = openpyxl.load_workbook(path)
    book.active["E3"] = "配合"
    book.save(path)
    url = reverse("desk:matrix_upload", args=[plain.pk])
    assert office.get(url).status_code == 200
    page = follow(office, office.post(url, {"file": SimpleUploadedFile("m.xlsx", path.read_bytes())}))
    assert [(line[2].zh, line[3].zh) for line in page.context["lines"]] == [("无", "配合")]
    book.active["F2"] = "NONE"
    book.save(path)
    refused = office.post(url, {"file": SimpleUploadedFile("m.xlsx", path.read_bytes())})
    assert refused.status_code == 422
    assert [(problem.field, problem.row) for problem in refused.context["problems"]] == [("F列", 2)]
    assert as_persona("leader").get(url).status_code == 403


def test_names_of_a_file_are_matched_by_hand(as_persona: Sign, plain: Edition) -> None:
    take_named(actor=SYSTEM, edition=plain, written=[
        Written("F-1-1-1", "support", "市城管局"), Written("F-2-1-1", "support", "市城管局"),
        Written("F-1-1-1", "support", "东山区创城办"), Written("F-1-1-2", "support", "没有的局"),
    ])  # fmt: skip
    office = as_persona("office")
    url = reverse("desk:matrix_names", args=[plain.pk])
    page = office.get(url)
    assert [(row.name, row.standards) for row, _kinds in page.context["rows"]] == [("市城管局", 2), ("没有的局", 1)]
    assert page.context["unsettled"] == 1
    office.post(url, {"all": "1"})
    assert kinds(plain)["F-1-1-1 U-990101"] == "support"
    community = Unit.objects.get(code="U-990101001001")
    office.post(url, {"name": "市城管局", "unit": str(community.pk)})
    assert kinds(plain)["F-2-1-1 U-990101001001"] == "support"
    assert "待对应的单位" in office.get(URL).content.decode()
    office.post(url, {"name": "没有的局", "unit": "-"})
    assert NamedDuty.objects.filter(unit=None).count() == 0
    assert "文件中的责任单位都已找到" in office.get(url).content.decode()
    assert as_persona("leader").post(url, {"all": "1"}).status_code == 403


def test_a_fresh_edition_is_broken_down_by_role_on_the_page(as_persona: Sign, small_city: Any) -> None:
    edition = load_edition(actor=SYSTEM, document=small())
    url = reverse("desk:matrix_role", args=[edition.pk])
    assert as_persona("leader").post(url).status_code == 403
    office = as_persona("office")
    assert "已按角色落实 9 项责任" in follow(office, office.post(url)).content.decode()
    assert "已按角色落实 0 项责任" in follow(office, office.post(url)).content.decode()
    assert kinds(edition)["F-1-1-1 U-CGJ"] == "lead"
    Edition.objects.filter(pk=edition.pk).update(state="frozen")
    assert "已冻结" in follow(office, office.post(url, headers={"Referer": f"http://testserver{URL}"})).content.decode()


def test_the_last_changes_are_listed_and_undone_step_by_step(as_persona: Sign, plain: Edition) -> None:
    office, tools = as_persona("office"), reverse("desk:matrix_tools", args=[plain.pk])
    stood = kinds(plain)
    for was, to in (("", "territory"), ("territory", "support"), ("support", "lead")):
        assert press(office, plain, "F-2-1-1", "U-990101", was, to).status_code == 200
    newest, middle, first = DutyBatch.objects.order_by("-applied_at", "-made_at", "-pk")
    body = office.get(tools).content.decode()
    assert "张office" in body and "单格" in body and body.count("· F-2-1-1") == 3
    assert "撤销到此（2 次）" in body and "撤销到此（3 次）" in body and body.count("undo-to/") == 3
    page = follow(office, office.post(reverse("desk:matrix_undo_to", args=[middle.pk])))
    assert "已撤销 2 次改动，共 2 处" in page.content.decode()
    assert kinds(plain)["F-2-1-1 U-990101"] == "territory"
    Duty.objects.filter(standard__code="F-2-1-1", unit__code="U-990101").update(kind="support")
    body = office.get(tools).content.decode()
    assert "对 F-2-1-1 的责任后来又改为“配合”，不能撤销" in body and "undo-to/" not in body
    url = reverse("desk:matrix_undo_to", args=[first.pk])
    refused = office.post(url, headers={"Referer": f"http://testserver{tools}"})
    assert "后来又改为“配合”" in follow(office, refused).content.decode()
    Duty.objects.filter(standard__code="F-2-1-1", unit__code="U-990101").update(kind="territory")
    office.post(url)
    assert kinds(plain) == stood and DutyBatch.objects.get(pk=newest.pk).state == "undone"
    assert office.get(url).status_code == 405
    assert as_persona("street").post(url).status_code == 403
    assert "undo-to/" not in as_persona("leader").get(tools).content.decode()
