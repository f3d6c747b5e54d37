"""The demo's documents: every kind, every file, every end, played by the actions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from chuangcheng.demo import library
from chuangcheng.demo.found import Cast
from chuangcheng.history.models import Event
from chuangcheng.kernel import clock, papers
from chuangcheng.library.facts import DOCUMENTS, TRAININGS
from chuangcheng.library.models import Attendance, Audience, Document, Download, Kind, Training
from chuangcheng.library.search import check
from chuangcheng.notices.actions import sink
from tests.sites.conftest import edition

__all__ = ["edition"]


@pytest.fixture
def cast(edition: Any, small_city: Any, personas: Any, noon: Any) -> Cast:
    units = {"CCB": small_city.units["office"], "JD01": small_city.units["street"], "JD02": small_city.units["street2"]}
    made = Cast(edition, units=units, named={"office": personas["office"]})
    made.posted = {("street", "JD01"): [personas["street"]], ("street", "JD02"): [personas["street2"]],
                   ("grid", "JD01"): [personas["grid"]]}  # fmt: skip
    return made


def test_the_papers_show_every_kind_and_every_end() -> None:
    found = library.papers()
    assert len(found) == 15 and {paper.kind for paper in found} == set(Kind.values)
    assert {paper.audience for paper in found} == set(Audience.values)
    assert {paper.file for paper in found} == {"pdf", "docx", "txt"}
    assert {paper.end for paper in found} == {"i", "d", "w", "2", "r"}
    assert len({paper.days for paper in found}) == 15 and max(paper.days for paper in found) < 92


@pytest.mark.parametrize("file", ["pdf", "docx", "txt"])
def test_a_written_file_reads_as_it_was_written(file: str, noon: Any) -> None:
    paper = library.Paper(1, "plan", file, "CCB", "all", "i", "方案", ("第一条 抓好落实。", "第二条 责任到人。"))
    read = papers.read(library.written(paper, paper.lines, noon.date()))
    assert read.kind == file and "方案" in read.words
    assert all(line.split()[-1] in read.words for line in paper.lines)


def test_the_library_is_filled(cast: Cast) -> None:
    with sink():
        library.play(cast, date(2026, 6, 1))
    assert sorted(Training.objects.values_list("state", flat=True)) == ["closed", "closed", "held", "planned"]
    assert list(TRAININGS.check()) == [] and all(row.materials.count() == 2 for row in Training.objects.all())
    assert set(Attendance.objects.values_list("person__username", flat=True)) == {"street", "street2"}
    assert all(row.units.count() == row.attendances.count() + 1 for row in Training.objects.exclude(state="planned"))
    states = list(Document.objects.order_by("created_at").values_list("state", flat=True))
    assert (states.count("in_force"), states.count("draft")) == (12, 1)
    assert (states.count("superseded"), states.count("withdrawn")) == (1, 1)
    assert Document.objects.get(versions_count=2).kind == "method"
    assert Document.objects.get(replaces__isnull=False).replaces.get().state == "superseded"
    assert Download.objects.count() >= 10 and list(DOCUMENTS.check()) == [] and list(check()) == []
    assert all(document.current and document.current.content for document in Document.objects.select_related("current"))


def test_nothing_is_older_than_the_city(cast: Cast) -> None:
    first = clock.today().date() - timedelta(days=1)
    with sink():
        library.play(cast, first)
    assert Document.objects.count() == len(library.papers())
    assert {moment.date() >= first for moment in Document.objects.values_list("created_at", flat=True)} == {True}
    assert Training.objects.exists() and not Training.objects.filter(starts_at__date__lt=first).exists()
    assert not Event.objects.filter(subject_kind__in=["document", "training"], happened_at__gt=clock.now()).exists()
