"""Jobs: who orders, who sees, how they run, stop, break, are tried again and expire."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from chuangcheng.history.models import Event
from chuangcheng.history.verify import verify
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import jobs
from chuangcheng.people.jobs import Outcome, Run
from chuangcheng.people.models import Job
from chuangcheng.people.states import JOB, JOB_VERBS
from tests.conftest import NOON

Work = Callable[[Run], Outcome]


@pytest.fixture
def does(monkeypatch: pytest.MonkeyPatch) -> Callable[[Work], None]:
    """Says what jobs of the kind ``test`` do."""
    return lambda work: monkeypatch.setitem(jobs._kinds, "test", work)


@pytest.fixture
def order(personas: dict[str, Actor], noon: object) -> Callable[..., Job]:
    def make(by: str = "office", **params: Any) -> Job:
        return jobs.order(actor=personas[by], kind="test", params=params or {"n": 1}, permission="exports.run")

    return make


def fresh(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def deeds(job: Job) -> list[str]:
    return [*Event.objects.filter(subject_id=job.pk).order_by("seq").values_list("action", flat=True)]


def test_every_move_has_its_word_in_history() -> None:
    assert {move.name for move in JOB.moves} == {*JOB_VERBS}


def test_a_job_is_done_by_the_worker_with_its_posts_rights(order: Any, does: Any, personas: dict[str, Actor]) -> None:
    seen: list[Actor] = []

    def work(run: Run) -> Outcome:
        seen.append(run.actor)
        run.progress(3, 3)
        run.path("csv").write_text("x", encoding="utf-8")
        return Outcome({"name": "x"}, run.path("csv").name)

    does(work)
    job = order()
    assert job.state == "waiting"
    assert jobs.run_next()
    assert not jobs.run_next()
    job = fresh(job)
    assert (job.state, job.done, job.total, job.size, job.result) == ("done", 3, 3, 1, {"name": "x"})
    assert seen == [personas["office"]]
    assert deeds(job) == ["job.ordered", "job.started", "job.finished"]
    assert job.expires_at == NOON + timedelta(days=7)


def test_ordering_needs_the_right(order: Any) -> None:
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        order("grid")
    assert not Job.objects.exists()


def test_the_same_order_twice_is_one_job_until_it_ended(order: Any, does: Any) -> None:
    does(lambda run: Outcome())
    first = order()
    assert order() == first
    assert order(n=2) != first
    jobs.drain()
    assert order() != first


def test_nobody_fills_the_queue(order: Any) -> None:
    for number in range(jobs.MOST_WAITING):
        order(n=number)
    with pytest.raises(Refused, match=r"job\.too_many"):
        order(n=99)
    order("leader", n=99)


def test_a_job_is_seen_by_the_one_who_ordered_it_alone(order: Any, personas: dict[str, Actor]) -> None:
    job = order()
    assert jobs.get_job_for(personas["office"], job.pk) == job
    for other in (personas["leader"], CITIZEN):
        with pytest.raises(Refused, match=r"common\.not_found"):
            jobs.get_job_for(other, job.pk)
    with pytest.raises(Refused, match=r"common\.not_found"):
        jobs.cancel(actor=personas["leader"], job_id=job.pk)


@pytest.mark.parametrize("when", ["waiting", "running"])
def test_a_job_can_be_cancelled(order: Any, does: Any, personas: dict[str, Actor], when: str) -> None:
    job = order()

    def work(run: Run) -> Outcome:
        run.path("csv").write_text("half", encoding="utf-8")
        jobs.cancel(actor=personas["office"], job_id=job.pk)
        run.progress(1)
        raise AssertionError("it went on")

    does(work)
    if when == "waiting":
        jobs.cancel(actor=personas["office"], job_id=job.pk)
    jobs.drain()
    assert fresh(job).state == "cancelled"
    assert not [*jobs.folder().glob(f"{job.pk.hex}*")]
    with pytest.raises(Refused, match=r"state\.move_refused"):
        jobs.cancel(actor=personas["office"], job_id=job.pk)


def test_a_worker_that_stops_gives_the_job_back(order: Any, does: Any) -> None:
    job = order()
    does(lambda run: run.progress(1) or Outcome())
    assert jobs.run_next(lambda: True)
    job = fresh(job)
    assert (job.state, job.attempts, job.claimed_until) == ("waiting", 0, None)
    assert deeds(job)[-1] == "job.given_back"
    assert jobs.run_next()
    assert fresh(job).state == "done"


def test_a_refusal_ends_the_job_with_its_reason(order: Any, does: Any) -> None:
    def work(run: Run) -> Outcome:
        raise Refused("job.gone")

    does(work)
    job = order()
    jobs.drain()
    job = fresh(job)
    assert (job.state, job.error) == ("failed", "job.gone")
    assert Event.objects.get(action="job.failed").reason == "job.gone"


def test_what_breaks_is_tried_three_times_ever_later(
    order: Any, does: Any, personas: dict[str, Actor], caplog: pytest.LogCaptureFixture
) -> None:
    def work(run: Run) -> Outcome:
        raise ZeroDivisionError

    does(work)
    job = order()
    for _attempt in range(jobs.MOST_ATTEMPTS):
        assert jobs.run_next()
        assert not jobs.run_next(), "not at once again"
        Job.objects.filter(state="waiting").update(claimed_until=None)
    assert (fresh(job).state, fresh(job).error) == ("failed", "job.broken")
    does(lambda run: Outcome())
    jobs.retry(actor=personas["office"], job_id=job.pk)
    jobs.drain()
    assert fresh(job).state == "done"
    with pytest.raises(Refused, match=r"state\.move_refused"):
        jobs.retry(actor=personas["office"], job_id=job.pk)


def test_what_a_killed_worker_left_is_taken_up_and_not_for_ever(order: Any, does: Any) -> None:
    job = order()
    does(lambda run: Outcome())
    Job.objects.update(state="running", attempts=1, claimed_until=clock.real() + timedelta(seconds=30))
    assert not jobs.run_next(), "somebody has it"
    jobs.release()
    assert jobs.run_next()
    assert fresh(job).state == "done"
    Job.objects.update(state="running", attempts=jobs.MOST_ATTEMPTS, claimed_until=None)
    assert not jobs.run_next()
    assert (fresh(job).state, fresh(job).error) == ("failed", "job.broken")


def test_a_job_that_another_worker_took_over_ends_nothing(order: Any, does: Any) -> None:
    job = order()

    def work(run: Run) -> Outcome:
        Job.objects.update(attempts=2)
        return Outcome({"mine": 1})

    does(work)
    jobs.run_next()
    assert (fresh(job).state, fresh(job).result) == ("running", {})


def test_progress_is_written_at_most_once_a_second(order: Any, does: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    job = order()
    seen = []

    def work(run: Run) -> Outcome:
        real = clock.real()
        for step in range(4):
            monkeypatch.setattr(clock, "real", lambda at=real + timedelta(seconds=step / 2): at)
            run.progress(step)
            seen.append(fresh(job).done)
        return Outcome()

    does(work)
    jobs.run_next()
    assert seen == [0, 0, 2, 2]
    assert fresh(job).done == 3, "the end is told in any case"


@pytest.fixture
def finished(order: Any, does: Any) -> Iterator[Job]:
    def work(run: Run) -> Outcome:
        run.path("csv").write_text("x", encoding="utf-8")
        return Outcome({"name": "x"}, run.path("csv").name)

    does(work)
    job = order(query="q=张三")
    jobs.drain()
    yield fresh(job)


def test_a_file_is_for_the_one_who_ordered_it_and_each_look_is_kept(finished: Job, personas: dict[str, Actor]) -> None:
    _job, path = jobs.take_file(actor=personas["office"], job_id=finished.pk)
    assert path.read_text(encoding="utf-8") == "x"
    assert deeds(finished)[-1] == "job.downloaded"
    with pytest.raises(Refused, match=r"common\.not_found"):
        jobs.take_file(actor=personas["leader"], job_id=finished.pk)
    path.unlink()
    with pytest.raises(Refused, match=r"job\.no_file"):
        jobs.take_file(actor=personas["office"], job_id=finished.pk)


def test_after_a_week_the_file_and_what_was_typed_are_gone(finished: Job, personas: dict[str, Actor]) -> None:
    with clock.at(NOON + timedelta(days=7) - timedelta(seconds=1)):
        assert jobs.expire() == 0
    with clock.at(NOON + timedelta(days=7)):
        assert jobs.expire() == 1
        assert jobs.expire() == 0
    job = fresh(finished)
    assert (job.state, job.params, job.result, job.file) == ("expired", {}, {}, "")
    assert not (jobs.folder() / finished.file).exists()
    with pytest.raises(Refused, match=r"job\.no_file"):
        jobs.take_file(actor=personas["office"], job_id=job.pk)


def test_failed_and_cancelled_jobs_forget_too(order: Any, does: Any, personas: dict[str, Actor]) -> None:
    jobs.cancel(actor=personas["office"], job_id=order(query="q=张三").pk)
    with clock.at(NOON + timedelta(days=8)):
        assert jobs.expire() == 1
    assert Job.objects.get().params == {}


def test_history_knows_what_was_done_and_no_word_that_was_typed(finished: Job, tmp_path: Any) -> None:
    told = str([*Event.objects.filter(subject_kind="job").values_list("before", "after", "reason")])
    assert "张三" not in told
    assert "query" not in told
    assert [*verify(tmp_path)] == []


def test_what_was_done_at_once_is_logged_too(personas: dict[str, Actor], noon: object) -> None:
    job = jobs.note(actor=personas["office"], kind="test", params={"listing": "cases", "format": "csv"}, total=7)
    assert (job.state, job.done, job.file) == ("done", 7, "")
    assert Event.objects.get(subject_id=job.pk).after == {
        "state": "done", "kind": "test", "of": "cases", "format": "csv", "total": 7,
    }  # fmt: skip


def test_share_is_known_where_the_number_is() -> None:
    assert Job(done=1, total=4).share == 0.25
    assert Job(done=5, total=4).share == 1.0
    assert Job(done=5).share is None
