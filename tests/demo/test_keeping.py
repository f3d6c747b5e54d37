"""The views that the demo city's people keep are views that their lists know."""

from __future__ import annotations

import pytest
from django.test import Client

from chuangcheng.demo.keeping import VIEWS, keep
from chuangcheng.kernel.actor import Actor
from chuangcheng.people import jobs, saved
from chuangcheng.people.models import Job, Person
from chuangcheng.web.tables.offered import offered


@pytest.mark.parametrize("row", VIEWS, ids=lambda row: row[2])
def test_a_list_knows_its_views(row: tuple[str, str, str, str, bool]) -> None:
    _who, listing, name, query, _shared = row
    wanted = offered(listing)
    assert wanted is not None
    assert wanted.sound(query) == query
    assert len(name) <= saved.LONGEST_NAME


def test_everybody_finds_their_own_and_the_units(personas: dict[str, Actor], noon: object) -> None:
    assert len(keep(personas)) == len(VIEWS)
    assert len(keep(personas)) == len(VIEWS), "a second time changes nothing"
    names = {who: {view.name for view in saved.views_of(personas[who])} for who in ("office", "inspector", "street2")}
    assert names["office"] == {"超期未办结", "随手拍待派遣", "待受理"}
    assert names["inspector"] == {"超期未办结", "待受理"}
    assert names["street2"] == set()


def test_whoever_is_not_there_keeps_nothing(personas: dict[str, Actor], noon: object) -> None:
    assert [view.name for view in keep({"street": personas["street"]})] == ["待处置"]
    assert not Job.objects.exists()


def test_each_view_opens(personas: dict[str, Actor], noon: object) -> None:
    client = Client()
    client.force_login(Person.objects.get(pk=personas["office"].person_id))
    for view in keep(personas):
        status = client.get(f"/desk/saved/{view.pk}/", follow=True).status_code
        assert status == (200 if view.person_id == personas["office"].person_id else 404)


def test_the_export_is_in_the_office_own_list(personas: dict[str, Actor], noon: object) -> None:
    keep(personas)
    job = jobs.jobs_of(personas["office"]).get()
    assert (job.state, job.total, job.file) == ("done", 3, "")
    assert not jobs.jobs_of(personas["leader"]).exists()
