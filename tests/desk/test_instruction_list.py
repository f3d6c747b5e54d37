"""The list of instructions beyond its filters: sorts, exports, pages; and scans that are asked for by tricks."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from chuangcheng.cases import actions
from chuangcheng.cases.models import Instruction
from chuangcheng.kernel import clock
from chuangcheng.kernel.ids import new_id
from chuangcheng.photos import papers
from chuangcheng.photos.models import Paper
from tests.cases.play import Play
from tests.cases.test_instructions import PDF, WORDS, entered, judged, of, replied
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
Sign = Callable[[str], Client]
LIST = "/desk/instructions/"


@pytest.fixture
def three(play: Play) -> list[Instruction]:
    """One a day, the later the sooner due; the first one was sent back once and answered again."""
    rows = []
    for day, (due, text) in enumerate(((30, WORDS), (25, "路灯不亮"), (20, "=1+1"))):
        with clock.at(NOON + timedelta(days=day)):
            rows.append(entered(play, "street", text=text, due_on=date(2026, 9, due)))
    judged(play, replied(play, rows[0]), accepted=False, note="重报")
    replied(play, rows[0], text="补报")
    return rows


def order(page: bytes, rows: list[Instruction]) -> list[int]:
    table = page.decode().partition('id="listing"')[2]
    places = {number: table.index(row.number) for number, row in enumerate(rows) if row.number in table}
    return sorted(places, key=places.__getitem__)


def exported(client: Client, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"{LIST}?export=csv{query}")
    data = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(data)))


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", [2, 1, 0]), ("sort=-entered", [2, 1, 0]), ("sort=entered", [0, 1, 2]), ("sort=due", [2, 1, 0]),
        ("sort=-due", [0, 1, 2]), ("sort=nonsense", [2, 1, 0]), ("sort=due&q=路灯", [1]),
        ("entered_from=2026-09-16", [2, 1]), ("entered_from=2026-09-16&entered_to=2026-09-16", [1]),
        ("state=replied", [0]), ("sort=entered&state=waiting", [1, 2]),
    ],
)  # fmt: skip
def test_sorts(as_persona: Sign, three: list[Instruction], query: str, wanted: list[int]) -> None:
    assert order(as_persona("office").get(f"{LIST}?{query}").content, three) == wanted


def test_an_export_has_every_column_and_the_same_rows(as_persona: Sign, three: list[Instruction]) -> None:
    office = as_persona("office")
    rows = exported(office)
    assert [row["编号"] for row in rows] == [one.number for one in reversed(three)]
    assert {"领导", "批示内容", "交办单位", "回复", "答复期限", "关联", "首次阅看", "回复时间", "退回次数", "批示日期",
            "录入时间"} < set(rows[0])  # fmt: skip
    answered = rows[-1]
    assert (answered["交办单位"], answered["退回次数"], answered["领导"]) == ("河东街道", "1", three[0].leader.name)
    assert "139****5678" in answered["批示内容"] and "13912345678" not in answered["批示内容"]
    assert not rows[0]["批示内容"].startswith("="), "no cell of a workbook is a formula"
    assert [row["编号"] for row in exported(office, "&state=replied")] == [three[0].number]
    assert exported(office, "&state=accepted") == []


@pytest.mark.parametrize(("who", "number"), [("office", 3), ("street", 3), ("street2", 0), ("department", 0)])
def test_an_export_reaches_no_further_than_the_list(
    as_persona: Sign, three: list[Instruction], who: str, number: int
) -> None:
    assert len(exported(as_persona(who))) == number


@pytest.mark.parametrize(
    "query", ["leader=x", "unit=x", "entered_from=0000-00-00", "due=never", "rate=maybe", "after=x"]
)
def test_a_nonsense_query_is_a_page_all_the_same(as_persona: Sign, three: list[Instruction], query: str) -> None:
    assert as_persona("office").get(f"{LIST}?{query}").status_code == 200


# scans


def given(play: Play, scan: SimpleUploadedFile) -> dict[str, Any]:
    return {
        "id": str(new_id()), "leader": str(play.by["leader"].person_id), "form": "written", "text": WORDS,
        "units": [str(play.unit("street"))], "given_on": "2026-09-15", "due_on": "2026-09-18", "link": "", "scan": scan,
    }  # fmt: skip


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd.pdf", "..\\..\\x.pdf", "/etc/x.pdf", "a\r\nX-Evil: 1.pdf", "批示.exe", "%2e%2e%2fx", "a" * 300],
)
def test_a_file_is_never_named_by_who_sent_it(as_persona: Sign, play: Play, name: str) -> None:
    office = as_persona("office")
    sent = office.post(LIST + "new/", given(play, SimpleUploadedFile(name, PDF, "text/html")))
    assert sent.status_code == 302
    row, paper = Instruction.objects.get(), Paper.objects.get()
    assert papers.path_of(paper.sha256).name == f"{paper.sha256}.pdf"
    assert (row.scan, paper.owner_id) == ("pdf", row.pk)
    answer = office.get(reverse("desk:instruction_scan", args=[row.pk]))
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "application/pdf" and row.number in answer["Content-Disposition"]
    assert "X-Evil" not in answer.headers and answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (PDF[:-7], "不是完整的 PDF"), (b"%PDF-", "不是完整的 PDF"), (PDF + bytes(4096), "不是完整的 PDF"),
        (b"PK\x03\x04 a workbook", "field__error"), (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "field__error"),
        (b"GIF89a", "field__error"),
    ],
    ids=["cut off", "only a head", "much behind it", "a workbook", "a drawing", "half a picture"],
)  # fmt: skip
def test_what_is_no_scan_is_refused_at_its_field(as_persona: Sign, play: Play, data: bytes, said: str) -> None:
    answer = as_persona("office").post(LIST + "new/", given(play, SimpleUploadedFile("x.pdf", data)))
    assert answer.status_code == 422 and said in answer.content.decode()
    assert not Instruction.objects.exists() and not Paper.objects.exists()


def test_twenty_megabytes_and_not_one_byte_more(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers, "MAX_MB", 1)
    room = 1024 * 1024 - len(PDF)
    fits = PDF[:9] + b" " * room + PDF[9:]
    assert entered(play, scan=fits).scan == "pdf"
    with pytest.raises(Exception, match=r"photos\.paper_too_large"):
        entered(play, scan=fits[:9] + b" " + fits[9:])
    assert Paper.objects.get().size == 1024 * 1024


def test_a_scan_that_is_gone_from_the_disk_is_not_found(as_persona: Sign, play: Play) -> None:
    data = PDF.replace(b"1.7", b"1.6")
    row = entered(play, "street", scan=data)
    address = reverse("desk:instruction_scan", args=[row.pk])
    for who, status in (("office", 200), ("street", 200), ("street2", 404), ("grid", 403)):
        answer = as_persona(who).get(address)
        assert answer.status_code == status and answer.getvalue()  # read to its end, which closes the file
    papers.path_of(Paper.objects.get().sha256).unlink()
    assert as_persona("office").get(address).status_code == 404
    assert as_persona("office").get(reverse("desk:instruction", args=[row.pk])).status_code == 200


def test_a_picture_of_one_is_no_picture_of_another(as_persona: Sign, play: Play) -> None:
    from chuangcheng.photos import selectors as photos
    from tests.cases.play import picture

    mine, other = entered(play, "street", scan=picture()), entered(play, "street", scan=picture())
    photo = photos.of(("instruction", mine.pk)).get()
    office = as_persona("office")
    assert office.get(reverse("desk:instruction_photo", args=[other.pk, photo.pk])).status_code == 404
    assert office.get(reverse("desk:instruction_photo", args=[mine.pk, new_id()])).status_code == 404
    reply = of(mine, "street")
    assert office.get(reverse("desk:instruction_reply_photo", args=[reply.pk, photo.pk])).status_code == 404
    actions.withdraw_instruction(actor=play.by["office"], instruction_id=mine.pk, note="误录")
    answer = office.get(reverse("desk:instruction_photo", args=[mine.pk, photo.pk]))
    assert answer.status_code == 200, "what was withdrawn can still be looked at"
    answer.close()
