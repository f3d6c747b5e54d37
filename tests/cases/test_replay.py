"""The replay of another system's history against the actions, against DuckDB, and in every bad shape."""

from __future__ import annotations

import csv
import gzip
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from chuangcheng.cases import actions, projections, replay, staging
from chuangcheng.cases.building import Clock
from chuangcheng.cases.chronicle import ASSIGNMENT_FIELDS, CASE_FIELDS, REPORT_FIELDS, values_of
from chuangcheng.cases.models import Assignment, Case, Report
from chuangcheng.cases.replay import import_requests311, on_time_by_department
from chuangcheng.cases.requests311 import Request, open_file, requests
from chuangcheng.framework.models import Category
from chuangcheng.history.models import Event, Outbox
from chuangcheng.history.verify import verify
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.reporting import ImportReport
from chuangcheng.notices.models import Notice
from chuangcheng.people import actions as people
from chuangcheng.people.models import Unit
from tests.cases.play import LITTER

HEADERS = [
    "CASE_ENQUIRY_ID", "OPEN_DT", "TARGET_DT", "CLOSED_DT", "OnTime_Status", "CASE_STATUS", "CLOSURE_REASON",
    "CASE_TITLE", "SUBJECT", "REASON", "TYPE", "QUEUE", "Department", "SubmittedPhoto", "ClosedPhoto", "neighborhood",
    "ward", "LOCATION_STREET_NAME", "LATITUDE", "LONGITUDE", "Source",
]  # fmt: skip
BOSTON = ZoneInfo("America/New_York")
SNAPSHOT = "06/30/2015 11:59:59 PM"

pytestmark = pytest.mark.django_db


def line(number: object, opened: str, target: str = "", closed: str = "", flag: str = "", **more: str) -> list[str]:
    values = {
        "CASE_ENQUIRY_ID": str(number), "OPEN_DT": opened, "TARGET_DT": target, "CLOSED_DT": closed,
        "OnTime_Status": flag, "Department": "PW", "SUBJECT": "Public Works", "TYPE": "Pothole", "LATITUDE": "30.002",
        "LONGITUDE": "120.002", "Source": "Constituent Call", "CLOSURE_REASON": "Case Closed" if closed else "", **more,
    }  # fmt: skip
    return [values.get(header, "") for header in HEADERS]


GOOD = [
    line(1, "03/01/2015 09:00:00 AM", "03/05/2015 09:00:00 AM", "03/04/2015 05:00:00 PM", "ONTIME"),
    line(2, "03/01/2015 09:00:00 AM", "03/05/2015 09:00:00 AM", "03/06/2015 12:00:01 AM", "OVERDUE"),
    line(3, "03/02/2015 12:00:00 PM", "", "03/02/2015 12:00:00 PM", "ONTIME", Department="PARK", SUBJECT="Parks"),
    line(4, "06/01/2015 01:00:00 PM", "07/15/2015 01:00:00 PM", "", "ONTIME", Source="Twitter"),
    line(
        5, "06/01/2015 01:00:00 PM", "06/15/2015 01:00:00 PM", "", "OVERDUE", LATITUDE="", Source="Employee Generated"
    ),
    line(6, "06/02/2015 01:00:00 PM", "", "", "ONTIME", LATITUDE="42.35", LONGITUDE="-71.06", Source="Maximo"),
    line(7, "06/29/2015 01:00:00 PM", "06/30/2015 01:00:00 PM", SNAPSHOT, "", CLOSURE_REASON="Duplicate of other case"),
    line(
        8, "06/03/2015 01:00:00 PM", "06/09/2015 01:00:00 PM", "06/04/2015 01:00:00 PM", "OVERDUE", TYPE='A %s \\ "x"'
    ),
]
BAD = [
    line(9, "03/02/2015 12:00:00 PM", "", "03/02/2015 11:59:59 AM"),
    line("", "03/02/2015 12:00:00 PM"),
    line(10, ""),
    line(11, "03/32/2015 12:00:00 PM"),
    line(12, "gestern"),
    line(1, "03/02/2015 12:00:00 PM"),
    line(13, "03/02/2015 12:00:00 PM", LATITUDE="north"),
]


def write(path: Path, rows: list[list[str]]) -> Path:
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADERS, *rows])
    return path


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return write(tmp_path / "requests.csv.gz", GOOD)


