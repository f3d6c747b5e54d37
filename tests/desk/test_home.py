"""今日: every post sees its own work, first what is due first, within the budget of queries."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from chuangcheng.framework.actions import load_sample, publish_edition
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.scoring import selectors
from chuangcheng.scoring.models import Score
from chuangcheng.tasks.models import Task
from tests.cases.play import Play
from tests.tasks.conftest import Make

Sign = Callable[[str], Client]


def queues(client: Client) -> dict[str, int]:
    """Title of each pile of work → how many lie in it."""
    return {str(queue.title): queue.count for queue in client.get("/desk/").context["queues"]}


def test_the_office_triages_dispatches_verifies_and_closes(as_persona: Sign, play: Play) -> None:
    play.report(), play.filed(), play.handled(), play.verified(), play.asked()
    assert queues(as_persona("office")) == {"待受理": 1, "待派遣": 1, "待审批": 1, "待核查": 1, "待结案": 1}


def test_a_street_sees_what_it_holds_and_nothing_of_another(as_persona: Sign, play: Play) -> None:
    play.dispatched("street"), play.handling("street"), play.dispatched("department")
    assert queues(as_persona("street"))["待处置"] == 2
    assert queues(as_persona("department")) == {"待处置": 1}
    assert queues(as_persona("street2")) == {}


def test_a_street_does_not_verify_its_own_work(as_persona: Sign, play: Play) -> None:
    play.handled("street")
    assert "待核查" not in queues(as_persona("street"))
    assert queues(as_persona("inspector")) == {"待核查": 1}


def test_a_grid_worker_is_asked_to_look(as_persona: Sign, play: Play) -> None:
    play.report_in("pending_confirm")
    assert queues(as_persona("grid"))["待核实"] == 1


def test_nothing_to_do_says_so(as_persona: Sign, play: Play) -> None:
    assert "手头没有待办" in as_persona("street").get("/desk/").content.decode()


def test_a_long_pile_shows_its_first_rows_and_its_true_number(as_persona: Sign, play: Play) -> None:
    for _ in range(8):
        play.filed()
    queue = as_persona("office").get("/desk/").context["queues"][0]
    assert (queue.count, len(queue.rows)) == (8, 6)
    assert queue.url == "/desk/cases/?state=filed&sort=due"


def test_figures_lead_to_their_rows(as_persona: Sign, play: Play) -> None:
    play.filed(), play.closed()
    client = as_persona("leader")
    page = client.get("/desk/")
    assert page.context["counts"]["open"] == 1 and page.context["counts"]["closed_today"] == 1
    assert client.get("/desk/cases/?status=overdue").context["listing"].count == page.context["counts"]["overdue"]


def test_the_auditor_sees_the_history(as_persona: Sign, play: Play) -> None:
    play.filed()
    page = as_persona("auditor").get("/desk/")
    assert "case.filed" in {event.action for event in page.context["events"]}
    assert "case.filed" not in page.content.decode(), "people read words"
    assert 'href="/desk/history/">全部' in page.content.decode()
    assert "最近的历史记录" not in as_persona("leader").get("/desk/").content.decode()


@pytest.mark.parametrize(
    "persona",
    ["office", "leader", "subcommand", "district", "department", "street", "community", "grid", "inspector", "auditor"],
)
def test_today_costs_few_queries(
    as_persona: Sign, play: Play, persona: str, django_assert_max_num_queries: Any
) -> None:
    for state in ("filed", "dispatched", "handling", "handled", "verified", "closed"):
        play.in_state(state)
    client = as_persona(persona)
    client.get("/desk/")
    with django_assert_max_num_queries(15):
        assert client.get("/desk/").status_code == 200


def test_a_leader_sees_score_league_and_late_units(
    as_persona: Sign, play: Play, django_assert_max_num_queries: Any
) -> None:
    play.dispatched("street")
    publish_edition(actor=SYSTEM, edition=load_sample(actor=SYSTEM))
    client = as_persona("leader")
    with clock.at(clock.now() + timedelta(days=9)):
        client.get("/desk/")
        with django_assert_max_num_queries(15):
            page = client.get("/desk/")
    assert page.context["standing"].total.coverage == 0
    assert [unit["holder__short_name"] for unit in page.context["units"]] == ["河东街道"]
    html = page.content.decode()
    assert "自评得分" in html and "街道赛马" in html and "超期单位" in html


def test_an_inspector_is_sent_where_nobody_was_for_longest(
    as_persona: Sign, play: Play, make_site: Callable[[str], Any]
) -> None:
    site = make_site("street")
    page = as_persona("inspector").get("/desk/")
    assert page.context["sites"] == [site] and "从未" in page.content.decode()
    assert as_persona("leader").get("/desk/").context["sites"] is None


@pytest.fixture
def scored(play: Play) -> Any:
    """A published edition of which the first standard has facts: half was good as found, two thirds are by now."""
    edition = publish_edition(actor=SYSTEM, edition=load_sample(actor=SYSTEM))
    standard = edition.standards.order_by("order").first()
    assert standard is not None
    Score.objects.create(
        edition=edition, standard=standard, scope_kind="city", share_num=2, share_den=3, basis={"found": "1/2"},
        as_of=clock.now(),
    )  # fmt: skip
    return edition


def card_of(client: Client) -> str:
    """The score card of the day's page; every figure of it leads to the scores."""
    card = client.get("/desk/").content.decode().split("自评得分", 1)[1].split("</section>", 1)[0]
    assert card.count('href="/desk/scores/"') == card.count("<li>") + 1
    return card


