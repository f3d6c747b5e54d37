"""Paging by key over ties, gaps and every kind of key: the pages one after another are the sorted rows."""

from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chuangcheng.framework.models import TimeRule
from chuangcheng.history.models import Outbox
from chuangcheng.kernel.ids import new_id
from chuangcheng.people.models import Unit
from chuangcheng.web.tables import keyset
from tests.conftest import NOON

NEVER = date(9999, 1, 1)
QUIET = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
#: Few values over many rows, so that most pages begin and end within a tie.
DAYS = st.one_of(st.none(), st.dates(date(2026, 1, 1), date(2026, 1, 4)))


def fill(days: list[date | None]) -> None:
    Unit.objects.all().delete()
    Unit.objects.bulk_create(
        Unit(code=f"U{number:03d}", name="x", short_name="x", kind="street", official_order=number % 3, valid_to=day)
        for number, day in enumerate(days)
    )


def cursor(*values: object) -> str:
    """A cursor as somebody might write it by hand."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def forwards(order: keyset.Order, size: int) -> list[keyset.Page]:
    """Every page from the first to the last."""
    pages = [keyset.fetch(Unit.objects.all(), order, size)]
    while pages[-1].after:
        pages.append(keyset.fetch(Unit.objects.all(), order, size, after=pages[-1].after))
        assert len(pages) < 100, "the pages do not end"
    return pages


def backwards(order: keyset.Order, size: int, last: keyset.Page) -> list[keyset.Page]:
    """Every page from ``last`` back to the first."""
    pages = [last]
    while pages[0].before:
        pages.insert(0, keyset.fetch(Unit.objects.all(), order, size, before=pages[0].before))
        assert len(pages) < 100, "the pages do not end"
    return pages


@QUIET
@given(days=st.lists(DAYS, max_size=24), size=st.integers(1, 6), descending=st.booleans())
def test_the_pages_one_after_another_are_the_sorted_rows(
    db: None, days: list[date | None], size: int, descending: bool
) -> None:
    fill(days)
    order = keyset.Order("valid_to", descending, NEVER)
    wanted = sorted(Unit.objects.all(), key=lambda unit: (unit.valid_to or NEVER, unit.pk), reverse=descending)
    pages = forwards(order, size)
    assert [row for page in pages for row in page.rows] == wanted
    assert all(len(page.rows) == size for page in pages[:-1])
    assert len(pages) == max(1, -(-len(days) // size)), "no empty page stands at the end"


@QUIET
@given(days=st.lists(DAYS, min_size=1, max_size=24), size=st.integers(1, 6), descending=st.booleans())
def test_the_way_back_ends_at_the_first_row_and_shows_all(
    db: None, days: list[date | None], size: int, descending: bool
) -> None:
    fill(days)
    order = keyset.Order("valid_to", descending, NEVER)
    pages = forwards(order, size)
    back = backwards(order, size, pages[-1])
    assert [row for page in back for row in page.rows] == [row for page in pages for row in page.rows]
    assert not back[0].before
    assert [bool(page.after) for page in back] == [True] * (len(back) - 1) + [False]


def test_only_a_page_between_two_others_has_both_neighbours(db: None) -> None:
    fill([None] * 7)
    first, middle, last = forwards(keyset.Order("official_order", False), 3)
    assert (bool(first.before), bool(first.after)) == (False, True)
    assert (bool(middle.before), bool(middle.after)) == (True, True)
    assert (bool(last.before), bool(last.after)) == (True, False)


def test_exactly_one_full_page_has_no_neighbour(db: None) -> None:
    fill([None] * 3)
    (page,) = forwards(keyset.Order("code", False), 3)
    assert len(page.rows) == 3
    assert not page.before


def test_an_empty_list_is_one_empty_page(db: None) -> None:
    assert keyset.fetch(Unit.objects.all(), keyset.Order("code", True), 5) == keyset.Page([], "", "")


def test_rows_that_appear_before_the_page_do_not_move_it(db: None) -> None:
    fill([None] * 6)
    order = keyset.Order("code", False)
    first = keyset.fetch(Unit.objects.all(), order, 3)
    Unit.objects.create(code="A", name="x", short_name="x", kind="street")
    second = keyset.fetch(Unit.objects.all(), order, 3, after=first.after)
    assert [unit.code for unit in second.rows] == ["U003", "U004", "U005"]


def test_the_row_of_a_cursor_may_be_gone(db: None) -> None:
    fill([None] * 6)
    order = keyset.Order("code", True)
    first = keyset.fetch(Unit.objects.all(), order, 2)
    first.rows[-1].delete()
    second = keyset.fetch(Unit.objects.all(), order, 2, after=first.after)
    assert [unit.code for unit in second.rows] == ["U003", "U002"]
    assert second.before


def test_moments_that_differ_by_a_microsecond_keep_their_order(db: None) -> None:
    moments = [NOON + timedelta(microseconds=step) for step in (3, 1, 2, 1, 0)]
    for moment in moments:
        Outbox.objects.create(topic="t", subject_kind="x", subject_id=new_id(), created_at=moment, due_at=moment)
    order, after, found = keyset.Order("due_at", True), "", []
    for _ in moments:
        page = keyset.fetch(Outbox.objects.all(), order, 1, after=after)
        found += [row.due_at for row in page.rows]
        after = page.after
    assert found == sorted(moments, reverse=True)
    assert after == ""


def test_before_wins_where_a_link_names_both(db: None) -> None:
    fill([None] * 9)
    order = keyset.Order("code", False)
    first, second, third = forwards(order, 3)
    both = keyset.fetch(Unit.objects.all(), order, 3, after=second.after, before=third.before)
    assert both.rows == second.rows
    assert keyset.fetch(Unit.objects.all(), order, 3, after=first.after, before="broken").rows == first.rows


@pytest.mark.parametrize("size", [1, 4])
def test_a_cursor_of_another_sorting_shows_some_page_and_no_error(db: None, size: int) -> None:
    fill([date(2026, 1, 1)] * 5)
    by_code = keyset.fetch(Unit.objects.all(), keyset.Order("code", False), size)
    page = keyset.fetch(Unit.objects.all(), keyset.Order("valid_to", False, NEVER), size, after=by_code.after)
    assert [unit.code for unit in page.rows] == [f"U{n:03d}" for n in range(size)]
    assert not page.before, "a cursor that does not parse is no cursor"


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("official_order", (None, str(new_id()))), ("official_order", (1, None)), ("official_order", (1, "x")),
        ("official_order", (float("inf"), str(new_id()))), ("official_order", (float("nan"), str(new_id()))),
        ("official_order", ([1], str(new_id()))), ("official_order", (1,)), ("official_order", (1, 2, 3)),
        ("valid_to", ("2026-13-45", str(new_id()))), ("valid_to", (None, None)),
        ("code", ("a\0b", str(new_id()))), ("code", ("\ud800", str(new_id()))),
    ],
)  # fmt: skip
def test_a_cursor_written_by_hand_shows_the_first_page(db: None, field: str, values: tuple[object, ...]) -> None:
    fill([date(2026, 1, 1)] * 4)
    order = keyset.Order(field, False, NEVER if field == "valid_to" else None)
    page = keyset.fetch(Unit.objects.all(), order, 2, after=cursor(*values))
    assert page == keyset.fetch(Unit.objects.all(), order, 2)


def test_a_cursor_of_brackets_does_not_exhaust_the_stack(db: None) -> None:
    fill([None] * 2)
    deep = base64.urlsafe_b64encode(b"[" * 50_000).decode()
    assert len(keyset.fetch(Unit.objects.all(), keyset.Order("code", False), 5, after=deep).rows) == 2


@pytest.mark.parametrize("number", [10**30, -(10**30)])
def test_a_number_no_column_can_hold_is_beyond_or_before_all_rows(db: None, number: int) -> None:
    fill([None] * 3)
    page = keyset.fetch(
        Unit.objects.all(), keyset.Order("official_order", False), 5, after=cursor(number, str(new_id()))
    )
    assert len(page.rows) == (0 if number > 0 else 3)


def test_a_cursor_shows_nothing_beyond_the_rows_it_is_given(db: None) -> None:
    """Rights narrow the rows before they are paged: a foreign row's cursor cannot open them."""
    fill([None] * 6)
    mine = Unit.objects.filter(code__lt="U003")
    order = keyset.Order("code", False)
    stolen = keyset.fetch(Unit.objects.filter(code__gte="U003"), order, 1).after
    assert keyset.fetch(mine, order, 5, after=stolen).rows == []
    assert [u.code for u in keyset.fetch(mine, order, 5, before=stolen).rows] == ["U000", "U001", "U002"]