def case_of(number: int) -> Case:
    return Case.objects.get(external_source="requests311", external_number=str(number))


def understood(path: Path) -> list[Request]:
    return list(requests(open_file(path), BOSTON, ImportReport()))


class TestImport:
    def test_each_row_becomes_a_report_and_a_case_at_the_files_own_times(self, export: Path) -> None:
        report = import_requests311(actor=SYSTEM, path=export)
        assert (report.rows, report.imported, report.unchanged, report.rejected) == (8, 8, 0, 0)
        assert Report.objects.filter(state="filed").count() == Case.objects.count() == Assignment.objects.count() == 8
        case = case_of(1)
        assert (case.state, case.outcome, case.on_time) == ("closed", "fixed", True)
        assert case.filed_at == datetime(2015, 3, 1, 14, tzinfo=UTC)  # winter time
        assert case.due_at == datetime(2015, 3, 5, 14, tzinfo=UTC)
        assert case.closed_at == case.handled_at == case.verified_at == datetime(2015, 3, 4, 22, tzinfo=UTC)
        assert case_of(4).filed_at == datetime(2015, 6, 1, 17, tzinfo=UTC)  # summer time
        assert case.holder == case.responsible == case.handled_unit == Unit.objects.get(code="311-PW")
        assert case.reports.get().external_number == "1"
        assert case.remarks.get().text == "Case Closed"
        assert case.due_rule == "requests311"

    def test_states_and_verdicts(self, export: Path) -> None:
        import_requests311(actor=SYSTEM, path=export)
        got = {number: (case_of(number).state, case_of(number).on_time) for number in range(1, 9)}
        assert got == {
            1: ("closed", True), 2: ("closed", False), 3: ("closed", None), 4: ("handling", None),
            5: ("handling", None), 6: ("handling", None), 7: ("closed", False), 8: ("closed", True),
        }  # fmt: skip
        assert [case_of(n).source for n in (1, 4, 5, 6)] == ["hotline", "media", "patrol", "import"]
        assert case_of(7).outcome == "duplicate"
        assert (case_of(5).lat, case_of(6).lat) == (None, 42.35)
        assert case_of(8).text == 'A %s \\ "x"'

    def test_how_the_requests_stand(self, export: Path) -> None:
        report = import_requests311(actor=SYSTEM, path=export)
        assert report.extra == {
            "on_time": 2, "decided": 5, "not_due_yet": 1, "without_target": 2,
            "snapshot": "2015-07-01T03:59:59+00:00",
            "flags": {"agree": 3, "differ": 1, "no_flag": 1, "not_due_yet": 1, "without_target": 2},
        }  # fmt: skip
        assert [(problem.row, problem.code) for problem in report.problems] == [
            (8, "replay.no_flag"), (9, "replay.flag_differs"),
        ]  # fmt: skip

    def test_steps_are_the_tables_and_happen_at_the_files_times(self, export: Path) -> None:
        import_requests311(actor=SYSTEM, path=export)
        case = case_of(2)
        events = list(Event.objects.filter(subject_id=case.id).order_by("seq"))
        assert [event.action for event in events] == [
            "case.filed", "case.dispatched", "case.accepted", "case.handled", "case.verified", "case.closed",
        ]  # fmt: skip
        assert [event.happened_at for event in events] == [case.filed_at] * 3 + [case.closed_at] * 3
        assert {event.actor_person for event in events} == {None}
        told = Event.objects.filter(subject_id=case.reports.get().id).order_by("seq")
        assert [event.action for event in told] == ["report.created", "report.filed"]

    def test_chains_and_projections_agree(self, export: Path, tmp_path: Path) -> None:
        import_requests311(actor=SYSTEM, path=export)
        assert list(projections.check_reports()) == []
        assert list(projections.check_cases()) == []
        assert verify(tmp_path / "seals") == []

    def test_inside_the_city_the_place_is_found(self, export: Path, small_city: Any) -> None:
        import_requests311(actor=SYSTEM, path=export)
        assert case_of(1).grid == small_city.grids[0]
        assert case_of(1).division_path == small_city.communities[0].path
        assert [report.outside_city for report in Report.objects.order_by("external_number")] == [
            False, False, False, False, False, True, False, False,
        ]  # fmt: skip
        assert list(projections.check_cases()) == []

    def test_a_second_import_changes_nothing(self, export: Path) -> None:
        first = import_requests311(actor=SYSTEM, path=export)
        before = list(Case.objects.order_by("id").values()), list(Report.objects.order_by("id").values())
        events = Event.objects.count()
        again = import_requests311(actor=SYSTEM, path=export)
        assert (again.rows, again.imported, again.unchanged) == (8, 0, 8)
        assert again.extra == first.extra
        assert (list(Case.objects.order_by("id").values()), list(Report.objects.order_by("id").values())) == before
        assert Event.objects.count() == events

    def test_an_interrupted_import_goes_on_where_it_stopped(self, export: Path, monkeypatch) -> None:
        monkeypatch.setattr(staging, "BATCH", 3)

        def pull_the_plug(done: int, total: int) -> None:
            assert total == 8
            if done >= 6:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            import_requests311(actor=SYSTEM, path=export, progress=pull_the_plug)
        assert Case.objects.count() == 6
        resumed = import_requests311(actor=SYSTEM, path=export)
        assert (resumed.imported, resumed.unchanged) == (2, 6)
        assert resumed.extra["on_time"] == 2
        assert list(projections.check_cases()) == []

    def test_a_batch_that_fails_leaves_no_half_state(self, export: Path, monkeypatch) -> None:
        monkeypatch.setattr(replay, "_ORDER", (Case, Report, Assignment, Event, Unit))
        monkeypatch.setattr(replay.Tally, "take", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            import_requests311(actor=SYSTEM, path=export)
        assert Case.objects.count() == Report.objects.count() == 0
        assert not Event.objects.exclude(subject_kind="unit").exists()

    def test_nobody_is_notified_and_one_row_speaks_for_the_batch(self, export: Path) -> None:
        import_requests311(actor=SYSTEM, path=export)
        assert Notice.objects.count() == 0
        rows = Outbox.objects.exclude(topic__startswith="unit.")
        assert list(rows.values_list("topic", "payload")) == [("case.imported", {"source": "requests311", "count": 8})]

    def test_only_who_may_run_imports(self, export: Path, personas: dict[str, Actor]) -> None:
        with pytest.raises(Refused, match="not_allowed"):
            import_requests311(actor=personas["department"], path=export)
        assert import_requests311(actor=personas["office"], path=export).imported == 8
        labels = set(Event.objects.filter(subject_kind="case").values_list("actor_label", flat=True))
        assert labels == {f"原系统 requests311（{personas['office'].label}导入）"}

    def test_another_zone(self, export: Path) -> None:
        import_requests311(actor=SYSTEM, path=export, zone="Asia/Shanghai")
        assert case_of(1).filed_at == datetime(2015, 3, 1, 1, tzinfo=UTC)


class TestBadRows:
    def test_each_is_named_and_the_others_are_taken(self, tmp_path: Path) -> None:
        report = import_requests311(actor=SYSTEM, path=write(tmp_path / "bad.csv.gz", GOOD[:1] + BAD))
        assert (report.rows, report.imported, report.rejected, report.unaccounted) == (8, 1, 7, 0)
        assert [(problem.row, problem.code) for problem in report.problems] == [
            (3, "replay.closed_before_opened"),
            (4, "tables.missing_value"),
            (5, "tables.missing_value"),
            (6, "tables.not_a_time"),
            (7, "tables.not_a_time"),
            (8, "replay.repeated"),
            (9, "tables.not_a_number"),
        ]
        assert "2015-03-02 11:59:59" in report.problems[0].message

    def test_another_file_is_refused_and_nothing_is_written(self, tmp_path: Path) -> None:
        path = tmp_path / "other.csv"
        path.write_text("a,b\n1,2\n", encoding="utf-8")
        with pytest.raises(Refused, match="missing_columns"):
            import_requests311(actor=SYSTEM, path=path)
        assert Unit.objects.count() == 0


def generated(count: int, seed: int) -> Iterator[list[str]]:
    """Random requests over the two clock changes of 2015, with flags as the exporting system sets them."""
    chance = random.Random(seed)

    def shown(moment: datetime) -> str:
        return moment.strftime("%m/%d/%Y %I:%M:%S %p")

    for number in range(count):
        opened = datetime(2015, 2, 1) + timedelta(seconds=chance.randrange(300 * 86_400))
        target = opened + timedelta(hours=chance.choice([2, 24, 72, 500])) if chance.random() < 0.8 else None
        closed = opened + timedelta(seconds=chance.randrange(-3_000, 300_000)) if chance.random() < 0.8 else None
        late = target is not None and (closed is None or closed > target)
        yield line(
            number, shown(opened), shown(target) if target else "", shown(closed) if closed else "",
            "OVERDUE" if late else "ONTIME", Department=chance.choice(["PW", "PARK", "ISD"]),
            CLOSURE_REASON=chance.choice(["", "Case Closed", "Case Invalid", "duplicate"]) if closed else "",
            Source=chance.choice(["Twitter", "Self Service", "City Worker App"]),
            LATITUDE=chance.choice(["30.002", "", "42.3"]),
        )  # fmt: skip


def shares_by_duckdb(path: Path) -> dict[str, tuple[int, int]]:
    """On time and decided requests of each department, straight from the file's columns."""
    moment = "strptime({}, '%m/%d/%Y %I:%M:%S %p')"
    query = f"""
        with given as (
            select Department as department, {moment.format("OPEN_DT")} as opened,
                   {moment.format("TARGET_DT")} as target, {moment.format("CLOSED_DT")} as closed
            from read_csv('{path}', all_varchar=true, quote='"', escape='"')
        ), valid as (
            select *, (select greatest(max(closed), max(opened)) from given) as snapshot
            from given where closed is null or closed >= opened
        )
        select department, count(*) filter (closed <= target), count(*)
        from valid where target is not null and (closed is not null or target <= snapshot) group by department
    """
    return {row[0]: (row[1], row[2]) for row in duckdb.connect().execute(query).fetchall()}


def ours(report: ImportReport) -> dict[str, tuple[int, int]]:
    rates = on_time_by_department(datetime.fromisoformat(report.extra["snapshot"]))
    return {code: (rate.numerator, rate.denominator) for code, rate in rates.items()}


class TestAgainstDuckDB:
    def test_generated_requests(self, tmp_path: Path) -> None:
        path = write(tmp_path / "generated.csv.gz", list(generated(400, 1)))
        report = import_requests311(actor=SYSTEM, path=path)
        shares = shares_by_duckdb(path)
        assert ours(report) == shares
        assert report.extra["on_time"] == sum(on_time for on_time, _ in shares.values())
        assert report.extra["decided"] == sum(decided for _, decided in shares.values())

    @pytest.mark.shared
    def test_every_fortieth_real_request(self, shared: Path, tmp_path: Path) -> None:
        with gzip.open(shared / "requests311" / "boston_2015.csv.gz", "rt", encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))[1:]
        path = write(tmp_path / "part.csv.gz", rows[::40])
        report = import_requests311(actor=SYSTEM, path=path)
        assert report.rows == 3029
        assert report.unaccounted == 0
        assert ours(report) == shares_by_duckdb(path)
        assert report.extra["flags"].get("differ", 0) == 0

    @pytest.mark.full
    @pytest.mark.shared
    def test_the_real_file(self, shared: Path) -> None:
        path = shared / "requests311" / "boston_2015.csv.gz"
        report = import_requests311(actor=SYSTEM, path=path)
        assert (report.rows, report.imported, report.rejected) == (121_145, 120_948, 197)
        assert report.extra["without_target"] == 26_991
        assert report.extra["snapshot"] == datetime(2016, 1, 12, 22, 22, 40, tzinfo=BOSTON).astimezone(UTC).isoformat()
        assert ours(report) == shares_by_duckdb(path)
        # Every flagged and decided request agrees; the 153 that carry no flag are named row by row.
        assert report.codes() == {"replay.closed_before_opened": 197, "replay.no_flag": 153}
        assert "differ" not in report.extra["flags"]


