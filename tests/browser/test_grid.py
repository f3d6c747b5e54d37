"""The ledger as a spreadsheet in a real browser: rows pasted from Excel, undone, written by keys; two at one cell."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.full]
GRID = "/desk/tasks/grid/"
ROWS = 50
KEYS = ["id", "late", "place", "number", "source", "source_note", "standard", "problem", "measure", "goal", "lead",
        "supports", "leader", "owner", "start_on", "due_on", "more_time", "share", "words", "proofs", "state", "slip"]  # fmt: skip


def excel(rows: list[list[str]]) -> dict[str, str]:
    """A range as Excel puts it on the clipboard: HTML with its own styles, and text with quoted cells."""
    cells = "\r\n ".join(
        "<tr height=19 style='height:14.25pt'>\r\n  "
        + "\r\n  ".join(
            f"<td class=xl65 style='border-top:none'>{html.escape(cell).replace(chr(10), '<br>' + chr(10) + '    ')}</td>"
            for cell in row
        )
        + "</tr>"
        for row in rows
    )
    quoted = [[f'"{cell}"' if "\n" in cell else cell for cell in row] for row in rows]
    return {
        "text/html": "<html xmlns:x='urn:schemas-microsoft-com:office:excel'><head><style>.xl65{mso-style-parent:"
        f"style0;}}</style></head><body><table border=0 cellpadding=0 style='border-collapse:collapse'>"
        f"<!--StartFragment-->{cells}<!--EndFragment--></table></body></html>",
        "text/plain": "\r\n".join("\t".join(row) for row in quoted) + "\r\n",
    }


def opened(visitor: Open, name: str = "office", query: str = "") -> Visitor:
    window = visitor(name, permissions=["clipboard-read", "clipboard-write"])
    window.go(GRID + query)
    expect(window.page.locator("[data-drawn=done]")).to_be_visible()
    return window


def rows_of(window: Visitor) -> list[dict[str, str]]:
    """What the server says now."""
    lines = window.page.evaluate(f"fetch('{GRID}rows/').then((answer) => answer.text())").strip().split("\n")[1:]
    return [dict(zip(KEYS, row, strict=True)) for line in lines for row in json.loads(line)]


def mark(window: Visitor, row: int, column: str) -> None:
    """Click a cell; rows count from 1, from the top: those out of view are not in the page."""
    window.page.locator(".ledger__sheet").focus()
    window.page.keyboard.press("Control+Home")
    window.page.locator(f".tabulator-row:nth-child({row}) [tabulator-field={column}]").click()


def paste(window: Visitor, content: dict[str, str]) -> None:
    """Put there by another program (a page without our policy), taken by Ctrl+V."""
    aside = window.page.context.new_page()
    aside.route("**/excel", lambda route: route.fulfill(content_type="text/html", body="<p>Excel</p>"))
    aside.goto(f"{window.address}/excel")
    aside.evaluate(
        """async (content) => navigator.clipboard.write([new ClipboardItem(Object.fromEntries(
        Object.entries(content).map(([type, text]) => [type, new Blob([text], {type})])))])""",
        content,
    )
    aside.close()
    window.page.bring_to_front()
    window.page.keyboard.press("Control+v")


def says(window: Visitor, words: str) -> None:
    expect(window.page.locator("[data-ledger-status]")).to_have_text(words)


def columns(rows: list[dict[str, Any]], *names: str) -> list[tuple[str, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


def test_fifty_rows_from_excel_and_back(visitor: Open) -> None:
    window = opened(visitor)
    assert rows_of(window) == []
    for key in ("source", "standard"):  # out of the way: the sheet has problem, measure, lead next to each other
        window.page.locator("summary", has_text="列").click()
        window.page.locator(
            "[data-ledger-columns] label", has_text={"source": "来源", "standard": "测评标准"}[key]
        ).nth(0).locator("input").uncheck()
        window.page.keyboard.press("Escape")
    window.page.get_by_role("button", name="添加一行").click()
    paste(
        window,
        excel(
            [
                [f"第 {n} 处堆物", "第一步：清运\n第二步：巡查" if n % 5 == 0 else "清运", "河东街道"]
                for n in range(ROWS)
            ]
        ),
    )
    expect(window.page.locator(".is-fresh").first).to_be_visible()
    expect(window.page.locator("[data-ledger-report] li")).to_have_count(ROWS)
    assert "尚缺：时限" in window.page.locator("[data-ledger-report] li").first.inner_text()
    mark(window, 1, "due_on")
    paste(window, excel([["2026/10/30"]] * ROWS))
    says(window, f"已保存 {ROWS} 行")
    made = rows_of(window)
    assert len(made) == ROWS and {row["due_on"] for row in made} == {"2026-10-30"}
    assert {row["measure"] for row in made} == {"清运", "第一步：清运\n第二步：巡查"}

    window.go(GRID)
    expect(window.page.locator("[data-drawn=done]")).to_be_visible()
    mark(window, 1, "problem")
    changed = [[f"楼道堆物 {n}", f"每周 {n} 次，“清零”"] for n in range(ROWS)]
    paste(window, excel(changed))
    says(window, f"已保存 {ROWS} 行")
    after = rows_of(window)
    assert columns(after, "problem", "measure") == [tuple(row) for row in changed]
    assert columns(after, "id", "lead", "due_on") == columns(made, "id", "lead", "due_on")
    window.page.keyboard.press("Control+z")
    says(window, f"已保存 {ROWS} 行")
    assert columns(rows_of(window), "problem", "measure") == columns(made, "problem", "measure")
    window.page.keyboard.press("Control+y")
    says(window, f"已保存 {ROWS} 行")
    assert rows_of(window)[-1]["problem"] == f"楼道堆物 {ROWS - 1}"


def test_keys_fill_and_a_refusal_at_its_cell(visitor: Open) -> None:
    window = opened(visitor)
    keys = window.page.keyboard
    mark(window, 2, "measure")
    keys.press("F2")
    keys.type("错峰清运")
    keys.press("Enter")
    says(window, "已保存")
    keys.press("ArrowUp")
    for _ in range(2):
        keys.press("Shift+ArrowDown")
    keys.press("Control+d")
    says(window, "已保存 2 行")
    assert [row["measure"] for row in rows_of(window)[1:4]] == ["错峰清运"] * 3
    keys.press("F2")
    keys.type("不要")
    keys.press("Escape")
    assert rows_of(window)[1]["measure"] == "错峰清运"
    mark(window, 1, "due_on")
    keys.type("2026-09-20")
    keys.press("Tab")
    cell = window.page.locator(".tabulator-row:nth-child(1) [tabulator-field=due_on]")
    expect(cell).to_have_class(re.compile("is-refused"))
    expect(cell).to_have_text("2026-10-30")
    assert "新时限应晚于" in (cell.get_attribute("title") or "")
    mark(window, 1, "problem")
    keys.press("Control+c")
    assert window.page.evaluate("navigator.clipboard.readText()") == rows_of(window)[0]["problem"]
    keys.press("Control+End")
    expect(window.page.locator(".is-active")).to_have_attribute("tabulator-field", "slip")
    keys.press("Control+Home")
    expect(window.page.locator(".is-active")).to_have_attribute("tabulator-field", "place")
    assert window.axe() == []


def test_two_at_one_cell_see_both_values(visitor: Open) -> None:
    office, street = opened(visitor), opened(visitor, "street")
    mark(street, 1, "measure")
    street.page.keyboard.press("F2")
    street.page.keyboard.type("街道的办法")
    street.page.keyboard.press("Enter")
    says(street, "已保存")
    mark(office, 1, "measure")
    office.page.keyboard.press("F2")
    office.page.keyboard.type("创城办的办法")
    office.page.keyboard.press("Enter")
    line = office.page.locator("[data-ledger-report] li")
    expect(line).to_contain_text("现在是：街道的办法")
    expect(line).to_contain_text("您填的：创城办的办法")
    assert rows_of(office)[0]["measure"] == "街道的办法"
    office.page.get_by_role("button", name="用我的").click()
    says(office, "已保存")
    assert rows_of(office)[0]["measure"] == "创城办的办法"
    street.page.keyboard.press("Control+z")
    expect(street.page.locator("[data-ledger-report] li")).to_contain_text("现在是：创城办的办法")
    assert rows_of(office)[0]["measure"] == "创城办的办法"


def test_a_phone_is_led_to_the_list(visitor: Open) -> None:
    window = visitor("street", width=390, height=844)
    window.go(GRID)
    expect(window.page.get_by_text("表格需要较宽的屏幕和键盘")).to_be_visible()
    expect(window.page.locator(".ledger")).to_be_hidden()
    assert window.overflow() <= 0
