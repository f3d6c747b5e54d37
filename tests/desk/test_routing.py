"""The desk's pages of routing rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from chuangcheng.cases import route_sheets, routes
from chuangcheng.cases.models import Case
from chuangcheng.cases.routes import Route
from chuangcheng.framework.models import RuleDraft
from chuangcheng.kernel.actor import SYSTEM
from tests.cases.play import Play

Sign = Callable[[str], Client]
LIST = "/desk/routing/"
TRADE, REST = Route("07", unit="U-CGJ", supports=("U-990101001",), note="广告"), Route(target="street")
HERE = "990100/990101/990101001/"


@pytest.fixture(autouse=True)
def standing(play: Play) -> None:
    routes.replace_routing(actor=SYSTEM, given=[TRADE, REST])


def test_the_list_in_order_and_buttons_for_who_may(as_persona: Sign) -> None:
    page = as_persona("street").get(LIST)
    assert [rule.category_prefix for rule, _ in page.context["rules"]] == ["07", ""]
    assert "routing/new" not in page.content.decode()
    assert "routing/new" in as_persona("office").get(LIST).content.decode()
    assert as_persona("street").get(f"{LIST}new/").status_code == 403


def test_trying_says_which_rule_and_why_not_the_others(as_persona: Sign) -> None:
    page = as_persona("street").get(LIST, {"try": "1", "category": "06010", "area": HERE, "source": "portal"})
    assert [(step.taken, step.why.zh) for step in page.context["steps"]] == [
        (False, "类别不符"),
        (True, "派给河东街道"),
    ]
    assert "派给河东街道" in page.content.decode()


def test_a_rule_is_added_changed_moved_and_removed(as_persona: Sign) -> None:
    client = as_persona("office")
    given = {"category_prefix": "06010", "target": "unit", "unit": "U-CGJ", "supports": ["U-990101"], "note": "试"}
    assert client.post(f"{LIST}new/", given).status_code == 302
    assert routes.routes()[-1] == Route("06010", unit="U-CGJ", supports=("U-990101",), note="试")
    last = routes.rules()[-1]
    client.post(reverse("desk:route_move", args=[last.pk]), {"to": "up"})
    assert routes.routes()[1].note == "试"
    url = reverse("desk:route", args=[last.pk])
    assert "试" in client.get(url).content.decode()
    assert client.post(url, {**given, "note": "改"}).status_code == 302
    assert routes.routes()[1].note == "改"
    client.post(reverse("desk:route_move", args=[routes.rules()[1].pk]), {"to": "away"})
    assert routes.routes() == [TRADE, REST]


def test_a_wrong_rule_stays_in_the_form(as_persona: Sign) -> None:
    answer = as_persona("office").post(f"{LIST}new/", {"category_prefix": "99", "target": "unit"})
    assert answer.status_code == 422
    assert "没有以此开头的案件类别" in answer.content.decode()
    assert routes.routes() == [TRADE, REST]


def test_who_may_not_moves_nothing(as_persona: Sign) -> None:
    rule = routes.rules()[1]
    assert as_persona("street").post(reverse("desk:route_move", args=[rule.pk]), {"to": "up"}).status_code == 403
    assert routes.routes() == [TRADE, REST]


def test_a_workbook_is_looked_at_tried_and_applied(as_persona: Sign, play: Play, tmp_path: Path) -> None:
    case = play.handled("street")
    Case.objects.filter(pk=case.pk).update(filed_at=case.filed_at - timedelta(hours=1))
    client = as_persona("office")
    data = client.get(f"{LIST}file/workbook/").content
    (tmp_path / "same.xlsx").write_bytes(data)
    assert route_sheets.read_workbook(tmp_path / "same.xlsx").rows == [TRADE, REST]
    route_sheets.write_routes(tmp_path / "new.xlsx", [Route(unit="U-CGJ")])
    file = SimpleUploadedFile("派遣.xlsx", (tmp_path / "new.xlsx").read_bytes())
    where = client.post(f"{LIST}upload/", {"file": file})["Location"]
    page = client.get(f"{where}?try=days")
    trial = page.context["trial"]
    assert (trial.cases, trial.right_before, trial.right_after, trial.moved) == (1, 1, 0, 1)
    assert "派遣.xlsx" in client.get(LIST).content.decode()
    assert client.post(f"{where}end/", {"basis": "older"}).status_code == 302
    assert routes.routes() == [TRADE, REST]
    client.post(f"{where}end/", {"basis": page.context["basis"]})
    assert routes.routes() == [Route(unit="U-CGJ")]


def test_a_draft_is_dropped(as_persona: Sign, tmp_path: Path) -> None:
    client = as_persona("office")
    route_sheets.write_routes(tmp_path / "new.xlsx", [REST])
    file = SimpleUploadedFile("a.xlsx", (tmp_path / "new.xlsx").read_bytes())
    where = client.post(f"{LIST}upload/", {"file": file})["Location"]
    client.post(f"{where}end/", {"drop": "1"})
    assert RuleDraft.objects.get().state == "dropped"
    assert routes.routes() == [TRADE, REST]


def test_a_file_with_mistakes_is_explained(as_persona: Sign, tmp_path: Path) -> None:
    route_sheets.write_routes(tmp_path / "new.xlsx", [Route("99", unit="U-X")])
    file = SimpleUploadedFile("a.xlsx", (tmp_path / "new.xlsx").read_bytes())
    answer = as_persona("office").post(f"{LIST}upload/", {"file": file})
    assert answer.status_code == 422
    assert {problem.field for problem in answer.context["problems"]} == {"承办单位编码", "类别代码"}
    assert not RuleDraft.objects.exists()


def test_dispatch_is_filled_in_with_lead_and_those_who_help(as_persona: Sign, play: Play) -> None:
    case = play.filed(category_code="07003")
    page = as_persona("office").get(reverse("desk:case_move", args=[case.pk, "dispatch"]))
    form = page.context["form"]
    assert form.initial["unit"] == str(play.unit("department"))
    assert form.initial["co_units"] == [str(play.unit("street"))]
    assert "协办：河东街道" in page.content.decode()


def test_english(as_persona: Sign) -> None:
    client = as_persona("office")
    client.cookies["django_language"] = "en"
    assert "Routing rules" in client.get(LIST).content.decode()
