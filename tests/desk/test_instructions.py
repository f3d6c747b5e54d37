"""Leaders' instructions on the desk: list, rate, page, entry, scan, and the flag on cases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from chuangcheng.cases import actions
from chuangcheng.cases.models import Instruction, InstructionReply
from chuangcheng.kernel import clock
from chuangcheng.kernel.ids import new_id
from chuangcheng.photos import selectors as photos
from tests.cases.play import LITTER, Play, picture
from tests.cases.test_instructions import PDF, SECRET, WORDS, entered, judged, of, replied

pytestmark = pytest.mark.django_db
Sign = Callable[[str], Client]
LIST = "/desk/instructions/"


def url(row: Instruction, *more: str) -> str:
    return (
        reverse("desk:instruction_move", args=[row.pk, *more]) if more else reverse("desk:instruction", args=[row.pk])
    )


def reply_url(reply: InstructionReply, name: str) -> str:
    return reverse("desk:instruction_reply_move", args=[reply.pk, name])


def text(response: Any) -> str:
    assert response.status_code == 200, response.content
    return response.content.decode()


def fetched(client: Client, address: str) -> int:
    """The status of a picture, read to its end so that its file is closed."""
    answer = client.get(address)
    if answer.status_code == 200:
        assert answer["Content-Type"] == "image/jpeg"
        assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")
    return answer.status_code


@pytest.fixture
def three(play: Play) -> dict[str, Instruction]:
    """One answered by the street, late for the department; one open and far; one denied."""
    rows = {
        "a": entered(play, due_on=date(2026, 9, 15)), "b": entered(play, "street", text="路灯不亮", form="spoken"),
        "c": entered(play, "street2", text="误录"),
    }  # fmt: skip
    replied(play, rows["a"])
    actions.object_to_instruction(actor=play.by["leader"], instruction_id=rows["c"].pk, note="不是")
    return rows


class TestList:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", "aabc"), ("state=replied", "a"), ("state=waiting", "ab"), ("state=released", "c"),
            ("due=overdue", "a"), ("due=soon", ""), ("due=met", "a"), ("due=late", ""), ("whole=open", "aab"),
            ("whole=objected", "c"), ("q=路灯", "b"), ("q=没有", ""), ("rate=is", "a"), ("rate=of", "aa"),
            ("entered_to=2026-09-14", ""), ("link=AJ1", ""), ("leader=nonsense", "aabc"),
        ],
    )  # fmt: skip
    def test_filters(self, as_persona: Sign, three: dict[str, Instruction], query: str, found: str) -> None:
        with clock.at(three["a"].due_at + timedelta(hours=1)):
            page = text(as_persona("office").get(f"{LIST}?{query}"))
        table = page.partition('id="listing"')[2]
        assert "".join(name * table.count(url(row)) for name, row in three.items()) == found

    def test_rate_units_leaders_export_and_reach(
        self, as_persona: Sign, play: Play, three: dict[str, Instruction], django_assert_max_num_queries: Any
    ) -> None:
        office = as_persona("office")
        with clock.at(three["a"].due_at + timedelta(hours=1)):
            page = text(office.get(LIST))
        assert "50.0%" in page and "已回复或已到期 2 件" in page
        assert "139****5678" in page and "13912345678" not in page
        leader = play.by["leader"].person_id
        for query in (f"leader={leader}&unit={play.unit('street2')}", f"unit={play.unit('street2')}"):
            table = text(office.get(f"{LIST}?{query}")).partition('id="listing"')[2]
            assert (table.count(url(three["c"])), table.count(url(three["a"]))) == (1, 0)
        assert b"13912345678" not in b"".join(office.get(LIST + "?export=csv").streaming_content)
        street2 = text(as_persona("street2").get(LIST))
        assert url(three["c"]) in street2 and url(three["a"]) not in street2
        assert as_persona("grid").get(LIST).status_code == 403
        with django_assert_max_num_queries(12):
            office.get(LIST)

    def test_the_rail_and_today_say_what_waits(self, as_persona: Sign, three: dict[str, Instruction]) -> None:
        for who, number in (("street", 1), ("department", 1), ("office", 1), ("leader", 3)):
            page = text(as_persona(who).get("/desk/"))
            assert f'批示 <span class="soft">{number}</span>' in page, who
            assert url(three["a"]) in page or who == "street"
        assert "批示 <span" not in text(as_persona("street2").get("/desk/"))


class TestPage:
    def test_opening_it_is_the_first_look(self, as_persona: Sign, three: dict[str, Instruction]) -> None:
        row = three["b"]
        as_persona("office").get(url(row))
        assert of(row, "street").read_at is None
        page = text(as_persona("street").get(url(row)))
        assert of(row, "street").read_at is not None
        assert "首次阅看 —" not in page and "12:00" in page
        assert "路灯不亮" in page and "口头交办" in page

    def test_who_reads_what(self, as_persona: Sign, play: Play, three: dict[str, Instruction]) -> None:
        row = three["a"]
        judged(play, of(row, "street"), accepted=False, note="没有写明责任人")
        again = "补报：责任人已落实"
        replied(play, row, text=again)
        for who, reads in (("office", True), ("leader", True), ("street", True), ("department", False)):
            page = text(as_persona(who).get(url(row)))
            assert all((words in page) is reads for words in (SECRET, again, "没有写明责任人")), who
            assert WORDS[:12] in page
        assert "13912345678" in text(as_persona("street").get(url(row)))
        watched = text(as_persona("auditor").get(url(row)))
        assert "13912345678" not in watched and again in watched
        assert as_persona("street2").get(url(row)).status_code == 404
        assert "不计入任何统计" in text(as_persona("street2").get(url(three["c"])))

    def test_few_queries(self, as_persona: Sign, play: Play, django_assert_max_num_queries: Any) -> None:
        row = entered(play, "street", "street2", "department", "district", link=play.handling().number, scan=PDF)
        client = as_persona("office")
        client.get(url(row))
        with django_assert_max_num_queries(15):
            client.get(url(row))

    def test_the_moves(self, as_persona: Sign, three: dict[str, Instruction]) -> None:
        row = three["b"]
        street, office, leader = as_persona("street"), as_persona("office"), as_persona("leader")
        mine = of(row, "street")
        assert reply_url(mine, "reply") in text(street.get(url(row)))
        assert "办理情况" in text(street.get(reply_url(mine, "reply")))
        assert street.post(reply_url(mine, "reply"), {"text": ""}).status_code == 422
        shot = SimpleUploadedFile("a.jpg", picture(), "image/jpeg")
        assert street.post(reply_url(mine, "reply"), {"text": SECRET, "photos": [shot]}).status_code == 302
        photo = photos.of(("instructionreply", mine.pk)).get()
        address = reverse("desk:instruction_reply_photo", args=[mine.pk, photo.pk])
        assert address in text(office.get(url(row)))
        assert [fetched(as_persona(who), address) for who in ("street", "department")] == [200, 404]
        assert office.post(reply_url(mine, "send_back"), {"note": "重报"}).status_code == 302
        assert street.post(reply_url(mine, "reply"), {"text": "补报"}).status_code == 302
        assert office.post(reply_url(mine, "reply"), {"text": "代报"}).status_code == 422
        assert leader.post(reply_url(mine, "accept")).status_code == 302
        row.refresh_from_db()
        assert row.state == "done"
        assert "这不是我的批示" in text(leader.get(url(row)))
        assert "btn--grave" in text(leader.get(url(row)))
        assert office.post(url(row, "withdraw"), {"note": "误"}).status_code == 409
        assert leader.post(url(row, "object"), {"note": "没有批过"}).status_code == 302
        assert "没有批过" in text(street.get(url(row)))
        for address in (url(row, "nonsense"), reply_url(mine, "release"), reply_url(mine, "nonsense")):
            assert office.get(address).status_code == 404


class TestEntry:
    def form(self, play: Play, **more: Any) -> dict[str, Any]:
        return {
            "id": str(new_id()), "leader": str(play.by["leader"].person_id), "form": "written", "text": WORDS,
            "units": [str(play.unit("street"))], "given_on": "2026-09-15", "due_on": "2026-09-18", "link": "", **more,
        }  # fmt: skip

    def test_one_form_one_instruction(self, as_persona: Sign, play: Play) -> None:
        office = as_persona("office")
        page = text(office.get(LIST + "new/?link=AJ1"))
        assert 'value="AJ1"' in page and 'value="2026-09-15"' in page
        given = self.form(play, scan=SimpleUploadedFile("批示.pdf", PDF, "application/pdf"))
        assert "已录入" in text(office.post(LIST + "new/", given, follow=True))
        row = Instruction.objects.get()
        given["scan"] = SimpleUploadedFile("批示.pdf", PDF, "application/pdf")
        assert "此前已经录入" in text(office.post(LIST + "new/", given, follow=True))
        assert Instruction.objects.count() == 1
        paper = office.get(url(row) + "scan/")
        assert b"".join(paper.streaming_content) == PDF
        assert paper["Content-Disposition"].startswith("attachment;") and paper["X-Content-Type-Options"] == "nosniff"
        assert "下载扫描件" in text(as_persona("street").get(url(row)))
        assert as_persona("department").get(url(row) + "scan/").status_code == 404

    def test_a_scan_as_a_picture_is_seen_by_who_sees_the_instruction(self, as_persona: Sign, play: Play) -> None:
        row = entered(play, "street", scan=picture())
        address = reverse("desk:instruction_photo", args=[row.pk, photos.of(("instruction", row.pk)).get().pk])
        assert address in text(as_persona("street").get(url(row)))
        assert fetched(as_persona("street"), address) == 200
        assert as_persona("department").get(address).status_code == 404
        assert as_persona("street").get(url(row) + "scan/").status_code == 404

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"text": ""}, "field__error"), ({"due_on": "2026-09-01"}, "两年以内"), ({"link": "AJ0"}, "没有这个编号"),
            ({"units": []}, "field__error"), ({"scan": b"MZ"}, "不是照片"), ({"scan": PDF[:-7]}, "不是完整的 PDF"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_stands_at_its_field(
        self, as_persona: Sign, play: Play, wrong: dict[str, Any], said: str
    ) -> None:
        if "scan" in wrong:
            wrong = {"scan": SimpleUploadedFile("x.bin", wrong["scan"])}
        answer = as_persona("office").post(LIST + "new/", self.form(play, **wrong))
        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert not Instruction.objects.exists()


def test_a_case_under_instruction_is_flagged_everywhere(as_persona: Sign, play: Play) -> None:
    case, other = play.handling(), play.handling(text="占道经营")
    row = entered(play, link=case.number)
    office, tag = as_persona("office"), '<span class="tag tag--amber">批示</span>'
    assert text(office.get("/desk/cases/")).count(tag) == 1
    assert text(office.get("/desk/cases/board/")).count(tag) == 1
    page = text(office.get(reverse("desk:case", args=[case.pk])))
    assert tag in page and url(row) in page and f"?link={case.number}" in page
    assert tag not in text(office.get(reverse("desk:case", args=[other.pk])))
    found = text(office.get("/desk/cases/?instructed=yes"))
    assert case.number in found and other.number not in found
    known = text(as_persona("department").get(reverse("desk:case", args=[case.pk])))
    assert "知悉" in known and url(row) in known
    seen = text(as_persona("grid").get(reverse("desk:case", args=[case.pk])))
    assert tag in seen and url(row) not in seen
    actions.withdraw_instruction(actor=play.by["office"], instruction_id=row.pk, note="误录")
    assert tag not in text(office.get("/desk/cases/")) and tag not in text(office.get("/desk/cases/board/"))
    assert case.number not in text(office.get("/desk/cases/?instructed=ever"))


def test_the_page_of_a_report_lists_what_is_about_it(
    as_persona: Sign, play: Play, django_assert_max_num_queries: Any
) -> None:
    report, other = play.report(), play.report(text="占道经营")
    row, denied = entered(play, "street", link=report.number), entered(play, "street", link=report.number)
    actions.object_to_instruction(actor=play.by["leader"], instruction_id=denied.pk, note="不是")
    office = as_persona("office")
    page = text(office.get(reverse("desk:report", args=[report.pk])))
    assert url(row) in page and url(denied) not in page and f"{LIST}new/?link={report.number}" in page
    assert row.leader.name in page
    none = text(office.get(reverse("desk:report", args=[other.pk])))
    assert url(row) not in none and f"?link={other.number}" in none
    street = text(as_persona("street").get(reverse("desk:report", args=[report.pk])))
    assert url(row) in street and "代录批示" not in street
    seen = text(as_persona("grid").get(reverse("desk:report", args=[report.pk])))
    assert url(row) not in seen and "代录批示" not in seen
    case = actions.file_report(actor=play.by["office"], report_id=report.pk, category_code=LITTER)
    for address in (reverse("desk:report", args=[report.pk]), reverse("desk:case", args=[case.pk])):
        assert url(row) in text(office.get(address)), "a report that became a case keeps its own, and the case shows it"
    with django_assert_max_num_queries(15):
        office.get(reverse("desk:report", args=[report.pk]))


def test_the_own_unit_stands_first_with_why_it_is_owed_again(as_persona: Sign, play: Play) -> None:
    row = entered(play, "department", "street", "district")
    judged(play, replied(play, row), accepted=False, note="没有写明责任人")
    for who, name in (("street", "河东街道"), ("department", "城市管理局")):
        page = text(as_persona(who).get(url(row)))
        first = page.partition("交办单位")[2].partition("<strong>")[2]
        assert first.startswith(name), who
        assert (page.count("没有写明责任人"), page.count("say--warning")) == ((1, 1) if who == "street" else (0, 0))
    replied(play, row, text="补报")
    page = text(as_persona("street").get(url(row)))
    assert "say--warning" not in page and "没有写明责任人" in page, (
        "once it was answered the reason is part of the story"
    )
