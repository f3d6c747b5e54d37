"""Handler ≠ verifier, proof before closing, on time settled once, rework."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from chuangcheng.cases import actions
from chuangcheng.cases.models import Case
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.models import Post
from chuangcheng.photos import selectors as photos
from chuangcheng.photos.actions import Declaration
from tests.cases.play import Play, picture
from tests.conftest import NOON

if TYPE_CHECKING:
    from collections.abc import Callable


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refusal:
        call()
    return refusal.value.code


def second_post(play: Play, persona: str, role: str, unit: str, division: object = None) -> Actor:
    """Another post of the same person."""
    post = Post.objects.create(
        person_id=play.by[persona].person_id, role=role, unit_id=play.unit(unit), division=division
    )  # type: ignore[misc]
    return Actor(post.person_id, post.id, "另一岗位")


def test_nobody_verifies_their_own_work_from_another_post(play: Play, small_city: object) -> None:
    case = play.handled("street")
    both = second_post(play, "street", "inspector", "office")
    assert refused(lambda: actions.verify_case(actor=both, case_id=case.id)) == "case.own_work"
    assert refused(lambda: actions.rework_case(actor=both, case_id=case.id, note="x")) == "case.own_work"
    assert actions.verify_case(actor=play.by["inspector"], case_id=case.id).state == "verified"


def test_a_street_does_not_verify_what_the_street_handled(play: Play) -> None:
    case = play.handled("street")
    colleague = second_post(play, "street2", "street", "street", Case.objects.get().division.parent)
    assert refused(lambda: actions.verify_case(actor=colleague, case_id=case.id)) == "case.own_unit"


def test_a_street_verifies_what_its_community_handled(play: Play) -> None:
    case = play.handled("community")
    verified = actions.verify_case(actor=play.by["street"], case_id=case.id)
    assert (verified.state, verified.verified_by_id) == ("verified", play.by["street"].person_id)


def test_a_grid_worker_verifies_in_the_own_community(play: Play) -> None:
    case = play.handled("street")
    assert actions.verify_case(actor=play.by["grid"], case_id=case.id).state == "verified"


def test_what_was_found_from_above_is_verified_by_another_unit(play: Play) -> None:
    """The grid worker's post is of the street that handled it."""
    case = play.handled("street", found_from_above=True)
    assert refused(lambda: actions.verify_case(actor=play.by["grid"], case_id=case.id)) == "case.own_unit"
    assert actions.verify_case(actor=play.by["district"], case_id=case.id).state == "verified"


def test_fixed_without_a_photo_is_refused(play: Play) -> None:
    case = play.handling()
    handle = lambda: actions.handle_case(actor=play.by["street"], case_id=case.id, outcome="fixed", note="已清理")  # noqa: E731
    assert refused(handle) == "case.proof_missing"
    assert Case.objects.get().state == "handling"
    play.prove(case)
    assert handle().state == "handled"


@pytest.mark.parametrize("outcome", ["not_reproducible", "duplicate", "refused", "cannot"])
def test_an_outcome_without_photo_needs_a_note(play: Play, outcome: str) -> None:
    case = play.handling()
    actor = play.by["street"]
    assert refused(lambda: actions.handle_case(actor=actor, case_id=case.id, outcome=outcome)) == "case.note_missing"
    handled = actions.handle_case(actor=actor, case_id=case.id, outcome=outcome, note="现场已无")
    assert (handled.state, handled.outcome) == ("handled", outcome)
    actions.verify_case(actor=play.by["inspector"], case_id=case.id)
    assert actions.close_case(actor=play.by["office"], case_id=case.id).state == "closed"


def test_the_note_is_kept_apart_from_history(play: Play) -> None:
    case = play.handling()
    handled = actions.handle_case(actor=play.by["street"], case_id=case.id, outcome="cannot", note="王师傅说要等雨停")
    event = events_of("case", case.id).last()
    assert "王师傅" not in str(event.after)
    assert len(event.after["note"]) == 64
    assert handled.remarks.get().text == "王师傅说要等雨停"
    assert handled.remarks.get().seq == event.seq


@pytest.mark.parametrize("in_camera", [True, False])
def test_no_honest_proof_is_refused_whatever_its_grade(play: Play, in_camera: bool) -> None:
    case = play.handling()
    photo = actions.add_after_photo(
        actor=play.by["street"], case_id=case.id, data=picture(), taken_at=NOON, lat=30.002, lon=120.002,
        in_camera=in_camera,
    )  # fmt: skip
    assert photo.grade == ("A" if in_camera else "C")
    actions.handle_case(actor=play.by["street"], case_id=case.id, outcome="fixed")
    assert actions.verify_case(actor=play.by["inspector"], case_id=case.id).state == "verified"


