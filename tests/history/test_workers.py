"""Several workers and processes at once, on a database of their own: every row once, every number once, every duty
once, and whoever is killed is replaced."""

from __future__ import annotations

import subprocess
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from chuangcheng.history import duties, numbers, outbox, secrets, selectors, sweep
from chuangcheng.history.models import Outbox, Series, Version
from chuangcheng.history.versions import Cached, bump
from chuangcheng.kernel import clock
from chuangcheng.kernel.ids import new_id
from tests.conftest import NOON
from tests.history.conftest import Home


@pytest.fixture(autouse=True)
def own_effects(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test subscribes ends with it."""
    monkeypatch.setattr(outbox, "_effects", {})


CHAIN = """
@outbox.on("w.first")
def first(row):
    Series.objects.create(name=f"first-{row.pk}", last=1)
    outbox.emit("w.second", ("thing", row.subject_id), {"n": row.payload["n"]})

@outbox.on("w.second")
def second(row):
    Series.objects.create(name=f"second-{row.payload['n']}", last=1)
"""
EMIT = """
for n in range(START, START + 30):
    with transaction.atomic():
        outbox.emit("w.first", ("thing", new_id()), {"n": n})
"""
DUTY = """
from chuangcheng.history import duties
import time
def work():
    print("done", flush=True)
duties.periodic("w.tidy", 3600)(work)
ends = time.monotonic() + 1.5
while time.monotonic() < ends:
    duties.run_due()
"""


def together(runs: list[subprocess.Popen[str]]) -> list[str]:
    """What each printed; all must end well."""
    printed = [run.communicate()[0].strip() for run in runs]
    assert [run.returncode for run in runs] == [0] * len(runs)
    return printed


@pytest.mark.full
def test_workers_beside_writers_lose_nothing_and_repeat_nothing(home: Home) -> None:
    """Two write while two work off what the others write and what their own effects emit."""
    writers = [home.start(CHAIN + EMIT.replace("START", str(start))) for start in (0, 100)]
    workers = [home.start(CHAIN + "for _ in range(60): sweep.run_pending(5)") for _ in range(2)]
    together(writers)
    together(workers)
    left = home.run(CHAIN + "sweep.drain(); print(Outbox.objects.filter(done_at=None).count(), Outbox.objects.count())")
    assert left == "0 120"
    # A name is a primary key: an effect that ran twice for a row would have failed and left attempts behind.
    counted = home.run(
        "print(Series.objects.filter(name__startswith='first-').count(),"
        " Series.objects.filter(name__startswith='second-').count(), Outbox.objects.filter(attempts__gt=0).count())"
    )
    assert counted == "60 60 0"


def test_numbers_of_processes_with_and_without_bulk_are_never_shared(home: Home) -> None:
    single = 'moment = datetime(2026, 9, 15, 4, tzinfo=UTC)\nprint(*[numbers.take("AJ", moment) for _ in range(150)])'
    bulk = 'moment = datetime(2026, 9, 15, 4, tzinfo=UTC)\nprint(*[n for _ in range(3) for n in numbers.take_many("AJ", moment, 50)])'
    taken = [
        number for run in together([home.start(code) for code in (single, bulk, single)]) for number in run.split()
    ]
    assert len(taken) == 450
    assert [number for number, times in Counter(taken).items() if times > 1] == []
    assert {number[:10] for number in taken} == {"AJ20260915"}


@pytest.mark.full
def test_a_duty_is_done_by_one_of_three_processes(home: Home) -> None:
    home.run("from chuangcheng.history.models import Version; Version.objects.all().delete()")
    assert sorted(together([home.start(DUTY) for _ in range(3)])) == ["", "", "done"]


# the lease, the cache and the keys, in one process


@pytest.mark.django_db
def test_what_is_put_off_is_not_counted_as_failed(noon: object) -> None:
    outbox.on("w.later")(lambda _row: None)
    outbox.emit("w.later", ("thing", new_id()), due_at=NOON + timedelta(hours=1))
    assert (sweep.run_pending(), sweep.next_due()) == (0, NOON + timedelta(hours=1))
    backlog = selectors.backlog()
    assert (backlog.pending, backlog.failed, backlog.oldest) == (1, 0, NOON)
    with clock.at(NOON + timedelta(hours=1)):
        assert sweep.drain() == 1
    assert sweep.next_due() is None


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 10), (2, 20), (3, 40), (9, 2560), (10, 3600), (21, 3600), (1000, 3600)]
)
def test_each_failure_doubles_the_rest_up_to_an_hour(attempts: int, seconds: int) -> None:
    assert sweep.retry_after(attempts) == timedelta(seconds=seconds)


@pytest.mark.django_db
def test_an_error_quotes_one_line_and_no_more_than_fits(noon: object) -> None:
    @outbox.on("w.breaks")
    def breaks(_row: Outbox) -> None:
        raise ValueError("x" * 2000 + "\nDETAIL: phone 13912345678")

    outbox.emit("w.breaks", ("thing", new_id()))
    sweep.run_pending()
    (row,) = selectors.failed()
    assert row.error.startswith("tests.history.test_workers.breaks: ValueError: xxx")
    assert len(row.error) == 500
    assert "13912345678" not in row.error
    assert (row.attempts, row.claimed_until, row.done_at) == (1, None, None)


@pytest.mark.django_db
def test_a_duty_that_is_not_needed_leaves_no_trace_and_one_that_is_keeps_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(duties, "_duties", {})
    needed = [False]
    duties.periodic("w.maybe", 60, needed=lambda: needed[0])(lambda: None)
    assert duties.run_due() == 0
    assert not Version.objects.filter(name="duty.w.maybe").exists()
    needed[0] = True
    assert [duties.run_due() for _ in range(3)] == [1, 0, 0]


@pytest.mark.django_db
def test_a_failing_look_whether_a_duty_is_needed_stops_no_other_duty(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(duties, "_duties", {})
    done: list[str] = []

    def broken() -> bool:
        raise ZeroDivisionError

    duties.periodic("w.broken", 60, needed=broken)(lambda: done.append("broken"))
    duties.periodic("w.sound", 60)(lambda: done.append("sound"))
    duties.run_due()
    assert done == ["sound"]
    assert "duty w.broken failed" in caplog.text


@pytest.mark.django_db
def test_caches_of_different_names_do_not_disturb_each_other() -> None:
    loads: Counter[str] = Counter()

    def loader(name: str) -> Cached[int]:
        def load() -> int:
            loads[name] += 1
            return loads[name]

        return Cached(name, load)

    one, twin, other = loader("w.a"), loader("w.a"), loader("w.b")
    assert [cached.get() for cached in (one, twin, other)] == [1, 2, 1]
    bump("w.a")
    assert [cached.get() for cached in (one, twin, other)] == [3, 4, 1]


@pytest.mark.django_db
def test_a_load_that_fails_is_tried_again_and_keeps_nothing_half() -> None:
    fails = [True]

    def load() -> str:
        if fails[0]:
            raise ZeroDivisionError
        return "loaded"

    cached = Cached("w.c", load)
    with pytest.raises(ZeroDivisionError):
        cached.get()
    fails[0] = False
    assert cached.get() == "loaded"


@pytest.mark.django_db
def test_a_value_of_nothing_is_a_value_too() -> None:
    loads: list[int] = []
    cached: Cached[None] = Cached("w.d", lambda: loads.append(1))
    assert [cached.get() for _ in range(3)] == [None, None, None]
    assert loads == [1]


@pytest.mark.django_db
def test_the_series_of_a_day_is_counted_once_for_all_blocks() -> None:
    first = numbers.take_many("XX", NOON, 3)
    assert [int(number[-6:]) for number in first] == [1, 2, 3]
    assert Series.objects.get(name="XX20260915").last == 3
    assert int(numbers.take("XX", NOON)[-6:]) == 4
    assert Series.objects.get(name="XX20260915").last == 3 + numbers.BLOCK
    tomorrow = numbers.take("XX", NOON + timedelta(hours=12))
    assert tomorrow == "XX20260916-000001", "00:00 in the city"


def test_a_rotation_in_the_middle_loses_no_value_and_stale_ones_can_be_told(tmp_path: Path, settings: Settings) -> None:
    from dataclasses import replace

    settings.CITY = replace(settings.CITY, home=tmp_path)
    secrets._keys.cache_clear()
    try:
        old = [secrets.encrypt(f"1391234567{n}") for n in range(3)]
        index = secrets.blind("13912345670")
        secrets.rotate()
        values = [*old, secrets.encrypt("13912345673")]
        assert [secrets.is_stale(value) for value in values] == [True, True, True, False]
        renewed = [secrets.renew(value) if secrets.is_stale(value) else value for value in values]
        assert [secrets.decrypt(value) for value in renewed] == [f"1391234567{n}" for n in range(4)]
        assert renewed[3] is values[3]
        (tmp_path / "keys" / "field").unlink()  # nothing needs the old key now
        secrets._keys.cache_clear()
        assert [secrets.decrypt(value) for value in renewed] == [f"1391234567{n}" for n in range(4)]
        with pytest.raises(secrets.SecretsError, match="not among the keys"):
            secrets.decrypt(old[0])
        assert secrets.blind("13912345670") == index, "looking up does not depend on the field key"
    finally:
        secrets._keys.cache_clear()


@pytest.mark.parametrize("stored", [b"nonsense", b":", b"00000000:abc", b"\xff\xfe:x", b"x" * 500])
def test_what_was_never_encrypted_here_is_refused_and_named(stored: bytes) -> None:
    with pytest.raises(secrets.SecretsError):
        secrets.decrypt(stored)
