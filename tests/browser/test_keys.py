"""List and board by keys alone, and all that match chosen across pages, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.full]


def focused(window: Visitor, what: str = "textContent") -> str:
    """Something of the element that has the keyboard."""
    return str(window.page.evaluate(f"document.activeElement.{what}")).strip()


def test_a_list_is_walked_ticked_and_opened_by_keys(visitor: Open) -> None:
    window = visitor("office")
    window.go("/desk/cases/?sort=filed&view=")
    page = window.page
    page.keyboard.press("j")
    first = focused(window)
    page.keyboard.press("j")
    assert focused(window) != first
    page.keyboard.press("k")
    assert focused(window) == first
    page.keyboard.press("x")
    expect(page.locator(".pick input[name=ids]").first).to_be_checked()
    page.keyboard.press("x")
    expect(page.locator(".pick input[name=ids]").first).not_to_be_checked()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(first)


def test_the_focus_is_seen(visitor: Open) -> None:
    window = visitor("office")
    window.go("/desk/cases/?view=")
    window.page.keyboard.press("j")
    outline = window.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_help_opens_says_the_keys_and_closes(visitor: Open) -> None:
    window = visitor("office")
    window.go("/desk/cases/?view=")
    page = window.page
    page.keyboard.press("?")
    help_sheet = page.locator("dialog#keys")
    expect(help_sheet).to_be_visible()
    expect(help_sheet).to_contain_text("看板上的左右一列")
    assert window.axe() == []
    page.keyboard.press("Escape")
    expect(help_sheet).to_be_hidden()


def test_keys_typed_into_a_field_stay_there(visitor: Open) -> None:
    window = visitor("office")
    window.go("/desk/cases/?view=")
    page = window.page
    page.keyboard.press("/")
    page.keyboard.type("jx?")
    expect(page.locator(".filter__search")).to_have_value("jx?")
    expect(page.locator("dialog#keys")).to_be_hidden()


def test_a_board_is_walked_in_four_directions(visitor: Open) -> None:
    window = visitor("office")
    window.go("/desk/cases/board/")
    page = window.page
    page.keyboard.press("j")
    assert "slip" in focused(window, "className")
    first = focused(window, "href")
    page.keyboard.press("l")
    beside = focused(window, "href")
    assert beside != first
    page.keyboard.press("h")
    assert focused(window, "href") == first
    page.keyboard.press("ArrowRight")
    assert focused(window, "href") == beside
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("AJ")


def test_all_that_match_are_chosen_across_pages(visitor: Open) -> None:
    window = visitor("office")
    window.go("/desk/cases/?view=")
    page = window.page
    every = page.locator(".picks input[name=every]")
    if every.count() == 0:
        expect(page.locator(".pager")).to_have_count(0)
        return
    every.check()
    expect(page.locator(".picks__moves")).to_be_visible()
    page.locator(".picks__moves").get_by_role("button", name="派遣").click()
    expect(page.locator(".page__head")).to_contain_text("符合条件的全部")


def test_a_view_is_saved_counted_and_opened(visitor: Open) -> None:
    window = visitor("office")
    window.go("/desk/cases/?state=filed&sort=filed")
    page = window.page
    page.get_by_text("保存视图").click()
    page.locator("#saved-name").fill("键盘测试")
    page.locator(".saved__form .btn--main").click()
    chip = page.locator(".saved__view", has_text="键盘测试")
    expect(chip).to_have_attribute("aria-current", "true")
    expect(chip.locator("span")).not_to_be_empty()
    assert window.axe() == []
    window.go("/desk/cases/?view=")
    page.locator(".saved__view", has_text="键盘测试").click()
    expect(page.locator("#f-state")).to_have_value("filed")
