"""The command structure: who stands on cards, the tree by line and by territory, districts that mirror the city."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from chuangcheng.history.models import Event
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import actions, charging, projections, structure
from chuangcheng.people.models import Charge, Person, Unit
from chuangcheng.people.phones import phone_text
from chuangcheng.people.selectors import person_named


def person(name: str, **more: Any) -> Person:
    return actions.save_person(actor=SYSTEM, username=name, name=f"王{name}", **more)


def unit(code: str, kind: str = "department", **more: Any) -> Unit:
    return actions.save_unit(actor=SYSTEM, code=code, name=f"{code}单位", short_name=code, kind=kind, **more)


@pytest.fixture
def card(db: None) -> tuple[Unit, Person, Person]:
    """A unit with a chain, and two persons."""
    return unit("A1"), person("one"), person("two")


def charge(unit: Unit, **given: tuple[Person, str] | None) -> bool:
    return charging.set_charges(actor=SYSTEM, unit=unit, given=given)


def held(unit: Unit) -> dict[str, tuple[str, str]]:
    return {row.kind: (row.person.username, row.title) for row in unit.charges.select_related("person")}


def test_a_card_is_filled_changed_and_emptied_with_history(card: tuple[Unit, Person, Person]) -> None:
    unit, one, two = card
    assert charge(unit, head=(one, "局长"), liaison_a=(two, ""))
    assert held(unit) == {"head": ("one", "局长"), "liaison_a": ("two", "")}
    assert charge(unit, head=(two, "副局长"))
    assert charge(unit, liaison_a=None)
    assert held(unit) == {"head": ("two", "副局长")}
    events = Event.objects.filter(subject_id=unit.pk, action="unit.charged").order_by("seq")
    assert [event.after["charges"] for event in events] == [
        {"head": str(one.pk), "liaison_a": str(two.pk)}, {"head": str(two.pk)}, {"liaison_a": None},
    ]  # fmt: skip
    assert events[1].before["charges"] == {"head": str(one.pk)}
    assert list(projections.check()) == []


def test_what_stands_already_leaves_no_trace_and_a_title_no_history(card: tuple[Unit, Person, Person]) -> None:
    unit, one, _ = card
    charge(unit, head=(one, "局长"))
    rows = Event.objects.count()
    assert not charge(unit, head=(one, "局长"))
    assert not charge(unit, deputy=None)
    assert charge(unit, head=(one, "书记"))
    assert Event.objects.count() == rows and held(unit) == {"head": ("one", "书记")}


def test_what_a_card_refuses(card: tuple[Unit, Person, Person], personas: dict[str, Actor]) -> None:
    unit, one, two = card
    gone = person("gone", is_active=False)
    charge(unit, liaison_a=(one, ""))
    for given, code in (
        ({"cook": (one, "")}, "people.unknown_charge"), ({"head": (gone, "")}, "people.gone"),
        ({"liaison_b": (one, "")}, "people.same_liaison"),
        ({"liaison_a": (two, ""), "liaison_b": (two, "")}, "people.same_liaison"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            charge(unit, **given)  # type: ignore[arg-type]
        assert refused.value.code == code
    assert charge(unit, liaison_a=(two, ""), liaison_b=(one, ""))
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        charging.set_charges(actor=personas["department"], unit=unit, given={"head": (one, "")})
    assert charging.set_charges(actor=personas["office"], unit=unit, given={"head": (one, "")})


def test_a_card_that_nobody_filled_is_named_and_restored(card: tuple[Unit, Person, Person]) -> None:
    unit, one, two = card
    charge(unit, head=(one, "局长"), deputy=(two, ""))
    Charge.objects.filter(kind="head").update(person=two)
    Charge.objects.filter(kind="deputy").delete()
    Charge.objects.create(unit=unit, kind="liaison_b", person=one)
    assert [str(each) for each in projections.check()] == [
        f"card of unit A1: {kind} is not who history says" for kind in ("deputy", "head", "liaison_b")
    ]
    assert projections.rebuild() == 3
    assert list(projections.check()) == []
    assert {kind: name for kind, (name, _title) in held(unit).items()} == {"head": "one", "deputy": "two"}


def shape(nodes: list[structure.Node]) -> list[Any]:
    """Short names as nested lists."""
    return [[node.unit.short_name, *shape(node.children)] for node in nodes]


@pytest.fixture
def command(small_city: Any) -> dict[str, Unit]:
    """A headquarters over the small city: a sub-command with a department, and a street with its communities."""
    units = small_city.units
    top = unit("ZHB", "headquarters", official_order=0)
    for name, above in (
        ("office", top),
        ("subcommand", top),
        ("district", units["office"]),
        ("department", units["office"]),
    ):
        Unit.objects.filter(pk=units[name].pk).update(parent=above)
    Unit.objects.filter(pk=units["department"].pk).update(line_parent=units["subcommand"])
    for name, above in (("street", "district"), ("street2", "district"), ("community", "street")):
        Unit.objects.filter(pk=units[name].pk).update(parent=units[above])
    return {**units, "top": top}


def test_the_tree_by_line_and_by_territory(command: dict[str, Unit]) -> None:
    district = ["东山区创城办", ["河东街道"], ["河西街道"]]
    assert shape(structure.tree()) == [
        ["ZHB", ["创城办", district], ["环境卫生分指挥部", ["城市管理局"]]]
    ]  # fmt: skip
    assert shape(structure.tree(structure.TERRITORY)) == [
        ["ZHB", ["创城办", district, ["城市管理局"]], ["环境卫生分指挥部"]]
    ]  # fmt: skip


def find(nodes: list[structure.Node], name: str) -> structure.Node:
    every = list(nodes)
    for node in every:
        every.extend(node.children)
    return next(node for node in every if node.unit.short_name == name)


def test_a_node_tells_its_other_line_its_head_and_its_communities(
    command: dict[str, Unit], django_assert_max_num_queries: Any
) -> None:
    charge(command["subcommand"], head=(person("li"), "副市长"))
    with django_assert_max_num_queries(3):
        roots = structure.tree()
    department, street = find(roots, "城市管理局"), find(roots, "河东街道")
    assert department.other == command["office"] and department.head is None
    assert find(roots, "环境卫生分指挥部").head.person.username == "li"  # type: ignore[union-attr]
    assert (street.communities, find(roots, "河西街道").communities) == (1, 0)
    assert (roots[0].size, street.size) == (6, 0)


def test_what_no_longer_stands_is_left_out_and_its_children_come_up(command: dict[str, Unit]) -> None:
    Unit.objects.filter(pk=command["district"].pk).update(valid_to=date(2026, 1, 31))
    Unit.objects.filter(pk=command["street2"].pk).update(valid_from=date(2027, 1, 1))
    assert shape(structure.tree(today=date(2026, 6, 1))) == [
        ["ZHB", ["创城办"], ["环境卫生分指挥部", ["城市管理局"]]], ["河东街道"],
    ]  # fmt: skip
    assert ["东山区创城办", ["河东街道"]] in shape(structure.tree(today=date(2026, 1, 31)))[0][1]


def test_a_ring_of_the_two_lines_is_not_lost(command: dict[str, Unit]) -> None:
    """Each line alone goes up; together they go round."""
    Unit.objects.filter(pk=command["top"].pk).update(line_parent=command["department"])
    names = str(shape(structure.tree()))
    assert all(unit.short_name in names for name, unit in command.items() if name != "community")


def test_a_district_mirrors_the_city(command: dict[str, Unit], personas: dict[str, Actor]) -> None:
    district = command["district"]
    (mirror,) = structure.mirrors()
    assert (mirror.district, mirror.standing, mirror.missing) == (district, 0, [command["subcommand"]])
    (made,) = charging.mirror_structure(actor=personas["office"], district=district)
    assert (made.parent, made.line_parent, made.kind) == (district, command["subcommand"], "subcommand")
    assert made.name == "东山区环境卫生分指挥部"
    assert (structure.mirrors()[0].standing, structure.mirrors()[0].missing) == (1, [])
    assert charging.mirror_structure(actor=personas["office"], district=district) == []
    assert charging.city_subcommands() == [command["subcommand"]], "a mirror is not mirrored again"
    with pytest.raises(Refused, match=r"people\.no_district"):
        charging.mirror_structure(actor=personas["office"], district=command["street"])
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        charging.mirror_structure(actor=personas["district"], district=unit("Q2", "district"))


def test_who_leads_nobody_knows(command: dict[str, Unit]) -> None:
    before = set(structure.without_head().values_list("code", flat=True))
    charge(command["subcommand"], head=(person("li"), ""), liaison_a=(person("wu"), ""))
    assert before - set(structure.without_head().values_list("code", flat=True)) == {"U-FZH1"}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("13912345678", "13912345678"), (" 139 1234 5678 ", "13912345678"), ("+8613912345678", "13912345678"),
        ("１３９１２３４５６７８", "13912345678"), ("0316-5912345", "0316-5912345"), ("(0316)5912345", "03165912345"),
        ("8765432", "8765432"), ("12345", "12345"), ("110", None), ("1234567", None), ("没有", None), ("139123456789", None),
        ("12912345678", None), ("", None), ("5912345转8", None),
    ],
)  # fmt: skip
def test_what_is_a_telephone_number(given: str, kept: str | None) -> None:
    if kept is None:
        with pytest.raises(Refused) as refused:
            phone_text(given)
        assert refused.value.code == "people.bad_phone"
        assert not given or given not in refused.value.message()
    else:
        assert phone_text(given) == kept
        assert phone_text(kept) == kept


def test_persons_are_found_by_user_name_or_a_name_of_their_own(personas: dict[str, Actor], small_city: Any) -> None:
    Person.objects.filter(username__in=["street", "street2"]).update(name="同名")
    assert person_named("department").username == "department"  # type: ignore[union-attr]
    assert person_named("张grid").username == "grid"  # type: ignore[union-attr]
    assert person_named("同名") is None
    assert person_named("同名", small_city.units["street2"]).username == "street2"  # type: ignore[union-attr]
    assert person_named("同名", small_city.units["office"]) is None and person_named("无人") is None
    Person.objects.filter(username="grid").update(is_active=False)
    assert person_named("grid") is None and person_named("张grid") is None
