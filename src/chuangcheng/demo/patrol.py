"""What inspectors find in the demo quarter, and the readings that offices hand in."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from chuangcheng.demo.darkroom import Darkroom
from chuangcheng.demo.found import Cast
from chuangcheng.demo.handling import Handling
from chuangcheng.demo.stage import Stage
from chuangcheng.framework.models import ChecklistItem
from chuangcheng.framework.selectors import checklist
from chuangcheng.indicators import actions as indicators
from chuangcheng.indicators.models import Indicator
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.patrols import actions as patrols
from chuangcheng.patrols.models import Check
from chuangcheng.photos.actions import Declaration
from chuangcheng.photos.imaging import Picture
from chuangcheng.sites.models import Site

VISITS = 1860
ITEMS_PER_VISIT = 9
FAILURES_AT_START, FAILURES_AT_END = 0.095, 0.055  # the city gets better through the quarter
PHOTOGRAPHED = 0.2  # of the failed checks
MODES = (("patrol", 40), ("covert", 22), ("morning", 14), ("mutual", 12), ("leader", 5), ("self", 7))


@dataclass(frozen=True)
class Found:
    """The result of one item, and the picture that was taken of it."""

    result: patrols.CheckInput
    picture: Picture | None


class Patrols:
    """Spreads visits over sites and days; every failed check becomes a case that takes its way."""

    def __init__(self, stage: Stage, cast: Cast, handling: Handling, darkroom: Darkroom) -> None:
        self.stage = stage
        self.rng: random.Random = stage.rng
        self.cast = cast
        self.handling = handling
        self.darkroom = darkroom
        self.care = {site.code: self.rng.uniform(0.5, 1.6) for site in cast.sites}

    def schedule(self) -> None:
        """Every site in turn, each about once a week."""
        days = (self.stage.end - self.stage.start).days
        order = list(self.cast.sites)
        for number in range(VISITS):
            if number % len(order) == 0:
                self.rng.shuffle(order)
            site = order[number % len(order)]
            mode = self.rng.choices([name for name, _ in MODES], [weight for _, weight in MODES])[0]
            day = self.stage.start + timedelta(days=min(days - 1, int(number / VISITS * days)))
            local = day.astimezone(CITY_ZONE).replace(
                hour=self.rng.choice((6, 7)) if mode == "morning" else self.rng.randrange(8, 18),
                minute=self.rng.randrange(60),
            )
            self.stage.at(local, lambda site=site, mode=mode: self._visit(site, mode))  # type: ignore[misc]

    def _inspector(self, site: Site, mode: str) -> Actor:
        street = self.cast.of("street", site.unit.code)
        return (
            self.rng.choice(street) if mode == "self" and street else self.rng.choice(self.cast.of("inspector", "CCB"))
        )

    def _visit(self, site: Site, mode: str) -> None:
        actor = self._inspector(site, mode)
        visit = patrols.start_visit(actor=actor, site_id=site.id, mode=mode, lat=site.lat, lon=site.lon)
        items = list(checklist(site.kind_id).values())
        chosen = self.rng.sample(items, min(ITEMS_PER_VISIT, len(items)))
        found = [self._look(item, site) for item in chosen]
        checks = patrols.record_checks(actor=actor, visit_id=visit.id, results=[each.result for each in found])
        for check, each in zip(checks, found, strict=True):
            self._send(actor, check, each.picture)
        patrols.finish_visit(actor=actor, visit_id=visit.id)
        for check in checks:
            if check.case and check.case.origin_id == check.pk:  # else it joined a case that is under way
                self.handling.take(check.case)

    def _send(self, actor: Actor, check: Check, picture: Picture | None) -> None:
        if picture:
            patrols.add_photo(actor=actor, check_id=check.pk, sha256=picture.original_sha256, data=picture)

    def _look(self, item: ChecklistItem, site: Site) -> Found:
        passed = (clock.now() - self.stage.start) / (self.stage.end - self.stage.start)
        chance = (FAILURES_AT_START + (FAILURES_AT_END - FAILURES_AT_START) * passed) * self.care[site.code]
        failed = self.rng.random() < chance
        defects = self.rng.choice((1, 1, 1, 2, 3)) if failed else 0
        value = None
        if item.scoring.startswith(("quota", "threshold")):
            value = Decimal(0) if failed else Decimal(100)
        picture = self.darkroom.take("before") if failed and self.rng.random() < PHOTOGRAPHED else None
        photos = (_declared(picture, site),) if picture else ()
        return Found(patrols.CheckInput(item_code=item.code, defects=defects, value=value, photos=photos), picture)


def _declared(picture: Picture, site: Site) -> Declaration:
    """Taken by the page's own camera, at the site, just now."""
    return Declaration(
        picture.original_sha256, "near", taken_at=clock.now(), lat=site.lat, lon=site.lon, in_camera=True
    )


def readings(stage: Stage, cast: Cast, rows: list[Indicator]) -> None:
    """Schedule a reading a month for every indicator, handed in by the office on the fifth of the next month."""
    for indicator in rows:
        month = stage.start.astimezone(CITY_ZONE).date().replace(day=1)
        while month < stage.end.date():
            following = (month + timedelta(days=32)).replace(day=1)
            due = datetime(following.year, following.month, 5, 10, 0, tzinfo=CITY_ZONE)
            value = _value(indicator, stage.rng)
            stage.at(due, lambda i=indicator, m=month, v=value: _record(cast, i, m, v))  # type: ignore[misc]
            month = following


def _value(indicator: Indicator, rng: random.Random) -> Decimal:
    """A plausible value near the best bound of the indicator's scoring."""
    scoring = indicator.scoring
    best = Decimal(str(scoring.get("target", scoring.get("required", scoring.get("A", 90)))))
    missed = Decimal(rng.choice(("0", "0", "0", "0", "0", "0.01", "0.03")))
    lower_is_better = str(scoring.get("op", ">")).startswith("<")
    margin = Decimal("0.02") - missed
    value = (best * (1 - margin if lower_is_better else 1 + margin)).quantize(Decimal("0.0001"))
    if indicator.high is not None:
        value = min(value, indicator.high)
    return max(value, indicator.low) if indicator.low is not None else value


def _record(cast: Cast, indicator: Indicator, month: date, value: Decimal) -> None:
    indicators.record_reading(
        actor=cast.named["office"], indicator_code=indicator.code, period_start=month, value=value, source="月报"
    )
