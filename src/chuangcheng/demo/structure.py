"""The command structure of the demo city: sub-commands with leaders, districts that mirror them, cards for every unit,
and sponsorships with a few gaps. By the real actions, with dice of its own."""

from __future__ import annotations

import random
from datetime import date, timedelta

from django.db import transaction

from chuangcheng.demo.found import Cast
from chuangcheng.demo.plan import Plan, words
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.people import actions as people
from chuangcheng.people import charging
from chuangcheng.people.models import Person, Unit
from chuangcheng.places.selectors import at_level
from chuangcheng.sites.compounds.models import Compound
from chuangcheng.sites.sponsorship.actions import SponsorshipInput, save_sponsorship
from chuangcheng.sites.sponsorship.subjects import Place

#: Of a hundred places of a kind, so many have nobody to stand by them.
GAPS = {"division": 6, "site": 60, "compound": 40}
CITY_LEADERS = ("副市长", "市委常委", "市人大常委会副主任", "市政协副主席")


def play(plan: Plan, cast: Cast, seed: int) -> None:
    """Everything at once, on the last morning: it says how things stand, not how they came."""
    rng = random.Random(seed * 7919 + 4)
    with transaction.atomic():
        leaders = _lead(cast, rng)
        _mirror(cast, rng)
        _cards(plan, cast, rng, leaders)
        _sponsor(cast, rng)


def _person(username: str, rng: random.Random) -> Person:
    texts = words()
    name = str(rng.choice(texts["surnames"])) + "".join(rng.choice(texts["given"]) for _ in range(rng.choice((1, 2))))
    return people.save_person(actor=SYSTEM, username=username, name=name)


def _actor(cast: Cast) -> Actor:
    return cast.named["office"]


def _lead(cast: Cast, rng: random.Random) -> set[str]:
    """A city leader at the head of each sub-command, the commander at the head of all."""
    led = [code for code in cast.units if code.startswith("FZH")]
    for number, code in enumerate(led):
        title = CITY_LEADERS[number % len(CITY_LEADERS)]
        charging.set_charges(
            actor=_actor(cast), unit=cast.units[code], given={"head": (_person(f"l-{code.lower()}", rng), title)}
        )
    commander = Person.objects.get(username="leader")
    charging.set_charges(actor=_actor(cast), unit=cast.units["ZHB"], given={"head": (commander, "指挥长")})
    return set(led) | {"ZHB"}


def _mirror(cast: Cast, rng: random.Random) -> None:
    """Two districts mirror the city; the third still has to."""
    for unit in [unit for unit in cast.units.values() if unit.kind == "district"][:2]:
        for made in charging.mirror_structure(actor=_actor(cast), district=unit):
            head = _person(f"l-{made.code.lower()}", rng)
            charging.set_charges(actor=_actor(cast), unit=made, given={"head": (head, "副区长")})


def _cards(plan: Plan, cast: Cast, rng: random.Random, led: set[str]) -> None:
    """Head and liaisons of every unit from its people; departments and streets have a deputy besides."""
    persons = {row.username: row for row in Person.objects.order_by("username")}
    crew: dict[str, list[Person]] = {}
    for row in plan.people:
        if row.role != "grid":
            crew.setdefault(row.unit, []).append(persons[row.username])
    for code, unit in cast.units.items():
        people_here = crew.get(code, [])
        if not people_here or unit.kind == "community":
            continue
        given = {"liaison_a": (people_here[-1], "联络员")}
        if code not in led:
            given["head"] = (people_here[0], "主任" if unit.kind == "street" else "主要负责人")
        if unit.kind in {"department", "street"}:
            given["deputy"] = (_person(f"d-{code.lower()}", rng), "分管负责人")
        charging.set_charges(actor=_actor(cast), unit=unit, given=given)


def _sponsor(cast: Cast, rng: random.Random) -> None:
    """Departments stand by communities, junctions, roads and sites in turn; some places have nobody yet."""
    sponsors = [unit for unit in cast.units.values() if unit.kind in {"department", "company"}]
    today = clock.today().date()
    places: list[Place] = [
        *at_level("community").defer("boundary"),
        *cast.sites,
        *Compound.objects.filter(state="active"),
    ]
    for number, place in enumerate(places):
        if rng.randrange(100) < GAPS[place._meta.model_name or ""]:
            continue
        since = today - timedelta(days=rng.randrange(20, 200))
        _bind(cast, place, sponsors[number % len(sponsors)], since, rng.randrange(3, 25))


def _bind(cast: Cast, place: Place, unit: Unit, since: date, cadres: int) -> None:
    given = SponsorshipInput(subject=place, unit=unit, cadres=cadres, valid_from=since, person=_liaison(cast, unit))
    save_sponsorship(actor=_actor(cast), given=given)


def _liaison(cast: Cast, unit: Unit) -> Person | None:
    actors = cast.of("department", unit.code)
    ids = [actor.person_id for actor in actors[-1:] if actor.person_id is not None]
    return Person.objects.filter(pk__in=ids).first()
