"""找主人: the street keeps what nobody owns, units are asked, and whoever is named cannot give it back."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from chuangcheng.cases import actions, board, dispatching, owner_effects, owners, projections, selectors, timeline
from chuangcheng.cases.models import Case, OwnerAsk, OwnerSearch, RoutingRule
from chuangcheng.cases.states import CASE, NOBODYS, OWNER_ANSWERS, OWNER_SEARCH, OWNER_WHYS
from chuangcheng.cases.worklist import ANSWER, SEEK, worklist
from chuangcheng.history import sweep
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.notices.models import Notice
from tests.cases.moving import OWNER_CALLS
from tests.cases.play import OTHER_STREET, OUTSIDE, Play
from tests.cases.test_states import attempt
from tests.conftest import NOON

DAY = timedelta(days=1)


def refused(call: Any) -> str:
    with pytest.raises(Refused) as refusal:
        call()
    return refusal.value.code


def sought(play: Play, **more: Any) -> Case:
    """A filed case that the office gives to the street to find its owner."""
    return actions.seek_owner(actor=play.by["office"], case_id=play.filed(**more).id, note="路边断线，不知是谁的")


def asked(play: Play, **more: Any) -> Case:
    return OWNER_CALLS["ask_owner"](play, play.by["street"], sought(play, **more))  # type: ignore[return-value]


def answer(play: Play, case: Case, who: str, said: str, note: str = "") -> Case:
    return actions.answer_owner(actor=play.by[who], case_id=case.id, answer=said, note=note)


def buttons(play: Play, who: str, case: Case) -> set[str]:
    return {move.name for move in selectors.moves_for(play.by[who], selectors.get_case_for(play.by[who], case.id))}


def sound() -> None:
    assert [str(one) for one in projections.check_cases()] == []


def test_the_table_is_sound_and_every_word_is_said_in_both_languages() -> None:
    assert OWNER_SEARCH.unreachable() == set()
    for words in (NOBODYS, OWNER_ANSWERS, OWNER_WHYS):
        assert all(label.zh and label.en for label in words.values())


# The street keeps it --------------------------------------------------------------------------------------------------


def test_the_street_of_the_place_takes_it_and_may_act_at_once(play: Play) -> None:
    case = sought(play)
    street = play.unit("street")
    assert (case.state, case.holder_id, case.responsible_id) == ("handling", street, street)
    search = OwnerSearch.objects.get()
    assert (search.state, search.street_id, search.why) == ("open", street, "unknown")
    assert search.due_at == NOON + 2 * DAY  # two working days by the city's clock, filed on a Tuesday noon
    assert list(owners.ownerless(Case.objects.all())) == [case]
    sound()
    play.prove(case)
    actions.handle_case(actor=play.by["street"], case_id=case.id, outcome="fixed")
    search.refresh_from_db()
    assert (search.state, search.ended_at) == ("dropped", NOON)
    assert not owners.ownerless(Case.objects.all()).exists()
    sound()


def test_the_street_that_holds_it_begins_and_stands_at_the_top_then(play: Play) -> None:
    case = play.dispatched("district")
    actions.pass_on(actor=play.by["district"], case_id=case.id, unit_id=play.unit("street"))
    actions.add_co(actor=play.by["office"], case_id=case.id, unit_id=play.unit("subcommand"))
    case = actions.seek_owner(actor=play.by["street"], case_id=case.id)
    links = {(link.unit_id, link.role): link for link in case.assignments.filter(state__in=("open", "passed"))}
    lead = links[play.unit("street"), "lead"]
    assert lead.parent_id is None and links[play.unit("subcommand"), "co"].parent_id == lead.pk
    assert (play.unit("district"), "lead") not in links
    give_back = lambda: actions.return_case(actor=play.by["street"], case_id=case.id, reason_code="not_ours")  # noqa: E731
    assert refused(give_back) == "case.keeps" and "send_back" not in buttons(play, "street", case)
    below = actions.pass_on(actor=play.by["street"], case_id=case.id, unit_id=play.unit("community"))
    assert below.state == "dispatched" and "return_up" in buttons(play, "community", case)
    assert (
        actions.return_case(actor=play.by["community"], case_id=case.id, reason_code="unclear").holder_id
        == lead.unit_id
    )
    sound()


def test_who_may_begin_and_where_it_makes_no_sense(play: Play) -> None:
    filed = play.filed(**OTHER_STREET)
    assert refused(lambda: actions.seek_owner(actor=play.by["street"], case_id=filed.id)) == "common.not_found"
    assert actions.seek_owner(actor=play.by["street2"], case_id=filed.id).holder_id == play.unit("street2")
    again = lambda: actions.seek_owner(actor=play.by["office"], case_id=filed.id)  # noqa: E731
    assert refused(again) == "case.sought_already"
    trade = play.dispatched("department")
    assert refused(lambda: actions.seek_owner(actor=play.by["office"], case_id=trade.id)) == "case.not_kept"
    far = play.filed(**OUTSIDE)
    assert refused(lambda: actions.seek_owner(actor=play.by["office"], case_id=far.id)) == "case.no_keeper"
    ours = play.dispatched()
    for who, code in (("community", "common.not_allowed"), ("street2", "common.not_found")):
        assert refused(lambda who=who: actions.seek_owner(actor=play.by[who], case_id=ours.id)) == code


# Asking and answering -------------------------------------------------------------------------------------------------


def test_units_are_asked_and_each_answers_with_its_reason(play: Play) -> None:
    case = sought(play)
    assert refused(lambda: selectors.get_case_for(play.by["department"], case.id)) == "common.not_found"
    case = OWNER_CALLS["ask_owner"](play, play.by["street"], case)  # type: ignore[assignment]
    asks = {ask.unit_id: ask for ask in OwnerAsk.objects.all()}
    assert {ask.due_at for ask in asks.values()} == {NOON + DAY} and len(asks) == 2
    assert "answer_owner" in buttons(play, "department", case) and "handle" not in buttons(play, "department", case)
    assert case.assignments.filter(state__in=("open", "passed")).count() == 1, "the question is no work"
    assert refused(lambda: answer(play, case, "department", "no", " ")) == "case.answer_needs_reason"
    assert refused(lambda: answer(play, case, "department", "maybe")) == "case.unknown_answer"
    answer(play, case, "department", "no", "非我局管线，建议问通信公司")
    assert refused(lambda: answer(play, case, "department", "yes")) == "case.not_asked"
    with clock.at(NOON + 3 * DAY):  # late is better than never
        answer(play, case, "subcommand", "yes")
    assert {ask.answer for ask in OwnerAsk.objects.all()} == {"yes", "no"}
    told = [entry for entry in timeline.of_case(case, play.by["office"]) if entry.action == "case.owner_answered"]
    assert [(entry.unit, entry.reason.zh if entry.reason else "") for entry in told] == [
        ("城市管理局", "不是我单位的"), ("环境卫生分指挥部", "是我单位的"),
    ]  # fmt: skip
    assert told[0].note == "非我局管线，建议问通信公司"
    sound()


def test_who_is_asked_and_how_often(play: Play) -> None:
    case = sought(play)
    ask = lambda who, *units: actions.ask_owner(  # noqa: E731
        actor=play.by[who], case_id=case.id, unit_ids=[play.unit(unit) for unit in units]
    )
    assert refused(lambda: ask("street", "street")) == "case.asks_itself"
    assert refused(lambda: ask("street")) == "state.missing"
    assert refused(lambda: ask("community", "department")) == "common.not_allowed"
    ask("office", "department", "department")
    assert refused(lambda: ask("street", "subcommand", "department")) == "case.asked_already"
    ask("street", "subcommand")
    assert OwnerAsk.objects.count() == 2
    many = [play.unit(unit) for unit in play.units]
    assert len(many) < 10 and refused(lambda: actions.ask_owner(
        actor=play.by["street"], case_id=case.id, unit_ids=many)) in {"case.asks_itself", "case.asked_already"}  # fmt: skip


@pytest.mark.parametrize("move", list(OWNER_CALLS))
def test_only_who_a_move_belongs_to_takes_it_and_only_while_the_search_is_on(play: Play, move: str) -> None:
    idle = play.handling()
    mover = {"answer_owner": "department", "ask_owner": "street", "name_owner": "street"}.get(move, "office")
    assert attempt(lambda: OWNER_CALLS[move](play, play.by[mover], idle)) in {"case.not_sought", "common.not_found"}
    case = sought(play) if move == "ask_owner" else asked(play)
    if move == "name_owner":
        answer(play, case, "department", "yes")
    movers = {
        "ask_owner": {"office", "street"},
        "name_owner": {"office", "street"},
        "answer_owner": {"department", "subcommand"},
    }
    for name, actor in play.by.items():
        refusal = attempt(lambda actor=actor: OWNER_CALLS[move](play, actor, case))
        assert (refusal == "") == (name in movers.get(move, {"office"})), (name, refusal)
        if name != "grid" and refusal != "common.not_found":
            assert (move in buttons(play, name, case)) == (refusal == ""), name
    OWNER_CALLS[move](play, play.by[mover], case)
    case.refresh_from_db()
    assert case.state == (CASE.move(move).target or "handling")
    sound()


# How it ends ----------------------------------------------------------------------------------------------------------


def test_the_unit_that_said_yes_gets_it_and_keeps_it(play: Play) -> None:
    case = asked(play)
    assert refused(lambda: OWNER_CALLS["name_owner"](play, play.by["street"], case)) == "case.not_owned_up"
    answer(play, case, "department", "yes", "是我局线缆")
    case = OWNER_CALLS["name_owner"](play, play.by["street"], case)  # type: ignore[assignment]
    department, street = play.unit("department"), play.unit("street")
    assert (case.state, case.holder_id, case.responsible_id) == ("dispatched", department, street)
    search = OwnerSearch.objects.get()
    assert (search.state, search.owner_id, search.ended_by_id) == ("found", department, play.by["street"].person_id)
    back = lambda: actions.return_case(actor=play.by["department"], case_id=case.id, reason_code="not_ours")  # noqa: E731
    assert refused(back) == "case.bound" and not {"send_back", "return_up"} & buttons(play, "department", case)
    assert actions.accept_case(actor=play.by["department"], case_id=case.id).responsible_id == department
    assert refused(lambda: actions.seek_owner(actor=play.by["office"], case_id=case.id)) == "case.bound"
    sound()


def test_the_office_rules_whatever_the_unit_said(play: Play) -> None:
    case = asked(play)
    answer(play, case, "subcommand", "no", "无台账")
    rule = lambda note: actions.rule_owner(  # noqa: E731
        actor=play.by["office"], case_id=case.id, unit_id=play.unit("subcommand"), note=note
    )
    assert refused(lambda: rule(" ")) == "state.missing"
    case = rule("竣工图载明由其管养")
    assert (case.holder_id, OwnerSearch.objects.get().state) == (play.unit("subcommand"), "ruled")
    back = lambda: actions.return_case(actor=play.by["subcommand"], case_id=case.id, reason_code="not_ours")  # noqa: E731
    assert refused(back) == "case.bound"
    sound()


def test_nobodys_stays_with_the_street_until_a_new_life(play: Play) -> None:
    case = sought(play)
    no = lambda reason: actions.no_owner(  # noqa: E731
        actor=play.by["office"], case_id=case.id, reason_code=reason, note="三家均无台账"
    )
    assert refused(lambda: no("boredom")) == "case.unknown_reason"
    case = no("no_record")
    assert (case.state, case.holder_id, OwnerSearch.objects.get().state) == ("handling", play.unit("street"), "nobodys")
    back = lambda: actions.return_case(actor=play.by["street"], case_id=case.id, reason_code="not_ours")  # noqa: E731
    assert refused(back) == "case.bound"
    play.prove(case)
    actions.handle_case(actor=play.by["street"], case_id=case.id, outcome="fixed")
    actions.verify_case(actor=play.by["inspector"], case_id=case.id)
    actions.close_case(actor=play.by["office"], case_id=case.id)
    case = actions.reopen_case(actor=play.by["office"], case_id=case.id, reason_code="relapse")
    assert (case.owner_sought_at, case.owner_named_at) == (None, None)
    actions.seek_owner(actor=play.by["street"], case_id=case.id)
    assert OwnerSearch.objects.count() == 2
    sound()


def test_a_search_ends_with_its_case_and_history_brings_everything_back(play: Play) -> None:
    asked(play)
    case = asked(play)
    merged = actions.merge_case(actor=play.by["office"], case_id=case.id, target_id=play.filed().id)
    assert OwnerSearch.objects.get(case=merged).state == "dropped"
    wanted = list(OwnerAsk.objects.order_by("pk").values())
    OwnerAsk.objects.all().delete()
    OwnerSearch.objects.filter(case=case).update(state="open")
    assert len(list(projections.check_cases())) == 5
    assert projections.rebuild_cases() == 5
    assert list(OwnerAsk.objects.order_by("pk").values()) == wanted
    sound()


# By itself ------------------------------------------------------------------------------------------------------------


def test_a_case_that_no_rule_knows_goes_to_the_street_at_once(play: Play, make_site: Any) -> None:
    without = play.filed()
    sweep.drain()
    without.refresh_from_db()
    assert without.state == "filed", "a city without rules dispatches by hand"
    RoutingRule.objects.create(order=10, category_prefix="04", target="unit", unit_id=play.unit("department"))
    actions.save_rule(actor=play.by["office"], order=20, category_prefix="07", target="street")
    new, known = play.filed(), play.filed(category_code="07003")
    at_site, far = play.filed(site=make_site("community")), play.filed(**OUTSIDE)
    sweep.drain()
    states = dict(Case.objects.filter(pk__in=[new.pk, known.pk, at_site.pk, far.pk]).values_list("pk", "state"))
    assert states == {new.pk: "handling", known.pk: "filed", at_site.pk: "filed", far.pk: "filed"}
    search = OwnerSearch.objects.get()
    assert (search.case_id, search.why, search.started_by_id) == (new.pk, "no_rule", None)
    assert actions.seek_unrouted(case_id=new.pk) is None, "the effect may run twice"
    sound()


def test_whoever_owes_the_next_word_is_told(play: Play) -> None:
    def told() -> dict[str, set[str]]:
        sweep.drain()
        found: dict[str, set[str]] = {}
        for notice in Notice.objects.filter(topic__startswith="case.owner").select_related("person"):
            found.setdefault(notice.topic.removeprefix("case.owner_"), set()).add(notice.person.username)
        return found

    case = asked(play)
    assert told() == {"sought": {"street"}, "asked": {"department", "subcommand"}}
    answer(play, case, "department", "yes")
    assert told()["answered"] == {"street"}
    assert "城市管理局答复权属：是" in Notice.objects.get(topic="case.owner_answered").text["zh"]
    OWNER_CALLS["name_owner"](play, play.by["street"], case)
    assert told()["named"] == {"department"}


def test_silence_and_a_late_search_climb_the_ladder(play: Play) -> None:
    case = asked(play)
    sweep.drain()
    answer(play, case, "department", "no", "无台账")
    heard: list[tuple[str, str]] = []
    for hours in (23, 25, 47, 49, 500):
        with clock.at(NOON + timedelta(hours=hours)):
            owner_effects.climb()
            rows = Notice.objects.filter(topic=owner_effects.TOPIC).select_related("person").order_by("pk")
            heard = [(notice.person.username, notice.text["zh"].partition("：AJ")[0]) for notice in rows]
        if hours == 23:
            assert heard == []
        if hours == 25:
            assert ("subcommand", "环境卫生分指挥部逾期未答复权属询问") in heard
            assert not any(who == "department" for who, _ in heard)
        if hours == 49:
            assert any(who == "street" and "超期" in text for who, text in heard)
    assert any(who == "office" for who, _ in heard)
    before = Notice.objects.count()
    OWNER_CALLS["no_owner"](play, play.by["office"], case)
    with clock.at(NOON + timedelta(days=60)):
        owner_effects.climb()
        assert (
            Notice.objects.filter(topic=owner_effects.TOPIC).count() == len(heard) and Notice.objects.count() == before
        )


def test_searches_that_came_without_a_word_get_their_alarm(play: Play) -> None:
    from chuangcheng.notices.actions import sink

    with sink():
        asked(play)
        sweep.drain()
    assert (owner_effects.seed(), owner_effects.seed()) == (1, 0)


# Figures --------------------------------------------------------------------------------------------------------------


def test_it_stands_among_the_work_of_street_and_asked_unit(play: Play) -> None:
    asked(play)
    steps = {
        who: [item.step for group in worklist(play.by[who], NOON).groups for item in group.items]
        for who in ("street", "department")
    }
    assert steps == {"street": [SEEK], "department": [ANSWER]}
    count = lambda who: {todo.name: todo.count for todo in board.todos(play.by[who], NOON)}  # noqa: E731
    assert (count("department")["to_answer"], count("street")["owners"], count("office")["owners"]) == (1, 1, 1)
    assert "owners" not in count("street2")
    assert board.waiting_cases(play.by["department"], "to_answer", NOON).count() == 1


def test_what_the_searches_come_to(play: Play) -> None:
    first, second, third = asked(play), asked(play), sought(play)
    answer(play, first, "department", "yes")
    with clock.at(NOON + DAY):
        OWNER_CALLS["name_owner"](play, play.by["street"], first)
    with clock.at(NOON + 2 * DAY):
        OWNER_CALLS["no_owner"](play, play.by["office"], second)
    now = NOON + 4 * DAY
    tally = owners.tally(OwnerSearch.objects.all(), now)
    assert (tally.total, tally.by_state, tally.late) == (3, {"found": 1, "nobodys": 1, "open": 1}, 1)
    assert (tally.median, tally.unit) == (Decimal("1.5"), "work_days")
    (line,) = owners.by_category(OwnerSearch.objects.all())
    assert line.category is not None and line.owner is not None
    assert (line.category.code, line.searches, line.nobodys, line.owner, line.owned) == (
        "06010", 3, 1, ("U-CGJ", "城市管理局"), 1,
    )  # fmt: skip
    rows = {row.case_id: row for row in owners.with_asks(OwnerSearch.objects.all(), now)}
    assert (rows[first.pk].asked, rows[first.pk].said_yes, rows[first.pk].silent) == (2, 1, 1)
    assert owners.candidates(third) == []
    play.handled("department")
    assert [unit.pk for unit in owners.candidates(third)] == [play.unit("department")]
    assert owners.tally(OwnerSearch.objects.none(), now).median is None


def test_the_limits_are_data_and_an_older_file_has_none(play: Play) -> None:
    document = tomllib.loads(dispatching.BUILT_IN.read_text(encoding="utf-8"))
    document["owner"]["answer"]["amount"] = "0"
    assert refused(lambda: dispatching.parse(document)) == "case.bad_dispatching"
    del document["owner"]
    assert dispatching.parse(document).owner == dispatching.current().owner
