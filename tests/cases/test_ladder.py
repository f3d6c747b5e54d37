"""The ladder as data: what it may say, when it rings, and whose time a case used."""

from __future__ import annotations

import logging
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.cases import ladder
from chuangcheng.cases.ladder import Ladder, Rung
from chuangcheng.kernel.calendar import CALENDAR, TimeUnit
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused

START = datetime(2026, 9, 15, 0, 0, tzinfo=UTC)  # Tuesday, 08:00 in the city
GOOD: dict[str, Any] = {"name": "a", "used": "0.5", "to": ["holder"], "zh": "甲", "en": "A"}


def of(*rows: dict[str, Any], **more: Any) -> Ladder:
    return ladder.parse({"version": 2, "rungs": [{**GOOD, **row} for row in rows], **more})


def without_used(**more: Any) -> dict[str, Any]:
    return {name: value for name, value in {**GOOD, **more}.items() if name != "used"}


def when(found: Ladder, due: datetime, unit: TimeUnit = "work_hours", start: datetime = START) -> dict[str, str]:
    """Rung → its moment in the city, as ``day hour:minute``."""
    local = {ring.name: ring.at + timedelta(hours=8) for ring in ladder.rings(found, start, due, unit)}
    return {name: f"{at:%d %H:%M}" for name, at in local.items()}


def test_the_built_in_ladder_climbs_from_holder_to_office() -> None:
    built_in = ladder.current()
    assert built_in.version == 1
    due = CALENDAR.add(START, Decimal(8), "work_hours").at
    found = when(built_in, due)
    assert list(found.items())[:5] == [
        ("half", "15 12:00"), ("most", "15 16:24"), ("overdue", "15 18:00"), ("above", "16 18:00"),
        ("office", "18 18:00"),
    ]  # fmt: skip
    assert len(found) == 14
    assert [rung.to[-1] for rung in built_in.rungs] == ["holder", "head", "head", "subcommand", "office"]
    assert not any("office" in rung.to for rung in built_in.rungs[:4])


def test_shares_are_of_the_limit_s_own_hours() -> None:
    """Round the clock for urgent hours; across a night for working hours."""
    half = of({})
    assert when(half, START + timedelta(hours=2), "urgent_hours") == {"a": "15 09:00"}
    late = START + timedelta(hours=9)  # 17:00, two working hours later is 09:00 of the next day
    assert when(half, CALENDAR.add(late, Decimal(2), "work_hours").at, start=late) == {"a": "15 18:00"}


def test_before_and_after_count_working_hours() -> None:
    found = ladder.parse({"version": 1, "rungs": [
        without_used(name="b", before="2"), without_used(name="c", after="2"),
        without_used(name="d", after="1", unit="work_days", every="1", times=3),
    ]})  # fmt: skip
    due = datetime(2026, 9, 15, 7, 0, tzinfo=UTC)  # 15:00
    assert when(found, due) == {
        "b": "15 11:00", "c": "15 17:00", "d": "16 15:00", "d.2": "17 15:00", "d.3": "18 15:00",
    }  # fmt: skip


def test_a_reminder_before_the_start_is_none() -> None:
    found = ladder.parse(
        {"version": 1, "rungs": [without_used(name="b", before="8"), without_used(name="o", after="0")]}
    )
    assert when(found, START + timedelta(hours=1)) == {"o": "15 09:00"}
    assert when(of({}), START) == {}
    assert when(of({}), START - timedelta(hours=1)) == {}


WRONG = [
    {"name": ""}, {"name": "a.b"}, {"name": "a" * 13}, {"used": "0"}, {"used": "1"}, {"used": "1.2"}, {"used": "x"},
    {"before": "1"}, {"after": "1"}, {"unit": "weeks"}, {"to": []}, {"to": ["mayor"]}, {"times": 0}, {"times": 101},
    {"every": "1"},
]  # fmt: skip


@pytest.mark.parametrize("row", WRONG, ids=str)
def test_what_is_no_rung(row: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=r"notices\.bad_ladder"):
        of(row)


@pytest.mark.parametrize("more", [{"before": "0"}, {"before": "-1"}, {"after": "-1"}, {"after": "1", "every": "0"}, {}])
def test_what_is_no_moment(more: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=r"notices\.bad_ladder"):
        ladder.parse({"version": 1, "rungs": [without_used(**more)]})


