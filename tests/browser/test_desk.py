"""The desk in a real browser: policy, sizes, dialogs, filters, maps, keys, and life without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Open, Visitor

pytestmark = pytest.mark.browser

PAGES = (
    "/desk/", "/desk/reports/", "/desk/cases/", "/desk/cases/board/", "/desk/cases/map/", "/style/",
    "/account/password/change/", "/account/mfa/",
)  # fmt: skip


def open_first_case(window: Visitor, query: str) -> None:
    """The page of the first case of a list."""
    window.go(f"/desk/cases/?{query}")
    window.page.locator("a.row-link").first.click()
    expect(window.page.get_by_role("heading", name="经过")).to_be_visible()


@pytest.mark.full
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [1440, 360])
def test_pages_keep_the_policy_and_fit(visitor: Open, path: str, width: int) -> None:
    window = visitor("office", width=width)
    window.go(path)
    assert window.overflow() <= 0
    assert window.axe() == []


@pytest.mark.full
@pytest.mark.parametrize("persona", ["leader", "street", "community", "grid", "inspector", "auditor"])
def test_every_persona_finds_its_day(visitor: Open, persona: str) -> None:
    window = visitor(persona, width=390, height=844)
    expect(window.page.get_by_role("heading", name="今日", level=1)).to_be_visible()
    assert window.overflow() <= 0


def test_the_sign_in_page_is_ours_and_refuses_politely(visitor: Open) -> None:
    window = visitor()
    window.go("/desk/cases/")
    window.page.get_by_label("用户名").fill("office")
    window.page.get_by_label("密码").fill("wrong")
    window.page.get_by_role("button", name="登录").click()
    expect(window.page.get_by_role("alert")).to_be_visible()
    assert window.axe() == []


@pytest.mark.full
def test_a_broken_rule_is_noticed(visitor: Open) -> None:
    window = visitor()
    window.go("/account/login/")
    window.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">x</p>')")
    expect(window.page.locator("p", has_text="x").last).to_be_visible()
    assert any(trouble.startswith("policy: style-src") for trouble in window.troubles)
    window.troubles.clear()


def test_dispatch_in_a_dialog(visitor: Open) -> None:
    window = visitor("office")
    page = window.page
    open_first_case(window, "state=filed")
    page.get_by_role("link", name="派遣", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert window.axe() == []
    dialog.get_by_label("承办单位").select_option("")
    dialog.get_by_role("button", name="派遣").click()
    expect(dialog.locator(".field__error")).to_be_visible()
    dialog.get_by_label("承办单位").select_option(label="河西街道")
    dialog.get_by_role("button", name="派遣").click()
    expect(page.get_by_role("status").filter(has_text="已办理“派遣”")).to_be_visible()
    expect(page.locator(".page__head .state")).to_have_text("待接收")


def open_filing(window: Visitor) -> Locator:
    """The dialog in which the first waiting report is filed."""
    window.go("/desk/reports/?state=received")
    window.page.locator("a.row-link").first.click()
    window.page.get_by_role("link", name="立案", exact=True).click()
    dialog = window.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog


@pytest.mark.parametrize("width", [1440, pytest.param(360, marks=pytest.mark.full)])
def test_a_category_is_found_by_typing(visitor: Open, width: int) -> None:
    window = visitor("office", width=width)
    dialog, keys = open_filing(window), window.page.keyboard
    field = dialog.get_by_role("combobox", name="案件类别")
    field.click()
    options = dialog.locator("[role=listbox] [role=option]")
    expect(options.first).to_be_visible()
    assert options.count() > 20
    field.fill("垃圾 06010")
    expect(options).to_have_count(1)
    expect(dialog.get_by_role("status")).to_have_text("1 个类别")
    expect(field).to_have_attribute("aria-activedescendant", str(options.first.get_attribute("id")))
    assert window.axe() == []
    with window.page.expect_response(lambda answer: "/reports/conditions/?category=06010" in answer.url):
        keys.press("Enter")
    expect(options.first).to_be_hidden()
    expect(field).to_have_value("暴露垃圾")
    field.fill("没有这样的")
    expect(dialog.get_by_text("没有符合的类别")).to_be_visible()
    keys.press("Escape")  # closes the list, not the dialog
    expect(field).to_have_value("暴露垃圾")
    expect(dialog).to_be_visible()
    keys.press("ArrowDown")
    expect(options.filter(has_text="暴露垃圾").first).to_have_attribute("aria-selected", "true")
    keys.press("ArrowDown")
    keys.press("Tab")  # left without a choice: the old one stays
    expect(field).to_have_value("暴露垃圾")
    assert window.overflow() <= 0


@pytest.mark.full
def test_a_category_and_a_condition_are_chosen_by_hand_and_filed(visitor: Open) -> None:
    window = visitor("office")
    dialog = open_filing(window)
    dialog.get_by_role("combobox", name="案件类别").fill("暴露垃圾")
    dialog.get_by_role("option", name="暴露垃圾").click()
    condition = dialog.get_by_label("立案条件")
    expect(condition).to_have_value("default")
    expect(condition.locator("option").first).to_contain_text("一般情形：")
    dialog.get_by_role("button", name="立案", exact=True).click()
    expect(window.page.locator(".page__head .state")).to_have_text("已立案")


@pytest.mark.full
def test_the_category_without_scripts(visitor: Open) -> None:
    page = (window := visitor("office", java_script_enabled=False)).page
    page.goto(f"{window.address}/desk/reports/?state=received")
    page.locator("a.row-link").first.click()
    page.get_by_role("link", name="立案", exact=True).click()
    page.get_by_label("案件类别").select_option("06010")
    page.get_by_role("button", name="按所选类别更新立案条件").click()
    expect(page.get_by_label("案件类别")).to_have_value("06010")
    expect(page.get_by_label("立案条件").locator("option").first).to_contain_text("一般情形：")


def test_a_dialog_closes_by_escape_and_by_its_button(visitor: Open) -> None:
    window = visitor("office")
    open_first_case(window, "state=verified")
    for close in ("Escape", "button"):
        window.page.get_by_role("link", name="结案", exact=True).click()
        dialog = window.page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        if close == "Escape":
            window.page.keyboard.press("Escape")
        else:
            dialog.get_by_role("button", name="取消").click()
        expect(dialog).to_be_hidden()


@pytest.mark.full
def test_the_same_move_without_scripts(visitor: Open) -> None:
    window = visitor("street", java_script_enabled=False)
    page = window.page
    page.goto(f"{window.address}/desk/cases/?state=dispatched")
    page.locator("tr", has_text="河东街道").locator("a.row-link").first.click()
    page.get_by_role("button", name="接收").click()
    expect(page.locator(".page__head .state")).to_have_text("处置中")
    page.get_by_role("link", name="处置完成").click()
    page.get_by_label("现场无此问题").check()
    page.get_by_label("说明").fill("现场已无此问题")
    page.get_by_role("button", name="处置完成").click()
    expect(page.locator(".page__head .state")).to_have_text("待核查")


def test_filters_work_in_place_and_stay_in_the_address(visitor: Open) -> None:
    window = visitor("office")
    window.go("/desk/cases/")
    window.page.locator("#f-state").select_option("verified")
    window.page.wait_for_url(re.compile("state=verified"))
    states = window.page.locator("#listing tbody .state")
    expect(states.filter(has_not_text="待结案")).to_have_count(0)
    expect(states.first).to_have_text("待结案")
    window.page.reload()
    expect(window.page.locator("#f-state")).to_have_value("verified")


def test_keys_walk_the_rows(visitor: Open) -> None:
    window = visitor("office")
    window.go("/desk/cases/")
    for key, row in (("j", 0), ("ArrowDown", 1), ("k", 0)):
        window.page.keyboard.press(key)
        expect(window.page.locator("a.row-link").nth(row)).to_be_focused()
    window.page.keyboard.press("/")
    expect(window.page.get_by_label("搜索")).to_be_focused()


def test_the_map_draws_our_own_ground(visitor: Open) -> None:
    window = visitor("office")
    window.go("/desk/cases/map/")
    expect(window.page.locator("[data-map]")).to_have_attribute("data-drawn", "done")
    expect(window.page.locator(".map canvas")).to_be_visible()


def test_the_chart_draws(visitor: Open) -> None:
    window = visitor("office")
    window.go("/style/")
    expect(window.page.locator("[data-chart] canvas")).to_be_visible()


@pytest.mark.full
def test_theme_language_and_post_can_be_changed(visitor: Open) -> None:
    window = visitor("office")
    page = window.page
    person = page.locator("summary", has_text="张office")
    person.click()
    page.get_by_role("button", name="深色").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert window.axe() == []
    person.click()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Today", level=1)).to_be_visible()
    page.locator(".menu--post summary").click()
    page.get_by_role("button", name="值班领导").click()
    expect(page.locator(".menu--post summary")).to_contain_text("值班领导")
    page.locator(".menu--post summary").click()  # back, because the session is shared by the tests of this module
    page.locator(".menu--post button").first.click()
    expect(page.locator(".menu--post summary")).not_to_contain_text("值班领导")


@pytest.mark.full
@pytest.mark.parametrize("path", ["/desk/", "/desk/cases/", "/desk/reports/"])
def test_a_thumb_hits_what_it_aims_at(visitor: Open, path: str) -> None:
    window = visitor("street", width=390, height=844)
    window.go(path)
    targets = window.page.locator(".rail a, .subrail a, .btn, .form-control, .form-select")
    small = [
        (box["height"], targets.nth(index).inner_text()[:20])
        for index in range(targets.count())
        if (box := targets.nth(index).bounding_box()) and box["height"] < 44 and targets.nth(index).is_visible()
    ]
    assert small == []


@pytest.mark.full
def test_a_lost_network_is_said(visitor: Open) -> None:
    window = visitor("inspector")
    open_first_case(window, "state=handled")
    window.page.context.set_offline(True)
    window.page.get_by_role("link", name="核查通过", exact=True).click()
    expect(window.page.locator("#toasts")).to_contain_text("网络不通")
    window.troubles.clear()  # the browser's own words on the failed request


@pytest.mark.full
@pytest.mark.parametrize("path", ["/desk/cases/map/", "/desk/sites/map/"])
@pytest.mark.parametrize("width", [1440, 360])
def test_the_map_names_our_own_areas_one_clear_of_the_other(visitor: Open, path: str, width: int) -> None:
    window = visitor("office", width=width)
    window.go(path)
    page = window.page
    expect(page.locator("[data-map]")).to_have_attribute("data-drawn", "done")
    shown = page.locator(".map__name:not(.is-off)")
    expect(shown.filter(has_text="河东街道")).to_have_count(1)
    expect(page.locator(".map__name", has_text="东山区")).to_have_count(0)  # the only one: it is the map
    boxes = [name.bounding_box() for name in shown.all()]
    frame = page.locator("[data-map]").bounding_box()
    assert frame is not None
    for number, box in enumerate(boxes):
        assert box is not None and box["x"] >= frame["x"] and box["x"] + box["width"] <= frame["x"] + frame["width"]
        for other in boxes[:number]:
            assert other is not None
            beside = box["x"] + box["width"] <= other["x"] or other["x"] + other["width"] <= box["x"]
            assert beside or box["y"] + box["height"] <= other["y"] or other["y"] + other["height"] <= box["y"]
    assert window.axe() == []


@pytest.mark.full
def test_who_clicks_twice_sends_once(visitor: Open) -> None:
    """In a dialog and on a page of its own."""
    window = visitor("office")
    page, sent = window.page, list[str]()
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    open_first_case(window, "state=verified")
    page.get_by_role("link", name="结案", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="结案").dblclick(no_wait_after=True)
    expect(page.get_by_role("status").filter(has_text="已办理“结案”")).to_be_visible()
    assert len(sent) == 1, sent
    window.go("/desk/tasks/new/")
    page.get_by_label("问题（事项）").fill("只下达一次")
    page.get_by_label("牵头单位").first.select_option(label="河西街道")
    page.get_by_role("button", name="下达任务").dblclick(no_wait_after=True)
    page.wait_for_url("**/desk/tasks/")
    assert len(sent) == 2, sent
    window.go("/desk/tasks/?q=只下达一次")
    expect(page.locator("a.row-link")).to_have_count(1)
