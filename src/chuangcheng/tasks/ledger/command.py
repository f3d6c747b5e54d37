"""Ledgers by command: for those who set the system up, and for programs."""

from __future__ import annotations

from pathlib import Path

from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.reporting import ImportReport, RowProblem
from chuangcheng.people.selectors import unit_by_code
from chuangcheng.tasks.ledger.applying import apply
from chuangcheng.tasks.ledger.merging import Line, compare, counts
from chuangcheng.tasks.ledger.writing import write
from chuangcheng.tasks.selectors import visible_to

TAKEN = ("changed", "new")


def send_out(*, actor: Actor, path: Path, unit_code: str = "") -> int:
    """Write the ledger of a unit, or of all, to ``path``; how many rows. Refused: ``task.unknown_unit``."""
    rows = visible_to(actor).exclude(state="void")
    if unit_code:
        unit = unit_by_code(unit_code)
        if unit is None:
            raise Refused("task.unknown_unit", given=unit_code[:20])
        rows = rows.filter(lead=unit)
    loaded = rows.select_related("lead", "leader", "owner", "standard").prefetch_related("supports")
    return write(path, list(loaded.order_by("lead__official_order", "lead", "place", "id")), actor=actor)


def bring_in(*, actor: Actor, path: Path, preview: bool = False) -> ImportReport:
    """Compare a ledger and take over what was changed and what is new. Conflicts and missing rows stand in ``lines``
    and are left alone: they need somebody who looks at them."""
    lines = compare(actor=actor, source=path, name=path.name)
    told = counts(lines)
    report = ImportReport(rows=sum(line.row > 0 for line in lines))
    refused = {} if preview else _applied(actor, lines)
    for line in lines:
        if line.kind == "problem":
            report.reject(RowProblem(line.row, "", f"task.{line.why}", line.why))
        elif line.id in refused:
            report.reject(RowProblem.of(line.row, refused[line.id]))
        elif line.kind in TAKEN:
            report.imported += 1
        elif line.row:
            report.unchanged += 1
    report.extra = {
        **{kind: told[kind] for kind in ("changed", "conflict", "new", "missing")}, "applied": not preview,
        "lines": [line.as_json() for line in lines if line.kind != "unchanged"],
    }  # fmt: skip
    return report


def _applied(actor: Actor, lines: list[Line]) -> dict[str, Refused]:
    ticked = {line.id for line in lines if line.kind in TAKEN}
    done = apply(actor=actor, lines=lines, ticked=ticked)
    return {each.line.id: each.refused for each in done if each.refused is not None}
