"""Numbers of people in what was written: covered in lists, exports, boards, maps and answers; shown where they serve."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from chuangcheng.cases import actions
from chuangcheng.history.selectors import events_of

if TYPE_CHECKING:
    from django.test import Client

    from tests.cases.play import Play

    Sign = Callable[[str], Client]

pytestmark = pytest.mark.django_db
PHONE, COVERED = "13812345678", "138****5678"
WORDS = f"路边垃圾，请电话{PHONE}"


def body(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, name
    chunks = answer.streaming_content if answer.streaming else [answer.content]  # type: ignore[attr-defined]
    return b"".join(chunks).decode(errors="replace")


@pytest.mark.parametrize("name", ["desk:cases", "desk:case_board", "desk:case_map_content", "desk:home"])
def test_lists_cover_it_for_the_handler_too(as_persona: Sign, play: Play, name: str) -> None:
    play.handling(text=WORDS)
    said = body(as_persona("street"), name)
    assert PHONE not in said
    assert name == "desk:home" or COVERED in said


def test_an_export_covers_it(as_persona: Sign, play: Play) -> None:
    play.handling(text=WORDS, address=f"永安路，联系{PHONE}")
    play.report(text=WORDS)
    for name in ("desk:cases", "desk:reports"):
        said = body(as_persona("office"), name, export="csv")
        assert COVERED in said and PHONE not in said


def test_a_search_by_the_number_does_not_show_it(as_persona: Sign, play: Play) -> None:
    play.report(text=WORDS)
    said = body(as_persona("street"), "desk:reports", q=PHONE)
    assert COVERED in said
    assert PHONE not in re.sub(r'"[^"]*"', "", said)  # it stands in links and in the field, where it was typed


def test_a_case_is_read_plainly_by_its_handler_and_covered_for_others(as_persona: Sign, play: Play) -> None:
    case = play.handling(text=WORDS)
    assert PHONE in body(as_persona("street"), "desk:case", case.pk)
    for persona in ("leader", "district", "inspector", "auditor", "grid"):
        said = body(as_persona(persona), "desk:case", case.pk)
        assert COVERED in said and PHONE not in said, persona
        assert "已遮盖" in said and "查看原文" not in said, persona


def test_the_office_asks_and_is_noted(as_persona: Sign, play: Play) -> None:
    case, office = play.handling(text=WORDS), as_persona("office")
    assert "查看原文" in body(office, "desk:case", case.pk)
    told = events_of("case", case.pk).filter(action="case.words_seen")
    answer = office.post(reverse("desk:case_words", args=[case.pk]))
    assert PHONE in answer.content.decode() and "已遮盖" not in answer.content.decode()
    assert told.count() == 1
    assert PHONE not in body(office, "desk:case", case.pk)  # each look is a look of its own
    assert office.get(reverse("desk:case_words", args=[case.pk])).status_code == 405
    assert as_persona("leader").post(reverse("desk:case_words", args=[case.pk])).status_code == 403
    assert told.count() == 1


def test_a_report_once_it_is_over(as_persona: Sign, play: Play) -> None:
    report, office = play.report(text=WORDS), as_persona("office")
    assert PHONE in body(office, "desk:report", report.pk)
    actions.refuse_report(actor=play.by["office"], report_id=report.pk, reason_code="unclear")
    assert PHONE not in body(office, "desk:report", report.pk)
    shown = office.post(reverse("desk:report_words", args=[report.pk])).content.decode()
    assert PHONE in shown
    assert events_of("report", report.pk).filter(action="report.words_seen").count() == 1


def test_words_of_a_plea_and_a_rating_are_covered(as_persona: Sign, play: Play) -> None:
    report = play.report()
    case = actions.file_report(actor=play.by["office"], report_id=report.pk, category_code="06010")
    for row in (case, report):
        assert row.pk
    type(report).objects.filter(pk=report.pk).update(
        rating=2, rating_text=f"没人管，{PHONE}", plea_state="asked", plea_text=f"还在，{PHONE}"
    )
    actions.dispatch_case(actor=play.by["office"], case_id=case.pk, unit_id=play.unit("department"))
    said = body(as_persona("office"), "desk:report", report.pk)
    assert said.count(COVERED) == 2 and PHONE not in said
    assert PHONE in body(as_persona("department"), "desk:report", report.pk)


def test_the_pair_tells_grade_distance_and_doubts(as_persona: Sign, play: Play) -> None:
    from datetime import timedelta

    from chuangcheng.kernel import clock
    from tests.cases.play import POINT, picture

    case = play.handling()
    street = play.by["street"]
    actions.add_photo(actor=street, case_id=case.pk, role="before", data=picture())
    actions.add_after_photo(
        actor=street, case_id=case.pk, data=picture(), taken_at=clock.now() - timedelta(hours=30),
        lat=POINT["lat"] + 0.01, lon=POINT["lon"],
    )  # fmt: skip
    case = actions.handle_case(actor=street, case_id=case.pk, outcome="fixed")
    for page in ("desk:case", "field:case"):
        said = body(as_persona("inspector"), page, case.pk)
        assert "拍摄地点距案件位置 1.1 公里" in said, page
        assert "拍摄 30 小时后才上传" in said, page
        assert "拍摄于立案之前 30 小时" in said, page
        assert "叠放对比" in said, page
        assert "没有拍摄时间，也没有位置" in said, page


def test_without_an_after_photo_there_is_nothing_to_compare(as_persona: Sign, play: Play) -> None:
    said = body(as_persona("street"), "desk:case", play.handling().pk)
    assert "还没有处置后照片" in said and "叠放对比" not in said
