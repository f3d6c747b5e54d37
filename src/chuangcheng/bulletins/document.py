"""The weekly report as a document: title, sentences and tables in the words of offices. Page, Word and PDF print this
one text, so that no figure can differ between them. Official documents are Chinese whatever the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings

from chuangcheng.bulletins.models import Weekly
from chuangcheng.kernel.clock import CITY_ZONE

NUMERALS = "一二三四五六七八九十"
NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts; ``right`` are the columns of figures. ``urls`` has one address a row, "" where there is none.
    ``widths`` are the columns' parts of the line; without them each is as wide as its words."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[bool, ...]
    urls: tuple[str, ...] = ()
    widths: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered heading with its paragraphs, then perhaps a table."""

    heading: str
    paragraphs: tuple[str, ...]
    table: Table | None = None
    names: tuple[str, ...] = ()  # of the figures that the paragraphs speak of; the page links them
    address: bool = False  # the heading names those it goes to 主送机关: at the edge, in the letters of the text


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report."""

    organisation: str
    series: str
    issue: str
    title: str
    period: str
    issued_on: str
    as_of: str
    sections: tuple[Section, ...]
    draft: bool
    remarks: tuple[str, ...] = field(default=())
    signature: tuple[str, ...] = ()  # who signs and the date 落款, below the first section; the rest is annexed 附件
    wide: bool = False  # printed across, for tables of many columns

    def texts(self) -> list[str]:
        """Every text in reading order, for comparing what different printers printed."""
        found = [self.organisation, self.issue, self.issued_on, self.title, self.period]
        for section in self.sections:
            found += [section.heading, *section.paragraphs]
            if section.table:
                found += [*section.table.headers, *(cell for row in section.table.rows for cell in row)]
        return [*found, *self.signature, *self.remarks]


def compose(weekly: Weekly) -> Document:
    """The report's text, from its frozen figures alone."""
    value = _Values(weekly.figures)
    last_day = weekly.week_start + timedelta(days=6)
    parts = [
        _overview(value, weekly.week_start, last_day),
        _visits(value),
        _score(value),
        _league(value),
        _categories(value),
        _overdue(value),
        _relapses(value),
        _focus(value),
    ]
    if weekly.note:
        parts.append(("有关情况说明", tuple(weekly.note.splitlines()), None, ()))
    sections = tuple(
        Section(f"{NUMERALS[number]}、{heading}", paragraphs, table, names)
        for number, (heading, paragraphs, table, names) in enumerate(parts)
    )
    city = settings.CITY.city_name
    return Document(
        organisation=f"{city}创建全国文明城市指挥部办公室",
        series="创城工作周报",
        issue=f"第 {weekly.issue} 期",
        title=f"{city}创建全国文明城市工作周报",
        period=f"（{day(weekly.week_start)}—{short_day(last_day)}）",
        issued_on=day(weekly.assembled_at.astimezone(CITY_ZONE).date()),
        as_of=moment(value.as_of("cases_overdue")),
        sections=sections,
        draft=weekly.state == "draft",
        remarks=("本期数据由系统自动汇总，可逐项追溯；得分为依据测评体系的自评，仅对已覆盖的分值计算。",),
    )


Part = tuple[str, tuple[str, ...], Table | None, tuple[str, ...]]


class _Values:
    """The figures as texts."""

    def __init__(self, figures: dict[str, Any]) -> None:
        self._figures = figures

    def __getitem__(self, name: str) -> str:
        return text(self._figures[name]["value"])

    def raw(self, name: str) -> Any:
        return self._figures[name]["value"]

    def rows(self, name: str) -> list[dict[str, Any]]:
        return list(self._figures[name]["value"])

    def as_of(self, name: str) -> datetime:
        return datetime.fromisoformat(self._figures[name]["as_of"])


def _overview(value: _Values, first: date, last: date) -> Part:
    rate = (
        f"本周到期案件 {value['cases_due']} 件，按期结案 {value['cases_on_time']} 件，"
        f"按期结案率 {value['on_time_rate']}%。"
        if value.raw("on_time_rate") is not None
        else "本周没有到期的案件。"
    )
    sentence = (
        f"本周（{short_day(first)}—{short_day(last)}）共受理各渠道上报 {value['reports_received']} 件，"
        f"其中立案或并案 {value['reports_taken']} 件、不予受理 {value['reports_refused']} 件；"
        f"立案 {value['cases_filed']} 件，结案 {value['cases_closed']} 件。{rate}"
    )
    standing = f"截至{moment(value.as_of('cases_overdue'))}，超期未办结 {value['cases_overdue']} 件。"
    names = ("reports_received", "reports_taken", "reports_refused", "cases_filed", "cases_closed", "cases_due",
             "cases_on_time", "on_time_rate", "cases_overdue")  # fmt: skip
    return "受理办理情况", (sentence, standing), None, names


