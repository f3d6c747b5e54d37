"""Meetings on the desk: planned by a form, held, decided, issued; the calendar, the year's figures, Word and PDF."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.cases.models import Case
from chuangcheng.desk.meetings.pages import LISTS
from chuangcheng.kernel import clock
from chuangcheng.meetings import actions, agenda
from chuangcheng.meetings.models import Meeting
from chuangcheng.people.models import Person
from chuangcheng.tasks.models import Task
from tests.cases.play import Play
from tests.conftest import NOON
from tests.meetings.conftest import Plan
from tests.tasks.conftest import TODAY, Make

Sign = Callable[[str], Client]


def url(meeting: Meeting, name: str = "meeting", *more: str) -> str:
    return reverse(f"desk:{name}", args=[meeting.pk, *more])


def post(client: Client, meeting: Meeting, move: str, status: int = 302, **form: Any) -> Meeting:
    assert client.get(url(meeting, "meeting_move", move)).status_code == 200, move
    answer = client.post(url(meeting, "meeting_move", move), form)
    assert answer.status_code == status, answer.content.decode()[:2000]
    meeting.refresh_from_db()
    return meeting


def test_a_meeting_by_hand(as_persona: Sign, ledger: Any, personas: Any, make: Make, plan: Plan) -> None:
    office, street = as_persona("office"), as_persona("street")
    task = make("street")
    Task.objects.filter(pk=task.pk).update(due_on=TODAY - timedelta(days=2))
    page = office.get("/desk/meetings/new/?kind=topical")
    assert page.context["form"].initial["kind"] == "topical" and "现场调度" in page.content.decode()
    form = {
        "kind": "topical", "unit": str(ledger["office"].pk), "title": "市容专题调度", "starts_at": "2026-09-15T09:00",
        "place": "一楼", "chair": "leader", "units": [str(ledger["street"].pk), str(ledger["department"].pk)],
        "persons": "grid 张inspector",
    }  # fmt: skip
    for wrong in ({"title": ""}, {"kind": "party"}, {"chair": "无此人"}, {"persons": "谁"}, {"starts_at": "2031-01-01T09:00"},
                  {"unit": str(ledger["department"].pk) + "0"}, {"units": ["x"]}):  # fmt: skip
        assert office.post("/desk/meetings/new/", {**form, **wrong}).status_code == 422, wrong
    answer = office.post("/desk/meetings/new/", form)
    meeting = Meeting.objects.get()
    assert answer.headers["Location"] == url(meeting)
    assert [row.source for row in meeting.items.all()] == ["tasks"]
    assert {row.username for row in meeting.persons.all()} == {"grid", "inspector"}
    assert street.get(url(meeting)).status_code == 404  # not called yet
    post(office, meeting, "item", words="通报迎检安排")
    post(office, meeting, "amend", **{**form, "title": "市容环境专题调度", "persons": ""})
    assert (meeting.title, meeting.chair.username, meeting.items.count()) == ("市容环境专题调度", "leader", 2)  # type: ignore[union-attr]
    assert office.post(url(meeting, "meeting_move", "call")).status_code == 302
    html = street.get(url(meeting)).content.decode()
    assert all(
        words in html for words in ("通报迎检安排", "超期任务", task.number, "张leader", "一楼", "2026年9月15日")
    )
    assert "议定事项" not in html and "btn--main" not in html
    kept = office.get(url(meeting, "meeting_move", "hold")).context["form"].initial["present"]
    assert len(kept) == 2
    post(office, meeting, "hold", present=kept[:1])
    assert "缺席" in office.get(url(meeting)).content.decode()
    post(office, meeting, "decide", words="清运加密", lead="", due_on="2026-09-30", status=422)
    post(office, meeting, "decide", words="清运加密", lead=str(ledger["street"].pk), due_on="2026-01-01", status=422)
    for words in ("清运加密至每日两次", "录错了"):
        post(office, meeting, "decide", words=words, lead=str(ledger["street"].pk), due_on="2026-09-30",
             supports=[str(ledger["department"].pk)])  # fmt: skip
    wrong_one = meeting.decisions.get(words="录错了")
    assert office.post(url(meeting, "meeting_drop", "decision", str(wrong_one.pk))).status_code == 302
    item = meeting.items.get(source="")
    assert office.post(url(meeting, "meeting_drop", "item", str(item.pk))).status_code == 302
    assert office.post(url(meeting, "meeting_drop", "chair", str(item.pk))).status_code == 404
    post(office, meeting, "minute", minutes="  ", status=422)
    post(office, meeting, "minute", minutes="会议研究了市容问题。")
    assert street.get(url(meeting, "meeting_file", "docx")).status_code == 404
    assert office.post(url(meeting, "meeting_move", "issue")).status_code == 302
    made = Task.objects.get(origin_id=meeting.pk)
    html = street.get(url(meeting)).content.decode()
    assert reverse("desk:task", args=[made.pk]) in html and "会议研究了市容问题。" in html and "在办" in html
    assert "录错了" not in html
    last = plan(units=("department",))
    Meeting.objects.filter(pk=meeting.pk).update(previous=last)
    made.supports.clear()
    Task.objects.filter(pk=made.pk).update(lead=ledger["department"])
    html, above = (client.get(url(meeting)).content.decode() for client in (street, office))
    assert "清运加密至每日两次" in html and last.number in html, "read of by all who were there"
    for link in (reverse("desk:task", args=[made.pk]), url(last)):
        assert f'href="{link}"' not in html and f'href="{link}"' in above, "opened by who may"
    post(office, meeting, "minute", minutes="改", status=409)
    assert office.get(url(meeting, "meeting_move", "explode")).status_code == 404


def test_minutes_as_word_and_pdf(as_persona: Sign, present: Plan, plan: Plan, ledger: Any, personas: Any) -> None:
    office, meeting = personas["office"], present(chair=Person.objects.get(username="leader"))
    for words, unit in (("背街小巷亮化", "street"), ("楼道清理", "department")):
        given = actions.DecisionInput(words=words, lead=ledger[unit], due_on=TODAY, supports=(ledger["district"],))
        actions.decide(actor=office, meeting_id=meeting.pk, given=given)
    actions.write_minutes(actor=office, meeting_id=meeting.pk, minutes="听取汇报。\n部署迎检。")
    client = as_persona("office")
    draft = client.get(url(meeting, "meeting_file", "docx"))
    assert unquote(draft.headers["Content-Disposition"]).endswith(f"会议纪要{meeting.number}.docx")
    with zipfile.ZipFile(io.BytesIO(draft.content)) as packed:
        xml = packed.read("word/document.xml").decode()
    assert all(
        words in xml for words in ("会议纪要（草稿）", "背街小巷亮化", "配合：东山区创城办", "部署迎检。", "张leader")
    )
    actions.issue_minutes(actor=office, meeting_id=meeting.pk)
    pdf = as_persona("street").get(url(meeting, "meeting_file", "pdf"))
    assert pdf.content.startswith(b"%PDF") and pdf.headers["Content-Type"] == "application/pdf"
    assert client.get(url(meeting, "meeting_file", "odt")).status_code == 404
    Task.objects.filter(decision__words="楼道清理").update(state="struck_off")
    following = plan(days=3)
    html = client.get(url(following)).content.decode()
    assert "上次议定事项" in html and "楼道清理" in html and "已办结" in html and "0%" in html
    from chuangcheng.bulletins.minutes import compose

    texts = "\n".join(compose(following).texts())
    assert "上次议定事项落实情况" in texts and "已办结" in texts and "河东街道：上次议定、尚未办结 1 件" in texts


def test_every_item_leads_to_just_as_many_rows(
    as_persona: Sign, plan: Plan, make: Make, play: Play, ledger: Any
) -> None:
    for unit in ("street", "street", "department"):
        Task.objects.filter(pk=make(unit).pk).update(due_on=TODAY - timedelta(days=2))
    for number in range(3):
        case = play.handling()
        changes = {"due_at": NOON - timedelta(days=1)} if number else {"flagged_at": NOON}
        Case.objects.filter(pk=case.pk).update(**changes)
    found = {}
    client = as_persona("office")
    for kind in ("office", "levels"):
        html = client.get(url(plan(kind=kind, units=()))).context
        for item, _label, address, links in html["items"]:
            assert len(links) == item.count
            found[item.source, item.unit.code] = (item.count, client.get(address).context["listing"].count)
    assert found == {
        ("tasks", "U-990101001"): (2, 2), ("tasks", "U-CGJ"): (1, 1), ("flagged", "U-990101001"): (1, 1),
        ("overdue", "U-990101001"): (2, 2),
    }  # fmt: skip
    assert set(LISTS) == set(agenda.sources())


def test_standards_that_lose_most_stand_before_the_headquarters(as_persona: Sign, week: Any, plan: Plan) -> None:
    from chuangcheng.framework.models import Duty

    line = week.standards["S2"]
    Duty.objects.create(standard=line, unit=week.city.units["department"], kind="lead")
    html = as_persona("office").get(url(plan(kind="headquarters", units=()))).content.decode()
    assert "失分最多的标准" in html and reverse("desk:scores") in html


def test_the_list_is_narrowed(as_persona: Sign, plan: Plan, present: Plan, ledger: Any) -> None:
    present(days=-10, kind="on_site", title="现场办公")
    plan(kind="topical", units=("street2",))
    client = as_persona("office")

    def count(query: str) -> int:
        return int(client.get(f"/desk/meetings/?{query}").context["listing"].count)

    street2, office = ledger["street2"].pk, ledger["office"].pk
    assert {query: count(query) for query in (
        "", "q=现场", "kind=topical", "state=ahead", "state=took_place", "state=held", "state=issued", f"unit={street2}",
        f"unit={office}", "starts_from=2026-09-15", "starts_to=2026-09-14",
    )} == {
        "": 2, "q=现场": 1, "kind=topical": 1, "state=ahead": 1, "state=took_place": 1, "state=held": 1, "state=issued": 0,
        f"unit={street2}": 1, f"unit={office}": 2, "starts_from=2026-09-15": 1, "starts_to=2026-09-14": 1,
    }  # fmt: skip
    assert as_persona("street").get("/desk/meetings/").context["listing"].count == 1
    assert "安排会议" not in as_persona("street").get("/desk/meetings/").content.decode()
    assert as_persona("grid").get("/desk/meetings/").status_code == 403


def test_a_month_and_a_year(as_persona: Sign, plan: Plan, present: Plan, personas: Any) -> None:
    present(days=-10, kind="on_site", title="现场办公")
    gone = plan(title="不开了")
    actions.cancel_meeting(actor=personas["office"], meeting_id=gone.pk, note="并入")
    client = as_persona("office")
    html = client.get("/desk/meetings/calendar/").content.decode()
    assert "现场办公" in html and "不开了" not in html and 'datetime="2026-09-15"' in html
    assert "现场办公" not in client.get("/desk/meetings/calendar/?month=2026-11").content.decode()
    for wrong in ("2026-13", "x", "0000-01", "2026"):
        assert client.get(f"/desk/meetings/calendar/?month={wrong}").context["first"] == TODAY.replace(day=1)
    page = client.get("/desk/meetings/figures/")
    tally, _months, address = page.context["lines"][0]
    assert (tally.kind.code, tally.held, client.get(address).context["listing"].count) == ("on_site", 1, 1)
    assert page.context["chart"]["series"] == [{"name": "现场调度", "values": [0] * 8 + [1, 0, 0, 0]}]
    assert client.get("/desk/meetings/figures/?year=2020").context["chart"] is None
    assert client.get("/desk/meetings/figures/?year=9999").context["year"] == clock.today().year


@pytest.mark.parametrize("who", ["leader", "department", "street", "auditor"])
def test_readers_read_and_do_not_write(as_persona: Sign, plan: Plan, personas: Any, who: str) -> None:
    meeting = plan()
    actions.call_meeting(actor=personas["office"], meeting_id=meeting.pk)
    client = as_persona(who)
    assert client.get(url(meeting)).status_code == 200
    assert client.get("/desk/meetings/new/").status_code == 403
    assert client.post(url(meeting, "meeting_move", "cancel"), {"note": "x"}).status_code == 403
    assert client.post(url(meeting, "meeting_drop", "item", str(meeting.pk))).status_code == 403


def test_pages_cost_few_queries(
    as_persona: Sign, plan: Plan, make: Make, personas: Any, django_assert_max_num_queries: Any
) -> None:
    for unit in ("street", "department", "street2"):
        Task.objects.filter(pk=make(unit).pk).update(due_on=TODAY - timedelta(days=2))
    meeting = plan(units=())
    client = as_persona("office")
    for address in ("/desk/meetings/", "/desk/meetings/calendar/", "/desk/meetings/figures/", url(meeting)):
        client.get(address)
        with django_assert_max_num_queries(15):
            assert client.get(address).status_code == 200, address


def test_words_in_english(as_persona: Sign, plan: Plan) -> None:
    client = as_persona("office")
    client.cookies["django_language"] = "en"
    html = client.get(url(plan())).content.decode()
    assert "Agenda" in html and "Office meeting" in html and "Planned" in html


def test_read_receipts_show_only_when_they_are_on(as_persona: Sign, plan: Plan, personas: Any, settings: Any) -> None:
    from dataclasses import replace

    meeting = plan()
    actions.call_meeting(actor=personas["office"], meeting_id=meeting.pk)
    street, office = as_persona("street"), as_persona("office")
    street.get(url(meeting))
    assert "未阅" not in office.get(url(meeting)).content.decode()
    assert not meeting.invitations.filter(read_at__isnull=False).exists()
    settings.CITY = replace(settings.CITY, read_receipts=True)
    assert office.get(url(meeting)).content.decode().count("未阅") == 2
    street.get(url(meeting))
    assert office.get(url(meeting)).content.decode().count("未阅") == 1
    assert "未阅" not in street.get(url(meeting)).content.decode(), "only who runs the meeting sees it"
