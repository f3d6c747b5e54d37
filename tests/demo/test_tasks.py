"""The demo's tasks: every state, nothing refused, and rows as history tells them."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from chuangcheng.demo.found import Cast
from chuangcheng.demo.petitions import Petitions
from chuangcheng.demo.stage import Stage
from chuangcheng.demo.tasks import TASKS, Tasks
from chuangcheng.history.projections import registered
from chuangcheng.kernel import clock
from chuangcheng.notices.actions import sink
from chuangcheng.tasks import selectors
from chuangcheng.tasks.models import Petition, Routine, Task
from chuangcheng.tasks.states import TASK
from tests.conftest import NOON
from tests.sites.conftest import edition
from tests.tasks.conftest import ledger
from tests.tasks.test_keeping import whole

__all__ = ["edition", "ledger"]


def play(cast: Cast, days: int) -> Stage:
    stage = Stage(random.Random(7), NOON - timedelta(days=days), NOON)
    tasks = Tasks(stage, cast, 7)
    tasks.schedule()
    if days < 9:
        Petitions(tasks, 7).schedule()
    with sink():
        stage.play(lambda _day: None, lambda _share, _text: None)
    return stage


@pytest.fixture
def cast(edition: Any, ledger: Any, personas: Any) -> Cast:
    """One department, one street, their sub-command and the office."""
    made = Cast(
        edition, units={"BM01": ledger["department"], "JD01": ledger["street"]}, named={"office": personas["office"]}
    )
    made.posted = {("department", "BM01"): [personas["department"]], ("street", "JD01"): [personas["street"]],
                   ("subcommand", ledger["subcommand"].code): [personas["subcommand"]]}  # fmt: skip
    return made


@pytest.mark.full
def test_sixty_tasks_in_every_state(cast: Cast) -> None:
    stage = play(cast, 92)
    assert stage.refused == Counter()
    states = Counter(Task.objects.values_list("state", flat=True))
    assert set(states) == {state.code for state in TASK.states} - {"void"} and sum(states.values()) >= TASKS
    with clock.at(NOON):
        figures = selectors.counts(Task.objects.all(), NOON.date())
        assert figures["overdue"] >= 3 and figures["soon"] >= 3 and figures["in_review"] >= 6
        debts = selectors.debts(Task.objects.all(), NOON.date())
    assert any(debt.late for debt in debts) and any(debt.slipped > debt.late for debt in debts)
    assert Routine.objects.count() == 2 and Task.objects.filter(routine__isnull=False).count() >= 3
    assert whole()


@pytest.mark.full
def test_petitions_of_every_kind(cast: Cast) -> None:
    stage = Stage(random.Random(7), NOON - timedelta(days=92), NOON)
    tasks = Tasks(stage, cast, 7)
    tasks.schedule()
    Petitions(tasks, 7).schedule()
    with sink():
        stage.play(lambda _day: None, lambda _share, _text: None)
    assert stage.refused == Counter()
    states = Counter(Petition.objects.values_list("state", flat=True))
    assert states == Counter({"granted": 3, "waiting": 2, "declined": 1, "withdrawn": 1})
    assert Petition.objects.filter(state="waiting", asked_at__date__gt=F("from_on")).count() == 1
    assert Task.objects.filter(extensions__gte=2).count() == 1 and whole()
    assert not list(registered()["tasks.petition"].check())


def test_a_city_of_two_days_has_no_older_tasks(cast: Cast) -> None:
    stage = play(cast, 2)
    assert stage.refused == Counter() and not Task.objects.exists()
