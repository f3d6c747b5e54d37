"""Short videos on the pages of reports, cases and complaints: streamed after their owner was fetched, as photos are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponseBase
from django.urls import reverse

from chuangcheng.cases import complaints
from chuangcheng.cases import selectors as cases
from chuangcheng.cases.models import Report
from chuangcheng.desk.files import stream_path
from chuangcheng.photos import films
from chuangcheng.photos.models import Film
from chuangcheng.web.pages import page
from chuangcheng.web.problems import language
from chuangcheng.web.ranges import ranged
from chuangcheng.web.signed_in import StaffRequest


@dataclass(frozen=True)
class Reel:
    """A film with its address, or why there is none."""

    film: Film
    url: str
    why: str = ""
    origin: str = ""  # number of the merged case that it comes from

    @property
    def poster_url(self) -> str:
        """Its still picture."""
        return self.url + "?poster=1"


def of_reports(
    reports: Sequence[Report], origins: Mapping[UUID, str] | None = None, name: str = "desk:report_film"
) -> list[Reel]:
    """The films of reports, in one query if any of them declared something; ``name`` is the address that streams."""
    declared = [report.pk for report in reports if report.photos_declared]
    return [
        Reel(film, reverse(name, args=[film.owner_id, film.pk]), _why(film), (origins or {}).get(film.owner_id, ""))
        for film in (films.of_many("report", declared) if declared else ())
    ]


def _why(film: Film) -> str:
    return films.refusal(film.reason_code).message(language()) if film.reason_code else ""


@page("reports.view")
def report_film(request: StaffRequest, report_id: UUID, film_id: UUID) -> HttpResponseBase:
    """A video of a report in whole or in part, or its still picture with ``?poster=1``."""
    report = cases.get_report_for(request.actor, report_id)
    return _stream(request, report, film_id)


@page(complaints.RIGHT)
def complaint_film(request: StaffRequest, report_id: UUID, film_id: UUID) -> HttpResponseBase:
    """A video that came with a complaint."""
    return _stream(request, complaints.get_for(request.actor, report_id), film_id)


def _stream(request: StaffRequest, report: Report, film_id: UUID) -> HttpResponseBase:
    film = films.film_of(("report", report.pk), film_id)
    if request.GET.get("poster"):
        return stream_path(films.poster_path(film))
    response = ranged(request, films.stored_path(film.stored_sha256), "video/mp4", film.stored_sha256)
    response.headers["Cache-Control"] = "private, max-age=86400, immutable"
    return response
