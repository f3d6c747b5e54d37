"""Pages of limits and routing rules at their edges: who is kept out, what is not there, what an export holds."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from chuangcheng.cases import actions, route_sheets, routes
from chuangcheng.cases.models import Case
from chuangcheng.cases.routes import Route
from chuangcheng.desk import workbooks
from chuangcheng.framework import time_rules
from chuangcheng.framework.models import RuleDraft, TimeRule
from chuangcheng.framework.time_rules import Limit
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM
from tests.cases.play import Play

Sign = Callable[[str], Client]
LIMITS, ROUTING = "/desk/time-rules/", "/desk/routing/"
NOBODY = UUID(int=7)
DEPARTMENT, STREET = Route(unit="U-CGJ"), Route(target="street")


def stricter() -> list[Limit]:
    """The set in force with one working hour for litter instead of four."""
    return [
        replace(limit, amount=Decimal(1)) if limit.category_code == "06010" else limit
        for limit in time_rules.in_force()
    ]


def limit_draft(rows: list[Limit] | None = None, name: str = "新时限.xlsx") -> str:
    given = [limit.as_json() for limit in rows or stricter()]
    return f"{LIMITS}drafts/{time_rules.draft_rules(actor=SYSTEM, rows=given, name=name).pk}/"


def routing_draft(*given: Route) -> str:
    rows = [route.as_json() for route in given]
    return f"{ROUTING}drafts/{time_rules.draft_rules(actor=SYSTEM, rows=rows, name='派遣.xlsx', kind='routing').pk}/"


def late_by_the_stricter(play: Play) -> Case:
    """Handled two working hours after filing."""
    case = play.handling()
    with clock.at(case.filed_at + timedelta(hours=4)):
        play.prove(case)
        return actions.handle_case(actor=play.by["street"], case_id=case.id, outcome="fixed")


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def table(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body(answer).decode("utf-8-sig"))))


def english(client: Client) -> Client:
    client.cookies["django_language"] = "en"
    return client


@pytest.mark.parametrize("persona", ["leader", "subcommand", "district", "department", "auditor"])
def test_who_only_looks_reads_the_rules_and_touches_no_draft(as_persona: Sign, play: Play, persona: str) -> None:
    client, limits, routing = as_persona(persona), limit_draft(), routing_draft(DEPARTMENT)
    for path in (LIMITS, ROUTING, f"{LIMITS}file/workbook/", f"{ROUTING}file/template/"):
        assert client.get(path).status_code == 200, path
    for path in (limits, f"{limits}?try=days", routing, f"{ROUTING}upload/", f"{LIMITS}new/"):
        assert client.get(path).status_code == 403, path
    for path in (f"{limits}end/", f"{routing}end/"):
        assert client.post(path, {"drop": "1"}).status_code == 403, path
    assert "新时限.xlsx" not in client.get(LIMITS).content.decode()
    assert "派遣.xlsx" not in client.get(ROUTING).content.decode()
    assert set(RuleDraft.objects.values_list("state", flat=True)) == {"open"}


def test_a_grid_member_sees_no_rules_at_all(as_persona: Sign, play: Play) -> None:
    client = as_persona("grid")
    assert {client.get(path).status_code for path in (LIMITS, ROUTING, f"{LIMITS}file/workbook/")} == {403}


def test_who_is_not_signed_in_is_sent_to_sign_in(client: Client, play: Play) -> None:
    for path in (LIMITS, ROUTING, limit_draft()):
        assert "login" in client.get(path)["Location"]


@pytest.mark.parametrize(
    "path",
    [
        f"{LIMITS}{NOBODY}/", f"{LIMITS}drafts/{NOBODY}/", f"{ROUTING}{NOBODY}/", f"{ROUTING}drafts/{NOBODY}/",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(as_persona: Sign, play: Play, path: str) -> None:
    assert as_persona("office").get(path).status_code == 404


def test_a_draft_is_found_only_among_its_own_kind(as_persona: Sign, play: Play) -> None:
    client, limits = as_persona("office"), limit_draft()
    routing = routing_draft(DEPARTMENT)
    assert client.get(limits.replace(LIMITS, ROUTING)).status_code == 404
    assert client.get(routing.replace(ROUTING, LIMITS)).status_code == 404
    assert client.post(f"{limits.replace(LIMITS, ROUTING)}end/", {"drop": "1"}).status_code == 404
    assert RuleDraft.objects.filter(state="open").count() == 2


@pytest.mark.parametrize("make", [limit_draft, lambda: routing_draft(DEPARTMENT)])
def test_a_link_alone_ends_no_draft(as_persona: Sign, play: Play, make: Callable[[], str]) -> None:
    where = make()
    assert as_persona("office").get(f"{where}end/").status_code == 405
    assert RuleDraft.objects.get().state == "open"


@pytest.mark.parametrize("second", [{"drop": "1"}, {"basis": "whatever"}])
def test_who_comes_second_to_a_draft_is_told(as_persona: Sign, play: Play, second: dict[str, str]) -> None:
    client, where = as_persona("office"), limit_draft()
    client.post(f"{where}end/", {"drop": "1"})
    answer = client.post(f"{where}end/", {**second, "next": LIMITS}, follow=True)
    assert "这份规则已经应用或放弃" in answer.content.decode()
    assert time_rules.rules().get(category_code="06010").amount == 4


def test_the_rule_for_everything_cannot_be_withdrawn_by_the_button(as_persona: Sign, play: Play) -> None:
    rule = time_rules.rules().get(category_code="", condition="default")
    answer = as_persona("office").post(f"{LIMITS}{rule.pk}/withdraw/", {"next": LIMITS}, follow=True)
    assert "必须保留一条适用于全部类别的一般时限" in answer.content.decode()
    assert time_rules.rules().filter(pk=rule.pk).exists()


def test_a_set_without_a_rule_for_everything_is_not_applied(as_persona: Sign, play: Play) -> None:
    client = as_persona("office")
    where = limit_draft([limit for limit in time_rules.in_force() if limit.category_code])
    page = client.get(where)
    assert page.context["counts"]["removed"] == 2
    client.post(f"{where}end/", {"basis": page.context["basis"]})
    assert len(time_rules.in_force()) == 3
    assert RuleDraft.objects.get().state == "open"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"amount": ""}, "amount"), ({"amount": "-1"}, "amount"), ({"amount": "1.005"}, "amount"),
        ({"amount": "NaN"}, "amount"), ({"unit": "weeks"}, "unit"), ({"handling": "pray"}, "handling"),
        ({"severity": "4"}, "severity"), ({"close_when": "净" * 101}, "close_when"),
        ({"category_code": "99"}, "category_code"), ({"condition": "x" * 41}, "condition"),
    ],
)  # fmt: skip
def test_a_wrong_limit_is_named_by_its_field(as_persona: Sign, play: Play, given: dict[str, str], field: str) -> None:
    right = {"category_code": "07", "condition": "new", "amount": "2", "unit": "work_days"}
    answer = as_persona("office").post(f"{LIMITS}new/", {**right, **given})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert TimeRule.objects.count() == 3


def test_the_form_cannot_move_a_rule_to_another_category(as_persona: Sign, play: Play) -> None:
    rule = time_rules.rules().get(category_code="06010")
    given = {"category_code": "07", "condition": "other", "amount": "6", "unit": "work_hours"}
    assert as_persona("office").post(f"{LIMITS}{rule.pk}/", given).status_code == 302
    assert time_rules.rules().get(category_code="06010").amount == 6
    assert not TimeRule.objects.filter(condition="other").exists()


def test_an_old_version_shows_and_saves_against_the_newest(as_persona: Sign, play: Play) -> None:
    client, old = as_persona("office"), time_rules.rules().get(category_code="06010")
    time_rules.save_rule(actor=SYSTEM, limit=replace(Limit.of_rule(old), amount=Decimal(9)))
    page = client.get(f"{LIMITS}{old.pk}/")
    assert (page.context["rule"].version, page.context["form"].initial["amount"]) == (2, "9")
    client.post(f"{LIMITS}{old.pk}/", {"amount": "3", "unit": "work_hours"})
    assert [each.version for each in time_rules.versions_of(old)] == [3, 2, 1]


@pytest.mark.parametrize("url", [LIMITS, ROUTING])
def test_too_large_a_workbook_is_refused_unread(
    as_persona: Sign, play: Play, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setattr(workbooks, "MAX_MB", 0)
    answer = as_persona("office").post(f"{url}upload/", {"file": SimpleUploadedFile("a.xlsx", b"x")})
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"] == ["文件不能超过 0 MB"]


def test_the_list_is_exported_as_it_is_filtered(as_persona: Sign, play: Play) -> None:
    rows = table(as_persona("street").get(f"{LIMITS}?unit=work_hours&export=csv"))
    assert len(rows) == 2
    assert "4 工作时" in rows[1]
    assert len(table(as_persona("street").get(f"{LIMITS}?export=csv"))) == 4


def test_a_trial_is_exported_with_every_case_whose_fate_changes(as_persona: Sign, play: Play) -> None:
    case = late_by_the_stricter(play)
    play.filed(category_code="07003")
    client, where = as_persona("office"), limit_draft()
    with clock.at(case.filed_at + timedelta(hours=5)):
        heads, *rows = table(client.get(f"{where}?try=days&export=csv"))
        told = client.get(f"{where}?try=days")
    assert heads == ["案件", "类别", "单位", "原时限", "试算时限", "处置时间", "变化"]
    assert [(row[0], row[1], row[2], row[-1]) for row in rows] == [
        (case.number, "暴露垃圾", "河东街道", "按期→超期"),
    ]  # fmt: skip
    assert [name for name, _ in told.context["by_unit"]] == ["河东街道"]
    assert [name for name, _ in told.context["by_category"]] == ["暴露垃圾"]
    assert told.context["more"] == 0


def test_a_trial_is_exported_in_english(as_persona: Sign, play: Play) -> None:
    case = late_by_the_stricter(play)
    where = limit_draft()
    with clock.at(case.filed_at + timedelta(hours=5)):
        heads, row = table(english(as_persona("office")).get(f"{where}?try=days&export=csv"))
    assert (heads[0], heads[3], row[-1]) == ("Cases", "Limit as it was", "On time → late")


def test_only_the_first_fates_are_shown_and_all_exported(
    as_persona: Sign, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chuangcheng.desk.cases.tried.SHOWN", 1)
    first, second = late_by_the_stricter(play), late_by_the_stricter(play)
    client, where = as_persona("office"), limit_draft()
    with clock.at(first.filed_at + timedelta(hours=5)):
        page = client.get(f"{where}?try=days")
        rows = table(client.get(f"{where}?try=days&export=csv"))
    assert (len(page.context["fates"]), page.context["more"]) == (1, 1)
    assert "另有 1 件，导出可见全部" in page.content.decode()
    assert [row[0] for row in rows[1:]] == sorted([first.number, second.number])


def test_a_trial_of_no_cases_says_so(as_persona: Sign, play: Play) -> None:
    page = as_persona("office").get(f"{limit_draft()}?try=quarter")
    assert "所选时期没有有时限的案件" in page.content.decode()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"unit": ""}, "unit"), ({"unit": "U-X"}, "unit"), ({"target": "moon"}, "target"),
        ({"source": "smoke"}, "source"), ({"division": "000000"}, "division"), ({"supports": ["U-X"]}, "supports"),
        ({"note": "长" * 101}, "note"), ({"category_prefix": "99"}, "category_prefix"),
    ],
)  # fmt: skip
def test_a_wrong_route_is_named_by_its_field(as_persona: Sign, play: Play, given: dict[str, Any], field: str) -> None:
    right = {"category_prefix": "07", "target": "unit", "unit": "U-CGJ"}
    answer = as_persona("office").post(f"{ROUTING}new/", {**right, **given})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert routes.routes() == []


def test_a_unit_filled_in_for_a_street_rule_is_left_out(as_persona: Sign, play: Play) -> None:
    given = {"division": "990101001", "source": "hotline", "target": "street", "unit": "U-CGJ"}
    assert as_persona("office").post(f"{ROUTING}new/", given).status_code == 302
    assert routes.routes() == [Route(division="990101001", source="hotline", target="street")]


@pytest.mark.parametrize(("index", "to"), [(0, "up"), (1, "down"), (0, "sideways"), (1, "")])
def test_a_rule_at_the_end_or_a_wrong_word_moves_nothing(as_persona: Sign, play: Play, index: int, to: str) -> None:
    routes.replace_routing(actor=SYSTEM, given=[DEPARTMENT, STREET])
    rule = routes.rules()[index]
    assert as_persona("office").post(f"{ROUTING}{rule.pk}/move/", {"to": to}).status_code == 302
    assert routes.routes() == [DEPARTMENT, STREET]


@pytest.mark.parametrize("to", ["up", "away"])
def test_a_rule_that_is_gone_is_not_found(as_persona: Sign, play: Play, to: str) -> None:
    assert as_persona("office").post(f"{ROUTING}{NOBODY}/move/", {"to": to}).status_code == 404


@pytest.mark.parametrize("query", [{"category": "99"}, {"source": "smoke"}, {"area": "000000/"}])
def test_trying_what_no_list_offers_tries_nothing(as_persona: Sign, play: Play, query: dict[str, str]) -> None:
    routes.replace_routing(actor=SYSTEM, given=[STREET])
    page = as_persona("office").get(ROUTING, {"try": "1", **query})
    assert page.context["steps"] is None
    assert list(page.context["form"].errors) == list(query)


def test_a_street_tries_only_places_it_can_see(as_persona: Sign, play: Play) -> None:
    routes.replace_routing(actor=SYSTEM, given=[STREET])
    there = {"try": "1", "area": "990100/990101/990101002/"}
    assert as_persona("street").get(ROUTING, there).context["steps"] is None
    assert as_persona("district").get(ROUTING, there).context["steps"][0].why.zh == "派给河西街道"


def test_a_rule_without_an_office_at_the_place_is_passed_over_in_english(as_persona: Sign, play: Play) -> None:
    routes.replace_routing(actor=SYSTEM, given=[STREET, DEPARTMENT])
    page = english(as_persona("office")).get(ROUTING, {"try": "1", "category": "06010"})
    assert [step.taken for step in page.context["steps"]] == [False, True]
    assert "no such office at this place" in page.content.decode()


def test_a_routing_draft_shows_where_cases_go_astray(as_persona: Sign, play: Play) -> None:
    routes.replace_routing(actor=SYSTEM, given=[STREET])
    case = play.handled("street")
    where = routing_draft(DEPARTMENT)
    with clock.at(case.filed_at + timedelta(hours=1)):
        page = english(as_persona("office")).get(f"{where}?try=days")
    assert [(each.number, each.ended_at, each.before, each.after) for each in page.context["trial"].astray] == [
        (case.number, "河东街道", "河东街道", "城市管理局"),
    ]  # fmt: skip
    assert f"/desk/cases/{case.pk}/" in page.content.decode()
    assert "New rules" in page.content.decode()


def test_a_routing_draft_that_lost_its_unit_is_not_applied(as_persona: Sign, play: Play) -> None:
    routes.replace_routing(actor=SYSTEM, given=[STREET])
    client, where = as_persona("office"), routing_draft(Route(unit="U-GONE"))
    basis = client.get(where).context["basis"]
    client.post(f"{where}end/", {"basis": basis})
    assert routes.routes() == [STREET]
    assert RuleDraft.objects.get().state == "open"


@pytest.mark.parametrize("data", [b"", b"nonsense", b"PK\x03\x04broken"])
def test_what_is_no_workbook_is_no_routing(as_persona: Sign, play: Play, data: bytes) -> None:
    answer = as_persona("office").post(f"{ROUTING}upload/", {"file": SimpleUploadedFile("a.xlsx", data)})
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]


def test_the_empty_workbook_of_routes_reads_as_no_rules(as_persona: Sign, play: Play) -> None:
    data = as_persona("auditor").get(f"{ROUTING}file/template/").content
    found = route_sheets.read_workbook(data, "t.xlsx")
    assert (found.rows, found.problems) == ([], [])


@pytest.mark.parametrize("where", [LIMITS, f"{LIMITS}{{rule}}/", "{limits}", "{limits}?try=days", "{routing}", ROUTING])
def test_pages_of_rules_cost_few_queries(
    as_persona: Sign, play: Play, where: str, django_assert_max_num_queries: Any
) -> None:
    routes.replace_routing(actor=SYSTEM, given=[Route("07", unit="U-CGJ", supports=("U-990101001",)), STREET] * 4)
    case = late_by_the_stricter(play)
    rule = time_rules.rules().get(category_code="06010")
    url = where.format(rule=rule.pk, limits=limit_draft(), routing=routing_draft(STREET, DEPARTMENT))
    client = as_persona("office")
    with clock.at(case.filed_at + timedelta(hours=5)):
        client.get(url)
        with django_assert_max_num_queries(15):
            assert client.get(url).status_code == 200