def _visits(value: _Values) -> Part:
    sentence = (
        f"本周开展督查 {value['visits']} 次，覆盖点位 {value['sites_visited']} 个，考察 {value['checks']} 项，"
        f"发现不符合项 {value['failed_checks']} 项。"
    )
    return "督查检查情况", (sentence,), None, ("visits", "sites_visited", "checks", "failed_checks")


def _score(value: _Values) -> Part:
    names = ("score", "coverage", "score_change")
    if value.raw("score") is None:
        return "自评得分", ("尚无可计分的事实。",), None, names
    change = value.raw("score_change")
    compared = "" if change is None else f"，较上周{_change(change)}"
    sentence = f"依据测评体系自评，全市得分 {value['score']} 分（覆盖分值 {value['coverage']}%）{compared}。"
    return "自评得分", (sentence,), None, names


def _change(change: float) -> str:
    if change == 0:
        return "持平"
    return f"{'上升' if change > 0 else '下降'} {text(abs(change))} 分"


#: Columns of points have two decimals, all other figures with a point are percentages with one, as on the pages.
POINTS = frozenset({"score", "lost"})


def _table(rows: Sequence[dict[str, Any]], columns: dict[str, str], right: Sequence[str]) -> Table:
    return Table(
        headers=tuple(columns.values()),
        rows=tuple(tuple(_cell(name, row[name]) for name in columns) for row in rows),
        right=tuple(name in right for name in columns),
        urls=tuple(row.get("url", "") for row in rows),
    )


def _cell(name: str, value: object) -> str:
    """A figure in a column: its decimals stay, so that the points stand below each other."""
    return f"{value:.{2 if name in POINTS else 1}f}" if isinstance(value, float) else text(value)


def _league(value: _Values) -> Part:
    columns = {
        "rank": "名次",
        "street": "街道（乡镇）",
        "score": "得分",
        "site_score": "点位得分",
        "on_time": "按期结案率%",
        "rework": "一次办结率%",
        "coverage": "到访率%",
    }
    rows = [row for row in value.rows("league") if row["rank"] is not None]
    if not rows:
        return "街道赛马", ("本周没有可排名的数据。",), None, ("league",)
    first = "、".join(row["street"] for row in rows if row["rank"] == 1)
    sentence = f"本周参与排名的街道（乡镇）{len(rows)} 个，第一名：{first}。"
    return "街道赛马", (sentence,), _table(rows, columns, [name for name in columns if name != "street"]), ("league",)


def _categories(value: _Values) -> Part:
    return _list(
        value, "categories", "问题较多的类别", {"category": "类别", "cases": "立案数"}, ["cases"], "本周没有立案。"
    )


def _overdue(value: _Values) -> Part:
    columns = {"unit": "承办单位", "cases": "超期未办结"}
    return _list(value, "overdue_units", "超期案件", columns, ["cases"], "没有超期未办结的案件。")


def _relapses(value: _Values) -> Part:
    columns = {"site": "点位", "unit": "责任单位", "items": "反复项数"}
    return _list(value, "relapses", "问题反复的点位", columns, ["items"], "本周没有发现整改后反复的点位。")


def _focus(value: _Values) -> Part:
    columns = {"standard": "标准", "text": "内容", "lost": "失分", "failed": "未恢复项", "overdue": "超期案件"}
    return _list(
        value, "focus", "下周重点", columns, ["lost", "failed", "overdue"], "没有失分的标准。", "下列标准失分最多："
    )


def _list(
    value: _Values, name: str, heading: str, columns: dict[str, str], right: list[str], nothing: str, lead: str = ""
) -> Part:
    rows = value.rows(name)
    if not rows:
        return heading, (nothing,), None, (name,)
    return heading, (lead,) if lead else (), _table(rows, columns, right), (name,)


def text(value: object) -> str:
    """A figure as it is printed: whole numbers without a point, nothing as a dash."""
    if value is None:
        return NOTHING
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return str(value)


def day(value: date) -> str:
    """``2026年9月7日``."""
    return f"{value.year}年{value.month}月{value.day}日"


def short_day(value: date) -> str:
    """``9月7日``."""
    return f"{value.month}月{value.day}日"


def moment(value: datetime) -> str:
    """``2026年9月14日0时``, with minutes when there are any."""
    local = value.astimezone(CITY_ZONE)
    return f"{day(local.date())}{local.hour}时" + (f"{local.minute}分" if local.minute else "")
