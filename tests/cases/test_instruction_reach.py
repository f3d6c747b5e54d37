"""Instructions beside the rest of the room: alarms of photos, the line above a unit, queries of cases."""

from __future__ import annotations

import pytest

from chuangcheng.cases import actions, escalation, instructions
from chuangcheng.cases.models import Case, Instruction, PhotoAlarm
from chuangcheng.cases.suspicion import kind_of
from chuangcheng.history import sweep
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.people.models import Post, Unit
from chuangcheng.photos.models import Photo
from tests.cases.play import Play
from tests.cases.test_alarms import shot
from tests.cases.test_instructions import entered, form, of, replied

pytestmark = pytest.mark.django_db


def around(unit: Unit, *to: str) -> list[str]:
    found = escalation.around(unit, to, ["主任"], owes="instructions.reply", office="instructions.enter")
    return [person.username for person in found]


def test_the_line_above_a_unit(play: Play) -> None:
    street = Unit.objects.get(pk=play.unit("street"))
    assert around(street, "holder") == ["street"]
    assert around(street, "office") == ["office"]
    assert around(street, "holder", "office", "holder") == ["street", "office"]
    assert around(street, "head") == ["office"], "a rung that finds nobody climbs on"
    Post.objects.filter(unit=street, role="street").update(title="街道办主任")
    assert around(street, "head", "holder") == ["street"]
    Unit.objects.filter(pk=street.pk).update(parent=play.unit("district"), line_parent=play.unit("subcommand"))
    street.refresh_from_db()
    assert set(around(street, "above")) == {"district", "subcommand"}
    assert around(street, "subcommand") == ["subcommand"]


def test_the_line_department_sees_what_its_units_were_told(play: Play) -> None:
    row = entered(play, "street2")
    assert not instructions.visible_to(play.by["department"]).exists()
    Unit.objects.filter(pk=play.unit("street2")).update(line_parent=play.unit("department"))
    rights.forget_posts()
    assert instructions.visible_to(play.by["department"]).get().pk == row.pk
    assert not instructions.reads_reply(play.by["department"], row.replies.get())
    with pytest.raises(Refused, match="not_addressed"):
        replied(play, row, "department")


def test_a_scan_used_twice_and_a_photo_of_the_case_beside_a_reply_raise_no_alarm(play: Play) -> None:
    case = play.handling()
    data = shot("scan")
    actions.add_after_photo(actor=play.by["street"], case_id=case.pk, data=data)
    first, second = entered(play, "street", scan=data), entered(play, "street", scan=data)
    actions.reply_instruction(actor=play.by["street"], instruction_id=first.pk, text="附图", pictures=[data])
    sweep.drain()
    assert not PhotoAlarm.objects.exists()
    mine, theirs = (Photo.objects.get(owner_id=row.pk) for row in (first, second))
    proof = Photo.objects.get(owner_kind="case")
    for pair in ((mine, theirs), (mine, proof), (proof, mine)):
        assert kind_of(pair[0], (case, None), pair[1], (None, None)) is None


def test_a_query_of_cases_is_narrowed_by_ids_alone(play: Play, django_assert_num_queries) -> None:
    case, _free = play.filed(), play.filed(text="占道")
    row = entered(play, link=case.number)
    assert [one.pk for one in Case.objects.filter(instructions.instructed())] == [case.pk]
    under = {one.pk: one.under for one in Case.objects.annotate(under=instructions.instructed())}
    assert sorted(under.values()) == [False, True] and under[case.pk]
    with django_assert_num_queries(2):
        list(Case.objects.filter(instructions.instructed()))
    actions.object_to_instruction(actor=play.by["leader"], instruction_id=row.pk, note="不是")
    assert not Case.objects.filter(instructions.instructed(ever=True)).exists()
    assert {one.under for one in Case.objects.annotate(under=instructions.instructed())} == {False}


def test_nobody_acts_without_a_post(play: Play) -> None:
    row = entered(play)
    assert instructions.moves_for(SYSTEM, row) == []
    assert instructions.reply_moves_for(SYSTEM, row, of(row, "street")) == []
    assert instructions.waiting(SYSTEM) == 0
    assert not instructions.replies_to(SYSTEM).filter(instructions.owed(SYSTEM)).exists()
    assert not actions.note_read(actor=SYSTEM, instruction_id=row.pk)
    for run in (
        lambda: actions.enter_instruction(actor=SYSTEM, given=form(play)),
        lambda: replied(play, row, "grid"),
        lambda: actions.judge_reply(actor=SYSTEM, reply_id=of(row, "street").pk, accepted=True),
        lambda: actions.withdraw_instruction(actor=SYSTEM, instruction_id=row.pk, note="x"),
    ):
        with pytest.raises(Refused, match="not_allowed"):
            run()
    assert events_of("instruction", row.pk).count() == 1


def test_who_judges_may_not_be_of_the_unit_that_replied(play: Play) -> None:
    """An office that was addressed itself is judged by the leader."""
    row = entered(play, "street")
    reply = replied(play, row)
    Post.objects.filter(pk=play.by["office"].post_id).update(unit=play.unit("street"))
    rights.forget_posts()
    with pytest.raises(Refused, match="own_reply"):
        actions.judge_reply(actor=play.by["office"], reply_id=reply.pk, accepted=True)
    actions.judge_reply(actor=play.by["leader"], reply_id=reply.pk, accepted=True)
    assert Instruction.objects.get().ended_at == clock.now()


@pytest.mark.parametrize(("value", "found"), [("yes", 1), ("ever", 2), (None, 3)])
def test_programs_narrow_cases_as_the_desk_does(play: Play, value: str | None, found: int) -> None:
    from chuangcheng.api.filters import CaseQuery

    under, before, _free = play.filed(), play.filed(text="占道"), play.filed(text="广告")
    entered(play, "street", link=under.number)
    done = entered(play, "street", link=before.number)
    actions.judge_reply(actor=play.by["office"], reply_id=replied(play, done).pk, accepted=True)
    rows = CaseQuery(instructed=value).narrow(Case.objects.all())
    assert rows.count() == found
