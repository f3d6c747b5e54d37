"""Every row of an import is counted once, and what was left out is named."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel import reporting
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.reporting import ImportReport, RowProblem


def test_a_rejected_row_is_counted_and_named() -> None:
    report = ImportReport(rows=3, imported=1, unchanged=1)
    assert report.unaccounted == 1
    report.reject(RowProblem(4, "留言编号", "tables.missing_value", "缺少编号"))
    assert (report.rejected, report.unaccounted) == (1, 0)
    assert report.problems[0].row == 4


def test_a_note_does_not_count_as_rejected() -> None:
    report = ImportReport(rows=1, imported=1)
    report.note(RowProblem(2, "", "x.remark", "remark"))
    assert report.rejected == 0
    assert report.codes() == {"x.remark": 1}


def test_json_is_plain_and_carries_the_extras() -> None:
    report = ImportReport(rows=2, imported=1, extra={"on_time": 7})
    report.reject(RowProblem(3, "", "common.not_found", "没有"))
    plain = json.loads(json.dumps(report.as_json()))
    assert plain["on_time"] == 7
    assert plain["problem_codes"] == {"common.not_found": 1}
    assert plain["problems"] == [{"row": 3, "field": "", "code": "common.not_found", "message": "没有"}]


def test_a_refusal_becomes_a_row_problem() -> None:
    problem = RowProblem.of(9, Refused("common.naive_time", value="2019-01-01"), "time")
    assert (problem.row, problem.field, problem.code) == (9, "time", "common.naive_time")
    assert "2019-01-01" in problem.message


def test_problems_beyond_the_kept_ones_are_only_counted(monkeypatch) -> None:
    monkeypatch.setattr(reporting, "KEPT", 2)
    report = ImportReport(rows=5)
    for row in range(5):
        report.reject(RowProblem(row, "", "common.invalid", ""))
    assert (report.rejected, len(report.problems), report.problems_left_off) == (5, 2, 3)


@given(st.lists(st.sampled_from(["a.x", "a.y", "b.z"])))
def test_codes_sum_to_the_problems(codes: list[str]) -> None:
    report = ImportReport(rows=len(codes))
    for row, code in enumerate(codes):
        report.reject(RowProblem(row, "", code, ""))
    counts = report.codes()
    assert sum(counts.values()) == len(codes) == report.rejected
    assert list(counts.values()) == sorted(counts.values(), reverse=True)
