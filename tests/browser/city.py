"""Fills an empty, migrated home with a small city through the real actions, so that browser tests have work to see.

Run as ``python -m tests.browser.city`` with ``CHUANGCHENG_HOME`` set. Clock: Tuesday 2026-09-15, 12:00 in the city.
"""

from __future__ import annotations

import io
import random
from datetime import UTC, datetime, timedelta
from typing import Any

NOON = datetime(2026, 9, 15, 4, 0, tzinfo=UTC)
PASSWORD = "browser-Test-2026"  # of a throw-away home
TOILET = "永安公共厕所"
PLACES = ("朝阳路 12 号东侧", "永安市场北门", "实验小学围墙外", "人民医院门前", "长乐巷口", "火车站广场南侧")
TROUBLES = (
    "路边堆放建筑垃圾约两立方米，占压盲道，行人只能走机动车道",
    "垃圾箱满溢，周边有散落垃圾和污水",
    "共享单车占压盲道，约二十辆",
    "公益广告破损褪色，画面脱落一半",
    "流动摊贩占道经营，晚高峰影响通行",
    "路面井盖破损，车辆经过异响，夜间有危险",
    "墙面张贴、喷涂小广告，多处",
    "绿地内有白色垃圾，树坑黄土裸露",
)
PERSONAS = {
    "office": ("office", "office", "city"), "leader": ("leader", "office", "city"),
    "department": ("department", "department", ""), "street": ("street", "street", "990101001"),
    "community": ("community", "community", "990101001001"), "grid": ("grid", "street", "990101001001"),
    "inspector": ("inspector", "office", "city"), "auditor": ("auditor", "office", "city"),
    "district": ("district", "district", "990101"), "subcommand": ("subcommand", "subcommand", ""),
}  # fmt: skip


