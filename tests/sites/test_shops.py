"""Shops: the register, checks at their fronts, compliance as a formula, the league of streets."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.history.models import Event, Outbox
from chuangcheng.history.projections import registered
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import selectors as photos
from chuangcheng.sites.shops import actions, compliance, selectors
from chuangcheng.sites.shops.models import Shop, ShopCheck
from chuangcheng.sites.states import SHOP
from tests.conftest import NOON
from tests.photos.pictures import encoded, scene
from tests.sites.registers import AWAY, make_check, make_shop, shop_input

CHECKERS = ["office", "district", "street", "community", "grid", "inspector"]
OTHERS = ["leader", "subcommand", "department", "auditor"]


@pytest.fixture
def shop(small_city: Any, noon: Any) -> Shop:
    return make_shop()


def events(row: Shop) -> list[Event]:
    return list(Event.objects.filter(subject_kind="shop", subject_id=row.pk).order_by("seq"))


def test_a_shop_knows_where_it_is(shop: Shop, small_city: Any) -> None:
    assert (shop.division, shop.grid_id) == (small_city.communities[0], small_city.grids[0].pk)
    assert (shop.address, shop.front_metres, shop.state) == ("望湖路12号", Decimal("6.5"), "open")
    assert selectors.contact_unit(shop) == small_city.units["street"]
    assert "好邻居" not in str(events(shop)[0].after) and "望湖" not in str(events(shop)[0].after)


def test_a_shop_without_a_point_stands_in_its_community(small_city: Any, noon: Any) -> None:
    shop = make_shop(lat=None, lon=None, division=small_city.communities[2])
    assert (shop.division, shop.lat, shop.grid_id) == (small_city.communities[2], None, None)


def test_saving_again_leaves_no_trace(shop: Shop) -> None:
    again = make_shop()
    assert (again.pk, again.chain_seq) == (shop.pk, 1)
    assert make_shop(front_metres=Decimal("6.54")).chain_seq == 1, "a hand's breadth below the register's tenth"
    assert make_shop(name="好邻居超市").chain_seq == 2
    assert events(shop)[1].after["renamed"] is True


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"name": ""}, "sites.missing"), ({"road": " "}, "sites.missing"), ({"code": ""}, "sites.missing"),
        ({"lat": None}, "sites.unknown_division"), ({"lat": 91.0}, "sites.bad_position"),
        ({"lon": 121.0}, "sites.no_division"), ({"credit_code": "91350100M000100Y44"}, "sites.bad_credit_code"),
        ({"front_metres": Decimal(0)}, "sites.bad_count"), ({"front_metres": Decimal("10000")}, "sites.bad_count"),
        ({"signed_on": (NOON + timedelta(days=1)).date()}, "sites.future_day"), ({"trade": "长" * 31}, "sites.too_long"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_and_nothing_kept(small_city: Any, noon: Any, wrong: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as caught:
        make_shop(**wrong)
    assert caught.value.code == code
    assert not Shop.objects.exists()


def test_a_credit_code_is_kept_in_its_one_form(small_city: Any, noon: Any) -> None:
    assert make_shop(credit_code=" 91350100m000100y43 ").credit_code == "91350100M000100Y43"


def test_who_may_edit(personas: dict[str, Actor], shop: Shop) -> None:
    for role in ("office", "district", "street"):
        make_shop(personas[role], name=f"店{role}")
    for role in ("leader", "department", "community", "grid", "inspector", "auditor"):
        with pytest.raises(Refused, match=r"common\.not_allowed"):
            make_shop(personas[role], name="x")
    for values in ({"name": "x"}, AWAY):
        with pytest.raises(Refused, match=r"common\.not_found"):
            make_shop(personas["street2"], **values)
    with pytest.raises(Refused, match=r"common\.not_found"):
        selectors.get_shop_for(personas["street2"], shop.pk)


@pytest.mark.parametrize("state", [state.code for state in SHOP.states])
def test_the_life_of_a_shop(personas: dict[str, Actor], shop: Shop, state: str) -> None:
    calls = {"shut": actions.shut_shop, "move_out": actions.move_shop_out, "reopen": actions.reopen_shop}
    allowed = {move.name for move in SHOP.moves_from(state)}
    for name, call in calls.items():
        Shop.objects.filter(pk=shop.pk).update(state=state)
        if name in allowed:
            assert call(actor=personas["street"], shop_id=shop.pk).state == SHOP.move(name).target
        else:
            with pytest.raises(Refused, match=r"state\.move_refused"):
                call(actor=personas["street"], shop_id=shop.pk)
        Shop.objects.filter(pk=shop.pk).update(state=state)
        with pytest.raises(Refused, match=r"common\.not_allowed"):
            call(actor=personas["grid"], shop_id=shop.pk)
    assert {move.name for move in selectors.moves_for(personas["street"], Shop.objects.get())} == allowed
    assert selectors.moves_for(personas["grid"], shop) == []


@pytest.mark.parametrize("role", CHECKERS)
def test_a_check_is_a_fact(personas: dict[str, Actor], shop: Shop, role: str) -> None:
    check = make_check(personas[role], shop, order=False, note=" 摆到 人行道 ")
    assert (check.hygiene, check.greening, check.order, check.failed) == (True, None, False, ["order"])
    assert (check.happened_at, check.note) == (NOON, "摆到 人行道")
    last = events(shop)[-1]
    assert (last.action, last.after["order"], last.after["check"]) == ("shop.checked", False, str(check.pk))
    assert "人行道" not in str(last.after)
    assert Outbox.objects.get(topic="shop.checked").payload == {"check": str(check.pk), "failed": ["order"]}


@pytest.mark.parametrize("role", OTHERS)
def test_who_may_not_check(personas: dict[str, Actor], shop: Shop, role: str) -> None:
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        make_check(personas[role], shop)
    assert not ShopCheck.objects.exists()


def test_pressing_twice_records_once(personas: dict[str, Actor], shop: Shop) -> None:
    check_id = new_id()
    first = make_check(personas["grid"], shop, check_id)
    assert make_check(personas["grid"], shop, check_id).pk == first.pk
    assert len(events(shop)) == 2
    with pytest.raises(Refused, match=r"shop\.other_shop"):
        make_check(personas["grid"], make_shop(code="MD002"), check_id)


def test_a_check_needs_an_answer_an_open_shop_and_the_own_area(personas: dict[str, Actor], shop: Shop) -> None:
    with pytest.raises(Refused, match=r"shop\.nothing_judged"):
        make_check(personas["grid"], shop, hygiene=None)
    with pytest.raises(Refused, match=r"common\.not_found"):
        make_check(personas["street2"], shop)
    actions.shut_shop(actor=SYSTEM, shop_id=shop.pk)
    with pytest.raises(Refused, match=r"shop\.not_open"):
        make_check(personas["grid"], shop)


def test_photos_of_a_check(personas: dict[str, Actor], shop: Shop) -> None:
    check = make_check(personas["grid"], shop, hygiene=False, photos=[encoded(scene())])
    (photo,) = photos.of(("shop_check", check.pk))
    assert (photo.role, photo.stored_at) == ("evidence", NOON)
    with pytest.raises(Refused, match=r"photos\."):
        make_check(personas["grid"], shop, photos=[b"no photo"])
    assert ShopCheck.objects.count() == 1, "a file that is no photo leaves no half check"


def graded(now: Any = NOON) -> dict[str, str]:
    return {row.code: row.grade for row in compliance.graded(Shop.objects.all(), now)}  # type: ignore[attr-defined]


def test_compliance_by_hand(personas: dict[str, Actor], shop: Shop) -> None:
    """Weights 5, 2, 3. MD001: 10 of 10; MD002: (5 + 0) of (5 + 3); MD003: 8 of 10 then 10 of 10; MD004 nothing."""
    grid = personas["office"]
    make_check(grid, shop, greening=True, order=True)
    second = make_shop(code="MD002")
    make_check(grid, second, order=False)
    third = make_shop(code="MD003")
    make_check(grid, third, greening=False, order=True)
    make_check(grid, third, greening=True, order=True)
    make_shop(code="MD004")
    assert graded() == {"MD001": "good", "MD002": "poor", "MD003": "good", "MD004": "none"}
    row = compliance.graded(Shop.objects.filter(code="MD003"), NOON).get()
    assert (row.kept, row.judged, row.checks_made, row.last_check) == (18, 20, 2, NOON)  # type: ignore[attr-defined]


def test_old_checks_do_not_count(personas: dict[str, Actor], shop: Shop) -> None:
    make_check(personas["grid"], shop, hygiene=False)
    days = compliance.formula().days
    assert graded(NOON + timedelta(days=days)) == {"MD001": "poor"}
    assert graded(NOON + timedelta(days=days, seconds=1)) == {"MD001": "none"}


@given(st.lists(st.tuples(*[st.sampled_from([True, False, None])] * 3), max_size=6))
def test_the_formula_and_its_grades_agree(answers: list[tuple[bool | None, bool | None, bool | None]]) -> None:
    formula = compliance.formula()
    pairs = [
        (formula.weights[name], value) for row in answers for name, value in zip(formula.weights, row, strict=True)
    ]
    judged = sum(weight for weight, value in pairs if value is not None)
    kept = sum(weight for weight, value in pairs if value)
    code = formula.grade(kept, judged)
    if not judged:
        assert code == compliance.UNKNOWN
    else:
        share = Fraction(kept, judged)
        expected = "good" if share >= Fraction(9, 10) else "fair" if share >= Fraction(7, 10) else "poor"
        assert code == expected


@pytest.mark.parametrize(
    ("kept", "judged", "code"), [(9, 10, "good"), (7, 10, "fair"), (69, 100, "poor"), (0, 5, "poor")]
)
def test_bounds_belong_to_the_better_grade(kept: int, judged: int, code: str) -> None:
    assert compliance.formula().grade(kept, judged) == code


def test_the_sentence_names_days_weights_and_bounds() -> None:
    said = compliance.formula().sentence
    assert all(
        word in said.zh for word in ("90 天", "卫生 5", "绿化 2", "秩序 3", "90%", "70%", "不公开", "不作信用记录")
    )
    assert all(word in said.en for word in ("90 days", "hygiene 5", "90%", "never public", "no credit record"))


def test_the_league_of_streets_by_hand(personas: dict[str, Actor], shop: Shop) -> None:
    office = personas["office"]
    make_shop(code="MD002", signed_on=None)
    far = make_shop(code="MD003", **AWAY)
    make_check(office, shop, order=False)  # 5 of 8
    make_check(office, far)  # 5 of 5
    gone = make_shop(code="MD004", **AWAY)
    actions.move_shop_out(actor=SYSTEM, shop_id=gone.pk)
    west, east = selectors.league(office, clock.now())
    assert (west.division.name, west.shops, west.checked_share, west.kept_share) == ("河西街道", 1, 1.0, 1.0)
    assert (east.division.name, east.shops, east.signed_share, east.kept_share) == ("河东街道", 2, 0.5, 0.625)
    assert [line.division.name for line in selectors.league(personas["street2"], clock.now())] == ["河西街道"]


def test_the_league_costs_few_queries(
    personas: dict[str, Actor], shop: Shop, django_assert_max_num_queries: Any
) -> None:
    make_check(personas["office"], shop)
    with django_assert_max_num_queries(6):
        selectors.league(personas["office"], clock.now())


def test_the_public_sees_open_shops_alone(shop: Shop) -> None:
    assert selectors.public_shop(shop.pk) == shop
    actions.shut_shop(actor=SYSTEM, shop_id=shop.pk)
    with pytest.raises(Refused, match=r"common\.not_found"):
        selectors.public_shop(shop.pk)


def test_the_projection_holds(personas: dict[str, Actor], shop: Shop) -> None:
    make_check(personas["grid"], shop)
    projection = registered()["shops"]
    assert list(projection.check()) == []
    Shop.objects.update(state="moved", front_metres=Decimal("1.0"))
    assert len(list(projection.check())) == 2
    assert projection.rebuild() == 1
    assert list(projection.check()) == []


def test_an_input_is_a_value() -> None:
    assert shop_input() == shop_input() and shop_input(name="x") != shop_input()
