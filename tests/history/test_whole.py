"""An import that is kept whole or not at all."""

from __future__ import annotations

import pytest

from chuangcheng.history.models import Version
from chuangcheng.history.whole import whole
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.reporting import ImportReport, RowProblem

pytestmark = pytest.mark.django_db


def take(report: ImportReport, *, preview: bool = False) -> list[str]:
    """One row is written in a block that holds the report; the rows that stand afterwards."""
    with whole(report, preview=preview):
        Version.objects.create(name="whole", number=1)
        report.imported += 1
        report.unchanged += 1
    return list(Version.objects.filter(name="whole").values_list("name", flat=True))


def test_what_has_no_problem_stays() -> None:
    report = ImportReport(rows=2)
    assert take(report) == ["whole"]
    assert (report.extra["applied"], report.imported, report.unchanged) == (True, 1, 1)


def test_a_preview_counts_and_keeps_nothing() -> None:
    report = ImportReport(rows=2)
    assert take(report, preview=True) == []
    assert (report.extra["applied"], report.imported, report.unchanged) == (False, 1, 1)


@pytest.mark.parametrize("preview", [False, True])
def test_one_problem_and_nothing_is_kept_or_counted(preview: bool) -> None:
    report = ImportReport(rows=2)
    report.reject(RowProblem.of(2, Refused("common.invalid")))
    assert take(report, preview=preview) == []
    assert (report.extra["applied"], report.imported, report.unchanged) == (False, 0, 0)


def test_an_error_goes_through_and_takes_everything_with_it() -> None:
    report = ImportReport()
    with pytest.raises(Refused, match=r"common\.invalid"), whole(report):
        Version.objects.create(name="whole", number=1)
        raise Refused("common.invalid")
    assert not Version.objects.filter(name="whole").exists() and "applied" not in report.extra
