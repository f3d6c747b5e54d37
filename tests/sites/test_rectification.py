"""From the reminder to the notice, and over to those who may punish: every move, allowed and refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from chuangcheng.history.models import Event
from chuangcheng.history.projections import registered
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import selectors as photos
from chuangcheng.sites.shops import rectification, selectors
from chuangcheng.sites.shops.models import Rectification, Shop, ShopCheck
from chuangcheng.sites.states import RECTIFICATION
from tests.conftest import NOON
from tests.photos.pictures import encoded, scene
from tests.sites.registers import make_check, make_shop

TODAY = date(2026, 9, 15)


@pytest.fixture
def failed(personas: dict[str, Actor], noon: Any) -> ShopCheck:
    return make_check(personas["grid"], make_shop(), hygiene=False, order=False)


@pytest.fixture
def reminded(personas: dict[str, Actor], failed: ShopCheck) -> Rectification:
    return rectification.remind_shop(actor=personas["grid"], check_id=failed.pk)


@pytest.fixture
def calls(personas: dict[str, Actor], small_city: Any, reminded: Rectification) -> dict[str, Callable[[str], Any]]:
    """Each move of the table, by the persona of that name, with everything it needs."""
    pk = reminded.pk

    def by(name: str) -> dict[str, Any]:
        return {"actor": personas[name], "rectification_id": pk}

    return {
        "serve": lambda who: rectification.serve_notice(**by(who), demand="清扫", due_on=TODAY + timedelta(days=3)),
        "settle": lambda who: rectification.settle_rectification(**by(who)),
        "hand_over": lambda who: rectification.hand_over(**by(who), unit=small_city.units["department"]),
        "note_penalty": lambda who: rectification.note_penalty(**by(who), document_number="城罚〔2026〕8号",
                                                               document_on=TODAY),
        "note_none": lambda who: rectification.note_no_penalty(**by(who)),
        "withdraw": lambda who: rectification.withdraw_rectification(**by(who), reason_code="mistake"),
    }  # fmt: skip


def test_a_reminder_names_what_failed(reminded: Rectification, failed: ShopCheck) -> None:
    assert (reminded.state, reminded.aspects, reminded.shop_check) == ("reminded", ["hygiene", "order"], failed)
    assert reminded.number.startswith("ZG20260915-")
    (event,) = Event.objects.filter(subject_kind="rectification")
    assert (event.action, event.after["aspects"]) == ("rectification.created", ["hygiene", "order"])


def test_what_cannot_be_reminded_of(personas: dict[str, Actor], reminded: Rectification, failed: ShopCheck) -> None:
    with pytest.raises(Refused, match=r"shop\.already_reminded"):
        rectification.remind_shop(actor=personas["grid"], check_id=failed.pk)
    clean = make_check(personas["grid"], make_shop(code="MD002"))
    with pytest.raises(Refused, match=r"shop\.nothing_failed"):
        rectification.remind_shop(actor=personas["grid"], check_id=clean.pk)
    with pytest.raises(Refused, match=r"common\.not_found"):
        rectification.remind_shop(actor=personas["grid"], check_id=reminded.pk)
    with pytest.raises(Refused, match=r"common\.not_found"):
        rectification.remind_shop(actor=personas["street2"], check_id=failed.pk)
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        rectification.remind_shop(actor=personas["auditor"], check_id=failed.pk)


def test_a_new_reminder_after_the_old_one_ended(
    personas: dict[str, Actor], calls: dict[str, Any], failed: ShopCheck
) -> None:
    calls["settle"]("street")
    again = make_check(personas["grid"], failed.shop, hygiene=False)
    assert rectification.remind_shop(actor=personas["grid"], check_id=again.pk).state == "reminded"


@pytest.mark.parametrize("name", [move.name for move in RECTIFICATION.moves])
@pytest.mark.parametrize("state", [state.code for state in RECTIFICATION.states])
def test_every_move_in_every_state(calls: dict[str, Any], reminded: Rectification, name: str, state: str) -> None:
    Rectification.objects.filter(pk=reminded.pk).update(state=state)
    move = RECTIFICATION.move(name)
    if state in move.sources:
        assert calls[name]("street").state == move.target
    else:
        with pytest.raises(Refused, match=r"state\.move_refused"):
            calls[name]("street")
        assert Event.objects.filter(subject_kind="rectification").count() == 1


@pytest.mark.parametrize("name", [move.name for move in RECTIFICATION.moves])
def test_every_move_by_everybody(calls: dict[str, Any], reminded: Rectification, name: str) -> None:
    move = RECTIFICATION.move(name)
    may = {"office", "district", "street"} if move.permission == "shops.rectify" else {
        "office", "district", "street", "community", "grid", "inspector"}  # fmt: skip
    everybody = {"office", "leader", "subcommand", "district", "department", "street", "community", "grid",
                 "inspector", "auditor"}  # fmt: skip
    for persona in sorted(everybody - may):
        Rectification.objects.filter(pk=reminded.pk).update(state=move.sources[-1])
        with pytest.raises(Refused, match=r"common\.not_allowed"):
            calls[name](persona)
    with pytest.raises(Refused, match=r"common\.not_found"):
        calls[name]("street2")
    for persona in sorted(may):
        row = Rectification.objects.get(pk=reminded.pk)
        row.state, row.due_on = move.sources[-1], None
        row.save()
        assert calls[name](persona).state == move.target


def test_the_notice_stands_in_the_units_name_with_a_deadline(
    calls: dict[str, Any], small_city: Any, reminded: Rectification
) -> None:
    row = calls["serve"]("street")
    assert (row.served_by, row.served_at, row.due_on) == (small_city.units["street"], NOON, TODAY + timedelta(days=3))
    last = Event.objects.filter(subject_kind="rectification").latest("seq")
    assert (last.action, last.after["due_on"]) == ("rectification.served", "2026-09-18")
    assert "清扫" not in str(last.after)


@pytest.mark.parametrize("days", [-1, 0, 61, 9999])
def test_a_deadline_lies_ahead_and_not_too_far(personas: dict[str, Actor], reminded: Rectification, days: int) -> None:
    with pytest.raises(Refused, match=r"shop\.bad_deadline"):
        rectification.serve_notice(actor=personas["street"], rectification_id=reminded.pk, demand="清扫",
                                   due_on=TODAY + timedelta(days=days))  # fmt: skip


@pytest.mark.parametrize(
    "given", [{"demand": "", "due_on": TODAY + timedelta(days=3)}, {"demand": "清扫", "due_on": None}]
)
def test_a_notice_needs_demand_and_deadline(
    personas: dict[str, Actor], reminded: Rectification, given: dict[str, Any]
) -> None:
    with pytest.raises(Refused, match=r"state\.missing"):
        rectification.serve_notice(actor=personas["street"], rectification_id=reminded.pk, **given)


def test_nothing_is_handed_over_before_the_deadline(
    personas: dict[str, Actor], calls: dict[str, Any], reminded: Rectification, small_city: Any
) -> None:
    row = calls["serve"]("street")
    names = {move.name for move in selectors.rectification_moves_for(personas["street"], row)}
    assert names == {"settle", "withdraw"}
    with clock.at(NOON + timedelta(days=3)), pytest.raises(Refused, match=r"shop\.notice_running"):
        calls["hand_over"]("street")
    with clock.at(NOON + timedelta(days=4)):
        assert {move.name for move in selectors.rectification_moves_for(personas["street"], row)} > {"hand_over"}
        done = calls["hand_over"]("street")
    assert (done.state, done.handed_to) == ("handed_over", small_city.units["department"])


def test_a_penalty_is_a_document_and_nothing_more(
    personas: dict[str, Actor], calls: dict[str, Any], reminded: Rectification
) -> None:
    Rectification.objects.filter(pk=reminded.pk).update(state="handed_over")
    with pytest.raises(Refused, match=r"sites\.future_day"):
        rectification.note_penalty(actor=personas["street"], rectification_id=reminded.pk, document_number="8号",
                                   document_on=TODAY + timedelta(days=1))  # fmt: skip
    for missing in ({"document_number": "", "document_on": TODAY}, {"document_number": "8号", "document_on": None}):
        with pytest.raises(Refused, match=r"state\.missing"):
            rectification.note_penalty(actor=personas["street"], rectification_id=reminded.pk, **missing)  # type: ignore[arg-type]
    row = calls["note_penalty"]("street")
    assert (row.state, row.document_number, row.document_on) == ("concluded", "城罚〔2026〕8号", TODAY)
    fields = {field.name for field in Rectification._meta.fields}
    assert not fields & {"amount", "fine", "penalty", "points"}


def test_settling_takes_photos(personas: dict[str, Actor], reminded: Rectification) -> None:
    rectification.settle_rectification(actor=personas["grid"], rectification_id=reminded.pk, shots=(encoded(scene()),))
    assert [photo.role for photo in photos.of(("rectification", reminded.pk))] == ["after"]


def test_withdrawing_needs_a_known_reason(personas: dict[str, Actor], reminded: Rectification) -> None:
    for reason, code in (("", r"state\.missing"), ("whim", r"sites\.unknown_reason")):
        with pytest.raises(Refused, match=code):
            rectification.withdraw_rectification(
                actor=personas["street"], rectification_id=reminded.pk, reason_code=reason
            )


def test_a_shop_with_a_poor_history_carries_no_credit_record() -> None:
    assert not {field.name for field in Shop._meta.fields} & {"grade", "score", "credit", "blacklisted"}


def test_the_projection_holds(calls: dict[str, Any], reminded: Rectification) -> None:
    calls["serve"]("street")
    projection = registered()["rectifications"]
    assert list(projection.check()) == []
    Rectification.objects.update(state="done", due_on=None)
    assert len(list(projection.check())) == 2
    projection.rebuild()
    assert list(projection.check()) == []
