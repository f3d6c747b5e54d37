"""The main job, walked by those who do it: from a citizen's photo to a closed case, and from a visit to the score."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.city import TOILET, photo
from tests.browser.conftest import Open, Visitor

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
HERE = {"permissions": ["geolocation"], "geolocation": {"latitude": 30.005, "longitude": 120.005}}


def picture(number: int) -> FilePayload:
    """A photo of its own, as a phone's gallery gives it."""
    return {"name": f"IMG_{number}.jpg", "mimeType": "image/jpeg", "buffer": photo(9000 + number, (90, 120, 150))}


def move(page: Page, name: str) -> Locator:
    """The dialog of a move on a report's or a case's page."""
    page.get_by_role("link", name=name, exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name=name, exact=True)).to_be_visible()
    return dialog


def take(page: Page, name: str, state: str) -> None:
    """Send the open dialog of that move; the page then stands in ``state``."""
    page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()
    expect(page.get_by_role("status").filter(has_text=f"已办理“{name}”")).to_be_visible()
    expect(page.locator(".page__head .state")).to_have_text(state)


def find(window: Visitor, path: str, words: str) -> None:
    """The one row of a list with these words, opened."""
    window.go(f"{path}?q={words}")
    window.page.locator("a.row-link").click()
    expect(window.page.get_by_role("heading", name="经过")).to_be_visible()


def opened_when_there(window: Visitor, path: str, target: Locator) -> None:
    """Open ``path`` until the worker's work shows on it; a page waits for nobody, so it is asked again."""
    for _turn in range(60):
        window.go(path)
        if target.count():
            return
    expect(target).to_be_visible()


def report_by_phone(citizen: Visitor, words: str) -> str:
    """三步: photo, kind, send. The number of the receipt; the page shows its progress."""
    page = citizen.page
    citizen.go("/report/")
    page.locator("[name=photos]").set_input_files(picture(1))
    page.locator(".chip").first.click()
    page.locator("#text").fill(words)
    page.get_by_role("button", name="用我现在的位置").click()
    expect(page.locator("[data-part=place]")).to_contain_text("已定位")
    page.get_by_role("button", name="发送").click()
    none_of_these = page.get_by_role("button", name="都不是，照常上报")
    expect(page.locator("[data-part=nearby]:visible, [data-part=receipt]:visible")).to_have_count(1)
    if none_of_these.is_visible():
        none_of_these.click()
    expect(page.locator(".slip[data-state=safe]")).to_be_visible()
    number = page.locator("[data-part=number]").inner_text()
    page.locator("[data-part=receipt]").get_by_role("link", name="查进度").click()
    expect(page.locator(".stage")).to_contain_text("我们已经收到")
    return number


def triage_and_dispatch(office: Visitor, number: str) -> str:
    """The office sees the photo, files the report and sends the case to the street. The case's number."""
    page = office.page
    find(office, "/desk/reports/", number)
    expect(page.locator(".page__head .state")).to_have_text("待受理")
    expect(page.locator(".part img").first).to_be_visible()
    dialog = move(page, "立案")
    expect(dialog.get_by_label("案件类别")).not_to_have_value("")  # what the citizen chose
    dialog.get_by_label("较重").check()
    take(page, "立案", "已立案")
    page.get_by_role("link", name=re.compile("^AJ")).first.click()
    expect(page.locator(".page__head .tag")).to_have_text("较重")
    dialog = move(page, "派遣")
    dialog.get_by_label("承办单位").select_option(label="河东街道")
    take(page, "派遣", "待接收")
    return page.get_by_role("heading", level=1).inner_text()


def accept_and_handle(street: Visitor, number: str) -> None:
    """The street takes the case on; without a photo nothing counts as fixed, with one it goes to verification."""
    page = street.page
    find(street, "/desk/cases/", number)
    page.get_by_role("button", name="接收", exact=True).click()
    expect(page.locator(".page__head .state")).to_have_text("处置中")
    dialog = move(page, "处置完成")
    dialog.get_by_role("button", name="处置完成").click()
    expect(dialog.get_by_role("alert").or_(dialog.locator(".field__error"))).to_be_visible()
    dialog.get_by_label("处置后照片").set_input_files(picture(2))
    dialog.get_by_label("说明").fill("已清运并冲洗")
    take(page, "处置完成", "待核查")
    expect(page.get_by_role("link", name="核查通过", exact=True)).to_have_count(0)  # handler ≠ verifier


def verify_by_phone(grid: Visitor, words: str) -> None:
    """The grid worker stands there, compares the photos and says so."""
    page = grid.page
    page.get_by_role("link", name="现场作业").click()
    page.locator("a.task", has_text=words).click()
    for name in ("处置前", "处置后"):
        expect(page.locator("figure, .part", has_text=name).locator("img").first).to_be_visible()
    assert grid.overflow() <= 0
    assert grid.axe() == []
    page.get_by_role("button", name="已整改，核查通过").click()
    expect(page.get_by_role("status").filter(has_text="核查通过")).to_be_visible()
    expect(page.locator("a.task", has_text=words)).to_have_count(0)


