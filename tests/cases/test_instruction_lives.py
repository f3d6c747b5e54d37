"""Random lives of leaders' instructions: whatever is entered, read, answered, judged, withdrawn and denied, the laws
hold, history tells it all, and every figure is a naive count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from chuangcheng.cases import actions, instructions, projections
from chuangcheng.cases.models import Instruction, InstructionReply, InstructionWords
from chuangcheng.cases.states import (
    INSTRUCTION,
    INSTRUCTION_REPLY,
    INSTRUCTION_REPLY_VERBS,
    INSTRUCTION_VERBS,
)
from chuangcheng.cases.steps import amend, step, write
from chuangcheng.history import projections as registered
from chuangcheng.history.selectors import events_of
from chuangcheng.history.verify import verify
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from tests.cases.play import Play
from tests.cases.test_instructions import entered
from tests.conftest import NOON

WHO = ["office", "leader", "street", "department", "district", "auditor"]
#: Those who owe most often come first, so that lives go on.
UNITS = [("street",), ("department",), ("street", "department"), ("district", "street")]


class Weeks(RuleBasedStateMachine):
    """Everybody tries everything, days pass."""

    play: ClassVar[Play]

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = NOON
        self.undo = transaction.atomic()
        self.undo.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    def run(self, call: Callable[[], object]) -> None:
        """One try; a refusal leaves nothing behind."""
        before = sum(Instruction.objects.values_list("chain_seq", flat=True))
        with clock.at(self.now):
            try:
                with transaction.atomic():
                    call()
            except Refused:
                assert sum(Instruction.objects.values_list("chain_seq", flat=True)) == before

    def one(self, which: int) -> Instruction | None:
        rows = list(Instruction.objects.order_by("pk"))
        return rows[which % len(rows)] if rows else None

    def reply(self, which: int) -> InstructionReply | None:
        rows = list(InstructionReply.objects.order_by("instruction", "unit__code"))
        return rows[which % len(rows)] if rows else None

    @rule(units=st.sampled_from(UNITS), days=st.integers(0, 9))
    def enter(self, units: tuple[str, ...], days: int) -> None:
        today = self.now.astimezone(clock.CITY_ZONE).date()
        self.run(lambda: entered(self.play, *units, given_on=today, due_on=today + timedelta(days=days)))

    @rule(who=st.sampled_from(WHO), which=st.integers(0, 9))
    def look(self, who: str, which: int) -> None:
        if row := self.one(which):
            self.run(lambda: actions.note_read(actor=self.play.by[who], instruction_id=row.pk))

    @rule(who=st.sampled_from(WHO), which=st.integers(0, 9), text=st.sampled_from(["已办", "正在办", " "]))
    def answer(self, who: str, which: int, text: str) -> None:
        if row := self.one(which):
            actor = self.play.by[who]
            self.run(lambda: actions.reply_instruction(actor=actor, instruction_id=row.pk, text=text))

    @rule(
        who=st.sampled_from(WHO), which=st.integers(0, 20), accepted=st.booleans(), note=st.sampled_from(["", "重报"])
    )
    def judge(self, who: str, which: int, accepted: bool, note: str) -> None:
        if reply := self.reply(which):
            actor = self.play.by[who]
            self.run(lambda: actions.judge_reply(actor=actor, reply_id=reply.pk, accepted=accepted, note=note))

    @rule(who=st.sampled_from(WHO), which=st.integers(0, 9), denied=st.booleans(), lucky=st.integers(0, 3))
    def end(self, who: str, which: int, denied: bool, lucky: int) -> None:
        run = actions.object_to_instruction if denied else actions.withdraw_instruction
        if lucky == 0 and (row := self.one(which)):
            self.run(lambda: run(actor=self.play.by[who], instruction_id=row.pk, note="误录"))

    @rule(who=st.sampled_from(WHO), which=st.integers(0, 9), days=st.integers(0, 9))
    def postpone(self, who: str, which: int, days: int) -> None:
        if row := self.one(which):
            day = row.due_at.astimezone(clock.CITY_ZONE).date() + timedelta(days=days)
            given = {"actor": self.play.by[who], "instruction_id": row.pk, "due_on": day, "note": "会后再报"}
            self.run(lambda: actions.postpone_instruction(**given))

    @rule(hours=st.integers(1, 90))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @invariant()
    def history_tells_it_all(self) -> None:
        assert [str(found) for found in registered.registered()["cases.instruction"].check()] == []

    @invariant()
    def the_laws_of_a_reply_hold(self) -> None:
        for reply in InstructionReply.objects.select_related("instruction"):
            stands = reply.state in ("replied", "accepted")
            # One that was released may have stood before.
            assert stands == (reply.replied_at is not None) or reply.state == "released"
            assert (reply.replied_at is None) or (reply.read_at is not None and reply.read_at <= reply.replied_at)
            assert reply.due_at <= reply.instruction.due_at
            assert reply.due_at == reply.instruction.due_at or reply.state in (
                "replied",
                "accepted",
                "released",
                "sent_back",
            )
            assert (reply.state == "accepted") <= (reply.decided_at is not None)
            assert (reply.state == "sent_back") <= (reply.sent_back_count > 0)
            if reply.decided_by_id and reply.replied_by_id:
                assert reply.decided_by_id != reply.replied_by_id

    @invariant()
    def the_whole_follows_from_its_parts(self) -> None:
        for row in Instruction.objects.prefetch_related("replies"):
            states = {reply.state for reply in row.replies.all()}
            assert (row.state == "done") == (states == {"accepted"} and row.state not in ("withdrawn", "objected"))
            assert (row.ended_at is None) == (row.state == "open")
            if row.state in ("withdrawn", "objected"):
                assert states <= {"accepted", "released"}
            if row.state == "open":
                assert "released" not in states

    @invariant()
    def words_stand_beside_their_rows(self) -> None:
        for row in Instruction.objects.all():
            told = {event.seq for event in events_of("instruction", row.pk) if "note" in event.after}
            assert set(instructions.words_of(row)) == told

    @invariant()
    def the_rate_is_a_naive_count(self) -> None:
        rows = list(InstructionReply.objects.select_related("instruction"))
        counted = [one for one in rows if one.instruction.state in ("open", "done") and one.state != "released"]
        of = [one for one in counted if one.replied_at or one.due_at <= self.now]
        good = [one for one in of if one.replied_at and one.replied_at <= one.due_at]
        rate = instructions.on_time(InstructionReply.objects.all(), self.now)
        assert (rate.numerator, rate.denominator) == (len(good), len(of))
        for part, wanted in (("is", good), ("of", of)):
            behind = instructions.rows_behind(InstructionReply.objects.all(), part, self.now)
            assert {one.pk for one in behind} == {one.pk for one in wanted}

    @invariant()
    def what_waits_is_a_naive_count(self) -> None:
        open_ones = [one for one in InstructionReply.objects.select_related("instruction", "unit")
                     if one.instruction.state == "open"]  # fmt: skip
        owing = [one.unit.code for one in open_ones if one.state in ("waiting", "sent_back")]
        wanted = {
            "leader": len(open_ones), "office": sum(one.state == "replied" for one in open_ones),
            "street": owing.count("U-990101001"), "department": owing.count("U-CGJ"),
        }  # fmt: skip
        for who, number in wanted.items():
            actor = self.play.by[who]
            assert instructions.replies_to(actor).filter(instructions.owed(actor)).count() == number, who


@pytest.mark.parametrize("examples", [3, pytest.param(40, marks=pytest.mark.full)])
def test_random_weeks(play: Play, examples: int) -> None:
    Weeks.play = play
    run_state_machine_as_test(
        Weeks,
        settings=settings(
            max_examples=examples,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


# the tables


@pytest.mark.parametrize(
    ("table", "verbs"), [(INSTRUCTION, INSTRUCTION_VERBS), (INSTRUCTION_REPLY, INSTRUCTION_REPLY_VERBS)]
)
def test_verbs_are_no_two_moves(table: Any, verbs: dict[str, tuple[str, str]]) -> None:
    assert set(verbs) <= {move.name for move in table.moves}
    assert len({verb for verb, _ in verbs.values()}) == len(verbs)


@pytest.mark.parametrize("move", [move.name for move in INSTRUCTION.moves])
@pytest.mark.parametrize("state", [state.code for state in INSTRUCTION.states])
def test_the_table_is_walked_in_every_state(play: Play, state: str, move: str) -> None:
    row = entered(play, "street")
    Instruction.objects.filter(pk=row.pk).update(state=state)
    row.refresh_from_db()
    before = row.chain_seq
    if state in INSTRUCTION.move(move).sources:
        write(step(row, move, play.by["office"], given={"note": "误录"}))
        stored = Instruction.objects.get(pk=row.pk)
        assert (stored.state, stored.chain_seq) == (INSTRUCTION.move(move).target, before + 1)
        assert events_of("instruction", row.pk).last().action == f"instruction.{INSTRUCTION_VERBS[move][0]}"
        return
    with pytest.raises(Refused, match=r"state\.move_refused"):
        step(row, move, play.by["office"], given={"note": "误录"})
    assert Instruction.objects.get(pk=row.pk).chain_seq == before


@pytest.mark.parametrize("move", [move.name for move in INSTRUCTION_REPLY.moves])
@pytest.mark.parametrize("state", [state.code for state in INSTRUCTION_REPLY.states])
def test_the_table_of_replies_says_where_each_move_leads(state: str, move: str) -> None:
    found = INSTRUCTION_REPLY.move(move)
    given = {"text": "已办", "note": "重报"}
    if state in found.sources:
        assert INSTRUCTION_REPLY.next(state, move, **given) == found.target
        for need in found.needs:
            with pytest.raises(Refused, match=r"state\.missing"):
                INSTRUCTION_REPLY.next(state, move, **{**given, need: ""})
    else:
        with pytest.raises(Refused, match=r"state\.move_refused"):
            INSTRUCTION_REPLY.next(state, move, **given)


def test_a_row_that_speaks_no_words_keeps_none(play: Play) -> None:
    row = entered(play, "street")
    write(amend(row, "read", play.by["street"], facts={"more": 1}))
    event = events_of("instruction", row.pk).last()
    assert (event.seq, event.after) == (2, {"more": 1})
    assert list(InstructionWords.objects.filter(instruction=row).values_list("seq", flat=True)) == [1]
    assert not hasattr(row, "more"), "a fact is told, not kept"


def test_the_chain_of_a_long_life_is_whole(play: Play, tmp_path: Any) -> None:
    row = entered(play, "street", due_on=date(2026, 9, 30))
    for day in range(1, 5):
        with clock.at(NOON + timedelta(days=day)):
            reply = actions.reply_instruction(actor=play.by["street"], instruction_id=row.pk, text=f"第{day}次")
            actions.judge_reply(actor=play.by["office"], reply_id=reply.pk, accepted=day == 4, note="重报")
    events = list(events_of("instruction", row.pk))
    assert [event.seq for event in events] == list(range(1, 11))
    assert [event.action.split(".")[1] for event in events] == [
        "entered", *["replied", "sent_back"] * 3, "replied", "accepted", "finished",
    ]  # fmt: skip
    reply = row.replies.get()
    assert (reply.sent_back_count, reply.on_time, reply.state) == (3, True, "accepted")
    assert reply.read_at == NOON + timedelta(days=1), "the first look stays the first"
    assert verify(tmp_path) == [] and not [*projections.check_cases()]
