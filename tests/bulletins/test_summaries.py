"""The weekly summaries of all units: counted at once, beside the week before, worded by whom they are of, handed in by
themselves."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chuangcheng.bulletins import effects, selectors, summarising, summary_actions, summary_text
from chuangcheng.bulletins.models import Summary
from chuangcheng.bulletins.specs import SPECS
from chuangcheng.bulletins.states import SUMMARY
from chuangcheng.cases.models import Case
from chuangcheng.history.models import Event
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN, SYSTEM
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.models import Unit
from chuangcheng.tasks.models import Task
from tests.cases.play import Play
from tests.conftest import NOON
from tests.tasks.conftest import TODAY, Make

MONDAY = date(2026, 9, 14)
NEXT = NOON + timedelta(days=6)  # the Monday after, at noon


@pytest.fixture
def worked(play: Play, make: Make, ledger: Any, personas: Any) -> dict[str, Case]:
    """A week of the street: three cases received, one closed late, one reworked; a task moved, one late."""
    from chuangcheng.tasks import actions as tasks

    first, second, third = play.closed(), play.closed(), play.handling()
    Case.objects.filter(pk=first.pk).update(on_time=False, source="portal")
    Case.objects.filter(pk=second.pk).update(rework_count=1, source="patrol")
    Case.objects.filter(pk=third.pk).update(due_at=NOON + timedelta(hours=4))
    moved = make("street", days=2)
    tasks.report_progress(actor=personas["street"], task_id=moved.pk, words="过半", share=50)
    make("department")
    return {"first": first, "second": second, "third": third}


def figures_of(unit: Unit, monday: date = MONDAY) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = Summary.objects.get(unit=unit, week_start=monday).figures
    return found


def assemble(monday: date = MONDAY) -> int:
    return summary_actions.assemble_units(actor=SYSTEM, week_start=monday)


def test_all_units_are_counted_at_once(worked: Any, ledger: Any) -> None:
    with clock.at(NEXT):
        with CaptureQueriesContext(connection) as queries:
            assert assemble() == 4  # district, department and both streets
        few = len(queries)
    assert figures_of(ledger["street"]) == {
        "received": [3, 0], "due": [3, 0], "closed": [2, 0], "on_time": [1, 0], "reworked": [1, 0], "overdue": [1, None],
        "tasks_set": [1, 0], "tasks_moved": [1, 0], "tasks_ended": [0, 0], "tasks_late": [1, None], "more_asked": [0, 0],
        "more_granted": [0, 0], "visits": [0, 0],
        "visits_failed": [0, 0], "rectified": [1, 0], "quickfixes": [0, 0], "replies": [0, 0], "replies_met": [0, 0],
        "score": [None, None],
    }  # fmt: skip
    assert figures_of(ledger["department"])["tasks_set"] == [1, 0]
    assert figures_of(ledger["street2"])["received"] == [0, 0]
    for number in range(20):
        Unit.objects.create(code=f"X{number}", name=f"部门{number}", short_name=f"部门{number}", kind="department")
    Summary.objects.all().delete()
    with clock.at(NEXT), CaptureQueriesContext(connection) as queries:
        assert assemble() == 24
    assert len(queries) <= few + 1, "as many queries for twenty units more"


def test_the_week_before_stands_beside(worked: Any, ledger: Any) -> None:
    with clock.at(NEXT):
        assemble()
    Case.objects.filter(pk=worked["third"].pk).update(state="closed", closed_at=NEXT, on_time=False, holder=None)
    Task.objects.filter(lead=ledger["street"]).update(state="struck_off", ended_on=NEXT.date())
    with clock.at(NEXT + timedelta(days=7)):
        assemble(MONDAY + timedelta(days=7))
    found = figures_of(ledger["street"], MONDAY + timedelta(days=7))
    assert (found["received"], found["closed"], found["on_time"]) == ([0, 3], [1, 2], [0, 1])
    assert (found["overdue"], found["tasks_late"], found["tasks_ended"]) == ([0, 1], [0, 1], [1, 0])
    told = {row.name: (row.now, row.before, row.change) for row in summary_text.compared(
        Summary.objects.select_related("unit").get(unit=ledger["street"], week_start=MONDAY + timedelta(days=7)))}  # fmt: skip
    assert (
        told["closed"] == ("1", "2", "-1")
        and told["received"] == ("0", "3", "-3")
        and told["visits"] == ("0", "0", "0")
    )


def test_what_did_not_change_leaves_no_trace_and_what_did_is_renewed(worked: Any, ledger: Any) -> None:
    with clock.at(NEXT):
        assert (assemble(), assemble()) == (4, 0)
        Case.objects.filter(pk=worked["first"].pk).update(on_time=True)
        assert assemble() == 1
    row = Summary.objects.get(unit=ledger["street"])
    rows = Event.objects.filter(subject_kind="summary", subject_id=row.pk)
    assert [event.action for event in rows.order_by("seq")] == ["summary.assembled", "summary.assembled"]
    assert list(effects.check_summaries()) == []


def test_the_worker_keeps_up(worked: Any, ledger: Any) -> None:
    with clock.at(NEXT):
        assert summary_actions.keep_up() == 4
        assert summary_actions.keep_up() == 0
    row = Summary.objects.get(unit=ledger["street"])
    assert (row.state, row.due_at.isoformat()) == (
        "open",
        "2026-09-22T16:00:00+00:00",
    )  # the end of Tuesday in the city
    with clock.at(row.due_at - timedelta(seconds=1)):
        assert summary_actions.keep_up() == 0
    with clock.at(row.due_at):
        assert summary_actions.keep_up() == 4
        assert summary_actions.keep_up() == 0
        assert assemble() == 0
    row.refresh_from_db()
    assert (row.state, row.handed_in_at, row.edited, row.words) == ("handed_in", row.due_at, False, "")
    last = Event.objects.filter(subject_kind="summary", subject_id=row.pk).latest("seq")
    assert (last.action, last.actor_label) == ("summary.handed_in", SYSTEM.label)
    assert list(effects.check_summaries()) == []


def test_a_unit_may_add_words_until_then(worked: Any, personas: Any, ledger: Any) -> None:
    street = personas["street"]
    with clock.at(NEXT):
        assemble()
        row = Summary.objects.get(unit=ledger["street"])
        edited = summary_actions.edit_summary(actor=street, summary_id=row.pk, words="  人手不足。\n下周补齐。 ")
        assert (edited.words, edited.edited, edited.edited_by_id) == ("人手不足。\n下周补齐。", True, street.person_id)
        Case.objects.filter(pk=worked["first"].pk).update(on_time=True)
        assert assemble() == 1 and Summary.objects.get(pk=row.pk).words == edited.words
        assert summary_actions.edit_summary(actor=street, summary_id=row.pk, words="").edited is False
        with pytest.raises(Refused, match=r"common\.invalid"):
            summary_actions.edit_summary(actor=street, summary_id=row.pk, words="长" * 1001)
        with pytest.raises(Refused, match=r"common\.not_found"):
            summary_actions.edit_summary(actor=street, summary_id=uuid4(), words="x")
        assert summary_actions.hand_in_summary(actor=street, summary_id=row.pk).state == "handed_in"
        for attempt in (
            lambda: summary_actions.edit_summary(actor=street, summary_id=row.pk, words="改"),
            lambda: summary_actions.hand_in_summary(actor=street, summary_id=row.pk),
        ):
            with pytest.raises(Refused, match=r"state\.move_refused"):
                attempt()
    assert "人手" not in str(list(Event.objects.values_list("after", flat=True)))
    assert list(effects.check_summaries()) == []


#: Who words the summary of the street: the refusal, "" = allowed.
WRITERS = [
    ("street", ""),
    ("street2", "bulletins.other_unit"),
    ("district", "bulletins.other_unit"),
    ("department", "bulletins.other_unit"),
    ("subcommand", "bulletins.other_unit"),
    ("office", "common.not_allowed"),
    ("leader", "common.not_allowed"),
    ("community", "common.not_allowed"),
    ("grid", "common.not_allowed"),
    ("inspector", "common.not_allowed"),
    ("auditor", "common.not_allowed"),
    ("citizen", "common.not_allowed"),
]


@pytest.mark.parametrize(("who", "refusal"), WRITERS)
def test_who_words_a_summary(personas: Any, ledger: Any, who: str, refusal: str) -> None:
    row = Summary.objects.create(unit=ledger["street"], week_start=MONDAY, assembled_at=NOON, due_at=NEXT)
    actor = CITIZEN if who == "citizen" else personas[who]
    if not refusal:
        assert summary_actions.edit_summary(actor=actor, summary_id=row.pk, words="字").edited
        return
    for attempt in (
        lambda: summary_actions.edit_summary(actor=actor, summary_id=row.pk, words="字"),
        lambda: summary_actions.hand_in_summary(actor=actor, summary_id=row.pk),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.code == refusal
    row.refresh_from_db()
    assert (row.words, row.state) == ("", "open")


#: Who reads the summaries of how many of the four units.
READERS = [("office", 4), ("leader", 4), ("auditor", 4), ("district", 3), ("street", 1), ("street2", 1), ("department", 1),
           ("subcommand", 2), ("community", 0), ("grid", 0), ("inspector", 0)]  # fmt: skip


@pytest.mark.parametrize(("who", "number"), READERS)
def test_who_reads_which(personas: Any, ledger: Any, who: str, number: int) -> None:
    with clock.at(NEXT):
        assemble()
    assert selectors.summaries_for(personas[who]).count() == number
    foreign = Summary.objects.exclude(pk__in=selectors.summaries_for(personas[who])).first()
    if foreign is not None:
        with pytest.raises(Refused, match=r"common\.not_found"):
            selectors.get_summary_for(personas[who], foreign.pk)


#: Week, refusal.
WEEKS = [
    (date(2026, 9, 15), "bulletins.not_monday"),
    (date(2026, 9, 13), "bulletins.not_monday"),
    (date(2026, 9, 21), "bulletins.future"),
    (date(2027, 1, 4), "bulletins.future"),
    (date(2026, 9, 14), ""),
    (date(2026, 9, 7), ""),
]


@pytest.mark.parametrize(("monday", "refusal"), WEEKS)
def test_weeks_that_can_be(small_city: Any, noon: Any, monday: date, refusal: str) -> None:
    if not refusal:
        assert assemble(monday) == 4
        return
    with pytest.raises(Refused) as refused:
        assemble(monday)
    assert refused.value.code == refusal and not Summary.objects.exists()


def test_only_the_office_and_the_system_assemble(personas: Any, noon: Any) -> None:
    for name, actor in personas.items():
        if name == "office":
            assert summary_actions.assemble_units(actor=actor, week_start=MONDAY) == 4
            continue
        with pytest.raises(Refused, match=r"common\.not_allowed"):
            summary_actions.assemble_units(actor=actor, week_start=MONDAY)


#: A unit's kind and validity, whether it has a summary of the week.
UNITS = [
    ("department", None, None, True),
    ("street", None, None, True),
    ("company", None, None, True),
    ("outside", None, None, True),
    ("district", None, None, True),
    ("community", None, None, False),
    ("subcommand", None, None, False),
    ("office", None, None, False),
    ("headquarters", None, None, False),
    ("department", date(2026, 9, 18), None, True),
    ("department", date(2026, 9, 21), None, False),
    ("department", None, date(2026, 9, 20), True),
    ("department", None, date(2026, 9, 18), False),
]


@pytest.mark.parametrize(("kind", "valid_from", "valid_to", "listed"), UNITS)
def test_which_units_have_a_week(db: None, kind: str, valid_from: Any, valid_to: Any, listed: bool) -> None:
    unit = Unit.objects.create(
        code="N", name="新", short_name="新", kind=kind, valid_from=valid_from, valid_to=valid_to
    )
    assert (unit in summarising.units_of(MONDAY + timedelta(days=6))) is listed


def test_the_sentences_hold_every_figure_with_its_rows(worked: Any, ledger: Any) -> None:
    with clock.at(NEXT):
        assemble()
    row = Summary.objects.select_related("unit").get(unit=ledger["street"])
    told = summary_text.sentences(row)
    assert [heading for heading, _pieces in told] == [
        "案件办理",
        "任务落实",
        "督查整改",
        "领导批示",
    ]  # no score is known
    text = "".join(piece.text for piece in told[0][1])
    assert (
        text.startswith("本周收到案件 3 件，到期 3 件；结案 2 件，其中按期 1 件、曾返工 1 件。")
        and "超期未办结 1 件" in text
    )
    linked = [piece for _heading, pieces in told for piece in pieces if piece.url]
    assert len(linked) == len(summarising.NAMES)
    assert all(piece.text.isdigit() for piece in linked) and len({piece.url for piece in linked}) == len(linked)
    row.figures["score"] = [88.5, 87.25]
    assert "".join(piece.text for piece in summary_text.sentences(row)[-1][1]) == "依据测评体系自评得分 88.5 分。"
    compared = {line.name: line for line in summary_text.compared(row)}
    assert (compared["score"].before, compared["score"].change) == ("87.25", "+1.25")
    assert compared["overdue"].change == "" and compared["overdue"].before == "—"
    assert "unit" in compared["score"].url
    row.figures = {}
    assert summary_text.sentences(row) == [] and summary_text.compared(row) == []


def test_the_documents(worked: Any, ledger: Any, personas: Any) -> None:
    with clock.at(NEXT):
        assemble()
    row = Summary.objects.select_related("unit").get(unit=ledger["street"])
    row.words = "人手不足。\n下周补齐。"
    document = summary_text.compose(row)
    texts = "\n".join(document.texts())
    assert document.draft and document.issue == "2026 年第 38 周" and document.title == "河东街道周工作小结"
    assert all(
        words in texts
        for words in ("一、案件办理", "与上周比较", "本单位补充", "人手不足。", "（2026年9月14日—9月20日）")
    )
    rows = list(Summary.objects.select_related("unit").order_by("unit__official_order"))
    whole = summary_text.compose_all(rows, MONDAY)
    assert "4 个单位" in whole.sections[0].paragraphs[0] and "收到案件 3" in whole.sections[0].paragraphs[0]
    table = whole.sections[1].table
    assert table is not None and len(table.rows) == 4 and len(table.headers) == len(table.rows[0]) == len(table.right)
    assert summary_text.totals(rows)["closed"] == [2, 0] and summary_text.totals([])["closed"] == [0, 0]


def test_names_and_columns_are_figures_of_the_table() -> None:
    assert set(summarising.NAMES) <= set(SPECS) and set(summary_text.COLUMNS) <= set(summarising.NAMES)
    holes = [name for _heading, sentence in summary_text.SENTENCES for name in summary_text._HOLES.findall(sentence)]
    assert sorted(holes) == sorted((*summarising.NAMES, "score")), "each figure is told once"
    assert summary_text.label_of("score").zh == "自评得分" and summary_text.label_of("closed").zh == "结案"


#: State, move, where it leads ("" = refused).
LIFE = [("open", "assemble", "open"), ("open", "edit", "open"), ("open", "hand_in", "handed_in"),
        ("handed_in", "assemble", ""), ("handed_in", "edit", ""), ("handed_in", "hand_in", "")]  # fmt: skip


@pytest.mark.parametrize(("state", "move", "target"), LIFE)
def test_the_life_of_a_summary(state: str, move: str, target: str) -> None:
    if target:
        assert SUMMARY.next(state, move) == target
    else:
        with pytest.raises(Refused, match=r"state\.move_refused"):
            SUMMARY.next(state, move)


def test_a_change_past_history_is_found(worked: Any, ledger: Any) -> None:
    with clock.at(NEXT):
        assemble()
    row = Summary.objects.get(unit=ledger["street"])
    Summary.objects.filter(pk=row.pk).update(figures={**row.figures, "closed": [99, 0]}, state="handed_in")
    assert {str(found).split(" is ")[0] for found in effects.check_summaries()} == {
        f"summary {row.pk}: state", f"summary {row.pk}: figures",
    }  # fmt: skip
    assert effects.rebuild() == 0


def test_scores_are_those_of_the_unit(week: Any) -> None:
    from chuangcheng.scoring import projector

    with clock.at(NOON):
        projector.project()
        assemble()
    found = {row.unit.code: row.figures["score"][0] for row in Summary.objects.select_related("unit")}
    assert isinstance(found["U-990101001"], float) and found["U-CGJ"] is None
    assert TODAY > MONDAY
