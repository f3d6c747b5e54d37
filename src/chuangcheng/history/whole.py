"""An import that is kept whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import transaction

from chuangcheng.kernel.reporting import ImportReport


class _Undo(Exception):
    """Leaves the transaction without a trace."""


@contextmanager
def whole(report: ImportReport, *, preview: bool = False) -> Iterator[None]:
    """What the block writes stays if the report holds no problem at its end and this is no ``preview``.

    ``extra["applied"]`` says afterwards whether it did; a report with problems counts nothing as imported."""
    with suppress(_Undo), transaction.atomic():
        yield
        if report.rejected or preview:
            raise _Undo
    report.extra["applied"] = not (report.rejected or preview)
    if report.rejected:
        report.imported = report.unchanged = 0
