"""Lists of laggards: drawn by rule, objected to, answered, approved by another person, issued; who sees what when."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from chuangcheng.history import sweep
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN, SYSTEM
from chuangcheng.notices.models import Notice
from chuangcheng.people.models import Person, Post, Unit
from chuangcheng.people.selectors import actor_of
from chuangcheng.risks import actions, rules, selectors
from chuangcheng.risks.actions import lists
from chuangcheng.risks.facts import ALL, said
from chuangcheng.risks.models import Laggard, LaggardList
from chuangcheng.risks.states import LIST, OBJECTION
from tests.conftest import NOON
from tests.risks.conftest import TODAY, Cases
from tests.risks.test_ledger import code_of

FROM, TO = date(2026, 8, 15), date(2026, 9, 14)
UNTIL = TODAY + timedelta(days=3)
RIGHT, OTHER, GONE = "common.not_allowed", "risk.other_unit", "common.not_found"


@contextmanager
def later(days: float) -> Iterator[None]:
    with clock.at(NOON + timedelta(days=days)):
        yield


@pytest.fixture
def second(personas: Any, units: Any) -> Any:
    """Another clerk of the office."""
    person = Person.objects.create_user(username="office2", password=None)
    post = Post.objects.create(person=person, role="office", unit=units["office"], division=units["office"].division)
    return actor_of(post)


@pytest.fixture
def rule(monkeypatch: Any) -> Any:
    """Units with a late task and two tasks at least, of all groups."""
    row = {
        "code": "late",
        "zh": "任务欠账名单",
        "en": "Late tasks",
        "measure": "late_tasks",
        "group": "all",
        "period": "month",
        "floor": "1/2",
        "base": 2,
    }
    found = rules.parse({"version": 3, "rules": [], "lists": [row]})
    monkeypatch.setattr(lists, "current", lambda: found)
    return found.lists[0]


@pytest.fixture
def drafted(rule: Any, tasks: Cases, units: Any, personas: Any) -> LaggardList:
    """Listed: the department (3 of 3) and the street (1 of 2). Not: street 2, on time; the district, one task only."""
    tasks(3, unit="department")
    tasks(1, unit="street")
    tasks(1, unit="street", due=9)
    tasks(2, unit="street2", due=9)
    tasks(1, unit="district")
    return actions.draft_list(actor=personas["office"], code="late", from_on=FROM, to_on=TO)


def line(row: LaggardList, unit: str) -> Laggard:
    return row.laggards.get(unit__code={"department": "U-CGJ", "street": "U-990101001"}[unit])


def announced(row: LaggardList, actor: Any) -> LaggardList:
    return actions.announce(actor=actor, list_id=row.pk, until_on=UNTIL)


def submitted(row: LaggardList, actor: Any) -> LaggardList:
    announced(row, actor)
    with later(4):
        return actions.submit(actor=actor, list_id=row.pk)


def test_the_rule_draws_the_list(drafted: LaggardList, personas: Any, units: Any) -> None:
    rows = [(one.unit, one.place, one.value, one.base, one.why) for one in drafted.laggards.all()]
    assert rows == [
        (units["department"], 1, Decimal(3), 3, "floor"),
        (units["street"], 2, Decimal(1), 2, "floor"),
    ]
    why = {each["name"]: (each["why"], each["value"]) for each in drafted.counted}
    assert why["河西街道"] == ("", "0.0000") and why["东山区创城办"] == ("small", "1.0000")
    assert drafted.rule["version"] == 3 and drafted.rule["floor"] == "1/2" and drafted.rule["share"] is None
    assert (drafted.state, drafted.drafted_by_id) == ("draft", personas["office"].person_id)
    assert drafted.number.startswith("HJ20260915-") and str(drafted) == drafted.number


def test_outside_units_are_neither_ranked_nor_carded(rule: Any, tasks: Cases, units: Any, personas: Any) -> None:
    for name, changes in (
        ("department", {"group": "vertical"}),
        ("street", {"kind": "outside"}),
        ("street2", {"group": "none"}),
    ):
        Unit.objects.filter(pk=units[name].pk).update(**changes)
        tasks(3, unit=name)
    row = actions.draft_list(actor=personas["office"], code="late", from_on=FROM, to_on=TO)
    assert not row.laggards.exists()
    assert [(each["name"], each["why"]) for each in row.counted if each["base"]] == [("城市管理局", "outside")]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"from_on": TODAY, "to_on": TODAY - timedelta(days=1)}, "laggards.bad_period"),
        ({"to_on": TODAY + timedelta(days=1)}, "laggards.bad_period"),
        ({"code": "moon"}, GONE),
        ({}, "laggards.twice"),
        ({"to_on": TO - timedelta(days=1)}, ""),
    ],
)
def test_when_no_list_is_drawn(drafted: LaggardList, personas: Any, given: dict[str, Any], code: str) -> None:
    whole = {"actor": personas["office"], "code": "late", "from_on": FROM, "to_on": TO, **given}
    assert code_of(actions.draft_list, **whole) == code


def test_a_dropped_list_may_be_drawn_again(drafted: LaggardList, personas: Any) -> None:
    actions.drop_list(actor=personas["office"], list_id=drafted.pk, words="重拟")
    again = actions.draft_list(actor=personas["office"], code="late", from_on=FROM, to_on=TO)
    assert again.pk != drafted.pk and again.laggards.count() == 2


def test_from_draft_to_issue(drafted: LaggardList, personas: Any, second: Any) -> None:
    office = personas["office"]
    announced(drafted, office)
    assert code_of(actions.submit, actor=office, list_id=drafted.pk) == "laggards.window_open"
    with later(3):
        assert code_of(actions.submit, actor=office, list_id=drafted.pk) == "laggards.window_open"
    with later(4):
        actions.submit(actor=office, list_id=drafted.pk)
        approve = {"list_id": drafted.pk, "issued": True}
        assert code_of(actions.approve, actor=office, **approve) == "laggards.own_draft"
        assert code_of(actions.approve, actor=SYSTEM, **approve) == RIGHT
        for who in ("street", "department", "district", "auditor", "inspector"):
            assert code_of(actions.approve, actor=personas[who], **approve) == RIGHT, who
        issued = actions.approve(actor=second, words="同意", **approve)
        assert (issued.state, issued.issued_by_id) == ("issued", second.person_id)
        assert issued.issued_at == NOON + timedelta(days=4)
        for move in (actions.submit, actions.drop_list):
            assert code_of(move, actor=office, list_id=drafted.pk) == "state.move_refused"
        assert code_of(actions.approve, actor=second, **approve) == "state.move_refused"
    assert [str(each) for folded in ALL for each in folded.check()] == []


def test_whoever_submitted_cannot_approve_either(drafted: LaggardList, personas: Any, second: Any) -> None:
    announced(drafted, personas["office"])
    with later(4):
        actions.submit(actor=second, list_id=drafted.pk)
        approve = {"list_id": drafted.pk, "issued": True}
        assert code_of(actions.approve, actor=second, **approve) == "laggards.own_draft"
        assert actions.approve(actor=personas["leader"], **approve).state == "issued"


def test_it_is_sent_back_with_a_reason(drafted: LaggardList, personas: Any) -> None:
    submitted(drafted, personas["office"])
    given = {"actor": personas["leader"], "list_id": drafted.pk, "issued": False}
    assert code_of(actions.approve, **given) == "state.missing"
    row = actions.approve(words="请核对七月数据", **given)
    assert row.state == "draft" and "请核对七月数据" in said("laggardlist", row.pk).values()
    announced(row, personas["office"])


def test_an_objection_is_heard_and_answered(drafted: LaggardList, personas: Any) -> None:
    office, mine = personas["office"], line(drafted, "street")
    given = {"actor": personas["street"], "laggard_id": mine.pk, "words": "任务下达晚"}
    assert code_of(actions.object_to, **given) == "laggards.closed"
    announced(drafted, office)
    assert code_of(actions.object_to, **{**given, "words": " "}) == "state.missing"
    assert actions.object_to(**given).state == "objected"
    with later(4):
        assert code_of(actions.submit, actor=office, list_id=drafted.pk) == "laggards.unanswered"
        assert code_of(actions.object_to, **given) == "laggards.closed"
    answer = {"actor": office, "laggard_id": mine.pk}
    assert code_of(actions.answer, upheld=True, words=" ", **answer) == "state.missing"
    assert actions.answer(upheld=False, words="已按规则计算", **answer).state == "rejected"
    assert actions.object_to(**{**given, "words": "补充证明"}).state == "objected"
    assert actions.answer(upheld=True, words="属实", **answer).state == "taken_out"
    assert list(said("laggard", mine.pk).values()) == ["任务下达晚", "已按规则计算", "补充证明", "属实"]
    assert code_of(actions.object_to, **given) == "state.move_refused"
    with later(4):
        actions.submit(actor=office, list_id=drafted.pk)
        issued = actions.approve(actor=personas["leader"], list_id=drafted.pk, issued=True)
    assert selectors.lists_visible_to(personas["department"]).get() == issued
    assert not selectors.lists_visible_to(personas["street"]).exists(), "who was taken out is not named"


def test_a_list_that_everybody_left_is_not_issued(drafted: LaggardList, personas: Any) -> None:
    announced(drafted, personas["office"])
    for who in ("street", "department"):
        mine = line(drafted, who)
        actions.object_to(actor=personas[who], laggard_id=mine.pk, words="有误")
        actions.answer(actor=personas["office"], laggard_id=mine.pk, upheld=True, words="属实")
    with later(4):
        assert code_of(actions.submit, actor=personas["office"], list_id=drafted.pk) == "laggards.empty"
    empty = actions.draft_list(
        actor=personas["office"], code="late", from_on=FROM - timedelta(days=60), to_on=FROM - timedelta(days=50)
    )
    assert code_of(actions.announce, actor=personas["office"], list_id=empty.pk, until_on=UNTIL) == "laggards.empty"


@pytest.mark.parametrize(("days", "code"), [(0, "laggards.short_window"), (1, "laggards.short_window"), (2, "")])
def test_a_window_is_long_enough(drafted: LaggardList, personas: Any, days: int, code: str) -> None:
    until = TODAY + timedelta(days=days)
    assert code_of(actions.announce, actor=personas["office"], list_id=drafted.pk, until_on=until) == code


def test_who_may_do_what(drafted: LaggardList, personas: Any) -> None:
    """Drafting is the office's, objecting the unit's own or of those above it."""
    other = {"code": "late", "from_on": FROM, "to_on": FROM}
    for who, actor in {**personas, "citizen": CITIZEN}.items():
        wanted = "" if who == "office" else RIGHT
        assert code_of(actions.draft_list, actor=actor, **other) == wanted, who
        if who != "office":
            assert code_of(actions.announce, actor=actor, list_id=drafted.pk, until_on=UNTIL) == RIGHT
            assert code_of(actions.drop_list, actor=actor, list_id=drafted.pk) == RIGHT
    announced(drafted, personas["office"])
    mine = line(drafted, "street")
    told = {"street": "", "district": "", "subcommand": OTHER, "department": OTHER, "street2": OTHER}
    for who, actor in personas.items():
        Laggard.objects.filter(pk=mine.pk).update(state="listed")
        assert code_of(actions.object_to, actor=actor, laggard_id=mine.pk, words="x") == told.get(who, RIGHT), who


SEES: dict[str, dict[str, set[str]]] = {
    "draft": {"office": {"department", "street"}, "leader": {"department", "street"}},
    "objecting": {
        "office": {"department", "street"},
        "leader": {"department", "street"},
        "department": {"department"},
        "subcommand": {"department"},
        "street": {"street"},
        "district": {"street"},
    },
    "issued": {
        who: {"department", "street"}
        for who in ("office", "leader", "auditor", "department", "subcommand", "street", "district")
    },
    "dropped": {"office": {"department", "street"}, "leader": {"department", "street"}},
}


@pytest.mark.parametrize("state", [*SEES])
def test_who_sees_which_lines_when(drafted: LaggardList, personas: Any, state: str) -> None:
    LaggardList.objects.filter(pk=drafted.pk).update(state=state)
    row = LaggardList.objects.get(pk=drafted.pk)
    names = {line(drafted, name).pk: name for name in ("department", "street")}
    for who, actor in {**personas, "citizen": CITIZEN}.items():
        wanted = SEES[state].get(who, set())
        visible = selectors.lists_visible_to(actor).filter(pk=row.pk).exists()
        assert visible is bool(wanted), who
        if visible:
            seen = {names[one.pk] for one in selectors.lines_for(actor, selectors.get_list_for(actor, row.pk))}
            assert seen == wanted, who
        for pk, name in names.items():
            assert code_of(selectors.get_line_for, actor=actor, laggard_id=pk) == ("" if name in wanted else GONE)


def test_whom_it_concerns_is_told(drafted: LaggardList, personas: Any) -> None:
    office = personas["office"]

    def told(topic: str) -> set[Any]:
        sweep.drain()
        return set(Notice.objects.filter(topic=topic).values_list("person_id", flat=True))

    announced(drafted, office)
    mine = line(drafted, "street")
    both = {personas["department"].person_id, personas["street"].person_id}
    assert told("laggards.announce") == both
    actions.object_to(actor=personas["street"], laggard_id=mine.pk, words="有误")
    actions.answer(actor=office, laggard_id=mine.pk, upheld=False, words="无误")
    assert told("laggard.reject") == {personas["street"].person_id}
    with later(4):
        actions.submit(actor=office, list_id=drafted.pk)
        assert told("laggards.submit") == {personas["leader"].person_id}
        actions.approve(actor=personas["leader"], list_id=drafted.pk, issued=True)
        assert told("laggards.issue") == both
    text = Notice.objects.filter(topic="laggards.announce").first()
    assert text is not None and "2026-09-18" in text.text["zh"] and text.url == f"/desk/risks/lists/{drafted.pk}/"


def test_what_is_not_there(personas: Any, units: Any) -> None:
    from uuid import uuid4

    for action, given in (
        (actions.submit, {"list_id": uuid4()}),
        (actions.drop_list, {"list_id": uuid4()}),
        (actions.object_to, {"laggard_id": uuid4(), "words": "x"}),
        (actions.answer, {"laggard_id": uuid4(), "words": "x", "upheld": True}),
    ):
        assert code_of(action, actor=personas["office"], **given) == GONE


def test_the_tables_have_no_way_round_approval() -> None:
    """Issued is reached from approval alone, by the right of approving."""
    into = [move for move in LIST.moves if move.target == "issued"]
    assert [(move.sources, move.permission) for move in into] == [(("approving",), "laggards.approve")]
    assert [move.permission for move in OBJECTION.moves if move.target == "taken_out"] == ["laggards.draft"]
