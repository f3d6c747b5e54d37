"""The demo's command structure: leaders, cards for all, two districts that mirror the city, sponsorships with gaps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction

from chuangcheng.demo import structure as demo
from chuangcheng.demo.found import Cast
from chuangcheng.demo.plan import PersonPlan
from chuangcheng.history.projections import registered
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.people import actions as people
from chuangcheng.people import handover, structure
from chuangcheng.people.models import Charge, Person, Unit
from chuangcheng.people.selectors import actor_of
from chuangcheng.sites.sponsorship import selectors
from chuangcheng.sites.sponsorship.models import Sponsorship
from tests.sites.conftest import edition, site
from tests.sites.registers import make_compound

__all__ = ["edition", "site"]


@dataclass
class SmallPlan:
    """As much of a plan as the part asks for."""

    people: list[PersonPlan] = field(default_factory=list)


def unit(code: str, kind: str, **more: Any) -> Unit:
    return people.save_unit(actor=SYSTEM, code=code, name=f"{code}单位", short_name=code, kind=kind, **more)


@pytest.fixture
def cast(small_city: Any, personas: dict[str, Actor], edition: Any, site: Any, noon: Any) -> tuple[SmallPlan, Cast]:
    """Two sub-commands, three districts, two departments and a street, each with its people."""
    made = Cast(edition, named={"office": personas["office"]}, sites=[site])
    top = unit("ZHB", "headquarters", official_order=1)
    rows = [("FZH01", "subcommand", 11), ("FZH02", "subcommand", 12), ("QX01", "district", 101), ("QX02", "district", 102),
            ("QX03", "district", 103), ("BM01", "department", 201), ("BM02", "department", 202), ("JD01", "street", 301)]  # fmt: skip
    made.units = {"ZHB": top}
    plan = SmallPlan()
    roles = {"subcommand": "subcommand", "district": "district", "department": "department", "street": "street"}
    for code, kind, order in rows:
        area = {"district": small_city.district, "street": small_city.streets[0]}.get(kind)
        made.units[code] = unit(code, kind, parent=top, official_order=order, division=area)
        for prefix in ("u", "v"):
            name = f"{prefix}-{code.lower()}"
            person = people.save_person(actor=SYSTEM, username=name, name=f"王{name}")
            post = people.give_post(actor=SYSTEM, person=person, role=roles[kind], unit=made.units[code], division=area)
            made.posted.setdefault((roles[kind], code), []).append(actor_of(post))
            plan.people.append(PersonPlan(name, person.name, roles[kind], code, "", ""))
    return plan, made


def played(cast: tuple[SmallPlan, Cast], seed: int = 7) -> Cast:
    demo.play(cast[0], cast[1], seed)  # type: ignore[arg-type]
    return cast[1]


def test_every_sub_command_is_led_by_a_city_leader(cast: tuple[SmallPlan, Cast], personas: Any) -> None:
    made = played(cast)
    for code in ("FZH01", "FZH02"):
        head = made.units[code].charges.get(kind="head")
        assert head.title in demo.CITY_LEADERS
        assert head.person.username == f"l-{code.lower()}"
    assert made.units["ZHB"].charges.get(kind="head").person.username == "leader"
    assert not structure.without_head().filter(code__in=made.units).exists()


def test_every_unit_has_a_card(cast: tuple[SmallPlan, Cast]) -> None:
    made = played(cast)
    kinds = {
        code: set(unit.charges.values_list("kind", flat=True)) for code, unit in made.units.items() if code != "ZHB"
    }
    assert all({"head", "liaison_a"} <= found for found in kinds.values())
    assert {code for code, found in kinds.items() if "deputy" in found} == {"BM01", "BM02", "JD01"}
    assert made.units["JD01"].charges.get(kind="head").title == "主任"
    for row in Charge.objects.select_related("person"):
        assert row.person.is_active and row.person.name


def test_two_districts_mirror_the_city_and_the_third_still_has_to(cast: tuple[SmallPlan, Cast]) -> None:
    made = played(cast)
    found = {mirror.district.code: (mirror.standing, len(mirror.missing)) for mirror in structure.mirrors()}
    assert [found[code] for code in ("QX01", "QX02")] == [(3, 0), (3, 0)], "the small city has one of its own"
    assert found["QX03"] == (0, 3)
    mirrored = Unit.objects.filter(parent=made.units["QX01"], kind="subcommand")
    assert {row.line_parent for row in mirrored} >= {made.units["FZH01"], made.units["FZH02"]}
    assert all(row.charges.filter(kind="head", title="副区长").exists() for row in mirrored)


def test_places_are_sponsored_with_gaps(cast: tuple[SmallPlan, Cast], monkeypatch: pytest.MonkeyPatch) -> None:
    make_compound()
    monkeypatch.setattr(demo, "GAPS", {"division": 0, "site": 0, "compound": 100})
    made = played(cast)
    rows = list(Sponsorship.objects.select_related("unit", "person"))
    assert len(rows) == 4, "three communities and a site; nobody stands by the compound"
    for row in rows:
        assert row.unit.kind == "department"
        assert row.person is not None and row.person.username == f"v-{row.unit.code.lower()}"
        assert 3 <= row.cadres < 25
    cover = {line.kind.value: line.gaps for line in selectors.coverage(made.named["office"])}
    assert cover == {"community": 0, "junction": 0, "road": 0, "site": 0, "compound": 1}


def test_it_agrees_with_history_and_nothing_is_left_behind(cast: tuple[SmallPlan, Cast]) -> None:
    played(cast)
    assert list(registered()["sponsorships"].check()) == []
    assert not [each for each in registered()["people"].check() if "FZH" in each.where or each.where.startswith("card")]
    assert handover.left_behind() == {}


def facts() -> list[Any]:
    """What a seed decides."""
    names = Person.objects.filter(username__startswith="l-").order_by("username").values_list("username", "name")
    rows = Sponsorship.objects.order_by("unit__code", "division__code", "site__code")
    return [*names, *rows.values_list("unit__code", "division__code", "cadres", "valid_from")]


def tried(cast: tuple[SmallPlan, Cast], seed: int) -> list[Any]:
    """What comes of a seed; nothing is kept."""
    with transaction.atomic():
        played(cast, seed)
        found = facts()
        transaction.set_rollback(True)
    return found


def test_the_seed_decides_every_row(cast: tuple[SmallPlan, Cast]) -> None:
    first = tried(cast, 7)
    assert not Sponsorship.objects.exists()
    assert tried(cast, 7) == first
    assert tried(cast, 8) != first
