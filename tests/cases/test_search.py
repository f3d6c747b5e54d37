"""The search index narrows and never decides: whatever it holds, the answer is that of reading every row."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chuangcheng.cases import search
from chuangcheng.cases.models import Case, Report
from chuangcheng.history import pairs, sweep
from chuangcheng.history.models import Outbox
from chuangcheng.kernel.ids import new_id
from tests.cases.play import Play
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
QUIET = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
#: Few characters, so that words meet often.
TEXTS = st.text("垃圾箱满溢路灯 a1，'\"&|!", min_size=1, max_size=14)


def report(number: int, text: str, address: str = "") -> Report:
    """A report that no action made: only what the search reads matters here."""
    return Report.objects.create(
        id=new_id(),
        number=f"SB20260915-{number:06d}",
        text=text,
        address=address,
        source="portal",
        received_at=NOON,
        observed_at=NOON,
    )


def found(text: str) -> list[str]:
    """The texts that a search brings."""
    return sorted(search.search(Report.objects.all(), text).values_list("text", flat=True))


def plainly(words: str) -> list[str]:
    """The same without any index."""
    rows = Report.objects.values_list("text", "address", "number")
    asked = [word.lower() for word in words.split()]
    return sorted(
        text for text, address, number in rows
        if all(word in text.lower() or word in address.lower() or number.lower().startswith(word) for word in asked)
    )  # fmt: skip


@QUIET
@given(st.lists(TEXTS, max_size=8), TEXTS, st.integers(0, 8))
def test_the_index_changes_no_answer(texts: list[str], asked: str, indexed: int) -> None:
    Report.objects.all().delete()
    search.rebuild()
    rows = [report(number, text) for number, text in enumerate(texts)]
    search.put(rows[:indexed])
    assert found(asked) == plainly(asked)


@pytest.fixture
def three(db: None) -> list[Report]:
    """Three indexed reports."""
    rows = [
        report(1, "果皮箱满溢，垃圾散落一地", "人民路12号"),
        report(2, "路灯不亮", "垃圾中转站旁"),
        report(3, "人行道上停满共享单车", "人民路"),
    ]
    search.put(rows)
    return rows


def test_words_of_two_characters_are_found_in_text_and_address(three: list[Report]) -> None:
    assert found("垃圾") == [three[0].text, three[1].text]
    assert found("垃圾 人民路") == [three[0].text]
    assert found("箱满溢，垃") == [three[0].text]
    assert found("满垃") == []


def test_pairs_that_do_not_touch_are_no_match(three: list[Report]) -> None:
    search.put([report(4, "果皮很脏，皮箱破损")])
    assert found("果皮箱") == [three[0].text]


def test_a_row_that_waits_for_its_effect_is_found_all_the_same(three: list[Report]) -> None:
    report(9, "垃圾又满了")
    assert found("垃圾") == sorted([three[0].text, three[1].text, "垃圾又满了"])


def test_an_index_that_is_far_behind_is_not_asked(three: list[Report], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_WAITING", 1)
    for number in range(9, 12):
        report(number, f"垃圾又满了{number}")
    assert len(found("垃圾")) == 5


def test_a_stale_entry_brings_nothing(three: list[Report]) -> None:
    Report.objects.filter(pk=three[0].pk).update(text="")
    assert found("果皮箱") == []


def test_the_number_is_found_by_its_beginning_in_either_case(three: list[Report]) -> None:
    assert found("sb20260915-000002") == [three[1].text]
    assert len(found("SB2026")) == 3
    assert found("SB2027") == []


def test_a_word_in_very_many_rows_is_read_from_the_rows(three: list[Report], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs, "MOST_KEYS", 1)
    assert found("垃圾") == [three[0].text, three[1].text]
    assert found("单车") == [three[2].text]


def test_putting_twice_changes_nothing(three: list[Report]) -> None:
    assert search.put(three) == 0
    assert search.put([]) == 0
    assert list(search.check()) == []


def test_what_is_forgotten_leaves_no_entry(three: list[Report]) -> None:
    search.forget([three[0], three[0], report(7, "没有进过索引")])
    assert _entries(Report) == 2
    three[0].delete()
    Report.objects.filter(number__endswith="7").delete()
    assert list(search.check()) == []
    assert found("垃圾") == [three[1].text]


def test_missing_and_needless_entries_are_named_and_mended(three: list[Report]) -> None:
    lost, gone = report(2_000_000, "a"), three[1]
    search.put([lost])
    search.forget([three[0]])
    Report.objects.filter(pk=gone.pk).delete()
    assert sorted(map(str, search.check())) == [
        f"search {three[0].number}: is not in the index", f"search {gone.number}: has no row behind it",
    ]  # fmt: skip
    assert search.rebuild() == 3
    assert list(search.check()) == []


def _entries(model: type[Report] | type[Case]) -> int:
    return len(search.INDEXES[model].keys())


def test_reports_and_cases_come_into_the_index_behind_the_outbox(play: Play) -> None:
    case = play.filed(text="市场门口堆满纸箱")
    assert Outbox.objects.filter(done_at=None, topic="case.filed").exists()
    assert list(search.check()) == []
    sweep.drain()
    assert (_entries(Report), _entries(Case)) == (Report.objects.count(), Case.objects.count())
    assert list(search.search(Case.objects.all(), "纸箱")) == [case]
    assert list(search.check()) == []


def test_a_rare_word_reads_only_its_own_rows(three: list[Report], django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(4) as asked:  # the keys, the newest entry, what waits, the rows
        assert found("单车") == [three[2].text]
    assert "SB20260915-000003" in asked.captured_queries[-1]["sql"]
