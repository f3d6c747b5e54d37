"""A unit's week in sentences, each number with the address of its rows; page, Word and PDF print this one text. And the
week of all units on one sheet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.urls import reverse

from chuangcheng.bulletins import counted
from chuangcheng.bulletins.document import Document, Section, Table, day, moment, short_day, text
from chuangcheng.bulletins.figures import two
from chuangcheng.bulletins.links import address
from chuangcheng.bulletins.models import Summary
from chuangcheng.bulletins.specs import SPECS, Scope
from chuangcheng.bulletins.summarising import NAMES, SCORE
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.label import Label

SCORED = Label("自评得分", "Own score")
#: Heading and sentence; a name in braces is a figure.
SENTENCES = (
    ("案件办理", "本周收到案件 {received} 件，到期 {due} 件；结案 {closed} 件，其中按期 {on_time} 件、"
                "曾返工 {reworked} 件。截至汇总时，超期未办结 {overdue} 件。"),
    ("任务落实", "新下达任务 {tasks_set} 项，有进展 {tasks_moved} 项，销号 {tasks_ended} 项；"
                "申请延期 {more_asked} 件，批准 {more_granted} 件；截至汇总时，超期任务 {tasks_late} 项。"),
    ("督查整改", "所属点位接受督查 {visits} 次，发现问题 {visits_failed} 次；"
                "整改督查问题 {rectified} 件，即知即改 {quickfixes} 件。"),
    ("领导批示", "回复领导批示 {replies} 件，其中按期 {replies_met} 件。"),
    ("自评得分", "依据测评体系自评得分 {score} 分。"),
)  # fmt: skip
_HOLES = re.compile(r"\{(\w+)\}")
#: The columns of the week of all units.
COLUMNS = ("received", "closed", "on_time", "reworked", "overdue", "tasks_moved", "tasks_ended", "tasks_late",
           "rectified", "quickfixes", "replies")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of a sentence; a number has the address of its rows."""

    text: str
    url: str = ""


def label_of(name: str) -> Label:
    """What a figure is called."""
    return SCORED if name == SCORE else SPECS[name].label


def url_of(summary: Summary, name: str) -> str:
    """The rows behind a figure: those that were counted, or, of a summary that kept none, what the list finds now."""
    if name == SCORE and summary.scored:
        return reverse("desk:summary_score", args=[summary.pk])
    if name == SCORE:
        return address("desk:scores", scope="unit", id=summary.unit_id)
    if summary.rows_digest:
        return counted.address_of(counted.Name(summary.week_start, name, summary.unit.code))
    spec = SPECS[name]
    scope = {"unit": str(summary.unit_id)}
    return spec.url(scope, summary.week_start, summary.week_start + timedelta(days=7))


def sentences(summary: Summary) -> list[tuple[str, list[Piece]]]:
    """Heading and pieces; a sentence about nothing that is known is left out."""
    found = []
    for heading, sentence in SENTENCES:
        names = _HOLES.findall(sentence)
        if any(summary.figures.get(name, [None])[0] is not None for name in names):
            pieces = [_piece(summary, part, at % 2 == 1) for at, part in enumerate(_HOLES.split(sentence))]
            found.append((heading, pieces))
    return found


def _piece(summary: Summary, part: str, is_name: bool) -> Piece:
    if not is_name:
        return Piece(part)
    value = summary.figures.get(part, [None])[0]
    return Piece(text(value), url_of(summary, part) if value is not None else "")


@dataclass(frozen=True, slots=True)
class ScorePart:
    """A standard in the score of that week: points earned of its points; ``code`` "" for the sum of all."""

    code: str
    earned: Fraction
    points: Fraction

    @property
    def share(self) -> float:
        """Per cent, two decimals: that of the sum is the score."""
        return two(100 * self.earned / self.points) if self.points else 0.0

    @property
    def shown(self) -> tuple[float, float]:
        """Earned and possible with two decimals."""
        return two(self.earned), two(self.points)


