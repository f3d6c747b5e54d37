"""What a site's history holds, and that whatever is stored twice is held against it, field by field."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from chuangcheng.framework.models import Edition, SiteKind
from chuangcheng.history.models import Event, Outbox
from chuangcheng.kernel.actor import CITIZEN, SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.sites import actions, projections
from chuangcheng.sites.models import Site
from chuangcheng.sites.states import REASONS, SITE

ROLES = ["leader", "subcommand", "district", "department", "street", "street2", "community", "grid", "inspector",
         "auditor"]  # fmt: skip
Attempt = Callable[[Actor], Site]


@pytest.fixture
def attempts(site: Site, small_city: Any) -> dict[str, Attempt]:
    """One call of each action that would change something; those from another state go there first."""

    def given(**more: Any) -> dict[str, Any]:
        place = {"lat": 30.003, "lon": 120.002, "address": "永安路1号"}
        return {
            "code": "D001",
            "name": "永安巷",
            "kind_code": "lane",
            "unit": small_city.units["street"],
            **place,
            **more,
        }

    return {
        "register": lambda actor: actions.save_site(actor=actor, **given(code="D009")),
        "rename": lambda actor: actions.save_site(actor=actor, **given(name="永安小巷")),
        "hand over": lambda actor: actions.save_site(actor=actor, **given(unit=small_city.units["department"])),
        "move": lambda actor: actions.move_site(actor=actor, site_id=site.pk, lat=30.004, lon=120.012),
        "pause": lambda actor: actions.pause_site(actor=actor, site_id=site.pk, reason_code="rebuilding"),
        "close": lambda actor: actions.close_site(actor=actor, site_id=site.pk, reason_code="merged"),
    }


NAMES = ["register", "rename", "hand over", "move", "pause", "close"]


@pytest.mark.parametrize("name", NAMES)
def test_the_office_and_the_system_may(attempts: dict[str, Attempt], personas: dict[str, Actor], name: str) -> None:
    events, rows = Event.objects.count(), Outbox.objects.count()
    attempts[name](personas["office"])
    assert (Event.objects.count(), Outbox.objects.count()) == (events + 1, rows + 1)
    assert Event.objects.latest("id").actor_person == personas["office"].person_id


@pytest.mark.parametrize("name", NAMES)
def test_nobody_else_may_and_nothing_is_left(
    attempts: dict[str, Attempt], personas: dict[str, Actor], name: str
) -> None:
    before = (Event.objects.count(), Outbox.objects.count(), list(Site.objects.values()))
    for actor in [*(personas[role] for role in ROLES), CITIZEN]:
        with pytest.raises(Refused, match=r"common\.not_allowed"):
            attempts[name](actor)
    assert (Event.objects.count(), Outbox.objects.count(), list(Site.objects.values())) == before
    attempts[name](SYSTEM)
    assert Event.objects.count() == before[0] + 1


@pytest.mark.parametrize("name", ["resume", "reopen"])
def test_nobody_else_brings_a_site_back(site: Site, personas: dict[str, Actor], name: str) -> None:
    state = {"resume": "paused", "reopen": "closed"}[name]
    Site.objects.filter(pk=site.pk).update(state=state)
    call = getattr(actions, f"{name}_site")
    for role in ROLES:
        with pytest.raises(Refused, match=r"common\.not_allowed"):
            call(actor=personas[role], site_id=site.pk)
    assert call(actor=personas["office"], site_id=site.pk).state == "active"


@pytest.mark.parametrize("reason", sorted(REASONS))
@pytest.mark.parametrize("name", ["pause", "close"])
def test_every_reason_is_kept(site: Site, personas: dict[str, Actor], name: str, reason: str) -> None:
    changed = getattr(actions, f"{name}_site")(actor=personas["office"], site_id=site.pk, reason_code=reason)
    event = Event.objects.get(subject_id=site.pk, seq=2)
    assert (event.reason, event.before["state"], event.after["state"]) == (reason, "active", changed.state)
    assert changed.state == SITE.move(name).target


def test_the_chain_can_be_followed_from_before_to_after(attempts: dict[str, Attempt], site: Site) -> None:
    for name in ("rename", "move", "hand over", "close"):
        attempts[name](SYSTEM)
    events = list(Event.objects.filter(subject_kind="site", subject_id=site.pk).order_by("seq"))
    assert [event.seq for event in events] == [1, 2, 3, 4, 5]
    for earlier, later in itertools.pairwise(events):
        told = {name: value for name, value in earlier.after.items() if name != "renamed"}
        assert later.before == told
    assert Site.objects.get(pk=site.pk).chain_head == events[-1].digest


@pytest.mark.parametrize("name", ["rename", "hand over"])
def test_saving_the_same_again_leaves_no_trace(attempts: dict[str, Attempt], name: str) -> None:
    attempts[name](SYSTEM)
    before = (Event.objects.count(), Outbox.objects.count())
    attempts[name](SYSTEM)
    assert (Event.objects.count(), Outbox.objects.count()) == before


def test_names_stay_out_of_history(attempts: dict[str, Attempt]) -> None:
    attempts["rename"](SYSTEM)
    told = str(list(Event.objects.filter(subject_kind="site").values("before", "after", "reason")))
    assert "永安" not in told
    assert [event.after["renamed"] for event in Event.objects.filter(subject_kind="site").order_by("seq")] == [
        True, True,
    ]  # fmt: skip
    attempts["close"](SYSTEM)
    assert Event.objects.filter(subject_kind="site").latest("seq").after["renamed"] is False


# --- perturbations ---------------------------------------------------------------------------------------------------


@pytest.fixture
def others(site: Site, edition: Edition, small_city: Any) -> dict[str, Any]:
    """For each stored field another value that the database would take."""
    return {
        "unit": small_city.units["department"], "division": small_city.communities[2], "grid": small_city.grids[3],
        "lat": 30.0031, "lon": 120.0021, "state": "paused", "code": "D999", "kind_code": "moon",
        "division_path": "990100/", "kind": SiteKind.objects.create(edition=edition, code="other", prefix="O", zh="别的"),
    }  # fmt: skip


FIELDS = ["unit", "division", "grid", "lat", "lon", "state", "code", "kind_code", "division_path", "kind"]


@pytest.mark.parametrize("field", FIELDS)
def test_each_perturbed_field_is_found(site: Site, others: dict[str, Any], field: str) -> None:
    assert list(projections.check()) == []
    Site.objects.filter(pk=site.pk).update(**{field: others[field]})
    found = list(projections.check())
    assert found
    words = " ".join(one.what for one in found)
    assert {"division_path": "path", "kind": "kind"}.get(field, field) in words


@pytest.mark.parametrize("field", [field for field in FIELDS if field != "kind"])
def test_each_perturbed_field_is_mended(site: Site, others: dict[str, Any], field: str) -> None:
    before = Site.objects.filter(pk=site.pk).values().get()
    Site.objects.filter(pk=site.pk).update(**{field: others[field]})
    assert projections.rebuild() >= 1
    assert list(projections.check()) == []
    assert Site.objects.filter(pk=site.pk).values().get() == before
    assert projections.rebuild() == 0


def test_a_site_that_slipped_in_is_named(site: Site) -> None:
    """It has no history at all."""
    slipped = Site.objects.get(pk=site.pk)
    slipped.pk, slipped.code = None, "D777"
    slipped.save(force_insert=True)
    assert [one.where for one in projections.check()] == ["site D777"]


def test_a_site_that_is_gone_is_named(site: Site) -> None:
    Site.objects.filter(pk=site.pk).delete()
    assert [str(one) for one in projections.check()] == [f"site {site.pk}: is gone"]
