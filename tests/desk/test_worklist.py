"""The page of a unit's work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chuangcheng.kernel import clock
from tests.cases.play import Play
from tests.conftest import NOON

Sign = Callable[[str], Client]
PAGE = "/desk/worklist/"


@pytest.mark.parametrize(
    ("persona", "status"), [("street", 200), ("department", 200), ("community", 200), ("office", 403), ("grid", 403)]
)
def test_who_handles_cases_has_the_page(as_persona: Sign, play: Play, persona: str, status: int) -> None:
    assert as_persona(persona).get(PAGE).status_code == status


def test_time_left_is_told_in_the_clock_of_the_limit(as_persona: Sign, play: Play) -> None:
    case = play.handling()
    page = as_persona("street").get(PAGE).content.decode()
    assert case.number in page
    assert "还剩 4 工作时" in page
    assert "处置，拍处置后照片，报完成" in page
    with clock.at(NOON + timedelta(days=1)):
        late = as_persona("street").get(PAGE).content.decode()
    assert "超期 4 工作时" in late
    assert 'id="overdue"' in late


def test_an_empty_desk_says_what_comes(as_persona: Sign, play: Play) -> None:
    assert "手头没有待办" in as_persona("street").get(PAGE).content.decode()


def test_it_stands_in_the_rail_of_those_who_have_it(as_persona: Sign, play: Play) -> None:
    assert f'href="{PAGE}"' in as_persona("street").get("/desk/").content.decode()
    assert f'href="{PAGE}"' not in as_persona("office").get("/desk/").content.decode()


def test_the_page_costs_few_queries(as_persona: Sign, play: Play) -> None:
    for _ in range(3):
        play.handling()
        play.dispatched()
    client = as_persona("street")
    client.get(PAGE)
    with CaptureQueriesContext(connection) as captured:
        client.get(PAGE)
    assert len(captured) <= 15