def test_what_a_citizen_saw_is_fixed_verified_closed_and_told(visitor: Open) -> None:
    words = "永安路与长乐巷交口有一堆建筑渣土"
    citizen = visitor(**PHONE, **HERE)
    number = report_by_phone(citizen, words)
    tracking = citizen.page.url.removeprefix(citizen.address)

    office = visitor("office")
    case = triage_and_dispatch(office, number)
    citizen.go(tracking)
    expect(citizen.page.locator(".stage__word")).to_have_text("已派出")

    accept_and_handle(visitor("street"), case)
    verify_by_phone(visitor("grid", **PHONE), words)

    find(office, "/desk/cases/", case)
    move(office.page, "结案")
    take(office.page, "结案", "已结案")
    citizen.go(tracking)
    expect(citizen.page.locator(".stage__word")).to_have_text("已办结")
    assert citizen.axe() == []


def defect_on_a_visit(inspector: Visitor) -> str:
    """A visit to the public toilet with one defect, one number of the rest met; the number of the case it opened."""
    page = inspector.page
    page.get_by_role("link", name="现场作业").click()
    page.get_by_role("link", name="开始到访").click()
    page.get_by_label("按名称找").fill(TOILET)
    page.get_by_role("button", name="查找").click()
    page.locator("a.task", has_text=TOILET).click()
    page.get_by_role("button", name="开始到访").click()
    smell = page.locator("article.task", has_text="保洁及时、无明显异味")
    smell.locator("summary").click()
    smell.get_by_label("照片").set_input_files(picture(3))
    smell.get_by_label("说明").fill("异味明显，地面湿滑")
    smell.get_by_role("button", name="1 处").click()
    expect(smell).to_contain_text("已立案 AJ")
    number = re.search(r"AJ\d{8}-\d+", smell.inner_text())
    assert number
    whole = page.locator("article.task", has_text="设施完好、标识清楚")
    whole.get_by_role("button", name="符合", exact=True).click()
    expect(page.locator("#walked")).to_contain_text("已查 2 项")
    page.get_by_role("button", name="完成到访").click()
    expect(page.get_by_role("status").filter(has_text="发现问题 1 项")).to_be_visible()
    return number[0]


def test_a_defect_becomes_a_case_and_can_be_found_from_the_score(visitor: Open) -> None:
    inspector = visitor("inspector", **PHONE, **HERE)
    number = defect_on_a_visit(inspector)

    office = visitor("office")
    page = office.page
    find(office, "/desk/cases/", number)
    expect(page.locator(".facts").first).to_contain_text(TOILET)
    expect(page.locator(".part", has_text="照片").locator("img")).to_have_count(1)

    page.locator(".facts a[href*='/framework/standards/']").click()
    way = page.locator(".figures a[href*='/scores/standards/']").first
    opened_when_there(office, page.url.removeprefix(office.address), way)
    way.click()
    row = page.locator("#checks tr", has_text="保洁及时、无明显异味").filter(has_text=TOILET)
    row.locator("a[href*='/cases/']").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(number)


def petition(street: Visitor) -> None:
    """The street asks for more time."""
    dialog = move(street.page, "申请延期")
    dialog.get_by_label("申请理由").fill("需要协调大型机械")
    take(street.page, "申请延期", "处置中")
    expect(street.page.locator(".say--warning")).to_contain_text("河东街道申请延期")


@pytest.mark.full
def test_a_case_goes_back_and_forth_before_it_ends(visitor: Open) -> None:
    """Returned, sent out again, extended, reworked, closed, reopened, void: each step told on the page."""
    office, street = visitor("office"), visitor("street")
    open_newest(office, "filed")
    path = office.page.url.removeprefix(office.address)
    dispatch(office)

    street.go(path)
    dialog = move(street.page, "回退")
    dialog.get_by_label("不属本单位职责").check()
    take(street.page, "回退", "待派遣")
    office.go(path)
    expect(office.page.locator(".timeline")).to_contain_text("不属本单位职责")
    dispatch(office)

    street.go(path)
    street.page.get_by_role("button", name="接收", exact=True).click()
    # The page before also offers to ask for more time: its dialog would be gone with it.
    expect(street.page.locator(".page__head .state")).to_have_text("处置中")
    petition(street)
    office.go(path)
    move(office.page, "批准延期")
    take(office.page, "批准延期", "处置中")
    expect(office.page.locator(".say--warning")).to_have_count(0)

    handle(street, path, 4)
    office.go(path)
    move(office.page, "返工").get_by_label("哪里没有整改到位").fill("墙角仍有渣土")
    take(office.page, "返工", "处置中")
    handle(street, path, 5)
    expect(street.page.locator(".timeline")).to_contain_text("墙角仍有渣土")

    office.go(path)
    for name, state in (("核查通过", "待结案"), ("结案", "已结案")):
        move(office.page, name)
        take(office.page, name, state)
    move(office.page, "重新立案").get_by_label("问题反弹").check()
    take(office.page, "重新立案", "待派遣")
    move(office.page, "作废").get_by_label("误立案").check()
    take(office.page, "作废", "已作废")
    expect(office.page.locator(".page__acts a")).to_have_count(0)


def open_newest(office: Visitor, state: str) -> None:
    """The newest case in that state."""
    office.go(f"/desk/cases/?state={state}&sort=-filed")
    office.page.locator("a.row-link").first.click()
    expect(office.page.locator(".page__head .state")).to_be_visible()


def dispatch(office: Visitor) -> None:
    """To the street of the east bank."""
    move(office.page, "派遣").get_by_label("承办单位").select_option(label="河东街道")
    take(office.page, "派遣", "待接收")


def handle(street: Visitor, path: str, number: int) -> None:
    """Done, with a photo."""
    street.go(path)
    move(street.page, "处置完成").get_by_label("处置后照片").set_input_files(picture(number))
    take(street.page, "处置完成", "待核查")
