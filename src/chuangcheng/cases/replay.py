"""The history of another system, replayed as facts: 311 requests with their own times and deadlines.

Each row becomes a report (filed) and a case that walks the case table from filing to closing at the times that the file
tells; it tells only when a request was opened and closed, so every step in between happens at one of the two. Deadlines
come from the file, departments become units. Nobody is notified. This is the one path beside the actions: it uses the
same builders and the same state table, and a test holds it against the actions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from chuangcheng.cases import search, staging
from chuangcheng.cases.building import Clock, body_digest, build_case, build_report
from chuangcheng.cases.inputs import CaseInput, ReportInput
from chuangcheng.cases.models import Assignment, Case, Remark, Report
from chuangcheng.cases.rates import Rate, rates
from chuangcheng.cases.requests311 import SOURCE, Request, Survey, Tally, open_file, requests, survey
from chuangcheng.cases.stencil import Mark, Rows, Scene, Stencil, write
from chuangcheng.cases.steps import Step, altered, born, step
from chuangcheng.history.models import Event
from chuangcheng.history.numbers import take_many
from chuangcheng.history.secrets import digest_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.reporting import ImportReport
from chuangcheng.people import actions as people
from chuangcheng.people.models import Unit
from chuangcheng.places.locator import UNKNOWN, Located, locate

ZONE = "America/New_York"
#: Stored beside the deadline as the rule that made it.
RULE = SOURCE
_ORDER = (Case, Report, Assignment, Remark, Event)


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides which steps a history has and which of its values are fixed."""

    source: str
    outside: bool
    closed: bool
    on_time: bool | None
    outcome: str
    noted: bool


@dataclass(frozen=True, slots=True)
class Telling:
    """One request's history before it is built: a value for every name in :data:`MARKS`."""

    shape: Shape
    values: dict[str, Any]


#: Stand-ins for the values that vary, unlike anything else in a row.
_ID_MARKS = ("report", "case", "link", "remark", "unit", "grid", "division")
_TIME_MARKS = ("opened", "closed", "due")
_TEXT_MARKS = ("report_number", "case_number", "body", "text", "address", "path", "external", "note")
MARKS: dict[str, Mark] = {
    **{name: UUID(int=(0xFFFF << 112) + place) for place, name in enumerate(_ID_MARKS)},
    **{name: datetime(1971, 1, 1, 0, 0, 0, 101 + place, tzinfo=UTC) for place, name in enumerate(_TIME_MARKS)},
    **{name: f"mark-{name}" for name in _TEXT_MARKS},
    "lat": 1.000_123,
    "lon": 1.000_321,
}


@dataclass(slots=True)
class _Run:
    """An import under way."""

    actor: Actor
    now: datetime
    units: dict[str, UUID]
    tally: Tally
    report: ImportReport = field(default_factory=ImportReport)
    stencils: dict[Shape, Stencil] = field(default_factory=dict)

    def stencil(self, shape: Shape) -> Stencil:
        """The stencil of a shape, cut at its first use."""
        found = self.stencils.get(shape)
        if found is None:
            marks = {**MARKS, **_digests(str(MARKS["text"]), str(MARKS["note"]))}
            found = self.stencils[shape] = Stencil(play(Telling(shape, marks), self.actor, self.now), marks)
        return found


def import_requests311(
    *, actor: Actor, path: Path | str, zone: str = ZONE, progress: staging.Progress | None = None
) -> ImportReport:
    """Replay a 311 export in commits of 1,000 requests; needs ``imports.run``. ``zone`` is that of the file's times.

    A second run, or one after an interruption, leaves alone what is there. ``extra`` tells how the requests stand
    against their targets. Refuses ``tables.*`` before anything is written.
    """
    staging.permit(actor)
    city, tell = ZoneInfo(zone), progress or staging.quiet
    seen = survey(open_file(path), city)
    origin = Actor(None, None, f"原系统 {SOURCE}（{actor.label}导入）"[:100])
    run = _Run(origin, clock.now(), _units(actor, seen), Tally(seen.snapshot))
    import_id, done = staging.new_run(), 0
    for batch in staging.batches(requests(open_file(path), city, run.report)):
        with transaction.atomic():
            staging.tell("case.imported", import_id, SOURCE, _apply(run, batch))
        done = run.report.rows
        tell(done, seen.rows)
    run.report.extra = {**run.tally.as_json(), "without_target": seen.without_target}
    return run.report


def on_time_by_department(snapshot: datetime) -> dict[str, Rate]:
    """The share of decided requests that were handled by their target, for each department's code, from our rows."""
    units = Unit.objects.filter(code__startswith=_code("")).order_by("code")
    found = {
        unit.code.removeprefix(_code("")): rates(
            Case.objects.filter(external_source=SOURCE, responsible=unit), snapshot
        )["on_time_handle"]
        for unit in units
    }
    return {code: rate for code, rate in found.items() if rate.denominator}


def tell_of(request: Request, unit_id: UUID, located: Located, numbers: tuple[str, str]) -> Telling:
    """Everything that one request's history consists of, with fresh ids."""
    closed = request.closed is not None
    shape = Shape(
        source=request.source, outside=not located.inside, closed=closed, on_time=request.on_time,
        outcome=request.outcome, noted=bool(request.note),
    )  # fmt: skip
    values = {
        "report": new_id(), "case": new_id(), "link": new_id(), "remark": new_id(), "unit": unit_id,
        "grid": located.grid_id, "division": located.division_id, "path": located.path,
        "opened": request.opened, "closed": request.closed, "due": request.target,
        "report_number": numbers[0], "case_number": numbers[1], "external": request.number,
        "text": request.text, "address": request.address, "lat": request.lat, "lon": request.lon,
        "note": request.note, **_digests(request.text, request.note),
    }  # fmt: skip
    values["body"] = body_digest(_report_input(shape, values))
    return Telling(shape, values)


