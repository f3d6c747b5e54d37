"""Beginning and finishing visits: rights, budget, repeats."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.framework.models import Edition
from chuangcheng.history.models import Event, Outbox
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN, Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.patrols import selectors
from chuangcheng.patrols.actions import finish_visit, record_check, start_visit
from chuangcheng.patrols.budget import visit_budget
from chuangcheng.patrols.facts import score_of
from chuangcheng.patrols.models import Mode, Visit
from chuangcheng.patrols.states import VISIT
from chuangcheng.sites.actions import close_site, pause_site
from chuangcheng.sites.models import Site


def test_a_visit_begins(visit: Visit, site: Site, noon: datetime, small_city: Any) -> None:
    assert (visit.state, visit.started_at, visit.unit) == ("open", noon, small_city.units["office"])
    assert visit.number.startswith("DC20260915-")
    event = Event.objects.get(subject_kind="visit", subject_id=visit.pk)
    assert (event.action, event.after["site"], event.after["mode"]) == ("visit.started", str(site.pk), "patrol")
    assert Outbox.objects.get(topic="visit.started").subject_id == visit.pk


@pytest.mark.parametrize("role", ["office", "district", "street", "inspector"])
def test_those_with_the_right_visit_their_ground(site: Site, personas: dict[str, Actor], role: str) -> None:
    assert start_visit(actor=personas[role], site_id=site.pk, mode="patrol").site == site


@pytest.mark.parametrize("role", ["leader", "subcommand", "department", "community", "grid", "auditor"])
def test_others_do_not_visit(site: Site, personas: dict[str, Actor], role: str) -> None:
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        start_visit(actor=personas[role], site_id=site.pk, mode="patrol")


def test_a_street_does_not_visit_its_neighbours(site: Site, personas: dict[str, Actor]) -> None:
    with pytest.raises(Refused, match=r"common\.not_found"):
        start_visit(actor=personas["street2"], site_id=site.pk, mode="mutual")
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        start_visit(actor=CITIZEN, site_id=site.pk, mode="patrol")


def test_the_same_id_is_the_same_visit(visit: Visit, site: Site, personas: dict[str, Actor]) -> None:
    again = start_visit(actor=personas["inspector"], site_id=site.pk, mode="patrol", visit_id=visit.pk)
    assert (again.pk, again.number, Visit.objects.count()) == (visit.pk, visit.number, 1)


@pytest.mark.parametrize("other", [{"mode": "covert"}, {"role": "office"}])
def test_the_same_id_for_something_else_is_refused(
    visit: Visit, site: Site, personas: dict[str, Actor], other: dict[str, str]
) -> None:
    actor = personas[other.get("role", "inspector")]
    with pytest.raises(Refused, match=r"common\.different_body"):
        start_visit(actor=actor, site_id=site.pk, mode=other.get("mode", "patrol"), visit_id=visit.pk)


def test_the_clients_id_is_taken(site: Site, personas: dict[str, Actor]) -> None:
    chosen = new_id()
    visit = start_visit(actor=personas["inspector"], site_id=site.pk, mode="covert", visit_id=chosen)
    assert visit.pk == chosen


@pytest.mark.parametrize(("wrong", "code"), [({"mode": "stroll"}, "unknown_mode"),
                                             ({"extra_reason": "whim"}, "unknown_reason")])  # fmt: skip
def test_unknown_words_are_refused(site: Site, personas: dict[str, Actor], wrong: dict[str, str], code: str) -> None:
    with pytest.raises(Refused, match=rf"patrols\.{code}"):
        start_visit(actor=personas["inspector"], site_id=site.pk, **{"mode": "patrol", **wrong})


@pytest.mark.parametrize("stop", [pause_site, close_site])
def test_a_site_out_of_use_is_not_visited(site: Site, personas: dict[str, Actor], stop: Callable[..., Site]) -> None:
    stop(actor=personas["office"], site_id=site.pk, reason_code="rebuilding")
    with pytest.raises(Refused, match=r"patrols\.site_not_active"):
        start_visit(actor=personas["inspector"], site_id=site.pk, mode="patrol")


@pytest.fixture
def full(site: Site, personas: dict[str, Actor], noon: datetime) -> Site:
    """Six visits in six days, one of each mode: the budget of thirty days is used."""
    for day, mode in enumerate(Mode.values):
        with clock.at(noon - timedelta(days=6 - day)):
            start_visit(actor=personas["inspector"], site_id=site.pk, mode=mode)
    return site


def test_all_modes_count_against_one_budget(full: Site, personas: dict[str, Actor], noon: datetime) -> None:
    budget = visit_budget(full, noon)
    assert (budget.used, budget.left, budget.free_at) == (6, 0, noon + timedelta(days=24))
    with pytest.raises(Refused, match=r"patrols\.budget.*30 天内已到访 6 次"):
        start_visit(actor=personas["inspector"], site_id=full.pk, mode="covert")
    assert Visit.objects.count() == 6


def test_one_more_needs_a_reason_that_is_kept(full: Site, personas: dict[str, Actor]) -> None:
    visit = start_visit(actor=personas["inspector"], site_id=full.pk, mode="patrol", extra_reason="recheck")
    assert visit.extra_reason == "recheck"
    assert Event.objects.get(subject_id=visit.pk).reason == "recheck"


def test_the_budget_frees_itself(full: Site, personas: dict[str, Actor], noon: datetime) -> None:
    later = visit_budget(full, noon).free_at
    assert later is not None
    assert visit_budget(full, later - timedelta(seconds=1)).left == 0
    with clock.at(later):
        assert visit_budget(full, later).free_at is None
        assert start_visit(actor=personas["inspector"], site_id=full.pk, mode="patrol").number


def test_the_edition_sets_the_budget(full: Site, edition: Edition, noon: datetime) -> None:
    from chuangcheng.history import versions

    edition.rules = {**edition.rules, "visit_budget": {"visits": 2, "days": 3}}
    edition.save()
    versions.forget()
    assert (visit_budget(full, noon).visits, visit_budget(full, noon).used) == (2, 2)


def test_a_finished_visit_has_its_score(visit: Visit, personas: dict[str, Actor], noon: datetime) -> None:
    inspector = personas["inspector"]
    record_check(actor=inspector, visit_id=visit.pk, item_code="LANE-1", defects=1)
    record_check(actor=inspector, visit_id=visit.pk, item_code="LANE-2")
    done = finish_visit(actor=inspector, visit_id=visit.pk)
    assert (done.state, done.score, done.checked, done.failed) == ("finished", Decimal("83.00"), 2, 1)
    assert done.finished_at == noon
    event = Event.objects.filter(subject_id=visit.pk).latest("seq")
    assert (event.action, event.after["state"], event.after["score"]) == ("visit.finished", "finished", "83.00")
    assert Outbox.objects.get(topic="visit.finished").payload["site"] == str(visit.site_id)


def test_finishing_twice_is_finishing_once(visit: Visit, personas: dict[str, Actor]) -> None:
    record_check(actor=personas["inspector"], visit_id=visit.pk, item_code="LANE-2")
    first = finish_visit(actor=personas["inspector"], visit_id=visit.pk)
    again = finish_visit(actor=personas["inspector"], visit_id=visit.pk)
    assert (again.chain_seq, again.score) == (first.chain_seq, first.score)


def test_a_visit_without_checks_is_not_finished(visit: Visit, personas: dict[str, Actor]) -> None:
    with pytest.raises(Refused, match=r"state\.missing"):
        finish_visit(actor=personas["inspector"], visit_id=visit.pk)
    record_check(actor=personas["inspector"], visit_id=visit.pk, item_code="LANE-2", not_applicable=True)
    with pytest.raises(Refused, match=r"state\.missing"):
        finish_visit(actor=personas["inspector"], visit_id=visit.pk)


@pytest.mark.parametrize("role", ["office", "district", "street"])
def test_nobody_finishes_for_somebody_else(visit: Visit, personas: dict[str, Actor], role: str) -> None:
    with pytest.raises(Refused, match=r"common\.not_found"):
        finish_visit(actor=personas[role], visit_id=visit.pk)


checks = st.tuples(st.sampled_from(["A", "B", "C", "C#", "NA"]), st.integers(0, 100), st.just(100))


@given(st.lists(checks, max_size=40))
def test_a_score_lies_between_its_checks(rows: list[tuple[str, int, int]]) -> None:
    score = score_of(rows)
    applied = [share for grade, share, _ in rows if grade != "NA"]
    assert (score is None) == (not applied)
    if score is not None:
        assert min(applied) <= score <= max(applied)
        assert abs(score - Decimal(sum(applied)) / len(applied)) <= Decimal("0.005")


def test_states_of_table_and_model_agree() -> None:
    field = Visit._meta.get_field("state")
    assert [code for code, _ in field.choices or ()] == [state.code for state in VISIT.states]


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        ("office", True), ("leader", True), ("auditor", True), ("inspector", True), ("district", True),
        ("street", True), ("community", True), ("street2", False), ("department", False), ("subcommand", False),
        ("grid", False),
    ],
)  # fmt: skip
def test_who_sees_a_visit(visit: Visit, personas: dict[str, Actor], role: str, sees: bool) -> None:
    assert selectors.visible_to(personas[role]).filter(pk=visit.pk).exists() == sees
    if not sees:
        with pytest.raises(Refused, match=r"common\.not_found"):
            selectors.get_visit_for(personas[role], visit.pk)


def test_a_covert_visit_is_hidden_from_those_it_is_about(site: Site, personas: dict[str, Actor]) -> None:
    visit = start_visit(actor=personas["inspector"], site_id=site.pk, mode="covert")
    assert not selectors.visible_to(personas["street"]).exists()
    assert selectors.visible_to(personas["leader"]).exists()
    assert selectors.open_visit(personas["inspector"], site) == visit
    record_check(actor=personas["inspector"], visit_id=visit.pk, item_code="LANE-2")
    finish_visit(actor=personas["inspector"], visit_id=visit.pk)
    assert list(selectors.visits_of(personas["street"], site)) == [visit]
    assert selectors.open_visit(personas["inspector"], site) is None
    assert selectors.open_visit(CITIZEN, site) is None
