"""Workbooks of time limits as people really fill them in: other headers, codes turned to numbers, texts too long."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from chuangcheng.framework import time_rules, time_sheets
from chuangcheng.framework.models import Category, RuleDraft
from chuangcheng.framework.time_rules import Limit
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused

HEADS = "类别代码,立案条件代码,立案条件,时限,单位,结案条件,来源依据"


@pytest.fixture(autouse=True)
def category(db: None) -> None:
    Category.objects.create(
        code="06010", zh="暴露垃圾", kind="matter", class_code="06", class_zh="市容", taxonomy="GB/T 47678.5-2026"
    )


def read(*lines: str, heads: str = HEADS) -> time_sheets.Read:
    return time_sheets.read_workbook("\n".join([heads, *lines]).encode(), "a.csv")


@pytest.mark.parametrize("heads", ["代码,处置时限,时限单位", "category,amount,unit", "单位,时限,类别代码"])
def test_headers_go_by_several_names_in_any_order(heads: str) -> None:
    cells = {"单位": "工作时", "时限单位": "工作时", "unit": "工作时", "代码": "06", "类别代码": "06", "category": "06"}
    found = read(",".join(cells.get(head, "4") for head in heads.split(",")), heads=heads)
    assert (found.problems, found.rows) == ([], [Limit("06", "default", "", Decimal(4), "work_hours")])


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("inf", "not_decimal"), ("NaN", "not_decimal"), ("4小时", "not_decimal"), ("", "not_decimal"),
        ("0", "out_of_range"), ("-2", "out_of_range"), ("1.005", "out_of_range"), ("1e9", "out_of_range"),
    ],
)  # fmt: skip
def test_a_wrong_amount_is_named_in_its_column(amount: str, code: str) -> None:
    found = read(f"06,,,{amount},工作时,,")
    assert [(each.row, each.field, each.code) for each in found.problems] == [(2, "时限", f"framework.{code}")]
    assert (found.rows, found.count) == ([], 1)


@pytest.mark.parametrize(("amount", "meant"), [("4.50", "4.5"), ("４", "4"), ("1e2", "100"), (" 9999 ", "9999")])
def test_an_amount_is_read_as_it_is_meant(amount: str, meant: str) -> None:
    limit = read(f"06,,,{amount},工作时,,").rows[0]
    assert limit.as_json()["amount"] == meant
    assert Limit.of_json(limit.as_json()) == limit


@pytest.mark.parametrize(
    ("column", "most"), [("立案条件代码", 40), ("立案条件", 100), ("结案条件", 100), ("来源依据", 20)]
)
def test_a_text_is_taken_up_to_its_length(column: str, most: int) -> None:
    def row(length: int) -> str:
        cells = {"类别代码": "06", "时限": "4", "单位": "工作时", column: "长" * length}
        return ",".join(cells.get(head, "") for head in HEADS.split(","))

    assert read(row(most)).problems == []
    problems = read(row(most + 1)).problems
    assert [(each.field, each.code) for each in problems] == [(column, "framework.too_long")]
    assert str(most) in problems[0].message


def test_the_same_rule_twice_names_the_first_row_and_keeps_it() -> None:
    found = read("06,,,4,工作时,,", "06,default,,5,工作时,,", "06,danger,,5,工作时,,")
    assert [(limit.condition, limit.amount) for limit in found.rows] == [("default", 4), ("danger", 5)]
    assert [(each.row, each.field) for each in found.problems] == [(3, "立案条件代码")]
    assert "第2行" in found.problems[0].message


def test_words_of_formulas_stay_words(tmp_path: Path) -> None:
    limit = Limit("06", "default", "=1+1", Decimal(4), "work_hours", '=HYPERLINK("x")', "", None, "007")
    time_sheets.write_limits(tmp_path / "a.xlsx", [limit])
    assert time_sheets.read_workbook(tmp_path / "a.xlsx").rows == [limit]
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert {cell.data_type for cell in sheet[2] if cell.value is not None} == {"s"}


def test_the_template_offers_the_choices_and_says_what_is_meant(tmp_path: Path) -> None:
    time_sheets.write_template(tmp_path / "t.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx").active
    offered = {str(rule.sqref).split(":")[0]: rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert offered["F2"] == '"紧急工作时,工作时,工作日"'
    assert set(offered) == {"F2", "H2", "I2"}
    assert "必填" in sheet["E1"].comment.text
    assert [cell.value for cell in sheet[1]] == [column.names[0] for column in time_sheets.COLUMNS.values()]


def test_a_written_row_names_the_category_beside_its_code(tmp_path: Path) -> None:
    rows = [Limit(code, "default", "", Decimal(1), "work_days") for code in ("", "06", "06010")]
    time_sheets.write_limits(tmp_path / "a.xlsx", rows)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert [sheet.cell(row, 2).value or "" for row in (2, 3, 4)] == ["", "市容", "暴露垃圾"]


# Drafts ---------------------------------------------------------------------------------------------------------------


def test_a_long_name_is_cut_and_kinds_are_apart(personas: dict[str, Actor]) -> None:
    office = personas["office"]
    time = time_rules.draft_rules(actor=office, rows=[], name="长" * 200)
    routing = time_rules.draft_rules(actor=office, rows=[], name="b", kind="routing")
    assert (len(time.name), time.made_by_id) == (120, office.person_id)
    assert (list(time_rules.drafts("time")), list(time_rules.drafts("routing"))) == ([time], [routing])
    assert time_rules.get_draft(time.pk, "time") == time
    with pytest.raises(Refused, match=r"common\.not_found"):
        time_rules.get_draft(time.pk, "routing")


def test_a_draft_of_another_kind_cannot_be_ended_or_applied() -> None:
    draft = time_rules.draft_rules(actor=SYSTEM, rows=[], name="a", kind="routing")
    with pytest.raises(Refused, match=r"common\.not_found"):
        time_rules.apply_draft(actor=SYSTEM, draft_id=draft.pk, held_against=time_rules.basis())
    assert RuleDraft.objects.get().state == "open"


def test_a_draft_that_says_nothing_would_leave_no_limit() -> None:
    draft = time_rules.draft_rules(actor=SYSTEM, rows=[], name="a")
    with pytest.raises(Refused, match=r"framework\.no_default_limit"):
        time_rules.apply_draft(actor=SYSTEM, draft_id=draft.pk, held_against=time_rules.basis())
    assert RuleDraft.objects.get().ended_at is None


def test_the_basis_changes_with_a_version_and_not_with_a_repetition() -> None:
    limit = Limit("", "default", "", Decimal(1), "work_days")
    time_rules.save_rule(actor=SYSTEM, limit=limit)
    held = time_rules.basis()
    time_rules.save_rule(actor=SYSTEM, limit=limit)
    assert time_rules.basis() == held
    time_rules.save_rule(actor=SYSTEM, limit=Limit("", "default", "", Decimal(2), "work_days"))
    assert time_rules.basis() != held
