"""The components as template tags: what they say, in both languages, and what they never write."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.cases.models import Case
from chuangcheng.cases.states import CASE
from chuangcheng.kernel.label import Label
from chuangcheng.people.models import Post, Unit
from chuangcheng.web import moments
from chuangcheng.web.tables import Column
from chuangcheng.web.templatetags import judge, parts
from tests.conftest import NOON

HOUR = timedelta(hours=1)


def render(source: str, query: str = "", **context: object) -> str:
    return Template(source).render(Context({"request": RequestFactory().get(f"/x/?{query}"), **context}))


@pytest.mark.parametrize(
    ("length", "zh", "en"),
    [
        (timedelta(days=2, hours=3), "2天3小时", "2 days 3 h"), (timedelta(days=1), "1天", "1 day"),
        (timedelta(minutes=1), "1分钟", "1 min"), (timedelta(hours=1, minutes=1), "1小时1分钟", "1 h 1 min"),
        (timedelta(hours=23, minutes=59, seconds=59), "23小时59分钟", "23 h 59 min"),
        (timedelta(days=1, minutes=59), "1天", "1 day"), (-timedelta(days=1, hours=1), "1天1小时", "1 day 1 h"),
        (timedelta(days=800, hours=1), "800天1小时", "800 days 1 h"),
    ],
)  # fmt: skip
def test_lengths_of_time_in_both_languages(length: timedelta, zh: str, en: str) -> None:
    assert moments.span(length) == zh
    with override("en"):
        assert moments.span(length).replace("\u00a0", " ") == en


@given(st.timedeltas(timedelta(0), timedelta(days=999)))
def test_a_length_says_at_most_two_parts_and_never_a_zero_beside_another(length: timedelta) -> None:
    said = moments.span(length)
    assert sum(said.count(part) for part in ("天", "小时", "分钟")) in (1, 2)
    assert said == "0分钟" or not said.startswith("0")
    assert "天0" not in said
    assert "时0" not in said


def test_the_very_moment_is_still_in_time() -> None:
    assert moments.time_left(NOON, NOON) == "还剩 0分钟"
    assert moments.time_left(NOON - timedelta(seconds=1), NOON) == "超期 0分钟"
    with override("en"):
        assert "over" in moments.time_left(NOON - HOUR, NOON).lower()


def test_the_year_is_the_citys() -> None:
    new_year = NOON.replace(month=12, day=31, hour=16, minute=30)  # 00:30 of New Year in the city
    assert moments.moment(new_year) == "2027年1月1日 00:30"
    assert moments.short_moment(new_year, NOON) == "2027-01-01"
    assert moments.short_moment(new_year, new_year + HOUR) == "01-01 00:30"
    assert moments.short_moment(new_year - HOUR, NOON) == "12-31 23:30"


@pytest.mark.parametrize(
    ("share", "digits", "text"),
    [(Fraction(1, 3), 1, "33.3%"), (1, 0, "100%"), (Decimal("0.9999"), 1, "100.0%"), (0, 1, "0.0%"), (None, 1, "—")],
)
def test_shares(share: Any, digits: int, text: str) -> None:
    assert moments.percent(share, digits) == text


@pytest.mark.parametrize(("value", "digits", "text"), [(1234567, 0, "1,234,567"), (0, 0, "0"), (None, 2, "—"),
                                                       (Fraction(2, 3), 2, "0.67"), (-1234.5, 1, "-1,234.5")])  # fmt: skip
def test_figures_keep_zero_apart_from_nothing(value: Any, digits: int, text: str) -> None:
    assert moments.figure(value, digits) == text


def test_weekdays_are_the_citys() -> None:
    assert parts.weekday(NOON) == "星期二"
    assert parts.weekday(NOON + timedelta(hours=12)) == "星期三"  # 00:00 of the next day
    with override("en"):
        assert parts.weekday(NOON - timedelta(days=2)) == "Sunday"


def test_labels_and_words_follow_the_reader() -> None:
    label = Label("超期", "Overdue")
    assert (parts.spoken(label), parts.spoken("今日"), parts.spoken("")) == ("超期", "今日", "")
    with override("en"):
        assert (parts.spoken(label), parts.spoken("今日")) == ("Overdue", "Today")


def test_reference_rows_fall_back_to_chinese() -> None:
    rows = SimpleNamespace(zh="市场", en="Market"), SimpleNamespace(zh="市场", en=""), SimpleNamespace(zh="市场")
    assert [parts.tongue(row) for row in rows] == ["市场"] * 3
    with override("en"):
        assert [parts.tongue(row) for row in rows] == ["Market", "市场", "市场"]


def test_sources_in_words_and_unknown_ones_as_they_are() -> None:
    with override("en"):
        assert parts.source_word("portal") != "portal"
        assert parts.source_word("pigeon") == "pigeon"
        assert judge.method_word("survey") != "survey"
    assert judge.method_word("survey") == "问卷调查"
    assert judge.method_word("dream") == "dream"
    assert judge.hundredth(Decimal("87.5")) == 0.875


def test_a_notice_speaks_the_readers_language() -> None:
    notice: Any = SimpleNamespace(text={"zh": "有新案件", "en": "A new case"})
    assert parts.notice_text(notice) == "有新案件"
    with override("en"):
        assert parts.notice_text(notice) == "A new case"


def test_a_post_is_named_once() -> None:
    unit = Unit(short_name="创城办")
    assert parts.post_name(Post(role="office", unit=unit)) == "创城办"
    assert parts.post_name(Post(role="auditor", unit=unit)) == "创城办 · 审计监督"
    assert parts.post_name(Post(role="auditor", unit=unit, title="主任")) == "创城办 · 主任"


# cells of a listing


def cell(column: Column, row: Any) -> str:
    return render("{% cell column row %}", column=column, row=row)


def test_cells_escape_and_link(noon: object) -> None:
    row: Any = SimpleNamespace(name="<b>x</b>", at=NOON, none=None)
    plain = Column("a", "a", lambda row: row.name)
    linked = Column("a", "a", lambda row: row.name, url=lambda _row: '/x/?"><script>')
    assert cell(plain, row) == "&lt;b&gt;x&lt;/b&gt;"
    link = '<a class="row-link nowrap" href="/x/?&quot;&gt;&lt;script&gt;">&lt;b&gt;x&lt;/b&gt;</a>'
    assert cell(linked, row) == link
    assert cell(Column("a", "a", lambda row: row.at), row) == '<span class="nowrap">09-15 12:00</span>'
    assert cell(Column("a", "a", lambda row: row.none), row) == ""
    assert cell(Column("a", "a", lambda _row: 0), row) == "0"


def test_a_drawn_cell_is_html_and_its_words_are_escaped() -> None:
    row: Any = SimpleNamespace(text="<i>垃圾</i>", state="filed")
    drawn = Column("a", "a", lambda row: row.text, template="desk/cells/text.html")
    assert "<i>" not in cell(drawn, row)
    assert "&lt;i&gt;垃圾" in cell(drawn, row)


# addresses


@pytest.mark.parametrize(
    ("query", "tag", "found"),
    [
        ("state=filed&after=abc&before=x&export=csv", "sort='due'", {"state": "filed", "sort": "due"}),
        ("state=filed&sort=due", "state=''", {"sort": "due"}), ("q=%E8%B7%AF+1", "sort='-due'", {"q": "路 1", "sort": "-due"}),
        ("after=x", "before='y'", {"before": "y"}), ("sort=a&sort=b", "sort='c'", {"sort": "c"}),
        ("", "export='csv'", {"export": "csv"}), ("q=1", "sort=nothing", {"q": "1"}),
    ],
)  # fmt: skip
def test_an_address_with_other_parameters(query: str, tag: str, found: dict[str, str]) -> None:
    from django.http import QueryDict

    made = render("{% with_query " + tag + " as url %}{{ url|safe }}", query, nothing=None)
    assert made.startswith("?")
    assert QueryDict(made[1:]).dict() == found
    assert all(len(values) == 1 for _name, values in QueryDict(made[1:]).lists())


def test_several_chosen_columns_stay_chosen() -> None:
    assert render("{% with_query sort='due' %}", "cols=a&cols=b") == "?cols=a&amp;cols=b&amp;sort=due"


# marks, bars, trends


@pytest.mark.parametrize(("share", "width"), [(-0.5, "0.00"), (0, "0.00"), (Fraction(1, 3), "33.33"), (9, "100.00")])
def test_a_bar_stays_within_its_frame_and_its_figure_tells_the_truth(share: Any, width: str) -> None:
    assert parts.bar_width(share) == width
    found = parts.bar(share)
    assert (found["width"], found["text"]) == (width, moments.percent(share))


def test_a_bar_of_nothing_is_empty_and_says_so() -> None:
    assert parts.bar(None) == {"width": "0.00", "tone": "", "text": "—"}


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), max_size=30))
def test_a_trend_stays_within_its_frame(values: list[float | None]) -> None:
    found = parts.spark(values)
    known = [value for value in values if value is not None]
    points = [tuple(map(float, point.split(","))) for point in found["points"].split()]
    assert len(points) == (len(known) if len(known) > 1 else 0)
    assert all(2 <= x <= 94 and 4 <= y <= 18 for x, y in points)
    assert points == sorted(points, key=lambda point: point[0])
    if points and max(known) > min(known):
        assert points[known.index(max(known))][1] == 4.0, "higher is up"
        assert points[known.index(min(known))][1] == 18.0


@pytest.mark.parametrize(
    ("code", "tone", "text"), [("A", "a", "A"), ("C#", "cc", "C#"), ("NA", "na", "—"), ("", "na", "—")]
)
def test_grades(code: str, tone: str, text: str) -> None:
    html = render("{% grade code %}", code=code)
    assert f"grade--{tone}" in html
    assert f">{text}<" in html


@pytest.mark.parametrize(
    ("hours", "handled", "state", "on_time", "status"),
    [
        (30, None, "handling", None, "running"), (2, None, "handling", None, "soon"),
        (-1, None, "handling", None, "overdue"), (None, None, "filed", None, "none"),
        (30, -1, "handled", None, "met"), (-5, -1, "handled", None, "late"), (30, -1, "closed", True, "met"),
        (-5, -1, "closed", False, "late"), (30, -1, "closed", None, "none"), (30, None, "suspended", None, "none"),
        (-9, None, "void", None, "none"),
    ],
)  # fmt: skip
def test_a_case_against_its_clock(
    noon: object, hours: int | None, handled: int | None, state: str, on_time: bool | None, status: str
) -> None:
    case = Case(
        state=state, due_at=None if hours is None else NOON + hours * HOUR, on_time=on_time, due_provisional=True,
        handled_at=None if handled is None else NOON + handled * HOUR,
    )  # fmt: skip
    found = parts.case_due(case)
    assert found["status"] == status
    if handled is not None and state == "handled":
        assert (found["left"], found["provisional"]) == ("", False), "what is done is done, whatever the calendar says"
    if status in {"running", "soon", "overdue"}:
        assert found["provisional"]
        assert ("超期" in found["left"]) is (status == "overdue")


def test_a_provisional_limit_says_so() -> None:
    html = render("{% due at False None True %}", at=NOON + 9999 * HOUR)
    assert "暂定" in html
    assert "暂定" not in render("{% due at %}", at=NOON + 9999 * HOUR)
    assert render("{% due at %}", at=None).count("—") == 1


# forms and buttons


class Form(forms.Form):
    text = forms.CharField(label="描述", widget=forms.Textarea)
    place = forms.CharField(label="地址", required=False, help_text="<写清楚>")
    kind = forms.ChoiceField(label="类", choices=[("1", "甲")])
    found = forms.ChoiceField(label="属实", choices=[("y", "是"), ("n", "否")], widget=forms.RadioSelect)
    sure = forms.BooleanField(label="确认", required=False)
    key = forms.CharField(widget=forms.HiddenInput)


def field(name: str, data: dict[str, str] | None = None) -> str:
    return render("{% field each %}", each=Form(data)[name])


def test_fields_are_labelled_and_tell_which_may_stay_empty() -> None:
    assert '<label for="id_text">描述</label>' in field("text")
    assert "可不填" in field("place")
    assert "可不填" not in field("text")
    assert "&lt;写清楚&gt;" in field("place")
    assert 'class="form-select"' in field("kind")
    assert "<legend>属实</legend>" in field("found")
    assert field("found").count('type="radio"') == 2
    assert "<label" not in field("key")


def test_a_wrong_field_points_to_its_error() -> None:
    html = field("text", {"text": ""})
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_text-error"' in html
    assert 'id="id_text-error"' in html
    assert "aria-invalid" not in field("place", {"text": ""})


def buttons(names: list[str], direct: str = "") -> list[tuple[str, str, bool]]:
    row = SimpleNamespace(pk="00000000-0000-0000-0000-000000000001")
    found = parts.moves(Context(), [CASE.move(name) for name in names], "desk:case_move", row, direct)
    return [(move.name, kind, at_once) for move, kind, _url, at_once in found["buttons"]]


def test_the_main_button_stands_first_and_the_grave_ones_last() -> None:
    assert buttons(["void", "ask_extension", "accept", "pass_on"], "accept") == [
        ("accept", "main", True), ("ask_extension", "", False), ("pass_on", "", False), ("void", "grave", False),
    ]  # fmt: skip


def test_there_is_one_main_button_or_none() -> None:
    assert [kind for _name, kind, _now in buttons(["close", "rework", "verify"])].count("main") == 1
    assert buttons(["rework"]) == [("rework", "", False)]
    assert buttons(["void"]) == [("void", "grave", False)]
    assert render("{% moves found 'desk:case_move' row %}", found=[], row=None).strip() == ""


def test_every_move_leads_to_its_own_form() -> None:
    row = SimpleNamespace(pk="00000000-0000-0000-0000-000000000001")
    html = render("{% moves found 'desk:case_move' row 'accept' %}", row=row,
                  found=[CASE.move("accept"), CASE.move("pass_on")])  # fmt: skip
    assert f'<form method="post" action="/desk/cases/{row.pk}/moves/accept/"' in html
    assert f'href="/desk/cases/{row.pk}/moves/pass_on/" data-dialog' in html


@pytest.mark.parametrize("name", ["office", "grid"])
def test_a_template_may_ask_for_a_right(personas: dict[str, Any], name: str) -> None:
    request = RequestFactory().get("/")
    request.post = Post.objects.get(pk=personas[name].post_id)  # type: ignore[attr-defined]
    said = Template("{% may 'cases.close' as yes %}{{ yes }}").render(Context({"request": request}))
    assert said == str(name == "office")


def test_machine_readable_times() -> None:
    assert parts.iso(NOON) == "2026-09-15T04:00:00+00:00"
    assert (parts.iso(date(2026, 9, 15)), parts.iso(None)) == ("2026-09-15", "")


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '" onload="x'])
@pytest.mark.parametrize("tag", ["{% mark 'done' x %}", "{% empty x x x x %}", "{% figure_link x x x x x %}",
                                 "{% spark values x %}"])  # fmt: skip
def test_no_component_lets_markup_through(tag: str, text: str) -> None:
    html = render("{% autoescape on %}" + tag + "{% endautoescape %}", x=text, values=[1, 2])
    assert "<script" not in html
    assert ' onload="' not in html


def test_the_style_page_shows_every_component_in_every_state(as_persona: Callable[[str], Any]) -> None:
    html = as_persona("office").get("/style/").content.decode()
    for state in CASE.states:
        assert state.label.zh in html
    assert html.count('name="ids"') == 3 and 'id="picks"' in html
    for look in ("waiting", "working", "checking", "done", "held", "off", "bad"):
        assert f"state--{look}" in html
