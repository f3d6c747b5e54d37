"""Random lives: whatever moves are taken in whatever order, the laws of the room hold and history tells it all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from chuangcheng.cases import actions, projections, selectors
from chuangcheng.cases.chronicle import CASE_FIELDS, Fold
from chuangcheng.cases.models import Case, Report
from chuangcheng.cases.states import CASE, OUTCOMES_WITHOUT_PHOTO
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.digest import GENESIS
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from tests.cases.moving import BEHIND_CALLS, CASE_CALLS, OWNER_CALLS, PETITION_CALLS
from tests.cases.play import LITTER, Play
from tests.conftest import NOON

PERSONAS = ["office", "district", "street", "community", "department", "grid", "inspector", "leader"]
UNITS = ["district", "street", "street2", "community", "department"]
CALLS = {**CASE_CALLS, **OWNER_CALLS, **PETITION_CALLS}
#: Possible only with reports or an earlier case behind the case: they have rules of their own.
APART = {*BEHIND_CALLS, "merge", "unmerge"}
PHONES = ["a" * 16, "b" * 16, "c" * 16]
#: The straight way; without it random moves hardly ever get past the dispatch.
NEXT = {
    "filed": "dispatch", "dispatched": "accept", "handling": "handle", "handled": "verify", "verified": "close",
    "suspended": "resume", "closed": "reopen", "merged": "unmerge",
}  # fmt: skip


class Lives(RuleBasedStateMachine):
    """Three cases, a report of each and one that waits, moved by random personas while the clock runs on."""

    play: ClassVar[Play]

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.undo = transaction.atomic()
        self.undo.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    def run(self, call: Any) -> None:
        """One try of one move; a refusal must leave nothing behind."""
        with clock.at(self.now):
            try:
                with transaction.atomic():
                    call()
            except Refused:
                pass

    @initialize()
    def file(self) -> None:
        with clock.at(self.now):
            self.report = self.play.report()
            self.cases = [
                self.play.filed(source="portal"),
                self.play.filed(source="portal", found_from_above=True),
                self.play.filed(source="portal", severity=2),
            ]
            for case in self.cases:
                self.play.joined(case)
                for phone in PHONES[: 1 + case.severity]:
                    actions.watch_case(watch_id=new_id(), case_id=case.id, phone=phone)

    @rule(hours=st.integers(1, 60))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        with clock.at(self.now):
            actions.resume_due(now=self.now)

    @rule(
        which=st.integers(0, 2),
        move=st.sampled_from(sorted(set(CALLS) - {"void", "merge"})),
        who=st.sampled_from(PERSONAS),
    )
    def move(self, which: int, move: str, who: str) -> None:
        case = Case.objects.get(pk=self.cases[which].pk)
        if move in PETITION_CALLS and not case.petitions.exists():
            return
        self.run(lambda: CALLS[move](self.play, self.play.by[who], case))

    @rule(which=st.integers(0, 2), steps=st.integers(1, 5))
    def forward(self, which: int, steps: int) -> None:
        """The straight way, as far as it goes."""
        for _ in range(steps):
            case = Case.objects.get(pk=self.cases[which].pk)
            move = NEXT.get(case.state)
            offers = [] if move is None else self.offers(case, move)
            if not offers:
                return
            self.run(lambda case=case, move=move, who=offers[0]: CALLS[move](self.play, self.play.by[who], case))

    @rule(which=st.integers(0, 2), kind=st.sampled_from(["ask_extension", "ask_suspension"]), granted=st.booleans())
    def more_time(self, which: int, kind: str, granted: bool) -> None:
        """The holder asks, the office decides."""
        case = Case.objects.get(pk=self.cases[which].pk)
        for who in self.offers(case, kind):
            self.run(lambda who=who: CALLS[kind](self.play, self.play.by[who], case))
        if granted and case.petitions.filter(state="asked").exists():
            decide = "extend" if kind == "ask_extension" else "suspend"
            self.run(lambda: CALLS[decide](self.play, self.play.by["office"], case))

    def offers(self, case: Case, move: str) -> list[str]:
        """Who has the button of that move now."""
        with clock.at(self.now):
            by = self.play.by
            return [who for who in PERSONAS if any(found.name == move for found in selectors.moves_for(by[who], case))]

    @rule(which=st.integers(0, 2), data=st.data())
    def button(self, which: int, data: st.DataObject) -> None:
        """A move that somebody is offered goes through, but for what the form still has to say."""
        case = Case.objects.get(pk=self.cases[which].pk)
        with clock.at(self.now):
            offers = [
                (who, move.name)
                for who in PERSONAS
                for move in selectors.moves_for(self.play.by[who], case)
                if move.name not in APART
                and (move.name != "void" or case.return_count)  # an end for good, so it waits until something happened
            ]
        if not offers:
            return
        who, name = data.draw(st.sampled_from(offers))
        call = CALLS["send_back" if name == "return_up" else name]
        self.run(lambda: call(self.play, self.play.by[who], case))

    @rule(which=st.integers(0, 2), who=st.sampled_from(PERSONAS), unit=st.sampled_from(UNITS))
    def pass_on(self, which: int, who: str, unit: str) -> None:
        case_id, unit_id = self.cases[which].pk, self.play.unit(unit)
        self.run(lambda: actions.pass_on(actor=self.play.by[who], case_id=case_id, unit_id=unit_id))

    @rule(who=st.sampled_from(PERSONAS), what=st.sampled_from(["ask", "found", "not_found", "file", "link", "refuse"]))
    def triage(self, who: str, what: str) -> None:
        actor, report_id = self.play.by[who], self.report.pk
        self.run({
            "ask": lambda: actions.ask_confirm(actor=actor, report_id=report_id),
            "found": lambda: actions.confirm_report(actor=actor, report_id=report_id, found=True),
            "not_found": lambda: actions.confirm_report(actor=actor, report_id=report_id, found=False),
            "file": lambda: actions.file_report(actor=actor, report_id=report_id, category_code=LITTER),
            "link": lambda: actions.link_report(actor=actor, report_id=report_id, case_id=self.cases[0].pk),
            "refuse": lambda: actions.refuse_report(actor=actor, report_id=report_id, reason_code="unclear"),
        }[what])  # fmt: skip

    @rule(which=st.integers(0, 2), into=st.integers(0, 2), who=st.sampled_from(["office", "office", "district"]))
    def merge(self, which: int, into: int, who: str) -> None:
        """One of the three into another, or into itself, whatever became of it."""
        case_id, target_id = self.cases[which].pk, self.cases[into].pk
        self.run(lambda: actions.merge_case(actor=self.play.by[who], case_id=case_id, target_id=target_id))

    @rule(which=st.integers(0, 2))
    def unmerge(self, which: int) -> None:
        case_id = self.cases[which].pk
        self.run(lambda: actions.unmerge_case(actor=self.play.by["office"], case_id=case_id))

    @rule(which=st.integers(0, 2), data=st.data())
    def split(self, which: int, data: st.DataObject) -> None:
        reports = list(Report.objects.filter(case=self.cases[which].pk).order_by("pk"))
        if reports:
            chosen = data.draw(st.lists(st.sampled_from([report.pk for report in reports]), min_size=1, unique=True))
            case_id = self.cases[which].pk
            self.run(lambda: actions.split_case(actor=self.play.by["office"], case_id=case_id, report_ids=chosen))

    @rule(which=st.integers(0, 2), first=st.integers(0, 2), deny=st.booleans())
    def relapse(self, which: int, first: int, deny: bool) -> None:
        case_id, first_id = self.cases[which].pk, self.cases[first].pk
        if Case.objects.get(pk=first_id).state == "closed":
            self.run(lambda: actions.mark_relapse(case_id=case_id, first_id=first_id))
        if deny:
            office = self.play.by["office"]
            self.run(lambda: actions.deny_relapse(actor=office, case_id=case_id, reason_code="new_cause"))

    @rule(which=st.integers(0, 2), phone=st.sampled_from(PHONES))
    def watch(self, which: int, phone: str) -> None:
        case_id = self.cases[which].pk
        self.run(lambda: actions.watch_case(watch_id=new_id(), case_id=case_id, phone=phone))

    @rule()
    def object_to_refusal(self) -> None:
        code = actions.code_of(self.report.pk)
        self.run(lambda: actions.object_to_refusal(report_id=self.report.pk, code=code))

    @invariant()
    def history_tells_it_all(self) -> None:
        found = (*projections.check_reports(), *projections.check_cases())
        assert [str(difference) for difference in found] == []

    @invariant()
    def the_chain_is_whole(self) -> None:
        for case in Case.objects.all():
            events = list(events_of("case", case.pk))
            assert [event.seq for event in events] == list(range(1, case.chain_seq + 1))
            assert case.chain_head == events[-1].digest != GENESIS
            folded = Fold(CASE_FIELDS)
            for event in events:  # each row begins where the one before it ended
                assert {name: folded.values.get(name) for name in event.before} == event.before
                folded.add(event.action, event.after)

    @invariant()
    def the_laws_hold(self) -> None:
        for case in Case.objects.all():
            leads = list(case.assignments.filter(role="lead", state="open"))
            with_holder = case.state in ("dispatched", "handling", "suspended")
            assert len(leads) == int(with_holder)
            if with_holder:
                assert leads[0].unit_id == case.holder_id
            for link in case.assignments.filter(parent__isnull=False).select_related("parent"):
                assert link.due_at <= link.parent.due_at
            assert case.petitions.filter(state="asked").count() <= int(case.state in ("dispatched", "handling"))
            if case.state in ("verified", "closed"):
                assert case.handled_by_id != case.verified_by_id
                assert not (case.found_from_above and self.unit_of(case) == case.handled_unit_id)
                assert case.on_time is (case.handled_at <= case.due_at)
                proofs = case.outcome in OUTCOMES_WITHOUT_PHOTO or self.has_photo(case)
                assert proofs
            assert (case.closed_at is not None) == (case.state == "closed")
            assert (case.suspended_at is not None) == (case.state == "suspended")
            assert case.extension_count <= 2
            assert case.state in {state.code for state in CASE.states}

    @invariant()
    def what_was_merged_stands_behind_another(self) -> None:
        for case in Case.objects.select_related("merged_into", "relapse_of"):
            assert (case.merged_into_id is not None) == (case.state == "merged")
            assert not (case.relapse_denied and case.relapse_of_id)
            if case.merged_into is None:
                continue
            assert case.merged_into.state != "merged"  # chains are resolved
            assert not case.reports.exists()
            assert case.merged_into.severity >= case.severity
            assert case.merged_into.found_from_above >= case.found_from_above

    @invariant()
    def reports_know_their_case(self) -> None:
        for report in Report.objects.all():
            assert (report.case_id is not None) == (report.state in ("filed", "linked"))
            assert (report.confirm_due_at is not None) == (report.state == "pending_confirm")

    def unit_of(self, case: Case) -> Any:
        verified = events_of("case", case.pk).filter(action="case.verified").last()
        units = {actor.post_id: name for name, actor in self.play.by.items()}
        persona = units[verified.actor_post]
        return self.play.unit({"grid": "street", "inspector": "office"}.get(persona, persona))

    @staticmethod
    def has_photo(case: Case) -> bool:
        from chuangcheng.photos import selectors as photos

        return photos.of(("case", case.pk)).filter(role="after", stored_at__isnull=False).exists()


@pytest.mark.parametrize("examples", [5, pytest.param(60, marks=pytest.mark.full)])
def test_random_lives(play: Play, examples: int) -> None:
    Lives.play = play
    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=examples, stateful_step_count=40, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
