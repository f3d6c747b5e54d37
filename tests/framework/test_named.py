"""Units that a file names beside its standards: matched, made duties, listed where nobody bears the name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chuangcheng.framework import named
from chuangcheng.framework.actions import assign_by_role, drop_edition, load_edition, publish_edition
from chuangcheng.framework.coverage import coverage
from chuangcheng.framework.models import Duty, Edition, NamedDuty
from chuangcheng.framework.named import Written
from chuangcheng.framework.uploads import load_file, load_upload, read_file, take_in
from chuangcheng.history.models import Event
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.models import Person, Unit
from tests.framework import shapes
from tests.framework.editions import small

pytestmark = pytest.mark.django_db

ROWS: list[list[object]] = [
    ["测评项目", "测评内容", "测评标准", "分值", "牵头单位", "责任人", "配合单位"],
    ["环境", "街面", "道路平整", 40, "城市管理局", "张department", "河东街道、U-990101002；无名局"],
    ["", "", "公厕干净", 30, "城市管理局（张三）", "", "东山区创城办"],
    ["秩序", "文明", "秩序良好", 30, "没有的局", "", "无名局"],
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return shapes.sheet(tmp_path / "本市.xlsx", ROWS)


def kinds(edition: Edition) -> set[tuple[str, str, str]]:
    rows = Duty.objects.filter(standard__edition=edition).select_related("standard", "unit")
    return {(duty.standard.zh, duty.unit.short_name, duty.kind) for duty in rows}


@pytest.mark.parametrize(
    ("text", "person", "name", "beside"),
    [
        ("城管局", "", "城管局", ""), ("城管局（张三）", "", "城管局", "张三"), ("城管局(张三)", "李四", "城管局", "张三"),
        ("城管局", " 李四 ", "城管局", "李四"), (" 局 ", "", "局", ""), ("（张三）", "", "（张三）", ""), ("x" * 200, "", "x" * 100, ""),
    ],
)  # fmt: skip
def test_a_person_may_stand_beside_the_name(text: str, person: str, name: str, beside: str) -> None:
    assert Written.of("S", "lead", text, person) == Written("S", "lead", name, beside)


def test_names_become_duties_when_the_edition_is_published(path: Path, personas: dict[str, Actor]) -> None:
    shaped = read_file(path, path.name, code="CITY")
    assert [(one.kind, one.name, one.person) for one in shaped.named[:4]] == [
        ("lead", "城市管理局", "张department"), ("support", "河东街道", ""), ("support", "U-990101002", ""),
        ("support", "无名局", ""),
    ]  # fmt: skip
    told = [(remark.code, remark.message) for remark in shaped.remarks if remark.code == "unknown_unit"]
    assert [message.split("“")[1].split("”")[0] for _code, message in told] == ["无名局", "没有的局"]  # each once
    edition = load_file(actor=SYSTEM, shaped=shaped)
    assert (named.waiting(edition), named.unsettled(edition), Duty.objects.count()) == (2, 5, 0)
    assert [(one.name, one.standards, one.kinds) for one in named.open_names(edition)] == [
        ("无名局", 2, ("support",)), ("没有的局", 1, ("lead",)),
    ]  # fmt: skip
    edition = publish_edition(actor=SYSTEM, edition=edition)
    assert kinds(edition) == {
        ("道路平整", "城市管理局", "lead"), ("道路平整", "河东街道", "support"), ("道路平整", "河西街道", "support"),
        ("公厕干净", "城市管理局", "lead"), ("公厕干净", "东山区创城办", "support"),
    }  # fmt: skip
    person = Person.objects.get(pk=personas["department"].person_id)
    assert Duty.objects.get(standard__zh="道路平整", kind="lead").person == person
    assert Duty.objects.get(standard__zh="公厕干净", kind="lead").person is None  # there is no 张三 in the unit
    assert not NamedDuty.objects.filter(done=True).exclude(person="").exists()  # the written name is gone
    assert Event.objects.get(subject_id=edition.pk, action="edition.split").after == {"duties": 5}
    assert edition.chain_seq == Edition.objects.get(pk=edition.pk).chain_seq
    assert named.settle_named(actor=SYSTEM, edition=edition) == 0


def test_the_rest_is_split_by_role_around_what_the_file_says(path: Path, small_city: Any) -> None:
    edition = load_file(actor=SYSTEM, shaped=read_file(path, path.name, code="CITY"))
    named.settle_named(actor=SYSTEM, edition=edition)
    assign_by_role(actor=SYSTEM, edition=edition)
    survey = coverage(edition)
    assert (survey.found.orphans, survey.found.double_leads) == ([], [])
    assert ("秩序良好", "创城办", "lead") in kinds(edition)  # nobody of that name: the office, until it is matched


def test_a_name_is_matched_by_hand_or_left_out(path: Path, small_city: Any, personas: dict[str, Actor]) -> None:
    edition = load_file(actor=SYSTEM, shaped=read_file(path, path.name, code="CITY"))
    unit = small_city.units["community"]
    assert named.match_named(actor=SYSTEM, edition=edition, name="无名局", unit=unit) == 0  # still a draft
    assert named.unsettled(edition) == 7
    assert named.settle_named(actor=SYSTEM, edition=edition) == 7
    assert named.match_named(actor=SYSTEM, edition=edition, name="没有的局", unit=unit) == 1
    assert ("秩序良好", "永安社区", "lead") in kinds(edition)  # the lead is stronger than the support of the same file
    assert named.waiting(edition) == 0
    with pytest.raises(Refused, match=r"common\.not_found"):
        named.match_named(actor=SYSTEM, edition=edition, name="没有的局", unit=unit)
    for role in ("leader", "district", "street"):
        with pytest.raises(Refused, match=r"common\.not_allowed"):
            named.settle_named(actor=personas[role], edition=edition)
    Edition.objects.filter(pk=edition.pk).update(state="frozen")
    with pytest.raises(Refused, match=r"framework\.frozen"):
        named.match_named(actor=SYSTEM, edition=edition, name="x", unit=None)


def test_a_draft_with_names_alone_can_still_be_loaded_again_and_dropped(path: Path, small_city: Any) -> None:
    load_file(actor=SYSTEM, shaped=read_file(path, path.name, code="CITY"))
    again = load_file(actor=SYSTEM, shaped=read_file(path, path.name, code="CITY", name="改过的"))
    assert NamedDuty.objects.filter(standard__edition=again).count() == 8
    load_file(actor=SYSTEM, shaped=read_file(path, path.name, code="CITY", name="改过的"))  # the same once more
    assert NamedDuty.objects.count() == 8
    drop_edition(actor=SYSTEM, edition=again)
    assert not NamedDuty.objects.exists()


def test_two_units_of_one_name_are_nobody(small_city: Any) -> None:
    Unit.objects.create(code="U-2", name="城市管理局", short_name="二局", kind="department")
    names = named.known_names()
    assert "城市管理局" not in names
    assert names["U-CGJ"].code == "U-CGJ"
    assert names["二局"].code == "U-2"
    edition = load_edition(actor=SYSTEM, document=small())
    written = [Written("F-1-1-1", "lead", "城市管理局"), Written("F-9", "lead", "二局"), Written("F-1-1-1", "lead", "")]
    assert named.take_named(actor=SYSTEM, edition=edition, written=written) == 1
    assert NamedDuty.objects.count() == 1


def test_an_upload_on_the_desk_keeps_its_names_too(path: Path, small_city: Any) -> None:
    upload = take_in(actor=SYSTEM, data=path.read_bytes(), name="CITY9.xlsx")
    edition = load_upload(actor=SYSTEM, upload_id=upload.pk)
    assert NamedDuty.objects.filter(standard__edition=edition).count() == 8
