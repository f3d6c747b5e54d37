"""Behind plan and dropped on the pages of campaigns and in the API: the figure opens its rows, the reason stands by."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.test import Client
from django.urls import reverse

from chuangcheng.campaigns import actions
from chuangcheng.campaigns.models import Target
from chuangcheng.people.tokens import issue
from tests.campaigns.conftest import TODAY, Make

Sign = Callable[[str], Client]


def test_the_figure_opens_the_campaigns_behind_their_plan(as_persona: Sign, campaign: Make) -> None:
    late, other = campaign(title="停车攻坚"), campaign(title="农贸攻坚")
    Target.objects.filter(campaign=late).update(latest=10)
    Target.objects.filter(campaign=other).update(latest=990)
    office, address = as_persona("office"), reverse("desk:campaigns")
    page = office.get(address)
    assert page.context["behind"] == 1 and 'href="?standing=behind"' in page.content.decode()
    found = office.get(f"{address}?standing=behind")
    assert [line.campaign for line, _word, _tone in found.context["lines"]] == [late]
    assert "落后于计划" in found.content.decode() and "农贸攻坚" not in found.content.decode()
    assert len(office.get(f"{address}?standing=moon").context["lines"]) == 2
    assert "没有符合条件的行动" in office.get(f"{address}?standing=reached").content.decode()


def test_dropping_on_the_page_and_in_the_api(as_persona: Sign, campaign: Make, personas: Any) -> None:
    row = campaign(targets=({}, {"name": "新增泊位", "lat": 30.5, "lon": 120.5}))
    first, second = row.targets.all()
    actions.record_reading(
        actor=personas["department"], target_id=second.pk, day=TODAY, value=Decimal(33), source="月报"
    )
    page, form = reverse("desk:campaign", args=[row.pk]), reverse("desk:target_drop", args=[second.pk])
    assert form in as_persona("office").get(page).content.decode()
    for who in ("department", "subcommand", "leader", "street"):
        assert form not in as_persona(who).get(page).content.decode()
    assert as_persona("department").post(form, {"words": "调减"}).status_code == 403
    assert as_persona("grid").get(form).status_code == 403
    office = as_persona("office")
    assert "不能恢复" in office.get(form).content.decode()
    assert office.post(form, {"words": ""}).status_code == 422
    assert office.post(form, {"words": "市政府调减"}).status_code == 302
    html = as_persona("street").get(page).content.decode()
    part = html[html.index('id="dropped"') :]
    assert all(word in part for word in ("已取消的指标", "新增泊位", "2026年9月15日 取消", "理由：市政府调减", "月报"))
    assert reverse("desk:reading_new", args=[second.pk]) not in html and form not in html
    assert office.post(form, {"words": "再来"}).status_code in (409, 422)
    assert office.post(reverse("desk:target_drop", args=[first.pk]), {"words": "全部"}).status_code in (409, 422)
    points = office.get(reverse("desk:campaign_map_content")).json()["points"]["features"]
    assert [each for each in points if each["properties"]["title"] == "新增泊位"] == []

    client, head = Client(), {"HTTP_AUTHORIZATION": f"Bearer {issue(personas['office'].post_id)}"}
    told = client.get(f"/api/v1/campaigns/{row.pk}", **head).json()["targets"]
    assert [(each["name"], each["dropped_on"]) for each in told] == [("改造小区", None), ("新增泊位", "2026-09-15")]
    readings = client.get(f"/api/v1/campaigns/targets/{second.pk}/readings", **head).json()["items"]
    assert [each["value"] for each in readings] == ["33.0000"]
    listed = {code: [each["id"] for each in client.get(f"/api/v1/campaigns?standing={code}", **head).json()["items"]]
              for code in ("no_reading", "behind")}  # fmt: skip
    assert listed == {"no_reading": [str(row.pk)], "behind": []}
    assert client.get("/api/v1/campaigns?standing=moon", **head).status_code == 422
    office.cookies["django_language"] = "en"
    assert "Dropped targets" in office.get(page).content.decode()
