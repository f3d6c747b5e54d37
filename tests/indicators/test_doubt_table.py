"""The life of a doubtful reading: every state against every move, by the table and by the actions."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from chuangcheng.history.models import Event, Outbox
from chuangcheng.indicators import actions
from chuangcheng.indicators.actions import ReadingInput, submit_reading
from chuangcheng.indicators.models import Doubt, Indicator, Reading
from chuangcheng.indicators.states import DOUBT
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused

AUGUST = date(2026, 8, 1)
ENDED = ("confirmed", "corrected", "withdrawn")
NEEDED = {"confirm": {"words": "属实"}, "correct": {}, "withdraw": {"words": "填错"}}


@pytest.fixture
def doubt(sewage: Indicator, personas: dict[str, Actor], noon: datetime) -> Doubt:
    taken = submit_reading(
        actor=personas["department"],
        given=ReadingInput(indicator_code="SEWAGE", period_start=AUGUST, value=Decimal("1.3")),
    )
    assert taken.doubt is not None
    return taken.doubt


def take(move: str, doubt: Doubt, personas: dict[str, Actor]) -> Any:
    if move == "confirm":
        return actions.confirm_doubt(actor=personas["office"], doubt_id=doubt.pk, words="属实")
    if move == "withdraw":
        return actions.withdraw_doubt(actor=personas["department"], doubt_id=doubt.pk, words="填错")
    given = ReadingInput(indicator_code="SEWAGE", period_start=AUGUST, value=Decimal("0.9"), reason="填错")
    return actions.correct_doubt(actor=personas["department"], doubt_id=doubt.pk, given=given)


@pytest.mark.parametrize("state", ENDED)
@pytest.mark.parametrize("move", list(NEEDED))
def test_what_has_ended_moves_no_more(state: str, move: str) -> None:
    assert DOUBT.state(state).final
    with pytest.raises(Refused, match=r"state\.move_refused"):
        DOUBT.next(state, move, **NEEDED[move])


@pytest.mark.parametrize(
    ("move", "target"),
    [
        ("confirm", "confirmed"),
        ("correct", "corrected"),
        ("withdraw", "withdrawn"),
    ],
)
def test_where_each_move_leads(move: str, target: str) -> None:
    assert DOUBT.next("waiting", move, **NEEDED[move]) == target


@pytest.mark.parametrize("move", ["confirm", "withdraw"])
@pytest.mark.parametrize("words", [None, ""])
def test_a_word_must_be_said(move: str, words: str | None) -> None:
    with pytest.raises(Refused, match=r"state\.missing"):
        DOUBT.next("waiting", move, words=words)


@pytest.mark.parametrize("move", list(NEEDED))
def test_a_move_is_written_down_and_told(doubt: Doubt, personas: dict[str, Actor], move: str) -> None:
    take(move, doubt, personas)
    doubt.refresh_from_db()
    target = DOUBT.move(move).target
    assert doubt.state == target
    assert doubt.ended_by_id in {personas["office"].person_id, personas["department"].person_id}
    assert doubt.ended_at is not None
    event = Event.objects.get(subject_kind="doubt", action=f"doubt.{target}")
    assert (event.before, event.after["state"]) == ({"state": "waiting"}, target)
    assert "属实" not in str(event.after) and "填错" not in str(event.after), "words stay out of history"
    assert Outbox.objects.filter(topic=f"doubt.{target}", subject_id=doubt.pk).count() == 1
    assert Reading.objects.count() == (move != "withdraw")
    assert (doubt.reading is None) == (move == "withdraw")


@pytest.mark.parametrize("first", list(NEEDED))
@pytest.mark.parametrize("second", ["confirm", "withdraw"])
def test_no_second_move_counts_anything(doubt: Doubt, personas: dict[str, Actor], first: str, second: str) -> None:
    take(first, doubt, personas)
    readings, events = Reading.objects.count(), Event.objects.count()
    with pytest.raises(Refused, match=r"state\.move_refused"):
        take(second, doubt, personas)
    assert (Reading.objects.count(), Event.objects.count()) == (readings, events)


def test_confirming_beside_a_reading_that_stands_is_a_correction(doubt: Doubt, personas: dict[str, Actor]) -> None:
    """A reading slipped in by a program of ours while the doubt waited: the confirmed one is the later word."""
    actions.record_reading(
        actor=personas["office"],
        indicator_code="SEWAGE",
        period_start=AUGUST,
        value=Decimal("0.9"),
    )
    take("confirm", doubt, personas)
    reasons = list(Event.objects.filter(action="indicator.recorded").order_by("seq").values_list("reason", flat=True))
    assert reasons == ["", "confirmed_correction"]


@pytest.mark.parametrize(
    "role",
    [
        "leader",
        "subcommand",
        "district",
        "department",
        "street",
        "community",
        "grid",
        "inspector",
        "auditor",
    ],
)
def test_only_the_office_confirms(doubt: Doubt, personas: dict[str, Actor], role: str) -> None:
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        actions.confirm_doubt(actor=personas[role], doubt_id=doubt.pk, words="属实")
    doubt.refresh_from_db()
    assert doubt.state == "waiting"


@pytest.mark.parametrize("role", ["leader", "subcommand", "district", "street", "inspector", "auditor"])
def test_only_who_reports_corrects_or_withdraws(doubt: Doubt, personas: dict[str, Actor], role: str) -> None:
    given = ReadingInput(indicator_code="SEWAGE", period_start=AUGUST, value=Decimal("0.9"))
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        actions.correct_doubt(actor=personas[role], doubt_id=doubt.pk, given=given)
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        actions.withdraw_doubt(actor=personas[role], doubt_id=doubt.pk, words="填错")
    assert not Reading.objects.exists()
