"""Who is told what, and that an import or the demo tells nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chuangcheng.history import duties, sweep
from chuangcheng.history.models import Outbox
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.notices.actions import sink
from chuangcheng.notices.models import Notice
from chuangcheng.risks import actions, effects
from chuangcheng.risks.models import LaggardList, Risk
from chuangcheng.risks.watch import watch
from tests.conftest import NOON
from tests.risks.conftest import TODAY, Cases
from tests.risks.test_ledger import enter
from tests.risks.test_lists import announced, drafted, line, rule

__all__ = ["drafted", "rule"]


def told() -> dict[str, set[Any]]:
    """Topic → persons."""
    sweep.drain()
    found: dict[str, set[Any]] = {}
    for topic, person in Notice.objects.values_list("topic", "person_id"):
        found.setdefault(topic, set()).add(person)
    return found


def test_an_own_entry_is_no_news(units: Any, personas: Any) -> None:
    risk = enter(units)
    given = {"actor": SYSTEM, "risk_id": risk.pk}
    actions.move_risk(move="handle", measures="x", due_on=TODAY, **given)
    actions.move_risk(move="relieve", words="x", **given)
    assert told() == {}, "who did it knows of it"
    assert list(Outbox.objects.values_list("topic", flat=True)) == ["risk.entered", "risk.handle", "risk.relieve"]


def test_a_warning_in_both_languages(debts: Any, tasks: Cases, units: Any, personas: Any) -> None:
    tasks(3)
    watch()
    assert told() == {"risk.raised": {personas["department"].person_id}}
    notice, risk = Notice.objects.get(), Risk.objects.get()
    assert notice.text == {"zh": f"风险预警：任务欠账 （{risk.number}）", "en": f"Early warning: {risk.number}"}
    assert (notice.subject_kind, notice.subject_id) == ("risk", risk.pk)


def test_what_comes_back_is_told_again(debts: Any, tasks: Cases, units: Any, personas: Any) -> None:
    from chuangcheng.tasks.models import Task

    rows = tasks(3)
    watch()
    Task.objects.filter(pk__in=[row.pk for row in rows]).update(state="in_review")
    watch()
    Task.objects.update(state="under_way")
    watch()
    mine = {personas["department"].person_id}
    assert told() == {"risk.raised": mine, "risk.relieved": mine, "risk.relapsed": mine}


def test_in_a_sink_nobody_is_told(debts: Any, tasks: Cases, drafted: LaggardList, personas: Any) -> None:
    with sink():
        watch()
        announced(drafted, personas["office"])
        mine = line(drafted, "street")
        actions.object_to(actor=personas["street"], laggard_id=mine.pk, words="有误")
        actions.answer(actor=personas["office"], laggard_id=mine.pk, upheld=True, words="属实")
        with clock.at(NOON + timedelta(days=4)):
            actions.submit(actor=personas["office"], list_id=drafted.pk)
            sweep.drain()
    assert told() == {}


def test_a_unit_that_was_taken_out_is_not_told_of_the_issue(drafted: LaggardList, personas: Any) -> None:
    announced(drafted, personas["office"])
    mine = line(drafted, "street")
    actions.object_to(actor=personas["street"], laggard_id=mine.pk, words="有误")
    actions.answer(actor=personas["office"], laggard_id=mine.pk, upheld=True, words="属实")
    with clock.at(NOON + timedelta(days=4)):
        actions.submit(actor=personas["office"], list_id=drafted.pk)
        actions.approve(actor=personas["leader"], list_id=drafted.pk, issued=True)
        found = told()
    assert found["laggard.uphold"] == {personas["street"].person_id}
    assert found["laggards.issue"] == {personas["department"].person_id}
    assert "laggard.object" not in found


def test_an_effect_that_runs_twice_tells_once(drafted: LaggardList, personas: Any) -> None:
    announced(drafted, personas["office"])
    sweep.drain()
    row = Outbox.objects.get(topic="laggards.announce")
    before = Notice.objects.count()
    effects.tell_listed(row)
    effects.tell_listed(row)
    assert Notice.objects.count() == before == 2


@pytest.mark.parametrize("effect", ["warn_unit", "tell_listed", "tell_answer", "tell_approvers"])
def test_an_effect_survives_what_is_gone(units: Any, effect: str) -> None:
    from uuid import uuid4

    row = Outbox(topic="risk.raised", subject_kind="risk", subject_id=uuid4(), created_at=NOON, due_at=NOON)
    getattr(effects, effect)(row)
    assert not Notice.objects.exists()


def test_the_duty_watches_once_an_hour(debts: Any, tasks: Cases) -> None:
    duty = duties.registered()["risks.watch"]
    assert duty.seconds == 3600
    tasks(3)
    assert duty.work() == 1 and duty.work() == 0
    assert Risk.objects.count() == 1
