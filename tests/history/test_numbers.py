"""Numbers are unique through rollbacks, threads and processes, and come in order where nobody interferes."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from chuangcheng.history import numbers
from chuangcheng.history.models import Series
from tests.history.conftest import Home

NOON = datetime(2026, 9, 15, 4, 0, tzinfo=UTC)
LATE = datetime(2026, 9, 15, 16, 30, tzinfo=UTC)  # half past midnight of the 16th in the city


def serial(number: str) -> int:
    return int(number.split("-")[1])


@pytest.fixture
def own_series(transactional_db: None) -> None:
    """A database whose commits are real, and whose series are empty."""
    Series.objects.all().delete()


@pytest.mark.django_db
def test_numbers_run_on_within_a_day_and_beyond_a_block() -> None:
    taken = [numbers.take("SB", NOON) for _ in range(2 * numbers.BLOCK + 3)]
    assert [serial(number) for number in taken] == list(range(serial(taken[0]), serial(taken[0]) + len(taken)))
    assert taken[0].startswith("SB20260915-")


@pytest.mark.django_db
def test_days_and_prefixes_count_apart_and_the_day_is_the_citys() -> None:
    # Prefixes of this test alone: on PostgreSQL what others took is committed.
    assert numbers.take("QA", LATE).startswith("QA20260916-")
    assert numbers.take("QB", LATE).startswith("QB20260916-")
    assert serial(numbers.take("QA", LATE)) == serial(numbers.take("QB", LATE))


def test_a_block_reserved_in_a_rolled_back_transaction_is_not_used(own_series: None) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        numbers.take("SB", NOON)
        raise ZeroDivisionError
    kept = numbers.take("SB", NOON)
    numbers.forget()  # another process
    assert serial(numbers.take("SB", NOON)) > serial(kept)
    assert Series.objects.get().last >= serial(kept)


def test_a_block_reserved_in_a_rolled_back_savepoint_is_not_used(own_series: None) -> None:
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            numbers.take("SB", NOON)
            raise ZeroDivisionError
        kept = [numbers.take("SB", NOON) for _ in range(3)]
    numbers.forget()
    later = numbers.take("SB", NOON)
    assert serial(later) > max(map(serial, kept))
    assert len({*kept, later}) == 4


def test_a_committed_block_is_shared_by_the_whole_process(own_series: None) -> None:
    with transaction.atomic():
        first = numbers.take("SB", NOON)
    seen: list[str] = []

    def other() -> None:
        seen.append(numbers.take("SB", NOON))
        connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert serial(seen[0]) == serial(first) + 1
    assert Series.objects.get().last == numbers.BLOCK


TAKER = """
kept, moment = [], datetime(2026, 9, 15, 4, tzinfo=UTC)

def work(seed):
    for turn in range(60):
        try:
            with transaction.atomic():
                number = numbers.take("SB", moment)
                if (turn + seed) % 3 == 0:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            continue
        kept.append(number)

threads = [threading.Thread(target=work, args=(seed,)) for seed in range(3)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(*kept)
"""


def test_threads_and_processes_that_roll_back_never_share_a_number(home: Home) -> None:
    runs = [home.start(TAKER) for _ in range(2)]
    taken = [number for run in runs for number in run.communicate()[0].split()]
    assert len(taken) == len(set(taken)) == 2 * 3 * 40


def test_a_forked_process_takes_blocks_of_its_own(home: Home) -> None:
    printed = home.run("""
moment = datetime(2026, 9, 15, 4, tzinfo=UTC)
numbers.take("SB", moment)
connection.close()
read, write = os.pipe()
if os.fork() == 0:
    os.write(write, numbers.take("SB", moment).encode())
    os._exit(0)
os.wait()
print(numbers.take("SB", moment), os.read(read, 100).decode())
""")
    assert [serial(number) for number in printed.split()] == [2, numbers.BLOCK + 1]


@pytest.mark.django_db
def test_many_numbers_at_once_are_a_block_of_their_own() -> None:
    first = numbers.take("SB", NOON)
    many = numbers.take_many("SB", NOON, 130)
    later = [numbers.take("SB", NOON) for _ in range(numbers.BLOCK + 1)]
    assert [serial(number) for number in many] == list(range(serial(many[0]), serial(many[0]) + 130))
    assert len({first, *many, *later}) == 132 + numbers.BLOCK
    assert numbers.take_many("SB", NOON, 0) == []
