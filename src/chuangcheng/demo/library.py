"""The demo city's documents, in all three kinds of files: plans with successors, rules, notices; and trainings."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import docx
from django.db import transaction

from chuangcheng.bulletins.document import Document as Sheet
from chuangcheng.bulletins.document import Section
from chuangcheng.bulletins.pdf import print_document
from chuangcheng.demo.found import Cast
from chuangcheng.demo.plan import words
from chuangcheng.framework.selectors import standards_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.library import actions, sign_in
from chuangcheng.library.models import Document, Training
from chuangcheng.people.models import Person


@dataclass(frozen=True, slots=True)
class Paper:
    """A document: so many days before the end, of a kind, as a file of a kind, by the office or the unit of that code;
    ``end`` is ``i`` issued, ``d`` draft, ``w`` withdrawn, ``2`` issued and then given a second version, ``r`` issued in
    the place of the one before. ``lines`` are its clauses; a second version says the last one otherwise."""

    days: int
    kind: str
    file: str
    unit: str
    audience: str
    end: str
    title: str
    lines: tuple[str, ...]


def papers() -> list[Paper]:
    """What stands in ``words.toml``."""
    return [Paper(*[*row[:-1], tuple(row[-1])]) for row in words()["library"]["papers"]]


@transaction.atomic
def play(cast: Cast, first: date) -> list[Document]:
    """Enter them in time, each by who may, none before ``first``; some were read and taken."""
    office, made = cast.named["office"], list[Document]()
    today, end = clock.today().date(), clock.now()
    standards = list(standards_of(cast.edition)[:40])
    named = tuple(unit for code, unit in sorted(cast.units.items()) if code[:2] == "JD")[:4]
    for number, paper in enumerate(papers()):
        day = max(first, today - timedelta(days=paper.days))
        with clock.at(min(datetime.combine(day, time(10, number), CITY_ZONE), end)):
            given = actions.DocumentInput(
                kind=paper.kind, title=paper.title, unit=cast.units[paper.unit], audience=paper.audience,
                units=named, reference=f"云创〔{day.year}〕{number + 3}号" if paper.kind != "material" else "",
                standards=tuple(standards[number * 2 : number * 2 + 2]),
                replaces=(made[-1],) if paper.end == "r" else (),
                to_on=day + timedelta(days=60) if paper.kind == "notice" else None,
            )  # fmt: skip
            document, _new = actions.create_document(actor=office, given=given, data=written(paper, paper.lines, day))
            if paper.end != "d":
                document = actions.issue_document(actor=office, document_id=document.pk)
        made.append(document)
        later = datetime.combine(day + timedelta(days=max(1, paper.days // 2)), time(15, 20), CITY_ZONE)
        _later(cast, paper, document, min(later, end))
    hold(cast, made, first)
    return made


def _later(cast: Cast, paper: Paper, document: Document, moment: datetime) -> None:
    """A second version, a withdrawal; readers take the file."""
    office = cast.named["office"]
    with clock.at(moment):
        if paper.end == "2":
            lines = (*paper.lines[1:-1], paper.lines[-1].replace("每月", "每周"), "本办法由市创城办负责解释。")
            data = written(paper, lines, moment.date())
            actions.add_version(actor=office, document_id=document.pk, data=data, note="压实时限，补充解释条款")
        if paper.end == "w":
            actions.withdraw_document(actor=office, document_id=document.pk, note="会议改期，另行通知。")
        elif document.state == "in_force" and paper.audience == "all":
            for key in sorted(cast.posted)[: 2 + paper.days % 4]:
                version = Document.objects.get(pk=document.pk).current_id
                if version is not None:
                    actions.take_file(actor=cast.of(*key)[0], version_id=version)


def written(paper: Paper, lines: tuple[str, ...], day: date) -> bytes:
    """The file's bytes."""
    if paper.file == "txt":
        return "\n".join((paper.title, *lines)).encode("gb18030")
    if paper.file == "docx":
        return _word(paper.title, lines)
    section = Section("正文", lines)
    issued = f"{day.year}年{day.month}月{day.day}日"
    sheet = Sheet("市创城办", "文件", f"第{day.month}期", paper.title, "", issued, "", (section,), False)
    return print_document(sheet, datetime.combine(day, time(9), CITY_ZONE))


def _word(title: str, lines: tuple[str, ...]) -> bytes:
    document: Any = docx.Document()
    document.add_heading(title)
    for line in lines:
        document.add_paragraph(line)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def hold(cast: Cast, documents: list[Document], first: date) -> None:
    """Training sessions from ``first`` on: two closed, one held this week, one ahead; who came signed in by the code or
    stands on the list."""
    office, end = cast.named["office"], clock.now()
    streets = sorted(key for key in cast.posted if key[0] == "street")
    for number, (days, topic, place, lecturer, invited) in enumerate(words()["library"]["trainings"]):
        starts = end.astimezone(CITY_ZONE).replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=days)
        if starts.date() < first:
            continue
        keys = (streets[number:] + streets[:number])[:invited]
        given = actions.TrainingInput(
            topic=topic, unit=cast.units["CCB"], starts_at=starts, ends_at=starts + timedelta(hours=2), place=place,
            lecturer=lecturer, units=tuple(cast.units[code] for _role, code in keys),
            materials=tuple(documents[number * 3 : number * 3 + 2]),
        )  # fmt: skip
        asked = max(starts - timedelta(days=5), datetime.combine(first, time(9), CITY_ZONE))
        with clock.at(min(asked, starts, end)):
            training, _new = actions.plan_training(actor=office, given=given)
        if days > 0:
            _attend(cast, training, keys, closed=days > 7)


def _attend(cast: Cast, training: Training, keys: list[tuple[str, str]], *, closed: bool) -> None:
    """All units but the last sign in by the code, every third person stands on the list."""
    office, listed = cast.named["office"], list[UUID]()
    with clock.at(training.starts_at + timedelta(minutes=10)):
        actions.hold_training(actor=office, training_id=training.pk)
        for number, key in enumerate(keys[:-1]):
            for actor in cast.of(*key)[:2]:
                if number % 3 == 2 and actor.person_id:
                    listed.append(actor.person_id)
                else:
                    actions.sign_in_by_code(actor=actor, code=sign_in.code_of(training))
        persons = Person.objects.filter(pk__in=listed)
        actions.mark_present(actor=office, training_id=training.pk, persons=list(persons))
    if closed:
        with clock.at(training.ends_at + timedelta(hours=1)):
            actions.close_training(actor=office, training_id=training.pk, note="按计划完成，现场演练了三步上报。")
