"""A cache of reference data follows the data, within the process at once and across rollbacks in the end."""

from __future__ import annotations

import pytest
from django.db import transaction

from chuangcheng.history import versions
from chuangcheng.history.models import Version


class Loads:
    """Counts how often the data was loaded."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> int:
        self.count += 1
        return self.count


@pytest.fixture
def loads() -> Loads:
    return Loads()


@pytest.mark.django_db
def test_loaded_once_and_asked_about_once(loads: Loads, django_assert_num_queries: object) -> None:
    cache = versions.Cached("t", loads)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert [cache.get() for _ in range(5)] == [1] * 5


@pytest.mark.django_db
def test_a_bump_is_seen_at_once_in_the_same_process(loads: Loads) -> None:
    cache, other = versions.Cached("t", loads), versions.Cached("other", Loads())
    assert (cache.get(), other.get()) == (1, 1)
    versions.bump("t")
    assert (cache.get(), other.get()) == (2, 1)
    assert cache.get() == 2


@pytest.mark.django_db
def test_a_bump_by_another_process_is_seen_after_the_interval(loads: Loads, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = versions.Cached("t", loads)
    now = 1000.0
    monkeypatch.setattr(versions.time, "monotonic", lambda: now)
    assert cache.get() == 1
    Version.objects.create(name="t", number=7)
    now += versions.CHECK_EVERY - 0.1
    assert cache.get() == 1
    now += 0.2
    assert cache.get() == 2


@pytest.mark.django_db
def test_data_loaded_in_a_rolled_back_transaction_is_dropped(loads: Loads, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = versions.Cached("t", loads)
    now = 1000.0
    monkeypatch.setattr(versions.time, "monotonic", lambda: now)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        versions.bump("t")
        assert cache.get() == 1
        raise ZeroDivisionError
    versions.bump("t")  # by somebody else, before this process looks again
    now += versions.CHECK_EVERY
    assert cache.get() == 2


@pytest.mark.django_db
def test_an_unchanged_mark_does_not_load_again(loads: Loads) -> None:
    cache = versions.Cached("t", loads)
    cache.get()
    cache.look_again()
    assert cache.get() == 1
    versions.forget()
    assert cache.get() == 2


@pytest.mark.django_db
def test_a_name_can_be_held_again_and_again() -> None:
    from django.db import transaction

    from chuangcheng.history.models import Version

    for _ in range(2):
        with transaction.atomic():
            versions.hold("work")
            versions.hold("work")
    assert Version.objects.get(name="hold.work").number == 0
