"""The search for an owner on the desk and in the API: panel, forms, list with its figures, a rule made of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.kernel import clock
from tests.conftest import NOON

if TYPE_CHECKING:
    from chuangcheng.cases.models import Case
    from tests.cases.play import Play

pytestmark = pytest.mark.django_db
Desk = Callable[[str], Client]
LIST = "/desk/ownerless/"


def move(case: Case, name: str) -> str:
    return reverse("desk:case_move", args=[case.pk, name])


def page(client: Client, case: Case) -> str:
    return client.get(reverse("desk:case", args=[case.pk])).content.decode()


def test_from_nobody_knows_to_whose_it_is(play: Play, as_persona: Desk, django_assert_max_num_queries: Any) -> None:
    case, office, street, department = (
        play.filed(),
        as_persona("office"),
        as_persona("street"),
        as_persona("department"),
    )
    play.handled("department")
    assert office.post(move(case, "seek_owner"), {"note": "断线"}).status_code == 302
    assert "可退回至" not in page(street, case), "the street keeps it"
    assert "还没有询问任何单位" in page(street, case) and "由河东街道先持有并处置" in page(street, case)
    form = street.get(move(case, "ask_owner")).content.decode()
    assert form.index("可能的单位") < form.index("城市管理局") < form.index("其他单位")
    units = [play.unit("department"), play.unit("subcommand")]
    assert street.post(move(case, "ask_owner"), {"units": units, "note": "杆上有城管标牌"}).status_code == 302
    assert '<span class="tag">询问</span>' in page(office, case)
    refused = department.post(move(case, "answer_owner"), {"answer": "no", "note": ""})
    assert refused.status_code == 422 and "要写明理由" in refused.content.decode()
    assert department.post(move(case, "answer_owner"), {"answer": "no", "note": "不在我局台账"}).status_code == 302
    with clock.at(NOON + timedelta(days=1, hours=1)):
        told = page(street, case)
        assert "不在我局台账" in told and "逾期未答复" in told and move(case, "name_owner") not in told
        as_persona("subcommand").post(move(case, "answer_owner"), {"answer": "yes"})
        assert "逾期答复" in page(office, case)
        offered = street.get(move(case, "name_owner")).content.decode()
        assert "环境卫生分指挥部" in offered and "城市管理局" not in offered
        assert street.post(move(case, "name_owner"), {"unit": play.unit("subcommand")}).status_code == 302
    with django_assert_max_num_queries(17):
        told = page(office, case)
    assert "单位承认" in told and "不可再退回" in told
    assert office.get("/desk/cases/?ownerless=yes").context["listing"].count == 0


def test_the_list_counts_and_makes_a_rule_of_it(
    play: Play, as_persona: Desk, django_assert_max_num_queries: Any
) -> None:
    from chuangcheng.cases import actions

    office = as_persona("office")
    assert "还没有" in office.get(LIST).content.decode() or office.get(LIST).status_code == 200
    cases = [actions.seek_owner(actor=play.by["office"], case_id=play.filed().pk) for _ in range(3)]
    for case in cases[:2]:
        actions.ask_owner(actor=play.by["street"], case_id=case.pk, unit_ids=[play.unit("department")])
    actions.rule_owner(actor=play.by["office"], case_id=cases[0].pk, unit_id=play.unit("department"), note="竣工图")
    actions.no_owner(actor=play.by["office"], case_id=cases[1].pk, reason_code="no_record", note="查无")
    with clock.at(NOON + timedelta(days=3)):
        office.get(LIST)  # which fills the process's caches
        with django_assert_max_num_queries(15):
            answer = office.get(LIST)
    told, listing = answer.content.decode(), answer.context["listing"]
    assert listing.count == 3 and "问 1：是 0，不是 0，逾期未答 1" in told
    assert [(one["label"], one["n"]) for one in answer.context["figures"]] == [
        ("寻找中", 1), ("单位承认", 0), ("裁定", 1), ("认定无主", 1), ("案件先结束", 0),
    ]  # fmt: skip
    counts = {
        query: office.get(f"{LIST}?{query}").context["listing"].count
        for query in ("state=ruled", "late=search", "late=answer", "asked=U-CGJ", "category=06",
                      "owner=U-CGJ", f"unit={play.unit('street2')}", "q=永安路", "area=990100/")
    }  # fmt: skip
    assert list(counts.values()) == [1, 0, 0, 2, 3, 1, 0, 3, 3]
    (line,) = answer.context["lines"]
    assert line["rule_url"] in told.replace("&amp;", "&")
    form = office.get(line["rule_url"]).content.decode()
    assert 'value="06010"' in form and '<option value="U-CGJ" selected>' in form
    assert as_persona("street2").get(LIST).context["listing"].count == 0
    assert as_persona("department").get(LIST).context["listing"].count == 2
    assert as_persona("grid").get(LIST).status_code == 403
    exported = b"".join(office.get(f"{LIST}?export=csv").streaming_content).decode("utf-8-sig")  # type: ignore[arg-type]
    assert "城市管理局" in exported and len(exported.splitlines()) == 4
