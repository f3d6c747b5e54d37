"""Campaigns and drives as programs of staff read them, and readings that come in by POST."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any, get_args

import pytest

from chuangcheng.api import campaigns as api
from chuangcheng.campaigns import actions
from chuangcheng.campaigns.models import Campaign, Reading
from chuangcheng.campaigns.states import CAMPAIGN, DRIVE_PLACE
from chuangcheng.kernel import attainment, progress
from chuangcheng.kernel.ids import new_id
from tests.api.conftest import Caller, is_problem
from tests.campaigns.conftest import LAST, TODAY, campaign, scheme
from tests.campaigns.drives import WEAK, make_drive, place_of

__all__ = ["campaign", "scheme"]

LIST = "/api/v1/campaigns"
Tokens = Callable[[str], str]


@pytest.fixture
def running(campaign: Any, personas: Any) -> Campaign:
    row: Campaign = campaign()
    given = actions.MoneyInput(
        kind="budget", amount=Decimal("231000000.05"), day=TODAY, document="财建1号", source="市级财政"
    )
    actions.enter_money(actor=personas["office"], campaign_id=row.pk, given=given)
    return row


def test_the_codes_are_those_of_the_tables() -> None:
    assert set(get_args(api.Standing)) == set(progress.STANDINGS)
    assert set(get_args(api.Grade)) == {"", *attainment.GRADES}
    assert set(get_args(api.CampaignRow.model_fields["state"].annotation)) == {state.code for state in CAMPAIGN.states}
    places = api.DrivePlaceOut.model_fields["state"].annotation
    assert set(get_args(places)) == {state.code for state in DRIVE_PLACE.states}


def test_reading_campaigns(caller: Caller, tokens: Tokens, running: Campaign) -> None:
    listed = caller.get(LIST, token=tokens("office")).json()
    assert [row["number"] for row in listed["items"]] == [running.number] and listed["next"] is None
    assert api.CampaignRow.model_validate(listed["items"][0]).lead.name == "城市管理局"
    found = caller.get(f"{LIST}/{running.pk}", token=tokens("street")).json()
    assert api.CampaignOut.model_validate(found).money.budget == "231000000.05"
    (target,) = found["targets"]
    assert (target["goal"], target["latest"], target["standing"]) == ("1000.0000", None, "no_reading")
    assert (target["share"], target["planned_share"]) == (0.0, 0.45)
    assert caller.get(f"{LIST}?state=planned", token=tokens("office")).json()["items"] == []
    assert caller.get(LIST, token=tokens("street2")).json()["items"] == []
    is_problem(caller.get(f"{LIST}/{running.pk}", token=tokens("street2")), 404, "common.not_found")
    is_problem(caller.get(LIST, token=tokens("grid")), 403, "common.not_allowed")
    is_problem(caller.get(f"{LIST}?state=odd", token=tokens("office")), 422, "common.invalid")
    assert caller.get(LIST).status_code == 401


def test_a_reading_is_taken_once(caller: Caller, tokens: Tokens, running: Campaign) -> None:
    path = f"{LIST}/targets/{running.targets.get().pk}/readings"
    sign = {"authorization": f"Bearer {tokens('department')}"}
    body = {"id": str(new_id()), "day": TODAY.isoformat(), "value": "300.5", "source": "月报"}
    first = caller.post(body, path, **sign)
    assert first.status_code == 201 and api.TargetReadingOut.model_validate(first.json()).value == "300.5000"
    again = caller.post(body, path, **sign)
    assert (again.status_code, again.json()) == (200, first.json())
    is_problem(caller.post({**body, "value": "301"}, path, **sign), 409, "common.different_body")
    fresh = {**body, "id": str(new_id())}
    corrected = caller.post({**fresh, "value": 299}, path, **sign)
    assert corrected.status_code == 201
    items = caller.get(path, token=tokens("street")).json()["items"]
    assert [(item["value"], item["stands"]) for item in items] == [("300.5000", False), ("299.0000", True)]
    assert Reading.objects.count() == 2


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"day": "2026-07-01"}, 422, "campaign.reading_day"),
        ({"day": (LAST + timedelta(days=1)).isoformat()}, 422, "campaign.reading_day"),
        ({"day": "gestern"}, 422, "common.invalid"),
        ({"value": "0.00001"}, 422, "common.invalid"),
        ({"value": "NaN"}, 422, "common.invalid"),
        ({"value": "1e99"}, 422, "common.invalid"),
        ({"value": None}, 422, "common.invalid"),
        ({"source": "x" * 101}, 422, "common.invalid"),
        ({"source": "a\0b"}, 422, "common.invalid"),
        ({"odd": 1}, 422, "common.invalid"),
        ({"id": "1"}, 422, "common.invalid"),
        ({"value": "-5"}, 201, ""),
        ({"source": None}, 201, ""),
    ],
)
def test_what_is_refused(
    caller: Caller, tokens: Tokens, running: Campaign, more: dict[str, Any], status: int, code: str
) -> None:
    path = f"{LIST}/targets/{running.targets.get().pk}/readings"
    body = {"id": str(new_id()), "day": TODAY.isoformat(), "value": "5", **more}
    answer = caller.post(body, path, authorization=f"Bearer {tokens('department')}")
    if code:
        is_problem(answer, status, code)
    assert answer.status_code == status and Reading.objects.count() == (not code)


def test_what_is_asked_back_is_said_again(caller: Caller, tokens: Tokens, running: Campaign) -> None:
    path = f"{LIST}/targets/{running.targets.get().pk}/readings"
    sign = {"authorization": f"Bearer {tokens('department')}"}
    day = (TODAY - timedelta(days=5)).isoformat()
    assert caller.post({"id": str(new_id()), "day": day, "value": "200"}, path, **sign).status_code == 201
    less = {"id": str(new_id()), "day": TODAY.isoformat(), "value": "150"}
    assert "累计数" in is_problem(caller.post(less, path, **sign), 409, "campaign.reading_doubtful")["detail"]
    assert caller.post({**less, "confirmed": True}, path, **sign).status_code == 201
    other = {**less, "id": str(new_id())}
    is_problem(caller.post(other, path, authorization=f"Bearer {tokens('street2')}"), 404, "common.not_found")
    is_problem(caller.post(other, path, authorization=f"Bearer {tokens('leader')}"), 403, "common.not_allowed")
    is_problem(caller.post(other, f"{LIST}/targets/{new_id()}/readings", **sign), 404, "common.not_found")


def test_reading_drives(caller: Caller, tokens: Tokens, personas: Any, noon: Any) -> None:
    drive = make_drive(personas["office"])
    place = place_of(drive)
    actions.fill_in(actor=personas["community"], place_id=place.pk, answers=WEAK)
    (found,) = caller.get("/api/v1/drives", token=tokens("office")).json()["items"]
    shown = api.DriveOut.model_validate(found)
    assert (shown.places, shown.weak, shown.met, shown.state) == (3, 1, 0, "open")
    places = caller.get(f"/api/v1/drives/{drive.pk}/places", token=tokens("street")).json()["items"]
    first = api.DrivePlaceOut.model_validate(places[0])
    assert (first.code, first.grade, first.points, first.failed) == (place.code, "weak", "40.00", ["A1", "A2"])
    assert len(places) == 2 and places[1]["grade"] == ""
    is_problem(caller.get(f"/api/v1/drives/{new_id()}/places", token=tokens("street")), 404, "common.not_found")
    is_problem(caller.get("/api/v1/drives", token=tokens("grid")), 403, "common.not_allowed")
