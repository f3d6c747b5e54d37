"""Reading a city's 311 export: one request a row, its own times, deadline and on-time flag.

A request counts as decided when it has a target and was closed, or its target had passed at the file's snapshot (the
last time anything in it happened); it is on time when it was closed by its target. Requests without a target are
counted apart: the exporting system flags them all as on time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from chuangcheng.cases.models import Outcome, Source
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.reporting import ImportReport, RowProblem
from chuangcheng.kernel.tables import Row, Table, as_datetime, as_decimal, as_text, read_table
from chuangcheng.kernel.text import tidy

SOURCE = "requests311"
WANTED = {
    "number": ("CASE_ENQUIRY_ID",),
    "opened": ("OPEN_DT",),
    "target": ("TARGET_DT",),
    "closed": ("CLOSED_DT",),
    "flag": ("OnTime_Status",),
    "department": ("Department",),
    "subject": ("SUBJECT",),
    "type": ("TYPE",),
    "title": ("CASE_TITLE",),
    "closure": ("CLOSURE_REASON",),
    "street": ("LOCATION_STREET_NAME",),
    "area": ("neighborhood",),
    "lat": ("LATITUDE",),
    "lon": ("LONGITUDE",),
    "source": ("Source",),
}
OPTIONAL = ("flag", "subject", "type", "title", "closure", "street", "area", "lat", "lon", "source")
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
NO_DEPARTMENT = "—"

_SOURCES = {
    "Constituent Call": Source.HOTLINE,
    "Citizens Connect App": Source.PORTAL,
    "Self Service": Source.PORTAL,
    "Twitter": Source.MEDIA,
    "City Worker App": Source.PATROL,
    "Employee Generated": Source.PATROL,
}
#: Words in the closure reason that tell of another end than the problem's mending.
_OUTCOMES = {
    "duplicate": Outcome.DUPLICATE,
    "case invalid": Outcome.NOT_REPRODUCIBLE,
    "novio": Outcome.NOT_REPRODUCIBLE,
    "nobase": Outcome.NOT_REPRODUCIBLE,
}
#: What the file's flag says of each verdict.
FLAGS = {True: "ONTIME", False: "OVERDUE"}


@dataclass(frozen=True, slots=True)
class Request:
    """One row understood. Times are UTC, words in normal form; ``target`` and ``closed`` may be missing."""

    row: int
    number: str
    opened: datetime
    target: datetime | None
    closed: datetime | None
    flag: str
    department: str
    text: str
    address: str
    lat: float | None
    lon: float | None
    source: str
    outcome: str
    note: str

    @property
    def on_time(self) -> bool | None:
        """Closed by its target; None without a target or while open."""
        return None if self.target is None or self.closed is None else self.closed <= self.target

    def verdict(self, snapshot: datetime) -> bool | None:
        """As :attr:`on_time`, but an open request whose target had passed at the snapshot is late."""
        if self.closed is None and self.target is not None:
            return False if self.target <= snapshot else None
        return self.on_time


@dataclass(slots=True)
class Survey:
    """What the first look at the whole file found: rows, departments with their usual names, the snapshot."""

    rows: int = 0
    without_target: int = 0
    snapshot: datetime = _LONG_AGO
    departments: dict[str, Counter[str]] = field(default_factory=dict)

    def names(self) -> dict[str, str]:
        """Each department's code with the name most often beside it."""
        return {code: names.most_common(1)[0][0] or code for code, names in sorted(self.departments.items())}


@dataclass(slots=True)
class Tally:
    """How the requests that were taken stand against their targets, and against the file's own flag."""

    snapshot: datetime
    on_time: int = 0
    decided: int = 0
    not_due_yet: int = 0
    flags: Counter[str] = field(default_factory=Counter)

    def take(self, request: Request, report: ImportReport) -> None:
        """Count one request; a row without a flag, or whose flag says otherwise, is named in the report."""
        verdict = request.verdict(self.snapshot)
        self.decided += verdict is not None
        self.on_time += verdict is True
        self.not_due_yet += verdict is None and request.target is not None
        self.flags[self._agreement(request, verdict, report)] += 1

    def _agreement(self, request: Request, verdict: bool | None, report: ImportReport) -> str:
        if request.target is None:
            return "without_target"
        if not request.flag:
            word = {True: "按期", False: "超期", None: "未到期"}[verdict]
            report.note(RowProblem.of(request.row, Refused("replay.no_flag", verdict=word), WANTED["flag"][0]))
            return "no_flag"
        if verdict is None:
            return "not_due_yet"
        if request.flag == FLAGS[verdict]:
            return "agree"
        refused = Refused("replay.flag_differs", flag=request.flag, verdict="按期" if verdict else "超期")
        report.note(RowProblem.of(request.row, refused, WANTED["flag"][0]))
        return "differ"

    def as_json(self) -> dict[str, object]:
        """For the report's ``extra``."""
        return {
            "on_time": self.on_time,
            "decided": self.decided,
            "not_due_yet": self.not_due_yet,
            "snapshot": self.snapshot.isoformat(),
            "flags": dict(sorted(self.flags.items())),
        }


