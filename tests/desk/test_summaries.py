"""周小结 on the desk: every number of every unit opens just as many rows; words, handing in, the week of all units."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.bulletins import summary_text
from chuangcheng.bulletins.models import Summary
from chuangcheng.kernel import clock
from tests.bulletins.test_summaries import MONDAY, NEXT, assemble, worked
from tests.meetings.conftest import Plan

__all__ = ["worked"]
Sign = Callable[[str], Client]


@pytest.fixture
def week_over(worked: Any, personas: Any, ledger: Any) -> Summary:
    """The street's summary, on the Monday after."""
    with clock.at(NEXT):
        assemble()
    return Summary.objects.select_related("unit").get(unit=ledger["street"])


def url(row: Summary, name: str = "summary", *more: str) -> str:
    return reverse(f"desk:{name}", args=[row.pk, *more])


@pytest.mark.parametrize("who", ["office", "leader", "district", "street", "auditor"])
def test_every_number_opens_just_as_many_rows(as_persona: Sign, week_over: Summary, who: str) -> None:
    client = as_persona(who)
    with clock.at(NEXT):
        page = client.get(url(week_over)).context
        told = [(piece.text, piece.url) for _heading, pieces in page["sentences"] for piece in pieces if piece.url]
        shown = [(str(client.get(address).context["listing"].count), address) for _text, address in told]
        lines = {line.name: (line.now, client.get(line.url).context["listing"].count) for line in page["compared"]}
    assert shown == told and len(told) == 18
    assert (
        all(int(now) == count for now, count in lines.values()) and sum(int(now) for now, _count in lines.values()) > 8
    )


def test_every_number_of_every_unit(as_persona: Sign, week_over: Summary) -> None:
    client = as_persona("office")
    with clock.at(NEXT):
        page = client.get(f"/desk/summaries/week/?week={MONDAY}").context
        wrong = [
            (row.unit.short_name, address)
            for row, _url, cells in page["lines"] for value, address in cells
            if value and client.get(address).context["listing"].count != value
        ]  # fmt: skip
        sums = {
            name: (value, client.get(address).context["listing"].count) for name, value, address, _n in page["figures"]
        }
    assert wrong == [] and len(page["lines"]) == 4
    # a sum over units leaves out what no unit with a summary answers for: here everything has one
    assert all(value == count for value, count in sums.values()), sums


def test_the_page_of_a_unit(as_persona: Sign, week_over: Summary) -> None:
    html = as_persona("street").get(url(week_over)).content.decode()
    assert all(words in html for words in ("本周收到案件", "与上周比较", "可不填", "现在就交", "2026-09-14 — 09-20"))
    assert "现在就交" not in as_persona("office").get(url(week_over)).content.decode()
    assert as_persona("street2").get(url(week_over)).status_code == 404
    assert as_persona("grid").get(url(week_over)).status_code == 403
    assert as_persona("inspector").get("/desk/summaries/").status_code == 403


def test_words_and_handing_in(as_persona: Sign, week_over: Summary) -> None:
    client = as_persona("street")
    with clock.at(NEXT):
        assert client.get(url(week_over, "summary_edit")).status_code == 405
        assert client.post(url(week_over, "summary_edit"), {"words": "人手不足"}).headers["Location"] == url(week_over)
        week_over.refresh_from_db()
        assert (week_over.words, week_over.state) == ("人手不足", "open")
        assert as_persona("office").post(url(week_over, "summary_edit"), {"words": "x"}).status_code == 403
        assert as_persona("district").post(url(week_over, "summary_edit"), {"words": "x"}).status_code == 403
        client.post(url(week_over, "summary_edit"), {"words": "人手不足", "hand_in": "1"})
        week_over.refresh_from_db()
        assert week_over.state == "handed_in"
        client.post(url(week_over, "summary_edit"), {"words": "改"})
        week_over.refresh_from_db()
        assert week_over.words == "人手不足"
    html = client.get(url(week_over)).content.decode()
    assert "人手不足" in html and "现在就交" not in html and "已交" in html


