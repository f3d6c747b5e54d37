"""Changing duties: one cell, many at once, templates, the workbook; undone, refused, and told when another was first."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from chuangcheng.framework import duty_templates, matrix, matrix_sheets
from chuangcheng.framework.actions import assign_by_role, assign_duty, load_edition
from chuangcheng.framework.models import Duty, DutyBatch, Edition
from chuangcheng.history.models import Event, Outbox
from chuangcheng.history.verify import verify
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.models import Person, Unit
from tests.framework.editions import small

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition(small_city: Any) -> Edition:
    return load_edition(actor=SYSTEM, document=small())


def held(edition: Edition) -> dict[str, str]:
    """``"F-1-1-1 U-CGJ"`` → kind."""
    rows = Duty.objects.filter(standard__edition=edition).select_related("standard", "unit")
    return {f"{duty.standard.code} {duty.unit.code}": duty.kind for duty in rows}


def press(edition: Edition, code: str, unit: Unit, was: str, to: str, actor: Actor = SYSTEM) -> DutyBatch:
    standard = edition.standards.get(code=code)
    return matrix.set_duty(actor=actor, edition=edition, standard_id=standard.pk, unit_id=unit.pk, was=was, to=to)


def keys(edition: Edition) -> list[Any]:
    return list(edition.standards.order_by("order").values_list("pk", flat=True))


def test_a_cell_goes_round_each_step_one_row_of_history(
    edition: Edition, small_city: Any, personas: dict[str, Actor], tmp_path: Path
) -> None:
    unit, office = small_city.units["department"], personas["office"]
    for was, to in (("", "lead"), ("lead", "support"), ("support", "territory"), ("territory", "")):
        batch = press(edition, "F-1-1-1", unit, was, to, office)
        assert held(edition) == ({f"F-1-1-1 {unit.code}": to} if to else {})
        assert (batch.state, batch.steps[0][4]) == ("applied", "done")
    duty = Duty.every.get()
    events = Event.objects.filter(subject_id=duty.pk).order_by("seq")
    assert [e.action for e in events] == ["duty.assigned", "duty.changed", "duty.changed", "duty.ended"]
    assert (events[1].before, events[1].after, events[1].reason) == ({"kind": "lead"}, {"kind": "support"}, "cell")
    assert Outbox.objects.filter(topic="duty.rearranged").count() == 4
    press(edition, "F-1-1-1", unit, "", "lead", office)  # a new duty beside the ended one
    assert Duty.every.count() == 2
    assert verify(tmp_path) == []


def test_the_second_of_two_editors_is_told(edition: Edition, small_city: Any) -> None:
    unit = small_city.units["department"]
    press(edition, "F-1-1-1", unit, "", "lead")
    with pytest.raises(Refused, match=r"framework\.cell_moved: 刚被他人改为“牵头”") as refused:
        press(edition, "F-1-1-1", unit, "", "support")
    assert "“lead”" in refused.value.message("en")
    assert held(edition) == {"F-1-1-1 U-CGJ": "lead"}
    assert DutyBatch.objects.count() == 1  # what was refused leaves nothing


def test_what_is_refused(edition: Edition, small_city: Any, personas: dict[str, Actor]) -> None:
    unit = small_city.units["department"]
    for role in ("leader", "subcommand", "district", "department", "street", "inspector", "auditor"):
        with pytest.raises(Refused, match=r"common\.not_allowed"):
            press(edition, "F-1-1-1", unit, "", "lead", personas[role])
    for was, to, code in (("", "owner", "unknown_duty"), ("x", "", "unknown_duty"), ("lead", "lead", "nothing_to_do")):
        with pytest.raises(Refused, match=code):
            press(edition, "F-1-1-1", unit, was, to)
    standard = edition.standards.first()
    for wrong, code in (((edition.pk, unit.pk), "unknown_standard"), ((standard.pk, edition.pk), "unknown_unit")):
        with pytest.raises(Refused, match=code):
            matrix.set_duty(
                actor=SYSTEM, edition=edition, standard_id=wrong[0], unit_id=wrong[1], was="", to="lead"
            )  # fmt: skip
    press(edition, "F-1-1-1", unit, "", "lead")
    Unit.objects.filter(pk=unit.pk).update(valid_to=date(2020, 1, 1))
    with pytest.raises(Refused, match=r"framework\.retired_unit"):
        press(edition, "F-1-1-2", unit, "", "support")
    press(edition, "F-1-1-1", unit, "lead", "")  # but it can be relieved
    batch = matrix.last_batch(personas["office"], edition)
    assert batch is None
    Edition.objects.filter(pk=edition.pk).update(state="frozen")
    frozen = DutyBatch.objects.order_by("applied_at").last()
    assert frozen is not None
    edition.refresh_from_db()
    for refused in (lambda: press(edition, "F-1-1-1", unit, "", "lead"),
                    lambda: matrix.undo_batch(actor=SYSTEM, batch_id=frozen.pk)):  # fmt: skip
        with pytest.raises(Refused, match=r"framework\.frozen"):
            refused()
    with pytest.raises(Refused, match=r"common\.not_found"):
        matrix.apply_batch(actor=SYSTEM, batch_id=edition.pk)


def test_a_unit_with_two_duties_in_a_cell_shows_the_stronger_and_keeps_one(edition: Edition, small_city: Any) -> None:
    one, unit = edition.standards.get(code="F-1-1-1"), small_city.units["street"]
    for kind in ("territory", "lead"):
        assign_duty(actor=SYSTEM, standard=one, unit=unit, kind=kind)
    assert matrix.cells_of(edition) == {(str(one.pk), str(unit.pk)): "lead"}
    press(edition, "F-1-1-1", unit, "lead", "territory")  # takes the place of the one that ends
    assert held(edition) == {f"F-1-1-1 {unit.code}": "territory"}


def test_the_last_change_is_undone_and_the_person_comes_back(
    edition: Edition, small_city: Any, personas: dict[str, Actor]
) -> None:
    office, unit = personas["office"], small_city.units["department"]
    person = Person.objects.get(pk=personas["department"].person_id)
    assign_duty(actor=office, standard=edition.standards.get(code="F-1-1-1"), unit=unit, kind="lead", person=person)
    batch = press(edition, "F-1-1-1", unit, "lead", "", office)
    assert matrix.last_batch(office, edition) == batch
    assert matrix.last_batch(personas["leader"], edition) is None
    done = matrix.undo_batch(actor=office, batch_id=batch.pk)
    assert (done.state, done.steps[0][2:]) == ("undone", ["", "lead", "done"])
    assert Duty.objects.get().person == person
    assert matrix.last_batch(office, edition) is None
    with pytest.raises(Refused, match=r"state\."):
        matrix.undo_batch(actor=office, batch_id=batch.pk)
    again = press(edition, "F-1-1-1", unit, "lead", "support", office)
    press(edition, "F-1-1-1", unit, "support", "territory")  # somebody else in between
    with pytest.raises(Refused, match=r"framework\.cell_moved"):
        matrix.undo_batch(actor=office, batch_id=again.pk)
    assert DutyBatch.objects.get(pk=again.pk).state == "applied"


def test_many_at_once_are_planned_looked_at_and_carried_out_one_by_one(edition: Edition, small_city: Any) -> None:
    streets = [small_city.units["street"], small_city.units["street2"]]
    some = [unit.pk for unit in streets]
    press(edition, "F-2-1-1", streets[0], "", "support")
    plan = duty_templates.plan_give(
        actor=SYSTEM, edition=edition, standards=keys(edition), units=some, kind="support"
    )  # fmt: skip
    assert (plan.state, len(plan.steps), plan.about["same"]) == ("planned", 5, 1)
    assert len(held(edition)) == 1  # nothing yet
    press(edition, "F-1-1-1", streets[1], "", "lead")  # meanwhile
    done = matrix.apply_batch(actor=SYSTEM, batch_id=plan.pk)
    outcomes = [row[4] for row in done.steps]
    assert (outcomes.count("done"), outcomes.count("framework.cell_moved")) == (4, 1)
    assert held(edition)["F-1-1-1 U-990101002"] == "lead"
    back = matrix.undo_batch(actor=SYSTEM, batch_id=plan.pk)
    assert len(back.steps) == 4
    assert held(edition) == {"F-2-1-1 U-990101001": "support", "F-1-1-1 U-990101002": "lead"}
    with pytest.raises(Refused, match=r"framework\.unknown_duty"):
        duty_templates.plan_give(actor=SYSTEM, edition=edition, standards=keys(edition), units=some, kind="own")
    other = duty_templates.plan_give(actor=SYSTEM, edition=edition, standards=keys(edition), units=some, kind="lead")
    assert matrix.drop_batch(actor=SYSTEM, batch_id=other.pk).state == "dropped"
    with pytest.raises(Refused, match=r"state\."):
        matrix.apply_batch(actor=SYSTEM, batch_id=other.pk)


def test_duties_are_copied_and_handed_over(edition: Edition, small_city: Any, tmp_path: Path) -> None:
    department, street = small_city.units["department"], small_city.units["street"]
    assign_by_role(actor=SYSTEM, edition=edition)
    plan = duty_templates.plan_copy(actor=SYSTEM, edition=edition, source=department, target=street)
    assert [row[2:4] for row in plan.steps] == [["territory", "support"]] * 3
    matrix.apply_batch(actor=SYSTEM, batch_id=plan.pk)
    assert sum(kind == "lead" for kind in held(edition).values()) == 3
    heir = Unit.objects.create(code="U-NEW", name="综合执法局", short_name="执法局", kind="department")
    plan = duty_templates.plan_move(actor=SYSTEM, edition=edition, source=department, target=heir)
    matrix.apply_batch(actor=SYSTEM, batch_id=plan.pk)
    assert {kind for place, kind in held(edition).items() if place.endswith("U-NEW")} == {"lead"}
    assert not any(place.endswith("U-CGJ") for place in held(edition))
    assert duty_templates.holders(edition) == [heir, street, small_city.units["street2"]]
    with pytest.raises(Refused, match=r"framework\.same_unit"):
        duty_templates.plan_move(actor=SYSTEM, edition=edition, source=heir, target=heir)
    with pytest.raises(Refused, match=r"framework\.nothing_to_do"):
        duty_templates.plan_move(actor=SYSTEM, edition=edition, source=department, target=heir)
    assert verify(tmp_path) == []


def test_a_template_gives_every_unit_of_a_kind_its_duty_and_takes_nothing(edition: Edition, small_city: Any) -> None:
    press(edition, "F-1-1-1", small_city.units["street"], "", "lead")
    template = duty_templates.save_template(
        actor=SYSTEM, edition=edition, name=" 街道属地 ", unit_kind="street", kind="territory", codes=["F-1", "F-2-1-1"]
    )  # fmt: skip
    assert [row.code for row in duty_templates.standards_of(template)] == ["F-1-1-1", "F-1-1-2", "F-2-1-1"]
    Unit.objects.create(code="OLD", name="旧街", short_name="旧街", kind="street", valid_to=date(2020, 1, 1))
    plan = duty_templates.plan_template(actor=SYSTEM, template_id=template.pk)
    assert (len(plan.steps), plan.about) == (5, {"template": "街道属地", "same": 1})
    matrix.apply_batch(actor=SYSTEM, batch_id=plan.pk)
    assert held(edition)["F-1-1-1 U-990101001"] == "lead"
    assert sorted(held(edition).values()) == ["lead", *["territory"] * 5]
    with pytest.raises(Refused, match=r"framework\.nothing_to_do"):
        duty_templates.plan_template(actor=SYSTEM, template_id=template.pk)
    by_method = duty_templates.save_template(
        actor=SYSTEM, edition=edition, name="实地", unit_kind="department", kind="support", methods=["onsite", "x"],
        role_code="urban_management",
    )  # fmt: skip
    assert (len(duty_templates.standards_of(by_method)), len(duty_templates.units_of(by_method))) == (3, 1)
    duty_templates.drop_template(actor=SYSTEM, template_id=by_method.pk)
    assert list(duty_templates.templates_of(edition)) == [template]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": "街道属地"}, "template_exists"), ({"name": " "}, "empty_template"),
        ({"codes": []}, "empty_template"), ({"codes": ["F-9"]}, "unknown_standard"),
        ({"kind": "owner"}, "unknown_duty"), ({"unit_kind": "planet"}, "unknown_duty"),
    ],
)  # fmt: skip
def test_a_template_is_refused(edition: Edition, personas: dict[str, Actor], given: dict[str, Any], code: str) -> None:
    plain = {"name": "街道属地", "unit_kind": "street", "kind": "territory", "codes": ["F-1"]}
    duty_templates.save_template(actor=SYSTEM, edition=edition, **plain)
    with pytest.raises(Refused, match=rf"framework\.{code}"):
        duty_templates.save_template(actor=SYSTEM, edition=edition, **{**plain, "name": "另一个", **given})
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        duty_templates.save_template(actor=personas["district"], edition=edition, **plain)


# --- the workbook


@pytest.fixture
def book(edition: Edition, tmp_path: Path) -> Path:
    assign_by_role(actor=SYSTEM, edition=edition)
    path = tmp_path / "矩阵.xlsx"
    units = [*duty_templates.holders(edition), Unit.objects.get(code="U-990101")]
    assert matrix_sheets.write_matrix(edition, units, path) == 3
    return path


def changed(path: Path, **cells: str) -> Path:
    work = openpyxl.load_workbook(path)
    for place, value in cells.items():
        work.active[place] = value
    work.save(path)
    return path


def test_what_goes_out_comes_in_without_a_change(edition: Edition, book: Path) -> None:
    page = openpyxl.load_workbook(book).active
    assert [page.cell(1, n).value for n in range(1, 9)] == [
        "代码", "测评项目", "测评内容", "测评标准", "城市管理局", "河东街道", "河西街道", "东山区创城办",
    ]  # fmt: skip
    assert [page.cell(2, n).value for n in (1, 5, 8)] == ["单位编码", "U-CGJ", "U-990101"]
    assert [page.cell(3, n).value for n in (1, 2, 5, 6)] == ["F-1-1-1", "项目F-1", "牵头", "属地"]
    with pytest.raises(Refused, match=r"framework\.nothing_to_do"):
        matrix_sheets.plan_import(actor=SYSTEM, edition=edition, source=book, name=book.name)


def test_a_workbook_is_planned_and_then_all_or_nothing(edition: Edition, small_city: Any, book: Path) -> None:
    changed(book, H3="配合", E4="配合", F4="牵头", G5="")
    plan = matrix_sheets.plan_import(actor=SYSTEM, edition=edition, source=book.read_bytes(), name=book.name)
    assert sorted(row[2:4] for row in plan.steps) == [
        ["", "support"], ["lead", "support"], ["territory", ""], ["territory", "lead"],
    ]  # fmt: skip
    press(edition, "F-2-1-1", small_city.units["street2"], "territory", "support")  # meanwhile
    with pytest.raises(Refused, match=r"framework\.cell_moved"):
        matrix.apply_batch(actor=SYSTEM, batch_id=plan.pk)
    assert DutyBatch.objects.get(pk=plan.pk).state == "planned"
    assert held(edition)["F-1-1-2 U-CGJ"] == "lead"
    press(edition, "F-2-1-1", small_city.units["street2"], "support", "territory")
    matrix.apply_batch(actor=SYSTEM, batch_id=plan.pk)
    assert (held(edition)["F-1-1-2 U-CGJ"], held(edition)["F-1-1-2 U-990101001"]) == ("support", "lead")
    assert "F-2-1-1 U-990101002" not in held(edition)


def test_every_problem_of_a_workbook_is_named(edition: Edition, book: Path, personas: dict[str, Actor]) -> None:
    changed(book, F2="U-990101002", G2="U-990101001", H2="NEW", F3="牵头", A5="F-9", E4="负责")
    with pytest.raises(Refused, match=r"framework\.bad_matrix") as refused:
        matrix_sheets.plan_import(actor=personas["office"], edition=edition, source=book, name=book.name)
    assert [(p.field, p.row, p.code) for p in refused.value.fields] == [
        ("F列", 2 + 0, "wrong_column"), ("G列", 2, "wrong_column"), ("H列", 2, "unknown_unit"),
        ("E列", 4, "unknown_kind"), ("A列", 5, "unknown_standard"),
    ]  # fmt: skip
    assert not DutyBatch.objects.exists()
    changed(book, F2="U-990101001", G2="U-990101002", H2="U-990101", F3="牵头", A5="F-2-1-1", E4="牵头")
    with pytest.raises(Refused) as refused:
        matrix_sheets.plan_import(actor=SYSTEM, edition=edition, source=book, name=book.name)
    assert [(p.field, p.row, p.code) for p in refused.value.fields] == [("A列", 3, "two_leads")]
    for name, data in (("a.csv", "甲,乙\n1,2\n".encode()), ("a.csv", b"\x00\x01")):
        with pytest.raises(Refused, match=r"framework\.no_matrix|tables\."):
            matrix_sheets.plan_import(actor=SYSTEM, edition=edition, source=data, name=name)
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        matrix_sheets.plan_import(actor=personas["street"], edition=edition, source=book, name=book.name)
