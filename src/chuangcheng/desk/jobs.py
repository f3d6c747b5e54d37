"""What one has ordered: exports and moves on many rows, how far they are, their files and reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chuangcheng.cases.actions.bulk import MOVES
from chuangcheng.kernel.problems import Refused, catalogue
from chuangcheng.people import jobs
from chuangcheng.people.models import Job
from chuangcheng.people.states import JOB
from chuangcheng.web.pages import back, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables.export import TYPES, disposition
from chuangcheng.web.tables.offered import offered

SHOWN = 50
FORMATS = {"csv": "CSV", "xlsx": "Excel", "geojson": "GeoJSON"}
_PAGES = {"case": "desk:case", "report": "desk:report"}


@dataclass(frozen=True)
class Ordered:
    """A job on the page."""

    job: Job
    title: str
    problem: str

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs."""
        return self.job.state in JOB.open_states()


@page("desk.enter")
def job_list(request: StaffRequest) -> HttpResponse:
    """One's own jobs, the newest first; the page renews itself while one of them runs."""
    rows = [_ordered(job) for job in jobs.jobs_of(request.actor)[:SHOWN]]
    context = {"rows": rows, "lively": any(row.is_open for row in rows), "kept": jobs.KEPT.days}
    return render(request, "desk/jobs.html", context)


@page("desk.enter")
def job_page(request: StaffRequest, job_id: UUID) -> HttpResponse:
    """One job; of a move on many rows, what became of each."""
    row = _ordered(jobs.get_job_for(request.actor, job_id))
    context = {"row": row, "rows": [row], "lively": row.is_open, "kept": jobs.KEPT.days, **_report(row.job)}
    return render(request, "desk/job.html", context)


@page("desk.enter")
def job_file(request: StaffRequest, job_id: UUID) -> HttpResponseBase:
    """The file, for the one who ordered it."""
    job, path = jobs.take_file(actor=request.actor, job_id=job_id)
    kind = path.suffix.lstrip(".")
    response = FileResponse(path.open("rb"), content_type=TYPES.get(kind, "application/octet-stream"))
    response.headers["Content-Disposition"] = disposition(str(job.result.get("name", "export")), kind)
    return response


@page("desk.enter")
@require_POST
def job_move(request: StaffRequest, job_id: UUID, name: str) -> HttpResponse:
    """Cancel or try again."""
    move = {"cancel": jobs.cancel, "retry": jobs.retry}.get(name)
    if move is None:
        raise Refused("common.not_found")
    move(actor=request.actor, job_id=job_id)
    messages.success(request, _("已取消。") if name == "cancel" else _("已重新排队。"))
    return HttpResponseRedirect(back(request, reverse("desk:jobs")))


def _ordered(job: Job) -> Ordered:
    problem = catalogue().get(job.error)
    return Ordered(job, title_of(job), problem.sentence.text(language()) if problem and job.error else "")


def title_of(job: Job) -> str:
    """What it does, in words."""
    if job.kind == "export":
        known = offered(str(job.params.get("listing", "")))
        shown = FORMATS.get(str(job.params.get("format", "")), "")
        return _("导出%(list)s %(format)s") % {"list": known.listing.title if known else "", "format": shown}
    bulk = MOVES.get(str(job.params.get("move", "")))
    return _("批量%(move)s") % {"move": bulk.move.label.text(language()) if bulk else ""}


def _report(job: Job) -> dict[str, Any]:
    """The lines of a move on many rows."""
    told = job.result if job.kind == "bulk" else {}
    url = _PAGES.get(str(job.params.get("rows", "")), "desk:case")

    def links(rows: list[list[str]]) -> list[tuple[str, str]]:
        return [(number, reverse(url, args=[pk])) for pk, number in rows]

    english = language().startswith("en")
    return {
        "lists": [(_("已办理"), links(told.get("done", []))), (_("此前已经办理"), links(told.get("already", [])))],
        "refused": [
            (number, reverse(url, args=[pk]) if number else "", en if english else zh)
            for pk, number, _code, zh, en in told.get("refused", [])
        ],
    }