def open_file(path: Path | str) -> Table:
    """The file with its columns found; refuses ``tables.*``."""
    return read_table(Path(path), name=Path(path).name, wanted=WANTED, optional=OPTIONAL)


def survey(table: Table, zone: tzinfo) -> Survey:
    """A first look at every row, before anything is written. Rows that cannot be read count too."""
    found = Survey()
    for row in table.rows:
        found.rows += 1
        found.without_target += not as_text(row.values["target"])
        code = as_text(row.values["department"]) or NO_DEPARTMENT
        found.departments.setdefault(code, Counter())[as_text(row.values.get("subject"))] += 1
        for name in ("opened", "closed"):
            try:
                moment = _time(row.values[name], zone)
            except Refused:
                continue  # named when the rows are applied
            if moment is not None and moment > found.snapshot:
                found.snapshot = moment
    return found


def requests(table: Table, zone: tzinfo, report: ImportReport) -> Iterator[Request]:
    """The rows that can be replayed; the others are counted and named in ``report``."""
    seen: dict[str, int] = {}
    for row in table.rows:
        report.rows += 1
        try:
            request = understand(row, zone)
            first = seen.setdefault(request.number, row.number)
            if first != row.number:
                raise Refused("replay.repeated", row=first, column=WANTED["number"][0])
        except Refused as refused:
            report.reject(RowProblem.of(row.number, refused, str(refused.params.get("column", ""))))
        else:
            yield request


def understand(row: Row, zone: tzinfo) -> Request:
    """One row. Raises ``tables.*`` or ``replay.closed_before_opened``."""
    values = row.values
    number, opened = as_text(values["number"]), _time(values["opened"], zone)
    for name, value in (("number", number), ("opened", opened)):
        if not value:
            raise Refused("tables.missing_value", column=WANTED[name][0])
    assert opened is not None
    closed = _time(values["closed"], zone)
    if closed is not None and closed < opened:
        raise Refused(
            "replay.closed_before_opened", column=WANTED["closed"][0], opened=_shown(opened, zone),
            closed=_shown(closed, zone),
        )  # fmt: skip
    kind, title, closure = (as_text(values.get(name)) for name in ("type", "title", "closure"))
    lat, lon = _position(values)
    return Request(
        row=row.number, number=number, opened=opened, target=_time(values["target"], zone), closed=closed,
        flag=as_text(values.get("flag")).upper(), department=as_text(values["department"]) or NO_DEPARTMENT,
        text=tidy("\n".join(dict.fromkeys(word for word in (kind, title) if word))) or "311",
        address=tidy(", ".join(filter(None, (as_text(values.get("street")), as_text(values.get("area"))))))[:200],
        lat=lat, lon=lon, source=_SOURCES.get(as_text(values.get("source")), Source.IMPORT),
        outcome=_outcome(closure) if closed else "", note=tidy(closure) if closed else "",
    )  # fmt: skip


def _position(values: dict[str, object]) -> tuple[float | None, float | None]:
    """A position that is none (missing, or 0/0) is no reason to lose the request."""
    lat, lon = as_decimal(values.get("lat")), as_decimal(values.get("lon"))
    if not lat or not lon or not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None, None
    return float(lat), float(lon)


def _outcome(closure: str) -> str:
    words = closure.casefold()
    return next((outcome for word, outcome in _OUTCOMES.items() if word in words), Outcome.FIXED)


def _time(value: object, zone: tzinfo) -> datetime | None:
    """``MM/DD/YYYY hh:mm:ss AM``, cut by hand because it is read four hundred thousand times; else any known form."""
    if isinstance(value, str) and len(value) == 22 and value[2] == "/" == value[5] and value[20:] in {"AM", "PM"}:
        try:
            hour = int(value[11:13]) % 12 + (12 if value[20] == "P" else 0)
            local = datetime(
                int(value[6:10]), int(value[:2]), int(value[3:5]), hour, int(value[14:16]), int(value[17:19]),
                tzinfo=zone,
            )  # fmt: skip
        except ValueError as error:
            raise Refused("tables.not_a_time", value=value[:20]) from error
        return local.astimezone(UTC)
    return as_datetime(value, zone, month_first=True)


def _shown(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
