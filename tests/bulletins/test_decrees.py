"""The decree and a unit's duty sheet: one text on the page, in Word and in the PDF, with every duty in it."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import docx
import pytest
from django.conf import settings

from chuangcheng.bulletins.decrees import compose_decree, compose_sheet
from chuangcheng.bulletins.pdf import plain
from chuangcheng.bulletins.pdf import print_document as pdf
from chuangcheng.bulletins.word import print_document as word
from chuangcheng.framework import decrees
from chuangcheng.framework.actions import assign_by_role, assign_duty, load_edition, publish_edition
from chuangcheng.framework.models import Decree, Edition
from chuangcheng.framework.planning import plan_standards
from chuangcheng.history.models import Event
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.models import Charge, Person, Unit
from tests.framework.editions import small

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition(small_city: Any, noon: Any) -> Edition:
    edition = publish_edition(actor=SYSTEM, edition=load_edition(actor=SYSTEM, document=small()))
    assign_by_role(actor=SYSTEM, edition=edition)
    keys = list(edition.standards.values_list("pk", flat=True))
    plan_standards(actor=SYSTEM, edition=edition, standards=keys[:2], evidence=["report"], due_on=date(2026, 11, 30))
    return edition


def letters(data: bytes) -> str:
    """The letters of a Word file in reading order, tables after the paragraphs."""
    file = docx.Document(io.BytesIO(data))
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in file.paragraphs), *cells])


def test_the_decree_speaks_of_its_own_figures(edition: Edition, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(14):
        document = compose_decree(edition)
    assert document.title == f"关于印发{settings.CITY.city_name}创建全国文明城市任务分解方案的通知"
    first = document.sections[0]
    assert first.heading == "各区县创城办，各责任单位："
    assert "2 个测评项目、3 条测评标准分解到 3 个责任单位和 0 个区县" in first.paragraphs[0]
    assert "2026年11月30日前" in "".join(first.paragraphs)
    assert (document.draft, document.issue, document.signature[1]) == (True, "（文号待编）", "2026年9月15日")
    tables = {section.heading: section.table for section in document.sections[1:]}
    assert list(tables) == ["附表1  项目F-1", "附表2  项目F-2"]
    table = tables["附表1  项目F-1"]
    assert table is not None
    assert table.rows[0] == ("F-1-1-1", "标准F-1-1-1", "城市管理局", "各街道（乡镇）", "2026-11-30")
    other = tables["附表2  项目F-2"]
    assert other is not None
    assert other.rows[0][4] == "—"
    assert sum(table.widths) == 156 and first.address


def test_a_part_of_the_streets_is_named_one_by_one(edition: Edition, small_city: Any) -> None:
    edition.standards.get(code="F-1-1-1").duties.filter(unit=small_city.units["street2"]).delete()
    assign_duty(actor=SYSTEM, standard=edition.standards.get(code="F-1-1-1"), unit=small_city.units["community"],
                kind="support")  # fmt: skip
    table = compose_decree(edition).sections[1].table
    assert table is not None
    assert [row[3] for row in table.rows] == ["永安社区；河东街道", "各街道（乡镇）"]


def test_the_words_are_kept_and_their_variables_filled(edition: Edition, personas: dict[str, Actor]) -> None:
    given = decrees.Words(
        "{city}方案", "云创办〔2026〕12号", "各单位：", "共{standards}条。\n\n{duties}项。", date(2026, 9, 1)
    )
    decrees.save_decree(actor=personas["office"], edition=edition, words=given)
    assert decrees.words_of(edition) == given
    document = compose_decree(edition)
    assert (document.draft, document.issue, document.issued_on) == (False, "云创办〔2026〕12号", "2026年9月1日")
    assert document.sections[0].paragraphs == ("共3条。", "9项。")
    decrees.save_decree(actor=personas["office"], edition=edition, words=decrees.Words("改", body="无变量"))
    assert Decree.objects.count() == 1
    event = Event.objects.filter(action="edition.decree_saved").first()
    assert event is not None
    assert "方案" not in str(event.after)  # no free text in history


@pytest.mark.parametrize("text", ["{units", "{} 空", "{nobody}", "{City}"])
def test_unknown_variables_are_refused(edition: Edition, text: str) -> None:
    words = decrees.Words("标题", body=text)
    if text == "{units":  # no variable at all
        decrees.save_decree(actor=SYSTEM, edition=edition, words=words)
        return
    with pytest.raises(Refused, match=r"framework\.unknown_variable"):
        decrees.save_decree(actor=SYSTEM, edition=edition, words=words)
    assert not Decree.objects.exists()


def test_who_may_not_and_when_not(edition: Edition, personas: dict[str, Actor]) -> None:
    for role in ("leader", "subcommand", "district", "department", "street", "auditor"):
        with pytest.raises(Refused, match=r"common\.not_allowed"):
            decrees.save_decree(actor=personas[role], edition=edition, words=decrees.Words("标题", body="文"))
    Edition.objects.filter(pk=edition.pk).update(state="frozen")
    with pytest.raises(Refused, match=r"framework\.frozen"):
        decrees.save_decree(actor=SYSTEM, edition=edition, words=decrees.Words("标题", body="文"))


def test_a_units_sheet_says_what_proves_each_standard_by_when_by_whom(
    edition: Edition, small_city: Any, personas: dict[str, Actor]
) -> None:
    unit = small_city.units["department"]
    person = Person.objects.get(pk=personas["department"].person_id)
    assign_duty(actor=SYSTEM, standard=edition.standards.get(code="F-1-1-1"), unit=unit, kind="lead", person=person)
    assign_duty(actor=SYSTEM, standard=edition.standards.get(code="F-2-1-1"), unit=unit, kind="support")
    Charge.objects.create(unit=unit, kind="liaison_a", person=person)
    Charge.objects.create(unit=unit, kind="head", person=Person.objects.get(username="leader"), title="局长")
    document = compose_sheet(unit)
    assert document.title == "城市管理局创建全国文明城市责任清单"
    assert document.period == "（共 4 条标准）"
    assert [section.heading for section in document.sections] == [
        "责任人员", "牵头的测评标准（3 条）", "配合的测评标准（1 条）",
    ]  # fmt: skip
    assert document.sections[0].paragraphs == ("主要负责人：张leader（局长）", "联络员A：张department")
    table = document.sections[1].table
    assert table is not None
    assert table.rows[0] == ("F-1-1-1", "标准F-1-1-1", "说明报告", "2026-11-30", "张department")
    assert table.rows[2] == ("F-2-1-1", "标准F-2-1-1", "实地点位", "—", "—")
    assert table.urls[0].endswith(f"{edition.standards.get(code='F-1-1-1').pk}/")
    Edition.objects.filter(pk=edition.pk).update(state="draft")  # a draft's duties are not yet anybody's
    empty = compose_sheet(unit)
    assert "没有分解到本单位的标准。" in empty.sections[1].paragraphs
    assert compose_sheet(Unit.objects.get(code="U-990101")).sections[0].paragraphs == ("（尚未明确）",)


def test_word_and_pdf_print_the_same_text(edition: Edition, small_city: Any) -> None:
    for document in (compose_decree(edition), compose_sheet(small_city.units["street"])):
        printed = letters(word(document))
        for text in document.texts():
            assert text.strip() in printed or text in printed.replace("\n", ""), text
        assert pdf(document, clock.now()).startswith(b"%PDF")
        assert plain(document)["signature"] == list(document.signature)


def test_the_columns_of_a_table_have_their_widths(edition: Edition) -> None:
    document = compose_decree(edition)
    file = docx.Document(io.BytesIO(word(document)))
    widths = [round(cell.width.mm) for cell in file.tables[0].rows[0].cells]
    assert widths == [29, 45, 22, 36, 24]
    lines = [paragraph for paragraph in file.paragraphs if paragraph.text in document.signature]
    assert [line.alignment for line in lines[-2:]] == [2, 2]  # to the right
