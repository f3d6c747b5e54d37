"""Merge, its undoing, and split: nothing is lost, every chain says what happened, every number leads to the work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.cases import actions, nearby, projections, rates, selectors, timeline
from chuangcheng.cases.actions.bulk import take_many
from chuangcheng.cases.charges import charges
from chuangcheng.cases.models import Case, Report
from chuangcheng.cases.obligations import orders_of
from chuangcheng.cases.states import CASE, UNCOUNTED
from chuangcheng.cases.status import LABELS, status_of, with_status
from chuangcheng.history import sweep
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.notices.models import Notice
from chuangcheng.photos import selectors as photos
from chuangcheng.portal.story import stage_of, stage_of_case, steps_of
from tests.cases.play import LITTER, OTHER_STREET, POINT, Play, given, picture
from tests.conftest import NOON


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


def merge(play: Play, case: Case, target: Case, who: str = "office") -> Case:
    return actions.merge_case(actor=play.by[who], case_id=case.pk, target_id=target.pk)


def unmerge(play: Play, case: Case) -> Case:
    return actions.unmerge_case(actor=play.by["office"], case_id=case.pk)


def case_of(report: Report) -> UUID | None:
    return Report.objects.values_list("case", flat=True).get(pk=report.pk)


def filed_report(play: Play, **more: object) -> tuple[Report, Case]:
    report = play.report(**more)
    case = actions.file_report(actor=play.by["office"], report_id=report.pk, category_code="06010")
    report.refresh_from_db()
    return report, case


def is_whole() -> bool:
    return not [*projections.check_reports(), *projections.check_cases()]


def test_reports_move_with_a_row_on_every_chain(play: Play) -> None:
    report, case = filed_report(play)
    linked = play.joined(case)
    target = play.handling()
    merged = merge(play, case, target)
    assert (merged.state, merged.merged_into_id, merged.on_time) == ("merged", target.pk, True)
    assert {case_of(report), case_of(linked)} == {target.pk}
    row = events_of("case", case.pk).last()
    assert row.action == "case.merged"
    assert set(row.after["reports"]) == {str(report.pk), str(linked.pk)}
    moved = events_of("report", linked.pk).last()
    assert (moved.action, moved.before, moved.after) == (
        "report.moved", {"case_id": str(case.pk)}, {"case_id": str(target.pk)},
    )  # fmt: skip
    absorbed = events_of("case", target.pk).last()
    assert (absorbed.action, absorbed.after) == ("case.absorbed", {"case": str(case.pk)})
    assert Case.objects.get(pk=target.pk).state == "handling"
    assert is_whole()


def test_the_work_on_the_merged_case_ends(play: Play) -> None:
    case = play.asked()
    merge(play, case, play.filed())
    assert not case.assignments.filter(state__in=("open", "passed")).exists()
    assert case.petitions.get().state == "lapsed"


@pytest.mark.parametrize(("hours", "in_time"), [(1, True), (100, False)])
def test_whether_it_was_in_time_is_noted(play: Play, hours: int, in_time: bool) -> None:
    case, target = play.filed(), play.filed()
    with clock.at(NOON + timedelta(hours=hours)):
        assert merge(play, case, target).on_time is in_time


def test_the_target_keeps_its_clock_and_takes_what_is_graver(play: Play) -> None:
    target = play.handling()
    case = play.filed(severity=3, found_from_above=True)
    due = target.due_at
    merge(play, case, target)
    target.refresh_from_db()
    assert (target.due_at, target.severity, target.found_from_above) == (due, 3, True)
    unmerge(play, case)
    target.refresh_from_db()
    assert (target.severity, target.found_from_above) == (1, False)
    assert is_whole()


def test_what_another_merged_case_brought_stays_when_one_leaves(play: Play) -> None:
    target, one, other = play.filed(), play.filed(severity=2), play.filed(severity=2)
    merge(play, one, target)
    merge(play, other, target)
    unmerge(play, one)
    target.refresh_from_db()
    assert target.severity == 2
    unmerge(play, other)
    target.refresh_from_db()
    assert target.severity == 1


def test_a_chain_of_merges_ends_at_the_last(play: Play) -> None:
    report, first = filed_report(play)
    second, third = play.filed(), play.filed()
    merge(play, first, second)
    merge(play, second, third)
    first.refresh_from_db()
    assert first.merged_into_id == third.pk
    assert case_of(report) == third.pk
    assert events_of("case", first.pk).last().action == "case.redirected"
    later = play.filed()
    assert merge(play, later, first).merged_into_id == third.pk  # the old number stands for the last
    assert is_whole()


def test_a_ring_is_refused(play: Play) -> None:
    one, other = play.filed(), play.filed()
    assert refusal(lambda: merge(play, one, one)) == "case.merge_ring"
    merge(play, one, other)
    assert refusal(lambda: merge(play, other, one)) == "case.merge_ring"
    assert refusal(lambda: merge(play, one, other)) == "state.move_refused"


@pytest.mark.parametrize("state", ["closed", "void"])
def test_nothing_is_merged_into_what_has_ended(play: Play, state: str) -> None:
    assert refusal(lambda: merge(play, play.filed(), play.in_state(state))) == "case.target_ended"


def test_rights_over_both_are_asked(play: Play) -> None:
    here, there = play.filed(), play.filed()
    for who in ("street", "district", "leader", "inspector"):
        assert refusal(lambda who=who: merge(play, here, there, who)) == "common.not_allowed"  # type: ignore[misc]
    assert refusal(lambda: actions.merge_case(actor=play.by["office"], case_id=here.pk, target_id=new_id())) == (
        "common.not_found"
    )


def test_a_dispatcher_of_one_street_reaches_only_its_own(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    from chuangcheng.people import rights

    role = rights.roles()["street"]
    monkeypatch.setitem(rights.roles(), "street", type(role)(
        **{**{name: getattr(role, name) for name in role.__dataclass_fields__},
           "permissions": role.permissions | {"cases.dispatch"}}))  # fmt: skip
    here, near, there = play.filed(), play.filed(), play.filed(**OTHER_STREET)
    assert refusal(lambda: merge(play, here, there, "street")) == "common.not_found"
    assert merge(play, here, near, "street").state == "merged"


def test_undone_it_is_as_before(play: Play) -> None:
    report, case = filed_report(play)
    own = play.joined(case)
    target = play.handling()
    theirs = play.joined(target)
    due = case.due_at
    merge(play, case, target)
    late = play.joined(case)  # linked by the old number, so to the one that stands for it
    assert case_of(late) == target.pk
    back = unmerge(play, case)
    assert (back.state, back.merged_into_id, back.on_time, back.holder_id, back.due_at) == (
        "filed",
        None,
        None,
        None,
        due,
    )
    assert [case_of(one) for one in (report, own, theirs, late)] == [case.pk, case.pk, target.pk, target.pk]
    assert events_of("case", target.pk).last().action == "case.released"
    assert events_of("report", own.pk).last().action == "report.restored"
    assert is_whole()


def test_the_time_it_was_merged_is_nobodys(play: Play) -> None:
    case, target = play.dispatched(), play.filed()
    with clock.at(NOON + timedelta(hours=2)):
        merge(play, case, target)
    with clock.at(NOON + timedelta(days=30)):
        back = unmerge(play, case)
        assert back.due_at > clock.now()
        used = {(one.work, one.unit): one.amount for one in charges(back, clock.now())}
        assert sum(used.values()) < 3


def test_undoing_in_any_order_gives_each_its_own(play: Play) -> None:
    (one, first), (two, second) = filed_report(play), filed_report(play)
    third = play.filed()
    merge(play, first, second)
    merge(play, second, third)
    unmerge(play, first)
    assert (case_of(one), case_of(two)) == (first.pk, third.pk)
    merge(play, first, third)
    unmerge(play, second)  # what the first had taken back and brought again is not the second's
    assert (case_of(one), case_of(two)) == (third.pk, second.pk)
    unmerge(play, first)
    assert case_of(one) == first.pk
    assert is_whole()


def test_undoing_the_later_first_restores_the_earlier(play: Play) -> None:
    (one, first), (two, second) = filed_report(play), filed_report(play)
    third = play.filed()
    merge(play, first, second)
    merge(play, second, third)
    unmerge(play, second)
    first.refresh_from_db()
    assert (first.state, first.merged_into_id) == ("merged", second.pk)
    assert (case_of(one), case_of(two)) == (second.pk, second.pk)
    assert events_of("case", first.pk).last().action == "case.restored"
    unmerge(play, first)
    assert case_of(one) == first.pk
    assert is_whole()


def test_it_can_be_undone_after_the_target_was_closed(play: Play) -> None:
    target = play.verified()
    report, case = filed_report(play)
    merge(play, case, target)
    actions.close_case(actor=play.by["office"], case_id=target.pk)
    assert unmerge(play, case).state == "filed"
    assert case_of(report) == case.pk


def test_a_merged_case_counts_nowhere(play: Play) -> None:
    case = play.handled()
    target = play.filed()
    merge(play, case, target)
    late = NOON + timedelta(days=20)
    found = rates.rates(Case.objects.all(), late)
    assert (found["handle"].numerator, found["handle"].denominator) == (0, 1)
    assert status_of(Case.objects.get(pk=case.pk), late) == "merged"
    for status in LABELS:
        assert (case in Case.objects.filter(with_status(status, late))) == (status == "merged")
    assert UNCOUNTED == ("void", "merged")
    assert not {*UNCOUNTED} & {*CASE.open_states()}


def test_watches_are_read_through_the_pointer_and_a_phone_counts_once(play: Play) -> None:
    (_, case), (_, target) = filed_report(play), filed_report(play)
    watch_id = new_id()
    actions.watch_case(watch_id=watch_id, case_id=case.pk, phone="a" * 16)
    actions.watch_case(watch_id=new_id(), case_id=target.pk, phone="a" * 16)
    actions.watch_case(watch_id=new_id(), case_id=target.pk, phone="b" * 16)
    merge(play, case, target)
    (near,) = nearby.around(POINT["lat"], POINT["lon"])
    assert (near.case.pk, near.people) == (target.pk, 2 + 2)
    follower = selectors.standing(selectors.public_watch(watch_id).case)
    assert follower.pk == target.pk
    again, created = actions.watch_case(watch_id=watch_id, case_id=case.pk, phone="a" * 16)
    assert (again.pk, created) == (watch_id, False)
    late, created = actions.watch_case(watch_id=new_id(), case_id=case.pk, phone="c" * 16)  # by a page of yesterday
    assert (late.case_id, created) == (target.pk, True)


def test_citizens_read_the_story_of_the_case_that_goes_on(play: Play, client: Client) -> None:
    report, case = filed_report(play)
    watch_id = new_id()
    actions.watch_case(watch_id=watch_id, case_id=case.pk, phone="a" * 16)
    target = play.handling()
    merge(play, case, target)
    report = selectors.public_report(report.pk)
    assert stage_of(report) == stage_of_case(target)
    assert any("合并" in str(step.title) for step in steps_of(report))
    assert target.number in client.get(reverse("portal:watch", args=[watch_id])).content.decode()
    answer = client.get(f"/api/v1/reports/{report.pk}").json()
    assert (answer["case_number"], answer["case_state"]) == (target.number, "handling")


def test_the_story_names_the_other_case(play: Play) -> None:
    case, target = play.filed(), play.filed()
    merge(play, case, target)
    case.refresh_from_db()
    assert timeline.of_case(case)[-1].case == (target.number, target.pk)
    assert timeline.of_case(target)[-1].case == (case.number, case.pk)


def test_those_who_worked_on_it_are_told(play: Play) -> None:
    case, target = play.handling(), play.filed()
    sweep.drain()
    Notice.objects.all().delete()
    merge(play, case, target)
    sweep.drain()
    assert {notice.subject_id for notice in Notice.objects.filter(topic="case.merged")} == {target.pk}


def test_many_into_one_with_what_could_not_be(play: Play) -> None:
    target, one, closed = play.filed(), play.filed(), play.closed()
    found = take_many(
        actor=play.by["office"], ids=[one.pk, target.pk, closed.pk], move="merge", values={"number": target.number}
    )
    assert [row.number for row in found.done] == [one.number]
    assert {row.code for row in found.refused} == {"case.merge_ring", "state.move_refused"}
    again = take_many(actor=play.by["office"], ids=[one.pk], move="merge", values={"number": target.number})
    assert [row.number for row in again.already] == [one.number]
    none = take_many(actor=play.by["office"], ids=[closed.pk], move="merge", values={"number": "AJ20260101-000001"})
    assert [row.code for row in none.refused] == ["case.no_number"]


# split


def split(play: Play, case: Case, *reports: Report, **more: object) -> Case:
    ids = [report.pk for report in reports]
    return actions.split_case(actor=play.by["office"], case_id=case.pk, report_ids=ids, **more)  # type: ignore[arg-type]


def test_split_off_reports_become_a_case_with_a_clock_of_its_own(play: Play) -> None:
    _, case = filed_report(play)
    other = play.joined(case, text="井盖松动")
    with clock.at(NOON + timedelta(days=3)):
        new = split(play, case, other, category_code="04001F")
        assert new.filed_at == clock.now() < new.due_at
    assert (new.origin_kind, new.origin_id, new.text, new.category.code) == ("case", case.pk, "井盖松动", "04001F")
    assert new.number != case.number
    assert case_of(other) == new.pk
    row = events_of("case", case.pk).last()
    assert (row.action, row.after["case"], row.after["reports"]) == ("case.split", str(new.pk), [str(other.pk)])
    assert events_of("report", other.pk).last().action == "report.split_off"
    assert is_whole()


def test_photos_come_along_as_copies(play: Play) -> None:
    case = play.handling()
    other = play.joined(case)
    play.joined(case)
    photo = actions.add_photo(actor=play.by["street"], case_id=case.pk, role="evidence", data=picture())
    new = split(play, case, other, photo_ids=[photo.pk])
    (copy,) = photos.of(("case", new.pk))
    assert (copy.stored_sha256, copy.role) == (photo.stored_sha256, "evidence")
    assert photos.of(("case", case.pk)).count() == 1
    assert refusal(lambda: split(play, case, *case.reports.all(), photo_ids=[copy.pk])) == "common.not_found"


def test_what_is_no_split_is_refused(play: Play) -> None:
    report, case = filed_report(play)
    assert refusal(lambda: split(play, case, report)) == "case.split_all"
    assert refusal(lambda: split(play, case)) == "state.missing"
    assert refusal(lambda: split(play, case, play.report())) == "case.not_its_report"
    play.joined(case)
    assert refusal(lambda: split(play, case, report, category_code="00000")) == "case.unknown_category"
    case.refresh_from_db()
    assert case.reports.count() == 2


def test_a_case_from_a_patrol_can_give_away_its_only_report(play: Play) -> None:
    case = play.filed()
    wrong = play.joined(case)
    assert split(play, case, wrong).origin_id == case.pk


def test_what_was_split_off_does_not_come_back_with_the_merge(play: Play) -> None:
    report, case = filed_report(play)
    stays = play.joined(case)
    target = play.filed()
    merge(play, case, target)
    new = split(play, target, report)
    unmerge(play, case)
    assert (case_of(report), case_of(stays)) == (new.pk, case.pk)
    assert is_whole()


def test_contacts_are_kept_until_the_case_that_goes_on_is_over(play: Play) -> None:
    from chuangcheng.cases.actions import privacy

    report, case = filed_report(play, contact_phone="13812345678")
    target = play.handling()
    merge(play, case, target)
    late = NOON + timedelta(days=400)
    with clock.at(late):
        assert privacy.erase_contacts(ended_before=late - timedelta(days=180)) == 0
        actions.merge_case(actor=play.by["office"], case_id=target.pk, target_id=play.filed().pk)
        assert privacy.erase_contacts(ended_before=late - timedelta(days=180)) == 0
    assert Report.objects.get(pk=report.pk).contact_cipher


# obligations


def test_each_order_keeps_its_number_limit_and_reply_and_must_be_answered(play: Play) -> None:
    values = {"source": "hotline", "external_source": "hotline"}
    orders = []
    for number, days in (("A-1", 2), ("A-2", 5)):
        body = given(**values, external_number=number)
        due = NOON + timedelta(days=days)
        report, _ = actions.create_report(actor=play.by["office"], given=body, reply_due_at=due)
        orders.append(
            (report.order, actions.file_report(actor=play.by["office"], report_id=report.pk, category_code=LITTER))
        )
    (one, case), (other, target) = orders
    before = (one.number, one.due_at, one.state)
    merge(play, case, target)
    one.refresh_from_db()
    assert (one.number, one.due_at, one.state) == before
    assert set(orders_of(target)) == {one, other} and not orders_of(case).exists()
    actions.dispatch_case(actor=play.by["office"], case_id=target.pk, unit_id=play.unit("street"))
    actions.accept_case(actor=play.by["street"], case_id=target.pk)
    play.prove(target)
    actions.handle_case(actor=play.by["street"], case_id=target.pk, outcome="fixed")
    actions.verify_case(actor=play.by["inspector"], case_id=target.pk)
    assert refusal(lambda: actions.close_case(actor=play.by["office"], case_id=target.pk)) == "case.orders_unanswered"
