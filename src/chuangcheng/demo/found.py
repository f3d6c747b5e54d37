"""Founding: the rows a city has before its first report, made by the real actions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from chuangcheng.cases.actions import ensure_default_routing
from chuangcheng.demo.plan import LOGINS, Plan
from chuangcheng.framework import actions as framework
from chuangcheng.framework.models import Edition
from chuangcheng.indicators import actions as indicators
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.people import actions as people
from chuangcheng.people.models import Unit
from chuangcheng.people.selectors import actor_of
from chuangcheng.places import actions as places
from chuangcheng.places.selectors import division_by_code
from chuangcheng.sites import actions as sites
from chuangcheng.sites.models import Site

PASSWORD = "chuangcheng-demo"  # noqa: S105 -- printed on the screen; a demo home holds nothing real


#: Which part of a unit does the campaign's work 责任科室.
SECTIONS = ("创建指导科", "综合科", "市容管理科", "法规宣传科", "社会事务科", "办公室")


@dataclass
class Cast:
    """Who acts in the demo: actors by user name, and by (role, code of the unit)."""

    edition: Edition
    units: dict[str, Unit] = field(default_factory=dict)
    named: dict[str, Actor] = field(default_factory=dict)
    posted: dict[tuple[str, str], list[Actor]] = field(default_factory=dict)
    sites: list[Site] = field(default_factory=list)

    def of(self, role: str, unit_code: str) -> list[Actor]:
        """The actors who hold ``role`` in the unit, in the plan's order."""
        return self.posted.get((role, unit_code), [])


def found(plan: Plan, moment: datetime) -> Cast:
    """Divisions, units, people, the sample edition with its duties, sites, indicators and routing."""
    with transaction.atomic():
        _places(plan)
        edition = framework.load_sample(actor=SYSTEM)
        cast = Cast(edition)
        _units(plan, cast)
        _people(plan, cast, moment)
        framework.publish_edition(actor=cast.named["office"], edition=edition)
        framework.assign_by_role(actor=cast.named["office"], edition=edition)
        ensure_default_routing(actor=cast.named["office"])
        cast.sites = [
            sites.save_site(
                actor=cast.named["office"], code=site.code, name=site.name, kind_code=site.kind,
                unit=cast.units[site.unit], lat=site.lat, lon=site.lon, address=site.address,
            )
            for site in plan.sites
        ]  # fmt: skip
        indicators.define_from_edition(actor=cast.named["office"], edition=edition)
    return cast


def _places(plan: Plan) -> None:
    for area in plan.areas:
        places.save_division(
            code=area.code, name=area.name, level=area.level, parent_code=area.parent or None, boundary=area.geometry
        )
    for grid in plan.grids:
        places.save_grid(code=grid.code, name=grid.name, community_code=grid.parent, boundary=grid.geometry)


def _units(plan: Plan, cast: Cast) -> None:
    for unit in plan.units:
        cast.units[unit.code] = people.save_unit(
            actor=SYSTEM, code=unit.code, name=unit.name, short_name=unit.short_name, kind=unit.kind,
            group=unit.group, role_code=unit.role_code, official_order=unit.order,
            section=SECTIONS[unit.order % len(SECTIONS)] if unit.kind in {"department", "street"} else "",
            parent=cast.units.get(unit.parent),
            line_parent=cast.units.get(unit.line_parent),
            division=division_by_code(unit.division) if unit.division else None,
        )  # fmt: skip


def _people(plan: Plan, cast: Cast, moment: datetime) -> None:
    for row in plan.people:
        password = PASSWORD if row.username in LOGINS else None
        person = people.save_person(actor=SYSTEM, username=row.username, name=row.name, password=password)
        unit = cast.units[row.unit]
        post = people.give_post(
            actor=SYSTEM, person=person, role=row.role, unit=unit,
            division=unit.division if row.division else None, title=row.title, valid_from=moment.date(),
        )  # fmt: skip
        actor = actor_of(post)
        cast.named[row.username] = actor
        cast.posted.setdefault((row.role, row.unit), []).append(actor)
