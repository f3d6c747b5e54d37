"""Who reads what, what a note survives, and that an issued report is the one that history remembers."""

from __future__ import annotations

import copy
import hashlib
import json
from datetime import date, timedelta
from typing import Any

import pytest

from chuangcheng.bulletins import actions, effects, pdf, selectors, word
from chuangcheng.bulletins.document import compose
from chuangcheng.bulletins.models import Weekly
from chuangcheng.bulletins.states import WEEKLY
from chuangcheng.history.models import Event
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN, SYSTEM
from chuangcheng.kernel.problems import Refused
from tests.bulletins.week import MONDAY, assemble, report
from tests.scoring.world import NOW

READERS = ["leader", "subcommand", "district", "department", "street", "street2", "community", "auditor"]
STRANGERS = ["grid", "inspector"]


@pytest.fixture
def two(week: Any, personas: Any) -> list[Weekly]:
    """The week before, issued, and this week, a draft."""
    with clock.at(NOW):
        before = actions.assemble_week(actor=SYSTEM, week_start=MONDAY - timedelta(days=7))
        actions.issue_week(actor=personas["office"], weekly_id=before.pk)
    return [Weekly.objects.get(pk=before.pk), assemble(week, SYSTEM)]


@pytest.mark.parametrize("role", READERS)
def test_readers_see_what_was_issued(two: list[Weekly], personas: Any, role: str) -> None:
    issued, draft = two
    assert list(selectors.visible_to(personas[role])) == [issued]
    assert selectors.latest_for(personas[role]) == issued
    assert selectors.get_weekly_for(personas[role], issued.pk) == issued
    with pytest.raises(Refused, match=r"common\.not_found"):
        selectors.get_weekly_for(personas[role], draft.pk)


def test_the_office_sees_drafts_the_newest_first(two: list[Weekly], personas: Any) -> None:
    assert list(selectors.visible_to(personas["office"])) == two[::-1]
    assert selectors.latest_for(personas["office"]) == two[1]
    assert selectors.get_weekly_for(personas["office"], two[1].pk) == two[1]


@pytest.mark.parametrize("role", STRANGERS)
def test_others_see_none(two: list[Weekly], personas: Any, role: str) -> None:
    assert not selectors.visible_to(personas[role]).exists()
    for weekly in two:
        with pytest.raises(Refused, match=r"common\.not_found"):
            selectors.get_weekly_for(personas[role], weekly.pk)
    assert not selectors.visible_to(CITIZEN).exists()


@pytest.mark.parametrize("move", [move.name for move in WEEKLY.moves])
@pytest.mark.parametrize("state", [state.code for state in WEEKLY.states])
def test_every_move_from_every_state(two: list[Weekly], week: Any, personas: Any, state: str, move: str) -> None:
    weekly = two[0] if state == "issued" else two[1]
    office, seen = personas["office"], Event.objects.count()

    def go() -> Weekly:
        with clock.at(NOW):
            if move == "assemble":
                return actions.assemble_week(actor=office, week_start=weekly.week_start)
            if move == "note":
                return actions.note_week(actor=office, weekly_id=weekly.pk, note="说明")
            return actions.issue_week(actor=office, weekly_id=weekly.pk)

    if state in WEEKLY.move(move).sources:
        assert go().state == (WEEKLY.move(move).target or state)
        assert Event.objects.filter(subject_kind="weekly").latest("id").subject_id == weekly.pk
    else:
        with pytest.raises(Refused, match=r"bulletins\.already_issued"):
            go()
        assert Event.objects.count() == seen
        assert Weekly.objects.get(pk=weekly.pk).state == state


# --- the note --------------------------------------------------------------------------------------------------------


def test_a_note_stays_when_the_draft_is_assembled_again(two: list[Weekly], week: Any, personas: Any) -> None:
    actions.note_week(actor=personas["office"], weekly_id=two[1].pk, note="周三有暴雨。")
    report(week, 0.5)
    again = assemble(week, personas["office"])
    assert again.note == "周三有暴雨。"
    assert again.figures != two[1].figures
    assert compose(again).sections[-1].paragraphs == ("周三有暴雨。",)


def test_an_empty_note_takes_the_section_out(two: list[Weekly], personas: Any) -> None:
    office = personas["office"]
    noted = actions.note_week(actor=office, weekly_id=two[1].pk, note="一行\n两行")
    count = len(compose(noted).sections)
    assert compose(noted).sections[-1].heading == "九、有关情况说明"
    cleared = actions.note_week(actor=office, weekly_id=two[1].pk, note=" \n ")
    assert cleared.note == ""
    assert len(compose(cleared).sections) == count - 1


