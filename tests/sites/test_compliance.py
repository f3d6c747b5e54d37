"""A shop's compliance reckoned by hand beside the database, at every bound of a grade and of the days."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chuangcheng.kernel import clock
from chuangcheng.kernel.ids import new_id
from chuangcheng.sites.shops import compliance
from chuangcheng.sites.shops.compliance import UNKNOWN, counted, formula, graded, since
from chuangcheng.sites.shops.models import ASPECTS, Shop, ShopCheck
from tests.conftest import NOON
from tests.sites.registers import make_shop

QUIET = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ANSWERS = st.fixed_dictionaries({name: st.sampled_from([True, False, None]) for name in ASPECTS})


# the formula itself


def test_the_formula_is_sound() -> None:
    rule = formula()
    shares = [grade.share for grade in rule.grades]
    assert shares == sorted(shares, reverse=True) and shares[0] <= 1 and shares[-1] == 0, "best first, and one for all"
    assert len({grade.code for grade in rule.grades}) == len(rule.grades) >= 2
    assert set(rule.weights) == set(ASPECTS) == set(compliance.DUTIES) and min(rule.weights.values()) > 0
    assert rule.days > 0 and UNKNOWN not in {grade.code for grade in rule.grades}


def test_each_bound_belongs_to_the_better_grade() -> None:
    rule = formula()
    for better, worse in zip(rule.grades, rule.grades[1:], strict=False):
        kept, judged = better.share.numerator, better.share.denominator
        assert rule.grade(kept, judged) == better.code
        assert rule.grade(kept * 1000 - 1, judged * 1000) == worse.code, "a hair below"


@given(st.integers(0, 300), st.integers(0, 300))
def test_more_kept_is_never_a_worse_grade(kept: int, more: int) -> None:
    rule = formula()
    judged = kept + more
    order = [grade.code for grade in rule.grades]
    if judged == 0:
        assert rule.grade(0, 0) == UNKNOWN and rule.label(UNKNOWN).zh == "无检查"
        return
    found = order.index(rule.grade(kept, judged))
    assert found <= order.index(rule.grade(max(kept - 1, 0), judged))
    assert rule.grades[found].share <= Fraction(kept, judged)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_sentence_names_days_weights_bounds_and_that_it_is_internal(language: str) -> None:
    rule = formula()
    said = rule.sentence.text(language)
    assert str(rule.days) in said
    for grade in rule.grades:
        assert grade.label.text(language).lower() in said.lower()
    for grade in rule.grades[:-1]:
        assert f"{float(grade.share):.0%}" in said
    assert ("不作信用记录" in said) if language == "zh-hans" else ("no credit record" in said)
    assert said.isascii() or language == "zh-hans" or "≥" in said


# beside the database


def check(shop: Shop, at: datetime, **answers: bool | None) -> ShopCheck:
    """A check as it stands in the database; only what is judged and when matters here."""
    return ShopCheck.objects.create(id=new_id(), shop=shop, happened_at=at, recorded_at=at, **answers)


def by_hand(checks: list[dict[str, bool | None]]) -> tuple[int, int, str]:
    """Weighted duties kept and judged, and the grade, without the database."""
    weights = formula().weights
    kept = sum(weight for one in checks for name, weight in weights.items() if one[name])
    judged = sum(weight for one in checks for name, weight in weights.items() if one[name] is not None)
    return kept, judged, formula().grade(kept, judged)


def row_of(shop: Shop) -> Any:
    return graded(Shop.objects.filter(pk=shop.pk), clock.now()).get()


@pytest.fixture
def shop(small_city: Any, noon: datetime) -> Shop:
    return make_shop()


@QUIET
@given(st.lists(ANSWERS, max_size=6))
def test_the_database_reckons_as_by_hand(shop: Shop, answers: list[dict[str, bool | None]]) -> None:
    ShopCheck.objects.all().delete()
    for number, one in enumerate(answers):
        check(shop, NOON - timedelta(hours=number), **one)
    row = row_of(shop)
    assert (row.kept, row.judged, row.grade) == by_hand(answers)
    assert row.checks_made == len(answers)
    assert row.last_check == (NOON if answers else None)


@pytest.mark.parametrize(
    ("age", "counts"),
    [(timedelta(0), True), (timedelta(days=1), True), (timedelta(seconds=-1), False)],
)
def test_what_lies_ahead_does_not_count(shop: Shop, age: timedelta, counts: bool) -> None:
    check(shop, NOON - age, hygiene=True, greening=None, order=None)
    assert counted(NOON).exists() is counts
    assert row_of(shop).grade == (formula().grades[0].code if counts else UNKNOWN)


@pytest.mark.parametrize(("beyond", "counts"), [(timedelta(0), True), (timedelta(seconds=1), False)])
def test_the_oldest_moment_that_counts(shop: Shop, beyond: timedelta, counts: bool) -> None:
    check(shop, since(NOON) - beyond, hygiene=False, greening=None, order=None)
    row = row_of(shop)
    assert (row.judged > 0) is counts
    assert row.grade == (formula().grades[-1].code if counts else UNKNOWN)
    assert row.last_check == since(NOON) - beyond, "when somebody was there last is told all the same"


def test_one_shop_s_checks_say_nothing_of_another(shop: Shop) -> None:
    other = make_shop(code="MD002", name="老刘面馆", door="14号")
    for number in range(3):
        check(other, NOON - timedelta(days=number), hygiene=False, greening=False, order=False)
    check(shop, NOON, hygiene=True, greening=True, order=True)
    mine, theirs = row_of(shop), row_of(other)
    assert (mine.grade, mine.checks_made) == (formula().grades[0].code, 1)
    assert (theirs.grade, theirs.checks_made, theirs.kept) == (formula().grades[-1].code, 3, 0)


def test_a_list_of_shops_is_graded_in_one_query(shop: Shop, django_assert_num_queries: Any) -> None:
    for number in range(5):
        check(make_shop(code=f"MD1{number}", door=f"{number + 20}号"), NOON, hygiene=True, greening=None, order=False)
    with django_assert_num_queries(1):
        rows = list(graded(Shop.objects.order_by("code"), NOON))
    assert len(rows) == 6 and {row.grade for row in rows if row.checks_made} == {by_hand([
        {"hygiene": True, "greening": None, "order": False}
    ])[2]}  # fmt: skip
