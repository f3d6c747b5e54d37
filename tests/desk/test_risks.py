"""Risks on the desk: the board, the ledger with every form, rules and their trial, the negative list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.risks import actions, rules
from chuangcheng.risks.models import Risk, Sanction
from chuangcheng.risks.states import RISK, SANCTION
from chuangcheng.risks.watch import watch
from tests.cases.play import picture
from tests.risks.conftest import TODAY, Cases, cases, cycle, tasks, units
from tests.risks.test_ledger import enter
from tests.risks.test_sanctions import items, record

__all__ = ["cases", "cycle", "items", "tasks", "units"]
Sign = Callable[[str], Client]


def address(name: str, *ids: object) -> str:
    return reverse(f"desk:{name}", args=list(ids))


def page(client: Client, name: str, *ids: object, query: str = "") -> str:
    answer = client.get(address(name, *ids) + query)
    assert answer.status_code == 200, answer.content.decode()[:500]
    return answer.content.decode()


def post(client: Client, url: str, status: int = 302, **form: Any) -> None:
    assert client.get(url).status_code == 200, url
    answer = client.post(url, form)
    assert answer.status_code == status, answer.content.decode()[:3000]


def test_the_board_opens_its_rows(as_persona: Sign, units: Any, django_assert_max_num_queries: Any, items: Any) -> None:
    enter(units, unit="street", severity=5, likelihood=4, place="永兴里")
    enter(units, unit="department", severity=2, likelihood=4)
    record(items, "N1")
    leader = as_persona("leader")
    page(leader, "risk_board")
    with django_assert_max_num_queries(15):
        html = page(leader, "risk_board")
    for words in ("风险矩阵", "特别重大", "几乎必然", "永兴里", "河东街道", "极高", "每周新增和缓解"):
        assert words in html, words
    assert "severity=5&amp;likelihood=4" in html and "登记问题风险" not in html
    assert "负面清单：" not in html, "what is not confirmed costs nothing"
    rows = page(leader, "risks", query="?severity=5&likelihood=4")
    assert "永兴里" in rows and "共 1 条" in rows
    data = leader.get(address("risk_map")).json()
    point = data["points"]["features"][0]["properties"]
    assert point["tone"] == "red" and point["title"] == "河东街道 1" and "area=" in point["url"]
    assert "永兴里" in leader.get(point["url"]).content.decode()
    mine = page(as_persona("street2"), "risk_board")
    assert "永兴里" not in mine and "登记问题风险" in mine
    assert as_persona("grid").get(address("risk_board")).status_code == 403


FILTERS = [
    ("?state=live", 3),
    ("?state=accepted", 1),
    ("?state=closed", 0),
    ("?level=grave", 1),
    ("?level=moon", 0),
    ("?kind=safety", 1),
    ("?origin=own", 4),
    ("?origin=rule", 0),
    ("?origin=debts_unit", 0),
    ("?late=yes", 1),
    ("?q=消防", 4),
    ("?q=水库", 1),
    ("?severity=9", 0),
    ("?likelihood=4", 2),
    ("?sort=score", 4),
]


@pytest.mark.parametrize(("query", "found"), FILTERS)
def test_the_ledger_is_narrowed(as_persona: Sign, units: Any, query: str, found: int) -> None:
    enter(units, severity=5, likelihood=5, kind="safety", place="水库")
    enter(units, unit="street", severity=3, likelihood=4)
    late = enter(units, severity=2, likelihood=4)
    Risk.objects.filter(pk=late.pk).update(due_on=TODAY - timedelta(days=1))
    accepted = enter(units, severity=1, likelihood=1)
    Risk.objects.filter(pk=accepted.pk).update(state="accepted")
    html = page(as_persona("office"), "risks", query=query)
    assert f"共 {found} 条" in html if found else "还没有" in html or "没有" in html


def test_an_entry_by_hand(as_persona: Sign, units: Any) -> None:
    department = as_persona("department")
    unit = str(units["department"].pk)
    form = {
        "unit": unit,
        "kind": "safety",
        "words": "通道被占，联系13800138000",
        "place": "永兴里",
        "severity": "3",
        "likelihood": "4",
        "measures": "",
        "owner": "",
        "due_on": "",
        "review_on": "",
    }
    url = address("risk_new")
    assert department.get(url).context["form"].initial["unit"] == unit
    for wrong in ({"words": ""}, {"severity": "7"}, {"unit": "moon"}, {"owner": "无此人"}, {"due_on": "2020-01-01"}):
        assert department.post(url, {**form, **wrong}).status_code == 422, wrong
    other = {**form, "unit": str(units["street"].pk)}
    assert department.post(url, other).status_code == 422, "another unit's ledger"
    post(department, url, **form)
    risk = Risk.objects.get()
    html = page(department, "risk", risk.pk)
    assert "通道被占" in html and "13800138000" not in html, "numbers are covered"
    for words in ("高", "较大", "很可能", "永兴里", "制定措施", "登记风险"):
        assert words in html, words
    assert "moves/close/" not in html and "moves/accept/" not in html, "that is for those above"


def test_every_move_by_its_form(as_persona: Sign, units: Any, tasks: Cases) -> None:
    (task,) = tasks(1)
    risk = enter(units)
    office, department = as_persona("office"), as_persona("department")

    def move(client: Client, name: str, status: int = 302, **form: Any) -> str:
        post(client, address("risk_move", risk.pk, name), status, **form)
        risk.refresh_from_db()
        return risk.state

    handle = {"measures": "划线立桩", "owner": "张department", "due_on": "2026-10-01", "review_on": "", "words": ""}
    assert move(department, "handle", 422, **{**handle, "due_on": ""}) == "open"
    assert move(department, "handle", **handle) == "handling"
    assert move(department, "handle", 409, **handle) == "handling"
    assert move(department, "assess", severity="5", likelihood="5", words="升级") == "handling"
    assert move(department, "review", words="有好转", review_on="2026-09-20") == "handling"
    assert move(department, "link", number=task.number) == "handling"
    assert move(department, "link", 422, number="RW-77") == "handling"
    assert move(department, "relieve", words="两周未见") == "relieved"
    assert move(department, "relapse", words="又来了") == "handling"
    assert move(office, "accept", words="等拨款", review_on="2026-12-01") == "accepted"
    assert move(office, "reopen", words="拨款到了") == "open"
    assert move(department, "handle", **handle) == "handling"
    assert move(office, "close", words="同意") == "closed"
    html = page(department, "risk", risk.pk)
    for words in ("划线立桩", "张department", task.number, "升级", "又来了", "拨款到了", "特别重大"):
        assert words in html, words
    assert department.get(address("risk_move", risk.pk, "explode")).status_code == 404
    assert as_persona("street").get(address("risk_move", risk.pk, "review")).status_code == 404
    assert {each.name for each in RISK.moves} == {
        "handle",
        "assess",
        "review",
        "link",
        "relieve",
        "relapse",
        "accept",
        "reopen",
        "close",
    }


def test_what_a_rule_raised_leads_to_its_rows(
    as_persona: Sign, units: Any, tasks: Cases, cases: Cases, edition: Any
) -> None:
    tasks(2)
    cases(9, unit="street", due=-1)
    watch()
    office = as_persona("office")
    for risk in Risk.objects.all():
        html = page(office, "risk", risk.pk)
        assert "监测规则" in html and "触发时" in html and "查看明细" in html
        link = html.split('">查看明细')[0].rsplit('href="', 1)[1].replace("&amp;", "&")
        assert office.get(link).status_code == 200, link
    share = Risk.objects.get(rule="overdue_street")
    assert "100.0%" in page(office, "risk", share.pk)
    counts = page(office, "watch_rules")
    assert "任务欠账" in counts and "origin=debts_unit&amp;state=live" in counts


def test_rules_are_shown_and_tried(as_persona: Sign, units: Any, tasks: Cases, edition: Any) -> None:
    tasks(2, due=-20)
    office = as_persona("office")
    html = page(office, "watch_rules")
    for rule in rules.current().rules:
        assert rule.label.zh in html
    for each in rules.current().lists:
        assert each.label.zh in html
    trial = page(office, "watch_trial", "debts_unit")
    assert "会登记" in trial and "城市管理局" in trial and "越线周数" in trial
    assert not Risk.objects.exists()
    assert "城市管理局" not in page(as_persona("street"), "watch_trial", "debts_unit"), "no unit reads of another"
    assert office.get(address("watch_trial", "moon")).status_code == 404


@pytest.mark.parametrize("code", [rule.code for rule in rules.of_file().rules])
def test_every_rule_can_be_tried_in_an_empty_city(as_persona: Sign, units: Any, edition: Any, code: str) -> None:
    assert "上个季度没有越线" in page(as_persona("office"), "watch_trial", code)


def test_the_negative_list(as_persona: Sign, items: Any, edition: Any, units: Any) -> None:
    office, inspector = as_persona("office"), as_persona("inspector")
    assert "没有登记过与您所见单位有关的负面清单事项" in page(office, "sanctions")
    form = {
        "item": str(items["N1"].pk),
        "happened_on": "2026-09-01",
        "words": "仓库火灾",
        "unit": str(units["street"].pk),
    }
    url = address("sanction_new")
    for wrong in ({"words": ""}, {"item": "moon"}, {"happened_on": "2026-09-16"}):
        assert inspector.post(url, {**form, **wrong}).status_code == 422, wrong
    post(inspector, url, evidence=SimpleUploadedFile("a.jpg", picture(), "image/jpeg"), **form)
    row = Sanction.objects.get()
    html = page(inspector, "sanction", row.pk)
    assert "仓库火灾" in html and "未认定，不计" in html and "扣分" in html and "认定</a>" not in html
    shown = next(part.split('"')[0] for part in html.split('src="')[1:] if "/photos/" in part[:120])
    assert inspector.get(shown).getvalue()[:2] == b"\xff\xd8"  # type: ignore[attr-defined]
    assert as_persona("street2").get(shown).status_code == 404
    assert inspector.get(address("sanction_move", row.pk, "confirm")).status_code == 403
    confirm = address("sanction_move", row.pk, "confirm")
    post(office, confirm, 422, words="")
    post(office, confirm, words="国家通报点名")
    post(office, confirm, 409, words="再来")
    html = page(office, "sanctions")
    assert "将扣 3.0 分" in html and "已认定" in html
    assert "国家通报点名" in page(office, "sanction", row.pk)
    assert "将扣 3.0 分" in page(office, "risk_board")
    assert office.get(address("sanction_move", row.pk, "explode")).status_code == 404
    assert office.get(address("sanction_paper", row.pk)).status_code == 404
    post(office, address("sanction_move", row.pk, "withdraw"), words="更正")
    assert "将扣" not in page(office, "sanctions")
    assert {move.name for move in SANCTION.moves} == {"confirm", "reject", "withdraw"}


def test_a_paper_is_saved_and_never_shown(as_persona: Sign, items: Any) -> None:
    row = record(items, evidence=b"%PDF-1.4\n1 0 obj\nendobj\ntrailer\n%%EOF\n")
    office = as_persona("office")
    answer = office.get(address("sanction_paper", row.pk))
    assert answer.getvalue().startswith(b"%PDF") and answer["Content-Disposition"].startswith("attachment")  # type: ignore[attr-defined]
    assert answer["Cache-Control"] == "private, no-store"
    assert "PDF" in page(office, "sanction", row.pk)
    assert as_persona("street").get(address("sanction_paper", row.pk)).status_code == 404


def test_what_it_costs_stands_beside_the_score(as_persona: Sign, items: Any, site: Any, visit: Any) -> None:
    from chuangcheng.scoring import projector

    row = record(items, "N2")
    actions.decide_sanction(actor=SYSTEM, sanction_id=row.pk, move="confirm", words="认定")
    projector.project()
    html = page(as_persona("office"), "scores")
    if "失分最多的标准" in html:
        assert "其中有一票否决事项" in html and "state=confirmed" in html