#: What the file cannot tell, and what the actions make anew.
UNTOLD = {
    "number", "category_id", "due_rule", "filed_by_id", "handled_by_id", "verified_by_id", "external_source",
    "external_number", "origin_id", "case_id", "body_digest", "assigned_by_id", "dispatched_at", "dispatch_due_at",
}  # fmt: skip


class ByActions:
    """Lives a request through with the actions, as personas, at the request's own times."""

    def __init__(self, personas: dict[str, Actor], monkeypatch: pytest.MonkeyPatch) -> None:
        self.personas, self.monkeypatch = personas, monkeypatch
        self.handlers: dict[str, Actor] = {}
        for module in (actions.handling, actions.verification):
            # The file links to photos elsewhere; what proves a handling is tested with the actions themselves.
            monkeypatch.setattr(module, "require_proof", lambda *_, **__: None)

    def handler(self, department: str) -> Actor:
        if department not in self.handlers:
            unit = Unit.objects.get(code=f"311-{department}")
            person = people.save_person(actor=SYSTEM, username=f"p{len(self.handlers)}", name="经办人")
            post = people.give_post(actor=SYSTEM, person=person, role="department", unit=unit)
            self.handlers[department] = Actor(person.id, post.id, "部门")
        return self.handlers[department]

    def live(self, request: Request) -> Case:
        office, handler = self.personas["office"], self.handler(request.department)
        limit = Clock(request.target, "")
        self.monkeypatch.setattr(actions.dispatch, "clock_and_severity", lambda *_: (limit, 1))
        given = actions.ReportInput(
            id=replay.new_id(), text=request.text, source=request.source, lat=request.lat, lon=request.lon,
            address=request.address, observed_at=request.opened,
        )  # fmt: skip
        with clock.at(request.opened):
            report, _ = actions.create_report(actor=SYSTEM, given=given)
            case = actions.file_report(actor=office, report_id=report.id, category_code=LITTER)
            unit = Unit.objects.get(code=f"311-{request.department}")
            actions.dispatch_case(actor=office, case_id=case.id, unit_id=unit.id)
            case = actions.accept_case(actor=handler, case_id=case.id)
        if request.closed:
            with clock.at(request.closed):
                actions.handle_case(actor=handler, case_id=case.id, outcome=request.outcome, note=request.note)
                actions.verify_case(actor=self.personas["inspector"], case_id=case.id)
                actions.close_case(actor=office, case_id=case.id)
        return Case.objects.get(pk=case.id)


