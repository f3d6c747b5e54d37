"""Registering, moving and closing sites."""

from __future__ import annotations

from typing import Any

import pytest

from chuangcheng.framework.actions import load_edition, publish_edition
from chuangcheng.framework.models import Edition
from chuangcheng.history.models import Event, Outbox
from chuangcheng.history.sweep import drain
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.coords import from_wgs84
from chuangcheng.kernel.problems import Refused
from chuangcheng.sites import actions, selectors
from chuangcheng.sites.models import Site, SiteState
from chuangcheng.sites.states import SITE
from tests.framework.editions import small

OTHERS = ["leader", "subcommand", "district", "department", "street", "community", "grid", "inspector", "auditor"]


def values(city: Any, **more: Any) -> dict[str, Any]:
    return {
        "code": "D002", "name": "长乐巷", "kind_code": "lane", "unit": city.units["street"], "lat": 30.003,
        "lon": 120.012, **more,
    }  # fmt: skip


def test_a_site_knows_its_grid_and_division(site: Site, small_city: Any) -> None:
    assert site.division == small_city.communities[0]
    assert site.division_path == "990100/990101/990101001/990101001001/"
    assert site.grid_id == small_city.grids[0].pk
    assert (site.kind_code, site.kind.zh, site.state) == ("lane", "背街小巷", "active")


def test_history_holds_codes_and_no_text(site: Site) -> None:
    event = Event.objects.get(subject_kind="site", subject_id=site.pk)
    assert event.action == "site.created"
    assert event.after["state"] == "active"
    assert "永安" not in str(event.after)


def test_saving_again_changes_nothing(site: Site, small_city: Any, personas: dict[str, Actor]) -> None:
    again = actions.save_site(
        actor=personas["office"], code="D001", name="永安巷", kind_code="lane", unit=small_city.units["street"],
        lat=30.003, lon=120.002, address="永安路1号",
    )  # fmt: skip
    assert (again.pk, again.chain_seq) == (site.pk, 1)
    assert Outbox.objects.filter(topic__startswith="site.").count() == 1


def test_a_change_is_one_history_row(site: Site, small_city: Any, personas: dict[str, Actor]) -> None:
    changed = actions.save_site(
        actor=personas["office"], code="D001", name="永安小巷", kind_code="lane", unit=small_city.units["street2"],
        lat=30.003, lon=120.002,
    )  # fmt: skip
    event = Event.objects.get(subject_id=site.pk, seq=2)
    assert (changed.name, changed.unit, event.action) == ("永安小巷", small_city.units["street2"], "site.changed")
    assert event.after["renamed"] is True
    assert event.before["unit_id"] != event.after["unit_id"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [("新华巷（北段）", "新华巷（北段）"), ("  “七一”广场，\u200b东门  ", "“七一”广场，东门"), ("Ａ区", "Ａ区"),
     ("永安巷(旧)", "永安巷(旧)")],
)  # fmt: skip
def test_a_name_keeps_its_own_punctuation_and_a_code_does_not(
    edition: Edition, small_city: Any, given: str, kept: str
) -> None:
    saved = actions.save_site(actor=SYSTEM, **values(small_city, name=given, code="Ｄ００９"))
    assert (saved.name, saved.code) == (kept, "D009")
    again = actions.save_site(actor=SYSTEM, **values(small_city, name=given, code="D009"))
    assert (again.pk, again.chain_seq) == (saved.pk, saved.chain_seq)


def test_a_name_of_nothing_to_read_is_refused(edition: Edition, small_city: Any) -> None:
    with pytest.raises(Refused, match=r"sites\.missing"):
        actions.save_site(actor=SYSTEM, **values(small_city, name="\u200b \u3000"))
    assert not Site.objects.exists()


def test_a_moved_site_belongs_to_its_new_street(site: Site, small_city: Any, personas: dict[str, Actor]) -> None:
    moved = actions.move_site(actor=personas["office"], site_id=site.pk, lat=30.004, lon=120.025)
    assert (moved.division, moved.grid) == (small_city.communities[2], small_city.grids[3])


def test_coordinates_of_another_datum_are_converted(edition: Edition, small_city: Any) -> None:
    lon, lat = from_wgs84(120.012, 30.003, "gcj02")
    saved = actions.save_site(actor=SYSTEM, **values(small_city, lon=lon, lat=lat, datum="gcj02"))
    assert (saved.lon, saved.lat) == (pytest.approx(120.012, abs=1e-5), pytest.approx(30.003, abs=1e-5))
    assert saved.division == small_city.communities[1]


