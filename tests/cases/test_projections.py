"""Every projected value follows from history: each perturbation is named, each is mended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db.models import BooleanField, CharField, DateTimeField, ForeignKey, IntegerField, Model, UUIDField

from chuangcheng.cases import actions, projections
from chuangcheng.cases.chronicle import (
    ASSIGNMENT_FIELDS,
    CASE_FIELDS,
    COUNTERS,
    PETITION_FIELDS,
    REPORT_FIELDS,
    fold,
    values_of,
)
from chuangcheng.cases.models import Assignment, Case, Petition, Report
from chuangcheng.framework.models import Category
from chuangcheng.history import projections as registry
from chuangcheng.history.models import Event
from chuangcheng.history.selectors import events_of
from chuangcheng.people.models import Person, Unit
from tests.cases.play import Play, given
from tests.conftest import NOON

#: Erasable words, place, and what never changes by a move: not projected.
NOT_PROJECTED = {
    Report: {"id", "chain_seq", "chain_head", "text", "lat", "lon", "address", "grid_id", "division_id",
             "contact_cipher", "contact_index", "reporter_id", "rating_text", "plea_text"},
    Case: {"id", "chain_seq", "chain_head", "text", "lat", "lon", "address", "grid_id", "division_id", "standard_id"},
    Assignment: {"id", "case_id"},
    Petition: {"id", "case_id", "reason"},
}  # fmt: skip
PROJECTED = {Report: REPORT_FIELDS, Case: CASE_FIELDS, Assignment: ASSIGNMENT_FIELDS, Petition: PETITION_FIELDS}


def differences() -> list[str]:
    return [str(found) for found in (*projections.check_reports(), *projections.check_cases())]


def a_city_at_work(play: Play) -> None:
    """A case that went down the chain, was extended, reworked, closed; others; reports behind them."""
    report = play.report(category_code="06010")
    case = actions.file_report(actor=play.by["office"], report_id=report.id)
    actions.dispatch_case(actor=play.by["office"], case_id=case.id, unit_id=play.unit("district"))
    actions.pass_on(actor=play.by["district"], case_id=case.id, unit_id=play.unit("street"))
    actions.accept_case(actor=play.by["street"], case_id=case.id)
    actions.ask_extension(actor=play.by["street"], case_id=case.id, reason="需协调")
    play.decide(case, granted=True)
    play.prove(case)
    actions.handle_case(actor=play.by["street"], case_id=case.id, outcome="fixed")
    actions.rework_case(actor=play.by["inspector"], case_id=case.id, note="仍有垃圾")
    play.prove(case)
    actions.handle_case(actor=play.by["street"], case_id=case.id, outcome="fixed")
    actions.verify_case(actor=play.by["inspector"], case_id=case.id)
    actions.close_case(actor=play.by["office"], case_id=case.id)
    play.suspended()
    play.refused()
    play.report_in("pending_confirm")


def other_value(field: Any, value: Any) -> Any:
    """A value that the column would take and history does not know."""
    if isinstance(field, ForeignKey):
        rows = {Unit: Unit, Person: Person, Category: Category}.get(field.related_model, field.related_model)
        other = rows._default_manager.exclude(pk=value).first()
        return None if other is None else other.pk
    if isinstance(field, BooleanField):
        return not value
    if isinstance(field, IntegerField):
        return (value or 0) + 7
    if isinstance(field, DateTimeField):
        return (value or NOON) + timedelta(seconds=1)
    if isinstance(field, UUIDField):
        return UUID(int=1)
    assert isinstance(field, CharField)
    return "x" if value != "x" else "y"


def test_every_column_is_projected_or_named_as_not(play: Play) -> None:
    for model, fields in PROJECTED.items():
        columns = {field.attname for field in model._meta.concrete_fields}
        assert set(fields) | NOT_PROJECTED[model] == columns
        assert not set(fields) & NOT_PROJECTED[model]
    assert set(COUNTERS) <= set(CASE_FIELDS)


def test_they_are_registered() -> None:
    assert {"cases.report", "cases.case"} <= set(registry.registered())


def test_nothing_differs_after_real_work(play: Play) -> None:
    a_city_at_work(play)
    assert differences() == []
    assert projections.rebuild_reports() == projections.rebuild_cases() == 0


@pytest.mark.parametrize(("model", "name"), [(model, name) for model, fields in PROJECTED.items() for name in fields])
def test_each_perturbation_is_named_and_mended(
    play: Play, make_site: Callable[[str], object], model: type[Model], name: str
) -> None:
    make_site("street")
    a_city_at_work(play)
    row = model._default_manager.order_by("pk").first()
    field = next(field for field in model._meta.concrete_fields if field.attname == name)
    true = getattr(row, name)
    wrong = other_value(field, true)
    assert wrong != true
    model._default_manager.filter(pk=row.pk).update(**{name: wrong})
    found = differences()
    case = row if isinstance(row, Report | Case) else row.case  # type: ignore[attr-defined]
    shown = case.number if name != "number" else "x"
    assert any(name in difference and shown in difference for difference in found), found
    assert projections.rebuild_reports() + projections.rebuild_cases() == 1
    row.refresh_from_db()
    assert getattr(row, name) == true
    assert differences() == []


def test_a_lost_link_comes_back(play: Play) -> None:
    case = play.handling()
    link = case.assignments.get()
    kept = values_of(link, ASSIGNMENT_FIELDS)
    case.assignments.all().delete()
    assert any("is gone" in difference for difference in differences())
    assert projections.rebuild_cases() == 1
    assert values_of(case.assignments.get(), ASSIGNMENT_FIELDS) == kept
    assert differences() == []


def test_an_invented_link_is_named(play: Play) -> None:
    case = play.handling()
    Assignment.objects.create(case=case, unit_id=play.unit("street2"), received_at=NOON)
    assert any("is not in history" in difference and case.number in difference for difference in differences())


def test_a_row_without_history_and_a_history_without_row_are_named(play: Play) -> None:
    kept, lost = play.report(), play.report()
    Event.objects.filter(subject_id=kept.id).delete()
    Report.objects.filter(pk=lost.id).delete()
    found = differences()
    assert f"Report {kept.number}: has no history" in found
    assert any(str(lost.id) in difference and "no row" in difference for difference in found)


def test_counters_are_counted_not_believed(play: Play) -> None:
    """A forged last word in history does not make a counter true."""
    case = play.handled()
    actions.rework_case(actor=play.by["inspector"], case_id=case.id, note="仍有垃圾")
    folded = fold(events_of("case", case.id), CASE_FIELDS)
    folded.values["rework_count"] = 99
    assert folded.result()["rework_count"] == 1


def test_many_rows_are_walked_in_portions(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projections, "_CHUNK", 2)
    reports = [actions.create_report(actor=play.by["office"], given=given(source="hotline"))[0] for _ in range(5)]
    assert differences() == []
    Report.objects.filter(pk=reports[4].id).update(state="filed")
    assert len(differences()) == 1
    assert projections.rebuild_reports() == 1


def test_history_tells_no_words(play: Play) -> None:
    a_city_at_work(play)
    told = "".join(f"{event.before}{event.after}" for event in Event.objects.all())
    for word in ("垃圾", "永安路", "需协调", "张street"):
        assert word not in told
