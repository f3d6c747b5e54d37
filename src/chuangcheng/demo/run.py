"""Makes the demo city: founds it, plays a quarter by the real actions, and sums up what came of it."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from chuangcheng.bulletins import actions as bulletins
from chuangcheng.cases.models import Case, Report
from chuangcheng.cases.rates import rates
from chuangcheng.cases.selectors import visible_cases
from chuangcheng.demo import cycle, editions, library, risks, split, structure, summaries, together, trust
from chuangcheng.demo.campaigns import Campaigns
from chuangcheng.demo.darkroom import Darkroom
from chuangcheng.demo.dates import ending
from chuangcheng.demo.drives import Drives
from chuangcheng.demo.found import PASSWORD, Cast, found
from chuangcheng.demo.handling import Handling
from chuangcheng.demo.indicators import Numbers
from chuangcheng.demo.instructions import Instructions
from chuangcheng.demo.keeping import keep
from chuangcheng.demo.meetings import Meetings
from chuangcheng.demo.merging import Merging
from chuangcheng.demo.morning import Morning
from chuangcheng.demo.orders import Orders
from chuangcheng.demo.owners import Owners
from chuangcheng.demo.patrol import Patrols, readings
from chuangcheng.demo.petitions import Petitions
from chuangcheng.demo.plan import LOGINS, Plan, make
from chuangcheng.demo.quarter import Quarter
from chuangcheng.demo.rechecks import Rechecks
from chuangcheng.demo.registers import Registers
from chuangcheng.demo.spot import Spot
from chuangcheng.demo.stage import Progress, Stage
from chuangcheng.demo.talks import Talks
from chuangcheng.demo.tasks import Tasks
from chuangcheng.history import seal, sweep
from chuangcheng.indicators.models import Indicator
from chuangcheng.kernel import clock, ids
from chuangcheng.notices.actions import sink
from chuangcheng.patrols.models import Visit
from chuangcheng.people.models import Unit
from chuangcheng.people.rights import posts_kept
from chuangcheng.photos import storage
from chuangcheng.scoring import projector
from chuangcheng.scoring.selectors import total
from chuangcheng.sites.models import Site

DAYS = 92  # one quarter


def run(*, seed: int, as_of: date, progress: Progress, founded: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """Make the city of ``seed`` up to the morning of ``as_of`` in the (migrated, empty) home of this process.

    ``progress(share, text)`` is called now and then; ``founded()`` once, when pages can be served. Returns the summary.
    """
    began = time.monotonic()
    rng = random.Random(seed)
    end = ending(as_of)
    start = end - timedelta(days=DAYS)
    plan = make(seed)
    with ids.seeded(rng), sink(), posts_kept(), storage.flushed_at_the_end():
        with clock.at(start):
            cast = found(plan, start - timedelta(days=30))
        progress(0.02, "")
        founded()
        stage = Stage(rng, start, end)
        with Darkroom(seed) as darkroom:
            _schedule(stage, plan, cast, darkroom, seed)
            Spot(stage, plan, cast, seed).schedule()
            Owners(stage, cast, seed).schedule()
            looks = Rechecks(stage, cast, seed)
            looks.schedule()
            Instructions(stage, cast, seed).schedule()
            stage.play(lambda day: _close_day(cast, day, end), lambda share, text: progress(0.02 + 0.95 * share, text))
        with clock.at(end):
            trust.play(cast)
            together.play(cast)
            looks.find_some()
            editions.play(cast)
            structure.play(plan, cast, seed)
            split.play(cast)
            cycle.play(cast)
            risks.play(cast)
            library.play(cast, start.astimezone(clock.CITY_ZONE).date() + timedelta(days=1))
            sweep.drain()
            projector.refresh()
            keep(cast.named)
            seal.seal(settings.CITY.seals)
            summary = summarise(cast)
    progress(1.0, "")
    return {
        **summary,
        "refused": dict(stage.refused),
        "seed": seed,
        "as_of": as_of.isoformat(),
        "seconds": round(time.monotonic() - began, 1),
    }


def _schedule(stage: Stage, plan: Plan, cast: Cast, darkroom: Darkroom, seed: int) -> None:
    orders = Orders(stage, cast, seed)
    handling = Handling(stage, cast, darkroom, orders)
    Quarter(stage, plan, cast, handling, darkroom, orders).schedule()
    Patrols(stage, cast, handling, darkroom).schedule()
    Morning(stage, plan, cast).schedule()
    Merging(stage, cast, handling).schedule()
    registers = Registers(stage, plan, cast)
    registers.schedule()
    Talks(registers).schedule()
    tasks = Tasks(stage, cast, seed)
    tasks.schedule()
    Petitions(tasks, seed).schedule()
    Meetings(stage, cast, seed).schedule()
    Campaigns(stage, cast, seed).schedule()
    Drives(stage, cast, seed).schedule()
    readings(stage, cast, list(Indicator.objects.order_by("code")))
    Numbers(stage, cast, seed).schedule()


def _close_day(cast: Cast, midnight: datetime, end: datetime) -> None:
    """What the worker and the office do at the end of a day: scores, and on Sunday the weekly report."""
    if midnight.weekday() == 6:
        projector.project()
        projector.keep_total(cast.edition, midnight.date())
        monday = midnight.date() - timedelta(days=6)
        weekly = bulletins.assemble_week(actor=cast.named["office"], week_start=monday)
        bulletins.issue_week(actor=cast.named["office"], weekly_id=weekly.id)
        if end - midnight < timedelta(weeks=4):
            summaries.close_week(cast, monday)


def summarise(cast: Cast) -> dict[str, Any]:
    """The figures that ``chuangcheng demo --json`` prints, all read back from the database."""
    rate = rates(visible_cases(cast.named["office"]), clock.now())["on_time_close"]
    score = total(cast.edition)
    return {
        "units": Unit.objects.filter(kind__in=("department", "street", "company", "outside")).count(),
        "sites": Site.objects.count(),
        "reports": Report.objects.count(),
        "cases": Case.objects.count(),
        "closed": Case.objects.filter(state="closed").count(),
        "visits": Visit.objects.count(),
        "on_time_rate": round(float(rate.share), 4) if rate.share is not None else None,
        "score": round(float(score.points), 2),
        "coverage": round(float(score.coverage), 4),
        "standards": cast.edition.standards.count(),
        "logins": [{"username": name, "password": PASSWORD} for name in LOGINS],
    }


def progress_file(home: Path) -> Path:
    """Where the running demo says how far it is; pages show a strip while the file is there."""
    return home / "demo-progress.json"


def write_progress(home: Path, share: float, text: str) -> None:
    """Write (or, at the end, remove) the progress file."""
    path = progress_file(home)
    if share >= 1:
        path.unlink(missing_ok=True)
        return
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps({"share": round(share, 4), "day": text}), encoding="utf-8")
    temporary.replace(path)