def facts(case: Case) -> dict[str, Any]:
    """Every projected value of a case, its report and its link, but for what the file cannot tell."""
    rows = {"case": (case, CASE_FIELDS), "report": (case.reports.get(), REPORT_FIELDS)}
    rows["link"] = (case.assignments.get(), ASSIGNMENT_FIELDS)
    values = {
        f"{kind}.{name}": value
        for kind, (row, names) in rows.items()
        for name, value in values_of(row, names).items()
        if name not in UNTOLD
    }
    events = Event.objects.filter(subject_id__in=[case.id, case.reports.get().id]).order_by("subject_kind", "seq")
    remarks = list(case.remarks.values_list("seq", "text"))
    return values | {
        "text": case.text, "place": (case.lat, case.lon, case.address, case.grid_id, case.division_id),
        "steps": [(event.action, event.seq, event.happened_at, event.reason) for event in events], "remarks": remarks,
        "told": [sorted(set(event.after) - UNTOLD) for event in events],
    }  # fmt: skip


def hold_against_actions(path: Path, sample: int, by_actions: ByActions) -> None:
    chosen = random.Random(7).sample(understood(path), sample)
    import_requests311(actor=SYSTEM, path=path)
    for request in chosen:
        replayed = facts(case_of(int(request.number)))
        assert facts(by_actions.live(request)) == replayed, f"row {request.row}"


@pytest.fixture
def by_actions(personas: dict[str, Actor], limits: None, monkeypatch: pytest.MonkeyPatch) -> ByActions:
    assert Category.objects.filter(code=LITTER).exists()
    return ByActions(personas, monkeypatch)


class TestAgainstTheActions:
    def test_every_shape(self, export: Path, by_actions: ByActions) -> None:
        hold_against_actions(export, 8, by_actions)

    def test_generated_requests(self, tmp_path: Path, by_actions: ByActions) -> None:
        hold_against_actions(write(tmp_path / "generated.csv.gz", list(generated(80, 2))), 40, by_actions)

    @pytest.mark.full
    @pytest.mark.shared
    def test_five_hundred_real_requests(self, shared: Path, tmp_path: Path, by_actions: ByActions) -> None:
        with gzip.open(shared / "requests311" / "boston_2015.csv.gz", "rt", encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))[1:]
        chosen = random.Random(11).sample(rows, 600)
        hold_against_actions(write(tmp_path / "sample.csv.gz", chosen), 500, by_actions)
