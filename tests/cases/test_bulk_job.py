"""One move on all rows that match: in portions, with a report, stopped and taken up again without harm."""

from __future__ import annotations

from typing import Any

import pytest

from chuangcheng.cases import jobs as bulk_jobs
from chuangcheng.cases.models import Case
from chuangcheng.history.models import Event
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import jobs
from chuangcheng.people.models import Job
from tests.cases.play import Play


@pytest.fixture(autouse=True)
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_jobs, "PORTION", 2)


def order(play: Play, cases: list[Any], move: str = "dispatch", by: str = "office", **values: Any) -> Job:
    given = values or {"unit": play.unit("street")}
    return bulk_jobs.order_bulk(actor=play.by[by], ids=[case.pk for case in cases], move=move, values=given)


def report(job: Job) -> tuple[int, int, list[str]]:
    job.refresh_from_db()
    told = job.result
    return len(told["done"]), len(told["already"]), [row[2] for row in told["refused"]]


def test_every_row_gets_its_own_move_and_the_rest_its_reason(play: Play) -> None:
    cases = [play.filed() for _ in range(5)]
    closed = play.closed()
    job = order(play, [*cases, closed])
    assert jobs.drain() == 1
    assert report(job) == (5, 0, ["state.move_refused"])
    assert {case.holder_id for case in Case.objects.filter(pk__in=[case.pk for case in cases])} == {play.unit("street")}
    assert (job.done, job.total, job.state) == (6, 6, "done")
    dispatched = Event.objects.filter(action="case.dispatched", subject_id__in=[case.pk for case in cases])
    assert {event.actor_person for event in dispatched} == {play.by["office"].person_id}


def test_a_reason_is_kept_in_both_languages(play: Play) -> None:
    job = order(play, [play.closed()])
    jobs.drain()
    job.refresh_from_db()
    _id, number, _code, zh, en = job.result["refused"][0]
    assert number.startswith("AJ")
    assert "不能" in zh or "状态" in zh
    assert "not possible" in en


def test_stopped_in_the_middle_it_goes_on_where_it_was(play: Play) -> None:
    cases = [play.filed() for _ in range(5)]
    job = order(play, cases)
    asked = iter([False, True])
    assert jobs.run_next(lambda: next(asked))
    job.refresh_from_db()
    assert (job.state, job.result["at"]) == ("waiting", 4)
    jobs.drain()
    assert report(job) == (5, 0, [])


def test_a_portion_done_twice_does_no_harm(play: Play) -> None:
    """A worker killed between the moves and the note on them."""
    cases = [play.filed() for _ in range(3)]
    job = order(play, cases)
    jobs.drain()
    Job.objects.filter(pk=job.pk).update(state="running", claimed_until=None, attempts=1, result={})
    jobs.drain()
    assert report(job) == (0, 3, [])
    assert Event.objects.filter(action="case.dispatched").count() == 3


def test_a_cancelled_job_leaves_what_was_done(play: Play) -> None:
    cases = [play.filed() for _ in range(4)]
    job = order(play, cases)
    asked = iter([False, True])
    jobs.run_next(lambda: next(asked))
    jobs.cancel(actor=play.by["office"], job_id=job.pk)
    assert jobs.drain() == 0
    assert Case.objects.filter(state="dispatched").count() == 4
    assert len(Job.objects.get(pk=job.pk).result["done"]) == 4


def test_routing_suggests_for_each(play: Play) -> None:
    cases = [play.filed(), play.filed()]
    job = order(play, cases, unit=None)
    jobs.drain()
    done, already, refused = report(job)
    assert done + len(refused) == 2
    assert already == 0
    assert set(refused) <= {"case.no_suggestion"}


def test_words_go_with_every_row_and_not_into_history(play: Play) -> None:
    cases = [play.filed(), play.filed()]
    job = order(play, cases, move="void", reason_code="mistake", note="张三重复登记")
    jobs.drain()
    assert report(job) == (2, 0, [])
    assert "张三" not in str([*Event.objects.values_list("before", "after", "reason")])
    assert {remark.text for case in cases for remark in case.remarks.all()} == {"张三重复登记"}


@pytest.mark.parametrize(
    ("move", "by", "number", "code"),
    [("dispatch", "street", 1, "common.not_allowed"), ("moon", "office", 1, "common.not_found"),
     ("handle", "office", 1, "common.not_found"), ("dispatch", "office", 0, "bulk.none_chosen"),
     ("dispatch", "office", bulk_jobs.MOST + 1, "bulk.too_many")],
)  # fmt: skip
def test_what_is_not_allowed_is_not_ordered(play: Play, move: str, by: str, number: int, code: str) -> None:
    with pytest.raises(Refused, match=code.replace(".", r"\.")):
        bulk_jobs.order_bulk(actor=play.by[by], ids=[new_id() for _ in range(number)], move=move, values={})
    assert not Job.objects.exists()


def test_a_row_out_of_sight_is_refused_without_its_number(play: Play) -> None:
    job = order(play, [type("Row", (), {"pk": new_id()})()])
    jobs.drain()
    job.refresh_from_db()
    assert job.result["refused"][0][1:3] == ["", "common.not_found"]


def test_the_right_is_asked_again_when_it_runs(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    from chuangcheng.people.models import Post
    from chuangcheng.people.rights import forget_posts

    job = order(play, [play.filed()])
    Post.objects.filter(pk=play.by["office"].post_id).update(role="leader")
    forget_posts()
    jobs.drain()
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "common.not_allowed")
    assert Case.objects.get().state == "filed"
