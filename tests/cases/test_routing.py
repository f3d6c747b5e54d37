"""Which unit a case should go to."""

from __future__ import annotations

import pytest

from chuangcheng.cases import actions, routing
from chuangcheng.cases.models import RoutingRule
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.problems import Refused
from tests.cases.play import Play

HERE = "990100/990101/990101001/990101001001/"
THERE = "990100/990101/990101002/990101002001/"


def unit(category: str, path: str, source: str = "portal") -> str | None:
    found = routing.suggest(category, path, source)
    return found.unit.short_name if found else None


def test_without_rules_there_is_no_suggestion(play: Play) -> None:
    assert routing.suggest("06010", HERE, "portal") is None


def test_the_default_rules_send_trades_to_departments_and_the_rest_to_streets(play: Play) -> None:
    written = actions.ensure_default_routing(actor=SYSTEM)
    assert written == RoutingRule.objects.count() > 0
    assert unit("06010", HERE) == "河东街道"
    assert unit("06010", THERE) == "河西街道"
    assert unit("07003", HERE) == "城市管理局"
    assert unit("01001F", HERE) == "城市管理局"
    assert unit("06010", "990100/990101/") == "东山区创城办"
    assert unit("06010", "") == "城市管理局"  # outside: somebody has to look


def test_a_trade_without_a_unit_is_left_out(play: Play) -> None:
    actions.ensure_default_routing(actor=SYSTEM)
    assert not RoutingRule.objects.filter(target="unit", unit=None).exists()
    assert unit("04001F", HERE) == "河东街道"  # no landscaping unit here


def test_defaults_never_touch_what_a_city_wrote(play: Play) -> None:
    actions.save_rule(actor=SYSTEM, order=1, target="district")
    assert actions.ensure_default_routing(actor=SYSTEM) == 0
    assert unit("07003", HERE) == "东山区创城办"


def test_the_first_rule_that_fits_wins(play: Play, small_city: object) -> None:
    department = small_city.units["department"]  # type: ignore[attr-defined]
    actions.save_rule(actor=SYSTEM, order=1, target="unit", unit=department, category_prefix="06010", source="hotline")
    actions.save_rule(
        actor=SYSTEM,
        order=2,
        target="district",
        category_prefix="06",
        division=small_city.streets[1],  # type: ignore[attr-defined]
    )
    actions.save_rule(actor=SYSTEM, order=3, target="street")
    assert unit("06010", HERE, "hotline") == "城市管理局"
    assert unit("06010", HERE, "portal") == "河东街道"
    assert unit("06011", THERE, "hotline") == "东山区创城办"


def test_a_changed_rule_counts_at_once(play: Play) -> None:
    actions.save_rule(actor=SYSTEM, order=1, target="street")
    assert unit("06010", HERE) == "河东街道"
    actions.save_rule(actor=SYSTEM, order=1, target="district")
    assert unit("06010", HERE) == "东山区创城办"
    assert RoutingRule.objects.count() == 1


def test_the_suggestion_says_why(play: Play) -> None:
    actions.ensure_default_routing(actor=SYSTEM)
    found = routing.suggest("07003", HERE, "portal")
    assert found.explanation.zh == "按规则10：违规户外广告 → 违规户外广告"
    assert "07003" in found.explanation.en


@pytest.mark.parametrize("persona", ["street", "leader", "district", "auditor"])
def test_only_the_office_writes_rules(play: Play, persona: str) -> None:
    with pytest.raises(Refused) as refusal:
        actions.save_rule(actor=play.by[persona], order=1, target="street")
    assert refusal.value.code == "common.not_allowed"
    assert not RoutingRule.objects.exists()


def test_the_office_may(play: Play) -> None:
    assert actions.save_rule(actor=play.by["office"], order=1, target="street").order == 1
