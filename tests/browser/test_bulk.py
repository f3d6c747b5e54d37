"""Choosing many rows in a real browser: by hand, by keys, on a phone, without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Open, Visitor

pytestmark = pytest.mark.browser


def boxes(window: Visitor) -> Locator:
    """The boxes of the rows."""
    return window.page.locator(".pick input[name=ids]")


def ticked(window: Visitor) -> list[int]:
    """Which boxes are ticked, by their place in the list."""
    return list(
        window.page.evaluate(
            "[...document.querySelectorAll('.pick input[name=ids]')].flatMap((box, i) => box.checked ? [i] : [])"
        )
    )


def move(window: Visitor, name: str) -> Locator:
    """The button of a move below the list."""
    return window.page.locator(".picks__moves").get_by_role("button", name=name)


@pytest.mark.full
def test_moves_appear_with_the_first_choice_and_follow_the_states(visitor: Open) -> None:
    window = visitor("office")
    window.go("/desk/cases/?sort=filed")
    expect(window.page.locator(".picks__moves")).to_be_hidden()
    window.page.locator(".pick input[data-state=filed]").first.check()
    expect(window.page.locator(".picks__count")).to_have_text("已选 1 件")
    expect(move(window, "派遣")).to_be_enabled()
    expect(move(window, "结案")).to_be_disabled()
    assert window.axe() == []


@pytest.mark.full
def test_space_ticks_and_shift_takes_what_lies_between(visitor: Open) -> None:
    window = visitor("office")
    window.go("/desk/cases/?sort=filed")
    page = window.page
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    assert ticked(window) == [0]
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    assert ticked(window) == [0, 1, 2]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Space")
    assert ticked(window) == [0, 1, 2, 3, 4]
    page.keyboard.press("Space")
    assert ticked(window) == [0, 1, 2, 3]
    boxes(window).nth(0).uncheck()
    boxes(window).nth(2).click(modifiers=["Shift"])
    assert ticked(window) == [3], "an unticked stretch follows the box that ended it"


@pytest.mark.full
def test_all_on_this_page(visitor: Open) -> None:
    window = visitor("office")
    window.go("/desk/cases/")
    everything = window.page.get_by_label("全选本页")
    everything.check()
    assert len(ticked(window)) == boxes(window).count() > 1
    boxes(window).nth(0).uncheck()
    expect(everything).not_to_be_checked()
    assert everything.evaluate("box => box.indeterminate")
    everything.check()
    everything.uncheck()
    assert ticked(window) == []


@pytest.mark.full
def test_filters_draw_boxes_and_bar_anew(visitor: Open) -> None:
    window = visitor("office")
    window.go("/desk/cases/")
    boxes(window).nth(0).check()
    with window.page.expect_response(lambda answer: "state=filed" in answer.url):
        window.page.locator("#f-state").select_option("filed")
    expect(move(window, "结案")).to_have_count(0)
    window.page.get_by_label("全选本页").check()
    expect(move(window, "派遣")).to_be_enabled()


@pytest.mark.full
@pytest.mark.parametrize("width", [1440, 390])
def test_from_the_list_to_the_report(visitor: Open, width: int) -> None:
    """Everything waiting is voided at once but for what is out of its state; every page fits and is sound."""
    window = visitor("office", width=width, height=844)
    window.go("/desk/cases/?sort=filed")
    window.page.locator(".pick input[data-state=filed]").first.check()
    window.page.locator(".pick input[data-state=handling]").first.check()
    assert window.overflow() <= 0
    move(window, "作废").click()
    expect(window.page.get_by_text("其中 1 件的状态不能办理此事")).to_be_visible()
    assert window.overflow() <= 0 and window.axe() == []
    window.page.get_by_label("误立案").check()
    window.page.locator("main").get_by_role("button", name="作废").click()
    expect(window.page.get_by_text("已办理 1 件。")).to_be_visible()
    expect(window.page.get_by_role("heading", name="未办理 1 件")).to_be_visible()
    assert window.overflow() <= 0 and window.axe() == []
    window.page.get_by_role("link", name="返回列表").click()
    expect(window.page).to_have_url(f"{window.address}/desk/cases/?sort=filed")


@pytest.mark.full
def test_a_thumb_finds_the_box_and_the_slip_apart(visitor: Open) -> None:
    window = visitor("office", width=390, height=844)
    window.go("/desk/reports/?state=received")
    target = window.page.locator(".pick__box").first.bounding_box()
    assert target is not None and target["width"] >= 44 and target["height"] >= 44
    window.page.locator(".pick__box").first.click()
    assert ticked(window) == [0], "the box was meant, not the slip"
    bar, rail = (window.page.locator(name).bounding_box() for name in (".picks", ".rail"))
    assert bar is not None and rail is not None and bar["y"] + bar["height"] <= rail["y"] + 1
    window.page.locator("a.row-link").first.click()
    expect(window.page.get_by_role("heading", name="经过")).to_be_visible()


@pytest.mark.full
def test_without_scripts(visitor: Open) -> None:
    window = visitor("office", java_script_enabled=False)
    window.page.goto(f"{window.address}/desk/reports/?state=received")
    window.page.locator(".pick input[name=ids]").first.check()
    move(window, "不予受理").click()
    window.page.get_by_label("位置或内容不清，无法核实").check()
    window.page.locator("main").get_by_role("button", name="不予受理").click()
    expect(window.page.get_by_text("已办理 1 件。")).to_be_visible()
