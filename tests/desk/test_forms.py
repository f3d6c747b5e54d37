"""The forms of moves: what the office must fill, in what words, and what a browser may send instead."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django import forms as django_forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.test import RequestFactory
from django.utils import translation
from django.utils.datastructures import MultiValueDict
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.cases.models import Outcome
from chuangcheng.cases.states import CASE, NOBODYS, OWNER_ANSWERS, PLEA, REFUSALS, REOPENINGS, REPORT, RETURNS, VOIDS
from chuangcheng.desk import choices, forms
from chuangcheng.framework.selectors import DEFAULT
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.label import Label
from chuangcheng.patrols.states import ABANDON_REASONS
from chuangcheng.people.models import Post, Unit
from tests.cases.play import LITTER
from tests.conftest import City

Sign = Callable[[str], Any]
LONG = "长" * 1000
#: Forms whose reason is one of a list, with the list and whether a word must be said beside it.
LISTED = [
    (forms.Return, RETURNS, False), (forms.Reopen, REOPENINGS, False), (forms.Void, VOIDS, False),
    (forms.Nobodys, NOBODYS, True), (forms.Abandon, ABANDON_REASONS, None), (forms.Refuse, REFUSALS, None),
]  # fmt: skip
#: Forms that ask for a word, the field's name, and whether it must be said.
WORDED = [
    (forms.Remark, "note", False), (forms.FinishCo, "note", True), (forms.Unflag, "note", True),
    (forms.Rework, "note", True), (forms.AskExtension, "reason", True),
]  # fmt: skip


def sent(form: type[django_forms.Form], files: dict[str, Any] | None = None, **values: Any) -> django_forms.Form:
    """The form as a browser sends it."""
    data = QueryDict(mutable=True)
    for name, value in values.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return form(data, MultiValueDict(dict(files or {})))


def offered(form: django_forms.Form, name: str) -> list[str]:
    return [code for code, _label in form.fields[name].choices]  # type: ignore[attr-defined]


def shot(name: str = "a.jpg", data: bytes = b"x") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, "image/jpeg")


# fields


class Times(django_forms.Form):
    at = forms.CityTimeField()
    later = forms.CityTimeField(required=False)


class Pictures(django_forms.Form):
    photos = forms.PhotosField(required=False)
    needed = forms.PhotosField()


@given(st.datetimes(datetime(1992, 1, 1), datetime(2090, 1, 1)))
def test_a_browsers_time_is_the_citys(moment: datetime) -> None:
    moment = moment.replace(second=0, microsecond=0)
    form = sent(Times, at=moment.strftime("%Y-%m-%dT%H:%M"), later="")
    assert form.is_valid()
    assert form.cleaned_data["at"] == moment.replace(tzinfo=CITY_ZONE)
    assert form.cleaned_data["at"].utcoffset() == timedelta(hours=8)
    assert form.cleaned_data["later"] is None


@pytest.mark.parametrize("text", ["15.09.2026 08:00", "2026-02-30T08:00", "2026-09-15T25:00", "今天", "-1"])
def test_what_is_no_time_is_said_so(text: str) -> None:
    form = sent(Times, at=text)
    assert not form.is_valid() and list(form.errors) == ["at"]


def test_a_time_is_shown_as_the_browsers_picker_wants_it() -> None:
    noon = datetime(2026, 9, 15, 12, 0, tzinfo=CITY_ZONE)
    shown = str(Times(initial={"at": noon})["at"])
    assert 'type="datetime-local"' in shown and 'value="2026-09-15T12:00"' in shown


@pytest.mark.parametrize("count", [0, 1, 2, 9])
def test_any_number_of_photos_comes_as_a_list(count: int) -> None:
    form = sent(Pictures, {"photos": [shot(f"{n}.jpg") for n in range(count)], "needed": [shot()]})
    assert form.is_valid()
    assert [file.name for file in form.cleaned_data["photos"]] == [f"{n}.jpg" for n in range(count)]


def test_needed_photos_and_empty_files_are_named() -> None:
    assert "multiple" in str(Pictures()["photos"])
    empty = sent(Pictures, {"photos": [shot(data=b"")], "needed": [shot()]})
    assert not empty.is_valid() and list(empty.errors) == ["photos"]


# words and reasons


@pytest.mark.parametrize(("form", "name", "needed"), WORDED)
def test_words(form: type[django_forms.Form], name: str, needed: bool) -> None:
    assert sent(form, **{name: ""}).is_valid() is not needed
    assert sent(form, **{name: "   "}).is_valid() is not needed, "blanks are no word"
    assert sent(form, **{name: "已办"}).is_valid()
    assert sent(form, **{name: LONG}).is_valid()
    too_long = sent(form, **{name: LONG + "长"})
    assert not too_long.is_valid() and list(too_long.errors) == [name]


@pytest.mark.parametrize(("form", "labels", "worded"), LISTED)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_reasons_come_from_the_table_in_the_readers_language(
    form: type[django_forms.Form], labels: dict[str, Label], worded: bool | None, language: str
) -> None:
    with translation.override(language):
        listed = form().fields["reason_code"].choices  # type: ignore[attr-defined]
        assert [(code, str(label)) for code, label in listed] == [
            (code, label.text(language)) for code, label in labels.items()
        ]
    assert not sent(form).is_valid() and not sent(form, reason_code="moon", note="x").is_valid()
    for code in labels:
        assert sent(form, reason_code=code, note="现场查看").is_valid()
        assert sent(form, reason_code=code).is_valid() is not (worded is True)


@pytest.mark.parametrize("answer", OWNER_ANSWERS)
def test_an_answer_about_the_owner(answer: str) -> None:
    form = sent(forms.AnswerOwner, answer=answer, note="井盖字样是别家的")
    assert form.is_valid() and form.cleaned_data["answer"] == answer
    assert not sent(forms.AnswerOwner, answer="perhaps").is_valid()


def test_what_came_of_it_is_every_outcome_but_none() -> None:
    assert offered(forms.Handle(), "outcome") == [code for code in Outcome.values if code]
    assert forms.Handle().fields["outcome"].initial == "fixed"
    form = sent(forms.Handle, {"photos": [shot(), shot("b.jpg")]}, outcome="fixed")
    assert form.is_valid() and len(form.cleaned_data["photos"]) == 2
    assert not sent(forms.Handle, outcome="").is_valid() and not sent(forms.Handle, outcome="won").is_valid()


@pytest.mark.parametrize(("found", "sound"), [("yes", True), ("no", True), ("", False), ("maybe", False)])
def test_what_the_grid_worker_saw(found: str, sound: bool) -> None:
    assert sent(forms.Found, found=found).is_valid() is sound


def test_a_flag_needs_a_reason_and_a_time_and_a_pause_an_end() -> None:
    at = "2026-10-01T09:00"
    assert sent(forms.Flag, note="群众反映强烈", until=at).is_valid()
    assert list(sent(forms.Flag).errors) == ["note", "until"]
    assert sent(forms.AskSuspension, reason="待汛期结束", until=at).is_valid()
    assert list(sent(forms.AskSuspension, reason="待汛期结束").errors) == ["until"]
    assert list(sent(forms.AskSuspension, until=at).errors) == ["reason"]


@pytest.mark.parametrize(
    ("number", "sound"), [("AJ20260915-000001", True), ("A" * 24, True), ("A" * 25, False), ("", False)]
)
def test_the_number_of_a_case_to_link(number: str, sound: bool) -> None:
    assert sent(forms.Link, number=number).is_valid() is sound


# steps and helpers


def test_steps_are_filled_line_by_line() -> None:
    units = [("u1", "城管局"), ("u2", "河东街道")]

    def plan(**values: Any) -> django_forms.Form:
        data = QueryDict(mutable=True)
        data.update(values)
        return forms.Plan(data, units=units)

    form = plan(name1="勘查", unit1="u1", due1="2026-09-16T09:00", name3="清理", unit3="u2")
    assert form.is_valid()
    assert (form.cleaned_data["name1"], form.cleaned_data["unit3"], form.cleaned_data["due2"]) == ("勘查", "u2", None)
    assert not plan(name2="第二步先填").is_valid(), "the first line is needed"
    assert list(plan(name1="勘查", unit1="u9").errors) == ["unit1"]
    assert list(plan(name1="长" * 61).errors) == ["name1"]
    assert len(forms.Plan(units=units).fields) == 3 * forms.Plan.LINES


@pytest.mark.parametrize(
    ("form", "option", "name"),
    [(forms.ReleaseCo, "helpers", "unit"), (forms.FinishStep, "offered", "step"), (forms.NameOwner, "offered", "unit")],
)
def test_only_what_is_offered_can_be_chosen(form: Any, option: str, name: str) -> None:
    def with_one(value: str) -> django_forms.Form:
        data = QueryDict(mutable=True)
        data.update({name: value, "note": "已完成"})
        return form(data, **{option: [("a", "甲"), ("b", "乙")]})  # type: ignore[no-any-return]

    assert offered(form(**{option: [("a", "甲")]}), name) == ["a"]
    assert with_one("b").is_valid() and not with_one("c").is_valid() and not with_one("").is_valid()
    assert offered(form(), name) == []


# what the database offers


def test_units_to_dispatch_to(small_city: City) -> None:
    form = forms.Dispatch()
    street, office = small_city.units["street"], small_city.units["office"]
    listed = offered(form, "unit")
    assert listed[0] == "" and str(street.pk) in listed and str(office.pk) not in listed  # type: ignore[attr-defined]
    assert offered(form, "co_units") == listed[1:]
    orders = list(Unit.objects.in_bulk(listed[1:]).values())
    assert [unit.official_order for unit in (Unit.objects.get(pk=pk) for pk in listed[1:])] == sorted(
        unit.official_order for unit in orders
    ), "units stand in official order"
    assert sent(forms.Dispatch, unit=str(street.pk), co_units=listed[1:3]).is_valid()  # type: ignore[attr-defined]
    assert list(sent(forms.Dispatch, unit=str(office.pk)).errors) == ["unit"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("form", "fields"),
    [(forms.PassOn, ["unit", "due_at"]), (forms.AddCo, ["unit", "due_at"]), (forms.Arbitrate, ["unit", "note"]),
     (forms.RuleOwner, ["unit", "note"])],
)  # fmt: skip
def test_what_each_kind_of_handing_on_asks(small_city: City, form: type[django_forms.Form], fields: list[str]) -> None:
    unit = str(small_city.units["department"].pk)  # type: ignore[attr-defined]
    assert list(form().fields) == fields
    bare = sent(form, unit=unit)
    assert bare.is_valid() is ("note" not in fields), "who rules says why"
    assert sent(form, unit=unit, note="按三定方案").is_valid()


def test_likely_owners_stand_first_and_once(small_city: City) -> None:
    department = small_city.units["department"]
    first = [(str(department.pk), "城市管理局")]  # type: ignore[attr-defined]
    plain, grouped = forms.AskOwner(), forms.AskOwner(first=first)
    everyone = offered(plain, "units")
    (_likely, likely), (_others, others) = grouped.fields["units"].choices  # type: ignore[attr-defined]
    assert likely == first and first[0][0] not in {code for code, _ in others}
    assert {code for code, _ in likely + others} == set(everyone)
    data = QueryDict(mutable=True)
    data.setlist("units", [first[0][0], others[0][0]])
    assert forms.AskOwner(data, first=first).is_valid()
    assert not forms.AskOwner(QueryDict(""), first=first).is_valid()


def test_filing_asks_for_a_category_and_its_condition(limits: None) -> None:
    form = forms.File(initial={"category": LITTER})
    groups = form.fields["category"].choices  # type: ignore[attr-defined]
    assert LITTER in {code for _group, pairs in groups for code, _label in pairs}
    conditions = offered(form, "condition")
    assert len(conditions) == len(set(conditions)) >= 1
    filled = sent(forms.File, category=LITTER, condition="", severity="2")
    assert filled.is_valid() and filled.cleaned_data["condition"] == DEFAULT
    assert list(sent(forms.File, category=LITTER, condition="moon", severity="1").errors) == ["condition"]
    assert list(sent(forms.File, category="99999", severity="4").errors) == ["category", "severity"]
    assert "hx-get" in str(form["category"]) and "<noscript>" in str(form.fields["condition"].help_text)


# choices of filters


@pytest.mark.parametrize(
    ("offer", "table"), [(choices.case_states, CASE), (choices.report_states, REPORT), (choices.pleas, PLEA)]
)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_states_are_those_of_the_table(offer: Any, table: Any, language: str) -> None:
    with translation.override(language):
        assert offer(None) == [(state.code, state.label.text(language)) for state in table.states]


def reach(persona: Any) -> list[tuple[str, str]]:
    request = RequestFactory().get("/")
    request.post = Post.objects.get(pk=persona.post_id)  # type: ignore[attr-defined]
    return choices.areas(request)


def test_areas_are_those_of_the_posts_reach(personas: dict[str, Any], small_city: City) -> None:
    everything = reach(personas["office"])
    assert [name.strip("　") for _path, name in everything] == ["东山区", "河东街道", "河西街道"]
    assert [name.startswith("　") for _path, name in everything] == [False, True, True], "a street below its district"
    assert [name for _path, name in reach(personas["street"])] == ["　河东街道"]
    assert reach(personas["grid"]) == [], "a community has no street below it"
    assert choices.areas(RequestFactory().get("/")) == []


def test_units_can_be_left_out(small_city: City) -> None:
    everyone = choices.units()
    street = small_city.units["street"].pk  # type: ignore[attr-defined]
    assert [row for row in everyone if row[0] != str(street)] == choices.units(without=[street])


@pytest.mark.parametrize(
    ("unit", "amount", "said"),
    [("urgent_hours", "2", "2 紧急工作时"), ("work_hours", "4.50", "4.5 工作时"), ("work_days", "10", "10 工作日"),
     ("work_days", "100", "100 工作日")],
)  # fmt: skip
def test_a_limit_in_its_own_unit(unit: str, amount: str, said: str) -> None:
    from decimal import Decimal

    from chuangcheng.framework.models import TimeRule

    assert choices.limit_words(TimeRule(unit=unit, amount=Decimal(amount))) == said


def test_a_place_needs_both_numbers() -> None:
    row = type("Row", (), {"lon": 120.0, "lat": 30.0})
    assert choices.place_of(row) == (120.0, 30.0)
    for name in ("lon", "lat"):
        assert choices.place_of(type("Row", (row,), {name: None})) is None


def test_a_moment_in_another_zone_is_the_same_moment() -> None:
    assert forms.CityTimeField().to_python(datetime(2026, 9, 15, 4, tzinfo=UTC)) == datetime(
        2026, 9, 15, 12, tzinfo=CITY_ZONE
    )


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        (Decimal("491.0000"), "491"),
        (Decimal("0.0000"), "0"),
        (Decimal("2.50"), "2.5"),
        (Decimal("120000.00"), "120000"),
        (Decimal("-1.10"), "-1.1"),
        (Decimal("NaN"), Decimal("NaN")),
        ("12abc", "12abc"),
        (None, None),
    ],
)
def test_a_number_is_shown_as_it_was_written(kept: object, shown: object) -> None:
    assert repr(forms.NumberField().prepare_value(kept)) == repr(shown)


@given(value=st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9))
def test_the_shown_number_is_the_same_number(value: Decimal) -> None:
    shown = forms.NumberField().prepare_value(value)
    assert forms.NumberField().clean(shown) == value and "E" not in shown
    assert not ("." in shown and shown.endswith("0"))