def test_page_five_hundred_skips_nothing_by_counting(db: None, django_assert_num_queries: Any) -> None:
    fill([None] * 10)
    order = keyset.Order("code", False)
    after = keyset.fetch(Unit.objects.all(), order, 4).after
    with django_assert_num_queries(1) as asked:
        keyset.fetch(Unit.objects.all(), order, 4, after=after)
    assert "OFFSET" not in asked[0]["sql"].upper()
    assert "LIMIT 5" in asked[0]["sql"].upper()


def test_times_in_a_cursor_are_read_with_their_zone(db: None) -> None:
    for hour in (1, 2, 3):
        moment = datetime(2026, 9, 15, hour, tzinfo=UTC)
        Outbox.objects.create(topic=str(hour), subject_kind="x", subject_id=new_id(), created_at=moment, due_at=moment)
    order = keyset.Order("due_at", False)
    ahead = cursor("2026-09-15T10:00:00+08:00", 0)  # 02:00 UTC
    assert [row.topic for row in keyset.fetch(Outbox.objects.all(), order, 5, after=ahead).rows] == ["2", "3"]


@pytest.mark.django_db
def test_a_list_sorted_by_a_decimal_goes_on_after_its_first_page() -> None:
    """Scores, readings and money are sorted too; their page's key is text in the cursor and a number again after."""
    TimeRule.objects.all().delete()
    amounts = [
        Decimal("9.5"),
        Decimal("10"),
        Decimal("2.25"),
        Decimal("10"),
        Decimal("-1"),
        Decimal("0.5"),
        Decimal("100"),
    ]
    TimeRule.objects.bulk_create(TimeRule(category_code=f"X{n}", amount=each) for n, each in enumerate(amounts))
    for descending in (False, True):
        order, pages = (
            keyset.Order("amount", descending),
            [keyset.fetch(TimeRule.objects.all(), keyset.Order("amount", descending), 2)],
        )
        while pages[-1].after:
            pages.append(keyset.fetch(TimeRule.objects.all(), order, 2, after=pages[-1].after))
        found = [row.amount for page in pages for row in page.rows]
        assert found == sorted(amounts, reverse=descending) and [len(page.rows) for page in pages] == [2, 2, 2, 1]
        back = keyset.fetch(TimeRule.objects.all(), order, 2, before=pages[-1].before)
        assert back.rows == pages[-2].rows
