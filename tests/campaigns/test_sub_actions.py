"""Sub-actions: by hand, and by the thousand out of a workbook that names each wrong row."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from chuangcheng.campaigns import actions, imports, selectors
from chuangcheng.campaigns.actions import SubActionInput
from chuangcheng.campaigns.models import SubAction
from chuangcheng.campaigns.states import SUB_ACTION
from chuangcheng.history.models import Event, Outbox
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.tables import read_table
from tests.campaigns.conftest import FIRST, LAST, TODAY, Make
from tests.campaigns.test_lives import differences, refusal

HEADERS = ["编号", "名称", "责任单位", "地点", "经度", "纬度", "开始日期", "结束日期", "状态", "结果"]
GOOD = [
    "H-001",
    "背街小巷清扫日",
    "河东街道",
    "解放路",
    120.001,
    30.001,
    "2026-09-01",
    "2026-09-05",
    "已完成",
    "清运 3 吨",
]


def workbook(*rows: list[Any], headers: list[str] = HEADERS) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("活动")
        for number, row in enumerate([headers, *rows]):
            sheet.write_row(number, 0, row)
    return file.getvalue()


def changed(**values: Any) -> list[Any]:
    row = list(GOOD)
    for header, value in values.items():
        row[HEADERS.index(header)] = value
    return row


def test_by_hand_with_every_step(campaign: Make, personas: Any, small_city: Any) -> None:
    row, office, street = campaign(), personas["office"], personas["street"]
    given = SubActionInput(
        code="１", name="清扫", unit=small_city.units["street"], from_on=FIRST, until_on=LAST, lat=30.001, lon=120.001
    )
    one = actions.save_sub_action(actor=street, campaign_id=row.pk, given=given)
    assert (one.code, one.state, one.division.name) == ("1", "planned", "永安社区")
    assert actions.save_sub_action(actor=street, campaign_id=row.pk, given=given).chain_seq == one.chain_seq

    def move(name: str, actor: Any = street, result: str = "") -> str:
        code = refusal(lambda: actions.move_sub_action(actor=actor, sub_action_id=one.pk, move=name, result=result))
        one.refresh_from_db()
        return code

    assert move("finish") == "state.missing" and move("begin") == "" and move("begin") == "state.move_refused"
    assert move("finish", personas["street2"], "x") == "campaign.other_unit" and move("jump") == "common.not_found"
    assert move("finish", result="清运 3 吨") == "" and (one.state, one.result) == ("done", "清运 3 吨")
    assert move("reopen") == "common.not_allowed" and move("reopen", office) == ""
    assert move("cancel", personas["department"], "合并") == "" and one.state == "cancelled"
    assert {each.name for each in selectors.sub_moves_for(office, selectors.get_sub_action_for(office, one.pk))} == {
        "reopen"
    }
    assert selectors.sub_moves_for(street, selectors.get_sub_action_for(street, one.pk)) == []
    assert refusal(lambda: selectors.get_sub_action_for(personas["street2"], one.pk)) == "common.not_found"
    assert differences("campaigns.sub_action") == []
    actions.move_campaign(actor=office, campaign_id=row.pk, move="cancel", words="x")
    assert move("reopen", office) == "campaign.ended"
    assert refusal(lambda: actions.save_sub_action(actor=office, campaign_id=row.pk, given=given)) == "campaign.ended"


def test_whose_sub_action_it_is_sees_the_campaign(campaign: Make, personas: Any, small_city: Any) -> None:
    row, street2 = campaign(supports=()), personas["street2"]
    assert not selectors.visible_to(street2).exists()
    given = SubActionInput(code="1", name="x", unit=small_city.units["street2"], from_on=FIRST, until_on=LAST)
    actions.save_sub_action(actor=street2, campaign_id=row.pk, given=given)
    assert selectors.visible_to(street2).get() == row and not selectors.moves_for(street2, row)
    wrong = SubActionInput(code="2", name="x", unit=small_city.units["street"], from_on=FIRST, until_on=LAST)
    assert (
        refusal(lambda: actions.save_sub_action(actor=street2, campaign_id=row.pk, given=wrong))
        == "campaign.other_unit"
    )


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"编号": ""}, "编号", "sites.missing"),
        ({"名称": ""}, "名称", "sites.missing"),
        ({"责任单位": "月球局"}, "责任单位", "campaign.unknown_unit"),
        ({"责任单位": ""}, "责任单位", "sites.missing"),
        ({"开始日期": "昨天"}, "开始日期", "tables.not_a_time"),
        ({"结束日期": ""}, "结束日期", "sites.missing"),
        ({"开始日期": "2026-07-31"}, "开始日期", "campaign.sub_days"),
        ({"结束日期": "2026-11-10"}, "开始日期", "campaign.sub_days"),
        ({"开始日期": "2026-09-06"}, "开始日期", "campaign.sub_days"),
        ({"状态": "飞行"}, "状态", "sites.unknown_choice"),
        ({"结果": ""}, "结果", "state.missing"),
        ({"纬度": ""}, "纬度", "campaign.half_position"),
        ({"经度": "东"}, "经度", "tables.not_a_number"),
        ({"纬度": 95}, "纬度", "sites.bad_position"),
        ({"名称": "长" * 101}, "名称", "sites.too_long"),
    ],
)
def test_each_wrong_row_is_named(campaign: Make, values: dict[str, Any], field: str, code: str) -> None:
    row = campaign()
    report = imports.import_sub_actions(
        SYSTEM,
        row.pk,
        workbook(GOOD, changed(编号="H-002", 名称="好"), changed(**{"编号": "H-003", **values})),
        name="a.xlsx",
    )
    assert [(problem.row, problem.field, problem.code) for problem in report.problems] == [(4, field, code)]
    assert (report.rows, report.rejected, report.imported, report.extra["applied"]) == (3, 1, 0, False)
    assert not SubAction.objects.exists()  # one problem and nothing is kept


def test_in_try_again_and_changed(campaign: Make, personas: Any) -> None:
    row, office = campaign(), personas["office"]
    rows = [
        GOOD,
        changed(编号="H-002", 状态="", 结果=""),
        changed(编号="H-003", 状态="进行中", 结果="", 经度="", 纬度=""),
    ]

    def take(*given: list[Any], **more: Any) -> Any:
        report = imports.import_sub_actions(office, row.pk, workbook(*given), name="a.xlsx", **more)
        return report.imported, report.unchanged, report.rejected

    assert take(*rows, preview=True) == (3, 0, 0) and not SubAction.objects.exists()
    assert take(*rows) == (3, 0, 0) and take(*rows) == (0, 3, 0)
    assert sorted(SubAction.objects.values_list("code", "state", "division_path")) == [
        ("H-001", "done", "990100/990101/990101001/990101001001/"),
        ("H-002", "planned", "990100/990101/990101001/990101001001/"),
        ("H-003", "running", ""),
    ]
    events = Event.objects.filter(subject_kind="subaction").count()
    assert take(changed(状态="", 结果=""), rows[1]) == (0, 2, 0)  # empty cells leave the state and the result
    assert take(rows[0], changed(编号="H-002", 状态="已完成", 结果="好")) == (1, 1, 0)
    assert take(changed(状态="未开始")) == (0, 0, 1) and take(GOOD, GOOD) == (0, 0, 1)
    assert Event.objects.filter(subject_kind="subaction").count() == events + 1
    assert Outbox.objects.filter(topic="subaction.imported").count() == 2
    assert differences("campaigns.sub_action") == []
    line = selectors.line_for(row, TODAY)
    assert (line.subs, line.sub_total) == ({"done": 2, "running": 1}, 3)
    assert (
        refusal(lambda: imports.import_sub_actions(personas["leader"], row.pk, workbook(GOOD))) == "common.not_allowed"
    )
    mine = imports.import_sub_actions(personas["street2"], row.pk, workbook(changed(编号="H-9")), name="a.xlsx")
    assert [problem.code for problem in mine.problems] == ["campaign.other_unit"]


def test_a_thousand_and_fifty_seven(campaign: Make, django_assert_max_num_queries: Any) -> None:
    row = campaign()
    rows = [
        changed(
            编号=f"H-{number:04d}",
            开始日期=f"{FIRST + timedelta(days=number % 90):%Y-%m-%d}",
            结束日期=f"{FIRST + timedelta(days=number % 90 + 3):%Y-%m-%d}",
            状态="",
            结果="",
        )
        for number in range(1057)
    ]
    book = workbook(*rows)
    with django_assert_max_num_queries(90):
        report = imports.import_sub_actions(SYSTEM, row.pk, book, name="a.xlsx")
    assert (report.imported, report.rejected) == (1057, 0)
    with django_assert_max_num_queries(15):
        assert imports.import_sub_actions(SYSTEM, row.pk, book, name="a.xlsx").unchanged == 1057


def test_the_template_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "模板.xlsx"
    imports.write_template(path)
    wanted = {field: names for field, (names, _hint) in imports.SHEET.columns.items()}
    assert set(read_table(path, name=path.name, wanted=wanted).columns) == set(imports.SHEET.columns)
    assert set(imports.SHEET.lists["state"]) == {state.label.zh for state in SUB_ACTION.states}