def test_a_declared_photo_is_enough_to_handle_but_not_to_verify(play: Play) -> None:
    case, data = play.handling(), picture()
    sha256 = hashlib.sha256(data).hexdigest()
    handled = actions.handle_case(
        actor=play.by["street"], case_id=case.id, outcome="fixed", photos=(Declaration(sha256, "after"),)
    )
    assert handled.state == "handled"
    verify = lambda: actions.verify_case(actor=play.by["inspector"], case_id=case.id)  # noqa: E731
    assert refused(verify) == "case.proof_missing"
    actions.store_photo(actor=play.by["street"], case_id=case.id, sha256=sha256, data=data)
    assert verify().state == "verified"


def test_closing_looks_at_the_proof_once_more(play: Play) -> None:
    case = play.verified()
    photos.of(("case", case.id)).update(stored_at=None)
    assert refused(lambda: actions.close_case(actor=play.by["office"], case_id=case.id)) == "case.proof_missing"
    assert Case.objects.get().state == "verified"


def test_a_before_photo_proves_nothing(play: Play) -> None:
    case = play.handling()
    actions.add_photo(actor=play.by["street"], case_id=case.id, role="before", data=picture())
    handle = lambda: actions.handle_case(actor=play.by["street"], case_id=case.id, outcome="fixed")  # noqa: E731
    assert refused(handle) == "case.proof_missing"


def test_a_rework_asks_for_a_new_photo(play: Play) -> None:
    case = play.handled()
    with clock.at(NOON + timedelta(hours=1)):
        actions.rework_case(actor=play.by["inspector"], case_id=case.id, note="墙角仍有垃圾")
        handle = lambda: actions.handle_case(actor=play.by["street"], case_id=case.id, outcome="fixed")  # noqa: E731
        assert refused(handle) == "case.proof_missing"
        play.prove(case)
        assert handle().state == "handled"


def test_who_may_put_a_photo(play: Play) -> None:
    case = play.handling()
    add = lambda name, role: actions.add_photo(  # noqa: E731
        actor=play.by[name], case_id=case.id, role=role, data=picture()
    )
    assert refused(lambda: add("inspector", "after")) == "case.not_holder"
    assert refused(lambda: add("leader", "evidence")) == "case.not_holder"
    assert refused(lambda: add("street2", "after")) == "common.not_found"
    assert refused(lambda: add("street", "selfie")) == "case.unknown_photo_role"
    add("inspector", "evidence")
    add("street", "before")
    assert photos.of(("case", case.id)).count() == 2
    assert events_of("case", case.id).filter(action="case.photo_added").count() == 2


def test_the_same_photo_again_is_told_once(play: Play) -> None:
    case, data = play.handling(), picture()
    for _ in range(2):
        actions.add_after_photo(actor=play.by["street"], case_id=case.id, data=data)
    assert events_of("case", case.id).filter(action="case.photo_added").count() == 1


def test_nothing_is_added_to_an_ended_case(play: Play) -> None:
    case = play.closed()
    add = lambda: actions.add_after_photo(actor=play.by["street"], case_id=case.id, data=picture())  # noqa: E731
    assert refused(add) == "case.ended"


@pytest.mark.parametrize(("hours", "on_time"), [(5, True), (6, True), (7, False)])
def test_on_time_is_when_it_was_handled_not_when_it_was_verified(play: Play, hours: int, on_time: bool) -> None:
    """Four working hours from Tuesday noon end at 18:00 of the city, six hours later."""
    case = play.handling()
    assert case.due_at == NOON + timedelta(hours=6)
    with clock.at(NOON + timedelta(hours=hours)):
        play.prove(case)
        handled = actions.handle_case(actor=play.by["street"], case_id=case.id, outcome="fixed")
        assert handled.on_time is None
    with clock.at(NOON + timedelta(days=2)):
        assert actions.verify_case(actor=play.by["inspector"], case_id=case.id).on_time is on_time


def test_a_rework_after_the_limit_is_late(play: Play) -> None:
    case = play.verified()
    assert case.on_time is True
    with clock.at(NOON + timedelta(days=1)):
        case = actions.rework_case(actor=play.by["inspector"], case_id=case.id, note="仍有垃圾")
        assert (case.rework_count, case.on_time, case.outcome, case.handled_by_id, case.verified_at) == (
            1, None, "", None, None,
        )  # fmt: skip
        play.prove(case)
        actions.handle_case(actor=play.by["street"], case_id=case.id, outcome="fixed")
        assert actions.verify_case(actor=play.by["inspector"], case_id=case.id).on_time is False


def test_the_outcome_is_not_the_state(play: Play) -> None:
    case = play.closed()
    assert (case.state, case.outcome) == ("closed", "fixed")
    assert (case.handled_unit_id, case.closed_at) == (play.unit("street"), NOON)