@pytest.mark.parametrize("document", [{}, {"version": 1}, {"rungs": []}, {"version": "x", "rungs": []},
                                      {"version": 1, "rungs": [{}]}, {"version": 1, "rungs": [GOOD, GOOD]}])  # fmt: skip
def test_what_is_no_ladder(document: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=r"notices\.bad_ladder"):
        ladder.parse(document)


SHARES = st.decimals("0.01", "0.99", places=2)
AMOUNTS = st.decimals("0", "40", places=1)
UNITS = st.sampled_from(ladder.UNITS)
STARTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 11, 1), timezones=st.just(UTC))


def rung(name: str, **more: Any) -> Rung:
    return Rung(name, Label("甲", "A"), ("holder",), **more)


@given(
    STARTS,
    st.decimals("0.5", "80", places=1),
    UNITS,
    st.lists(SHARES, max_size=4),
    st.lists(AMOUNTS, max_size=3),
    UNITS,
)
def test_rings_stand_in_order_and_on_their_side_of_the_deadline(
    start: datetime, limit: Decimal, unit: TimeUnit, shares: list[Decimal], afters: list[Decimal], late: TimeUnit
) -> None:
    rungs = [rung(f"s{number}", used=share) for number, share in enumerate(shares)]
    rungs += [
        rung(f"a{number}", after=after, unit=late, every=Decimal(1), times=3) for number, after in enumerate(afters)
    ]
    found = Ladder(1, (), tuple(rungs))
    due = CALENDAR.add(start, limit, unit).at
    rings = ladder.rings(found, start, due, unit)
    moments = [ring.at for ring in rings]
    assert moments == sorted(moments)
    assert len({ring.name for ring in rings}) == len(rings)
    for ring in rings:
        assert start < ring.at < due if ring.rung.used is not None else due <= ring.at <= due + found.reach
    assert sum(ring.rung.after is not None for ring in rings) == 3 * len(afters)


@given(STARTS, st.decimals("1", "40", places=1), st.decimals("0.1", "40", places=1), SHARES)
def test_an_extension_moves_a_rung_later(start: datetime, limit: Decimal, more: Decimal, share: Decimal) -> None:
    found = Ladder(1, (), (rung("s", used=share), rung("o", after=Decimal(0))))
    due = CALENDAR.add(start, limit, "work_hours").at
    later = CALENDAR.add(due, more, "work_hours").at
    before = {ring.name: ring.at for ring in ladder.rings(found, start, due, "work_hours")}
    after = {ring.name: ring.at for ring in ladder.rings(found, start, later, "work_hours")}
    assert all(before[name] < after[name] for name in before)


# the city's own ladder


@pytest.fixture
def own(tmp_path: Path, settings: Any) -> Path:
    """Where a city writes its own ladder."""
    settings.CITY = replace(settings.CITY, home=tmp_path)
    return tmp_path / "ladder.toml"


def write(path: Path, text: str, second: int) -> None:
    path.write_text(text, encoding="utf-8")
    os.utime(path, (second, second))


TEXT = 'version = 7\n[[rungs]]\nname = "a"\nused = "0.5"\nto = ["office"]\nzh = "甲"\nen = "A"\n'


def test_a_city_s_own_ladder_wins_and_is_read_again_when_it_changes(own: Path) -> None:
    assert ladder.current().version == 1
    write(own, TEXT, 1)
    assert ladder.current().version == 7
    write(own, TEXT.replace("7", "8"), 2)
    assert ladder.current().version == 8
    own.unlink()
    assert ladder.current().version == 1


@pytest.mark.parametrize("text", ["version = ", 'version = 9\n[[rungs]]\nname = "a"\n', "version = 9"])
def test_a_slip_of_the_pen_leaves_the_ladder_before_it_in_force(
    own: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    write(own, text, 1)
    assert ladder.current().version == 1
    write(own, TEXT, 2)
    assert ladder.current().version == 7
    write(own, text, 3)
    with caplog.at_level(logging.ERROR):
        assert ladder.current().version == 7
    assert "ladder.toml is not used" in caplog.text
