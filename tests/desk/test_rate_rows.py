"""The rows behind a rate: the page of rates, the lists and the API speak of the same ones, to each post its own."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from chuangcheng.cases import rates, selectors
from chuangcheng.cases.models import Case, Report
from chuangcheng.cases.rates import CASE_RATES, OFS, REPORT_RATES, Definition
from chuangcheng.kernel import clock
from chuangcheng.people import tokens
from tests.cases.play import Play
from tests.cases.test_figures import LATE, quarter

Sign = Callable[[str], Client]
ALL = (*CASE_RATES, *REPORT_RATES)


@pytest.fixture
def busy(play: Play) -> Iterator[Play]:
    """A quarter of cases, some of another street, and reports in several states."""
    quarter(play)
    play.handling("street2")
    for state in ("filed", "linked", "received", "pending_confirm", "not_accepted"):
        play.report_in(state)
    with clock.at(LATE):
        yield play


def listed(client: Client, definition: Definition, of: str) -> set[str]:
    """Numbers in the list of the desk."""
    where = "reports" if rates.is_of_reports(definition) else "cases"
    page = client.get(f"/desk/{where}/?rate={definition.name}&of={of}")
    return {row.number for row in page.context["listing"].rows}


def told(play: Play, persona: str, definition: Definition, of: str) -> set[str]:
    """Numbers in the API's answer."""
    where = "reports" if rates.is_of_reports(definition) else "cases"
    token = tokens.issue(play.by[persona].post_id)  # type: ignore[arg-type]
    answer = Client().get(
        f"/api/v1/{where}?rate={definition.name}&of={of}&limit=100", headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 200, answer.content
    return {row["number"] for row in answer.json()["items"]}


def wanted(play: Play, persona: str, definition: Definition, of: str) -> set[str]:
    """Numbers by the selectors."""
    actor = play.by[persona]
    if rates.is_of_reports(definition):
        reports = rates.rows_behind(selectors.visible_reports(actor), definition.name, LATE, of=of)
        return set(reports.values_list("number", flat=True))
    cases = rates.rows_behind(selectors.visible_cases(actor), definition.name, LATE, of=of)
    return set(cases.values_list("number", flat=True))


def test_desk_api_and_selectors_agree(as_persona: Sign, busy: Play) -> None:
    client = as_persona("office")
    for definition, of in itertools.product(ALL, OFS):
        expected = wanted(busy, "office", definition, of)
        assert listed(client, definition, of) == expected, (definition.name, of)
        assert told(busy, "office", definition, of) == expected, (definition.name, of)


def test_each_post_is_led_to_its_own_rows(as_persona: Sign, busy: Play) -> None:
    personas = ("street", "street2", "community", "grid", "district", "inspector")
    for persona, definition in itertools.product(personas, (CASE_RATES[0], REPORT_RATES[0])):
        client, expected = as_persona(persona), wanted(busy, persona, definition, "base")
        assert listed(client, definition, "base") == expected, persona
        shown = re.search(rf'rate={definition.name}&amp;of=base">(\d+)<', client.get("/desk/rates/").content.decode())
        assert shown
        assert int(shown[1]) == len(expected)


def test_a_street_sees_its_area_and_another_only_what_it_was_given(busy: Play) -> None:
    first, second = (wanted(busy, name, CASE_RATES[-1], "base") for name in ("street", "street2"))
    assert len(second) == 1
    assert second < first, "the case given to the second lies in the first one's area"


@pytest.mark.parametrize("of", ["", "is"])
def test_without_a_word_the_numerator_is_meant(as_persona: Sign, busy: Play, of: str) -> None:
    page = as_persona("office").get(f"/desk/cases/?rate=extension&of={of}")
    assert {row.extension_count for row in page.context["listing"].rows} == {1}


def test_a_rate_and_other_filters_narrow_together(as_persona: Sign, busy: Play) -> None:
    client = as_persona("office")
    both = client.get("/desk/cases/?rate=handle&of=base&state=closed").context["listing"].rows
    assert {row.state for row in both} == {"closed"}
    assert len(both) == Case.objects.filter(state="closed").count()


@pytest.mark.parametrize("rate", ["valid_report", "moon", "handle' OR 1=1"])
def test_a_rate_of_other_rows_narrows_no_list_of_the_desk(as_persona: Sign, busy: Play, rate: str) -> None:
    page: Any = as_persona("office").get("/desk/cases/", {"rate": rate})
    assert page.context["listing"].count == Case.objects.count()
    assert not page.context["listing"].is_narrowed


def test_the_board_and_the_map_take_the_same_filters(as_persona: Sign, busy: Play) -> None:
    client = as_persona("office")
    board = client.get("/desk/cases/board/?rate=overdue_open")
    assert sum(column.total for column in board.context["columns"]) == len(wanted(busy, "office", CASE_RATES[6], "is"))
    content = client.get("/desk/cases/map/content/?rate=overdue_open").json()
    assert len(content["points"]["features"]) == len(wanted(busy, "office", CASE_RATES[6], "is"))


def test_a_shown_rate_keeps_its_place_in_an_export(as_persona: Sign, busy: Play) -> None:
    page = as_persona("office").get("/desk/reports/?rate=valid_report&of=rest").content.decode()
    assert "export=csv" in page
    assert "rate=valid_report" in page
    assert Report.objects.exclude(state__in=("filed", "linked")).count() == page.count('name="ids"')
