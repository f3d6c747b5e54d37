"""Lists of laggards on the desk, and as an official document: by hand from draft to Word, PDF and objection."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import docx
import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.bulletins.laggards import compose, rule_words, written
from chuangcheng.kernel import clock
from chuangcheng.risks import actions
from chuangcheng.risks.models import LaggardList
from tests.conftest import NOON
from tests.meta.test_doors import addresses
from tests.risks.conftest import tasks, units
from tests.risks.test_lists import UNTIL, announced, drafted, line, rule

__all__ = ["drafted", "rule", "tasks", "units"]
Sign = Callable[[str], Client]


def address(name: str, *ids: object) -> str:
    return reverse(f"desk:{name}", args=list(ids))


def page(client: Client, name: str, *ids: object) -> str:
    answer = client.get(address(name, *ids))
    assert answer.status_code == 200, answer.content.decode()[:500]
    return answer.content.decode()


def move(client: Client, row: LaggardList, name: str, status: int = 302, **form: Any) -> None:
    url = address("laggard_list_move", row.pk, name)
    assert client.get(url).status_code == 200
    answer = client.post(url, form)
    assert answer.status_code == status, answer.content.decode()[:2000]
    row.refresh_from_db()


def test_a_list_by_hand(as_persona: Sign, drafted: LaggardList) -> None:
    office, street, leader = as_persona("office"), as_persona("street"), as_persona("leader")
    html = page(office, "laggard_list", drafted.pk)
    for words in ("任务欠账名单", "全部比较", "基数不足，不评价", "征求异议", "低于底线", "系统草拟"):
        assert words in html, words
    assert street.get(address("laggard_list", drafted.pk)).status_code == 404
    move(office, drafted, "announce", 422, until_on="2026-09-16")
    move(office, drafted, "announce", until_on=UNTIL.isoformat())
    html = page(street, "laggard_list", drafted.pk)
    assert "河东街道" in html and "城市管理局" not in html and "全部比较" not in html and "提出异议" in html
    mine = line(drafted, "street")
    objection = address("laggard_move", mine.pk, "object")
    assert street.post(objection, {"words": ""}).status_code == 422
    assert street.post(objection, {"words": "任务下达晚，电话13800138000"}).status_code == 302
    html = page(office, "laggard_list", drafted.pk)
    assert "任务下达晚" in html and "13800138000" not in html and "异议不成立" in html
    assert office.post(address("laggard_move", mine.pk, "reject"), {"words": "已核"}).status_code == 302
    assert office.get(address("laggard_move", mine.pk, "explode")).status_code == 404
    assert street.post(address("laggard_move", mine.pk, "uphold"), {"words": "x"}).status_code == 422
    move(office, drafted, "submit", 409)
    with clock.at(NOON + timedelta(days=4)):
        actions.submit(actor=_actor(drafted, office), list_id=drafted.pk)
    move(office, drafted, "issue", 409, words="")
    assert street.get(address("laggard_file", drafted.pk, "docx")).status_code == 404
    move(leader, drafted, "issue", words="同意")
    html = page(street, "laggard_list", drafted.pk)
    assert "城市管理局" in html and "已印发" in html
    for kind, magic in (("docx", b"PK"), ("pdf", b"%PDF")):
        answer = street.get(address("laggard_file", drafted.pk, kind))
        assert answer.status_code == 200 and answer.content.startswith(magic)
        assert answer["Cache-Control"] == "private, no-store"
    assert street.get(address("laggard_file", drafted.pk, "html")).status_code == 404
    assert as_persona("street2").get(address("laggard_file", drafted.pk, "pdf")).status_code == 404


def _actor(drafted: LaggardList, _office: Client) -> Any:
    from chuangcheng.people.models import Post
    from chuangcheng.people.selectors import actor_of

    return actor_of(Post.objects.get(person=drafted.drafted_by))


def test_a_list_is_drafted_by_form(as_persona: Sign, rule: Any, units: Any, monkeypatch: Any) -> None:
    from chuangcheng.risks import rules
    from chuangcheng.risks.actions import lists

    monkeypatch.setattr(rules, "current", lists.current)
    office = as_persona("office")
    form = office.get(address("laggard_new")).context["form"]
    assert (str(form.initial["from_on"]), str(form.initial["to_on"])) == ("2026-08-01", "2026-08-31")
    given = {"code": "late", "from_on": "2026-08-01", "to_on": "2026-08-31"}
    for wrong in ({"code": "moon"}, {"to_on": "2026-07-31"}, {"to_on": "2027-01-01"}):
        assert office.post(address("laggard_new"), {**given, **wrong}).status_code == 422, wrong
    assert office.post(address("laggard_new"), given).status_code == 302
    assert office.post(address("laggard_new"), given).status_code == 409
    row = LaggardList.objects.get()
    assert row.number in page(office, "laggards") and "按规则没有单位应列入" in page(office, "laggard_list", row.pk)
    move(office, row, "drop", words="无单位列入")
    assert "已放弃" in page(office, "laggards")
    assert "没有与本单位有关的名单" in page(as_persona("street"), "laggards")
    assert as_persona("community").get(address("laggards")).status_code == 403
    assert as_persona("leader").get(address("laggard_new")).status_code == 403


def test_the_document_says_it_all_and_only_that(drafted: LaggardList, personas: Any) -> None:
    announced(drafted, personas["office"])
    document = compose(drafted)
    assert document.draft and document.title == "关于任务欠账名单的通报" and "内部" in document.series
    table = document.sections[1].table
    assert table is not None and table.rows == (
        ("1", "城市管理局", "3", "3", "低于底线"),
        ("2", "河东街道", "1", "2", "低于底线"),
    )
    words = " ".join(document.texts())
    assert "共比较 3 个单位，列入名单 2 个" in words and "不得公开" in words
    mine = line(drafted, "street")
    actions.object_to(actor=personas["street"], laggard_id=mine.pk, words="有误")
    actions.answer(actor=personas["office"], laggard_id=mine.pk, upheld=True, words="属实")
    words = " ".join(compose(drafted).texts())
    assert "河东街道" not in words and "列入名单 1 个" in words


def test_word_prints_the_same_text(drafted: LaggardList) -> None:
    from chuangcheng.bulletins.word import print_document

    document = compose(drafted)
    found = docx.Document(io.BytesIO(print_document(document)))
    cells = [cell.text for table in found.tables for row in table.rows for cell in row.cells]
    printed = "\n".join([*(each.text for each in found.paragraphs), *cells])
    for words in document.texts():
        assert words in printed, words
    assert "（草稿）" in printed


@pytest.mark.parametrize(
    ("share", "floor", "base", "said"),
    [
        ("1/5", None, 8, "列入最后 20%，并列者同等对待；基数不足 8 的不评价"),
        (None, "1/2", 0, "超过底线 1/2 的一并列入"),
        ("1/3", "2", 5, "列入最后 33.3333%，并列者同等对待；超过底线 2 的一并列入；基数不足 5 的不评价"),
    ],
)
def test_the_rule_in_words(share: str | None, floor: str | None, base: int, said: str) -> None:
    rule = {"measure": "late_tasks", "share": share, "floor": floor, "base": base, "most": 5, "version": 2}
    assert rule_words(rule) == f"以“超期任务”比较；{said}；最多 5 个。规则第 2 版。"


@pytest.mark.parametrize(
    ("measure", "value", "said"),
    [
        ("late_tasks", "3.0000", "3"),
        ("late_tasks", None, "—"),
        ("overdue_share", "0.3846", "38.5%"),
        ("overdue_share", 0, "0.0%"),
    ],
)
def test_figures_as_an_office_writes_them(measure: str, value: Any, said: str) -> None:
    assert written(LaggardList(rule={"measure": measure}), value) == said


def test_no_public_address_leads_to_a_list() -> None:
    """Internal for ever: every address that names a list stands on the desk, behind a right."""
    found = [
        (spaces[0] if spaces else "", getattr(pattern.callback, "permission", ""))
        for spaces, pattern in addresses()
        if "laggard" in (pattern.name or "")
    ]
    assert len(found) == 6 and {space for space, _right in found} == {"desk"}
    assert {right for _space, right in found} == {"laggards.view", "laggards.draft"}
