"""Minutes 会议纪要 as a document: page, Word and PDF print this one text."""

from __future__ import annotations

from django.conf import settings

from chuangcheng.bulletins.document import Document, Section, Table, day, moment
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.meetings.agenda import sources
from chuangcheng.meetings.models import AgendaItem, Decision, Meeting
from chuangcheng.meetings.selectors import FATES, asked_again, decisions_of

NUMERALS = "一二三四五六七八九十"


def compose(meeting: Meeting) -> Document:
    """The minutes of a meeting; a draft until they are issued. Official documents are Chinese."""
    issued = meeting.issued_at or meeting.starts_at
    today = issued.astimezone(CITY_ZONE).date()
    before = [_line(row, FATES[row.fate(today)].zh) for row in asked_again(meeting)]
    decided = [_line(row, "") for row in decisions_of(meeting)]
    parts = [
        ("会议概况", _facts(meeting), None),
        ("会议议题", tuple(item_words(item) for item in meeting.items.select_related("unit")), None),
        ("上次议定事项落实情况", (), _table(before, "落实情况") if before else None),
        ("会议内容", tuple(meeting.minutes.splitlines()), None),
        ("议定事项", (), _table(decided, "") if decided else None),
    ]
    kept = [part for part in parts if part[1] or part[2]]
    return Document(
        organisation=meeting.unit.name, series="会议纪要", issue=meeting.number,
        title=meeting.title, period=f"（{meeting.kind_label.zh}，{moment(meeting.starts_at)}）",
        issued_on=day(today), as_of=moment(issued), draft=meeting.state != "issued",
        sections=tuple(Section(f"{NUMERALS[n]}、{name}", texts, table) for n, (name, texts, table) in enumerate(kept)),
        remarks=(f"{settings.CITY.city_name}创建全国文明城市工作系统汇总，议题和落实情况可逐项追溯。",),
    )  # fmt: skip


def item_words(item: AgendaItem) -> str:
    """An item in one sentence."""
    if not item.source:
        return item.words
    known = sources().get(item.source)
    who = f"{item.unit.short_name}：" if item.unit else ""
    return f"{who}{known.label.zh if known else item.source} {item.count} 件"


def _facts(meeting: Meeting) -> tuple[str, ...]:
    invited = list(meeting.invitations.select_related("unit").order_by("unit__official_order", "unit__code"))
    there = [row.unit.short_name for row in invited if row.present is not False]
    away = [row.unit.short_name for row in invited if row.present is False]
    found = [f"时间：{moment(meeting.starts_at)}", f"地点：{meeting.place}" if meeting.place else "",
             f"主持：{meeting.chair.name}" if meeting.chair else "", f"召集：{meeting.unit.name}",
             f"参会单位：{'、'.join(there)}" if there else "",
             f"缺席单位：{'、'.join(away)}" if away else ""]  # fmt: skip
    return tuple(text for text in found if text)


Line = tuple[str, str, str, str]


def _line(row: Decision, fate: str) -> Line:
    supports = "、".join(unit.short_name for unit in row.supports.all())
    units = f"{row.lead.short_name}（配合：{supports}）" if supports else row.lead.short_name
    return row.words, units, row.due_on.isoformat(), fate


def _table(lines: list[Line], last: str) -> Table:
    headers = ("序号", "议定事项", "责任单位", "时限", last)
    rows = tuple((str(number), *line) for number, line in enumerate(lines, 1))
    width = 5 if last else 4
    return Table(headers[:width], tuple(row[:width] for row in rows), (False,) * width)
