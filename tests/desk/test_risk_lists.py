"""The three listings of risks: sorted, narrowed, exported, with a view saved; in Chinese and in English."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import load_workbook

from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.risks import actions
from chuangcheng.risks.models import LaggardList, Risk, Sanction
from tests.conftest import NOON
from tests.risks.conftest import TODAY, cycle, tasks, units
from tests.risks.test_ledger import enter
from tests.risks.test_lists import drafted, rule
from tests.risks.test_sanctions import items, record

__all__ = ["cycle", "drafted", "items", "rule", "tasks", "units"]
Sign = Callable[[str], Client]
PLACES = ("永兴里", "中心市场", "政务大厅", "南门口")


@pytest.fixture
def four(units: Any) -> list[Risk]:
    """Four entries an hour apart: scores 25, 12, 6, 1; street, department, street, street2."""
    made = []
    cells = ((5, 5, "street"), (3, 4, "department"), (2, 3, "street"), (1, 1, "street2"))
    for number, (severity, likelihood, unit) in enumerate(cells):
        risk = enter(units, unit=unit, severity=severity, likelihood=likelihood, place=PLACES[number])
        Risk.objects.filter(pk=risk.pk).update(raised_at=NOON - timedelta(hours=number))
        made.append(risk)
    return made


def table(client: Client, name: str, query: str = "") -> list[list[str]]:
    """The listing as its CSV says it, without the head."""
    answer = client.get(reverse(f"desk:{name}") + "?export=csv" + query)
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.reader(io.StringIO(text)))[1:]


def places(client: Client, query: str = "") -> list[str]:
    """Which of the four, in the order of the listing."""
    return [place for row in table(client, "risks", query) for place in PLACES if place in row]


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("", (0, 1, 2, 3)),
        ("&sort=raised", (3, 2, 1, 0)),
        ("&sort=-raised", (0, 1, 2, 3)),
        ("&sort=score", (3, 2, 1, 0)),
        ("&sort=-score", (0, 1, 2, 3)),
        ("&sort=number", (0, 1, 2, 3)),
        ("&sort=-number", (3, 2, 1, 0)),
        ("&level=grave", (0,)),
        ("&level=high", (1,)),
        ("&level=medium", (2,)),
        ("&level=low", (3,)),
        ("&severity=5", (0,)),
        ("&likelihood=3", (2,)),
        ("&severity=5&likelihood=1", ()),
        ("&q=市场", (1,)),
        ("&q=消防", (0, 1, 2, 3)),
        ("&state=live", (0, 1, 2, 3)),
        ("&state=open", (0, 1, 2, 3)),
        ("&state=handling", ()),
        ("&late=yes", ()),
        ("&area=990100/990101/990101001/", (0, 2)),
        ("&area=990100/990101/990101002/", (3,)),
        ("&origin=own", (0, 1, 2, 3)),
        ("&origin=rule", ()),
        ("&kind=other&sort=score", (3, 2, 1, 0)),
    ],
)
def test_sorted_and_narrowed(as_persona: Sign, four: list[Risk], query: str, order: tuple[int, ...]) -> None:
    assert places(as_persona("office"), query) == [PLACES[number] for number in order]


def test_by_unit_and_number(as_persona: Sign, four: list[Risk], units: Any) -> None:
    office = as_persona("office")
    assert places(office, f"&unit={units['street'].pk}") == [PLACES[0], PLACES[2]]
    assert places(office, f"&q={four[1].number.lower()}") == [PLACES[1]]


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("office", (0, 1, 2, 3)),
        ("leader", (0, 1, 2, 3)),
        ("district", (0, 2, 3)),
        ("subcommand", (1,)),
        ("department", (1,)),
        ("street", (0, 2)),
        ("street2", (3,)),
        ("community", ()),
    ],
)
def test_an_export_holds_what_the_reader_sees(
    as_persona: Sign, four: list[Risk], who: str, seen: tuple[int, ...]
) -> None:
    client = as_persona(who)
    if who == "community":
        assert client.get(reverse("desk:risks") + "?export=csv").status_code in (200, 403)
        return
    assert places(client) == [PLACES[number] for number in seen]


def test_a_workbook_says_the_same_as_the_page(as_persona: Sign, four: list[Risk]) -> None:
    answer = as_persona("office").get(reverse("desk:risks") + "?export=xlsx&sort=-score")
    data = b"".join(answer.streaming_content if answer.streaming else [answer.content])  # type: ignore[attr-defined]
    book = load_workbook(io.BytesIO(data))
    found = book.get_sheet_by_index(0).to_python()
    words = [[str(cell) for cell in row] for row in found]
    body = [row for row in words if any(place in row for place in PLACES)]
    assert [next(p for p in PLACES if p in row) for row in body] == list(PLACES)
    assert "极高" in body[0] and "低" in body[3] and "河东街道" in body[0]


def test_a_view_is_saved(as_persona: Sign, four: list[Risk]) -> None:
    office = as_persona("office")
    form = {"listing": "risks", "name": "街道极高", "query": "level=grave"}
    assert office.post("/desk/saved/save/", form).status_code in (204, 302)
    assert "街道极高" in office.get(reverse("desk:risks")).content.decode()


def test_the_lists_of_laggards_sorted_and_narrowed(as_persona: Sign, drafted: LaggardList) -> None:
    office = as_persona("office")
    actions.draft_list(actor=SYSTEM, code="late", from_on=TODAY - timedelta(days=90), to_on=TODAY - timedelta(days=60))
    other = LaggardList.objects.exclude(pk=drafted.pk).get()
    actions.drop_list(actor=SYSTEM, list_id=other.pk)

    def numbers(query: str = "") -> list[str]:
        return [row[0] for row in table(office, "laggards", query)]

    assert numbers() == [drafted.number, other.number]
    assert numbers("&sort=to") == [other.number, drafted.number]
    assert numbers("&sort=number") == [drafted.number, other.number]
    assert numbers("&state=draft") == [drafted.number] and numbers("&state=dropped") == [other.number]
    assert numbers("&state=issued") == []
    assert table(as_persona("street"), "laggards") == []


def test_occurrences_sorted_and_narrowed(as_persona: Sign, items: Any, units: Any) -> None:
    office = as_persona("office")
    first = record(items, "N1", back=30)
    second = record(items, "N2", back=3, unit=units["street"])
    actions.decide_sanction(actor=SYSTEM, sanction_id=second.pk, move="confirm", words="认定")

    def numbers(client: Client, query: str = "") -> list[str]:
        return [row[0] for row in table(client, "sanctions", query)]

    assert numbers(office) == [second.number, first.number]
    assert numbers(office, "&sort=happened") == [first.number, second.number]
    assert numbers(office, "&state=confirmed") == [second.number]
    assert numbers(office, "&state=recorded") == [first.number]
    assert numbers(as_persona("street")) == [second.number] and numbers(as_persona("street2")) == []
    row = next(row for row in table(office, "sanctions") if row[0] == first.number)
    assert "扣分 3" in row and "N1 事项N1" in row
    assert Sanction.objects.count() == 2


PAGES = ("risk_board", "risks", "watch_rules", "laggards", "sanctions")
ENGLISH = {
    "risk_board": ("Risk matrix", "Very high", "Almost certain", "Raised and relieved by week"),
    "risks": ("Ledger of risks", "Being handled", "Problem or risk"),
    "watch_rules": ("Watch rules", "Tasks are owed", "Try on last quarter", "Rules of lists of laggards"),
    "laggards": ("Laggards", "Drafted by rule"),
    "sanctions": ("Negative list", "confirmed by the campaign office"),
}


@pytest.mark.parametrize("name", PAGES)
def test_in_english(as_persona: Sign, four: list[Risk], name: str) -> None:
    client = as_persona("office")
    client.cookies["django_language"] = "en"
    html = client.get(reverse(f"desk:{name}")).content.decode()
    for words in ENGLISH[name]:
        assert words in html, words


def test_an_entry_in_english(as_persona: Sign, four: list[Risk]) -> None:
    client = as_persona("office")
    client.cookies["django_language"] = "en"
    html = client.get(reverse("desk:risk", args=[four[0].pk])).content.decode()
    for words in ("Critical", "Almost certain", "Very high", "Take measures", "Risk entered"):
        assert words in html, words
