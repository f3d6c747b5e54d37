"""One move on all rows that match, as a job: the same action row by row, in portions, with the same report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from chuangcheng.cases.actions.bulk import MOVES, BulkReport, take_many
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import jobs
from chuangcheng.people.jobs import Outcome, Run, kind
from chuangcheng.people.models import Job

KIND = "bulk"
MOST = 2000
PORTION = 50


def order_bulk(*, actor: Actor, ids: Sequence[UUID], move: str, values: Mapping[str, Any]) -> Job:
    """Order ``move`` on every row of ``ids``, :data:`MOST` at most; ``values`` as for ``actions.bulk.take_many``.

    Refused: ``common.not_found`` (no such move), ``common.not_allowed``, ``bulk.none_chosen``, ``bulk.too_many``.
    """
    bulk = MOVES.get(move)
    if bulk is None:
        raise Refused("common.not_found")
    if not ids:
        raise Refused("bulk.none_chosen")
    if len(ids) > MOST:
        raise Refused("bulk.too_many", limit=MOST)
    given = {name: str(value) if isinstance(value, UUID) else value for name, value in values.items()}
    params = {"rows": bulk.kind, "move": move, "ids": [str(pk) for pk in ids], "values": given}
    return jobs.order(actor=actor, kind=KIND, params=params, permission=bulk.move.permission, total=len(ids))


@kind(KIND)
def run(job: Run) -> Outcome:
    """Portion by portion. After a stop it goes on behind the last portion that was written down; the rows of the one
    that was not are then told as settled already."""
    params = job.job.params
    ids = [UUID(pk) for pk in params["ids"]]
    values = {name: UUID(value) if name == "unit" and value else value for name, value in params["values"].items()}
    told: dict[str, Any] = job.job.result or {"at": 0, "done": [], "already": [], "refused": []}
    while told["at"] < len(ids):
        portion = ids[told["at"] : told["at"] + PORTION]
        report = take_many(actor=job.actor, ids=portion, move=params["move"], values=values)
        told = _with(told, report, told["at"] + len(portion))
        job.progress(told["at"], len(ids), result=told)
    return Outcome(told)


def _with(told: dict[str, Any], report: BulkReport, at: int) -> dict[str, Any]:
    return {
        "at": at,
        "done": [*told["done"], *([str(row.id), row.number] for row in report.done)],
        "already": [*told["already"], *([str(row.id), row.number] for row in report.already)],
        "refused": [
            *told["refused"],
            *([str(row.id), row.number, row.code, row.text("zh-hans"), row.text("en")] for row in report.refused),
        ],
    }
