"""Complaints at windows: the unit that runs the window neither sees nor handles them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chuangcheng.cases import actions, complaints, selectors
from chuangcheng.cases.models import Report
from chuangcheng.cases.publication import published
from chuangcheng.cases.window_work import hand_to_superior, receive_voice
from chuangcheng.framework.models import Edition, SiteKind
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN, Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.models import Unit
from chuangcheng.sites.models import Site, Voice
from chuangcheng.sites.windows import selectors as windows
from tests.conftest import NOON


def make_window(city: Any, unit: str = "street", code: str = "DT1", kind: str = "gov_service_hall") -> Site:
    """A hall in 永安 that the street runs; the street answers to the district."""
    edition = Edition.objects.get_or_create(code="E", defaults={"name_zh": "体系", "version": "1"})[0]
    row = SiteKind.objects.get_or_create(edition=edition, code=kind, defaults={"prefix": kind[:2], "zh": "政务大厅"})[0]
    Unit.objects.filter(pk=city.units["street"].pk).update(parent=city.units["district"])
    community = city.communities[0]
    return Site.objects.create(
        code=code, name="河东便民大厅", kind_code=kind, kind=row, unit=Unit.objects.get(pk=city.units[unit].pk),
        division=community, division_path=community.path, lat=30.002, lon=120.002,
    )  # fmt: skip


@pytest.fixture
def window(small_city: Any, noon: Any, limits: None) -> Site:
    return make_window(small_city)


def complain(site: Site, **more: Any) -> tuple[Any, Report | None]:
    given = {"voice_id": new_id(), "tone": "complaint", "aspect": "manner", "text": "排了两小时没人理", **more}
    return receive_voice(site=site, **given)


def test_praise_is_kept_and_makes_no_work(window: Site) -> None:
    voice, report = complain(window, tone="praise", text="")
    assert (voice.tone, report, Report.objects.count()) == ("praise", None, 0)


def test_a_complaint_is_a_report_of_the_city_office(window: Site, personas: dict[str, Actor]) -> None:
    voice, report = complain(window, contact_name="王某", contact_phone="13800138000")
    assert report is not None and voice.report_id == report.pk
    assert (report.source, report.division_path, report.lat) == ("window", "", None)
    assert "【窗口服务·服务态度】" in report.text and "河东便民大厅" in report.address
    assert b"13800138000" not in bytes(report.contact_cipher)
    for role in ("office", "leader", "inspector", "auditor"):
        assert selectors.visible_reports(personas[role]).filter(pk=report.pk).exists(), role
    for role in ("street", "community", "grid", "district", "department", "subcommand", "street2"):
        assert not selectors.visible_reports(personas[role]).filter(pk=report.pk).exists(), role
    assert not published().filter(pk=report.pk).exists()


def test_a_complaint_about_a_person_leaves_the_system(window: Site, personas: dict[str, Actor]) -> None:
    voice, report = complain(window, about_person=True)
    assert voice is None and report is not None and report.complaint
    assert complaints.get_for(personas["office"], report.pk) == report
    for role, actor in personas.items():
        assert not selectors.visible_reports(actor).filter(pk=report.pk).exists(), role
    (row,) = windows.windows_for(personas["office"], clock.now())
    assert (row.praises, row.complaints) == (0, 0), "not even counted at the window"
    referred = complaints.refer(
        actor=personas["office"], report_id=report.pk, reason_code="complaint_staff", office="hotline"
    )
    assert referred.state == "referred"
    with pytest.raises(Refused, match=r"common\.not_found"):
        hand_to_superior(actor=personas["office"], report_id=report.pk)


def test_the_same_press_twice_is_one_report(window: Site) -> None:
    same = new_id()
    for _ in range(2):
        complain(window, voice_id=same)
    assert (Voice.objects.count(), Report.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [({"text": " "}, r"sites\.missing"), ({"aspect": "moon"}, r"sites\.unknown_choice"),
     ({"tone": "moon"}, r"sites\.unknown_choice"), ({"text": "长" * 1001}, r"sites\.too_long"),
     ({"contact_phone": "不是电话"}, r"common\.invalid")],
)  # fmt: skip
def test_nonsense_leaves_nothing(window: Site, wrong: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused, match=code):
        complain(window, **wrong)
    assert not (Voice.objects.exists() or Report.objects.exists())


def test_a_closed_window_and_a_market_are_none(window: Site, small_city: Any) -> None:
    market = make_window(small_city, code="MK1", kind="farmers_market")
    Site.objects.filter(pk=window.pk).update(state="closed")
    for site in (market, Site.objects.get(pk=window.pk)):
        with pytest.raises(Refused, match=r"window\.not_one"):
            complain(site)
        with pytest.raises(Refused, match=r"common\.not_found"):
            windows.public_window(site.pk)


def test_it_goes_to_the_unit_above_and_never_to_the_window(
    window: Site, personas: dict[str, Actor], small_city: Any
) -> None:
    _, report = complain(window)
    assert report is not None
    case = hand_to_superior(actor=personas["office"], report_id=report.pk)
    assert (case.holder, case.source, case.category) == (small_city.units["district"], "window", None)
    assert selectors.get_case_for(personas["district"], case.pk) == case
    for role in ("street", "community", "grid"):
        with pytest.raises(Refused, match=r"common\.not_found"):
            selectors.get_case_for(personas[role], case.pk)
    with pytest.raises(Refused, match=r"window\.own_complaint"):
        actions.pass_on(actor=personas["district"], case_id=case.pk, unit_id=small_city.units["street"].pk)
    passed = actions.pass_on(actor=personas["district"], case_id=case.pk, unit_id=small_city.units["street2"].pk)
    assert passed.holder == small_city.units["street2"]


def test_the_office_cannot_dispatch_it_to_the_window_either(
    window: Site, personas: dict[str, Actor], small_city: Any
) -> None:
    _, report = complain(window)
    assert report is not None
    case = actions.file_report(actor=personas["office"], report_id=report.pk)
    for units in ({"unit_id": small_city.units["street"].pk},
                  {"unit_id": small_city.units["district"].pk, "co_units": (small_city.units["street"].pk,)}):  # fmt: skip
        with pytest.raises(Refused, match=r"window\.own_complaint"):
            actions.dispatch_case(actor=personas["office"], case_id=case.pk, **units)


@pytest.mark.parametrize("role", ["leader", "street", "district", "department", "inspector", "auditor"])
def test_who_may_not_hand_it_up(window: Site, personas: dict[str, Actor], role: str) -> None:
    _, report = complain(window)
    assert report is not None
    with pytest.raises(Refused):
        hand_to_superior(actor=personas[role], report_id=report.pk)
    assert Report.objects.get(pk=report.pk).case is None


def test_the_unit_above(window: Site, small_city: Any) -> None:
    units = small_city.units
    assert windows.superior_of(window.unit) == units["district"]
    Unit.objects.filter(pk=units["street"].pk).update(line_parent=units["subcommand"])
    assert windows.superior_of(Unit.objects.get(pk=units["street"].pk)) == units["subcommand"]
    assert windows.superior_of(Unit.objects.get(pk=units["department"].pk)) == units["office"]
    assert windows.superior_of(Unit.objects.get(pk=units["office"].pk)) is None


def test_who_reads_what_was_said(window: Site, personas: dict[str, Actor], small_city: Any) -> None:
    complain(window)
    complain(window, tone="praise")
    with clock.at(NOON - timedelta(days=91)):
        complain(window)
    for role in ("office", "leader", "auditor"):
        (row,) = windows.windows_for(personas[role], clock.now())
        assert (row.praises, row.complaints) == (1, 1)
    for role in ("street", "district", "department", "community", "grid", "inspector", "subcommand"):
        assert not windows.windows_for(personas[role], clock.now()).exists()
    own = make_window(small_city, unit="office", code="DT2")
    assert own not in windows.windows_for(personas["leader"], clock.now()), "the office runs that one itself"


def test_other_reports_still_need_a_category(personas: dict[str, Actor], window: Site) -> None:
    given = actions.ReportInput(id=new_id(), text="垃圾", source="portal", lat=30.003, lon=120.002)
    report, _ = actions.create_report(actor=CITIZEN, given=given)
    with pytest.raises(Refused, match=r"case\.unknown_category"):
        actions.file_report(actor=personas["office"], report_id=report.pk)
    with pytest.raises(Refused, match=r"common\.not_found"):
        hand_to_superior(actor=personas["office"], report_id=report.pk)
