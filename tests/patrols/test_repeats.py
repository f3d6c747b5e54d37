"""A finding has no second life cycle: what is found again joins the case that is open. And visits that are given up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from chuangcheng.cases import actions as cases
from chuangcheng.cases.models import Case
from chuangcheng.cases.states import CASE
from chuangcheng.framework.actions import load_edition, publish_edition
from chuangcheng.history.models import Event, Outbox
from chuangcheng.history.sweep import drain
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.patrols import projections, selectors
from chuangcheng.patrols.actions import (
    CheckInput,
    abandon_visit,
    finish_visit,
    record_check,
    record_checks,
    start_visit,
)
from chuangcheng.patrols.budget import visit_budget
from chuangcheng.patrols.models import Check, Visit
from chuangcheng.patrols.states import ABANDON_REASONS, VISIT
from chuangcheng.sites.actions import save_site
from chuangcheng.sites.models import Site
from tests.framework.editions import small

OPEN = [state.code for state in CASE.states if not state.final]
ENDED = [state.code for state in CASE.states if state.final]


@pytest.fixture
def inspector(personas: dict[str, Actor]) -> Actor:
    return personas["inspector"]


@pytest.fixture
def first(visit: Visit, inspector: Actor) -> Check:
    """LANE-1 failed at the first visit, which is finished."""
    check = record_check(actor=inspector, visit_id=visit.pk, item_code="LANE-1", defects=1)
    finish_visit(actor=inspector, visit_id=visit.pk)
    return check


def find(actor: Actor, site: Site, code: str = "LANE-1", mode: str = "patrol", defects: int = 2) -> Check:
    """The same item looked at again."""
    visit = start_visit(actor=actor, site_id=site.pk, mode=mode)
    return record_check(actor=actor, visit_id=visit.pk, item_code=code, defects=defects)


@pytest.mark.parametrize("state", OPEN)
def test_what_is_found_again_joins_the_open_case(first: Check, inspector: Actor, site: Site, state: str) -> None:
    Case.objects.update(state=state)
    again = find(inspector, site)
    assert again.case == first.case
    assert (Case.objects.count(), Check.objects.count()) == (1, 2)
    case = Case.objects.get()
    assert (case.origin_id, case.state, case.severity) == (first.pk, state, 1)
    assert (again.grade, first.grade) == ("C", "B")  # what was seen each time stays what it was


@pytest.mark.parametrize("state", ENDED)
def test_after_the_end_of_a_case_a_new_one_is_filed(first: Check, inspector: Actor, site: Site, state: str) -> None:
    Case.objects.update(state=state)
    again = find(inspector, site)
    assert again.case != first.case
    assert again.case is not None
    assert again.case.origin_id == again.pk
    assert not Event.objects.filter(action="check.repeated").exists()


def test_history_and_upper_rooms_hear_of_the_repeat(first: Check, inspector: Actor, site: Site) -> None:
    again = find(inspector, site)
    told = Event.objects.filter(subject_kind="visit", subject_id=again.visit_id).order_by("seq")
    assert [event.action for event in told] == ["visit.started", "visit.checked", "check.repeated"]
    assert told[2].after == {"checks": [{"id": str(again.pk), "case": str(first.case_id)}]}
    row = Outbox.objects.get(topic="check.repeated")
    assert (row.subject_kind, row.subject_id, row.payload) == ("check", again.pk, {"case": str(first.case_id)})
    assert Outbox.objects.filter(topic="case.filed").count() == 1


def test_a_repeat_counts_as_a_failure_of_its_visit(first: Check, inspector: Actor, site: Site) -> None:
    again = find(inspector, site)
    done = finish_visit(actor=inspector, visit_id=again.visit_id)
    assert (done.checked, done.failed, str(done.score)) == (1, 1, "33.00")
    assert set(selectors.findings(inspector)) == {first, again}
    assert list(projections.check()) == []


def test_another_item_or_site_has_a_case_of_its_own(first: Check, inspector: Actor, small_city: Any) -> None:
    site = first.visit.site
    elsewhere = save_site(
        actor=SYSTEM, code="D002", name="长乐巷", kind_code="lane", unit=small_city.units["street"], lat=30.003,
        lon=120.012,
    )  # fmt: skip
    found = {first.case_id, find(inspector, site, "LANE-2").case_id, find(inspector, elsewhere).case_id}
    assert len(found) == Case.objects.count() == 3


def test_within_one_hand_in_old_and_new_are_told_apart(first: Check, inspector: Actor, site: Site) -> None:
    visit = start_visit(actor=inspector, site_id=site.pk, mode="patrol")
    results = [CheckInput(item_code="LANE-2", defects=1), CheckInput(item_code="LANE-1", defects=1)]
    fresh, repeated = record_checks(actor=inspector, visit_id=visit.pk, results=results)
    assert repeated.case_id == first.case_id
    assert fresh.case is not None
    assert fresh.case.origin_id == fresh.pk
    event = Event.objects.get(action="check.repeated")
    assert [row["id"] for row in event.after["checks"]] == [str(repeated.pk)]


def test_what_passes_joins_nothing(first: Check, inspector: Actor, site: Site) -> None:
    assert find(inspector, site, defects=0).case is None
    assert not Event.objects.filter(action="check.repeated").exists()


def test_from_above_a_case_that_the_unit_found_itself_is_not_joined(site: Site, personas: dict[str, Actor]) -> None:
    """Else the unit alone could verify what an inspector saw."""
    own = find(personas["street"], site, mode="self")
    above = find(personas["inspector"], site)
    assert own.case is not None
    assert above.case is not None
    assert (own.case.found_from_above, above.case.found_from_above) == (False, True)
    assert own.case != above.case
    third = find(personas["street"], site, mode="self")
    assert third.case == above.case  # the newest of the open ones


def test_the_next_edition_s_item_of_that_code_is_the_same_item(first: Check, inspector: Actor, site: Site) -> None:
    publish_edition(actor=SYSTEM, edition=load_edition(actor=SYSTEM, document={**small(), "code": "TEST-2"}))
    drain()
    again = find(inspector, Site.objects.get(pk=site.pk))
    assert again.item_id != first.item_id
    assert again.case_id == first.case_id


# --- giving up -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", sorted(ABANDON_REASONS))
def test_a_visit_is_given_up_with_a_reason(visit: Visit, inspector: Actor, site: Site, reason: str) -> None:
    given_up = abandon_visit(actor=inspector, visit_id=visit.pk, reason_code=reason)
    assert (given_up.state, given_up.score, given_up.finished_at) == ("abandoned", None, None)
    event = Event.objects.filter(subject_id=visit.pk).latest("seq")
    assert (event.action, event.reason, event.after) == ("visit.abandoned", reason, {"state": "abandoned"})
    assert Outbox.objects.filter(topic="visit.abandoned", subject_id=visit.pk).count() == 1
    assert selectors.open_visit(inspector, site) is None
    assert list(projections.check()) == []


def test_it_counts_nowhere(visit: Visit, inspector: Actor, site: Site, noon: datetime) -> None:
    assert visit_budget(site, noon).used == 1
    abandon_visit(actor=inspector, visit_id=visit.pk, reason_code="no_access")
    assert visit_budget(site, noon).used == 0
    with clock.at(noon + timedelta(hours=1)):
        assert start_visit(actor=inspector, site_id=site.pk, mode="patrol").pk != visit.pk


@pytest.mark.parametrize(("reason", "code"), [("", r"state\.missing"), ("rain", r"patrols\.unknown_abandon_reason")])
def test_no_reason_no_giving_up(visit: Visit, inspector: Actor, reason: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        abandon_visit(actor=inspector, visit_id=visit.pk, reason_code=reason)
    assert Visit.objects.get().state == "open"


def test_what_was_recorded_cannot_be_given_up(visit: Visit, inspector: Actor) -> None:
    record_check(actor=inspector, visit_id=visit.pk, item_code="LANE-1", defects=1)
    with pytest.raises(Refused, match=r"patrols\.has_findings"):
        abandon_visit(actor=inspector, visit_id=visit.pk, reason_code="called_away")
    assert finish_visit(actor=inspector, visit_id=visit.pk).state == "finished"


def test_where_nothing_applied_the_visit_may_be_given_up(visit: Visit, inspector: Actor) -> None:
    """It could not be finished either."""
    record_check(actor=inspector, visit_id=visit.pk, item_code="LANE-1", not_applicable=True)
    assert abandon_visit(actor=inspector, visit_id=visit.pk, reason_code="no_access").state == "abandoned"
    assert list(projections.check()) == []


@pytest.mark.parametrize("role", ["office", "district", "street"])
def test_nobody_gives_up_for_somebody_else(visit: Visit, personas: dict[str, Actor], role: str) -> None:
    with pytest.raises(Refused, match=r"common\.not_found"):
        abandon_visit(actor=personas[role], visit_id=visit.pk, reason_code="mistake")
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        abandon_visit(actor=personas["leader"], visit_id=visit.pk, reason_code="mistake")


def test_a_covert_visit_given_up_stays_covert(site: Site, personas: dict[str, Actor]) -> None:
    visit = start_visit(actor=personas["inspector"], site_id=site.pk, mode="covert")
    abandon_visit(actor=personas["inspector"], visit_id=visit.pk, reason_code="no_access")
    assert not selectors.visible_to(personas["street"]).exists()
    assert selectors.visible_to(personas["leader"]).get() == visit


def result(visit: Visit, actor: Actor, name: str) -> object:
    """One move of the table, called as an action."""
    calls = {
        "check": lambda: record_check(actor=actor, visit_id=visit.pk, item_code="LANE-2"),
        "finish": lambda: finish_visit(actor=actor, visit_id=visit.pk).state,
        "abandon": lambda: abandon_visit(actor=actor, visit_id=visit.pk, reason_code="mistake").state,
    }
    return calls[name]()


@pytest.mark.parametrize("state", [state.code for state in VISIT.states])
@pytest.mark.parametrize("name", [move.name for move in VISIT.moves])
def test_every_move_from_every_state(visit: Visit, inspector: Actor, state: str, name: str) -> None:
    if name == "finish":
        record_check(actor=inspector, visit_id=visit.pk, item_code="LANE-1", defects=1)
    Visit.objects.filter(pk=visit.pk).update(state=state)
    seen = Event.objects.count()
    move = VISIT.move(name)
    if state in move.sources:
        result(visit, inspector, name)
        assert Visit.objects.get().state == (move.target or state)
        assert Event.objects.count() > seen
    elif state == move.target:  # the same again is answered, not repeated
        assert result(visit, inspector, name) == state
        assert Event.objects.count() == seen
    else:
        with pytest.raises(Refused, match=r"state\.move_refused"):
            result(visit, inspector, name)
        assert Visit.objects.get().state == state
        assert Event.objects.count() == seen


# merged cases, and what comes back after it was put right


def another(actor: Actor, site: Site) -> Case:
    return cases.file_case(
        actor=actor, text="另一件", category_code="", lat=site.lat, lon=site.lon, address="", source="grid"
    )


def test_what_is_found_again_joins_the_case_that_stands_for_a_merged_one(
    first: Check, inspector: Actor, site: Site, personas: dict[str, Actor]
) -> None:
    office = personas["office"]
    target = another(office, site)
    cases.merge_case(actor=office, case_id=first.case_id, target_id=target.pk)
    assert find(inspector, site).case == target
    Case.objects.filter(pk=target.pk).update(state="closed")
    assert find(inspector, site).case not in (target, first.case)


def put_right(case_id: object, at: datetime) -> None:
    Case.objects.filter(pk=case_id).update(state="closed", outcome="fixed", closed_at=at)


@pytest.mark.parametrize(("days", "relapsed"), [(5, True), (40, False)])
def test_the_same_item_failed_again_after_it_was_put_right_is_a_relapse(
    first: Check, inspector: Actor, site: Site, days: int, relapsed: bool
) -> None:
    closed = clock.now() + timedelta(hours=1)
    put_right(first.case_id, closed)
    with clock.at(closed + timedelta(days=days)):
        again = find(inspector, site)
        drain()
    case = Case.objects.get(pk=again.case_id)
    assert (case.relapse_of_id == first.case_id) is relapsed


def test_another_item_of_the_site_is_none(first: Check, inspector: Actor, site: Site) -> None:
    put_right(first.case_id, clock.now() + timedelta(hours=1))
    with clock.at(clock.now() + timedelta(days=5)):
        other = find(inspector, site, code="LANE-2")
        drain()
    assert other.case is None or Case.objects.get(pk=other.case_id).relapse_of_id is None
