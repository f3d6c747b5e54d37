"""The organisation chart, three responsibilities, unit cards, persons and handovers on the desk."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.people import actions, charging, sheets
from chuangcheng.people.models import Handover, Person, Post, Unit
from chuangcheng.tasks.models import Task
from tests.people.test_imports import POSTS, UNITS, book
from tests.tasks.conftest import Make

Sign = Callable[[str], Client]


def path(name: str, *args: Any) -> str:
    return reverse(f"desk:{name}", args=args)


@pytest.fixture
def led(small_city: Any, personas: dict[str, Actor], ledger: dict[str, Any]) -> dict[str, Any]:
    """The sub-command is led by the leader, the department by its person."""
    for unit, name, title in (("subcommand", "leader", "副市长"), ("department", "department", "局长")):
        person = Person.objects.get(username=name)
        charging.set_charges(actor=SYSTEM, unit=small_city.units[unit], given={"head": (person, title)})
    return dict(small_city.units)


def test_the_chart_folds_shows_heads_and_both_lines(as_persona: Sign, led: dict[str, Any]) -> None:
    client = as_persona("street")
    page = client.get(path("structure")).content.decode()
    assert "张leader" in page and "副市长" in page and "<details open>" in page
    assert page.index("环境卫生分指挥部") < page.index("城市管理局"), "the department stands under its line"
    assert "对应设立" not in page, "only who may edit sets up"
    whole = client.get(path("structure") + "?by=territory&whole=yes")
    assert whole.context["by"] == "territory" and "<details>" not in whole.content.decode()
    assert client.get(path("structure") + "?by=nonsense").context["by"] == "line"


def test_a_district_is_given_its_mirror_by_a_button(as_persona: Sign, led: dict[str, Any]) -> None:
    address = path("unit_mirror", led["district"].pk)
    assert as_persona("street").post(address).status_code == 403
    office = as_persona("office")
    assert "对应设立" in office.get(path("structure")).content.decode()
    assert office.get(address).status_code == 405
    page = office.post(address, follow=True).content.decode()
    assert "新设分指挥部 1 个" in page and "齐全" in page and "对应设立" not in page
    assert office.post(path("unit_mirror", led["street"].pk)).status_code == 302
    assert Unit.objects.filter(kind="subcommand").count() == 2


def rows(client: Client, by: str, query: str = "") -> list[Any]:
    return list(client.get(path("responsible", by) + query).context["listing"].rows)


def test_three_responsibilities_by_five_divisions(as_persona: Sign, led: dict[str, Any], make: Make) -> None:
    make(), make(state="struck_off"), make(state="void"), make("street")
    Task.objects.filter(pk=make().pk).update(due_on="2026-09-14")
    client = as_persona("leader")
    (row,) = rows(client, "department")
    assert (row.open_tasks, row.late_tasks, row.done_tasks, row.all_tasks) == (2, 1, 1, 3)
    page = client.get(path("responsible", "department")).content.decode()
    assert "张department（局长）" in page and "1/3" in page
    assert f"{path('tasks')}?unit={row.pk}&amp;state=open" in page
    assert [each.short_name for each in rows(client, "unit")] == ["东山区创城办", "河东街道", "河西街道"]
    (over,) = rows(client, "subcommand")
    assert (over.open_tasks, over.late_tasks, over.done_tasks, over.all_tasks) == (3, 1, 1, 4)
    assert [each.short_name for each in rows(client, "unit", f"?line={led['subcommand'].pk}")] == ["河东街道"]
    assert [each.short_name for each in rows(client, "department", "?q=张department")] == ["城市管理局"]
    assert client.get(path("responsible", "nobody")).status_code == 404
    lines = b"".join(client.get(path("responsible", "unit") + "?export=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert len(lines.splitlines()) == 4


def test_units_are_listed_with_heads_and_narrowed(as_persona: Sign, led: dict[str, Any]) -> None:
    client = as_persona("office")
    Unit.objects.filter(pk=led["street2"].pk).update(valid_to="2026-09-14")

    def found(query: str) -> list[str]:
        return [row.short_name for row in client.get(path("units") + query).context["listing"].rows]

    assert found("?head=yes") == ["环境卫生分指挥部", "城市管理局"]
    assert found("?standing=no") == ["河西街道"] and "河西街道" not in found("?standing=yes&kind=street")
    assert found("?group=city") == ["城市管理局"]
    assert found(f"?parent={led['subcommand'].pk}") == ["城市管理局", "河东街道"]
    assert found("?parent=nonsense") == []
    assert "张department（局长）" in client.get(path("units")).content.decode()


def test_a_unit_is_entered_changed_and_its_card_filled(as_persona: Sign, led: dict[str, Any]) -> None:
    client = as_persona("office")
    given = {"code": "U-NEW", "name": "市文化旅游局", "kind": "department", "group": "city", "official_order": 30,
             "line_parent": str(led["subcommand"].pk), "section": "公共文化科", "valid_from": "2026-01-01"}  # fmt: skip
    assert client.post(path("unit_new"), given).status_code == 302
    unit = Unit.objects.get(code="U-NEW")
    assert (unit.section, unit.line_parent, str(unit.valid_from)) == ("公共文化科", led["subcommand"], "2026-01-01")
    form = client.get(path("unit_edit", unit.pk)).content.decode()
    assert "公共文化科" in form and "2026-01-01" in form
    changed = {**given, "code": "OTHER", "section": "创建科", "valid_to": "2025-01-01"}
    answer = client.post(path("unit_edit", unit.pk), changed)
    assert answer.status_code == 422 and "结束日期早于开始日期" in answer.content.decode()
    assert client.post(path("unit_edit", unit.pk), {**changed, "valid_to": ""}).status_code == 302
    unit.refresh_from_db()
    assert (unit.code, unit.section) == ("U-NEW", "创建科")
    assert client.post(path("unit_edit", unit.pk), {**given, "division": "123456"}).status_code == 422
    card = {"head": "department", "head_title": "局长", "liaison_a": "张street", "liaison_b": ""}
    assert client.post(path("unit_charges", unit.pk), card).status_code == 302
    page = client.get(path("unit", unit.pk)).content.decode()
    assert "张department" in page and "张street" in page and "空缺" in page and "创建科" in page
    assert "department" in client.get(path("unit_charges", unit.pk)).content.decode()
    for wrong in ({"head": "无此人"}, {"liaison_a": "street", "liaison_b": "street"}):
        assert client.post(path("unit_charges", unit.pk), wrong).status_code == 422
    assert unit.charges.count() == 2


@pytest.mark.parametrize("persona", ["leader", "department", "street", "district", "auditor"])
def test_who_only_looks_changes_nothing(as_persona: Sign, led: dict[str, Any], persona: str) -> None:
    client, unit = as_persona(persona), led["department"]
    page = client.get(path("unit", unit.pk)).content.decode()
    assert "张department" in page and "配置责任人" not in page
    person = Person.objects.get(username="department")
    for address in (path("unit_new"), path("unit_edit", unit.pk), path("unit_charges", unit.pk), path("unit_book"),
                    path("person_hand_over", person.pk), path("person_retire", person.pk)):  # fmt: skip
        assert client.get(address).status_code == 403, address


def test_persons_in_reach(as_persona: Sign, personas: dict[str, Actor], small_city: Any) -> None:
    def seen(persona: str, query: str = "") -> set[str]:
        return {row.username for row in as_persona(persona).get(path("persons") + query).context["listing"].rows}

    assert len(seen("office")) == 11
    assert seen("street") == {"street", "grid", "community"}
    assert seen("office", "?q=河西") == {"street2"} and seen("office", "?q=张grid") == {"grid"}
    Person.objects.filter(username="grid").update(is_active=False)
    assert seen("office", "?standing=no") == {"grid"} and "grid" not in seen("office", "?standing=yes")
    client, other = as_persona("street"), Person.objects.get(username="department")
    assert client.get(path("person", other.pk)).status_code == 404
    assert as_persona("office").get(path("person", other.pk)).status_code == 200


def test_a_person_leaves(as_persona: Sign, led: dict[str, Any], make: Make, personas: dict[str, Actor]) -> None:
    old, client = Person.objects.get(username="department"), as_persona("office")
    task = make(owner=old)
    page = client.get(path("person", old.pk)).content.decode()
    assert task.number in page and "责任人" in page and "主要负责人" in page
    answer = client.post(path("person_retire", old.pk))
    assert answer.status_code == 409 and "名下还有 2 项未交接" in answer.content.decode()
    Person.objects.filter(pk=old.pk).update(is_active=False)
    assert "离任未交接" in client.get(path("persons")).content.decode()
    assert "离任未交接" not in as_persona("street").get(path("persons")).content.decode()
    Person.objects.filter(pk=old.pk).update(is_active=True)
    form = client.get(path("person_hand_over", old.pk)).content.decode()
    assert "任务（1）" in form and "单位名片（1）" in form
    address = path("person_hand_over", old.pk)
    assert client.post(address, {"successor": "无此人", "only": ["tasks"]}).status_code == 422
    assert client.post(address, {"successor": "department", "only": ["tasks"]}).status_code == 422
    given = {"successor": "张street2", "only": ["tasks", "charges", "posts"]}
    assert client.post(address, given).status_code == 302
    task.refresh_from_db()
    assert task.owner is not None and task.owner.username == "street2"
    assert Handover.objects.get().counts == {"charges": 1, "posts": 1, "tasks": 1}
    page = client.get(path("person", old.pk)).content.decode()
    assert "没有未了事项" in page and "张street2" in page
    assert client.post(path("person_retire", old.pk)).status_code == 302
    assert "已停用" in client.get(path("person", old.pk)).content.decode()


def test_the_workbook_goes_out_and_comes_back(as_persona: Sign, led: dict[str, Any], tmp_path: Any) -> None:
    client, address = as_persona("office"), path("register_import", "units")
    template = openpyxl.load_workbook(io.BytesIO(client.get(path("register_template", "units")).content))
    assert template.sheetnames == [sheets.UNITS, sheets.POSTS, sheets.CARDS]
    file = book(tmp_path, UNITS, POSTS)
    with file.open("rb") as upload:
        page = client.post(address, {"file": upload, "try": "1"})
    html = page.content.decode()
    assert "试读通过" in html and "N-QU" in html and "新增" in html and not Unit.objects.filter(code="N-QU").exists()
    with file.open("rb") as upload:
        assert "已导入" in client.post(address, {"file": upload, "import": "1"}).content.decode()
    out = client.get(path("unit_book")).content
    assert out != b"" and actions.save_unit is not None
    back = io.BytesIO(out)
    back.name = "units.xlsx"
    report = client.post(address, {"file": back, "import": "1"}).context["report"]
    assert (report.problems, report.imported) == ([], 0) and report.unchanged == report.rows
    assert as_persona("department").get(address).status_code == 404


@pytest.mark.parametrize("name", ["structure", "persons", "units", "responsible"])
def test_pages_cost_few_queries(
    as_persona: Sign, led: dict[str, Any], name: str, django_assert_max_num_queries: Any
) -> None:
    client, address = as_persona("office"), path(name, *(["department"] if name == "responsible" else []))
    client.get(address)
    with django_assert_max_num_queries(20):
        assert client.get(address).status_code == 200


def test_a_leader_who_only_stands_on_a_card_has_not_left(as_persona: Sign, led: dict[str, Any], noon: Any) -> None:
    mayor = actions.save_person(actor=SYSTEM, username="mayor", name="市长甲")
    charging.set_charges(actor=SYSTEM, unit=led["district"], given={"head": (mayor, "副市长")})
    client = as_persona("office")

    def listed(query: str) -> dict[str, bool]:
        rows = client.get(path("persons") + query).context["listing"].rows
        return {row.username: bool(row.stands) for row in rows}

    assert listed("")["mayor"] is True and "mayor" in listed("?standing=yes")
    assert "mayor" not in listed("?standing=no")
    Post.objects.filter(person__username="grid").update(valid_to="2026-09-14")
    Person.objects.filter(username="auditor").update(is_active=False)
    assert listed("?standing=no") == {"auditor": False, "grid": False}
    assert {"auditor", "grid"}.isdisjoint(listed("?standing=yes"))
    assert listed("")["grid"] is False and listed("")["street"] is True
    page = client.get(path("persons") + "?q=mayor").content.decode()
    assert "在岗" in page and "市长甲" in page


def exported(client: Client, address: str) -> list[list[str]]:
    """The rows of a list as its file has them, the head first."""
    answer = client.get(address + ("&" if "?" in address else "?") + "export=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return [line.split(",") for line in text.splitlines()]


def test_every_list_goes_out_as_it_is_narrowed(as_persona: Sign, led: dict[str, Any]) -> None:
    client = as_persona("leader")
    head, *rows = exported(client, path("units") + "?kind=department")
    assert "主要负责人" in head and len(rows) == 1
    assert any("张department（局长）" in cell for cell in rows[0])
    head, *rows = exported(client, path("persons") + "?q=河西")
    assert head[:2] == ["姓名", "用户名"] and [row[1] for row in rows] == ["street2"]
    head, *rows = exported(client, path("responsible", "department"))
    assert {"分管领导", "责任科室", "牵头责任", "在办任务", "进度"} <= set(head)
    assert len(rows) == 1 and "环境卫生分指挥部" in rows[0]


@pytest.mark.parametrize("persona", ["office", "leader", "district", "street", "department", "subcommand", "auditor"])
def test_who_reads_people_reads_all_pages_of_the_structure(as_persona: Sign, led: dict[str, Any], persona: str) -> None:
    client = as_persona(persona)
    for address in (
        path("structure"),
        path("structure") + "?by=territory",
        path("structure") + "?whole=yes",
        path("units"),
        path("persons"),
        path("responsible", "department"),
        path("responsible", "unit"),
        path("responsible", "subcommand"),
        path("unit", led["department"].pk),
        path("unit", led["district"].pk),
    ):
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize("persona", ["grid", "inspector", "community"])
def test_who_does_not_is_refused_everywhere(as_persona: Sign, led: dict[str, Any], persona: str) -> None:
    client, person = as_persona(persona), Person.objects.get(username="department")
    for address in (
        path("structure"),
        path("units"),
        path("persons"),
        path("person", person.pk),
        path("responsible", "unit"),
        path("unit_new"),
        path("unit_book"),
        path("person_hand_over", person.pk),
        path("person_retire", person.pk),
    ):
        assert client.get(address).status_code == 403, address


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"code": ""}, "必填项"),
        ({"name": ""}, "必填项"),
        ({"name": "名" * 101}, "100"),
        ({"kind": "俱乐部"}, "俱乐部"),
        ({"official_order": "-1"}, "0"),
        ({"valid_from": "2026-06-01", "valid_to": "2026-05-31"}, "结束日期早于开始日期"),
        ({"division": "990199"}, "990199"),
        ({"valid_from": "开年"}, "日期"),
    ],
)
def test_a_unit_that_is_wrong_is_not_entered(
    as_persona: Sign, led: dict[str, Any], wrong: dict[str, str], said: str
) -> None:
    given = {"code": "U-NEW", "name": "市文化旅游局", "kind": "department", "group": "city", **wrong}
    answer = as_persona("office").post(path("unit_new"), given)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Unit.objects.filter(code="U-NEW").exists()


def test_a_superior_below_the_unit_is_refused_on_the_form(as_persona: Sign, led: dict[str, Any]) -> None:
    unit = led["office"]
    given = {"name": unit.name, "kind": unit.kind, "group": unit.group, "parent": str(led["subcommand"].pk)}
    answer = as_persona("office").post(path("unit_edit", unit.pk), given)
    assert answer.status_code == 422 and "不能成为自己的上级" in answer.content.decode()
    unit.refresh_from_db()
    assert unit.parent is None


def test_the_pages_speak_english(as_persona: Sign, led: dict[str, Any]) -> None:
    client = as_persona("office")
    client.cookies["django_language"] = "en"
    for name, words in (("structure", "Organisation chart"), ("persons", "User name"), ("units", "Head")):
        assert words in client.get(path(name)).content.decode()
    listing = client.get(path("responsible", "department")).context["listing"]
    assert all(str(head.column.label).isascii() for head in listing.heads)
    person = Person.objects.get(username="department")
    assert "Unit cards" in client.get(path("person", person.pk)).content.decode()
