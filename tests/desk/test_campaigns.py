"""Campaigns on the desk: the overview, the page of one, every form, the map, the proofs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from chuangcheng.campaigns import actions
from chuangcheng.campaigns.models import Campaign, MoneyEntry, Reading, SubAction, Target
from chuangcheng.tasks.models import Task
from tests.campaigns.conftest import FIRST, LAST, TODAY
from tests.campaigns.test_sub_actions import GOOD, changed, workbook
from tests.campaigns.test_targets import PDF
from tests.cases.play import picture

Sign = Callable[[str], Client]


def url(name: str, *args: Any) -> str:
    return reverse(f"desk:{name}", args=args)


def send(client: Client, address: str, status: int = 302, /, **form: Any) -> str:
    """Open a form, send it, and say what came back."""
    assert client.get(address).status_code == 200, address
    answer = client.post(address, form)
    text = answer.content.decode()
    assert answer.status_code == status, text[:3000]
    return text


PLAN = {
    "title": "停车泊位攻坚",
    "kind": "siege",
    "from_on": FIRST,
    "until_on": LAST,
    "overrun": "flag",
    "theme": "新增泊位",
    "standards": "",
    "leader": "",
    "case_category": "01",
}


def test_set_up_by_hand(as_persona: Sign, small_city: Any) -> None:
    office, units = as_persona("office"), small_city.units
    lead, support = str(units["department"].pk), str(units["street"].pk)
    assert "还没有攻坚行动" in office.get(url("campaigns")).content.decode()
    send(office, url("campaign_new"), 422, **{**PLAN, "lead": lead, "until_on": FIRST})
    assert "没有测评标准" in send(office, url("campaign_new"), 422, **{**PLAN, "lead": lead, "standards": "I-99"})
    send(office, url("campaign_new"), **PLAN, lead=lead, supports=[support])
    row = Campaign.objects.get()
    target = {
        "name": "新增泊位",
        "measure": "spaces",
        "baseline": "0",
        "goal": "47000",
        "direction": "more",
        "cumulative": "on",
    }
    move = lambda name: url("campaign_move", row.pk, name)  # noqa: E731
    assert "低于基数" in send(office, move("target"), 422, **{**target, "baseline": "50000"})
    assert "读不懂这一行" in send(office, move("target"), 422, **target, plan="十月 很多")
    send(office, move("target"), **target, plan=f"{TODAY} 20000\n{LAST}，47000", lat="30.001", lon="120.001")
    send(office, move("amend"), **{**PLAN, "title": "泊位攻坚"}, lead=lead, supports=[support])
    send(office, move("start"))
    row.refresh_from_db()
    assert (row.title, row.state, row.supports.get()) == ("泊位攻坚", "running", units["street"])
    one = row.targets.get()
    assert one.plan == [[TODAY.isoformat(), "20000"], [LAST.isoformat(), "47000"]]
    shown = office.get(url("target_edit", one.pk)).content.decode()
    assert 'value="47000"' in shown and 'value="0"' in shown and "0.0000" not in shown, "as it was typed"
    send(office, url("target_edit", one.pk), **{**target, "goal": "48000"}, plan="")
    one.refresh_from_db()
    assert (one.goal, one.plan) == (48000, [])
    html = office.get(url("campaign", row.pk)).content.decode()
    for words in ("新增泊位", "48,000 个泊位", "读数不足两次", "还没有登记资金", "河东街道", "无读数", "相关案件"):
        assert words in html, words
    assert office.get(move("fly")).status_code == 404
    send(as_persona("department"), move("review"), words="已完成")
    send(office, move("finish"), words="属实")
    assert "没有符合条件的行动" in office.get(url("campaigns") + "?q=无此").content.decode()
    for query in ("q=泊位", "kind=siege", "state=finished", f"unit={lead}", "state=all"):
        assert "泊位攻坚" in office.get(url("campaigns") + f"?{query}").content.decode(), query
    assert "泊位攻坚" not in office.get(url("campaigns") + "?state=open").content.decode()


@pytest.fixture
def running(campaign: Any) -> Campaign:
    return campaign()  # type: ignore[no-any-return]


def test_readings_with_proof_and_doubt(as_persona: Sign, running: Campaign) -> None:
    unit, target = as_persona("department"), running.targets.get()
    form = url("reading_new", target.pk)
    shots = [SimpleUploadedFile("a.jpg", picture(), "image/jpeg"), SimpleUploadedFile("b.pdf", PDF, "application/pdf")]
    send(unit, form, day=FIRST + timedelta(days=9), value="100", source="月报", proofs=shots)
    send(unit, form, day=FIRST + timedelta(days=19), value="200")
    assert "确认无误" in send(unit, form, 409, day=TODAY, value="150")
    send(unit, form, day=TODAY, value="150", confirmed="on")
    send(unit, form, 422, day=LAST, value="150")
    html = unit.get(url("campaign", running.pk)).content.decode()
    for words in ("150 个", "落后", "最近 3 次读数", "直线外推", "月报", "填报读数", "已确认", "计划应达"):
        assert words in html, words
    first = Reading.objects.get(value=100)
    shot = html.split(f"/campaigns/readings/{first.pk}/")[1].split('"')[0]
    assert unit.get(f"/desk/campaigns/readings/{first.pk}/{shot}").getvalue()[:2] == b"\xff\xd8"  # type: ignore[attr-defined]
    paper = unit.get(url("reading_paper", first.pk))
    assert paper.getvalue() == PDF and paper["Content-Type"] == "application/pdf"  # type: ignore[attr-defined]
    assert unit.get(url("reading_paper", Reading.objects.get(value=200).pk)).status_code == 404
    for name in ("campaign", "reading_paper"):
        wanted = running.pk if name == "campaign" else first.pk
        assert as_persona("street2").get(url(name, wanted)).status_code == 404
    assert form in html and form not in as_persona("inspector").get(url("campaign", running.pk)).content.decode()
    assert "40%" not in html and "15.0%" in html


def test_money_and_tasks(as_persona: Sign, running: Campaign, small_city: Any) -> None:
    office, move = as_persona("office"), lambda name: url("campaign_move", running.pk, name)
    usual = {"day": TODAY, "source": "市级财政", "party": "云岭市政"}
    send(office, move("money"), **usual, kind="budget", amount="231000000", document="财建12号")
    send(office, move("money"), 422, **usual, kind="budget", amount="-1", document="x")
    send(office, move("money"), **usual, kind="contract", amount="100000000", document="HT-1")
    contract = MoneyEntry.objects.get(kind="contract")
    send(office, move("money"), **usual, kind="paid", amount="40000000.05", document="ZF-1", contract=contract.pk)
    assert "超过合同金额" in send(
        office, move("money"), 409, **usual, kind="paid", amount="60000000", document="ZF-2", contract=contract.pk
    )
    html = office.get(url("campaign", running.pk)).content.decode()
    for words in ("231,000,000.00", "40,000,000.05", "59,999,999.95", "17.3%", "财建12号", "云岭市政"):
        assert words in html, words
    paid = MoneyEntry.objects.get(kind="paid")
    send(office, url("money_back", paid.pk), document="更正1号")
    send(office, url("money_back", paid.pk), 409, document="更正2号")
    assert "已冲销" in office.get(url("campaign", running.pk)).content.decode()
    send(office, move("task"), problem="补齐路灯", lead=small_city.units["street"].pk, due_on=LAST, measure="", goal="")
    assert "补齐路灯" in office.get(url("campaign", running.pk)).content.decode()
    task = Task.objects.get()
    found = office.get(f"/desk/tasks/?campaign={running.number}").context["listing"].rows
    assert found == [task] and not office.get("/desk/tasks/?campaign=GJ-0").context["listing"].rows
    overview = office.get(url("campaigns")).content.decode()
    assert "预算 23,100 万元" in overview and "无读数" in overview


def test_sub_actions_by_hand_and_by_workbook(as_persona: Sign, running: Campaign, small_city: Any) -> None:
    office, unit = as_persona("office"), as_persona("street")
    street = small_city.units["street"].pk
    send(
        office,
        url("subaction_new", running.pk),
        code="H-100",
        name="义务植树",
        unit=street,
        from_on=TODAY,
        until_on=LAST,
        lat="30.001",
        lon="120.001",
        address="河边",
    )
    send(
        office,
        url("subaction_new", running.pk),
        422,
        code="H-101",
        name="x",
        unit=street,
        from_on=TODAY,
        until_on=LAST + timedelta(days=1),
    )
    one = SubAction.objects.get()
    page = unit.get(url("subaction", one.pk)).content.decode()
    assert "义务植树" in page and "永安社区" in page
    send(unit, url("subaction_move", one.pk, "begin"))
    send(
        unit,
        url("subaction_move", one.pk, "change"),
        name="义务种树",
        unit=street,
        from_on=TODAY,
        until_on=LAST,
        address="河边",
        lat="30.001",
        lon="120.001",
    )
    send(unit, url("subaction_move", one.pk, "finish"), result="种树 300 株")
    one.refresh_from_db()
    assert (one.name, one.state, one.result, one.code) == ("义务种树", "done", "种树 300 株", "H-100")
    assert unit.get(url("subaction_move", one.pk, "fly")).status_code == 404
    form = url("subaction_import", running.pk)

    def upload(data: bytes, button: str = "import") -> Any:
        return office.post(form, {"file": SimpleUploadedFile("活动.xlsx", data), button: "1"})

    assert "试读通过" in upload(workbook(GOOD), "try").content.decode() and SubAction.objects.count() == 1
    bad = upload(workbook(GOOD, changed(编号="H-2", 责任单位="月球局")))
    assert bad.status_code == 422 and "月球局" in bad.content.decode()
    assert upload(b"x").status_code == 422 and upload(workbook(GOOD)).status_code == 200
    assert "模板" in office.get(form).content.decode() and office.get(url("subaction_template")).content[:2] == b"PK"

    def rows(query: str) -> list[str]:
        return [row.code for row in office.get(f"/desk/subactions/?{query}").context["listing"].rows]

    assert rows(f"campaign={running.number}") == ["H-001", "H-100"] and rows("state=done") == ["H-001", "H-100"]
    assert rows("q=种树") == ["H-100"] and rows(f"unit={street}&sort=-until") == ["H-100", "H-001"]
    SubAction.objects.filter(code="H-001").update(state="running")
    assert rows("state=late") == ["H-001"] and rows("area=990100/990101/990101002/") == []
    assert "已过结束日期" in office.get(url("subaction", SubAction.objects.get(code="H-001").pk)).content.decode()
    assert b"H-100" in b"".join(office.get("/desk/subactions/?export=csv"))  # type: ignore[arg-type]
    assert "H-100" in b"".join(office.get("/desk/subactions/?export=geojson")).decode()  # type: ignore[arg-type]


def test_the_map(as_persona: Sign, running: Campaign, personas: Any, small_city: Any) -> None:
    office = as_persona("office")
    for code, until, state in (("1", TODAY, "done"), ("2", FIRST, ""), ("3", LAST, "")):
        given = actions.SubActionInput(
            code=code,
            name=f"活动{code}",
            unit=small_city.units["street"],
            from_on=FIRST,
            until_on=until,
            lat=30.001,
            lon=120.001,
            state=state,
            result="好" if state else "",
        )
        actions.save_sub_action(actor=personas["office"], campaign_id=running.pk, given=given)
    actions.save_target(
        actor=personas["office"],
        campaign_id=running.pk,
        given=actions.TargetInput(name="绿道", measure="m", goal=Decimal(5), lat=30.0, lon=120.0),
    )
    points = office.get(url("campaign_map_content") + f"?campaign={running.number}").json()["points"]["features"]
    assert {point["properties"]["title"][:3]: point["properties"]["tone"] for point in points} == {
        "活动1": "green",
        "活动2": "amber",
        "活动3": "blue",
        "绿道": "green",
    }
    assert Target.objects.count() == 2
    assert office.get(url("campaign_map_content") + "?campaign=GJ-0").json()["points"]["features"] == []
    assert as_persona("street2").get(url("campaign_map_content")).json()["points"]["features"] == []
    assert office.get(url("subaction_map") + f"?campaign={running.number}").status_code == 200


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_few_queries_in_both_languages(
    as_persona: Sign, running: Campaign, language: str, django_assert_max_num_queries: Any
) -> None:
    office = as_persona("office")
    office.cookies["django_language"] = language
    for address, most in ((url("campaigns"), 15), (url("campaign", running.pk), 30), (url("subactions"), 15)):
        with django_assert_max_num_queries(most):
            assert office.get(address).status_code == 200
