"""抽查复核: the draw by lots, who may look, and what becomes of a closure that was none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.cases import actions, lives, projections, rates, recheck_effects, rechecks, sampling
from chuangcheng.cases.models import Case, Recheck, Remark
from chuangcheng.cases.recheck_draw import Closure, pick
from chuangcheng.cases.states import RECHECK, RECHECK_VERBS
from chuangcheng.cases.timeline import of_case, of_recheck
from chuangcheng.history.duties import registered
from chuangcheng.history.selectors import events_of
from chuangcheng.history.sweep import drain
from chuangcheng.history.verify import verify
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.calendar import CALENDAR
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.notices.models import Notice
from chuangcheng.photos import selectors as photos
from tests.cases.play import OTHER_STREET, Play, picture
from tests.conftest import NOON

MONDAY = datetime(2026, 9, 14, tzinfo=clock.CITY_ZONE)
UNITS = [UUID(int=number) for number in (1, 2, 3)]
Share = Callable[[int], None]


@pytest.fixture
def share(monkeypatch: pytest.MonkeyPatch) -> Share:
    """Sets of how many in a hundred are drawn."""

    def put(percent: int) -> None:
        monkeypatch.setattr(settings, "CITY", replace(settings.CITY, recheck_share=percent))

    return put


@pytest.fixture
def drawn(play: Play, share: Share) -> Callable[..., Recheck]:
    """A case that was closed as fixed by the street, and drawn."""

    def one(**more: Any) -> Recheck:
        share(100)
        case = play.closed(**more)
        assert actions.draw_rechecks(now=clock.now()) == 1
        return Recheck.objects.get(case=case, closed_at=case.closed_at)

    return one


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


# the draw, pure

closures = st.lists(
    st.builds(
        Closure, st.uuids(), st.sampled_from(UNITS),
        st.integers(-14 * 24, 6 * 24).map(lambda hours: MONDAY + timedelta(hours=hours)),
    ), max_size=60, unique_by=lambda one: one.case_id,
)  # fmt: skip


@given(closures, st.integers(1, 100), st.sets(st.sampled_from(UNITS)))
def test_the_lot_decides_and_no_unit_goes_unseen(rows: list[Closure], percent: int, seen: set[UUID]) -> None:
    chosen = pick(rows, percent, MONDAY, seen)
    assert chosen == pick(reversed(rows), percent, MONDAY, seen), "the order of rows decides nothing"
    assert set(chosen) <= set(rows)
    for each in rows:
        by_lot = each.lot * 100 < percent * sampling.WHOLE
        assert (chosen.get(each) == "share") is by_lot, "its own lot alone, whatever the unit"
    for unit in UNITS:
        over = [one for one in rows if one.unit_id == unit and one.closed_at < MONDAY]
        filled = [one for one in over if chosen.get(one) == "floor"]
        looked = unit in seen or any(one.unit_id == unit and why == "share" for one, why in chosen.items())
        assert len(filled) == (1 if over and not looked else 0), "once where nobody looked, and never else"
        assert all(one.lot == min(each.lot for each in over) for one in filled)
        assert not any(one.unit_id == unit and one not in over and why == "floor" for one, why in chosen.items())


def test_more_is_drawn_of_nobody_than_of_another() -> None:
    """5,000 closures of three units: each unit's share by lot lies near the city's."""
    rows = [Closure(new_id(), UNITS[number % 3], MONDAY + timedelta(minutes=number)) for number in range(5000)]
    found = Counter(each.unit_id for each in pick(rows, 5, MONDAY))
    assert all(40 <= found[unit] <= 140 for unit in UNITS), found
    again = rows[0], replace(rows[0], closed_at=rows[0].closed_at + timedelta(days=1))
    assert again[0].lot != again[1].lot, "closed anew is another closure"


# the draw in the database


def test_only_what_was_closed_as_fixed_lately_is_drawn(play: Play, share: Share) -> None:
    share(100)
    with clock.at(NOON - timedelta(days=30)):
        play.closed()
    handled = play.handling()
    actions.handle_case(actor=play.by["street"], case_id=handled.id, outcome="not_reproducible", note="现场没有")
    actions.verify_case(actor=play.by["inspector"], case_id=handled.id)
    actions.close_case(actor=play.by["office"], case_id=handled.id)
    play.verified()
    case = play.closed()
    assert recheck_effects.draw() == 1 and actions.draw_rechecks(now=NOON) == 0, "once, however often it is called"
    news = Notice.objects.filter(topic="recheck.drawn")
    assert "inspector" in {notice.person.username for notice in news}
    assert {notice.text["zh"] for notice in news} == {"抽中 1 件结案，请实地复核"}
    row = Recheck.objects.get()
    assert (row.case, row.closed_at, row.why, row.state) == (case, case.closed_at, "share", "waiting")
    assert row.handled_unit_id == play.unit("street") and row.verified_unit_id == play.unit("office")
    assert row.due_at == CALENDAR.add(NOON, Decimal(settings.CITY.recheck_days), "work_days").at
    assert (row.division_path, row.number[:2]) == (case.division_path, "FH")
    events = list(events_of("recheck", row.pk))
    assert [event.action for event in events] == ["recheck.drawn"] and events[0].actor_person is None
    assert "抽中复核" in [entry.label.zh for entry in of_recheck(row)]
    assert all(not entry.action.startswith("recheck") for entry in of_case(case)), "the case tells nobody"


def test_a_unit_that_the_lot_left_out_is_looked_at_and_a_share_of_nothing_draws_nothing(
    play: Play, share: Share
) -> None:
    share(0)
    with clock.at(NOON - timedelta(days=5)):
        cases = [play.closed() for _ in range(3)]
    assert recheck_effects.draw() == 0
    assert not registered()["cases.rechecks"].needed()  # type: ignore[misc]
    share(1)
    assert registered()["cases.rechecks"].needed()  # type: ignore[misc]
    actions.draw_rechecks(now=NOON)
    first = min(cases, key=lambda case: Closure(case.pk, play.unit("street"), case.closed_at).lot)  # type: ignore[arg-type]
    row = Recheck.objects.get()
    by_lot = Closure(first.pk, play.unit("street"), first.closed_at).lot * 100 < sampling.WHOLE  # type: ignore[arg-type]
    assert (row.case_id, row.why) == (first.pk, "share" if by_lot else "floor")
    actions.answer_recheck(
        actor=play.by["office"], recheck_id=row.pk, fixed=False, photo=picture(), note="还有一堆"
    )  # fmt: skip
    assert actions.draw_rechecks(now=NOON + timedelta(hours=1)) == 0, "the closure that was none still counts as seen"


# who may look


@pytest.mark.parametrize(
    ("who", "sees", "answers"),
    [
        ("office", True, True), ("inspector", False, False), ("leader", True, False), ("auditor", True, False),
        ("district", True, True), ("street", False, False), ("street2", False, False), ("grid", False, False),
        ("department", False, False), ("community", False, False), ("subcommand", False, False),
    ],
)  # fmt: skip
def test_who_may_know_of_a_draw_and_answer_it(
    drawn: Callable[..., Recheck], play: Play, who: str, sees: bool, answers: bool
) -> None:
    """The inspector verified it; the street handled it."""
    row, actor = drawn(), play.by[who]
    assert rechecks.visible_to(actor).exists() is sees
    assert rechecks.may_answer(actor, row) is answers
    assert bool(rechecks.of_case(actor, row.case)) is sees

    def answer() -> Recheck:
        return actions.answer_recheck(actor=actor, recheck_id=row.pk, fixed=True, photo=picture())

    if answers:
        assert answer().state == "fixed"
    else:
        assert refusal(answer) == ("common.not_found" if who == "inspector" else "common.not_allowed")
        row.refresh_from_db()
        assert row.state == "waiting"


def test_a_unit_of_an_area_does_not_look_at_what_it_did_itself(drawn: Callable[..., Recheck], play: Play) -> None:
    row = drawn(**OTHER_STREET)
    for name in ("handled_unit", "verified_unit"):
        own = {"handled_unit": play.unit("street2"), "verified_unit": play.unit("office"), name: play.unit("district")}
        Recheck.objects.filter(pk=row.pk).update(**{f"{key}_id": unit for key, unit in own.items()}, state="waiting")
        assert not rechecks.to_answer(play.by["district"]).exists()
        assert rechecks.to_answer(play.by["office"]).exists()
        Recheck.objects.filter(pk=row.pk).update(state="missed")
        assert rechecks.visible_to(play.by["district"]).exists(), "what is over is no secret"
        code = refusal(lambda: actions.answer_recheck(
            actor=play.by["district"], recheck_id=row.pk, fixed=True, photo=picture()
        ))  # fmt: skip
        assert code == "recheck.own_unit"
    Recheck.objects.filter(pk=row.pk).update(state="fixed")
    code = refusal(
        lambda: actions.answer_recheck(actor=play.by["inspector"], recheck_id=row.pk, fixed=True, photo=picture())
    )
    assert code == "recheck.own_work"


# the answers


def test_really_fixed_needs_a_photo_and_changes_nothing_else(drawn: Callable[..., Recheck], play: Play) -> None:
    row, office = drawn(), play.by["office"]
    code = refusal(lambda: actions.answer_recheck(actor=office, recheck_id=row.pk, fixed=True))
    assert code == "recheck.photo_missing"
    done = actions.answer_recheck(
        actor=office, recheck_id=row.pk, fixed=True, photo=picture(), lat=30.002, lon=120.002
    )  # fmt: skip
    assert (done.state, done.answered_by_id, done.answered_unit_id) == ("fixed", office.person_id, play.unit("office"))
    shot = photos.of(("recheck", row.pk)).get()
    assert shot.stored_at and (shot.lat, shot.role) == (30.002, "evidence")
    assert Case.objects.get(pk=row.case_id).state == "closed"
    again = refusal(
        lambda: actions.answer_recheck(actor=office, recheck_id=row.pk, fixed=False, photo=picture(), note="x")
    )
    assert again == "state.move_refused"


def test_not_fixed_opens_the_case_again_with_photo_and_words(
    drawn: Callable[..., Recheck], play: Play, tmp_path: Any
) -> None:
    row, office = drawn(), play.by["office"]
    code = refusal(lambda: actions.answer_recheck(actor=office, recheck_id=row.pk, fixed=False, photo=picture()))
    assert code == "recheck.note_missing"
    assert not photos.of(("case", row.case_id)).filter(role="evidence").exists()
    done = actions.answer_recheck(
        actor=office, recheck_id=row.pk, fixed=False, photo=picture(), note=" 只清了一半 "
    )  # fmt: skip
    case = Case.objects.get(pk=row.case_id)
    assert (done.state, done.note, case.state, case.reopen_count) == ("not_fixed", "只清了一半", "filed", 1)
    assert Recheck.objects.get().note == "只清了一半"
    told = events_of("case", case.pk).last()
    assert (told.action, told.reason) == ("case.reopened", "closed_not_fixed")
    assert Remark.objects.get(case=case, seq=told.seq).text == "只清了一半"
    assert photos.of(("case", case.pk)).filter(role="evidence").count() == 1
    assert "只清了一半" not in str([event.after for event in events_of("recheck", row.pk)]), "history holds no words"
    drain()
    row.refresh_from_db()
    assert row.state == "not_fixed", "its own reopening drops nothing"
    assert [str(found) for found in projections._check(Recheck)] == []
    assert [str(found) for found in projections._check(Case)] == []
    assert list(verify(tmp_path)) == []


def test_what_came_back_before_need_not_be_looked_at(drawn: Callable[..., Recheck], play: Play) -> None:
    row, office = drawn(), play.by["office"]
    actions.reopen_case(actor=office, case_id=row.case_id, reason_code="citizen_unhappy")
    code = refusal(lambda: actions.answer_recheck(actor=office, recheck_id=row.pk, fixed=True, photo=picture()))
    assert code == "recheck.case_moved"
    drain()
    row.refresh_from_db()
    assert row.state == "dropped" and actions.drop_rechecks(case_id=row.case_id) == 0


def test_what_nobody_looked_at_in_time_says_so(drawn: Callable[..., Recheck], play: Play) -> None:
    row = drawn()
    assert actions.lapse_rechecks(now=row.due_at) == 0
    with clock.at(row.due_at + timedelta(minutes=1)):
        assert recheck_effects.lapse() == 1
    row.refresh_from_db()
    assert row.state == "missed" and actions.lapse_rechecks(now=row.due_at + timedelta(days=9)) == 0
    code = refusal(
        lambda: actions.answer_recheck(actor=play.by["office"], recheck_id=row.pk, fixed=True, photo=picture())
    )
    assert code == "state.move_refused"


@pytest.mark.parametrize("state", [state.code for state in RECHECK.states])
def test_the_table_is_walked_in_every_state(drawn: Callable[..., Recheck], state: str) -> None:
    row = drawn()
    for move in RECHECK.moves:
        Recheck.objects.filter(pk=row.pk).update(state=state)
        row = Recheck.objects.get(pk=row.pk)
        before = row.chain_seq
        if state in move.sources:
            lives.take(row, move.name, SYSTEM, given={"photo": True, "note": "x"})
            assert events_of("recheck", row.pk).last().action == f"recheck.{RECHECK_VERBS[move.name][0]}"
            assert Recheck.objects.get(pk=row.pk).state == move.target
        else:
            with pytest.raises(Refused):
                lives.take(row, move.name, SYSTEM, given={"photo": True, "note": "x"})
            assert Recheck.objects.get(pk=row.pk).chain_seq == before


# what it says


def test_quality_counts_looks_only_and_the_whole_only_what_the_lot_drew(
    drawn: Callable[..., Recheck], play: Play
) -> None:
    rows = [drawn() for _ in range(4)]
    Recheck.objects.filter(pk=rows[0].pk).update(state="not_fixed")
    Recheck.objects.filter(pk=rows[1].pk).update(state="fixed", why="floor")
    Recheck.objects.filter(pk=rows[2].pk).update(state="missed")
    (line,) = rechecks.by_unit(rechecks.visible_to(play.by["office"]))
    assert (line.name, line.looked, line.not_fixed, line.missed, line.few) == ("河东街道", 2, 1, 1, True)
    assert line.interval is not None and line.interval.low < 0.5 < line.interval.high
    whole = rechecks.overall(Recheck.objects.all())
    assert (whole.looked, whole.not_fixed) == (1, 1) and rechecks.overall(Recheck.objects.none()).interval is None
    real = rates.rates(Case.objects.all(), NOON)["real_fix"]
    assert (real.numerator, real.denominator) == (0, 1), "as the whole: by lot, and answered"
    assert real.interval is not None and real.interval.low == 0 < real.interval.high < 1
    assert rates.rates(Case.objects.all(), NOON)["close"].interval is None, "what is counted whole needs none"
    Recheck.objects.filter(pk=rows[0].pk).update(state="fixed")
    assert rates.rates(Case.objects.all(), NOON)["real_fix"].numerator == 1
