"""The cycle on the desk: timeline, phase, forms; its countdown and freezes on other pages; the command."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.cycle import actions, selectors
from chuangcheng.cycle.models import Cycle
from tests.cycle.conftest import TODAY, cycle

__all__ = ["cycle"]
Sign = Callable[[str], Client]


def address(name: str, *ids: object) -> str:
    return reverse(f"desk:{name}", args=list(ids))


def test_the_timeline_says_where_we_are(as_persona: Sign, cycle: Cycle, personas: Any) -> None:
    actions.set_freeze(actor=personas["office"], cycle_id=cycle.pk, name="省测期间", from_on=TODAY, to_on=TODAY)
    page = as_persona("leader").get(address("cycle")).content.decode()
    for words in (
        "第七届全国文明城市",
        "提名",
        "自查",
        "25.0%",
        "60.0%",
        "逐条自查",
        "省测期间",
        "至今",
        "责任分工",
        "参评",
    ):
        assert words in page, words
    assert "设定冻结" not in page and "勾选完成" not in page
    office = as_persona("office").get(address("cycle")).content.decode()
    assert "设定冻结" in office and "获得称号" in office and "解冻" in office and "勾选完成" in office
    assert as_persona("grid").get(address("cycle")).status_code == 403
    english = as_persona("leader")
    english.cookies["django_language"] = "en"
    assert "Self-check" in english.get(address("cycle")).content.decode()


def test_before_any_cycle_the_page_says_what_to_do(as_persona: Sign, small_city: Any) -> None:
    assert "开始新周期" in as_persona("office").get(address("cycle")).content.decode()
    page = as_persona("auditor").get(address("cycle")).content.decode()
    assert "还没有创建周期" in page and "开始新周期" not in page
    assert "距国家测评" not in as_persona("office").get(address("home")).content.decode()


def test_a_cycle_is_begun_and_turned_by_forms(as_persona: Sign, edition: Any) -> None:
    office = as_persona("office")
    assert "applicant" in office.get(address("cycle_new")).content.decode()
    form = {"name": "第七届", "starts_on": "2025-05-01", "state": "applicant"}
    for wrong in ({"starts_on": "2025-05-02"}, {"state": "moon"}, {"name": ""}):
        assert office.post(address("cycle_new"), {**form, **wrong}).status_code == 422, wrong
    assert office.post(address("cycle_new"), form).status_code == 302
    cycle = Cycle.objects.get()
    assert cycle.edition == edition
    assert office.post(address("cycle_move", cycle.pk, "nominate"), {"on": "2026-01-05"}).status_code == 302
    assert office.post(address("cycle_move", cycle.pk, "nominate"), {"on": "2026-01-05"}).status_code == 409
    assert office.get(address("cycle_move", cycle.pk, "explode")).status_code == 404
    frozen = {"name": "省测", "from_on": "2026-09-15", "to_on": "2026-09-20", "covers": ["duties"]}
    assert office.post(address("cycle_move", cycle.pk, "set"), {**frozen, "covers": []}).status_code == 422
    assert office.post(address("cycle_move", cycle.pk, "set"), frozen).status_code == 302
    freeze = cycle.freezes.get()
    assert "“省测”冻结中" in office.get(address("framework")).content.decode()
    assert office.post(address("freeze_lift", freeze.pk), {"reason": ""}).status_code == 422
    assert office.post(address("freeze_lift", freeze.pk), {"reason": "补录"}).status_code == 302
    page = office.get(address("cycle")).content.decode()
    assert "补录" in page and "已解冻" in page
    assert "冻结中" not in office.get(address("framework")).content.decode()
    second = {"name": "第八届", "starts_on": "2026-09-01", "state": "holder"}
    assert office.post(address("cycle_new"), second).status_code == 302
    assert "第七届" in office.get(address("cycle")).content.decode()
    assert "已结束" in office.get(address("cycle_of", cycle.pk)).content.decode()


def test_a_phase_is_planned_and_ticked_by_forms(as_persona: Sign, cycle: Cycle, small_city: Any) -> None:
    office, street = as_persona("office"), as_persona("street")
    phase = cycle.phases.get(year=2, kind="self_check")
    url = address("phase", phase.pk)
    page = office.get(url).content.decode()
    for words in ("第 2 年 · 自查", "进行中", "各单位完成书面自查报告", "人工勾选"):
        assert words in page, words
    days = {"from_on": "2026-08-01", "to_on": "2026-10-31", "goal": "逐条对照"}
    assert office.post(address("phase_move", phase.pk, "plan"), {**days, "to_on": "2026-07-01"}).status_code == 422
    assert office.post(address("phase_move", phase.pk, "plan"), days).status_code == 302
    unit = small_city.units["street"]
    demand = {"text": "街道自查", "figure": "", "owner": str(unit.pk)}
    assert office.post(address("phase_move", phase.pk, "add"), demand).status_code == 302
    assert office.post(address("phase_move", phase.pk, "add"), {**demand, "figure": "moon"}).status_code == 422
    assert office.get(address("phase_move", phase.pk, "explode")).status_code == 404
    row = phase.demands.get(text="街道自查")
    assert "勾选完成" in street.get(url).content.decode()
    assert street.post(address("demand_move", row.pk, "tick"), {"note": ""}).status_code == 422
    assert street.post(address("demand_move", row.pk, "tick"), {"note": "全部走完"}).status_code == 302
    page = office.get(url).content.decode()
    assert "全部走完" in page and "逐条对照" in page and "张street" in page
    assert street.post(address("demand_move", row.pk, "untick")).status_code == 302
    assert street.get(address("demand_move", row.pk, "explode")).status_code == 404
    row.refresh_from_db()
    assert row.done_on is None
    assert as_persona("department").post(address("demand_move", row.pk, "tick"), {"note": "x"}).status_code == 422
    other = phase.demands.get(figure="") if phase.demands.filter(figure="").count() == 1 else phase.demands.first()
    assert other is not None


def test_the_first_page_counts_down(as_persona: Sign, cycle: Cycle) -> None:
    page = as_persona("street").get(address("home")).content.decode()
    assert "距国家测评" in page and f"<strong>{(date(2027, 3, 1) - TODAY).days}</strong>" in page
    assert "还有 76 天" in page and "第 2 年" in page
    assert "距国家测评" not in as_persona("grid").get(address("home")).content.decode()


@pytest.mark.django_db
def test_the_command_tells_the_same(cycle: Cycle, personas: Any, monkeypatch: Any) -> None:
    from chuangcheng.cli.commands import cycle as command

    monkeypatch.setattr(command.home, "open_ready_home", lambda: None)
    actions.set_freeze(actor=personas["office"], cycle_id=cycle.pk, name="省测", from_on=TODAY, to_on=TODAY)
    result = command.run(command.argparse.Namespace())
    at = selectors.position()
    assert at is not None
    assert result.data == {
        "cycle": "第七届全国文明城市", "status": "nominee", "since": "2025-06-18", "year": 2, "year_weight": 0.25,
        "phase": "self_check", "days_left": at.days, "national_in": at.national_in, "as_of": "2026-09-15",
        "freezes": [{"name": "省测", "from": "2026-09-15", "to": "2026-09-15",
                     "covers": ["editions", "duties", "weights"]}],
    }  # fmt: skip
    assert "提名" in result.lines[0] and "省测" in result.lines[2]
    actions.change_status(actor=personas["office"], cycle_id=cycle.pk, move="end", on=TODAY)
    assert command.run(command.argparse.Namespace()).data == {"cycle": None}
