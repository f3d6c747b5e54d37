"""The whole set of limits at once: what would change, applied all or nothing, by those who may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chuangcheng.framework import reference, sample, selectors, time_rules, time_sheets
from chuangcheng.framework.models import Category, RuleDraft, TimeRule
from chuangcheng.framework.time_rules import Limit
from chuangcheng.kernel.actor import CITIZEN, SYSTEM, Actor
from chuangcheng.kernel.problems import Refused

ALL = Limit("", "default", "", Decimal(5), "work_days", "解决", "", None, "CK")
LITTER = Limit("06010", "default", "", Decimal(4), "work_hours", "清理干净", "clean", None, "RRE;JYU")
DANGER = Limit("", "danger", "危及人身安全", Decimal("1.5"), "urgent_hours", "险情排除", "repair", 3, "SJZJ")
SET = [DANGER, ALL, LITTER]


@pytest.fixture(autouse=True)
def categories(db: None) -> None:
    for code, zh in (("06010", "暴露垃圾"), ("07003", "违规户外广告")):
        Category.objects.create(
            code=code,
            zh=zh,
            kind="matter",
            class_code=code[:2],
            class_zh=f"第{code[:2]}类",
            taxonomy="GB/T 47678.5-2026",
        )


def kinds(rows: list[Limit]) -> dict[Any, str]:
    return {change.limit.key: change.kind for change in time_rules.compare(rows)}


def put(rows: list[Limit] = SET) -> None:
    time_rules.replace_rules(actor=SYSTEM, rows=rows)


def test_a_first_set_is_all_added() -> None:
    assert set(kinds(SET).values()) == {"added"}
    assert time_rules.replace_rules(actor=SYSTEM, rows=SET) == {"added": 3, "changed": 0, "removed": 0, "unchanged": 0}
    assert time_rules.in_force() == SET


def test_the_same_set_again_changes_nothing() -> None:
    put()
    assert time_rules.replace_rules(actor=SYSTEM, rows=SET)["unchanged"] == 3
    assert TimeRule.objects.count() == 3


def test_a_changed_limit_is_a_next_version_and_a_missing_one_is_withdrawn() -> None:
    put()
    slower = replace(LITTER, amount=Decimal(8))
    assert kinds([ALL, slower]) == {ALL.key: "unchanged", LITTER.key: "changed", DANGER.key: "removed"}
    put([ALL, slower])
    assert selectors.time_rule("06010").amount == 8
    assert selectors.time_rule("06010").version == 2
    assert selectors.time_rule("07003", "danger").condition == "default"
    last = TimeRule.objects.filter(condition="danger").latest("version")
    assert (last.version, last.withdrawn) == (2, True)


def test_a_withdrawn_rule_comes_back_as_another_version() -> None:
    put()
    put([ALL, LITTER])
    assert kinds(SET)[DANGER.key] == "added"
    put()
    assert selectors.time_rule("07003", "danger").version == 3
    assert TimeRule.objects.filter(condition="danger").count() == 3


def test_reworded_is_a_change() -> None:
    put()
    changes = {c.limit.key: c for c in time_rules.compare([ALL, replace(LITTER, close_when="扫净"), DANGER])}
    assert changes[LITTER.key].kind == "changed"
    assert changes[LITTER.key].before == LITTER and changes[LITTER.key].limit.close_when == "扫净"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (replace(LITTER, amount=Decimal(0)), "amount"),
        (replace(LITTER, amount=Decimal("0.001")), "amount"),
        (replace(LITTER, amount=Decimal(10_000)), "amount"),
        (replace(LITTER, unit="weeks"), "unit"),
        (replace(LITTER, handling="pray"), "handling"),
        (replace(LITTER, severity=4), "severity"),
        (replace(LITTER, condition=""), "condition"),
        (replace(LITTER, category_code="99"), "category_code"),
    ],
)
def test_one_wrong_limit_and_nothing_is_written(wrong: Limit, field: str) -> None:
    put()
    with pytest.raises(Refused) as refusal:
        time_rules.replace_rules(actor=SYSTEM, rows=[replace(ALL, amount=Decimal(9)), wrong])
    assert [problem.field for problem in refusal.value.fields] == [field]
    assert time_rules.in_force() == SET


def test_a_rule_for_everything_must_stay() -> None:
    put()
    for attempt in (
        lambda: time_rules.replace_rules(actor=SYSTEM, rows=[LITTER]),
        lambda: time_rules.withdraw_rule(actor=SYSTEM, category_code="", condition="default"),
    ):
        with pytest.raises(Refused, match=r"framework\.no_default_limit"):
            attempt()


def test_who_looked_at_another_set_looks_again() -> None:
    put()
    held = time_rules.basis()
    time_rules.save_rule(actor=SYSTEM, limit=replace(LITTER, amount=Decimal(6)))
    with pytest.raises(Refused, match=r"framework\.rules_moved"):
        time_rules.replace_rules(actor=SYSTEM, rows=SET, held_against=held)
    time_rules.replace_rules(actor=SYSTEM, rows=SET, held_against=time_rules.basis())


def test_one_rule_is_saved_and_withdrawn(personas: dict[str, Actor]) -> None:
    put()
    office = personas["office"]
    rule = time_rules.save_rule(actor=office, limit=replace(LITTER, amount=Decimal(6)))
    assert (rule.version, rule.made_by_id) == (2, office.person_id)
    assert time_rules.withdraw_rule(actor=office, category_code="06010", condition="default").withdrawn
    assert selectors.time_rule("06010").category_code == ""
    assert [each.version for each in time_rules.versions_of(rule)] == [3, 2, 1]
    with pytest.raises(Refused, match=r"common\.not_found"):
        time_rules.withdraw_rule(actor=office, category_code="06010", condition="default")


def test_the_list_holds_the_newest_of_each() -> None:
    put()
    put([ALL, replace(LITTER, amount=Decimal(9))])
    assert sorted(time_rules.rules().values_list("category_code", "version")) == [("", 1), ("06010", 2)]


ROLES = ["leader", "subcommand", "district", "department", "street", "community", "grid", "inspector", "auditor"]


@pytest.mark.parametrize("role", ROLES)
def test_nobody_but_the_office_changes_limits(personas: dict[str, Actor], role: str) -> None:
    put()
    draft = time_rules.draft_rules(actor=SYSTEM, rows=[ALL.as_json()], name="a.xlsx")
    actor = personas[role]
    attempts: list[Callable[[], object]] = [
        lambda: time_rules.replace_rules(actor=actor, rows=[ALL]),
        lambda: time_rules.save_rule(actor=actor, limit=ALL),
        lambda: time_rules.withdraw_rule(actor=actor, category_code="06010", condition="default"),
        lambda: time_rules.draft_rules(actor=actor, rows=[], name="b"),
        lambda: time_rules.apply_draft(actor=actor, draft_id=draft.pk, held_against=time_rules.basis()),
        lambda: time_rules.end_draft(actor=actor, draft_id=draft.pk, kind="time", state="dropped"),
    ]
    for attempt in attempts:
        with pytest.raises(Refused, match=r"common\.not_allowed"):
            attempt()
    assert time_rules.in_force() == SET
    assert RuleDraft.objects.get().state == "open"


def test_nor_does_a_citizen() -> None:
    with pytest.raises(Refused):
        time_rules.replace_rules(actor=CITIZEN, rows=SET)


def test_a_draft_is_applied_once(personas: dict[str, Actor]) -> None:
    put()
    office = personas["office"]
    draft = time_rules.draft_rules(actor=office, rows=[limit.as_json() for limit in (ALL, LITTER)], name="新.xlsx")
    assert list(time_rules.drafts("time")) == [draft]
    counts = time_rules.apply_draft(actor=office, draft_id=draft.pk, held_against=time_rules.basis())
    assert counts["removed"] == 1
    assert not time_rules.drafts("time").exists()
    with pytest.raises(Refused, match=r"framework\.draft_ended"):
        time_rules.apply_draft(actor=office, draft_id=draft.pk, held_against=time_rules.basis())


def test_a_draft_held_against_an_older_set_stays_open(personas: dict[str, Actor]) -> None:
    put()
    draft = time_rules.draft_rules(actor=personas["office"], rows=[ALL.as_json()], name="a")
    with pytest.raises(Refused, match=r"framework\.rules_moved"):
        time_rules.apply_draft(actor=personas["office"], draft_id=draft.pk, held_against="older")
    assert time_rules.drafts("time").count() == 1


TEXT = st.text("清理干净天abc，；/（）=+1", max_size=12).map(str.strip).filter(lambda text: not text.isdigit())
LIMITS = st.builds(
    Limit, st.sampled_from(["06", "06010", "07003"]), st.sampled_from(["danger", "missing", "x1"]), TEXT,
    st.decimals(Decimal("0.01"), Decimal(9999), places=2).map(lambda n: n.normalize()),
    st.sampled_from(time_rules.UNITS), TEXT, st.sampled_from(["", "clean", "stop"]), st.sampled_from([None, 1, 2, 3]),
    st.sampled_from(["", "CK", "RRE;JYU"]),
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LIMITS, max_size=6, unique_by=lambda limit: limit.key))
def test_a_workbook_and_json_lose_nothing(tmp_path: Path, limits: list[Limit]) -> None:
    path = tmp_path / "limits.xlsx"
    assert time_sheets.write_limits(path, [ALL, *limits]) == len(limits) + 1
    found = time_sheets.read_workbook(path)
    assert found.problems == []
    assert found.rows == [ALL, *limits]
    assert [Limit.of_json(limit.as_json()) for limit in limits] == limits


def sheet(path: Path, *rows: tuple[object, ...], heads: tuple[str, ...] = ()) -> Path:
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, heads or ("类别代码", "立案条件代码", "时限", "单位", "处置方式", "最低严重程度"))
        for number, row in enumerate(rows, 1):
            page.write_row(number, 0, row)
    return path


def test_each_mistake_is_named_by_row_and_column(tmp_path: Path) -> None:
    path = sheet(
        tmp_path / "a.xlsx",
        ("", "", 5, "工作日", "", ""),
        ("06010", "", "soon", "工作日", "", ""),
        ("06010", "", 4, "星期", "", ""),
        ("99", "", 4, "工作时", "", ""),
        ("07003", "", 4, "工作时", "祈祷", "要命"),
        ("", "default", 6, "工作日", "", ""),
        ("07003", "", "", "", "", ""),
        ("07003", "big", -4, "工作时", "", ""),
    )  # fmt: skip
    found = time_sheets.read_workbook(path)
    assert found.count == 8
    assert [(problem.row, problem.field) for problem in found.problems] == [
        (3, "时限"), (4, "单位"), (5, "类别代码"), (6, "处置方式"), (6, "最低严重程度"), (7, "立案条件代码"),
        (8, "时限"), (8, "单位"), (9, "时限"),
    ]  # fmt: skip
    assert {problem.code for problem in found.problems} >= {"framework.not_decimal", "framework.duplicate"}


def test_codes_are_taken_beside_words(tmp_path: Path) -> None:
    path = sheet(tmp_path / "a.xlsx", ("06010", "", 4, "work_hours", "clean", "2"))
    assert time_sheets.read_workbook(path).rows == [
        Limit("06010", "default", "", Decimal(4), "work_hours", "", "clean", 2, "")
    ]


def test_a_sheet_without_the_needed_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"tables\.missing_columns"):
        time_sheets.read_workbook(sheet(tmp_path / "a.xlsx", ("a", "b"), heads=("甲", "乙")))


def test_the_template_is_empty_and_readable(tmp_path: Path) -> None:
    time_sheets.write_template(tmp_path / "t.xlsx")
    found = time_sheets.read_workbook(tmp_path / "t.xlsx")
    assert (found.rows, found.problems, found.count) == ([], [], 0)


def test_the_sample_holds_the_published_table(tmp_path: Path) -> None:
    """The domain facts' table of limits: each row by category, condition, limit and source key."""
    reference.save_categories(actor=SYSTEM, rows=sample.categories())
    reference.save_time_rules(actor=SYSTEM, rows=sample.time_rules())
    wanted = {
        ("01001", "missing"): ("2", "urgent_hours", "YCG"), ("01001", "broken"): ("4", "work_hours", "YCG"),
        ("01001", "rattling"): ("2", "work_days", "YCG"), ("01001", "surround"): ("5", "work_days", "YCG"),
        ("01001", "own"): ("1.5", "urgent_hours", "SJZJ"), ("01001", "unclaimed"): ("360", "urgent_hours", "SJZJ"),
        ("06001", "stop"): ("4", "work_hours", "RRE"), ("06001", "penalty"): ("7", "work_days", "RRE"),
        ("06001", "default"): ("20", "work_days", "RRE;JYU"), ("06010", "default"): ("4", "work_hours", "RRE;JYU"),
        ("06011", "default"): ("4", "work_hours", "RRE;JYU"), ("06011", "standing"): ("2", "work_days", "RRE"),
        ("06012", "default"): ("2", "work_hours", "RRE;JYU"), ("06013", "flooded"): ("4", "work_hours", "RRE"),
        ("06017", "default"): ("4", "work_hours", "RRE"), ("06017", "plants"): ("5", "work_days", "RRE"),
        ("06025", "default"): ("15", "work_days", "JYU"),
    }  # fmt: skip
    found = {limit.key: limit for limit in time_rules.in_force()}
    for key, (amount, unit, source) in wanted.items():
        limit = found[key]
        assert (limit.amount, limit.unit, limit.source_ref) == (Decimal(amount), unit, source), key
        assert limit.close_when
    assert time_sheets.write_workbook(tmp_path / "s.xlsx") == len(found)
    assert set(kinds(time_sheets.read_workbook(tmp_path / "s.xlsx").rows).values()) == {"unchanged"}


def test_names_of_prefixes() -> None:
    known = {category.code: category for category in selectors.categories()}
    assert time_rules.named("06010", known) == "暴露垃圾"
    assert time_rules.named("06", known) == "第06类"
    assert time_rules.named("0601", known) == time_rules.named("", known) == ""


def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "framework", check=True, dry_run=True, verbosity=0)
