"""A unit that ends: nothing may be open with it, its successors in a chain, never in a circle, and by workbook."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from chuangcheng.history.models import Event
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import actions, imports, projections, rights, sheets, successors
from chuangcheng.people.models import Post, Unit
from chuangcheng.sites.models import Sponsorship
from chuangcheng.tasks.models import Task
from tests.people.test_imports import book
from tests.tasks.conftest import Make

OVER, TODAY = date(2026, 8, 31), date(2026, 9, 15)


def save(code: str, **more: Any) -> Unit:
    """A department of that code, or what is changed of it."""
    stored = Unit.objects.filter(code=code).first()
    kept = {name: getattr(stored, name) for name in ("group", "parent", "division", "valid_to")} if stored else {}
    name = stored.name if stored else f"{code}局"
    return actions.save_unit(
        actor=SYSTEM, code=code, name=name, kind=stored.kind if stored else "department", **{**kept, **more}
    )


def test_a_unit_names_who_succeeds_it_and_history_tells(db: None, noon: Any) -> None:
    new, old = save("NEW"), save("OLD")
    save("OLD", valid_to=OVER, successor=new)
    stored = Unit.objects.get(pk=old.pk)
    assert (stored.successor, stored.valid_to, successors.is_over(stored)) == (new, OVER, True)
    event = Event.objects.filter(subject_id=old.pk).latest("seq")
    assert (event.before["successor"], event.after["successor"]) == (None, str(new.pk))
    assert [*projections.check()] == []
    Unit.objects.filter(pk=old.pk).update(successor=None)
    assert [each.what for each in projections.check()] == [f"successor is None, history says '{new.pk}'"]
    assert projections.rebuild() == 1 and Unit.objects.get(pk=old.pk).successor == new
    assert save("OLD", valid_to=OVER, successor=new).chain_seq == event.seq, "the same again changes nothing"


def test_a_chain_is_followed_both_ways_and_a_circle_refused(db: None, noon: Any) -> None:
    units = [save(f"U{n}") for n in range(4)]
    for n in (2, 1, 0):
        save(f"U{n}", valid_to=OVER, successor=units[n + 1])
    other = save("OTHER")
    save("OTHER", valid_to=OVER, successor=units[2])
    first, last = Unit.objects.get(code="U0"), Unit.objects.get(code="U3")
    assert [each.code for each in successors.line_of(first)] == ["U1", "U2", "U3"]
    assert list(successors.line_of(last)) == []
    assert {each.code for each in successors.before(last)} == {"U0", "U1", "U2", "OTHER"}
    assert successors.before(last)[0].code == "U2" and successors.before(other) == []
    with pytest.raises(Refused) as refused:
        save("U3", valid_to=OVER, successor=first)
    assert refused.value.code == "people.successor_circle"
    assert refused.value.params["chain"] == "U3局 → U0局 → U1局 → U2局 → U3局"
    with pytest.raises(Refused, match="successor_circle"):
        save("U3", valid_to=OVER, successor=last)
    with pytest.raises(Refused, match="successor_early"):
        save("OTHER", valid_to=None, successor=units[2])
    # A ring that came in from elsewhere ends the walk instead of hanging it.
    Unit.objects.filter(pk=last.pk).update(successor=first)
    assert [each.code for each in successors.line_of(first)] == ["U1", "U2", "U3"]
    assert {each.code for each in successors.before(first)} == {"U1", "U2", "U3", "OTHER"}


def test_nothing_open_may_stay_with_a_unit_that_ends(make: Make, ledger: dict[str, Any]) -> None:
    unit, task = ledger["department"], make()
    Sponsorship.objects.create(
        unit=unit, kind="community", division=ledger["street"].division, division_path="x/", valid_from=OVER
    )
    found = {one.name: one.count for one in successors.open_with([unit.pk, ledger["street"].pk])}
    assert found == {"tasks": 1, "sponsorships": 1} and successors.open_with([]) == []
    save(unit.code, valid_to=date(2026, 12, 31))  # a day to come ends nothing yet
    with pytest.raises(Refused) as refused:
        save(unit.code, valid_to=OVER, successor=ledger["street"])
    assert refused.value.code == "people.unit_holds"
    assert refused.value.params["kinds"] == Label("包联 1、任务 1", "Sponsorships: 1, Tasks: 1")
    assert successors.left_with_units() == []
    Unit.objects.filter(pk=unit.pk).update(valid_to=OVER)
    assert [(left.code, one.name) for left, one in successors.left_with_units()] == [
        (unit.code, "sponsorships"), (unit.code, "tasks"),
    ]  # fmt: skip
    save(unit.code, section="办公室")  # what is over already may still be corrected
    Unit.objects.filter(pk=unit.pk).update(valid_to=None)
    Task.objects.filter(pk=task.pk).update(state="struck_off")
    Sponsorship.objects.update(valid_to=OVER)
    assert save(unit.code, valid_to=OVER, successor=ledger["street"]).successor == ledger["street"]


def test_the_successor_sees_what_the_ended_one_had(
    make: Make, ledger: dict[str, Any], personas: dict[str, Actor]
) -> None:
    from chuangcheng.tasks.selectors import visible_to

    task = make(state="struck_off")
    assert task not in visible_to(personas["street"])
    first, second = ledger["department"], ledger["street2"]
    Unit.objects.filter(pk=first.pk).update(line_parent=None, successor=second, valid_to=TODAY)
    Unit.objects.filter(pk=second.pk).update(successor=ledger["street"], valid_to=OVER)
    rights.forget_posts()
    assert task not in visible_to(personas["street"]), "not before it has ended"
    Unit.objects.filter(pk=first.pk).update(valid_to=OVER)
    rights.forget_posts()
    assert task in visible_to(personas["street"]), "through the one between"
    scope = rights.scope_of(Post.objects.get(person__username="street"))
    assert set(rights.with_line(scope)) == {ledger["street"].pk, first.pk, second.pk}
    assert task not in visible_to(personas["community"])


def test_the_workbook_knows_the_column(db: None, noon: Any, tmp_path: Path) -> None:
    rows = [
        {"code": "A", "name": "甲局", "kind": "部门", "valid_to": "2026-08-31", "successor": "B"},
        {"code": "B", "name": "乙局", "kind": "部门", "parent": "C"},
        {"code": "C", "name": "丙局", "kind": "部门"},
    ]
    assert imports.import_units(SYSTEM, book(tmp_path, rows)).problems == []
    assert Unit.objects.get(code="A").successor == Unit.objects.get(code="B")
    sheets.write_filled(tmp_path / "out.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")[sheets.UNITS]
    head, *_ = sheet.iter_rows(values_only=True)
    assert head[-1] == "承接单位编码"
    assert {row[0]: row[-1] or "" for row in sheet.iter_rows(min_row=2, values_only=True)} == {
        "A": "B",
        "B": "",
        "C": "",
    }
    again = imports.import_units(SYSTEM, tmp_path / "out.xlsx")
    assert (again.problems, again.imported) == ([], 0)
    # A successor below the unit that ends is no circle; it comes back as it went out.
    actions.save_unit(actor=SYSTEM, code="B", name="乙局", kind="department", parent=Unit.objects.get(code="A"))
    sheets.write_filled(tmp_path / "out.xlsx")
    assert imports.import_units(SYSTEM, tmp_path / "out.xlsx").imported == 0
    without = [{key: value for key, value in rows[0].items() if key != "successor"} | {"name": "甲局（原）"}]
    path = book(tmp_path, without)
    workbook = openpyxl.load_workbook(path)
    workbook[sheets.UNITS].delete_cols(len(sheets.UNIT_COLUMNS))
    workbook.save(path)
    assert imports.import_units(SYSTEM, path).imported == 1
    assert Unit.objects.get(code="A").successor is not None, "a column that the file lacks leaves what stands"


@pytest.mark.parametrize(
    ("rows", "where", "code"),
    [
        ([{"successor": "X"}], "单位·承接单位编码", "people.unknown_unit"),
        ([{"successor": "A", "valid_to": "2026-08-31"}], "单位·承接单位编码", "people.circle"),
        ([{"successor": "B"}, {"code": "B"}], "单位·承接单位编码", "people.successor_early"),
        (
            [{"successor": "B", "valid_to": "2026-08-31"}, {"code": "B", "successor": "A", "valid_to": "2026-08-31"}],
            "单位·承接单位编码", "people.circle",
        ),
    ],
)  # fmt: skip
def test_wrong_successors_are_told_by_row_and_column(
    db: None, noon: Any, tmp_path: Path, rows: list[dict[str, str]], where: str, code: str
) -> None:
    given = [{"code": "A", "name": "某局", "kind": "部门", **row} for row in rows]
    report = imports.import_units(SYSTEM, book(tmp_path, given))
    assert (report.problems[0].field, report.problems[0].code) == (where, code)
    assert report.extra["applied"] is False and not Unit.objects.filter(code="A").exists()


def test_units_that_stand_may_not_be_imported_into_a_circle(make: Make, ledger: dict[str, Any], tmp_path: Path) -> None:
    ends = {"kind": "部门", "valid_to": "2026-08-31"}
    save("A"), save("B")
    rows = [
        {"code": "A", "name": "A局", "successor": "B", **ends},
        {"code": "B", "name": "B局", "successor": "A", **ends},
    ]
    found = imports.import_units(SYSTEM, book(tmp_path, rows)).problems
    assert [(each.field, each.code) for each in found] == [("单位·承接单位编码", "people.successor_circle")]
    make()
    unit = ledger["department"]
    rows = [{"code": unit.code, "name": unit.name, **ends}]
    found = imports.import_units(SYSTEM, book(tmp_path, rows)).problems
    assert [(each.field, each.code) for each in found] == [("单位·撤销日期", "people.unit_holds")]