@pytest.mark.parametrize("persona", ["office", "leader", "auditor"])
def test_the_score_card_says_number_coverage_and_as_of(as_persona: Sign, scored: Any, persona: str) -> None:
    total = selectors.total(scored)
    card = card_of(as_persona(persona))
    assert re.findall(r'figure__value">([^<]+)<', card) == ["66.67", f"{float(total.coverage):.1%}", "50.00"]
    assert total.coverage > 0 and "截至 2026年9月15日 12:00" in card and "仅就已覆盖的分值计算" in card


def test_without_facts_the_card_shows_no_number(as_persona: Sign, play: Play) -> None:
    publish_edition(actor=SYSTEM, edition=load_sample(actor=SYSTEM))
    card = card_of(as_persona("office"))
    assert re.findall(r'figure__value">([^<]+)<', card) == ["未覆盖", "0.0%"] and "截至" not in card


def test_before_an_edition_there_is_no_card(as_persona: Sign, play: Play) -> None:
    assert as_persona("office").get("/desk/").context["standing"] is None


@pytest.mark.parametrize("persona", ["street", "department", "community", "grid"])
def test_the_citys_score_is_not_shown_to_who_answers_for_a_part(as_persona: Sign, scored: Any, persona: str) -> None:
    page = as_persona(persona).get("/desk/")
    assert page.context["standing"] is None and "自评得分" not in page.content.decode()


def test_who_works_sees_the_league_on_its_own_page_only(as_persona: Sign, scored: Any) -> None:
    assert "街道赛马" not in as_persona("office").get("/desk/").content.decode().split("<main", 1)[1]


def test_the_card_costs_the_office_few_queries(
    as_persona: Sign, scored: Any, play: Play, django_assert_max_num_queries: Any
) -> None:
    for state in ("filed", "dispatched", "handling", "handled", "verified", "closed"):
        play.in_state(state)
    play.asked(), play.report()
    client = as_persona("office")
    client.get("/desk/")
    with django_assert_max_num_queries(15):
        assert len(client.get("/desk/").context["queues"]) == 5


def test_requests_to_strike_off_lie_with_whose_turn_it_is(
    as_persona: Sign, ledger: Any, make: Make, django_assert_max_num_queries: Any
) -> None:
    assert "手头没有待办" in as_persona("subcommand").get("/desk/").content.decode()
    first, second = make(state="in_review"), make(state="in_review")
    Task.objects.update(stage="subcommand", reviewer=ledger["subcommand"])
    above, office = as_persona("subcommand"), as_persona("office")
    assert queues(above) == {"待审核任务": 2} and "待审核任务" not in queues(office)
    page = above.get("/desk/").content.decode()
    assert first.number in page and "手头没有待办" not in page and "背街小巷垃圾清运不及时" in page
    Task.objects.filter(pk=second.pk).update(stage="office")
    assert queues(above) == {"待审核任务": 1} == queues(office)
    for client, mine in ((above, first), (office, second)):  # what lies with others is not behind the heading's link
        (queue,) = (each for each in client.get("/desk/").context["queues"] if str(each.title) == "待审核任务")
        assert [row.pk for row in client.get(queue.url).context["listing"].rows] == [mine.pk]
    assert "待审核任务" not in queues(as_persona("department")) and "待审核任务" not in queues(as_persona("leader"))
    with django_assert_max_num_queries(15):
        office.get("/desk/")


def test_a_unit_finds_what_it_owes_on_its_first_page(
    as_persona: Sign, ledger: Any, make: Make, sewage: Any, django_assert_max_num_queries: Any
) -> None:
    """Its own tasks, late or due within the week, and its readings: not what it only supports, nor what is far."""
    late, soon, far = make(days=2), make(days=7), make(days=8)
    make("street", days=1, supports=(ledger["department"],)), make(days=1, state="struck_off")
    Task.objects.filter(pk=late.pk).update(due_on="2026-09-01")
    type(sewage).objects.filter(pk=sewage.pk).update(asked_from="2026-01-01", frequency="month", due_days=10)
    department, street = as_persona("department"), as_persona("street")
    assert queues(department)["待办任务"] == 2 and queues(street)["待办任务"] == 1
    assert all("待办任务" not in queues(as_persona(who)) for who in ("office", "leader", "subcommand", "grid"))
    (queue,) = (each for each in department.get("/desk/").context["queues"] if str(each.title) == "待办任务")
    assert [row.pk for row in queue.rows] == [late.pk, soon.pk] == [
        row.pk for row in department.get(queue.url).context["listing"].rows
    ], "the heading's link holds just these"  # fmt: skip
    assert far.number not in (page := department.get("/desk/").content.decode())
    asked = department.get("/desk/indicators/mine/").context
    assert (
        (asked["owed"], asked["late"]) == (8, 8)
        and "待填报指标 8 项，其中逾期 8 项" in page
        and 'href="/desk/indicators/mine/">去填报' in page
    )
    assert all(
        "待填报指标" not in as_persona(who).get("/desk/").content.decode() for who in ("street", "office", "grid")
    )
    with django_assert_max_num_queries(15):
        department.get("/desk/")
    english = department.get("/desk/", headers={"accept-language": "en"}).content.decode()
    assert "Tasks to work on" in english and "Readings to hand in: 8" in english
