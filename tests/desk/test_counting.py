"""What a weekly summary counted is found again when everything has moved since: every number of every sentence opens
exactly the rows that it was counted of, months later, on the desk and in the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chuangcheng.api.filters import CaseQuery
from chuangcheng.api.task_shapes import TaskQuery
from chuangcheng.bulletins import counted, effects, specs, summarising, summary_text
from chuangcheng.bulletins.models import CountedRow, Summary
from chuangcheng.cases import actions as cases
from chuangcheng.cases.models import Case, InstructionReply, QuickFix
from chuangcheng.kernel import clock
from chuangcheng.kernel.ids import new_id
from chuangcheng.patrols.models import Visit
from chuangcheng.people.models import Person, Unit
from chuangcheng.people.tokens import issue
from chuangcheng.tasks import actions as tasks
from chuangcheng.tasks.models import Petition, Task
from tests.bulletins.test_summaries import MONDAY, NEXT, assemble
from tests.conftest import NOON
from tests.tasks.conftest import TODAY, Make

Sign = Callable[[str], Client]
LATER = NEXT + timedelta(days=90)


@pytest.fixture
def worked(week: Any, make: Make, ledger: Any, personas: Any) -> None:
    """A week with something in every figure, of two streets and a department, counted on the Monday after."""
    street, actor = ledger["street"], personas["street"]
    Visit.objects.update(failed=1)
    Case.objects.update(dispatched_at=NOON, holder=street)
    Case.objects.filter(state="closed").update(holder=None, responsible=street, source="patrol")
    for days, unit in ((2, "street"), (9, "street"), (9, "department")):
        task = make(unit, days=days)
        tasks.report_progress(actor=personas[unit], task_id=task.pk, words="过半", share=50)
    tasks.ask_extension(actor=actor, task_id=task_of(ledger, 2).pk, due_on=TODAY + timedelta(days=3), words="连日降雨")
    tasks.endorse_petition(actor=personas["subcommand"], task_id=task_of(ledger, 2).pk)
    tasks.grant_petition(actor=personas["office"], task_id=task_of(ledger, 2).pk)
    Task.objects.filter(pk=make("street").pk).update(state="struck_off", ended_on=TODAY)
    QuickFix.objects.create(number="ZG1", unit=street, fixed_at=NOON, received_at=NOON, body_digest="",
                            category=week.categories["06010"])  # fmt: skip
    given = cases.InstructionInput(
        id=new_id(), leader_id=Person.objects.get(username="leader").pk, text="请整改", given_on=TODAY, due_on=TODAY,
        unit_ids=(street.pk, ledger["department"].pk),
    )  # fmt: skip
    row, _new = cases.enter_instruction(actor=personas["office"], given=given)
    cases.reply_instruction(actor=actor, instruction_id=row.pk, text="已整改")
    with clock.at(NEXT):
        assemble()


def task_of(ledger: Any, days: int) -> Task:
    return Task.objects.get(lead=ledger["street"], first_due_on=TODAY + timedelta(days=days))


def move_on(ledger: Any) -> None:
    """Months later: all went to other hands, was opened again, put off, voided, withdrawn."""
    other = ledger["street2"]
    Case.objects.filter(state="closed").update(state="handling", closed_at=None, holder=other, rework_count=0)
    Case.objects.exclude(state="closed").update(state="void", dispatched_at=LATER, due_at=LATER, on_time=None)
    Task.objects.update(lead=other, due_on=F("due_on") + timedelta(days=60), state="void", created_at=LATER)
    Petition.objects.update(unit=other, state="withdrawn", decided_at=None, asked_at=LATER)
    Visit.objects.update(failed=0, finished_at=LATER)
    QuickFix.objects.update(unit=other, fixed_at=LATER)
    InstructionReply.objects.filter(unit=ledger["street"]).update(unit=other, replied_at=None, due_at=NOON)


def reckoned(unit: Unit) -> dict[str, set[Any]]:
    """The rows of each figure on the Monday after, by the table of figures, without what was kept."""
    first, end = specs.week_of(MONDAY)
    return {
        name: {row.pk for row in specs.SPECS[name].rows(specs.SPECS[name].kind.model._default_manager.all(), first, end,
                                                      end if specs.SPECS[name].days else NEXT)
               .filter(specs.SPECS[name].kind.of(unit))}
        for name in counted.BITS
    }  # fmt: skip


def listed(client: Client, address: str) -> set[Any]:
    """The rows that an address opens; as many as the list says."""
    listing = client.get(address, headers={"HX-Request": "true", "HX-Target": "listing"}).context["listing"]
    rows = {row.pk for row in listing.rows}
    assert listing.count == len(rows)
    return rows


def test_every_number_opens_the_rows_it_counted_whatever_became_of_them(
    as_persona: Sign, worked: None, ledger: Any
) -> None:
    office, district = as_persona("office"), as_actor("district")
    rows = list(Summary.objects.select_related("unit"))
    was = {row.unit: reckoned(row.unit) for row in rows}
    assert {name for each in was.values() for name, ids in each.items() if ids} == {*counted.BITS}, (
        "each proves something"
    )
    move_on(ledger)
    now = {unit: reckoned(unit) for unit in was}
    assert {name for name in counted.BITS if any(now[unit][name] != was[unit][name] for unit in was)} == {*counted.BITS}
    with clock.at(LATER):
        street = next(row for row in rows if row.unit == ledger["street"])
        page = office.get(f"/desk/summaries/{street.pk}/").context
        told = [piece for _heading, pieces in page["sentences"] for piece in pieces if "counted_in" in piece.url]
        assert len(told) == 18
        for piece in told:
            ids = listed(office, piece.url)
            assert (str(len(ids)), ids) == (piece.text, was[street.unit][piece.url.split(".")[1]]), piece.url
        for _name, value, address, _note in office.get(f"/desk/summaries/week/?week={MONDAY}").context["figures"]:
            ids = listed(office, address)
            assert (len(ids), ids) == (value, set.union(*(each[address.split(".")[1]] for each in was.values()))), (
                address
            )
    for row in rows:
        for name, ids in was[row.unit].items():
            model = specs.SPECS[name].kind.model._default_manager.all()
            found = counted.narrowed(model, f"{MONDAY}.{name}.{row.unit.code}").values_list("pk", flat=True)
            assert set(found) == ids and row.figures[name][0] == len(ids), (row.unit.short_name, name)
            sums = counted.narrowed(model, f"{MONDAY}.{name}", district).values_list("pk", flat=True)
            assert set(sums) == set.union(*(each[name] for unit, each in was.items() if unit.kind != "department"))
    assert list(effects.check_summaries()) == []


def as_actor(who: str) -> Any:
    from chuangcheng.kernel.actor import Actor
    from chuangcheng.people.models import Post

    post = Post.objects.get(person__username=who)
    return Actor(post.person_id, post.pk, who)


def test_programs_ask_the_same(as_persona: Sign, worked: None, ledger: Any, personas: Any) -> None:
    street = ledger["street"].code
    names = {
        "overdue": Case,
        "closed": Case,
        "received": Case,
        "tasks_late": Task,
        "tasks_moved": Task,
        "more_asked": None,
    }
    asked = {name: f"{MONDAY}.{name}.{street}" for name in names}
    was = {name: set(counted.narrowed(model.objects.all(), asked[name]).values_list("pk", flat=True))
           for name, model in names.items() if model}  # fmt: skip
    assert all(was.values())
    move_on(ledger)
    client, head = Client(), {"HTTP_AUTHORIZATION": f"Bearer {issue(personas['office'].post_id)}"}
    for path, query in (("cases", "overdue"), ("cases", "closed"), ("tasks", "tasks_late"), ("tasks", "tasks_moved")):
        found = client.get(f"/api/v1/{path}?counted_in={asked[query]}", **head).json()["items"]
        assert {each["id"] for each in found} == {str(pk) for pk in was[query]}, query
    assert (
        set(CaseQuery(counted_in=f"{MONDAY}.received").narrow(Case.objects.all()).values_list("pk", flat=True))
        >= (was["received"])
    )
    assert not TaskQuery(counted_in=asked["overdue"]).narrow(Task.objects.all()).exists(), "cases are no tasks"
    answer = client.get("/api/v1/tasks?counted_in=last-week", **head)
    assert answer.status_code == 422 and answer.json()["errors"][0]["code"] == "value.not_listed"


def test_the_filter_says_whose_week_and_the_list_is_exported(as_persona: Sign, worked: None, ledger: Any) -> None:
    client, asked = as_persona("office"), f"{MONDAY}.overdue.{ledger['street'].code}"
    number = Summary.objects.get(unit=ledger["street"]).figures["overdue"][0]
    move_on(ledger)
    with CaptureQueriesContext(connection) as queries:
        html = client.get(f"/desk/cases/?counted_in={asked}").content.decode()
    assert f"河东街道 2026-09-14 周：超期案件 {number}" in html and len(queries) <= 15
    client.cookies["django_language"] = "en"
    assert (
        f"week of 2026-09-14: Overdue cases {number}" in client.get(f"/desk/cases/?counted_in={asked}").content.decode()
    )
    answer: Any = client.get(f"/desk/cases/?counted_in={asked}&export=csv")
    assert len(answer.getvalue().decode("utf-8-sig").splitlines()) == number + 1
    for wrong in ("x", f"{MONDAY}.moon", f"{MONDAY}.overdue.NOBODY", "2026-09-07.overdue", "2026-13-40.overdue", "%00"):
        count = client.get(f"/desk/cases/?counted_in={wrong}").context["listing"].count
        assert count == (Case.objects.count() if wrong == "%00" else 0), wrong
    # a neighbour reads neither the summary nor, by its name, which of its own rows the other was charged with
    assert as_persona("street2").get(f"/desk/cases/?counted_in={asked}").context["listing"].count == 0
    assert "河东街道 2026" not in as_persona("street2").get(f"/desk/cases/?counted_in={asked}").content.decode()


def test_the_score_opens_the_standards_it_was_summed_of(as_persona: Sign, worked: None, ledger: Any) -> None:
    row = Summary.objects.select_related("unit").get(unit=ledger["street"])
    address = summary_text.url_of(row, "score")
    Unit.objects.filter(pk=row.unit_id).update(short_name="河东街道办")
    page = as_persona("street").get(address)
    *parts, whole = page.context["parts"]
    assert parts and whole.share == row.figures["score"][0] and sum(part.earned for part in parts) == whole.earned
    assert all(part.code in page.content.decode() for part in parts)
    assert as_persona("street2").get(address).status_code == 404
    Summary.objects.filter(pk=row.pk).update(scored={})
    assert as_persona("street").get(address).status_code == 404


def test_a_summary_without_kept_rows_opens_the_lists_as_they_are(as_persona: Sign, worked: None, ledger: Any) -> None:
    Summary.objects.update(rows_digest="", scored={})
    row = Summary.objects.select_related("unit").get(unit=ledger["street"])
    assert "status=overdue" in summary_text.url_of(row, "overdue") and "scores" in summary_text.url_of(row, "score")
    assert "status=overdue" in summary_text.city_url("overdue", MONDAY, [row])
    assert "counted_in" not in as_persona("office").get(f"/desk/summaries/{row.pk}/").content.decode()
    assert counted.words(f"{MONDAY}.overdue", as_actor("office")) is None


def test_rows_past_history_are_found(worked: None, ledger: Any) -> None:
    row = Summary.objects.get(unit=ledger["street"])
    CountedRow.objects.filter(pk=row.counted.order_by("pk")[0].pk).update(row_id=new_id())
    assert [str(found).split(" is ")[0] for found in effects.check_summaries()] == [f"summary {row.pk}: rows"]
    with clock.at(NEXT):
        assert assemble() == 0, "the same rows leave no trace"
        Case.objects.filter(pk__in=row.counted.values("row_id")[:1]).update(on_time=True)
    Summary.objects.filter(pk=row.pk).update(rows_digest="")
    with clock.at(NEXT):
        assert assemble() >= 1
    assert list(effects.check_summaries()) == []


#: A name, whether it is one.
NAMES = [
    ("2026-09-14.overdue", True), ("2026-09-14.overdue.U-1", True), ("2026-09-14.tasks_late.A.B.C", True),
    ("2026-09-14", False), ("2026-09-14.", False), ("2026-09-14.score", False), ("2026-09-14.moon", False),
    ("20260914.overdue", False), ("2026-W38-1.overdue", False), ("", False), (".overdue", False),
    ("2026-09-14.overdue.", False), ("9999-12-31.overdue", True), ("overdue.2026-09-14", False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "sound"), NAMES)
def test_names_are_read_strictly(name: str, sound: bool) -> None:
    found = counted.read(name)
    assert (found is not None) is sound and (found is None or str(found) == name)


def test_bits_never_move() -> None:
    assert list(counted.BITS)[:6] == ["received", "due", "closed", "on_time", "reworked", "overdue"]
    assert [*counted.BITS.values()] == [1 << place for place in range(len(counted.BITS))] and len(counted.BITS) == 18
    assert set(summarising.NAMES) == set(counted.BITS), "every figure of a summary keeps its rows"
    assert counted.read("2026-09-14.closed.X") == counted.Name(date(2026, 9, 14), "closed", "X")
