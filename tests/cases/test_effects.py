"""What follows from a move after commit: who is told, and what happens by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import resolve

from chuangcheng.cases import actions, effects
from chuangcheng.cases.models import Case
from chuangcheng.history import duties, outbox, sweep
from chuangcheng.kernel import clock
from chuangcheng.notices.models import Notice
from tests.cases.play import Play, given
from tests.conftest import NOON


def told() -> dict[str, set[str]]:
    """Who was told, by topic; the outbox is worked off first."""
    sweep.drain()
    found: dict[str, set[str]] = {}
    for notice in Notice.objects.select_related("person"):
        found.setdefault(notice.topic, set()).add(notice.person.username)
    return found


def test_the_unit_that_gets_a_case_is_told(play: Play) -> None:
    case = play.dispatched("street")
    assert told() == {"case.dispatched": {"street"}}
    actions.pass_on(actor=play.by["street"], case_id=case.id, unit_id=play.unit("community"))
    assert told()["case.dispatched"] == {"street", "community"}


def test_a_return_tells_the_level_above(play: Play) -> None:
    case = play.dispatched("district")
    actions.pass_on(actor=play.by["district"], case_id=case.id, unit_id=play.unit("street"))
    actions.return_case(actor=play.by["street"], case_id=case.id, reason_code="not_ours")
    assert told()["case.returned"] == {"district"}
    actions.return_case(actor=play.by["district"], case_id=case.id, reason_code="not_ours")
    assert told()["case.returned"] == {"district", "office"}


def test_a_rework_tells_the_handlers(play: Play) -> None:
    case = play.handled()
    actions.rework_case(actor=play.by["inspector"], case_id=case.id, note="仍有垃圾")
    assert told()["case.reworked"] == {"street"}


def test_a_petition_tells_who_may_decide_and_then_who_asked(play: Play) -> None:
    case = play.asked()
    assert told()["case.petitioned"] == {"office"}
    play.decide(case, granted=False)
    assert told()["case.petition_declined"] == {"street"}
    text = Notice.objects.get(topic="case.petition_declined").text
    assert "不同意" in text["zh"]
    assert "refused" in text["en"]


def test_a_petition_that_is_decided_already_troubles_nobody(play: Play) -> None:
    play.decide(play.asked(), granted=True)
    assert set(told()) == {"case.dispatched", "case.extended"}


def test_staff_who_reported_learn_the_end(play: Play) -> None:
    mine, _ = actions.create_report(actor=play.by["grid"], given=given(source="grid", category_code="06010"))
    case = actions.file_report(actor=play.by["office"], report_id=mine.id)
    actions.link_report(actor=play.by["office"], report_id=play.report().id, case_id=case.id)
    actions.void_case(actor=play.by["office"], case_id=case.id, reason_code="duplicate")
    assert told()["case.voided"] == {"grid"}


def test_a_refusal_is_told_with_its_reason(play: Play) -> None:
    mine, _ = actions.create_report(actor=play.by["community"], given=given(source="grid"))
    actions.refuse_report(actor=play.by["office"], report_id=mine.id, reason_code="not_public_land")
    play.refused()  # a citizen's: nobody to tell
    assert told() == {"report.refused": {"community"}}
    assert "非公共区域" in Notice.objects.get().text["zh"]


def test_the_grid_worker_of_the_place_is_asked(play: Play) -> None:
    play.report_in("pending_confirm")
    assert told() == {"report.confirm_asked": {"grid"}}


def test_an_effect_that_runs_twice_tells_once(play: Play) -> None:
    play.dispatched()
    told()
    row = outbox.Outbox.objects.get(topic="case.dispatched")
    effects.tell_holder(row)
    assert Notice.objects.count() == 1


def test_an_effect_whose_subject_is_gone_does_nothing(play: Play) -> None:
    play.dispatched()
    play.report_in("pending_confirm")
    play.refused()
    told()
    Notice.objects.all().delete()
    for row in outbox.Outbox.objects.all():
        row.subject_id = row.payload["petition"] = outbox.Outbox.objects.first().subject_id.__class__(int=1)
        for effect in outbox.effects_of(row.topic).values():
            if effect.__module__ == effects.__name__:
                effect(row)
    assert not Notice.objects.exists()


def test_every_notice_leads_to_a_page(play: Play) -> None:
    play.handled()
    play.report_in("pending_confirm")
    told()
    names = {resolve(notice.url).view_name for notice in Notice.objects.all()}
    assert names == {"desk:case", "desk:report"}


def test_the_duties_are_registered_and_do_their_work(play: Play) -> None:
    assert {"cases.resume", "cases.provisional"} <= set(duties.registered())
    case = play.suspended()
    with clock.at(NOON + timedelta(days=31)):
        effects.resume()
    assert Case.objects.get(pk=case.pk).state == "handling"
    Case.objects.filter(pk=case.pk).update(due_provisional=True)
    effects.settle_provisional()
    assert not Case.objects.get(pk=case.pk).due_provisional


@pytest.mark.parametrize("topic", ["case.accepted", "case.verified"])
def test_what_concerns_nobody_is_quiet(topic: str) -> None:
    modules = {effect.__module__ for effect in outbox.effects_of(topic).values()}
    assert effects.__name__ not in modules


def test_a_new_report_and_a_new_case_are_told_to_nobody(play: Play) -> None:
    play.report()
    play.filed()
    told()
    assert not Notice.objects.exists()
