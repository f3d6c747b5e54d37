"""Leaders' instructions: entered once, seen by who is addressed, answered in time, denied by the leader."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError

from chuangcheng.cases import actions, instructions, policies, projections, timeline
from chuangcheng.cases.instruction_inputs import MAX_TEXT, MOST_UNITS
from chuangcheng.cases.models import Assignment, Instruction, InstructionReply, InstructionWords
from chuangcheng.cases.states import INSTRUCTION, INSTRUCTION_REPLY
from chuangcheng.history import projections as registered
from chuangcheng.history import verify as chains
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.models import Person, Unit
from chuangcheng.photos import papers
from chuangcheng.photos import selectors as photos
from chuangcheng.photos.models import Paper
from chuangcheng.photos.verify import verify
from tests.cases.play import LITTER, OTHER_STREET, Play, picture

pytestmark = pytest.mark.django_db
WORDS = "永安路垃圾问题群众反映强烈，请立即整改，联系人13912345678。"
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
SECRET = "我们已清运，并安排专人值守"


def form(play: Play, *units: str, **more: Any) -> actions.InstructionInput:
    """What a secretary enters: to the street and the department unless others are named, due in three days."""
    values: dict[str, Any] = {
        "id": new_id(), "leader_id": play.by["leader"].person_id, "text": WORDS,
        "unit_ids": tuple(play.unit(unit) for unit in units or ("street", "department")),
        "given_on": date(2026, 9, 14), "due_on": date(2026, 9, 18), **more,
    }  # fmt: skip
    return actions.InstructionInput(**values)


def entered(play: Play, *units: str, scan: bytes | None = None, **more: Any) -> Instruction:
    return actions.enter_instruction(actor=play.by["office"], given=form(play, *units, **more), scan=scan)[0]


def replied(play: Play, row: Instruction, by: str = "street", text: str = SECRET, **more: Any) -> InstructionReply:
    return actions.reply_instruction(actor=play.by[by], instruction_id=row.pk, text=text, **more)


def judged(play: Play, reply: InstructionReply, *, accepted: bool = True, by: str = "office", note: str = "") -> None:
    actions.judge_reply(actor=play.by[by], reply_id=reply.pk, accepted=accepted, note=note)


def of(row: Instruction, unit: str) -> InstructionReply:
    return row.replies.get(unit__code={"street": "U-990101001", "department": "U-CGJ"}[unit])


def refused(code: str) -> Any:
    return pytest.raises(Refused, match=code.replace(".", r"\."))


class TestEntering:
    def test_it_keeps_words_apart_and_tells_each_unit_by_when(self, play: Play) -> None:
        row = entered(play)
        assert row.number.startswith("PS20260915-")
        assert (row.state, str(row.leader_id)) == ("open", str(play.by["leader"].person_id))
        assert row.due_at.astimezone(clock.CITY_ZONE).isoformat() == "2026-09-18T23:59:59+08:00"
        replies = list(row.replies.order_by("unit__official_order"))
        assert [reply.unit.short_name for reply in replies] == ["城市管理局", "河东街道"]
        assert {(reply.state, reply.due_at, reply.read_at) for reply in replies} == {("waiting", row.due_at, None)}
        assert instructions.words_of(row) == {1: WORDS}
        told = [str(event.after) + str(event.before) for event in events_of("instruction", row.pk)]
        assert not any("永安路" in one or "13912345678" in one for one in told)

    def test_twice_is_once_and_another_body_is_told_so(self, play: Play) -> None:
        given = form(play)
        first, created = actions.enter_instruction(actor=play.by["office"], given=given, scan=PDF)
        again, twice = actions.enter_instruction(actor=play.by["office"], given=given, scan=PDF)
        assert (created, twice, first.pk) == (True, False, again.pk)
        with refused("common.different_body"):
            actions.enter_instruction(actor=play.by["office"], given=given)
        assert Instruction.objects.count() == Paper.objects.count() == 1

    @pytest.mark.parametrize(
        ("field", "wrong"),
        [
            ("text", {"text": " "}), ("text", {"text": "长" * (MAX_TEXT + 1)}), ("text", {"text": "a\0"}),
            ("form", {"form": "mail"}), ("units", {"unit_ids": ()}),
            ("units", {"unit_ids": tuple(new_id() for _ in range(MOST_UNITS + 1))}),
            ("given_on", {"given_on": date(2026, 9, 16)}), ("given_on", {"given_on": date(2025, 9, 1)}),
            ("due_on", {"due_on": date(2026, 9, 14)}), ("due_on", {"due_on": date(2029, 1, 1)}),
        ],
    )  # fmt: skip
    def test_every_wrong_field_is_named(self, play: Play, field: str, wrong: dict[str, Any]) -> None:
        with pytest.raises(Refused) as told:
            entered(play, **wrong)
        assert [problem.field for problem in told.value.fields] == [field]

    def test_only_leaders_units_that_can_reply_and_the_right_hands(self, play: Play) -> None:
        with refused("instruction.no_leader"):
            entered(play, leader_id=play.by["office"].person_id)
        with refused("instruction.no_unit"):
            entered(play, unit_ids=(new_id(),))
        mute = Unit.objects.create(code="U-MUTE", name="无人单位", short_name="无人单位", kind="department")
        with pytest.raises(Refused, match="nobody_to_reply") as told:
            entered(play, unit_ids=(mute.pk,))
        assert "无人单位" in told.value.message("zh")
        for who in set(play.by) - {"office"}:
            with refused("common.not_allowed"):
                actions.enter_instruction(actor=play.by[who], given=form(play))
        assert [person.username for person in instructions.leaders()] == ["leader"]

    def test_scans(self, play: Play) -> None:
        with_image, with_paper = entered(play, scan=picture()), entered(play, scan=PDF)
        assert (with_image.scan, with_paper.scan, entered(play).scan) == ("image", "pdf", "")
        assert photos.of(("instruction", with_image.pk)).get().role == "evidence"
        paper = papers.of(("instruction", with_paper.pk))
        assert paper is not None and papers.path_of(paper.sha256).read_bytes() == PDF
        for wrong, code in ((b"MZ\x90", "photos.not_an_image"), (PDF[:-7], "photos.not_a_pdf"),
                            (b"%PDF-" + bytes(papers.MAX_MB * 1024 * 1024), "photos.paper_too_large")):  # fmt: skip
            with refused(code):
                entered(play, scan=wrong)
        assert Instruction.objects.count() == 3
        # Only what stands in this database is looked for: other tests' files lie in the same folder.
        assert list(verify()) == []
        papers.path_of(paper.sha256).write_bytes(b"other")
        assert [one.what for one in verify()] == ["the file's content has changed"]
        papers.path_of(paper.sha256).unlink()
        assert [one.where for one in verify()] == [f"paper {paper.sha256}"]


class TestLink:
    def test_a_unit_that_does_not_see_the_case_may_know_of_it(self, play: Play) -> None:
        case = play.handled()
        assert not policies.sees_case(play.by["department"], case)
        row = entered(play, link=f" {case.number.lower()} ")
        assert row.case_id == case.pk
        assert policies.sees_case(play.by["department"], case)
        link = Assignment.objects.get(case=case, role="know")
        assert (link.unit.code, link.state) == ("U-CGJ", "done")
        told = events_of("case", case.pk).last()
        assert told.action == "case.instructed" and told.after["instruction"] == str(row.pk)
        assert [entry.label.zh for entry in timeline.of_case(case)][-1] == "领导批示"
        # To know of it is no share in it: it is verified and closed as if nobody had been added.
        actions.verify_case(actor=play.by["inspector"], case_id=case.pk)
        assert actions.close_case(actor=play.by["office"], case_id=case.pk).state == "closed"
        assert entered(play, link=case.number).case_id == case.pk
        assert Assignment.objects.filter(case=case, role="know").count() == 1

    def test_a_merged_case_leads_to_the_one_that_stands(self, play: Play) -> None:
        target = play.filed(text="垃圾堆放")
        merged = play.merged(target)
        assert entered(play, link=merged.number).case_id == target.pk

    def test_a_report_elsewhere_is_refused_plainly_until_it_is_a_case(self, play: Play) -> None:
        report = play.report(**OTHER_STREET)
        with pytest.raises(Refused, match="unit_cannot_see") as told:
            entered(play, "street", "street2", link=report.number)
        assert "河东街道" in told.value.message("zh") and "河西街道" not in told.value.message("zh")
        near = entered(play, "street2", link=report.number)
        assert (near.report_id, near.case_id) == (report.pk, None)
        assert events_of("report", report.pk).last().action == "report.instructed"
        actions.file_report(actor=play.by["office"], report_id=report.pk, category_code=LITTER)
        report.refresh_from_db()
        row = entered(play, "street", link=report.number)
        assert (row.report_id, row.case_id) == (report.pk, report.case_id)
        assert policies.sees_case(play.by["street"], row.case)
        with refused("instruction.unknown_link"):
            entered(play, link="AJ0")

    def test_cases_under_instruction(self, play: Play) -> None:
        target, other, free = play.filed(text="垃圾堆放"), play.handling(), play.filed(text="占道")
        merged = play.filed(text="又一处")
        on_merged, on_other = entered(play, link=merged.number), entered(play, link=other.number)
        actions.merge_case(actor=play.by["office"], case_id=merged.pk, target_id=target.pk)
        assert instructions.under_instruction() == {merged.pk, target.pk, other.pk}
        assert free.pk not in instructions.under_instruction()
        for who, seen in (("office", [on_merged.pk]), ("grid", [])):
            rows, is_open = instructions.of_case(play.by[who], target)
            assert ([row.pk for row in rows], is_open) == (seen, True)
        assert instructions.of_case(play.by["office"], free) == ([], False)
        actions.withdraw_instruction(actor=play.by["office"], instruction_id=on_merged.pk, note="误录")
        for unit in ("street", "department"):
            judged(play, replied(play, on_other, unit))
        assert instructions.under_instruction() == set()
        assert instructions.under_instruction(ever=True) == {other.pk}
        report = play.report()
        entered(play, "street", link=report.number)
        case = actions.file_report(actor=play.by["office"], report_id=report.pk, category_code=LITTER)
        assert case.pk in instructions.under_instruction()


class TestReading:
    def test_the_first_look_of_an_addressed_unit_and_of_nobody_else(self, play: Play) -> None:
        row = entered(play, "street")
        for who in ("office", "leader", "auditor", "district", "community", "grid"):
            assert not actions.note_read(actor=play.by[who], instruction_id=row.pk)
        assert actions.note_read(actor=play.by["street"], instruction_id=row.pk)
        first = of(row, "street").read_at
        with clock.at(clock.now() + timedelta(hours=1)):
            assert not actions.note_read(actor=play.by["street"], instruction_id=row.pk)
        assert of(row, "street").read_at == first == clock.now()

    def test_who_sees_it_and_whose_reply(self, play: Play) -> None:
        row = entered(play)
        seen = {name for name, actor in play.by.items() if instructions.visible_to(actor).exists()}
        # The district sees what is addressed to a street of its area.
        assert seen == {"office", "leader", "auditor", "street", "department", "district"}
        for name in set(play.by) - seen:
            with refused("common.not_found"):
                instructions.get_for(play.by[name], row.pk)
        reply = replied(play, row)
        reads = {name for name, actor in play.by.items() if instructions.reads_reply(actor, reply)}
        assert reads == {"office", "leader", "auditor", "street"}


class TestLife:
    def test_all_accepted_is_done(self, play: Play) -> None:
        row = entered(play)
        shot = picture()
        mine = replied(play, row, pictures=[shot])
        assert (mine.state, mine.on_time, mine.read_at is None) == ("replied", True, False)
        assert photos.of(("instructionreply", mine.pk)).count() == 1
        judged(play, mine, by="leader")
        assert Instruction.objects.get().state == "open"
        judged(play, replied(play, row, "department"))
        row.refresh_from_db()
        assert (row.state, row.ended_at) == ("done", clock.now())
        assert [entry.action for entry in timeline.of_instruction(row, {})] == [
            f"instruction.{verb}" for verb in ("entered", "replied", "accepted", "replied", "accepted", "finished")
        ]
        with refused("instruction.ended"):
            replied(play, row)

    def test_sent_back_counts_and_is_owed_again(self, play: Play) -> None:
        row = entered(play, "street")
        reply = replied(play, row)
        with refused("state.missing"):
            judged(play, reply, accepted=False, note=" ")
        judged(play, reply, accepted=False, note="没有写明责任人")
        reply.refresh_from_db()
        assert (reply.state, reply.sent_back_count, reply.replied_at, reply.on_time) == ("sent_back", 1, None, None)
        with clock.at(row.due_at + timedelta(hours=1)):
            assert replied(play, row, text="补报").on_time is False
        assert instructions.words_of(row)[instructions.reply_seqs(row)[reply.pk]] == "补报"

    def test_the_leader_alone_denies_and_nothing_is_owed_or_counted(self, play: Play) -> None:
        row = entered(play)
        judged(play, replied(play, row))
        for who, code in (("office", "common.not_allowed"), ("street", "common.not_allowed")):
            with refused(code):
                actions.object_to_instruction(actor=play.by[who], instruction_id=row.pk, note="不是")
        assert [move.name for move in instructions.moves_for(play.by["leader"], row)] == ["postpone", "object"]
        with refused("state.missing"):
            actions.object_to_instruction(actor=play.by["leader"], instruction_id=row.pk, note="")
        actions.object_to_instruction(actor=play.by["leader"], instruction_id=row.pk, note="我没有批过")
        assert sorted(row.replies.values_list("state", flat=True)) == ["accepted", "released"]
        assert instructions.on_time(InstructionReply.objects.all(), clock.now()).share is None
        with refused("instruction.ended"):
            replied(play, row, "department")

    def test_another_leader_neither_denies_nor_accepts(self, play: Play) -> None:
        row = entered(play, "street")
        reply = replied(play, row)
        Instruction.objects.update(leader=Person.objects.get(username="auditor"))
        row.refresh_from_db()
        with refused("instruction.not_yours"):
            actions.object_to_instruction(actor=play.by["leader"], instruction_id=row.pk, note="不是")
        with refused("instruction.not_yours"):
            judged(play, reply, by="leader")
        assert instructions.reply_moves_for(play.by["leader"], row, reply) == []

    def test_more_time_for_who_still_owes(self, play: Play) -> None:
        row = entered(play)
        judged(play, replied(play, row))
        for day in (date(2026, 9, 18), date(2026, 9, 1), date(2029, 1, 1)):
            with refused("common.invalid"):
                self.postponed(play, row, day)
        with refused("state.missing"):
            self.postponed(play, row, date(2026, 9, 25), note=" ")
        with refused("common.not_allowed"):
            self.postponed(play, row, date(2026, 9, 25), by="street")
        row = self.postponed(play, row, date(2026, 9, 25), by="leader")
        days = {reply.unit.short_name: reply.due_at.astimezone(clock.CITY_ZONE).day for reply in row.replies.all()}
        assert days == {"城市管理局": 25, "河东街道": 18}, "what was accepted keeps its day"
        told = events_of("instruction", row.pk).last()
        assert told.action == "instruction.postponed" and told.before["due_at"].startswith("2026-09-18")
        Instruction.objects.update(leader=Person.objects.get(username="auditor"))
        with refused("instruction.not_yours"):
            self.postponed(play, row, date(2026, 9, 28), by="leader")

    def postponed(
        self, play: Play, row: Instruction, day: date, *, note: str = "会后再报", by: str = "office"
    ) -> Instruction:
        return actions.postpone_instruction(actor=play.by[by], instruction_id=row.pk, due_on=day, note=note)

    def test_withdrawn_releases(self, play: Play) -> None:
        row = entered(play)
        replied(play, row)
        actions.withdraw_instruction(actor=play.by["office"], instruction_id=row.pk, note="重复录入")
        row.refresh_from_db()
        assert (row.state, set(row.replies.values_list("state", flat=True))) == ("withdrawn", {"released"})
        with refused("state.move_refused"):
            actions.withdraw_instruction(actor=play.by["office"], instruction_id=row.pk, note="再来")

    def test_a_unit_replies_for_itself_and_not_twice(self, play: Play) -> None:
        row = entered(play, "street")
        with refused("instruction.not_addressed"):
            replied(play, row, "district")
        with refused("common.not_found"):
            replied(play, row, "street2")
        with refused("state.missing"):
            replied(play, row, text=" ")
        for many in ({"text": "长" * (MAX_TEXT + 1)}, {"pictures": [picture()] * 10}):
            with pytest.raises(Refused):
                replied(play, row, **many)
        replied(play, row)
        with refused("state.move_refused"):
            replied(play, row)

    @pytest.mark.parametrize("who", ["office", "leader", "street", "department", "district", "auditor"])
    def test_buttons_are_what_the_actions_allow(self, play: Play, who: str) -> None:
        """Every move of both tables by every persona: no button that is refused, and no move without one."""
        row = entered(play)
        actor = play.by[who]
        for state in INSTRUCTION_REPLY.states:
            reply = of(row, "street")
            InstructionReply.objects.filter(pk=reply.pk).update(state=state.code)
            reply.refresh_from_db()
            buttons = {move.name for move in instructions.reply_moves_for(actor, row, reply)}
            wanted = {
                "street": {"reply"}, "office": {"accept", "send_back"}, "leader": {"accept", "send_back"},
            }.get(who, set()) & {move.name for move in INSTRUCTION_REPLY.moves_from(state.code)}  # fmt: skip
            assert buttons == wanted, state.code
        for state in INSTRUCTION.states:
            row.state = state.code
            wanted = {"office": {"withdraw", "postpone"}, "leader": {"object", "postpone"}}.get(who, set())
            possible = {move.name for move in INSTRUCTION.moves_from(state.code)}
            assert {move.name for move in instructions.moves_for(actor, row)} == wanted & possible
            assert state.code == "open" or instructions.reply_moves_for(actor, row, of(row, "street")) == []


class TestFigures:
    def test_replies_in_time_with_their_rows(self, play: Play) -> None:
        first, second, denied = entered(play), entered(play), entered(play, "street")
        judged(play, replied(play, first))
        rows = InstructionReply.objects.all()
        rate = instructions.on_time(rows, clock.now())
        assert (rate.numerator, rate.denominator) == (1, 1)  # nothing else is due yet
        actions.object_to_instruction(actor=play.by["leader"], instruction_id=denied.pk, note="不是")
        with clock.at(first.due_at + timedelta(hours=1)):
            replied(play, first, "department")
            rate = instructions.on_time(rows, clock.now())
            assert (rate.numerator, rate.denominator) == (1, 4)
            for part, number in (("is", 1), ("of", 4)):
                assert instructions.rows_behind(rows, part, clock.now()).count() == number
        assert second.replies.count() == 2

    def test_what_waits_for_whom(self, play: Play, django_assert_num_queries: Any) -> None:
        def waiting() -> dict[str, int]:
            found = {name: instructions.waiting(actor) for name, actor in play.by.items()}
            rows = {name: instructions.replies_to(actor).filter(instructions.owed(actor)).count()
                    for name, actor in play.by.items() if name not in ("auditor", "grid", "inspector")}  # fmt: skip
            assert rows.items() <= found.items(), "the number beside the word is that of the rows behind it"
            return {name: number for name, number in found.items() if number}

        assert waiting() == {}
        row = entered(play)
        assert waiting() == {"street": 1, "department": 1, "leader": 2}
        reply = replied(play, row)
        assert waiting() == {"department": 1, "office": 1, "leader": 2}
        judged(play, reply, accepted=False, note="重报")
        assert waiting() == {"street": 1, "department": 1, "leader": 2}
        with django_assert_num_queries(0):
            assert instructions.waiting(play.by["street"]) == 1
        actions.withdraw_instruction(actor=play.by["office"], instruction_id=row.pk, note="误录")
        assert waiting() == {}


class TestHistory:
    def test_the_rows_are_the_fold_of_their_chains(self, play: Play, tmp_path: Path) -> None:
        case = play.handling()
        row = entered(play, link=case.number, scan=picture())
        judged(play, replied(play, row), accepted=False, note="重报")
        judged(play, replied(play, row, "department"))
        gone = entered(play)
        actions.withdraw_instruction(actor=play.by["office"], instruction_id=gone.pk, note="误录")
        found = registered.registered()["cases.instruction"]
        check, rebuild = found.check, found.rebuild
        assert list(check()) == [] and list(projections.check_cases()) == []
        assert chains.verify(tmp_path) == []
        Instruction.objects.filter(pk=row.pk).update(state="done", given_on=date(2026, 1, 1))
        InstructionReply.objects.filter(pk=of(row, "street").pk).update(sent_back_count=0)
        of(row, "department").delete()
        assert {one.what.split(" is ")[0].split(" ")[0] for one in check()} == {
            "state",
            "given_on",
            "sent_back_count",
            "is",
        }
        assert rebuild() == 3
        assert list(check()) == []
        assert of(row, "department").state == "accepted"

    def test_words_can_be_erased_without_breaking_a_chain(self, play: Play, tmp_path: Path) -> None:
        row = entered(play)
        replied(play, row)
        assert InstructionWords.objects.count() == 2
        InstructionWords.objects.all().delete()
        assert chains.verify(tmp_path) == []
        assert instructions.words_of(row) == {}
        with pytest.raises(IntegrityError):
            InstructionWords.objects.bulk_create([InstructionWords(instruction=row, seq=1, text="a")] * 2)
