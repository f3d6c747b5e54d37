"""The day's sheet on the desk: each figure opens just as many rows, whoever looks; one page of paper; own lines."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from chuangcheng.bulletins.models import DayLine
from chuangcheng.cases import actions as cases
from chuangcheng.cases.models import Case
from chuangcheng.kernel.ids import new_id
from chuangcheng.people.models import Person
from chuangcheng.tasks import actions as tasks
from chuangcheng.tasks.models import Task
from tests.bulletins.test_daysheet import busy
from tests.cases.play import Play
from tests.conftest import NOON
from tests.meetings.conftest import Plan
from tests.tasks.conftest import TODAY, Make

__all__ = ["busy"]
Sign = Callable[[str], Client]


@pytest.fixture
def full(busy: dict[str, Case], ledger: Any, personas: Any, make: Make, plan: Plan) -> None:
    """The same day with progress, an instruction, a reply and a meeting."""
    tasks.report_progress(actor=personas["street"], task_id=make("street").pk, words="过半", share=50)
    given = cases.InstructionInput(
        id=new_id(), leader_id=Person.objects.get(username="leader").pk, text="请整改", given_on=TODAY, due_on=TODAY,
        unit_ids=(ledger["street"].pk, ledger["department"].pk),
    )  # fmt: skip
    row, _new = cases.enter_instruction(actor=personas["office"], given=given)
    cases.reply_instruction(actor=personas["street"], instruction_id=row.pk, text="已整改")
    plan(days=0.1, units=("street",))


@pytest.mark.parametrize(("who", "unit"), [("office", ""), ("office", "U-990101001"), ("street", ""), ("department", ""),
                                           ("district", "U-990101001"), ("leader", ""), ("community", "")])  # fmt: skip
def test_every_figure_opens_just_as_many_rows(as_persona: Sign, full: None, who: str, unit: str) -> None:
    client = as_persona(who)
    sheet = client.get(f"/desk/day/?unit={unit}").context["sheet"]
    lines = [line for part in sheet.parts for line in part.lines]
    shown = {line.spec.name: client.get(line.url).context["listing"].count for line in lines}
    assert shown == {line.spec.name: line.count for line in lines}
    if who in ("office", "street"):
        assert {name for name, count in shown.items() if count} >= {
            "overdue", "tasks_due", "tasks_late", "replies_due", "received", "tasks_set", "ordered", "flagged", "closed",
            "tasks_moved", *(["meetings"] if who == "office" else []),
        }  # fmt: skip


def test_the_page_names_rows_and_asks_for_nothing(as_persona: Sign, busy: dict[str, Case]) -> None:
    html = as_persona("street").get("/desk/day/").content.decode()
    assert busy["late"].number in html and "今日计划" in html and "不必填报" in html and "2026年9月15日" in html
    assert "河东街道 日工作单" in re.sub(r"\s+", " ", html)
    assert "全市 日工作单" in re.sub(r"\s+", " ", as_persona("office").get("/desk/day/").content.decode())


def test_whose_sheet_is_opened(as_persona: Sign, busy: dict[str, Case]) -> None:
    asked = {
        ("street", "U-990101002"): 404, ("street", "U-990101001001"): 200, ("department", "U-990101001"): 404,
        ("subcommand", "U-CGJ"): 200, ("district", "U-990101002"): 200, ("office", "U-CGJ"): 200, ("street", "none"): 404,
        ("grid", ""): 403, ("inspector", ""): 403,
    }  # fmt: skip
    assert {key: as_persona(key[0]).get(f"/desk/day/?unit={key[1]}").status_code for key in asked} == asked


@pytest.mark.parametrize("day", ["", "x", "2026-02-30", "0001-01-01", "9999-12-31", "2026-09-14"])
def test_any_day_opens(as_persona: Sign, personas: Any, noon: Any, day: str) -> None:
    page = as_persona("office").get(f"/desk/day/?day={day}")
    assert page.status_code == 200
    if day in ("", "x", "2026-02-30"):
        assert page.context["day"] == TODAY


def test_it_prints_on_one_page(as_persona: Sign, full: None, make: Make, personas: Any, ledger: Any) -> None:
    for number in range(20):
        make("street", problem=f"问题{number}")
    client = as_persona("street")
    for number in range(6):
        client.post("/desk/day/lines/new/", {"unit": "U-990101001", "day": "2026-09-15", "part": "plan",
                                             "words": f"{number}" + "长" * 79})  # fmt: skip
    assert DayLine.objects.count() == 6
    pdf = client.get("/desk/day/?print=pdf")
    assert pdf.headers["Content-Type"] == "application/pdf" and pdf.content.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf.content)) == 1


def test_lines_by_hand(as_persona: Sign, personas: Any, noon: Any) -> None:
    client = as_persona("street")
    form = {"unit": "U-990101001", "day": "2026-09-15", "part": "plan", "words": "迎检"}
    answer = client.post("/desk/day/lines/new/", form)
    assert answer.headers["Location"] == "/desk/day/?day=2026-09-15&unit=U-990101001"
    html = client.get("/desk/day/").content.decode()
    assert "迎检" in html and "加一行" in html
    for wrong in ({"day": "x"}, {"unit": "U-990101002"}):
        assert client.post("/desk/day/lines/new/", {**form, **wrong}).status_code == 404
    client.post("/desk/day/lines/new/", {**form, "part": "x"})
    assert DayLine.objects.count() == 1
    address = f"/desk/day/lines/{DayLine.objects.get().pk}/drop/"
    assert client.get(address).status_code == 405 and as_persona("leader").post(address).status_code == 403
    assert "加一行" not in as_persona("leader").get("/desk/day/?unit=U-990101001").content.decode()
    assert client.post(address).status_code == 302 and not DayLine.objects.exists()


def test_few_queries(as_persona: Sign, full: None, django_assert_max_num_queries: Any) -> None:
    client = as_persona("street")
    client.get("/desk/day/")
    with django_assert_max_num_queries(15):
        client.get("/desk/day/")


MOVED = [("moved_from=2026-09-15", 1), ("moved_from=2026-09-14&moved_to=2026-09-16", 1), ("moved_from=2026-09-16", 0),
         ("moved_from=2026-09-10&moved_to=2026-09-14", 0), ("moved_from=x", 0), ("moved_from=9999-12-31", 0),
         ("set_from=2026-09-15&set_to=2026-09-15", 5), ("due_from=2026-09-15&due_to=2026-09-15", 1),
         ("ended_from=2026-09-15", 1), ("ended_to=2026-09-14", 0)]  # fmt: skip


def test_tasks_by_their_days(as_persona: Sign, full: None, make: Make) -> None:
    Task.objects.filter(pk=make("department").pk).update(state="struck_off", ended_on=TODAY)
    client = as_persona("office")
    assert {query: client.get(f"/desk/tasks/?{query}").context["listing"].count for query, _n in MOVED} == dict(MOVED)


def test_cases_by_dispatch_flag_and_rework(as_persona: Sign, busy: dict[str, Case], play: Play) -> None:
    Case.objects.filter(pk=busy["closed"].pk).update(rework_count=1)
    Case.objects.filter(pk=busy["late"].pk).update(flagged_at=NOON - timedelta(days=1))
    client = as_persona("office")
    queries = {"dispatched_from=2026-09-15": 3, "dispatched_to=2026-09-14": 0, "flagged_to=2026-09-14": 1,
               "flagged_from=2026-09-15": 0, "reworked=yes": 1}  # fmt: skip
    assert {query: client.get(f"/desk/cases/?{query}").context["listing"].count for query in queries} == queries
