"""From report to case: confirmation on the spot, linking, filing, refusing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chuangcheng.cases import actions, selectors
from chuangcheng.cases.models import Case, Report
from chuangcheng.history.models import Outbox
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from tests.cases.play import LITTER, OTHER_STREET, OUTSIDE, POINT, Play
from tests.conftest import NOON


def refused(call: object) -> str:
    with pytest.raises(Refused) as refusal:
        call()  # type: ignore[operator]
    return refusal.value.code


def test_a_grid_worker_answers_within_a_day(play: Play) -> None:
    report = actions.ask_confirm(actor=play.by["office"], report_id=play.report().id)
    assert (report.state, report.confirm_due_at) == ("pending_confirm", NOON + timedelta(hours=24))


@pytest.mark.parametrize("found", [True, False])
def test_what_was_found_is_kept(play: Play, found: bool) -> None:
    report = play.report_in("pending_confirm")
    report = actions.confirm_report(actor=play.by["grid"], report_id=report.id, found=found)
    assert (report.state, report.confirmed, report.confirm_due_at) == ("received", found, None)


def test_asking_again_forgets_the_first_answer(play: Play) -> None:
    report = play.report_in("pending_confirm")
    actions.confirm_report(actor=play.by["grid"], report_id=report.id, found=False)
    assert actions.ask_confirm(actor=play.by["office"], report_id=report.id).confirmed is None


def test_a_report_without_a_place_cannot_be_confirmed(play: Play) -> None:
    for more in ({"lat": None, "lon": None}, OUTSIDE):
        report = play.report(**more)
        ask = lambda report=report: actions.ask_confirm(actor=play.by["office"], report_id=report.id)  # noqa: E731
        assert refused(ask) == "report.no_place"


def test_the_worker_of_another_community_does_not_confirm(play: Play) -> None:
    report = play.report(**OTHER_STREET)
    actions.ask_confirm(actor=play.by["office"], report_id=report.id)
    confirm = lambda name: actions.confirm_report(  # noqa: E731
        actor=play.by[name], report_id=report.id, found=True
    )
    assert refused(lambda: confirm("grid")) == "common.not_found"
    assert refused(lambda: confirm("street")) == "common.not_found"
    assert confirm("street2").confirmed


def test_ones_own_report_from_elsewhere_is_seen_but_not_moved(play: Play) -> None:
    from tests.cases.play import given

    report, _ = actions.create_report(actor=play.by["grid"], given=given(source="grid", **OTHER_STREET))
    assert selectors.get_report_for(play.by["grid"], report.id) == report
    actions.ask_confirm(actor=play.by["office"], report_id=report.id)
    confirm = lambda: actions.confirm_report(actor=play.by["grid"], report_id=report.id, found=True)  # noqa: E731
    assert refused(confirm) == "report.not_in_area"


def test_out_of_city_only_the_office_decides(play: Play) -> None:
    report = play.report(**OUTSIDE)
    refuse = lambda name: actions.refuse_report(  # noqa: E731
        actor=play.by[name], report_id=report.id, reason_code="out_of_scope"
    )
    assert refused(lambda: refuse("district")) == "common.not_found"
    assert refuse("office").reason_code == "out_of_scope"


def test_filing_makes_a_case_from_the_report(play: Play) -> None:
    report = play.report(address="永安路1号")
    case = actions.file_report(
        actor=play.by["office"], report_id=report.id, category_code="07003", condition="dangerous", severity=3
    )
    report.refresh_from_db()
    assert (report.state, report.case) == ("filed", case)
    assert (case.state, case.text, case.address, case.source) == ("filed", report.text, "永安路1号", "portal")
    assert (case.lat, case.lon) == (POINT["lat"], POINT["lon"])
    assert (case.division_path, case.grid_id) == (report.division_path, report.grid_id)
    assert (case.origin_kind, case.origin_id, case.severity) == ("report", report.id, 3)
    assert case.number.startswith("AJ20260915-")
    assert case.due_at == NOON + timedelta(hours=2)
    topics = list(Outbox.objects.order_by("id").values_list("topic", flat=True))
    assert topics == ["report.created", "case.filed", "report.filed"]


def test_the_reporters_category_counts_if_nobody_corrects_it(play: Play) -> None:
    report = play.report(category_code=LITTER)
    assert actions.file_report(actor=play.by["office"], report_id=report.id).category.code == LITTER
    other = play.report()
    assert refused(lambda: actions.file_report(actor=play.by["office"], report_id=other.id)) == "case.unknown_category"
    other.refresh_from_db()
    assert other.state == "received"
    assert Case.objects.count() == 1


def test_many_reports_one_case(play: Play) -> None:
    case = play.handling()
    for _ in range(3):
        report = actions.link_report(actor=play.by["office"], report_id=play.report().id, case_id=case.id)
        assert (report.state, report.case_id) == ("linked", case.id)
    assert case.reports.count() == 3


@pytest.mark.parametrize("state", ["closed", "void"])
def test_nothing_is_linked_to_an_ended_case(play: Play, state: str) -> None:
    case, report = play.in_state(state), play.report()
    link = lambda: actions.link_report(actor=play.by["office"], report_id=report.id, case_id=case.id)  # noqa: E731
    assert refused(link) == "report.case_ended"


def test_one_links_to_a_case_one_may_see(play: Play) -> None:
    from chuangcheng.kernel.ids import new_id

    report = play.report()
    link = lambda case_id: actions.link_report(  # noqa: E731
        actor=play.by["district"], report_id=report.id, case_id=case_id
    )
    assert refused(lambda: link(new_id())) == "common.not_found"
    assert refused(lambda: link(play.filed(**OUTSIDE).id)) == "common.not_found"
    assert link(play.filed().id).state == "linked"


def test_after_an_objection_it_can_still_be_filed(play: Play) -> None:
    report = play.refused()
    actions.object_to_refusal(report_id=report.id, code=actions.code_of(report.id))
    actions.file_report(actor=play.by["office"], report_id=report.id, category_code=LITTER)
    stored = Report.objects.get()
    assert (stored.state, stored.reason_code, stored.objected) == ("filed", "", True)


def test_a_finding_becomes_a_case_of_the_sites_unit_wherever_it_goes(play: Play, make_site: object) -> None:
    site = make_site("street")  # type: ignore[operator]
    case = play.filed(site=site)
    assert case.responsible_id == play.unit("street")
    case = actions.dispatch_case(actor=play.by["office"], case_id=case.id, unit_id=play.unit("department"))
    assert (case.holder_id, case.responsible_id) == (play.unit("department"), play.unit("street"))
    case = actions.return_case(actor=play.by["department"], case_id=case.id, reason_code="not_ours")
    assert (case.holder_id, case.responsible_id) == (None, play.unit("street"))


@pytest.mark.parametrize(
    ("more", "field"),
    [({"severity": 4}, "severity"), ({"text": ""}, "text"), ({"lat": None}, "lat"), ({"source": "x"}, "source"),
     ({"condition": ""}, "condition")],
)  # fmt: skip
def test_a_bad_case_names_its_field(play: Play, more: dict[str, object], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        play.filed(**more)
    assert [problem.field for problem in refusal.value.fields] == [field]


@pytest.mark.parametrize("persona", ["office", "district", "street", "inspector"])
def test_who_files_from_a_finding(play: Play, persona: str) -> None:
    case = actions.file_case(
        actor=play.by[persona], text="暴露垃圾", category_code=LITTER, address="", source="patrol", **POINT
    )
    assert case.filed_by_id == play.by[persona].person_id


@pytest.mark.parametrize("persona", ["leader", "subcommand", "department", "community", "grid", "auditor"])
def test_who_does_not(play: Play, persona: str) -> None:
    file = lambda: actions.file_case(  # noqa: E731
        actor=play.by[persona], text="暴露垃圾", category_code=LITTER, address="", source="patrol", **POINT
    )
    assert refused(file) == "common.not_allowed"
    assert not Case.objects.exists()


def test_a_street_files_in_its_own_area(play: Play) -> None:
    file = lambda: actions.file_case(  # noqa: E731
        actor=play.by["street"], text="暴露垃圾", category_code=LITTER, address="", source="patrol", **OTHER_STREET
    )
    assert refused(file) == "case.not_in_area"
    assert not Case.objects.exists()


def test_the_confirm_limit_runs_round_the_clock(play: Play) -> None:
    with clock.at(NOON + timedelta(days=4)):  # a Saturday
        report = play.report_in("pending_confirm")
    assert report.confirm_due_at == NOON + timedelta(days=5)
