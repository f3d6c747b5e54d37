"""The clock on a case's page: whose time it used, and when the ladder rings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils.translation import override

from chuangcheng.cases import selectors
from chuangcheng.cases.ladder_effects import rings_of
from chuangcheng.cases.models import Case
from chuangcheng.desk.cases.clockwork import Clockwork, amount_words, of_case
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel import clock
from tests.cases.play import Play
from tests.conftest import NOON

Sign = Callable[[str], Client]


def shown(case: Case) -> Clockwork:
    case = selectors._one(
        Case.objects.select_related("holder", "responsible", "handled_unit", "category").filter(pk=case.pk)
    )
    return of_case(case, selectors.chain_of(case), list(events_of("case", case.pk)))


def test_time_is_told_by_who_used_it(play: Play) -> None:
    case = play.handling()
    with clock.at(NOON + timedelta(hours=3)):  # 12:00 to 15:00, the office rests from 12:00 to 14:00
        used = shown(case).used
    assert [(each.who, str(each.work), each.amount) for each in used] == [("河东街道", "处置", "1 工作时")]


def test_the_offices_own_time_has_no_unit(play: Play) -> None:
    case = play.filed()
    with clock.at(NOON + timedelta(hours=4)):
        used = shown(case).used
    assert [(each.who, str(each.work)) for each in used] == [("受理单位", "派遣")]


def test_rings_are_those_of_the_ladder_and_past_ones_say_so(play: Play) -> None:
    case = play.handling()
    wanted = [ring.at for ring in rings_of(case)]
    assert wanted
    with clock.at(wanted[0]):
        rings = shown(case).rings
    assert [ring.at for ring in rings] == wanted
    assert [ring.past for ring in rings] == [at <= wanted[0] for at in wanted]


def test_the_chain_gives_the_same_rings_as_a_query(play: Play) -> None:
    case = play.handling()
    assert rings_of(case, selectors.chain_of(case)) == rings_of(case)
    assert rings_of(case, []) == rings_of(case), "its own deadline is that of the case"


def test_a_closed_case_rings_no_more_and_keeps_its_times(play: Play, as_persona: Sign) -> None:
    case = play.closed()
    assert shown(case).rings == []
    page = as_persona("office").get(f"/desk/cases/{case.pk}/").content.decode()
    assert "催办时刻" not in page


def test_the_page_shows_both(play: Play, as_persona: Sign) -> None:
    case = play.handling()
    with clock.at(NOON + timedelta(hours=4)):
        page = as_persona("street").get(f"/desk/cases/{case.pk}/").content.decode()
    assert "<h2>用时</h2>" in page
    assert "催办时刻" in page


@pytest.mark.parametrize(
    ("amount", "unit", "zh", "en"),
    [("0", "work_hours", "0 工作时", "0 working hours"), ("2.25", "work_days", "2.3 工作日", "2.3 working days"),
     ("10", "urgent_hours", "10 紧急工作时", "10 urgent hours")],
)  # fmt: skip
def test_amounts_in_words(amount: str, unit: str, zh: str, en: str) -> None:
    assert amount_words(Decimal(amount), unit) == zh  # type: ignore[arg-type]
    with override("en"):
        assert amount_words(Decimal(amount), unit) == en  # type: ignore[arg-type]
