"""Rows built in memory for bulk imports are the rows that the actions write."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from chuangcheng.cases import actions
from chuangcheng.cases.building import NO_CLOCK, build_case, build_report
from chuangcheng.cases.deadlines import clock_and_severity
from chuangcheng.cases.inputs import CaseInput
from chuangcheng.cases.models import Assignment, Case, Report
from chuangcheng.cases.projections import check_cases, check_reports
from chuangcheng.cases.steps import born, step, write
from chuangcheng.framework import selectors as framework
from chuangcheng.history.actions import content
from chuangcheng.history.models import Event
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel.actor import CITIZEN
from chuangcheng.kernel.ids import new_id
from chuangcheng.places.locator import locate
from tests.cases.play import LITTER, POINT, Play, given
from tests.conftest import NOON

#: Differ between two rows by nature: identity, and ciphertext that is salted.
OWN = {"id", "number", "chain_head", "contact_cipher", "origin_id"}


def columns(row: Report | Case) -> dict[str, Any]:
    fresh = type(row)._default_manager.get(pk=row.pk)
    return {field.attname: getattr(fresh, field.attname) for field in row._meta.concrete_fields} | dict.fromkeys(OWN)


def told(row: Report | Case) -> list[dict[str, Any]]:
    events = [content(event) for event in events_of(row._meta.model_name, row.pk)]
    for event in events:
        event["id"] = None
        event["after"].pop("number", None)
        event["after"].pop("origin_id", None)
    return events


def test_a_report_in_bulk_is_a_report(play: Play) -> None:
    body = given(category_code=LITTER, contact_name="李四", contact_phone="13900000000")
    one, _ = actions.create_report(actor=CITIZEN, given=body)
    stored_columns, stored_told = columns(one), told(one)
    Report.objects.all().delete()
    Event.objects.all().delete()
    many, event = build_report(
        body, actor=CITIZEN, number="SB20260915-900000", received_at=NOON, located=locate(POINT["lon"], POINT["lat"]),
        category=framework.category(LITTER),
    )  # fmt: skip
    Report.objects.bulk_create([many])
    Event.objects.bulk_create([event])
    assert columns(many) == stored_columns
    assert told(many) == stored_told
    assert list(check_reports()) == []


def test_a_case_in_bulk_is_a_case(play: Play) -> None:
    one = play.filed()
    wanted = CaseInput(
        text="暴露垃圾", source="patrol", category=framework.category(LITTER), address="永安路1号", **POINT
    )
    many, event = build_case(
        wanted, actor=play.by["office"], number="AJ20260915-900000", filed_at=NOON,
        located=locate(POINT["lon"], POINT["lat"]), clock=clock_and_severity(LITTER, "default", NOON)[0], case_id=new_id(),
    )  # fmt: skip
    Case.objects.bulk_create([many])
    Event.objects.bulk_create([event])
    assert columns(many) == columns(one)
    assert told(many) == told(one)


def test_steps_of_long_ago_keep_both_times(play: Play) -> None:
    """A replay tells when it happened and when it was recorded; the row follows what happened."""
    then = NOON - timedelta(days=400)
    case, filed = build_case(
        CaseInput(text="路灯不亮", source="import"), actor=CITIZEN, number="AJ20250811-900000", filed_at=then,
        located=None, clock=NO_CLOCK,
    )  # fmt: skip
    link = Assignment(case=case, unit_id=play.unit("department"), received_at=then)
    taken = step(
        case, "dispatch", CITIZEN, given={"unit": link.unit_id}, touched=[born(link)], at=then,
        changes={"holder_id": link.unit_id, "holder_since": then, "responsible_id": link.unit_id},
    )  # fmt: skip
    case.save(force_insert=True)
    filed.save()
    write(taken)
    event = events_of("case", case.pk).last()
    assert (event.happened_at, event.recorded_at) == (then, NOON)
    assert list(check_cases()) == []


def test_a_refused_step_leaves_the_row_as_it_was(play: Play) -> None:
    import pytest

    from chuangcheng.kernel.problems import Refused

    case = play.filed()
    before = (case.state, case.chain_seq, case.chain_head, case.on_time)
    with pytest.raises(Refused):
        step(case, "close", CITIZEN, changes={"on_time": True})
    assert (case.state, case.chain_seq, case.chain_head, case.on_time) == before
