"""Five parties: invitations, signatures on paper, votes, the notice and its days, objections, and the work after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.history.models import Event
from chuangcheng.history.projections import registered
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.calendar import CALENDAR
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import selectors as photos
from chuangcheng.sites.compounds.models import Compound
from chuangcheng.sites.deliberations import actions, selectors, work
from chuangcheng.sites.deliberations.models import AgendaItem, Deliberation, Party
from chuangcheng.sites.deliberations.notice import is_over, last_day
from chuangcheng.sites.states import DELIBERATION
from tests.conftest import NOON
from tests.sites.registers import make_compound
from tests.sites.talks import ITEMS, SCAN, TODAY, assign, carry, days_later, sign_all, vote_all


@pytest.fixture
def compound(small_city: Any, noon: Any) -> Compound:
    return make_compound()


@pytest.fixture
def talk(personas: dict[str, Actor], compound: Compound) -> Deliberation:
    return actions.convene(actor=personas["community"], compound_id=compound.pk, title="门禁与物业费", items=ITEMS)


def test_an_invitation_makes_agenda_and_five_seats(
    talk: Deliberation, personas: dict[str, Actor], small_city: Any
) -> None:
    assert (talk.state, talk.notice_days, talk.convener) == ("convened", 7, small_city.units["community"])
    assert [item.title for item in talk.items.all()] == ["修门禁", "涨物业费"]
    assert {seat.party for seat in talk.seats.all()} == set(Party.values) and len(Party.values) == 5
    (event,) = Event.objects.filter(subject_kind="deliberation")
    assert (event.action, event.after["items"]) == ("deliberation.created", 2)
    assert "门禁" not in str(event.after)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [({"items": []}, r"deliberation\.no_items"), ({"items": ITEMS * 11}, r"deliberation\.no_items"),
     ({"notice_days": 6}, r"deliberation\.bad_notice"), ({"notice_days": 61}, r"deliberation\.bad_notice"),
     ({"title": " "}, r"sites\.missing"), ({"items": [actions.ItemInput("")]}, r"sites\.missing")],
)  # fmt: skip
def test_what_cannot_be_convened(
    personas: dict[str, Actor], compound: Compound, wrong: dict[str, Any], code: str
) -> None:
    given = {"title": "门禁", "items": ITEMS, **wrong}
    with pytest.raises(Refused, match=code):
        actions.convene(actor=personas["community"], compound_id=compound.pk, **given)
    assert not Deliberation.objects.exists()


@pytest.mark.parametrize("role", ["office", "district", "street", "community"])
def test_who_may_convene(personas: dict[str, Actor], compound: Compound, role: str) -> None:
    assert actions.convene(actor=personas[role], compound_id=compound.pk, title="门禁", items=ITEMS).pk


@pytest.mark.parametrize("role", ["leader", "subcommand", "department", "grid", "inspector", "auditor", "street2"])
def test_who_may_not(personas: dict[str, Actor], talk: Deliberation, compound: Compound, role: str) -> None:
    code = r"common\.not_found" if role == "street2" else r"common\.not_allowed"
    actor = personas[role]
    for refused in (
        lambda: actions.convene(actor=actor, compound_id=compound.pk, title="门禁", items=ITEMS),
        lambda: actions.record_meeting(actor=actor, deliberation_id=talk.pk, held_on=TODAY),
        lambda: actions.note_absence(actor=actor, deliberation_id=talk.pk, party="owners", absence="not_there"),
        lambda: sign_all(actor, talk),
        lambda: work.finish(actor=actor, deliberation_id=talk.pk),
    ):
        with pytest.raises(Refused, match=code):
            refused()
    assert selectors.moves_for(actor, talk) == []
    assert selectors.visible_to(actor).exists() is (role != "street2")


def test_a_signature_is_a_scan_and_somebody_who_entered_it(personas: dict[str, Actor], talk: Deliberation) -> None:
    seat = actions.enter_signature(actor=personas["community"], deliberation_id=talk.pk, party="branch", capacity="书记",
                                   signer="王建国", scan=SCAN)  # fmt: skip
    assert (seat.is_signed, seat.entered_by_id, seat.entered_at) == (True, personas["community"].person_id, NOON)
    assert "王建国".encode() not in bytes(seat.signer_cipher)
    assert selectors.signer_of(personas["street"], talk, seat) == "王建国"
    assert selectors.signer_of(personas["grid"], talk, seat) == ""
    assert photos.of(("signature", seat.pk)).count() == 1
    assert "王建国" not in str(list(Event.objects.values_list("after", flat=True)))


@pytest.mark.parametrize(
    ("compound_given", "party"),
    [({"committee": "no"}, "owners"), ({"committee": "preparing"}, "owners"),
     ({"property_kind": "none", "property_company": ""}, "property"),
     ({"property_kind": "owners", "property_company": ""}, "property")],
)  # fmt: skip
def test_nobody_signs_for_a_party_that_does_not_exist(
    personas: dict[str, Actor], talk: Deliberation, compound_given: dict[str, Any], party: str
) -> None:
    make_compound(**compound_given)
    actor = personas["community"]
    with pytest.raises(Refused, match=r"deliberation\.no_such_party"):
        actions.enter_signature(
            actor=actor, deliberation_id=talk.pk, party=party, capacity="主任", signer="王", scan=SCAN
        )
    seat = actions.note_absence(actor=actor, deliberation_id=talk.pk, party=party, absence="not_there")
    assert (seat.is_signed, seat.absence) == (False, "not_there")


def test_a_signature_without_a_real_scan_leaves_nothing(personas: dict[str, Actor], talk: Deliberation) -> None:
    given = {"actor": personas["community"], "deliberation_id": talk.pk, "party": "branch"}
    for more, code in (
        ({"capacity": "书记", "signer": "王", "scan": b"no photo"}, r"photos\."),
        ({"capacity": "", "signer": "王", "scan": SCAN}, r"sites\.missing"),
        ({"capacity": "书记", "signer": "", "scan": SCAN}, r"sites\.missing"),
    ):
        with pytest.raises(Refused, match=code):
            actions.enter_signature(**given, **more)  # type: ignore[arg-type]
    for absence in ("", "moon"):
        with pytest.raises(Refused, match=r"sites\.unknown_choice"):
            actions.note_absence(**given, absence=absence)  # type: ignore[arg-type]
    assert not any(seat.entered_at for seat in talk.seats.all())


def test_a_vote_is_counted_per_matter(personas: dict[str, Actor], talk: Deliberation) -> None:
    actor, item = personas["community"], talk.items.first()
    assert item is not None
    with pytest.raises(Refused, match=r"state\.move_refused"):
        vote_all(actor, talk)  # nobody has met yet
    actions.record_meeting(actor=actor, deliberation_id=talk.pk, held_on=TODAY)
    for counts, code in (((3, 3, 0), r"deliberation\.contradiction"), ((-1, 0, 0), r"sites\.bad_count")):
        with pytest.raises(Refused, match=code):
            actions.record_vote(actor=actor, item_id=item.pk, votes_for=counts[0], votes_against=counts[1],
                                abstentions=counts[2], adopted=True)  # fmt: skip
    vote_all(actor, talk)
    assert [(i.votes_for, i.votes_against, i.adopted) for i in talk.items.all()] == [(20, 3, True), (5, 3, False)]
    last = Event.objects.filter(action="deliberation.voted").latest("seq")
    assert (last.after["for"], last.after["adopted"]) == (5, False)


def test_the_notice_waits_for_all_five_and_every_vote(personas: dict[str, Actor], talk: Deliberation) -> None:
    actor = personas["community"]

    def put_up() -> Deliberation:
        return actions.put_up_notice(actor=actor, deliberation_id=talk.pk)

    actions.record_meeting(actor=actor, deliberation_id=talk.pk, held_on=TODAY)
    sign_all(actor, talk, but="owners")
    with pytest.raises(Refused) as caught:
        put_up()
    assert caught.value.code == "deliberation.seats_missing" and "业主委员会" in caught.value.message()
    actions.note_absence(actor=actor, deliberation_id=talk.pk, party="owners", absence="declined")
    with pytest.raises(Refused, match=r"deliberation\.votes_missing"):
        put_up()
    vote_all(actor, talk, adopted=(False, False))
    with pytest.raises(Refused, match=r"deliberation\.nothing_adopted"):
        put_up()
    vote_all(actor, talk)
    assert (put_up().notice_on, put_up) and Deliberation.objects.get().notice_until == date(2026, 9, 22)


def test_a_paper_that_nobody_signed_is_not_put_up(personas: dict[str, Actor], talk: Deliberation) -> None:
    actor = personas["community"]
    actions.record_meeting(actor=actor, deliberation_id=talk.pk, held_on=TODAY)
    vote_all(actor, talk)
    for party in Party.values:
        actions.note_absence(actor=actor, deliberation_id=talk.pk, party=party, absence="invited")
    with pytest.raises(Refused, match=r"deliberation\.nobody_signed"):
        actions.put_up_notice(actor=actor, deliberation_id=talk.pk)


@pytest.mark.parametrize(
    ("put_up", "days", "expected"),
    [
        (date(2026, 9, 15), 7, date(2026, 9, 22)),  # Tuesday: the day itself does not count (Civil Code, article 201)
        (date(2026, 9, 11), 8, date(2026, 9, 20)),  # ends on a Saturday; Sunday 20 is a working day before the holiday
        (date(2026, 9, 24), 7, date(2026, 10, 8)),  # would end in the National Day week (article 203)
    ],
)
def test_the_last_day_by_the_civil_code(put_up: date, days: int, expected: date) -> None:
    assert last_day(put_up, days) == expected


@given(st.dates(date(2024, 1, 1), date(2026, 12, 1)), st.integers(1, 60))
def test_a_notice_is_never_shorter_and_ends_on_a_working_day(put_up: date, days: int) -> None:
    last = last_day(put_up, days)
    assert (last - put_up).days >= days and CALENDAR.is_workday(last)
    assert all(not CALENDAR.is_workday(put_up + timedelta(n)) for n in range(days, (last - put_up).days))
    assert not is_over(last, last) and is_over(last, last + timedelta(days=1))


def test_a_notice_of_no_days_is_none() -> None:
    with pytest.raises(ValueError, match="a day at least"):
        last_day(TODAY, 0)
    assert not is_over(None, TODAY)


def test_nothing_is_decided_before_the_notice_is_over(personas: dict[str, Actor], talk: Deliberation) -> None:
    actor = personas["community"]
    row = carry(actor, talk, "notice")
    assert "decide" not in {move.name for move in selectors.moves_for(actor, row)}
    for days in (0, 6, 7):
        with days_later(days), pytest.raises(Refused, match=r"deliberation\.notice_running"):
            actions.decide(actor=actor, deliberation_id=row.pk)
    with days_later(8):
        assert "decide" in {move.name for move in selectors.moves_for(actor, row)}
        assert actions.decide(actor=actor, deliberation_id=row.pk).state == "decided"


def test_objections_are_answered_before_a_decision(personas: dict[str, Actor], talk: Deliberation) -> None:
    actor = personas["community"]
    row = carry(actor, talk, "notice")
    for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=1)):
        with pytest.raises(Refused, match=r"deliberation\.objection_day"):
            actions.record_objection(actor=actor, deliberation_id=row.pk, text="太贵", received_on=day)
    objection = actions.record_objection(actor=actor, deliberation_id=row.pk, text="太贵")
    assert "太贵" not in str(Event.objects.latest("id").after)
    with days_later(8):
        with pytest.raises(Refused, match=r"deliberation\.objection_open"):
            actions.decide(actor=actor, deliberation_id=row.pk)
        with pytest.raises(Refused, match=r"state\.missing"):
            actions.answer_objection(actor=actor, objection_id=objection.pk, text=" ")
        actions.answer_objection(actor=actor, objection_id=objection.pk, text="费用由公维基金出")
        assert actions.decide(actor=actor, deliberation_id=row.pk).state == "decided"


def test_a_new_notice_is_up_for_its_whole_time(personas: dict[str, Actor], talk: Deliberation) -> None:
    actor = personas["community"]
    row = carry(actor, talk, "notice")
    with days_later(5):
        back = actions.take_back(actor=actor, deliberation_id=row.pk, reason_code="objections")
        assert (back.state, back.notice_on, back.notice_until) == ("discussed", None, None)
        again = actions.put_up_notice(actor=actor, deliberation_id=row.pk)
    assert again.notice_until is not None and (again.notice_until - TODAY).days >= 12


@pytest.mark.parametrize("state", [state.code for state in DELIBERATION.states])
def test_every_move_in_every_state(personas: dict[str, Actor], talk: Deliberation, state: str) -> None:
    """What the table does not hold is refused by the table; what it holds is refused by a rule of its own or done."""
    actor = personas["community"]
    carry(actor, talk, "notice")
    Deliberation.objects.filter(pk=talk.pk).update(state=state, notice_until=TODAY - timedelta(days=1))
    item = talk.items.first()
    assert item is not None
    by = {"actor": actor, "deliberation_id": talk.pk}
    calls: dict[str, Callable[[], Any]] = {
        "discuss": lambda: actions.record_meeting(**by, held_on=TODAY),
        "sign": lambda: actions.note_absence(**by, party="owners", absence="invited"),
        "vote": lambda: actions.record_vote(actor=actor, item_id=item.pk, votes_for=1, votes_against=0, abstentions=0,
                                            adopted=True),
        "publish": lambda: actions.put_up_notice(**by),
        "object": lambda: actions.record_objection(**by, text="太贵"),
        "retract": lambda: actions.take_back(**by, reason_code="mistake"),
        "decide": lambda: actions.decide(**by),
        "begin": lambda: work.begin(**by),
        "finish": lambda: work.finish(**by),
        "shelve": lambda: actions.shelve(**by, reason_code="no_money"),
    }  # fmt: skip
    allowed = {move.name for move in DELIBERATION.moves_from(state)}
    for name, call in calls.items():
        Deliberation.objects.filter(pk=talk.pk).update(state=state)
        if name in allowed:
            try:
                call()
            except Refused as refused:
                assert refused.code.startswith("deliberation."), name
        else:
            with pytest.raises(Refused, match=r"state\.move_refused"):
                call()


@pytest.mark.parametrize("name", ["take_back", "shelve"])
def test_reasons_are_from_the_list(personas: dict[str, Actor], talk: Deliberation, name: str) -> None:
    carry(personas["community"], talk, "notice")
    for reason, code in (("", r"state\.missing"), ("whim", r"sites\.unknown_reason")):
        with pytest.raises(Refused, match=code):
            getattr(actions, name)(actor=personas["community"], deliberation_id=talk.pk, reason_code=reason)


@pytest.fixture
def decided(personas: dict[str, Actor], talk: Deliberation, small_city: Any) -> AgendaItem:
    carry(personas["community"], talk, "decided")
    item = talk.items.first()
    assert item is not None
    return item


def test_plain_work_ends_with_a_photo(personas: dict[str, Actor], decided: AgendaItem, small_city: Any) -> None:
    actor, talk = personas["community"], decided.deliberation_id
    with pytest.raises(Refused, match=r"deliberation\.work_missing"):
        work.begin(actor=actor, deliberation_id=talk)
    with pytest.raises(Refused, match=r"sites\.missing"):
        work.finish_item(actor=actor, item_id=decided.pk, shots=(SCAN,))
    assign(actor, decided, small_city.units["street"])
    assert work.begin(actor=actor, deliberation_id=talk).state == "working"
    with pytest.raises(Refused, match=r"deliberation\.work_open"):
        work.finish(actor=actor, deliberation_id=talk)
    with pytest.raises(Refused, match=r"deliberation\.no_photo"):
        work.finish_item(actor=actor, item_id=decided.pk, shots=())
    assert work.finish_item(actor=actor, item_id=decided.pk, shots=(SCAN,)).done_at == NOON
    with pytest.raises(Refused, match=r"deliberation\.done_already"):
        work.finish_item(actor=actor, item_id=decided.pk, shots=(SCAN,))
    assert work.finish(actor=actor, deliberation_id=talk).state == "done"


def test_what_was_not_adopted_becomes_no_work(personas: dict[str, Actor], decided: AgendaItem, small_city: Any) -> None:
    other = decided.deliberation.items.last()
    assert other is not None
    with pytest.raises(Refused, match=r"deliberation\.not_decided"):
        assign(personas["community"], other, small_city.units["street"])


def test_the_projection_holds(personas: dict[str, Actor], decided: AgendaItem) -> None:
    projection = registered()["deliberations"]
    assert list(projection.check()) == []
    Deliberation.objects.update(state="shelved", notice_until=None)
    assert len(list(projection.check())) == 2
    projection.rebuild()
    assert list(projection.check()) == []
