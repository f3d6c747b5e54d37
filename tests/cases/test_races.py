"""Two at once, on a database where two can be at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection

from chuangcheng.cases import actions, projections
from chuangcheng.cases.models import Assignment, Case, Report
from chuangcheng.history.models import Event, Outbox
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN
from chuangcheng.kernel.problems import Refused
from tests.cases.play import Play, given
from tests.conftest import NOON

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(*calls: Callable[[], object], moment: datetime = NOON) -> list[object]:
    """What each call gave or refused, all started together on connections of their own."""
    found: list[object] = [None] * len(calls)
    start = threading.Barrier(len(calls))

    def run(index: int, call: Callable[[], object]) -> None:
        try:
            with clock.at(moment):
                start.wait()
                found[index] = call()
        except Refused as refusal:
            found[index] = refusal.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index, call)) for index, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_the_same_report_twice_at_once_is_one_report(play: Play) -> None:
    body = given()
    found = at_once(*[lambda: actions.create_report(actor=CITIZEN, given=body)] * 6)
    assert sorted(created for _, created in found) == [False] * 5 + [True]  # type: ignore[misc]
    assert len({report.number for report, _ in found}) == 1  # type: ignore[misc]
    assert (Report.objects.count(), Event.objects.count(), Outbox.objects.count()) == (1, 1, 1)


def test_another_body_under_the_same_id_at_once_is_refused(play: Play) -> None:
    body = given()
    other = given(id=body.id, text="别的")
    found = at_once(
        lambda: actions.create_report(actor=CITIZEN, given=body),
        lambda: actions.create_report(actor=CITIZEN, given=other),
    )
    assert found.count("common.different_body") == 1
    assert Report.objects.count() == 1


def test_of_two_dispatchers_one_comes_too_late(play: Play) -> None:
    case = play.filed()
    found = at_once(*[
        lambda unit=unit: actions.dispatch_case(
            actor=play.by["office"], case_id=case.id, unit_id=play.unit(unit)
        )
        for unit in ("street", "department", "district")
    ])  # fmt: skip
    assert found.count("state.move_refused") == 2
    assert Assignment.objects.count() == 1
    stored = Case.objects.get()
    assert stored.chain_seq == Event.objects.filter(subject_id=case.id).count() == 2


def test_of_two_deciders_one_comes_too_late(play: Play) -> None:
    case = play.asked()
    petition = case.petitions.get()
    found = at_once(*[
        lambda granted=granted: actions.decide_petition(
            actor=play.by["office"], petition_id=petition.id, granted=granted
        )
        for granted in (True, False)
    ])  # fmt: skip
    assert found.count("state.stale") == 1


def test_of_two_dispatchers_who_merge_one_case_one_comes_too_late(play: Play) -> None:
    case, one, other = play.filed(), play.filed(), play.filed()
    report = play.joined(case)
    found = at_once(*[
        lambda target=target: actions.merge_case(actor=play.by["office"], case_id=case.id, target_id=target.id)
        for target in (one, other)
    ])  # fmt: skip
    assert found.count("state.move_refused") == 1
    stored = Case.objects.get(pk=case.pk)
    assert stored.merged_into_id in (one.pk, other.pk)
    assert Report.objects.get(pk=report.pk).case_id == stored.merged_into_id
    assert [*projections.check_cases(), *projections.check_reports()] == []


def test_merged_into_each_other_at_once_only_one_goes_through(play: Play) -> None:
    one, other = play.filed(), play.filed()
    found = at_once(
        lambda: actions.merge_case(actor=play.by["office"], case_id=one.id, target_id=other.id),
        lambda: actions.merge_case(actor=play.by["office"], case_id=other.id, target_id=one.id),
    )
    assert found.count("case.merge_ring") == 1
    assert Case.objects.filter(state="merged").count() == 1


def test_a_report_linked_while_its_case_is_merged_ends_up_with_the_target(play: Play) -> None:
    for _ in range(5):
        case, target, report = play.filed(), play.filed(), play.report()
        found = at_once(
            lambda case=case, target=target: actions.merge_case(
                actor=play.by["office"], case_id=case.id, target_id=target.id
            ),
            lambda case=case, report=report: actions.link_report(
                actor=play.by["office"], report_id=report.id, case_id=case.id
            ),
        )
        report.refresh_from_db()
        assert report.case_id == target.pk or found[1] == "report.case_ended"


def test_the_same_quick_fix_twice_at_once_is_one(play: Play) -> None:
    from chuangcheng.cases.models import QuickFix
    from chuangcheng.kernel.ids import new_id
    from tests.cases.play import LITTER, POINT

    body = actions.QuickFixInput(id=new_id(), category_code=LITTER, **POINT)
    found = at_once(*[lambda: actions.record_quickfix(actor=play.by["grid"], given=body)] * 6)
    assert sorted(created for _, created in found) == [False] * 5 + [True]  # type: ignore[misc]
    assert QuickFix.objects.count() == 1
