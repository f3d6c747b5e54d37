"""The matrix of duties under the hand: mouse and keys change cells without a new page, and the last press is undone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Open

pytestmark = [pytest.mark.browser, pytest.mark.full]


def test_cells_are_changed_by_mouse_and_keys_and_taken_back(visitor: Open) -> None:
    window = visitor("office")
    window.go("/desk/split/")
    page = window.page
    row = page.locator("tr[data-standard]").first

    def cell(at: int) -> Locator:
        return row.locator("td").nth(at)

    empty = next(n for n in range(row.locator("td").count()) if not cell(n).get_attribute("data-kind"))
    row.locator("input[name=ids]").check()
    cell(empty).click()  # where another unit leads, a press makes this one support
    expect(cell(empty)).to_have_attribute("data-kind", "support")
    expect(page.locator("#matrix-said")).to_contain_text("配合")
    page.keyboard.press("1")
    expect(cell(empty)).to_have_attribute("data-kind", "lead")
    expect(row.locator("th")).to_contain_text("2 个牵头")
    expect(row.locator("input[name=ids]")).to_be_checked()
    expect(cell(empty)).to_be_focused()
    page.keyboard.press("3")
    expect(cell(empty)).to_have_text("属")
    page.keyboard.press("Space")  # the next kind after territory is none
    expect(cell(empty)).to_have_text("")
    page.keyboard.press("Control+z")
    expect(cell(empty)).to_have_text("属")
    expect(cell(empty)).to_be_focused()
    page.keyboard.press("Home")
    expect(cell(0)).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    below = page.locator("tr[data-standard]").nth(1).locator("td").nth(1)
    expect(below).to_be_focused()
    page.keyboard.press("2")
    expect(below).to_have_text("配")
    page.reload()
    expect(page.locator("tr[data-standard]").nth(1).locator("td").nth(1)).to_have_text("配")
    assert window.axe() == [], window.axe()


def test_who_comes_second_is_told(visitor: Open) -> None:
    first, second = visitor("office"), visitor("office")
    for window in (first, second):
        window.go("/desk/split/?page=2")
    cells = [window.page.locator("tr[data-standard]").nth(2).locator("td").nth(0) for window in (first, second)]
    cells[0].click()
    expect(cells[0]).to_have_attribute("data-kind", "support")
    cells[1].click()
    expect(second.page.locator("#matrix-said")).to_contain_text("刚被他人改为“配合”")
    expect(cells[1]).to_have_attribute("data-kind", "support")
