"""Who sees which site, and that what is stored twice agrees."""

from __future__ import annotations

from typing import Any

import pytest

from chuangcheng.framework.models import Edition
from chuangcheng.kernel.actor import CITIZEN, SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.models import Unit
from chuangcheng.sites import projections, selectors
from chuangcheng.sites.actions import close_site, save_site
from chuangcheng.sites.models import Site
from chuangcheng.sites.policies import sees_site


@pytest.fixture
def sites(edition: Edition, small_city: Any) -> list[Site]:
    """One in each community: the first two answered for by 河东街道, the third by 城市管理局."""
    units = [small_city.units["street"], small_city.units["street"], small_city.units["department"]]
    return [
        save_site(actor=SYSTEM, code=f"D{n}", name=f"巷{n}", kind_code="lane", unit=unit, lat=30.003, lon=lon)
        for n, (unit, lon) in enumerate(zip(units, (120.002, 120.012, 120.022), strict=True))
    ]


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("office", {"D0", "D1", "D2"}), ("leader", {"D0", "D1", "D2"}), ("inspector", {"D0", "D1", "D2"}),
        ("auditor", {"D0", "D1", "D2"}), ("district", {"D0", "D1", "D2"}), ("street", {"D0", "D1"}),
        ("street2", {"D2"}), ("community", {"D0"}), ("grid", {"D0"}), ("department", {"D2"}), ("subcommand", set()),
    ],
)  # fmt: skip
def test_each_sees_what_is_theirs(sites: list[Site], personas: dict[str, Actor], role: str, seen: set[str]) -> None:
    actor = personas[role]
    assert {site.code for site in selectors.visible_to(actor)} == seen
    for site in Site.objects.all():
        assert sees_site(actor, site) is (site.code in seen), "the same without asking the database"
        if site.code in seen:
            assert selectors.get_site_for(actor, site.pk) == site
        else:
            with pytest.raises(Refused, match=r"common\.not_found"):
                selectors.get_site_for(actor, site.pk)


def test_a_subcommand_sees_the_sites_of_its_line(
    sites: list[Site], small_city: Any, personas: dict[str, Actor]
) -> None:
    Unit.objects.filter(code="U-CGJ").update(line_parent=small_city.units["subcommand"])
    assert [site.code for site in selectors.visible_to(personas["subcommand"])] == ["D2"]
    assert [site.code for site in Site.objects.all() if sees_site(personas["subcommand"], site)] == ["D2"]


def test_a_citizen_sees_none(sites: list[Site]) -> None:
    assert not selectors.visible_to(CITIZEN).exists()
    assert not any(sees_site(CITIZEN, site) for site in sites)


def test_closed_sites_are_not_looked_at(sites: list[Site], personas: dict[str, Actor]) -> None:
    close_site(actor=SYSTEM, site_id=sites[0].pk, reason_code="merged")
    assert [site.code for site in selectors.active(personas["street"])] == ["D1"]
    assert selectors.count_by_kind(selectors.visible_to(personas["street"])) == {"lane": 2}
    assert [kind.code for kind in selectors.kinds_in_use()] == ["lane"]
    assert selectors.site_by_code("D1") == sites[1]


@pytest.mark.parametrize(
    "change", [{"state": "closed"}, {"lat": 31.0}, {"division_path": "elsewhere/"}, {"kind_code": "moon"}]
)
def test_a_perturbed_site_is_found_and_mended(sites: list[Site], change: dict[str, Any]) -> None:
    assert list(projections.check()) == []
    Site.objects.filter(pk=sites[1].pk).update(**change)
    differences = list(projections.check())
    assert {difference.where for difference in differences} == {"site D1"}
    assert projections.rebuild() == 1
    assert list(projections.check()) == []
    assert projections.rebuild() == 0