def test_a_place_outside_belongs_to_the_units_division(edition: Edition, small_city: Any) -> None:
    saved = actions.save_site(actor=SYSTEM, **values(small_city, lon=121.0))
    assert (saved.division, saved.grid) == (small_city.streets[0], None)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"kind_code": "moon"}, "sites.unknown_kind"), ({"name": "  "}, "sites.missing"), ({"code": ""}, "sites.missing"),
        ({"name": "长" * 101}, "sites.too_long"), ({"lat": 95.0}, "sites.bad_position"),
        ({"lon": float("nan")}, "sites.bad_position"), ({"datum": "moon"}, "sites.bad_position"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_and_nothing_kept(
    edition: Edition, small_city: Any, wrong: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as caught:
        actions.save_site(actor=SYSTEM, **values(small_city, **wrong))
    assert caught.value.code == code
    assert not Site.objects.exists()


def test_a_unit_without_division_cannot_hold_a_place_outside(edition: Edition, small_city: Any) -> None:
    with pytest.raises(Refused, match=r"sites\.no_division"):
        actions.save_site(actor=SYSTEM, **values(small_city, lon=121.0, unit=small_city.units["department"]))


def test_without_a_published_edition_there_are_no_kinds(small_city: Any) -> None:
    with pytest.raises(Refused, match=r"sites\.no_edition"):
        actions.save_site(actor=SYSTEM, **values(small_city))


@pytest.mark.parametrize("role", OTHERS)
def test_only_the_office_edits(site: Site, small_city: Any, personas: dict[str, Actor], role: str) -> None:
    for refused in (
        lambda: actions.save_site(actor=personas[role], **values(small_city)),
        lambda: actions.move_site(actor=personas[role], site_id=site.pk, lat=30.0, lon=120.0),
        lambda: actions.close_site(actor=personas[role], site_id=site.pk, reason_code="merged"),
    ):
        with pytest.raises(Refused, match=r"common\.not_allowed"):
            refused()
    assert selectors.moves_for(personas[role], site) == []


def test_the_life_of_a_site(site: Site, personas: dict[str, Actor]) -> None:
    office = personas["office"]
    steps = [
        actions.pause_site(actor=office, site_id=site.pk, reason_code="rebuilding").state,
        actions.resume_site(actor=office, site_id=site.pk).state,
        actions.close_site(actor=office, site_id=site.pk, reason_code="merged").state,
        actions.reopen_site(actor=office, site_id=site.pk).state,
    ]
    assert steps == ["paused", "active", "closed", "active"]
    events = Event.objects.filter(subject_id=site.pk, seq__gt=1).order_by("seq")
    assert [(event.action, event.reason, event.after["state"]) for event in events] == [
        ("site.paused", "rebuilding", "paused"), ("site.resumed", "", "active"), ("site.closed", "merged", "closed"),
        ("site.reopened", "", "active"),
    ]  # fmt: skip


def test_moves_the_table_does_not_hold_are_refused(site: Site, personas: dict[str, Actor]) -> None:
    office = personas["office"]
    for state in SiteState.values:
        Site.objects.filter(pk=site.pk).update(state=state)
        allowed = {move.name for move in SITE.moves_from(state)}
        assert {move.name for move in selectors.moves_for(office, Site.objects.get(pk=site.pk))} == allowed
        for name in {"pause", "resume", "close", "reopen"} - allowed:
            more = {"reason_code": "merged"} if SITE.move(name).needs else {}
            with pytest.raises(Refused, match=r"state\.move_refused"):
                getattr(actions, f"{name}_site")(actor=office, site_id=site.pk, **more)


def test_closing_needs_a_known_reason(site: Site, personas: dict[str, Actor]) -> None:
    with pytest.raises(Refused, match=r"state\.missing"):
        actions.close_site(actor=personas["office"], site_id=site.pk, reason_code="")
    with pytest.raises(Refused, match=r"sites\.unknown_reason"):
        actions.close_site(actor=personas["office"], site_id=site.pk, reason_code="whim")


def test_states_of_table_and_model_agree() -> None:
    assert [state.code for state in SITE.states] == list(SiteState.values)


def test_an_unknown_site_is_not_found(edition: Edition) -> None:
    with pytest.raises(Refused, match=r"common\.not_found"):
        actions.resume_site(actor=SYSTEM, site_id=edition.pk)


def test_sites_follow_the_next_edition(site: Site) -> None:
    old = site.kind_id
    fresh = load_edition(actor=SYSTEM, document={**small(), "code": "TEST-2"})
    publish_edition(actor=SYSTEM, edition=fresh)
    drain()
    site.refresh_from_db()
    assert site.kind_id != old
    assert (site.kind.edition, site.kind_code, site.chain_seq) == (fresh, "lane", 1)
    assert actions.follow_edition() == 0
