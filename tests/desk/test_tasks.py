"""Tasks on the desk: the ledger, the page of one, every form, the debt list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from chuangcheng.framework.models import Standard
from chuangcheng.framework.selectors import lead_units
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.tasks import actions
from chuangcheng.tasks.models import Task
from tests.cases.play import picture
from tests.tasks.conftest import TODAY, Make
from tests.tasks.workbook import cells, column, written

Sign = Callable[[str], Client]


def url(task: Task, name: str = "task", *more: str) -> str:
    return reverse(f"desk:{name}", args=[task.pk, *more])


def post(client: Client, task: Task, move: str, status: int = 302, **form: Any) -> Task:
    page = client.get(url(task, "task_move", move))
    assert page.status_code == 200, move
    answer = client.post(url(task, "task_move", move), form)
    assert answer.status_code == status, answer.content.decode()[:2000]
    task.refresh_from_db()
    return task


def test_a_life_by_hand(as_persona: Sign, make: Make, ledger: Any) -> None:
    office, unit, above = as_persona("office"), as_persona("department"), as_persona("subcommand")
    task = make(days=3, supports=(ledger["street"],))
    post(office, task, "postpone", due_on="2026-09-30", words="连续降雨")
    post(unit, task, "arrange", measure="错峰清运", leader="", owner="张department")
    photo = SimpleUploadedFile("a.jpg", picture(), "image/jpeg")
    post(unit, task, "progress", words="已签合同", share="40", shots=photo)
    post(unit, task, "comment", words="请街道配合")
    post(unit, task, "submit", words="已完成")
    page = office.get(url(task)).content.decode()
    assert "正在等待" in page and "环境卫生分指挥部" in page
    post(above, task, "pass", words="")
    post(office, task, "send_back", words="照片不清")
    post(office, task, "send_back", status=409, words="照片不清")
    post(unit, task, "submit", words="已补")
    post(above, task, "pass")
    post(office, task, "strike_off")
    post(above, task, "relapse", words="又有积存", due_on="2026-10-10")
    html = unit.get(url(task)).content.decode()
    for words in ("已签合同", "错峰清运", "张department", "照片不清", "又有积存", "河东街道", "反弹", "延期 1 次"):
        assert words in html or words == "延期 1 次", words
    entry = task.entries.get(words="已签合同")
    photos = [line.split('"')[0] for line in html.split('src="')[1:] if "/photos/" in line[:90]]
    assert str(entry.pk) in photos[0] and unit.get(photos[0]).getvalue()[:2] == b"\xff\xd8"  # type: ignore[attr-defined]
    assert as_persona("street2").get(photos[0]).status_code == 404
    post(office, task, "void", words="合并办理")


def test_what_comes_back_and_what_is_upheld(as_persona: Sign, make: Make) -> None:
    office, task = as_persona("office"), make()
    post(office, task, "repeat", every="monthly", until_on="2026-09-16", status=422)
    post(office, task, "repeat", every="monthly", until_on="")
    assert task.routine is not None and "每月" in office.get(url(task)).content.decode()
    assert office.post(url(task, "task_move", "stop")).status_code == 302
    assert "已停止" in office.get(url(task)).content.decode()
    post(as_persona("department"), task, "progress", words="开始")
    post(office, task, "uphold", days="30", words="")
    post(as_persona("department"), task, "check", words="保持")
    assert "每 30 天检查一次" in office.get(url(task)).content.decode()
    assert office.get(url(task, "task_move", "explode")).status_code == 404
    post(as_persona("department"), task, "void", status=422, words="x")


FORM = {
    "problem": "楼道堆物", "measure": "逐户清理", "goal": "无堆物", "source": "meeting", "source_note": "9月调度会",
    "standard": "", "leader": "", "owner": "department", "start_on": "2026-09-15", "due_on": "2026-10-15", "waits_for": "",
    "upkeep_days": "",
}  # fmt: skip


def test_a_task_is_entered_and_changed(as_persona: Sign, make: Make, ledger: Any) -> None:
    office, first = as_persona("office"), make()
    form = {
        **FORM,
        "lead": str(ledger["department"].pk),
        "supports": [str(ledger["street"].pk)],
        "waits_for": first.number,
    }
    for wrong in ({"problem": ""}, {"owner": "无此人"}, {"standard": "Z-9"}, {"waits_for": "RW0"}, {"lead": "moon"},
                  {"due_on": "2026-01-01"}, {"source": "standard"}, {"supports": [str(ledger["department"].pk)]}):  # fmt: skip
        assert office.post("/desk/tasks/new/", {**form, **wrong}).status_code == 422, wrong
    assert office.post("/desk/tasks/new/", form).status_code == 302
    task = Task.objects.exclude(pk=first.pk).get()
    assert (task.owner.username, task.source_note, task.waits_for.get()) == ("department", "9月调度会", first)  # type: ignore[union-attr]
    assert first.number in office.get(url(task)).content.decode()
    kept = office.get(url(task, "task_move", "amend")).context["form"].initial
    assert (kept["waits_for"], kept["owner"], kept["supports"]) == (first.number, "department", form["supports"])
    changed = {**form, "goal": "长效", "waits_for": "", "supports": []}
    post(office, task, "amend", **changed)
    assert task.goal == "长效" and not task.supports.exists() and not task.waits_for.exists()
    assert as_persona("department").get("/desk/tasks/new/").status_code == 403


def test_a_standard_becomes_a_task(as_persona: Sign, make: Make, edition: Any, ledger: Any) -> None:
    office = as_persona("office")
    standard = Standard.objects.order_by("order").first()
    assert standard is not None
    page = office.get(reverse("desk:standard", args=[standard.pk])).content.decode()
    assert f"/desk/tasks/new/?standard={standard.pk}" in page and "还没有任务" in page
    form = office.get(f"/desk/tasks/new/?standard={standard.pk}").context["form"]
    assert (form.initial["standard"], form.initial["source"]) == (standard.code, "standard")
    assert bool(form.initial["lead"]) == bool(lead_units(standard))
    assert office.get("/desk/tasks/new/?standard=moon").status_code == 200
    sent = {**FORM, "source": "standard", "standard": standard.code, "lead": str(ledger["street"].pk)}
    assert office.post("/desk/tasks/new/", sent).status_code == 302
    task = Task.objects.get()
    assert task.number in office.get(reverse("desk:standard", args=[standard.pk])).content.decode()
    assert office.get(f"/desk/tasks/?standard={standard.code}").context["listing"].count == 1


@pytest.fixture
def several(make: Make, ledger: Any, personas: Any) -> list[Task]:
    """Late, extended and far ones."""
    late, far = make(days=1, source="meeting"), make("street", days=40, supports=(ledger["street2"],))
    moved = make("street", days=4, problem="井盖缺失")
    actions.extend_task(actor=personas["office"], task_id=moved.pk, due_on=TODAY + timedelta(days=20), words="x")
    return [late, far, moved]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "120"), ("q=井盖", "2"), ("q=RW0", ""), ("state=open", "120"), ("state=struck_off", ""), ("late=overdue", "0"),
        ("late=soon", ""), ("late=slipped", "20"), ("source=meeting", "0"), ("month=2026-09", "0"), ("month=2026-10", "12"),
        ("month=moon", ""), ("month=²026-1", ""), ("month=2026-13", ""), ("person=nobody", ""), ("support=U-990101002", "1"), ("sort=-due", "120"),
        ("sort=share", "012"), ("standard=X", ""),
    ],
)  # fmt: skip
def test_the_ledger(as_persona: Sign, several: list[Task], query: str, found: str) -> None:
    with clock.at(clock.now() + timedelta(days=3)):
        rows = as_persona("office").get(f"/desk/tasks/?{query}").context["listing"].rows
    assert {str(several.index(row)) for row in rows} == set(found)


def test_it_exports_and_keeps_views(as_persona: Sign, several: list[Task]) -> None:
    office = as_persona("office")
    text = b"".join(office.get("/desk/tasks/?export=csv&cols=supports").streaming_content).decode()  # type: ignore[attr-defined]
    assert "河西街道" in text and "首次时限" in text and text.count("\r\n") == 4
    saved = {"listing": "tasks", "name": "超期", "query": "late=overdue"}
    assert office.post("/desk/saved/save/", saved).status_code == 302
    assert "超期" in office.get("/desk/tasks/?view=").content.decode()


def test_debts_lead_to_their_rows(as_persona: Sign, several: list[Task]) -> None:
    with clock.at(clock.now() + timedelta(days=3)):
        office = as_persona("office")
        page = office.get("/desk/debts/")
        told = [(debt.unit.short_name, debt.late, debt.late_days, debt.slipped) for debt, *_ in page.context["lines"]]
        assert told == [("城市管理局", 1, 2, 1), ("河东街道", 0, 0, 1)]
        for debt, late, slipped, extended, often in page.context["lines"]:
            assert office.get(late).context["listing"].count == debt.late
            assert office.get(slipped).context["listing"].count == debt.slipped
            assert office.get(extended).context["listing"].count == debt.extended
            assert office.get(often).context["listing"].count == debt.often == 0
        assert page.context["late_days"] == 2
        assert as_persona("department").get("/desk/debts/").context["lines"][0][0].late == 1
        assert as_persona("street2").get("/desk/debts/").context["late"] == 0
        home = office.get("/desk/").content.decode()
        assert "任务超期" in home and "/desk/tasks/?late=overdue" in home
    assert "没有欠账" in as_persona("community").get("/desk/debts/").content.decode()


@pytest.mark.parametrize("path", ["/desk/tasks/", "/desk/debts/", "page"])
def test_pages_cost_few_queries_and_speak_english(
    as_persona: Sign, several: list[Task], path: str, django_assert_max_num_queries: Any
) -> None:
    client, address = as_persona("office"), url(several[1]) if path == "page" else path
    client.cookies["django_language"] = "en"
    client.get(address)
    with django_assert_max_num_queries(15):
        page = client.get(address)
    main = page.content.decode().split("<main")[1].split("</main")[0]
    for name in (
        "背街小巷垃圾清运不及时",
        "井盖缺失",
        "城市管理局",
        "河东街道",
        "河西街道",
        "创城办",
        "东山区",
        "环境卫生分指挥部",
        "永安社区",
    ):
        main = main.replace(name, "")
    left = {letter for letter in main if "\u4e00" <= letter <= "\u9fff"}
    assert left <= set("office中文系统"), left


def test_the_ledger_goes_out_and_comes_back(as_persona: Sign, several: list[Task], ledger: Any) -> None:
    office = as_persona("office")
    out = office.get(f"/desk/tasks/workbook/?unit={ledger['street'].pk}")
    rows = cells(out.content)
    assert len(rows) == 3 and as_persona("community").get("/desk/tasks/workbook/").status_code == 403
    rows[1][column(rows, "目标")], rows[2][column(rows, "目标")] = "达标", "另达标"
    new = ["" for _ in rows[0]]
    new[column(rows, "问题")] = "无单位"
    actions.amend_task(actor=SYSTEM, task_id=several[1].pk, goal="此间改")

    def upload(lines: list[list[Any]], client: Client = office) -> Any:
        return client.post("/desk/ledgers/", {"file": SimpleUploadedFile("街道.xlsx", written(lines))})

    assert office.get("/desk/ledgers/").status_code == 200
    assert office.post("/desk/ledgers/", {"file": SimpleUploadedFile("x.xlsx", b"no")}).status_code == 422
    address = upload([*rows, new, list(rows[1])]).url
    report = office.get(address)
    html = report.content.decode()
    assert "此间改" in html and "另达标" in html and "行标识重复" in html and "无单位" in html
    assert report.context["counts"] == {
        "changed": 1,
        "conflict": 1,
        "new": 1,
        "missing": 0,
        "problem": 1,
        "unchanged": 0,
    }
    assert as_persona("subcommand").get(address).status_code == 404
    ticked = [
        each["line"].id
        for kind, _label, lines in report.context["groups"]
        if kind in ("changed", "new")
        for each in lines
    ]
    answer = office.post(address, {"take": ticked, "apply": "1"})
    assert answer.status_code == 422 and "没有单位" in answer.content.decode(), "the new row names no unit"
    several[2].refresh_from_db()
    assert Task.objects.get(pk=several[1].pk).goal == "此间改" and {"达标", "另达标"} & {several[2].goal}
    assert "已经处理过" in office.get(address).content.decode() and office.post(address, {"drop": "1"}).status_code in {
        302,
        409,
    }
    second = upload(rows[:2]).url
    assert "缺行" in office.get(second).content.decode()
    assert office.post(second, {"drop": "1"}).status_code == 302
    third = upload([rows[0], *cells(office.get("/desk/tasks/workbook/").content)[1:]])
    assert "传回的台账和现在一样" in office.get(third.url).content.decode()


@pytest.mark.parametrize(("role", "words"), [("department", "交回台账"), ("office", "下发台账")])
def test_a_unit_reads_its_own_words(as_persona: Sign, ledger: Any, role: str, words: str) -> None:
    text = as_persona(role).get("/desk/tasks/").content.decode()
    assert words in text and ("还没有下达给本单位的任务" in text) is (role == "department")
    assert ("下发台账" in text) is (role == "office")


def test_weeks_and_months_are_said_in_words(as_persona: Sign, make: Make) -> None:
    office, task = as_persona("office"), make(days=3)
    assert "第 38 周" in office.get(url(task)).content.decode()
    assert "2026年9月 ·" in office.get("/desk/tasks/calendar/").content.decode()
    assert "2026年9月" in office.get("/desk/meetings/calendar/").content.decode()
    grid = office.get("/desk/tasks/grid/").content.decode()
    assert grid.count('aria-current="page"') >= 2 and "时间轴" in grid, "the grid is one of the views"
    assert ">全市</option>" in office.get("/desk/day/").content.decode()
    assert ">全市</option>" not in as_persona("department").get("/desk/day/").content.decode()
