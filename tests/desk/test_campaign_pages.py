"""What each page of campaigns and drives offers to whom, what each form refuses, what each list sorts and hands out."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from chuangcheng.campaigns import actions
from chuangcheng.campaigns.models import Campaign, Drive, DriveGap, MoneyEntry
from tests.campaigns.conftest import FIRST, LAST, TODAY
from tests.campaigns.drives import GOOD, WEAK, make_drive, place_of
from tests.desk.test_campaigns import PLAN, url

Sign = Callable[[str], Client]


@pytest.fixture
def running(campaign: Any, personas: Any, small_city: Any) -> Campaign:
    """A campaign with money and two sub-actions, one of another street."""
    row: Campaign = campaign()
    office, units = personas["office"], small_city.units
    for kind, amount, more in (("budget", 1000, {"source": "市级财政"}), ("contract", 600, {"party": "云岭市政"})):
        given = actions.MoneyInput(kind=kind, amount=Decimal(amount), day=TODAY, document=f"{kind}-1", **more)
        actions.enter_money(actor=office, campaign_id=row.pk, given=given)
    for code, unit, days in (("H-1", "street", 40), ("H-2", "street2", 80)):
        sub = actions.SubActionInput(
            code=code,
            name=f"活动{code}",
            unit=units[unit],
            from_on=FIRST,
            until_on=FIRST + timedelta(days=days),
            lat=30.001,
            lon=120.001 if unit == "street" else 120.021,
            address="解放路",
        )
        actions.save_sub_action(actor=office, campaign_id=row.pk, given=sub)
    return row


@pytest.fixture
def drive(personas: Any, noon: Any) -> Drive:
    """One weak place, one claimed, one without an answer."""
    row = make_drive(personas["office"])
    actions.fill_in(actor=personas["community"], place_id=place_of(row).pk, answers=WEAK)
    actions.fill_in(actor=personas["street"], place_id=place_of(row, "990101001002").pk, answers=GOOD)
    return row


#: Words of buttons on the page of a running campaign, by persona.
BUTTONS = {
    "office": ("提请验收", "取消", "修改", "设定目标", "填报读数", "登记资金", "下达任务", "登记活动", "导入", "冲销"),
    "department": ("提请验收", "填报读数", "登记资金", "登记活动", "导入", "冲销"),
    "street": ("填报读数",),
    "street2": (),
    "leader": (),
    "inspector": (),
    "auditor": (),
}
EVERY = sorted({word for words in BUTTONS.values() for word in words})


@pytest.mark.parametrize("persona", BUTTONS)
def test_the_buttons_of_a_campaign(as_persona: Sign, running: Campaign, persona: str) -> None:
    page = as_persona(persona).get(url("campaign", running.pk)).content.decode()
    found = {word for word in EVERY if f">{word}</a>" in page or f">{word}</button>" in page}
    assert found == set(BUTTONS[persona])


@pytest.mark.parametrize(
    ("persona", "place", "words"),
    [
        ("office", "990101001001", {"自评", "明确责任和时限", "整改完成", "转为任务"}),
        ("office", "990101001002", {"复核通过", "复核不通过", "撤回自评"}),
        ("community", "990101001001", {"自评", "明确责任和时限", "整改完成"}),
        ("street", "990101001001", {"自评", "明确责任和时限", "整改完成"}),
        ("street", "990101001002", {"撤回自评"}),
        ("street2", "990101002001", {"自评"}),
        ("inspector", "990101001002", {"复核通过", "复核不通过"}),
        ("inspector", "990101001001", set()),
        ("leader", "990101001001", set()),
        ("auditor", "990101001002", set()),
    ],
)
def test_the_buttons_of_a_place(as_persona: Sign, drive: Drive, persona: str, place: str, words: set[str]) -> None:
    page = as_persona(persona).get(url("drive_place", place_of(drive, place).pk)).content.decode()
    every = {"自评", "明确责任和时限", "整改完成", "转为任务", "复核通过", "复核不通过", "撤回自评"}
    assert {word for word in every if f">{word}</a>" in page or f">{word}</button>" in page} == words


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "长" * 101}, "title"),
        ({"kind": "war"}, "kind"),
        ({"from_on": ""}, "from_on"),
        ({"from_on": "昨天"}, "from_on"),
        ({"until_on": FIRST}, "until_on"),
        ({"until_on": "2026-09-01"}, "until_on"),
        ({"overrun": "wave"}, "overrun"),
        ({"lead": ""}, "lead"),
        ({"lead": "00000000-0000-0000-0000-000000000000"}, "lead"),
        ({"standards": "没有这个"}, "standards"),
        ({"case_category": "9" * 21}, "case_category"),
        ({"theme": "长" * 2001}, "theme"),
    ],
)
def test_the_form_of_a_campaign(as_persona: Sign, small_city: Any, noon: Any, more: dict[str, Any], field: str) -> None:
    form = {**PLAN, "lead": str(small_city.units["department"].pk), **more}
    answer = as_persona("office").post(url("campaign_new"), form)
    assert answer.status_code == 422 and field in answer.context["form"].errors
    assert not Campaign.objects.exists()


TARGET = {"name": "泊位", "measure": "spaces", "baseline": "0", "goal": "100", "direction": "more", "plan": ""}
READING = {"day": TODAY, "value": "10", "source": "月报"}
MONEY = {"kind": "budget", "amount": "5", "day": TODAY, "document": "财建9号", "source": "市级财政"}
SUB = {"code": "H-9", "name": "义务植树", "from_on": FIRST, "until_on": LAST}
TASK = {"problem": "补齐路灯", "due_on": LAST}


@pytest.mark.parametrize(
    ("form", "usual", "more", "field"),
    [
        ("target", TARGET, {"name": ""}, "name"),
        ("target", TARGET, {"measure": "furlong"}, "measure"),
        ("target", TARGET, {"baseline": "many"}, "baseline"),
        ("target", TARGET, {"goal": "-1"}, "goal"),
        ("target", TARGET, {"goal": "1.00001"}, "goal"),
        ("target", TARGET, {"direction": ""}, "direction"),
        ("target", TARGET, {"direction": "less"}, "goal"),
        ("target", TARGET, {"plan": "2026-10-01"}, "plan"),
        ("target", TARGET, {"plan": "2026-07-01 5"}, "plan"),
        ("target", TARGET, {"plan": "2026-10-02 5\n2026-10-01 6"}, "plan"),
        ("target", TARGET, {"low": "5", "high": "4"}, "low"),
        ("target", TARGET, {"lat": "30"}, "lat"),
        ("money", MONEY, {"kind": "bribe"}, "kind"),
        ("money", MONEY, {"amount": "0"}, "amount"),
        ("money", MONEY, {"amount": "1.005"}, "amount"),
        ("money", MONEY, {"day": "2026-09-16"}, "day"),
        ("money", MONEY, {"document": ""}, "document"),
        ("money", MONEY, {"source": ""}, "source"),
        ("money", MONEY, {"kind": "contract"}, "party"),
        ("money", MONEY, {"kind": "paid"}, "contract"),
        ("money", MONEY, {"kind": "paid", "contract": "x"}, "contract"),
        ("task", TASK, {"problem": ""}, "problem"),
        ("task", TASK, {"due_on": "2026-01-01"}, "due_on"),
        ("task", TASK, {"lead": "x"}, "lead"),
        ("review", {}, {"words": ""}, "words"),
        ("cancel", {}, {"words": "长" * 2001}, "words"),
    ],
)
def test_the_forms_of_a_running_campaign(
    as_persona: Sign,
    running: Campaign,
    small_city: Any,
    form: str,
    usual: dict[str, Any],
    more: dict[str, Any],
    field: str,
) -> None:
    before = (running.targets.count(), MoneyEntry.objects.count(), running.state)
    lead = str(small_city.units["department"].pk)
    answer = as_persona("office").post(url("campaign_move", running.pk, form), {"lead": lead, **usual, **more})
    assert answer.status_code == 422 and field in answer.context["form"].errors
    running.refresh_from_db()
    assert (running.targets.count(), MoneyEntry.objects.count(), running.state) == before


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"value": ""}, "value"),
        ({"value": "1.00001"}, "value"),
        ({"day": ""}, "day"),
        ({"source": "长" * 101}, "source"),
        ({"day": LAST}, "__all__"),
    ],
)
def test_the_form_of_a_reading(as_persona: Sign, running: Campaign, more: dict[str, Any], field: str) -> None:
    address = url("reading_new", running.targets.get().pk)
    answer = as_persona("department").post(address, {**READING, **more})
    assert answer.status_code == 422 and field in answer.context["form"].errors


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"code": ""}, "code"),
        ({"name": ""}, "name"),
        ({"unit": "x"}, "unit"),
        ({"from_on": ""}, "from_on"),
        ({"from_on": LAST, "until_on": FIRST}, "__all__"),
        ({"until_on": LAST + timedelta(days=1)}, "__all__"),
        ({"lat": "30"}, "__all__"),
        ({"lat": "95", "lon": "120"}, "__all__"),
    ],
)
def test_the_form_of_a_sub_action(
    as_persona: Sign, running: Campaign, small_city: Any, more: dict[str, Any], field: str
) -> None:
    form = {**SUB, "unit": str(small_city.units["street"].pk), **more}
    answer = as_persona("department").post(url("subaction_new", running.pk), form)
    assert answer.status_code == 422 and field in answer.context["form"].errors
    assert running.sub_actions.count() == 2


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("sort=code", ["H-1", "H-2"]),
        ("sort=-code", ["H-2", "H-1"]),
        ("sort=until", ["H-1", "H-2"]),
        ("sort=-until", ["H-2", "H-1"]),
        ("sort=from", ["H-1", "H-2"]),
        ("q=H-2", ["H-2"]),
        ("q=解放路", ["H-1", "H-2"]),
        ("q=没有", []),
        ("state=late", ["H-1"]),
        ("state=planned", ["H-1", "H-2"]),
        ("state=done", []),
        ("area=990100/990101/990101002/", ["H-2"]),
        ("area=990100/990101/990101001/", ["H-1"]),
        ("campaign=GJ-0", ["H-1", "H-2"]),
    ],
)
def test_the_list_of_sub_actions(as_persona: Sign, running: Campaign, query: str, found: list[str]) -> None:
    rows = as_persona("office").get(f"{url('subactions')}?{query}").context["listing"].rows
    assert [row.code for row in rows] == found


@pytest.mark.parametrize(
    ("name", "heads", "first"),
    [
        ("subactions", {"编号": "H-1", "名称": "活动H-1", "责任单位": "河东街道", "状态": "未开始"}, "H-1"),
        ("drive_places", {"代码": "990101001001", "名称": "永安社区", "等级": "薄弱", "得分": "40.00"}, "990101001001"),
        ("drive_gaps", {"对象": "永安社区", "不合格项": "有居民议事机制", "状态": "待整改"}, "永安社区"),
    ],
)
def test_what_the_files_hold(
    as_persona: Sign, running: Campaign, drive: Drive, name: str, heads: dict[str, str], first: str
) -> None:
    office = as_persona("office")
    data = b"".join(office.get(url(name) + "?export=csv")).decode("utf-8-sig")  # type: ignore[arg-type]
    rows = list(csv.DictReader(io.StringIO(data)))
    assert first in rows[0].values()
    assert {head: rows[0][head].lstrip("'") for head in heads} == heads
    assert b"".join(office.get(url(name) + "?export=xlsx"))[:2] == b"PK"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("sort=code", ["990101001001", "990101001002", "990101002001"]),
        ("sort=-code", ["990101002001", "990101001002", "990101001001"]),
        ("sort=-points", ["990101001001", "990101002001", "990101001002"]),
        ("grade=weak", ["990101001001"]),
        ("grade=met", []),
        ("grade=none", ["990101001002", "990101002001"]),
        ("state=claimed", ["990101001002"]),
        ("state=todo", ["990101002001"]),
        ("state=graded", ["990101001001"]),
        ("q=新华", ["990101002001"]),
        ("area=990100/990101/990101001/", ["990101001001", "990101001002"]),
    ],
)
def test_the_list_of_places(as_persona: Sign, drive: Drive, query: str, found: list[str]) -> None:
    rows = as_persona("office").get(f"{url('drive_places')}?{query}").context["listing"].rows
    assert sorted(row.code for row in rows) == sorted(found)
    if query != "sort=-points":
        assert [row.code for row in rows] == found


@pytest.mark.parametrize(
    ("persona", "codes"),
    [
        ("office", ["A1", "A2"]),
        ("community", ["A1", "A2"]),
        ("street", ["A1", "A2"]),
        ("district", ["A1", "A2"]),
        ("street2", []),
        ("department", []),
    ],
)
def test_whose_ledger_it_is(as_persona: Sign, drive: Drive, persona: str, codes: list[str]) -> None:
    rows = as_persona(persona).get(url("drive_gaps")).context["listing"].rows
    assert [row.item for row in rows] == codes


def test_who_only_mends_sees_the_row_and_nothing_of_the_place(as_persona: Sign, drive: Drive, small_city: Any) -> None:
    DriveGap.objects.filter(item="A2").update(unit=small_city.units["department"])
    unit = as_persona("department")
    (row,) = unit.get(url("drive_gaps")).context["listing"].rows
    assert row.item == "A2"
    assert unit.get(url("drive_place", row.place_id)).status_code == 404
    assert unit.get(url("gap_move", row.pk, "finish")).status_code == 200
