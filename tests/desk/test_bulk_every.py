"""Choosing all that match across pages: one form, one job, one report."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from chuangcheng.cases import jobs as bulk_jobs
from chuangcheng.cases.models import Case, Report
from chuangcheng.desk.cases import pages as listed
from chuangcheng.people import jobs
from chuangcheng.people.models import Job
from tests.cases.play import Play

Sign = Callable[[str], Client]
CASES = "/desk/cases/bulk/"


def ask(client: Client, query: str = "state=filed", move: str = "dispatch", url: str = CASES, **more: str) -> object:
    return client.post(url, {"every": "1", "query": query, "move": move, "next": "/desk/cases/", **more})


@pytest.fixture
def pages(play: Play, monkeypatch: pytest.MonkeyPatch) -> Play:
    """More rows than a page of the list shows."""
    monkeypatch.setattr(listed, "LISTING", listed.LISTING)
    object.__setattr__(listed.LISTING, "size", 2)
    for _ in range(5):
        play.filed()
    play.closed()
    yield play  # type: ignore[misc]
    object.__setattr__(listed.LISTING, "size", 50)


def test_the_bar_offers_all_that_match_only_where_a_page_is_not_all(as_persona: Sign, pages: Play) -> None:
    client = as_persona("office")
    page = client.get("/desk/cases/?state=filed").content.decode()
    assert "全部 5 条" in page
    assert 'name="query" value="state=filed"' in page
    assert 'name="every"' not in client.get("/desk/cases/?state=closed").content.decode()
    assert 'name="every"' not in as_persona("leader").get("/desk/cases/").content.decode()


def test_all_that_match_are_moved_by_a_job(as_persona: Sign, pages: Play) -> None:
    client = as_persona("office")
    form = ask(client).content.decode()  # type: ignore[attr-defined]
    assert "全部 5 件" in form
    assert 'name="every" value="1"' in form
    assert not Job.objects.exists(), "nothing is ordered before the form is sent"
    answer = ask(client, go="1", unit=str(pages.unit("street")))
    job = Job.objects.get()
    assert answer.headers["Location"] == f"/desk/jobs/{job.pk}/"  # type: ignore[attr-defined]
    assert jobs.drain() == 1
    page = client.get(f"/desk/jobs/{job.pk}/").content.decode()
    assert "批量派遣" in page
    assert len(re.findall(r'/desk/cases/[0-9a-f-]{36}/">AJ', page)) == 5
    assert Case.objects.filter(state="dispatched").count() == 5


def test_rows_whose_state_does_not_fit_are_counted_and_left(as_persona: Sign, pages: Play) -> None:
    client = as_persona("office")
    form = ask(client, query="").content.decode()  # type: ignore[attr-defined]
    assert "其中 1 件的状态不能办理此事" in form
    ask(client, query="", go="1", unit=str(pages.unit("street")))
    jobs.drain()
    assert Job.objects.get().result["refused"] == []
    assert Case.objects.filter(state="closed").count() == 1


def test_what_was_refused_stands_on_the_report(as_persona: Sign, pages: Play) -> None:
    client = as_persona("office")
    ask(client, go="1", unit=str(pages.unit("street")))
    gone = Case.objects.filter(state="filed").first()
    assert gone is not None
    Case.objects.filter(pk=gone.pk).update(state="void")
    jobs.drain()
    page = client.get(f"/desk/jobs/{Job.objects.get().pk}/").content.decode()
    assert "没有办理的" in page
    assert gone.number in page


def test_a_form_with_a_mistake_comes_back(as_persona: Sign, pages: Play) -> None:
    answer = ask(as_persona("office"), move="void", go="1", reason_code="moon")
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert not Job.objects.exists()


def test_too_many_are_refused_and_none_too(as_persona: Sign, pages: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_jobs, "MOST", 4)
    client = as_persona("office")
    assert "最多" in client.post(CASES, {"every": "1", "query": "", "move": "dispatch"}, follow=True).content.decode()
    ask(client, query="state=verified", move="close", go="1")
    assert not Job.objects.exists()


@pytest.mark.parametrize(("persona", "status"), [("street", 403), ("leader", 403)])
def test_the_right_of_the_move_is_needed(as_persona: Sign, pages: Play, persona: str, status: int) -> None:
    assert ask(as_persona(persona)).status_code == status  # type: ignore[attr-defined]


def test_a_street_moves_only_what_it_sees(as_persona: Sign, play: Play) -> None:
    mine, other = play.dispatched(), play.dispatched("street2", lon=120.022)
    ask(as_persona("street"), query="state=dispatched", move="accept", go="1")
    jobs.drain()
    assert Case.objects.get(pk=mine.pk).state == "handling"
    assert Case.objects.get(pk=other.pk).state == "dispatched"


def test_reports_too(as_persona: Sign, play: Play) -> None:
    for _ in range(3):
        play.report()
    client = as_persona("office")
    ask(client, query="state=received", move="refuse", url="/desk/reports/bulk/", go="1", reason_code="unclear")
    jobs.drain()
    assert Report.objects.filter(state="not_accepted").count() == 3
    assert "批量不予受理" in client.get("/desk/jobs/").content.decode()
