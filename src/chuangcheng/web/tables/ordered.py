"""Exports as jobs: the whole of a list into a file, with progress, in constant memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chuangcheng.kernel import clock
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.people.jobs import Outcome, Run, kind
from chuangcheng.web.tables import export, keyset
from chuangcheng.web.tables.offered import offered, request_of

KIND = "export"
CHUNK = 2000


@kind(KIND)
def run(job: Run) -> Outcome:
    """Write the file under a temporary name, then give it its own: half a file is never offered."""
    params = job.job.params
    wanted = offered(params["listing"])
    if wanted is None:
        raise Refused("job.gone")
    rights.require(job.actor, "exports.run")
    rights.require(job.actor, wanted.permission)
    request = request_of(job.actor, params["query"])
    rows = wanted.narrowed(request)
    _, order = wanted.listing.order(request.GET.get("sort", ""))
    job.progress(0, rows.order_by().count())
    path = job.path(params["format"])
    draft = path.with_suffix(".part")
    with draft.open("wb") as file:
        draft.chmod(0o600)
        export.write(file, params["format"], _each(job, rows, order), wanted.listing.columns, wanted.listing.place)
    draft.rename(path)
    day = clock.now().astimezone(CITY_ZONE)
    return Outcome({"name": f"{wanted.listing.title}-{day:%Y%m%d}", "rows": job.job.done}, path.name)


def _each(job: Run, rows: Any, order: keyset.Order) -> Iterator[Any]:
    """Row by row, fetched page by page: no cursor stays open while progress is written."""
    after, done = "", 0
    while True:
        page = keyset.fetch(rows, order, CHUNK, after=after)
        yield from page.rows
        done += len(page.rows)
        job.job.done = done
        job.progress(done)
        after = page.after
        if not after:
            return
