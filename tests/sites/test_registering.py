"""The steps that all registers share: what differs, one row of history, batches, folded projections."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from chuangcheng.history.models import Event, Outbox
from chuangcheng.history.projections import registered
from chuangcheng.history.verify import verify
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.sites import registering
from chuangcheng.sites.compounds import selectors as compounds
from chuangcheng.sites.compounds.actions import FACTS
from chuangcheng.sites.compounds.models import Compound
from chuangcheng.sites.policies import area_rows
from chuangcheng.sites.shops import selectors as shops
from chuangcheng.sites.shops.models import Shop
from chuangcheng.sites.states import COMPOUND
from tests.sites.registers import AWAY, make_compound, make_shop

REGISTERS = ("compounds", "shops", "rectifications", "deliberations", "teams")
REACH = {
    "office": {"XQ001", "XQ002"}, "leader": {"XQ001", "XQ002"}, "inspector": {"XQ001", "XQ002"},
    "auditor": {"XQ001", "XQ002"}, "district": {"XQ001", "XQ002"}, "department": {"XQ001", "XQ002"},
    "subcommand": {"XQ001", "XQ002"}, "street": {"XQ001"}, "street2": {"XQ002"}, "community": {"XQ001"},
    "grid": {"XQ001"},
}  # fmt: skip


@pytest.fixture
def compound(small_city: Any, noon: Any) -> Compound:
    return make_compound()


def test_nothing_differs_nothing_happens(compound: Compound) -> None:
    head = compound.chain_head
    assert registering.settle(compound, {"households": 320, "name": "和顺小区"}, SYSTEM, FACTS) is None
    registering.write(compound, None)
    assert (compound.chain_head, Event.objects.count(), Outbox.objects.count()) == (head, 1, 1)


def test_what_differs_is_set_and_told_once(compound: Compound) -> None:
    event = registering.settle(compound, {"households": 1, "bins": 16}, SYSTEM, FACTS)
    assert event is not None and (event.action, event.seq) == ("compound.changed", 2)
    assert (event.before["households"], event.after["households"], event.after["renamed"]) == (320, 1, False)
    registering.write(compound, event, payload={"code": "XQ001"})
    assert Compound.objects.get().households == 1
    assert Outbox.objects.get(topic="compound.changed").payload == {"code": "XQ001"}


def test_a_word_alone_shows_as_renamed_and_stays_out(compound: Compound) -> None:
    event = registering.settle(compound, {"name": "和顺新村"}, SYSTEM, FACTS)
    assert event is not None and event.after["renamed"] is True
    assert "和顺" not in str(event.after) + str(event.before)


def test_more_facts_are_a_row_of_their_own(compound: Compound) -> None:
    event = registering.settle(compound, {}, SYSTEM, FACTS, action="compound.contact_seen", more={"seen": True})
    assert event is not None and event.after["seen"] is True


def test_a_step_follows_the_table(compound: Compound) -> None:
    registering.step(compound, COMPOUND, "take_off", SYSTEM, FACTS, done="taken_off", reason="merged",
                     given={"reason_code": "merged"}, more={"by": "law"})  # fmt: skip
    last = Event.objects.latest("id")
    assert (last.action, last.reason, last.after["move"], last.after["by"]) == (
        "compound.taken_off", "merged", "take_off", "law")  # fmt: skip
    with pytest.raises(Refused, match=r"state\.move_refused"):
        registering.step(compound, COMPOUND, "take_off", SYSTEM, FACTS, done="taken_off", given={"reason_code": "x"})
    assert Event.objects.latest("id") == last


def test_a_batch_writes_rows_and_history_together(compound: Compound, small_city: Any) -> None:
    batch = registering.Batch(["households", "name"])
    old = Compound.objects.get()
    fresh = Compound(code="NEU")
    values = {
        "name": "新区",
        "division_id": old.division_id,
        "division_path": old.division_path,
        "lat": 30.0,
        "lon": 120.0,
    }
    assert batch.take(old, registering.settle(old, {"households": 7}, SYSTEM, FACTS), fresh=False)
    assert batch.take(fresh, registering.settle(fresh, values, SYSTEM, FACTS, fresh=True), fresh=True)
    assert not batch.take(old, registering.settle(old, {"households": 7}, SYSTEM, FACTS), fresh=False)
    batch.write()
    assert {row.code: row.households for row in Compound.objects.all()} == {"XQ001": 7, "NEU": 0}
    assert Outbox.objects.get(topic="compound.imported").payload == {"count": 2}
    assert list(registered()["compounds"].check()) == []


def test_an_empty_batch_leaves_no_trace(small_city: Any) -> None:
    registering.Batch(["households"]).write()
    assert not (Event.objects.exists() or Outbox.objects.exists())


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (UUID(int=1), str(UUID(int=1))), (Decimal("6.5"), "6.5"), (date(2026, 9, 15), "2026-09-15"), (7, 7), (None, None),
        (datetime(2026, 9, 15, 4, tzinfo=UTC), "2026-09-15T04:00:00+00:00"), ("wort", "wort"), (True, True),
    ],
)  # fmt: skip
def test_values_compare_as_history_holds_them(given: Any, kept: Any) -> None:
    assert registering.plain(given) == kept


@pytest.mark.parametrize(("value", "fine"), [(1900, True), (2199, True), (1899, False), (2200, False), (None, True)])
def test_years(value: int | None, fine: bool) -> None:
    if fine:
        assert registering.year_of(value, "年份") == value
    else:
        with pytest.raises(Refused, match=r"sites\.bad_year"):
            registering.year_of(value, "年份")


@pytest.mark.parametrize(("value", "kept"), [(None, 0), (0, 0), (5, 5), (10_000_000, 10_000_000)])
def test_counts(value: int | None, kept: int) -> None:
    assert registering.count_of(value, "户数") == kept


@pytest.mark.parametrize("value", [-1, 10_000_001])
def test_no_counts(value: int) -> None:
    with pytest.raises(Refused, match=r"sites\.bad_count"):
        registering.count_of(value, "户数")


@pytest.mark.parametrize(("text", "kept"), [("  和　顺 ", "和 顺"), ("“七一”\u200b路", "“七一”路"), ("Ａ", "Ａ")])
def test_texts_keep_their_letters(text: str, kept: str) -> None:
    assert registering.text_of(text, "名称", 10) == kept


def test_a_code_has_one_form() -> None:
    assert registering.code_of(" ＸＱ００１ ", "编号") == "XQ001"


def test_spots(small_city: Any) -> None:
    inside, outside = registering.spot_of(30.003, 120.002), registering.spot_of(31.0, 121.0)
    assert inside.division_id == small_city.communities[0].pk and inside.path.endswith("990101001001/")
    assert (outside.division_id, outside.path, outside.grid_id) == (None, "", None)
    for lat, lon, datum in ((91.0, 120.0, "wgs84"), (30.0, 181.0, "wgs84"), (30.0, 120.0, "moon"),
                            (float("nan"), 120.0, "wgs84")):  # fmt: skip
        with pytest.raises(Refused, match=r"sites\.bad_position"):
            registering.spot_of(lat, lon, datum)


@pytest.mark.parametrize("role", sorted(REACH))
def test_who_sees_which_rows(personas: dict[str, Actor], noon: Any, role: str) -> None:
    make_compound()
    make_compound(code="XQ002", **AWAY)
    make_shop(code="XQ001")
    make_shop(code="XQ002", **AWAY)
    for rows in (compounds.visible_to(personas[role]), shops.visible_to(personas[role])):
        assert {row.code for row in rows} == REACH[role]
    assert {row.code for row in Compound.objects.filter(area_rows(personas[role], "no.such_right"))} == set()
    assert {row.code for row in Shop.objects.filter(area_rows(personas[role], "shops.view"))} == REACH[role]


@pytest.mark.parametrize("name", REGISTERS)
def test_every_register_is_a_projection(name: str, small_city: Any) -> None:
    assert list(registered()[name].check()) == [] and registered()[name].rebuild() == 0


def test_chains_of_registers_verify(compound: Compound, tmp_path: Any) -> None:
    make_shop()
    make_compound(households=5)
    assert verify(tmp_path) == []
    Event.objects.filter(subject_kind="compound", seq=1).update(reason="changed")
    assert any("compound" in str(each) for each in verify(tmp_path))