def test_a_note_does_not_touch_the_figures(two: list[Weekly], personas: Any) -> None:
    before = Event.objects.filter(subject_id=two[1].pk).latest("seq").after
    actions.note_week(actor=personas["office"], weekly_id=two[1].pk, note="说明")
    assert Event.objects.filter(subject_id=two[1].pk).latest("seq").after == before
    assert list(effects.check()) == []


def test_the_note_is_printed_by_every_printer(two: list[Weekly], personas: Any) -> None:
    import io

    import docx

    plain_pdf = pdf.write_pdf(two[1])
    noted = actions.note_week(actor=personas["office"], weekly_id=two[1].pk, note="龘靐暴雨")
    texts = [line.text for line in docx.Document(io.BytesIO(word.write_docx(noted))).paragraphs]
    assert "龘靐暴雨" in texts
    assert "龘靐暴雨" in compose(noted).texts()
    assert len(pdf.write_pdf(noted)) > len(plain_pdf)


# --- what history remembers ------------------------------------------------------------------------------------------


def test_the_digest_in_history_is_that_of_the_figures(two: list[Weekly]) -> None:
    for weekly in two:
        text = json.dumps(weekly.figures, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        wanted = hashlib.sha256(text.encode()).hexdigest()
        for event in Event.objects.filter(subject_kind="weekly", subject_id=weekly.pk):
            assert event.after["figures"] == wanted
            assert event.after["week_start"] == weekly.week_start.isoformat()
            assert event.after["issue"] == weekly.issue


def test_history_holds_no_words_of_the_report(two: list[Weekly]) -> None:
    told = json.dumps(list(Event.objects.filter(subject_kind="weekly").values("before", "after", "reason")))
    assert json.loads(told)[0]["after"].keys() == {"state", "week_start", "issue", "figures"}
    assert "河东街道" not in told


def change(figures: dict[str, Any], path: list[Any], value: Any) -> dict[str, Any]:
    copied = copy.deepcopy(figures)
    inner: Any = copied
    for step in path[:-1]:
        inner = inner[step]
    assert inner[path[-1]] != value
    inner[path[-1]] = value
    return copied


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["cases_filed", "value"], 3), (["score", "value"], 99.0), (["on_time_rate", "value"], None),
        (["league", "value", 0, "street"], "河西街道"), (["league", "value", 0, "rank"], 2), (["focus", "value"], []),
        (["cases_overdue", "as_of"], "2026-09-16T12:00:00+08:00"), (["score", "label", "zh"], "别的"),
        (["reports_received", "url"], "/elsewhere"),
    ],
)  # fmt: skip
def test_every_part_of_the_frozen_figures_is_held(two: list[Weekly], path: list[Any], value: Any) -> None:
    weekly = two[1]
    assert list(effects.check()) == []
    Weekly.objects.filter(pk=weekly.pk).update(figures=change(weekly.figures, path, value))
    assert [str(one) for one in effects.check()] == [
        f"weekly {weekly.week_start}: its figures are not those that were assembled"
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [("state", "draft"), ("issue", 9), ("week_start", date(2026, 8, 31))],
)
def test_a_changed_head_is_found(two: list[Weekly], field: str, value: Any) -> None:
    Weekly.objects.filter(pk=two[0].pk).update(**{field: value})
    found = list(effects.check())
    assert len(found) == 1
    assert found[0].what.startswith(f"{field} is ")


def test_a_report_that_history_does_not_know_is_named(two: list[Weekly]) -> None:
    Event.objects.filter(subject_kind="weekly", subject_id=two[1].pk).delete()
    assert {one.where for one in effects.check()} == {f"weekly {two[1].week_start}"}


def test_printing_years_later_prints_the_same(two: list[Weekly], week: Any) -> None:
    """Facts change, the city's streets are renamed, time goes on: the issued report is read from its figures alone."""
    issued = two[0]
    before, printed = compose(issued), pdf.write_pdf(issued)
    for hours in range(200, 260, 10):
        report(week, hours)
    type(week.city.units["street"]).objects.update(short_name="改名", name="改名")
    with clock.at(NOW + timedelta(days=900)):
        later = Weekly.objects.get(pk=issued.pk)
        assert compose(later) == before
        assert pdf.write_pdf(later) == printed
