"""The hotline's workbook: whole, again, interrupted, and in every bad shape."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from chuangcheng.cases import hotline, projections, staging
from chuangcheng.cases.hotline import import_hotline, preview_hotline
from chuangcheng.cases.models import Order, Report
from chuangcheng.history.models import Event, Outbox
from chuangcheng.history.secrets import decrypt
from chuangcheng.history.verify import verify
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.notices.models import Notice

HEADERS = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "反对数", "点赞数"]
ROWS = [
    [101, "A0001", "路灯不亮", "2019/11/3 8:05:01", "\n\t\u3000\u3000幸福路３号路灯不亮，联系13812345678。\n", 0, 3],
    [102.0, "A0002", "垃圾", datetime(2020, 1, 2, 20, 0), "没人清运", 1, 0],
    ["103", "A0003", "噪音", "2020年3月4日", "夜间施工", 0, 0],
]

pytestmark = pytest.mark.django_db


def workbook(path: Path, rows: list[list[object]], headers: list[str] = HEADERS, above: int = 0) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    for _ in range(above):
        sheet.append(["市长信箱留言导出"])
    for row in [headers, *rows]:
        sheet.append(row)
    if above:
        sheet.merge_cells("A1:G1")
    book.save(path)
    return path


@pytest.fixture
def messages(tmp_path: Path) -> Path:
    return workbook(tmp_path / "留言.xlsx", ROWS, above=1)


class TestImport:
    def test_each_row_becomes_a_report_with_its_own_time(self, messages: Path) -> None:
        report = import_hotline(actor=SYSTEM, path=messages)
        assert (report.rows, report.imported, report.unchanged, report.rejected) == (3, 3, 0, 0)
        first, second, third = Report.objects.order_by("external_number")
        assert (first.external_source, first.external_number, first.source, first.state) == (
            "hotline", "101", "hotline", "received",
        )  # fmt: skip
        assert first.text == "路灯不亮\n幸福路３号路灯不亮，联系13812345678。"
        assert first.observed_at == first.received_at == datetime(2019, 11, 3, 0, 5, 1, tzinfo=UTC)
        assert second.observed_at == datetime(2020, 1, 2, 12, 0, tzinfo=UTC)
        assert third.observed_at == datetime(2020, 3, 3, 16, 0, tzinfo=UTC)
        assert json.loads(decrypt(first.contact_cipher)) == {"name": "A0001", "phone": ""}
        assert b"A0001" not in bytes(first.contact_cipher)
        assert len({first.number, second.number, third.number}) == 3

    def test_history_and_projections_agree(self, messages: Path, tmp_path: Path) -> None:
        import_hotline(actor=SYSTEM, path=messages)
        event = Event.objects.get(subject_id=Report.objects.get(external_number="101").id)
        assert (event.action, event.seq) == ("report.created", 1)
        assert event.happened_at == datetime(2019, 11, 3, 0, 5, 1, tzinfo=UTC)
        assert event.recorded_at > event.happened_at
        told = json.dumps([event.before, event.after], ensure_ascii=False)
        assert "路灯" not in told
        assert "A0001" not in told
        assert list(projections.check_reports()) == []
        assert verify(tmp_path / "seals") == []

    def test_nobody_is_notified_and_one_row_speaks_for_the_batch(self, messages: Path) -> None:
        import_hotline(actor=SYSTEM, path=messages)
        assert Notice.objects.count() == 0
        assert list(Outbox.objects.values_list("topic", "payload")) == [
            ("report.imported", {"source": "hotline", "count": 3})
        ]

    def test_a_second_import_changes_nothing(self, messages: Path) -> None:
        import_hotline(actor=SYSTEM, path=messages)
        before = list(Report.objects.order_by("id").values())
        again = import_hotline(actor=SYSTEM, path=messages)
        assert (again.rows, again.imported, again.unchanged, again.rejected) == (3, 0, 3, 0)
        assert list(Report.objects.order_by("id").values()) == before
        assert (Event.objects.count(), Outbox.objects.count()) == (6, 1)  # each report and its order

    def test_an_interrupted_import_goes_on_where_it_stopped(self, messages: Path, monkeypatch) -> None:
        monkeypatch.setattr(staging, "BATCH", 2)

        def pull_the_plug(done: int, total: int) -> None:
            assert (done, total) == (2, 3)
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            import_hotline(actor=SYSTEM, path=messages, progress=pull_the_plug)
        assert Report.objects.count() == Order.objects.count() == 2
        assert Event.objects.count() == 4
        resumed = import_hotline(actor=SYSTEM, path=messages)
        assert (resumed.imported, resumed.unchanged) == (1, 2)
        assert Report.objects.count() == 3

    def test_a_batch_that_fails_leaves_no_half_state(self, messages: Path, monkeypatch) -> None:
        def broken(*_: object) -> None:
            raise RuntimeError

        monkeypatch.setattr(hotline.history, "insert", broken)
        with pytest.raises(RuntimeError):
            import_hotline(actor=SYSTEM, path=messages)
        assert Report.objects.count() == Order.objects.count() == Event.objects.count() == Outbox.objects.count() == 0

    def test_progress_is_told(self, messages: Path) -> None:
        told: list[tuple[int, int]] = []
        import_hotline(actor=SYSTEM, path=messages, progress=lambda done, total: told.append((done, total)))
        assert told == [(3, 3)]

    def test_only_who_may_run_imports(self, messages: Path, personas: dict[str, Actor]) -> None:
        for name, allowed in {"office": True, "street": False, "grid": False, "auditor": False}.items():
            if allowed:
                assert import_hotline(actor=personas[name], path=messages).imported == 3
                assert set(Report.objects.values_list("reporter", flat=True)) == {None}
                continue
            with pytest.raises(Refused, match="not_allowed"):
                import_hotline(actor=personas[name], path=messages)


class TestRows:
    def test_each_bad_row_is_named_and_the_others_are_taken(self, tmp_path: Path) -> None:
        bad = [
            [None, "A", "无编号", "2020-01-01", "x", 0, 0],
            ["104", "A", "无时间", None, "x", 0, 0],
            ["105", "A", "坏时间", "昨天", "x", 0, 0],
            ["106", "A", None, "2020-01-01", " ", 0, 0],
            ["107", "A", "将来", "2999-01-01", "x", 0, 0],
            [13100219900101123456.0, "A", "长编号", "2020-01-01", "x", 0, 0],
            ["101", "A0001", "另一件事", "2019/11/3 8:05:01", "别的", 0, 0],
            ROWS[1],
        ]
        report = import_hotline(actor=SYSTEM, path=workbook(tmp_path / "x.xlsx", ROWS + bad))
        assert (report.rows, report.imported, report.unchanged, report.rejected) == (11, 3, 1, 7)
        assert report.unaccounted == 0
        assert [(problem.row, problem.code) for problem in report.problems] == [
            (5, "tables.missing_value"),
            (6, "tables.missing_value"),
            (7, "tables.not_a_time"),
            (8, "hotline.no_text"),
            (9, "hotline.future"),
            (10, "tables.lost_digits"),
            (11, "hotline.conflicting"),
            (12, "hotline.repeated"),
        ]
        assert Report.objects.count() == 3

    def test_imported_facts_are_not_changed_by_another_file(self, messages: Path, tmp_path: Path) -> None:
        import_hotline(actor=SYSTEM, path=messages)
        other = [["101", "A0001", "改过的主题", "2019/11/3 8:05:01", "改过的内容", 0, 0], *ROWS[1:]]
        report = import_hotline(actor=SYSTEM, path=workbook(tmp_path / "y.xlsx", other))
        assert (report.imported, report.unchanged, report.rejected) == (0, 2, 1)
        assert report.problems[0].code == "hotline.changed"
        assert Report.objects.get(external_number="101").text.startswith("路灯")

    def test_65000_empty_rows_below(self, tmp_path: Path) -> None:
        book = openpyxl.load_workbook(workbook(tmp_path / "z.xlsx", ROWS))
        for row in range(5, 65_005, 500):
            book.active.cell(row, 1).number_format = "0.00"
        book.active.cell(65_004, 1).number_format = "0.00"
        book.save(tmp_path / "z.xlsx")
        assert import_hotline(actor=SYSTEM, path=tmp_path / "z.xlsx").rows == 3


class TestFiles:
    @pytest.mark.parametrize(
        ("headers", "rows", "code"),
        [
            (HEADERS[1:], [row[1:] for row in ROWS], "tables.missing_columns"),
            ([*HEADERS, "留言编号"], [[*row, 1] for row in ROWS], "tables.duplicate_header"),
            (HEADERS, [[101, "A", "甲", "2020-01-01", '="公式"', 0, 0]], "tables.formula_without_value"),
            (["单位", "电话"], [["甲", "1"]], "tables.missing_columns"),
        ],
    )
    def test_a_file_that_cannot_be_understood_writes_nothing(self, tmp_path, headers, rows, code: str) -> None:
        path = workbook(tmp_path / "bad.xlsx", rows, headers)
        for refuses in (lambda: import_hotline(actor=SYSTEM, path=path), lambda: preview_hotline(path)):
            with pytest.raises(Refused) as caught:
                refuses()
            assert caught.value.code == code
        assert Report.objects.count() == 0

    def test_other_headers_for_the_same_columns(self, tmp_path: Path) -> None:
        headers = ["工单号", "来电人", "标题", "受理时间", "诉求内容", "反对数", "点赞数"]
        assert import_hotline(actor=SYSTEM, path=workbook(tmp_path / "o.xlsx", ROWS, headers)).imported == 3

    def test_csv_in_gb18030(self, tmp_path: Path) -> None:
        path = tmp_path / "m.csv"
        path.write_text("留言编号,留言时间,留言详情\n1,2020-1-2,路灯坏了\n", encoding="gb18030")
        assert import_hotline(actor=SYSTEM, path=path).imported == 1
        assert bytes(Report.objects.get().contact_cipher) == b""


class TestPreview:
    def test_it_shows_the_guess_and_writes_nothing(self, messages: Path) -> None:
        preview = preview_hotline(messages)
        assert (preview.sheet, preview.header_row, preview.rows) == ("Sheet", 2, 3)
        assert [(column.field, column.header, column.letter) for column in preview.columns][:3] == [
            ("number", "留言编号", "A"), ("user", "留言用户", "B"), ("subject", "留言主题", "C"),
        ]  # fmt: skip
        assert [column.header for column in preview.columns if not column.field] == ["反对数", "点赞数"]
        assert preview.sample[0]["time"] == "2019-11-03 08:05"
        assert "138****5678" in preview.sample[0]["text"]
        assert "user" not in preview.sample[0]
        assert preview.problems == []
        assert Report.objects.count() == 0


@pytest.mark.shared
def test_the_real_file(shared: Path) -> None:
    path = shared / "hotline" / "messages.xlsx"
    report = import_hotline(actor=SYSTEM, path=path)
    assert (report.rows, report.imported, report.rejected) == (4326, 4326, 0)
    assert Report.objects.count() == Order.objects.count() == Event.objects.count() / 2 == 4326
    assert min(Report.objects.values_list("observed_at", flat=True)) < clock.now()
    again = import_hotline(actor=SYSTEM, path=path)
    assert (again.rows, again.imported, again.unchanged) == (4326, 0, 4326)
    assert Outbox.objects.count() == 5
    assert list(projections.check_reports()) == []