def photo(number: int, colour: tuple[int, int, int]) -> bytes:
    """A JPEG of its own content for each number."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (640, 480), colour)
    draw = ImageDraw.Draw(image)
    for step in range(12):
        draw.rectangle(
            [step * 50, 200 + (number * 37 + step * 53) % 160, step * 50 + 38, 470], fill=(90 + step * 9, 95, 90)
        )
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def square(lon: float, lat: float, size: float) -> dict[str, Any]:
    """A GeoJSON square."""
    ring = [[lon, lat], [lon + size, lat], [lon + size, lat + size], [lon, lat + size], [lon, lat]]
    return {"type": "Polygon", "coordinates": [ring]}


def _places() -> None:
    from chuangcheng.places.actions import save_division, save_grid

    for code, name, level, parent, box in (
        ("990100", "云岭市", "city", None, (120.0, 30.0, 0.04)),
        ("990101", "东山区", "district", "990100", (120.0, 30.0, 0.04)),
        ("990101001", "河东街道", "street", "990101", (120.0, 30.0, 0.02)),
        ("990101002", "河西街道", "street", "990101", (120.02, 30.0, 0.02)),
        ("990101001001", "永安社区", "community", "990101001", (120.0, 30.0, 0.01)),
        ("990101001002", "长乐社区", "community", "990101001", (120.01, 30.0, 0.01)),
        ("990101002001", "新华社区", "community", "990101002", (120.02, 30.0, 0.01)),
    ):
        save_division(code=code, name=name, level=level, parent_code=parent, boundary=square(*box))
    for community, lon in (("990101001001", 120.0), ("990101001002", 120.01), ("990101002001", 120.02)):
        save_grid(code=f"{community}001", name="第1网格", community_code=community, boundary=square(lon, 30.0, 0.01))


def _people() -> dict[str, Any]:
    from chuangcheng.kernel.actor import SYSTEM
    from chuangcheng.people.actions import give_post, save_person, save_unit
    from chuangcheng.people.selectors import actor_of
    from chuangcheng.places.selectors import division_by_code

    units: dict[str, Any] = {}
    for key, code, name, kind, order, more in (
        ("office", "U-CCB", "创城办", "office", 1, {"role_code": "civilization_office", "division": "990100"}),
        ("subcommand", "U-FZH1", "环境卫生分指挥部", "subcommand", 2, {}),
        ("district", "U-990101", "东山区创城办", "district", 10, {"division": "990101", "group": "district"}),
        ("department", "U-CGJ", "城市管理局", "department", 20, {"role_code": "urban_management", "group": "city"}),
        ("street", "U-HD", "河东街道", "street", 40, {"division": "990101001", "group": "street"}),
        ("street2", "U-HX", "河西街道", "street", 41, {"division": "990101002", "group": "street"}),
        ("community", "U-YA", "永安社区", "community", 60, {"division": "990101001001"}),
    ):
        options = dict(more)
        if "division" in options:
            options["division"] = division_by_code(str(options["division"]))
        units[key] = save_unit(
            actor=SYSTEM, code=code, name=name, short_name=name, kind=kind, official_order=order, **options
        )
    actors: dict[str, Any] = {}
    for name, (role, unit, area) in PERSONAS.items():
        person = save_person(actor=SYSTEM, username=name, name=f"张{name}", password=PASSWORD)
        division = division_by_code("990100" if area == "city" else area) if area else None
        actors[name] = actor_of(give_post(actor=SYSTEM, person=person, role=role, unit=units[unit], division=division))
    office = actors["office"]
    from chuangcheng.people.models import Person

    give_post(
        actor=SYSTEM, person=Person.objects.get(pk=office.person_id), role="leader", unit=units["office"],
        division=division_by_code("990100"), title="值班领导",
    )  # fmt: skip
    return {"actors": actors, "units": units}


def _report(number: int, moment: datetime, dice: random.Random) -> Any:
    from chuangcheng.cases import actions
    from chuangcheng.cases.actions import ReportInput
    from chuangcheng.kernel import clock
    from chuangcheng.kernel.actor import CITIZEN, SYSTEM
    from chuangcheng.kernel.digest import sha256
    from chuangcheng.kernel.ids import new_id
    from chuangcheng.photos.actions import Declaration

    data = photo(number, (150 + number % 60, 140, 120))
    given = ReportInput(
        id=new_id(), text=dice.choice(TROUBLES) + "。", source=dice.choice(["portal", "hotline", "grid"]),
        category_code=None, lat=30.001 + dice.random() * 0.008, lon=120.001 + dice.random() * 0.027,
        address=dice.choice(PLACES), contact_name="王某", contact_phone="13800000000",
        photos=(Declaration(sha256=sha256(data), role="near"),),
    )  # fmt: skip
    with clock.at(moment):
        report, _ = actions.create_report(actor=CITIZEN if given.source == "portal" else SYSTEM, given=given)
        actions.ingest_photo(report_id=report.pk, sha256=sha256(data), data=data)
    return report


def _work(report: Any, number: int, moment: datetime, people: dict[str, Any], code: str) -> None:
    """Take a report as far as its number says: 0 stays in the inbox, 8 is closed."""
    from chuangcheng.cases import actions
    from chuangcheng.kernel import clock

    actors, units = people["actors"], people["units"]
    goal = number % 9
    hours = iter(range(1, 20))

    def at() -> Any:
        return clock.at(moment + timedelta(minutes=25 * next(hours)))

    if goal == 0:
        return
    if goal == 1:
        with at():
            actions.ask_confirm(actor=actors["office"], report_id=report.pk)
        return
    with at():
        case = actions.file_report(
            actor=actors["office"], report_id=report.pk, category_code=code, severity=1 + number % 3
        )
    if goal == 2:
        return
    holder = "street" if number % 2 else "department"
    with at():
        actions.dispatch_case(actor=actors["office"], case_id=case.pk, unit_id=units[holder].pk)
    if goal == 3:
        return
    with at():
        actions.accept_case(actor=actors[holder], case_id=case.pk)
    if goal in (4, 5):
        return
    with at():
        actions.add_after_photo(actor=actors[holder], case_id=case.pk, data=photo(500 + number, (120, 150, 130)))
        actions.handle_case(actor=actors[holder], case_id=case.pk, outcome="fixed", note="已清运并冲洗路面")
    if goal == 6:
        return
    with at():
        actions.verify_case(actor=actors["inspector"], case_id=case.pk)
    if goal == 8:
        with at():
            actions.close_case(actor=actors["office"], case_id=case.pk)


def fill(reports: int = 72) -> None:
    """Make the city and about ``reports`` reports of the last five days, spread over all states."""
    from chuangcheng.cases.actions import ensure_default_routing
    from chuangcheng.framework.actions import assign_by_role, load_sample, publish_edition
    from chuangcheng.framework.selectors import categories
    from chuangcheng.kernel import clock
    from chuangcheng.kernel.actor import SYSTEM
    from chuangcheng.kernel.label import Label
    from chuangcheng.notices.actions import notify
    from chuangcheng.people.models import Person
    from chuangcheng.sites.actions import save_site

    dice = random.Random(7)
    with clock.at(NOON - timedelta(days=30)):
        _places()
        people = _people()
        edition = load_sample(actor=SYSTEM)
        publish_edition(actor=SYSTEM, edition=edition)
        assign_by_role(actor=SYSTEM, edition=edition)
        ensure_default_routing(actor=SYSTEM)
        save_site(
            actor=SYSTEM, code="WC-1", name=TOILET, kind_code="public_toilet", unit=people["units"]["street"],
            lat=30.005, lon=120.004,
        )  # fmt: skip
    codes = [each.code for each in categories() if each.is_top] or [categories()[0].code]
    for number in range(reports):
        moment = NOON - timedelta(hours=2 + (reports - number) * 1.6)
        _work(_report(number, moment, dice), number, moment, people, dice.choice(codes))
    with clock.at(NOON - timedelta(hours=1)):
        office = Person.objects.filter(username="office")
        notify(key="browser", persons=office, topic="case.returned", subject=("case", edition.pk),
               text=Label("河东街道退回案件，请重新派遣", "A case was returned"), url="/desk/cases/")  # fmt: skip


if __name__ == "__main__":
    import django

    django.setup()
    fill()
