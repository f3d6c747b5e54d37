"""The weekly report: assembled by a button, read as an official document, every figure with its way down."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.bulletins import actions
from chuangcheng.bulletins.models import Weekly
from chuangcheng.kernel import clock
from tests.bulletins.week import MONDAY, assemble

Sign = Callable[[str], Client]
NEXT_MONDAY = datetime.fromisoformat("2026-09-21T00:00:00+08:00")  # the instant at which the week is over


def url(weekly: Weekly, name: str = "desk:weekly", *more: str) -> str:
    return reverse(name, args=[weekly.pk, *more])


@pytest.fixture
def draft(week: Any, personas: dict[str, Any]) -> Weekly:
    """The draft of the week of the hand-reckoned facts."""
    found: Weekly = assemble(week, personas["office"])
    return found


@pytest.fixture
def issued(draft: Weekly, personas: dict[str, Any]) -> Weekly:
    """The same, issued."""
    return actions.issue_week(actor=personas["office"], weekly_id=draft.pk)


def test_the_office_assembles_last_week_with_one_button(as_persona: Sign, week: Any) -> None:
    client = as_persona("office")
    assert 'action="/desk/weeklies/assemble/"' in client.get("/desk/weeklies/").content.decode()
    answer = client.post("/desk/weeklies/assemble/")
    weekly = Weekly.objects.get()
    assert answer.headers["Location"] == url(weekly)
    assert (weekly.week_start.isoformat(), weekly.issue, weekly.state) == ("2026-09-07", 1, "draft")


@pytest.mark.parametrize("persona", ["leader", "street", "auditor", "grid"])
def test_others_have_no_button_and_are_refused(as_persona: Sign, draft: Weekly, persona: str) -> None:
    client = as_persona(persona)
    assert client.post("/desk/weeklies/assemble/").status_code == 403
    assert client.post(url(draft, "desk:weekly_issue")).status_code == 403
    assert client.post(url(draft, "desk:weekly_note"), {"note": "x"}).status_code == 403
    assert 'action="/desk/weeklies/assemble/"' not in client.get("/desk/weeklies/").content.decode()
    draft.refresh_from_db()
    assert (draft.state, draft.note) == ("draft", "")


def test_reading_does_not_issue(as_persona: Sign, draft: Weekly) -> None:
    for name in ("desk:weekly_issue", "desk:weekly_note"):
        assert as_persona("office").get(url(draft, name)).status_code == 405


def test_a_draft_is_seen_by_those_who_may_issue_it(as_persona: Sign, draft: Weekly) -> None:
    assert as_persona("office").get(url(draft)).status_code == 200
    assert as_persona("leader").get(url(draft)).status_code == 404
    assert as_persona("leader").get(url(draft, "desk:weekly_file", "pdf")).status_code == 404
    assert as_persona("leader").get("/desk/weeklies/").context["listing"].count == 0


def test_the_page_is_the_document(as_persona: Sign, draft: Weekly) -> None:
    html = as_persona("office").get(url(draft)).content.decode()
    for text in ("创建全国文明城市工作周报", "第 1 期", "（2026年9月14日—9月20日）", "一、受理办理情况", "全市得分 53.1 分（覆盖分值 80%）",
                 "数据截至 2026年9月15日12时"):  # fmt: skip
        assert text in html
    assert 'class="document"' in html and "{&#x27;" not in html


def test_figures_stand_to_the_right_and_the_street_is_the_link(as_persona: Sign, draft: Weekly) -> None:
    html = as_persona("office").get(url(draft)).content.decode()
    assert '<th scope="col" class="num">得分</th>' in html and '<th scope="col">街道（乡镇）</th>' in html
    assert '">河东街道</a></td><td class="num">66.50</td>' in html and '<td class="num">1</td>' in html


def test_the_note_is_kept_and_shown(as_persona: Sign, draft: Weekly) -> None:
    client = as_persona("office")
    assert "补充说明" in client.get(url(draft)).content.decode()
    answer = client.post(url(draft, "desk:weekly_note"), {"note": " 台风期间督查顺延。 "})
    assert answer.headers["Location"] == url(draft)
    draft.refresh_from_db()
    assert draft.note == "台风期间督查顺延。"
    html = client.get(url(draft)).content.decode()
    assert "有关情况说明" in html and html.count("台风期间督查顺延。") == 2  # in the document and in the form


def test_issuing_closes_the_report(as_persona: Sign, draft: Weekly) -> None:
    client = as_persona("office")
    assert ">印发</button>" in client.get(url(draft)).content.decode()
    assert client.post(url(draft, "desk:weekly_issue")).headers["Location"] == url(draft)
    draft.refresh_from_db()
    html = client.get(url(draft)).content.decode()
    assert draft.state == "issued" and "已印发" in html
    assert ">印发</button>" not in html and "补充说明" not in html


def test_an_issued_report_refuses_changes_in_words(as_persona: Sign, issued: Weekly) -> None:
    client = as_persona("office")
    for name in ("desk:weekly_issue", "desk:weekly_note"):
        answer = client.post(url(issued, name), {"note": "改", "next": url(issued)}, follow=True)
        assert "已印发" in " ".join(str(message) for message in answer.context["messages"])
    issued.refresh_from_db()
    assert issued.note == ""


@pytest.mark.parametrize("persona", ["leader", "street", "community", "department", "auditor"])
def test_an_issued_report_is_read_by_all_who_may(as_persona: Sign, issued: Weekly, persona: str) -> None:
    client = as_persona(persona)
    assert client.get(url(issued)).status_code == 200
    assert [row.pk for row in client.get("/desk/weeklies/").context["listing"].rows] == [issued.pk]


@pytest.mark.parametrize("persona", ["grid", "inspector"])
def test_who_has_no_right_to_bulletins_is_refused(as_persona: Sign, issued: Weekly, persona: str) -> None:
    for address in ("/desk/weeklies/", url(issued), url(issued, "desk:weekly_file", "docx")):
        assert as_persona(persona).get(address).status_code == 403


def test_word_and_pdf(as_persona: Sign, issued: Weekly) -> None:
    client = as_persona("leader")
    word = client.get(url(issued, "desk:weekly_file", "docx"))
    assert unquote(word.headers["Content-Disposition"]).endswith("创城工作周报第1期.docx")
    with zipfile.ZipFile(io.BytesIO(word.content)) as packed:
        assert "受理办理情况" in packed.read("word/document.xml").decode()
    pdf = client.get(url(issued, "desk:weekly_file", "pdf"))
    assert pdf.headers["Content-Type"] == "application/pdf" and pdf.content.startswith(b"%PDF")
    assert client.get(url(issued, "desk:weekly_file", "odt")).status_code == 404


def counted(weekly: Weekly) -> list[tuple[str, str, int]]:
    """Name, address and value of the figures that count the rows of a list."""
    rows = ("reports_", "cases_", "visits")
    return [
        (name, figure["url"], figure["value"])
        for name, figure in weekly.figures.items()
        if name.startswith(rows) and isinstance(figure["value"], int)
    ]


def test_every_count_leads_to_just_as_many_rows(as_persona: Sign, week: Any, personas: dict[str, Any]) -> None:
    client = as_persona("office")
    with clock.at(NEXT_MONDAY):
        whole = actions.assemble_week(actor=personas["office"], week_start=MONDAY)
        shown = {name: client.get(address).context["listing"].count for name, address, _value in counted(whole)}
    assert shown == {name: value for name, _address, value in counted(whole)}
    assert len(shown) >= 8 and 0 not in shown.values()


@pytest.mark.parametrize("name", ["categories", "overdue_units"])
def test_every_row_of_a_table_leads_to_just_as_many_cases(as_persona: Sign, draft: Weekly, name: str) -> None:
    client = as_persona("office")
    rows = draft.figures[name]["value"]
    assert [client.get(row["url"]).context["listing"].count for row in rows] == [row["cases"] for row in rows] != []


def test_every_address_of_a_report_opens(as_persona: Sign, draft: Weekly) -> None:
    client = as_persona("office")
    addresses = {figure["url"] for figure in draft.figures.values()}
    for figure in draft.figures.values():
        if isinstance(figure["value"], list):
            addresses |= {row["url"] for row in figure["value"]}
    assert len(addresses) > 10
    for address in addresses:
        assert client.get(address, follow=True).status_code == 200, address


def test_the_league_is_opened_for_the_days_of_the_report(as_persona: Sign, draft: Weekly) -> None:
    address = draft.figures["league"]["url"]
    assert urlsplit(address).query == "start=2026-09-14&end=2026-09-20"
    page = as_persona("office").get(address)
    assert (page.context["start"], page.context["period"]) == (MONDAY, "")
    assert [row["score"] for row in draft.figures["league"]["value"]] == [
        round(float(row.score), 2) for row in page.context["rows"]
    ]


def test_pages_cost_few_queries(as_persona: Sign, issued: Weekly, django_assert_max_num_queries: Any) -> None:
    client = as_persona("office")
    for address in ("/desk/weeklies/", url(issued)):
        client.get(address)
        with django_assert_max_num_queries(15):
            assert client.get(address).status_code == 200


def test_no_report_yet(as_persona: Sign) -> None:
    client = as_persona("office")
    assert "还没有记录" in client.get("/desk/weeklies/").content.decode()
    answer = client.post("/desk/weeklies/assemble/", {"next": "/desk/weeklies/"}, follow=True)
    assert Weekly.objects.count() == 0 and list(answer.context["messages"])  # no edition is published


def test_the_frame_speaks_english_the_document_does_not(as_persona: Sign, issued: Weekly) -> None:
    client = as_persona("office")
    client.cookies["django_language"] = "en"
    html = client.get(url(issued)).content.decode()
    assert "Rows behind" in html and "Reports received" in html and "一、受理办理情况" in html
    assert 'lang="zh-Hans"' in html
