"""A quarter of the demo city: what citizens see, what units do about it, what inspectors find."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from chuangcheng.cases import actions as cases
from chuangcheng.cases.models import Report
from chuangcheng.cases.states import CASE
from chuangcheng.demo.darkroom import Darkroom
from chuangcheng.demo.found import Cast
from chuangcheng.demo.handling import Handling
from chuangcheng.demo.orders import Orders
from chuangcheng.demo.plan import Area, Plan, inside, words
from chuangcheng.demo.stage import Stage
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN, Actor
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.ids import new_id
from chuangcheng.photos.actions import Declaration

INCIDENTS = 1130  # troubles somebody sees; each is reported about twice: near 3,000 reports
REFUSALS = ("out_of_scope", "unclear", "untrue", "not_public_land", "petition_or_discipline")
SOURCES = (("portal", 55), ("hotline", 17), ("grid", 21), ("mailbox", 4), ("media", 1), ("leader", 2))


@dataclass
class Incident:
    """One trouble at one place, reported once or more."""

    grid: Area
    lon: float
    lat: float
    code: str
    text: str
    case_id: UUID | None = None


class Quarter:
    """Schedules incidents over the quarter and walks each report to its case."""

    def __init__(
        self, stage: Stage, plan: Plan, cast: Cast, handling: Handling, darkroom: Darkroom, orders: Orders
    ) -> None:
        self.stage = stage
        self.rng: random.Random = stage.rng
        self.plan = plan
        self.cast = cast
        self.handling = handling
        self.darkroom = darkroom
        self.orders = orders
        self.streets = {area.code: area.name for area in plan.areas if area.level == "street"}

    def schedule(self) -> None:
        """Spread the incidents over the days, more on working days, mornings and evenings."""
        for _ in range(INCIDENTS):
            incident = self._incident()
            self.stage.at(self._moment(), lambda incident=incident: self._report(incident))  # type: ignore[misc]

    def _incident(self) -> Incident:
        rows = words()["troubles"]
        trouble = self.rng.choices(rows, [row["weight"] for row in rows])[0]
        grid = self.rng.choice(self.plan.grids)
        lon, lat = inside(grid, self.rng)
        place = f"{self.streets[grid.code[:9]]}{self.rng.choice(words()['roads'])}"
        return Incident(grid, lon, lat, trouble["code"], self.rng.choice(trouble["texts"]).format(place=place))

    def _moment(self) -> datetime:
        days = (self.stage.end - self.stage.start).days
        while True:
            day = self.stage.start + timedelta(days=self.rng.randrange(days))
            if day.astimezone(CITY_ZONE).weekday() < 5 or self.rng.random() < 0.7:
                break
        hour = self.rng.choices(range(6, 23), (2, 5, 8, 8, 7, 6, 5, 4, 5, 6, 6, 6, 7, 7, 5, 3, 1))[0]
        local = day.astimezone(CITY_ZONE).replace(hour=hour, minute=self.rng.randrange(60))
        return local + timedelta(seconds=self.rng.randrange(60))

    def _report(self, incident: Incident) -> None:
        source = self.rng.choices([name for name, _ in SOURCES], [weight for _, weight in SOURCES])[0]
        report = self._create(incident, source, self._reporter(source, incident))
        if incident.case_id is None and self.rng.random() < 0.84:
            self.stage.after(0.3, 7, lambda: self._report(incident))
        if incident.case_id is None and self.rng.random() < 0.70:
            self.stage.after(0.5, 9, lambda: self._report(incident))
        self.stage.after(0.05, 0.7, lambda: self._triage(report.id, incident))

    def _reporter(self, source: str, incident: Incident) -> Actor:
        """Citizens and grid workers report themselves; what comes by phone or letter is entered by the office."""
        if source == "portal":
            return CITIZEN
        if source == "grid":
            return self.rng.choice(self.cast.of("grid", f"SQ{incident.grid.parent}"))
        return self._dispatcher()

    def _create(self, incident: Incident, source: str, actor: Actor) -> Report:
        photo = self.darkroom.take("before") if self.rng.random() < 0.18 else None
        shift = 0.00004
        given = cases.ReportInput(
            id=new_id(),
            text=incident.text,
            source=source,
            category_code=incident.code if self.rng.random() < 0.8 else None,
            lon=round(incident.lon + self.rng.uniform(-shift, shift), 6),
            lat=round(incident.lat + self.rng.uniform(-shift, shift), 6),
            observed_at=clock.now() - timedelta(minutes=self.rng.randrange(1, 25)),
            contact_name="",
            contact_phone=f"1990000{self.rng.randrange(10000):04d}" if self.rng.random() < 0.3 else "",
            photos=(Declaration(photo.original_sha256, "near", in_camera=source in {"portal", "grid"}),)
            if photo
            else (),
            external_source="hotline" if source == "hotline" else "",
            external_number=self.orders.number() if source == "hotline" else None,
        )
        due = self.orders.due() if source == "hotline" else None
        report, _ = cases.create_report(actor=actor, given=given, reply_due_at=due)
        if photo:
            cases.ingest_photo(report_id=report.id, sha256=photo.original_sha256, data=photo)
        return report

    def _dispatcher(self) -> Actor:
        return self.rng.choice(self.cast.of("office", "CCB"))

    def _triage(self, report_id: UUID, incident: Incident) -> None:
        if incident.case_id:
            self._join(report_id, incident, incident.case_id)
        elif self.rng.random() < 0.09:
            reason = self.rng.choice(REFUSALS)
            self._refuse(report_id, reason)
        elif self.rng.random() < 0.18:
            cases.ask_confirm(actor=self._dispatcher(), report_id=report_id)
            self.stage.after(0.2, 3, lambda: self._confirm(report_id, incident))
        else:
            self._file(report_id, incident)

    def _confirm(self, report_id: UUID, incident: Incident) -> None:
        worker = self.rng.choice(self.cast.of("grid", f"SQ{incident.grid.parent}"))
        found = self.rng.random() < 0.93
        cases.confirm_report(actor=worker, report_id=report_id, found=found)
        self.stage.after(0.05, 0.5, lambda: self._triage_confirmed(report_id, incident, found))

    def _triage_confirmed(self, report_id: UUID, incident: Incident, found: bool) -> None:
        if not found:
            self._refuse(report_id, "untrue")
        elif incident.case_id:
            self._join(report_id, incident, incident.case_id)
        else:
            self._file(report_id, incident)

    def _refuse(self, report_id: UUID, reason: str) -> None:
        cases.refuse_report(actor=self._dispatcher(), report_id=report_id, reason_code=reason)
        self.orders.answer_refused(report_id)

    def _join(self, report_id: UUID, incident: Incident, case_id: UUID) -> None:
        """A later report of a known trouble: linked while the case is open, else refused or, relapsed, a new case."""
        if self.handling.state_of(case_id) in CASE.open_states():
            cases.link_report(actor=self._dispatcher(), report_id=report_id, case_id=case_id)
        elif self.rng.random() < 0.3:
            self._file(report_id, incident)
        else:
            self._refuse(report_id, "already_filed")

    def _file(self, report_id: UUID, incident: Incident) -> None:
        case = cases.file_report(actor=self._dispatcher(), report_id=report_id, category_code=incident.code)
        incident.case_id = case.id
        self.handling.take(case, f"SQ{incident.grid.parent}")
