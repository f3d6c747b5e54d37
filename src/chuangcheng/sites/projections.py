"""What is stored twice about a site: its place and state are in its history, its path in the tree of divisions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import F

from chuangcheng.history.models import Event
from chuangcheng.history.projections import Difference, register
from chuangcheng.sites import registering
from chuangcheng.sites.compounds.actions import FACTS as COMPOUND_FACTS
from chuangcheng.sites.deliberations.actions import FACTS as DELIBERATION_FACTS
from chuangcheng.sites.facts import FACTS
from chuangcheng.sites.models import Compound, Deliberation, Rectification, Shop, Site, Sponsorship, Team
from chuangcheng.sites.shops.actions import FACTS as SHOP_FACTS
from chuangcheng.sites.shops.rectification import FACTS as RECTIFICATION_FACTS
from chuangcheng.sites.sponsorship.actions import FACTS as SPONSORSHIP_FACTS
from chuangcheng.sites.teams.actions import FACTS as TEAM_FACTS


def check() -> Iterator[Difference]:
    """Sites that differ from their last history row, are gone or unknown to it, or whose path is not their
    division's."""
    told = _told()
    for site in Site.objects.select_related("division", "kind").iterator():
        facts = told.pop(site.pk, None)
        if facts is None:
            yield Difference(f"site {site.code}", "history knows nothing of it")
        for name, value in (facts or {}).items():
            if _plain(getattr(site, name)) != value:
                yield Difference(f"site {site.code}", f"{name} is {getattr(site, name)}, history says {value}")
        if site.division_path != site.division.path:
            yield Difference(f"site {site.code}", f"path is {site.division_path}, its division's {site.division.path}")
        if site.kind_code != site.kind.code:
            yield Difference(f"site {site.code}", f"kind is {site.kind_code}, its row's {site.kind.code}")
    for pk in told:
        yield Difference(f"site {pk}", "is gone")


def rebuild() -> int:
    """Write place, unit and state from history and the path from the division."""
    told, written = _told(), 0
    for site in Site.objects.iterator():
        facts = {name: value for name, value in told.get(site.pk, {}).items() if _plain(getattr(site, name)) != value}
        if facts:
            written += Site.objects.filter(pk=site.pk).update(**facts)
    stale = Site.objects.exclude(division_path=F("division__path")).select_related("division")
    for site in stale:
        written += Site.objects.filter(pk=site.pk).update(division_path=site.division.path)
    return written


def _told() -> dict[UUID, dict[str, Any]]:
    """The newest facts of each site. A division's new path is not the site's story, so it is compared apart."""
    rows = Event.objects.filter(subject_kind="site").order_by("seq").values_list("subject_id", "after")
    newest = dict(rows.iterator())
    names = [name for name in FACTS if name != "division_path"]
    return {pk: {name: after[name] for name in names if name in after} for pk, after in newest.items()}


def _plain(value: object) -> object:
    return str(value) if isinstance(value, UUID) else value


register("sites", check, rebuild)
registering.project("compounds", Compound, COMPOUND_FACTS)
registering.project("shops", Shop, SHOP_FACTS)
registering.project("rectifications", Rectification, RECTIFICATION_FACTS)
registering.project("deliberations", Deliberation, DELIBERATION_FACTS)
registering.project("teams", Team, TEAM_FACTS)
registering.project("sponsorships", Sponsorship, SPONSORSHIP_FACTS)