def play(telling: Telling, actor: Actor, now: datetime) -> Scene:
    """The rows of one history, made by the builders and the state tables (slow; :class:`Stencil` copies them)."""
    values, shape = telling.values, telling.shape
    located = Located(values["grid"], values["division"], values["path"], inside=not shape.outside)
    with clock.at(now):
        report, received = build_report(
            _report_input(shape, values), actor=actor, number=values["report_number"], received_at=values["opened"],
            located=located, body=values["body"],
        )  # fmt: skip
        case, filed = build_case(
            _case_input(shape, values), actor=actor, number=values["case_number"], filed_at=values["opened"],
            located=located, clock=Clock(values["due"], RULE), case_id=values["case"],
        )  # fmt: skip
        changes = {"case_id": case.pk, "reason_code": "", "confirm_due_at": None}
        linked = step(report, "file", actor, changes=changes, at=values["opened"])
        link = Assignment(
            id=values["link"], case=case, unit_id=values["unit"], received_at=values["opened"], due_at=values["due"]
        )
        taken = [linked, *_hand_out(case, link, actor, values)]
        if shape.closed:
            taken += _finish(case, link, actor, telling)
    remarks = [done.remark for done in taken if done.remark]
    for remark in remarks:
        remark.id = values["remark"]
    return Scene((report, case), (link, *remarks), (received, filed, *(done.event for done in taken)))


def _hand_out(case: Case, link: Assignment, actor: Actor, values: dict[str, Any]) -> list[Step]:
    """Dispatched to the department, and accepted, when the request was opened."""
    unit, opened = values["unit"], values["opened"]
    changes = {"holder_id": unit, "holder_since": opened, "responsible_id": unit}
    return [
        step(case, "dispatch", actor, given={"unit": unit}, changes=changes, touched=[born(link)], at=opened),
        step(case, "accept", actor, changes={"responsible_id": unit}, at=opened),
    ]


def _finish(case: Case, link: Assignment, actor: Actor, telling: Telling) -> list[Step]:
    """Handled, verified and closed when the request was closed; nobody knows by whom."""
    shape, closed = telling.shape, telling.values["closed"]
    handled = {
        "outcome": shape.outcome, "handled_at": closed, "handled_by_id": None,
        "handled_unit_id": telling.values["unit"],
    }  # fmt: skip
    verified = {"verified_at": closed, "verified_by_id": None, "on_time": shape.on_time}
    note = telling.values["note"] if shape.noted else ""
    return [
        step(
            case, "handle", actor, given={"outcome": shape.outcome}, changes=handled, note=note, at=closed,
            touched=[altered(link, state="done", ended_at=closed)],
        ),
        step(case, "verify", actor, changes=verified, at=closed),
        step(case, "close", actor, changes={"closed_at": closed}, at=closed),
    ]  # fmt: skip


def _apply(run: _Run, batch: list[Request]) -> int:
    """Write the requests of a batch that are not there yet; how many there were."""
    numbers = [request.number for request in batch]
    stored = set(
        Report.objects.filter(external_source=SOURCE, external_number__in=numbers).values_list(
            "external_number", flat=True
        )
    )
    fresh = [request for request in batch if request.number not in stored]
    pairs = zip(take_many("SB", run.now, len(fresh)), take_many("AJ", run.now, len(fresh)), strict=True)
    rows: Rows = {}
    texts: dict[type[Report | Case], dict[str, str]] = {Report: {}, Case: {}}
    for request, pair in zip(fresh, pairs, strict=True):
        telling = tell_of(request, run.units[request.department], _located(request), pair)
        run.stencil(telling.shape).fill(telling.values, rows)
        texts[Report][pair[0]] = texts[Case][pair[1]] = f"{telling.values['text']}\n{telling.values['address']}"
    write(rows, _ORDER)
    for model, found in texts.items():
        search.put_texts(model, found)
    for request in batch:
        run.tally.take(request, run.report)
    run.report.imported += len(fresh)
    run.report.unchanged += len(stored)
    return len(fresh)


def _located(request: Request) -> Located:
    if request.lat is None or request.lon is None:
        return UNKNOWN
    return locate(request.lon, request.lat)


def _units(actor: Actor, seen: Survey) -> dict[str, UUID]:
    """The department of each code, saved as a unit."""
    return {
        code: people.save_unit(actor=actor, code=_code(code), name=name, short_name=code, kind="department").pk
        for code, name in seen.names().items()
    }


def _code(department: str) -> str:
    return f"311-{department}"


def _report_input(shape: Shape, values: dict[str, Any]) -> ReportInput:
    return ReportInput(
        id=values["report"], text=values["text"], source=shape.source, lat=values["lat"], lon=values["lon"],
        address=values["address"], observed_at=values["opened"], external_source=SOURCE,
        external_number=values["external"],
    )  # fmt: skip


def _case_input(shape: Shape, values: dict[str, Any]) -> CaseInput:
    return CaseInput(
        text=values["text"], source=shape.source, lat=values["lat"], lon=values["lon"], address=values["address"],
        origin=("report", values["report"]), external_source=SOURCE, external_number=values["external"],
    )  # fmt: skip


def _digests(text: str, note: str) -> dict[str, str]:
    """The keyed digests that history keeps instead of the words."""
    return {"text_digest": digest_of("case.text", text), "note_digest": digest_of("case.note", note) if note else ""}
