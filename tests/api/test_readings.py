"""Readings by programs: idempotent, doubted like any other, refused as problems."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from chuangcheng.indicators.actions import confirm_doubt, define_indicator
from chuangcheng.indicators.models import Doubt, Indicator, Reading
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.ids import new_id
from tests.api.conftest import Caller

READINGS = "/api/v1/readings"
Tokens = Callable[[str], str]


@pytest.fixture
def sewage(small_city: Any, noon: datetime) -> Indicator:
    return define_indicator(
        actor=SYSTEM,
        code="SEWAGE",
        zh="污水集中处理率",
        unit_of_measure="ratio",
        scoring={"kind": "threshold", "op": ">=", "target": 0.95},
        source_unit=small_city.units["department"],
    )


@pytest.fixture
def send(caller: Caller, tokens: Tokens, sewage: Indicator) -> Callable[..., Any]:
    def send_(role: str = "department", **more: Any) -> Any:
        body = {"id": str(new_id()), "indicator": "SEWAGE", "period": "2026-08", "value": "0.9310", **more}
        body = {name: value for name, value in body.items() if value is not None}
        return caller.post(body, READINGS, authorization=f"Bearer {tokens(role)}")

    return send_


def test_a_reading_is_taken_once(send: Any, caller: Caller, tokens: Tokens, personas: dict[str, Actor]) -> None:
    chosen = str(new_id())
    first = send(id=chosen, source="水务平台")
    assert first.status_code == 201
    told = first.json()
    assert (told["id"], told["state"], told["doubts"]) == (chosen, "counted", [])
    assert told["reading"] == {
        "id": chosen,
        "indicator": {"code": "SEWAGE", "name": "污水集中处理率"},
        "division": None,
        "period": "2026-08-01",
        "value": "0.9310",
        "numerator": None,
        "denominator": None,
        "source": "水务平台",
        "reason": "",
        "recorded_at": "2026-09-15T04:00:00+00:00",
    }
    again = send(id=chosen, source="水务平台")
    assert (again.status_code, again.json()) == (200, told)
    same = send()
    assert same.status_code == 200 and same.json()["id"] == chosen, "the same figures under another id"
    other = send(id=chosen, value="0.94")
    assert (other.status_code, other.json()["code"]) == (409, "common.different_body")
    row = Reading.objects.get()
    assert (row.channel, row.recorded_by_id) == ("api", personas["department"].person_id)
    assert caller.get(f"{READINGS}/{chosen}", token=tokens("leader")).json() == told


def test_parts_periods_and_divisions(send: Any) -> None:
    told = send(value=None, numerator="931", denominator="1000", division="990101001", period="2026年7月").json()
    assert told["reading"]["value"] == "0.9310" and told["reading"]["numerator"] == "931.0000"
    assert told["reading"]["division"] == {"code": "990101001", "name": "河东街道"}
    assert told["reading"]["period"] == "2026-07-01"


def test_a_doubtful_one_waits_and_is_followed_by_its_id(
    send: Any, caller: Caller, tokens: Tokens, personas: dict[str, Actor]
) -> None:
    sent = send(value="1.3")
    told = sent.json()
    assert sent.status_code == 201
    assert (told["state"], told["doubts"], told["reading"]) == ("waiting", ["over_100"], None)
    page = caller.get(READINGS, token=tokens("office")).json()
    assert page["items"] == [], "it counts nowhere"
    path = f"{READINGS}/{told['id']}"
    assert caller.get(path, token=tokens("department")).json()["state"] == "waiting"
    assert caller.get(path, token=tokens("street")).status_code == 404
    assert caller.get(path, token=tokens("grid")).status_code == 403
    confirm_doubt(actor=personas["office"], doubt_id=Doubt.objects.get().pk, words="含存量")
    told = caller.get(path, token=tokens("department")).json()
    assert (told["state"], told["reading"]["value"]) == ("confirmed", "1.3000")


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"indicator": "NOTHING"}, 404, "common.not_found"),
        ({"period": "昨天"}, 422, "indicators.bad_period"),
        ({"period": "8月"}, 422, "indicators.bad_period"),
        ({"value": None}, 422, "indicators.value_missing"),
        ({"numerator": "1"}, 422, "indicators.value_missing"),
        ({"division": "火星"}, 422, "common.invalid"),
        ({"value": None, "numerator": "1", "denominator": "0"}, 422, "indicators.zero_denominator"),
        ({"value": 0.93}, 422, "common.invalid"),
        ({"value": "93%"}, 422, "common.invalid"),
        ({"valeu": "0.9"}, 422, "common.invalid"),
        ({"id": "x"}, 422, "common.invalid"),
        ({"role": "leader"}, 403, "common.not_allowed"),
        ({"role": "street"}, 403, "common.not_allowed"),
    ],
)
def test_what_is_wrong_is_a_problem(send: Any, more: dict[str, Any], status: int, code: str) -> None:
    answer = send(**more)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert not Reading.objects.exists() and not Doubt.objects.exists()


def test_a_correction_needs_its_reason(send: Any) -> None:
    send()
    assert send(value="0.95").json()["code"] == "indicators.reason_needed"
    assert send(value="0.95", reason="漏报").json()["reading"]["reason"] == "漏报"


def test_the_list_is_narrowed_and_paged(send: Any, caller: Caller, tokens: Tokens) -> None:
    for month in range(1, 8):
        send(period=f"2026-{month:02d}")
    send(division="990101001")

    def ask(query: str) -> list[str]:
        answer = caller.get(f"{READINGS}?{query}", token=tokens("auditor"))
        assert answer.status_code == 200, answer.content
        return [item["period"][5:7] for item in answer.json()["items"]]

    assert len(ask("")) == 8 and len(ask("limit=3")) == 3
    assert sorted(ask("period_from=2026-03-01&period_to=2026-05-31")) == ["03", "04", "05"]
    assert ask("division=990101001") == ["08"] and len(ask("division=city")) == 7
    assert len(ask("indicator=SEWAGE")) == 8 and ask("indicator=OTHER") == [] == ask("indicator=%00")
    first = caller.get(f"{READINGS}?limit=5", token=tokens("auditor")).json()
    rest = caller.get(f"{READINGS}?limit=5&cursor={first['next']}", token=tokens("auditor")).json()
    assert len({item["id"] for item in first["items"] + rest["items"]}) == 8 and rest["next"] is None
    assert caller.get(READINGS).status_code == 401
    assert caller.get(READINGS, token=tokens("grid")).status_code == 403
    assert Reading.objects.filter(period_start=date(2026, 8, 1)).count() == 1