def score_parts(summary: Summary) -> list[ScorePart]:
    """The standards by code, and last their sum."""
    parts = [ScorePart(code, Fraction(earned), Fraction(points))
             for code, (earned, points) in sorted(summary.scored.items())]  # fmt: skip
    zero = Fraction(0)
    whole = ScorePart("", sum((part.earned for part in parts), zero), sum((part.points for part in parts), zero))
    return [*parts, whole]


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure beside the week before."""

    name: str
    label: Label
    now: str
    before: str
    change: str
    url: str


def compared(summary: Summary) -> list[Compared]:
    """Every figure with the week before; what is unknown is a dash."""
    rows = []
    for name in (*NAMES, SCORE):
        now, last = (summary.figures.get(name) or [None, None])[:2]
        if now is None:
            continue
        change = "" if last is None else f"{round(now - last, 2):+g}" if now != last else "0"
        rows.append(Compared(name, label_of(name), text(now), text(last), change, url_of(summary, name)))
    return rows


def compose(summary: Summary) -> Document:
    """The summary as a document."""
    told = sentences(summary)
    parts: list[tuple[str, tuple[str, ...], Table | None]] = [
        (heading, ("".join(piece.text for piece in pieces),), None) for heading, pieces in told
    ]
    rows = tuple((row.label.zh, row.now, row.before, row.change or "—") for row in compared(summary))
    headers = ("事项", "本周", "上周", "增减")
    parts.append(("与上周比较", (), Table(headers, rows, (False, True, True, True))))
    if summary.words:
        parts.append(("本单位补充", tuple(summary.words.splitlines()), None))
    return _document(summary.unit.name, "周工作小结", summary.week_start, parts, summary.assembled_at,
                     draft=summary.state == "open")  # fmt: skip


def totals(rows: Sequence[Summary]) -> dict[str, list[int]]:
    """The sums of all units, [this week, the week before]."""
    found: dict[str, list[int]] = {}
    for name in NAMES:
        pairs = [row.figures.get(name) or [0, 0] for row in rows]
        found[name] = [sum(pair[0] or 0 for pair in pairs), sum(pair[1] or 0 for pair in pairs)]
    return found


def city_url(name: str, monday: date, rows: Sequence[Summary]) -> str:
    """The rows behind the sum of all units that the reader has in reach."""
    if counted.all_kept(rows):
        return counted.address_of(counted.Name(monday, name))
    return SPECS[name].url(Scope().query(SPECS[name].kind), monday, monday + timedelta(days=7))


def compose_all(rows: Sequence[Summary], monday: date) -> Document:
    """The week of all units: the sums, and a line each."""
    sums = totals(rows)
    added = sum(row.edited for row in rows)
    said = f"{len(rows)} 个单位的周小结已由系统汇总，其中 {added} 个单位作了补充。各单位合计：" + "，".join(
        f"{SPECS[name].label.zh} {sums[name][0]}" for name in COLUMNS) + "。"  # fmt: skip
    headers = ("单位", *(SPECS[name].label.zh for name in COLUMNS))
    lines = tuple(
        (row.unit.short_name, *(text((row.figures.get(name) or [None])[0]) for name in COLUMNS)) for row in rows
    )
    table = Table(headers, lines, (False, *[True] * len(COLUMNS)))
    as_of = max(row.assembled_at for row in rows)
    parts = [("总体情况", (said,), None), ("各单位情况", (), table)]
    document = _document(f"{settings.CITY.city_name}创城办", "各单位周工作小结汇总", monday, parts, as_of, draft=False)
    return replace(document, wide=True)


def _document(unit: str, series: str, monday: date, parts: Sequence[Any], as_of: Any, *, draft: bool) -> Document:
    last = monday + timedelta(days=6)
    numbered = tuple(
        Section(f"{'一二三四五六七八九十'[number]}、{heading}", paragraphs, table)
        for number, (heading, paragraphs, table) in enumerate(parts)
    )
    return Document(
        organisation=unit, series=series, issue=f"{monday.isocalendar().year} 年第 {monday.isocalendar().week} 周",
        title=f"{unit}{series}", period=f"（{day(monday)}—{short_day(last)}）",
        issued_on=day(as_of.astimezone(CITY_ZONE).date()), as_of=moment(as_of), sections=numbered, draft=draft,
        remarks=("本小结由系统从办理记录自动汇总，数字可逐项追溯；无人修改即视为已交。",),
    )  # fmt: skip