def test_files(as_persona: Sign, week_over: Summary) -> None:
    client = as_persona("street")
    answer = client.get(url(week_over, "summary_file", "docx"))
    assert unquote(answer.headers["Content-Disposition"]).endswith("河东街道周小结2026-09-14.docx")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert "本周收到案件 3 件" in packed.read("word/document.xml").decode()
    assert client.get(url(week_over, "summary_file", "pdf")).content.startswith(b"%PDF")
    assert client.get(url(week_over, "summary_file", "odt")).status_code == 404
    office = as_persona("office")
    for kind in ("docx", "pdf"):
        assert office.get(f"/desk/summaries/week/file/{kind}/?week={MONDAY}").status_code == 200
    assert office.get("/desk/summaries/week/file/odt/").status_code == 404


def test_the_list_is_narrowed(as_persona: Sign, week_over: Summary, ledger: Any) -> None:
    with clock.at(NEXT + timedelta(days=7)):
        assemble(MONDAY + timedelta(days=7))
        Summary.objects.filter(pk=week_over.pk).update(edited=True)
        client = as_persona("office")
        queries = {"": 8, f"week={MONDAY}": 4, "week=2020-01-06": 8, f"unit={ledger['street'].pk}": 2, "group=street": 4,
                   "group=city": 2, "edited=yes": 1, "edited=no": 7, f"week={MONDAY}&edited=no": 3}  # fmt: skip
        found = {query: client.get(f"/desk/summaries/?{query}").context["listing"].count for query in queries}
    assert found == queries  # a week that nobody offers narrows nothing
    assert as_persona("street").get("/desk/summaries/").context["listing"].count == 2
    row = Summary.objects.get(unit=ledger["street"], week_start=MONDAY + timedelta(days=7))
    assert url(week_over) in as_persona("street").get(url(row)).content.decode()


def test_assembling_by_hand(as_persona: Sign, worked: Any) -> None:
    with clock.at(NEXT):
        assert "还没有周小结" in as_persona("office").get("/desk/summaries/week/").content.decode()
        assert as_persona("office").get("/desk/summaries/week/file/pdf/").status_code == 404
        assert as_persona("leader").post("/desk/summaries/assemble/").status_code == 403
        answer = as_persona("office").post("/desk/summaries/assemble/")
    assert answer.headers["Location"] == f"/desk/summaries/week/?week={MONDAY}" and Summary.objects.count() == 4


def test_few_queries(as_persona: Sign, week_over: Summary, django_assert_max_num_queries: Any) -> None:
    client = as_persona("office")
    for address in ("/desk/summaries/", "/desk/summaries/week/", url(week_over)):
        client.get(address)
        with django_assert_max_num_queries(15):
            assert client.get(address).status_code == 200


def test_in_english_the_frame_speaks_english(as_persona: Sign, week_over: Summary, plan: Plan) -> None:
    client = as_persona("office")
    client.cookies["django_language"] = "en"
    html = client.get(url(week_over)).content.decode()
    assert "Beside the week before" in html and "Cases closed" in html and "本周收到案件" in html
    assert summary_text.label_of("score").en == "Own score"


def test_who_added_nothing_is_listed_only_where_that_is_on(as_persona: Sign, week_over: Summary, settings: Any) -> None:
    from dataclasses import replace

    office, address = as_persona("office"), "/desk/summaries/silent/"
    assert office.get(address).status_code == 404
    assert address not in office.get("/desk/summaries/").content.decode()
    settings.CITY = replace(settings.CITY, not_reported=True)
    assert address in office.get("/desk/summaries/").content.decode()
    assert as_persona("street").get(address).status_code == 403
    assert address not in as_persona("street").get("/desk/summaries/").content.decode()
    assert [row.unit.short_name for row, _url in office.get(address).context["rows"]] == [
        "东山区创城办", "城市管理局", "河东街道", "河西街道",
    ]  # fmt: skip
    Summary.objects.filter(pk=week_over.pk).update(edited=True)
    page = office.get(address)
    assert len(page.context["rows"]) == 3 and page.context["all"] == 4 and "河东街道" not in page.content.decode()
    Summary.objects.all().delete()
    assert "没有" in office.get(address).content.decode()
