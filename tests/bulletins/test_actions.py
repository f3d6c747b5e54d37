"""Assembled by itself, issued by a person, changed by nobody afterwards."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from chuangcheng.bulletins import actions, effects, selectors
from chuangcheng.bulletins.models import Weekly
from chuangcheng.history.models import Event, Outbox
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN, SYSTEM
from chuangcheng.kernel.problems import Refused
from tests.bulletins.week import MONDAY, assemble, report
from tests.scoring.world import NOW


def told(weekly: Weekly) -> list[str]:
    return list(
        Event.objects.filter(subject_kind="weekly", subject_id=weekly.pk)
        .order_by("seq")
        .values_list("action", flat=True)
    )


def test_the_draft_is_assembled_and_renewed(week: Any, personas: Any) -> None:
    first = assemble(week, personas["office"])
    assert (first.state, first.issue, first.week_start, first.assembled_at) == ("draft", 1, MONDAY, NOW)
    report(week, 0.5)
    again = assemble(week, personas["office"])
    assert (again.pk, again.issue) == (first.pk, 1)
    assert again.figures["reports_received"]["value"] == first.figures["reports_received"]["value"] + 1
    assert told(again) == ["weekly.assembled", "weekly.assembled"]
    with clock.at(NOW):
        assert actions.assemble_week(actor=personas["office"], week_start=MONDAY - timedelta(days=7)).issue == 2


def test_an_issued_report_does_not_change(week: Any, personas: Any) -> None:
    weekly = assemble(week, personas["office"])
    issued = actions.issue_week(actor=personas["office"], weekly_id=weekly.pk)
    assert issued.state == "issued"
    assert told(issued) == ["weekly.assembled", "weekly.issued"]
    assert Outbox.objects.filter(topic="weekly.issued", subject_id=weekly.pk).count() == 1
    report(week, 0.5)
    for change in (
        lambda: assemble(week, personas["office"]),
        lambda: actions.issue_week(actor=personas["office"], weekly_id=weekly.pk),
        lambda: actions.note_week(actor=personas["office"], weekly_id=weekly.pk, note="改"),
    ):
        with pytest.raises(Refused, match=r"bulletins\.already_issued"):
            change()
    stored = Weekly.objects.get(pk=weekly.pk)
    assert stored.figures == weekly.figures
    assert stored.note == ""


def test_only_the_office_assembles_notes_and_issues(week: Any, personas: Any) -> None:
    weekly = assemble(week, SYSTEM)
    others = [actor for name, actor in personas.items() if name != "office"]
    for actor in [*others, CITIZEN]:
        for attempt in (
            lambda actor=actor: assemble(week, actor),
            lambda actor=actor: actions.issue_week(actor=actor, weekly_id=weekly.pk),
            lambda actor=actor: actions.note_week(actor=actor, weekly_id=weekly.pk, note="x"),
        ):
            with pytest.raises(Refused, match=r"common\.not_allowed"):
                attempt()
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        actions.issue_week(actor=SYSTEM, weekly_id=weekly.pk)  # nothing is issued without a person


def test_weeks_that_cannot_be_are_refused(world: Any, personas: Any) -> None:
    office = personas["office"]
    with clock.at(NOW):
        with pytest.raises(Refused, match=r"bulletins\.not_monday"):
            actions.assemble_week(actor=office, week_start=date(2026, 9, 15))
        with pytest.raises(Refused, match=r"bulletins\.future"):
            actions.assemble_week(actor=office, week_start=date(2026, 9, 21))
    with pytest.raises(Refused, match=r"common\.not_found"):
        actions.issue_week(actor=office, weekly_id=uuid4())


def test_without_an_edition_there_is_no_report(personas: Any) -> None:
    from chuangcheng.history import versions

    versions.forget()
    with clock.at(NOW), pytest.raises(Refused, match=r"bulletins\.no_edition"):
        actions.assemble_week(actor=personas["office"], week_start=MONDAY)
    assert actions.assemble_last_week() is None


def test_a_note_is_the_office_s_own_words(week: Any, personas: Any) -> None:
    weekly = assemble(week, personas["office"])
    noted = actions.note_week(actor=personas["office"], weekly_id=weekly.pk, note="  本周有雨。 ")
    assert noted.note == "本周有雨。"
    assert told(noted) == ["weekly.assembled", "weekly.noted"]
    assert "本周有雨" not in str(list(Event.objects.values_list("after", flat=True)))


def test_the_worker_assembles_last_week_once(week: Any) -> None:
    with clock.at(NOW + timedelta(days=7)):
        weekly = actions.assemble_last_week()
        assert weekly is not None
        assert (weekly.week_start, weekly.state) == (MONDAY, "draft")
        assert actions.assemble_last_week() is None


def test_drafts_are_for_the_office_and_issued_reports_for_all(week: Any, personas: Any) -> None:
    weekly = assemble(week, personas["office"])
    assert selectors.get_weekly_for(personas["office"], weekly.pk) == weekly
    readers = ("leader", "district", "department", "street", "community", "auditor")
    for name in readers:
        with pytest.raises(Refused, match=r"common\.not_found"):
            selectors.get_weekly_for(personas[name], weekly.pk)
    actions.issue_week(actor=personas["office"], weekly_id=weekly.pk)
    for name in readers:
        assert selectors.latest_for(personas[name]) == weekly
    for actor in (personas["grid"], personas["inspector"], CITIZEN):
        assert selectors.latest_for(actor) is None


def test_a_change_of_the_figures_is_found(week: Any, personas: Any) -> None:
    weekly = assemble(week, personas["office"])
    assert list(effects.check()) == []
    figures = {**weekly.figures, "score": {**weekly.figures["score"], "value": 99.0}}
    Weekly.objects.update(figures=figures)
    assert [str(found) for found in effects.check()] == [
        "weekly 2026-09-14: its figures are not those that were assembled"
    ]
    Weekly.objects.update(figures=weekly.figures, state="issued")
    assert [str(found) for found in effects.check()] == ["weekly 2026-09-14: state is issued, history says draft"]
    assert effects.rebuild() == 0
