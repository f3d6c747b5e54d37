"""The method in exact fractions, without database."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.scoring.method import LARGEST_DENOMINATOR, METHOD, Cell, Finding, SiteResult, Weights, kept, settle

WEIGHTS = Weights(Fraction(2, 5), Fraction(2, 5), Fraction(1, 50), Fraction(1, 5))
shares = st.fractions(0, 1, max_denominator=100)
findings = st.builds(
    lambda share, recovered: Finding(share, failed=share < 1, recovered=recovered and share < 1), shares, st.booleans()
)
sites = st.lists(st.lists(findings, min_size=1, max_size=6).map(SiteResult.of), max_size=6)
cells = st.builds(Cell, sites, st.lists(shares, max_size=4), st.integers(0, 40))


def test_a_finding_put_right_counts_in_full() -> None:
    assert Finding(Fraction(1, 3), failed=True, recovered=True).now == 1
    assert Finding(Fraction(1, 3), failed=True).now == Fraction(1, 3)


def test_a_site_is_the_mean_of_its_findings() -> None:
    site = SiteResult.of([Finding(Fraction(1)), Finding(Fraction(0), failed=True, recovered=True)])
    assert site == SiteResult(found=Fraction(1, 2), now=Fraction(1), checks=2, failed=1, recovered=1)


def test_nothing_known_is_no_result() -> None:
    assert settle(Cell(), WEIGHTS) is None
    assert settle(Cell(overdue=9), WEIGHTS) is None


def test_a_method_without_weight_says_nothing() -> None:
    alone = Weights(Fraction(1), Fraction(0), Fraction(0), Fraction(0))
    result = settle(Cell([SiteResult.of([Finding(Fraction(1, 2), failed=True)])], [Fraction(1)]), alone)
    assert result is not None
    assert result.share == Fraction(1, 2)


@given(cells)
def test_shares_stay_between_nothing_and_all(cell: Cell) -> None:
    result = settle(cell, WEIGHTS)
    assert (result is None) is (not cell.sites and not cell.readings)
    if result is not None:
        found, now, deducted = (Fraction(result.basis[name]) for name in ("found", "now", "deducted"))
        assert 0 <= result.share <= 1
        assert found <= now
        assert 0 <= deducted <= WEIGHTS.cap
        assert abs(now - deducted - result.share) < Fraction(1, 10**8)
        assert result.basis["recovered"] <= result.basis["failed"] <= result.basis["checks"]


@given(cells, st.integers(1, 5))
def test_more_overdue_cases_never_raise_a_share(cell: Cell, more: int) -> None:
    before = settle(cell, WEIGHTS)
    after = settle(Cell(cell.sites, cell.readings, cell.overdue + more), WEIGHTS)
    assert (before is None) is (after is None)
    if before is not None and after is not None:
        assert after.share <= before.share


@given(st.fractions(0, 1))
def test_what_is_stored_fits_and_is_near(share: Fraction) -> None:
    assert kept(share).denominator <= LARGEST_DENOMINATOR
    assert abs(kept(share) - share) < Fraction(1, LARGEST_DENOMINATOR)
    if share.denominator <= LARGEST_DENOMINATOR:
        assert kept(share) == share


def test_the_sentence_speaks_both_languages() -> None:
    assert "覆盖率" in METHOD.zh
    assert "coverage" in METHOD.en
