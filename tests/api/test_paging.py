"""Cursors: what we packed comes back, what we did not is refused."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.api import paging
from chuangcheng.kernel.problems import Refused


@given(st.datetimes(timezones=st.just(UTC)), st.uuids())
def test_a_cursor_comes_back_as_it_went(moment: datetime, row_id: UUID) -> None:
    word = paging.cursor(moment, row_id)
    assert paging.parse(word) == (moment, row_id)
    assert word.replace("-", "").replace("_", "").isalnum()


@given(st.text(max_size=80))
def test_any_other_word_is_refused_or_is_one_of_ours(word: str) -> None:
    try:
        moment, _ = paging.parse(word)
    except Refused as refused:
        assert refused.code == "api.bad_cursor"
    else:
        assert moment.tzinfo is not None


@pytest.mark.parametrize("inner", ["2026-09-15T04:00:00|" + "0" * 32, "x|" + "0" * 32, "2026-09-15T04:00:00+00:00|7"])
def test_a_forged_cursor_is_refused(inner: str) -> None:
    with pytest.raises(Refused, match=r"api\.bad_cursor"):
        paging.parse(base64.urlsafe_b64encode(inner.encode()).decode().rstrip("="))
