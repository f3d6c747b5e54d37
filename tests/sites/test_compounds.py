"""The register of compounds: saving, place, grades, the contact person, rights."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from chuangcheng.history.models import Event, Outbox
from chuangcheng.history.projections import registered
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.sites.compounds import actions, selectors
from chuangcheng.sites.compounds.liaison import liaison_of
from chuangcheng.sites.compounds.models import Attainment, Committee, Compound, Property, Renewal
from chuangcheng.sites.states import COMPOUND, COMPOUND_REASONS
from tests.conftest import square
from tests.sites.registers import AWAY, make_compound

pytestmark = pytest.mark.django_db
EDITORS = ["office", "district", "street", "community"]
READERS = ["leader", "subcommand", "department", "grid", "inspector", "auditor"]


@pytest.fixture
def compound(small_city: Any, noon: Any) -> Compound:
    return make_compound()


def events(row: Compound) -> list[Event]:
    return list(Event.objects.filter(subject_kind="compound", subject_id=row.pk).order_by("seq"))


def test_a_compound_knows_where_it_is(compound: Compound, small_city: Any) -> None:
    assert compound.division == small_city.communities[0]
    assert compound.division_path == "990100/990101/990101001/990101001001/"
    assert compound.grid_id == small_city.grids[0].pk
    assert (compound.households, compound.committee_until) == (320, date(2028, 6, 30))


def test_names_stay_out_of_history(compound: Compound) -> None:
    (event,) = events(compound)
    assert event.action == "compound.created"
    assert (event.after["property_kind"], event.after["households"], event.after["state"]) == ("company", 320, "active")
    assert "和顺" not in str(event.after) and "安居" not in str(event.after)


def test_saving_again_leaves_no_trace(compound: Compound) -> None:
    rows = Outbox.objects.count()
    again = make_compound()
    assert (again.pk, again.chain_seq, Outbox.objects.count()) == (compound.pk, 1, rows)


def test_a_change_is_one_row_of_history(compound: Compound) -> None:
    make_compound(property_kind="none", property_company="", committee="no")
    first, second = events(compound)
    assert second.action == "compound.changed"
    assert (second.before["property_kind"], second.after["property_kind"]) == ("company", "none")
    assert (first.after["committee_until"], second.after["committee_until"]) == ("2028-06-30", None)
    assert Outbox.objects.filter(topic="compound.changed").count() == 1


def test_a_boundary_alone_gives_the_point(small_city: Any) -> None:
    row = make_compound(lat=None, lon=None, boundary=square(120.001, 30.001, 0.002))
    assert row.boundary is not None
    assert 120.001 < row.lon < 120.003 and 30.001 < row.lat < 30.003
    assert row.division == small_city.communities[0]


def test_outside_of_all_boundaries_the_named_division_counts(small_city: Any) -> None:
    row = make_compound(lon=121.0, division=small_city.communities[1])
    assert (row.division, row.grid_id) == (small_city.communities[1], None)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"name": " "}, "sites.missing"), ({"code": ""}, "sites.missing"), ({"name": "长" * 101}, "sites.too_long"),
        ({"lat": 95.0}, "sites.bad_position"), ({"lat": None}, "sites.missing"), ({"lon": 121.0}, "sites.no_division"),
        ({"property_company": ""}, "sites.missing"), ({"property_kind": "none"}, "sites.company_and_kind"),
        ({"property_kind": "moon"}, "sites.unknown_choice"), ({"committee": "moon"}, "sites.unknown_choice"),
        ({"renewal": "moon"}, "sites.unknown_choice"), ({"year_built": 20}, "sites.bad_year"),
        ({"households": -1}, "sites.bad_count"), ({"bins": 10**9}, "sites.bad_count"),
        ({"boundary": {"type": "Point", "coordinates": [120, 30]}}, "sites.bad_boundary"),
        ({"boundary": {"type": "Polygon", "coordinates": "x"}}, "sites.bad_boundary"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_and_nothing_kept(small_city: Any, wrong: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as caught:
        make_compound(**wrong)
    assert caught.value.code == code
    assert not Compound.objects.exists()


@pytest.mark.parametrize("role", EDITORS)
def test_those_of_the_area_may_edit(personas: dict[str, Actor], noon: Any, role: str) -> None:
    assert make_compound(personas[role]).chain_seq == 1
    assert make_compound(personas[role], households=321).chain_seq == 2


@pytest.mark.parametrize("role", READERS)
def test_readers_may_not(personas: dict[str, Actor], compound: Compound, role: str) -> None:
    for refused in (
        lambda: make_compound(personas[role], households=1),
        lambda: actions.take_off_compound(actor=personas[role], compound_id=compound.pk, reason_code="merged"),
        lambda: actions.grade_compound(actor=personas[role], compound_id=compound.pk, grade="met", reason="好"),
        lambda: actions.see_liaison(actor=personas[role], compound_id=compound.pk),
    ):
        with pytest.raises(Refused, match=r"common\.not_allowed"):
            refused()
    assert selectors.moves_for(personas[role], compound) == []
    assert selectors.visible_to(personas[role]).count() == 1


def test_another_street_neither_sees_nor_takes_it(personas: dict[str, Actor], compound: Compound) -> None:
    other = personas["street2"]
    assert not selectors.visible_to(other).exists()
    with pytest.raises(Refused, match=r"common\.not_found"):
        selectors.get_compound_for(other, compound.pk)
    with pytest.raises(Refused, match=r"common\.not_found"):
        make_compound(other, households=1)
    with pytest.raises(Refused, match=r"common\.not_found"):  # neither by moving it into the own street
        make_compound(other, **AWAY)
    with pytest.raises(Refused, match=r"common\.not_found"):
        actions.take_off_compound(actor=other, compound_id=compound.pk, reason_code="merged")


def test_off_the_register_and_back(personas: dict[str, Actor], compound: Compound) -> None:
    street = personas["street"]
    gone = actions.take_off_compound(actor=street, compound_id=compound.pk, reason_code="demolished")
    assert (gone.state, events(gone)[-1].reason) == ("closed", "demolished")
    with pytest.raises(Refused, match=r"sites\.off_register"):
        actions.grade_compound(actor=personas["office"], compound_id=gone.pk, grade="met", reason="好")
    assert actions.put_back_compound(actor=street, compound_id=compound.pk).state == "active"


@pytest.mark.parametrize("state", [state.code for state in COMPOUND.states])
def test_moves_the_table_does_not_hold_are_refused(personas: dict[str, Actor], compound: Compound, state: str) -> None:
    Compound.objects.filter(pk=compound.pk).update(state=state)
    calls = {
        "take_off": lambda: actions.take_off_compound(actor=SYSTEM, compound_id=compound.pk, reason_code="merged"),
        "put_back": lambda: actions.put_back_compound(actor=SYSTEM, compound_id=compound.pk),
    }
    allowed = {move.name for move in COMPOUND.moves_from(state)}
    for name in calls.keys() - allowed:
        with pytest.raises(Refused, match=r"state\.move_refused"):
            calls[name]()
    for name in allowed:
        assert calls[name]().state == COMPOUND.move(name).target


def test_leaving_needs_a_known_reason(compound: Compound) -> None:
    for reason, code in (("", r"state\.missing"), ("whim", r"sites\.unknown_reason")):
        with pytest.raises(Refused, match=code):
            actions.take_off_compound(actor=SYSTEM, compound_id=compound.pk, reason_code=reason)
    assert set(COMPOUND_REASONS) == {"demolished", "merged", "mistake"}


def test_grades_are_facts_with_their_reasons(personas: dict[str, Actor], compound: Compound) -> None:
    def grade(word: str, day: date | None = None) -> Compound:
        return actions.grade_compound(
            actor=personas["district"], compound_id=compound.pk, grade=word, reason=f"理由{word}", graded_on=day
        )

    grade("weak", date(2026, 5, 1))
    row = grade("met")
    assert (row.grade, row.graded_on) == ("met", date(2026, 9, 15))
    late = grade("improve", date(2026, 7, 1))  # entered later, of an earlier day: the newest day counts
    assert (late.grade, late.graded_on) == ("met", date(2026, 9, 15))
    assert [each.grade for each in late.gradings.all()] == ["met", "improve", "weak"]
    assert [event.after["given"] for event in events(late)[1:]] == ["weak", "met", "improve"]
    assert "理由" not in str([event.after for event in events(late)])


@pytest.mark.parametrize(
    ("wrong", "code"),
    [({"grade": ""}, r"sites\.unknown_choice"), ({"grade": "great"}, r"sites\.unknown_choice"),
     ({"reason": " "}, r"sites\.missing"), ({"graded_on": date(2026, 9, 16)}, r"sites\.future_day")],
)  # fmt: skip
def test_a_grade_needs_reason_and_day(compound: Compound, wrong: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused, match=code):
        actions.grade_compound(actor=SYSTEM, compound_id=compound.pk, **{"grade": "met", "reason": "好", **wrong})
    assert not compound.gradings.exists()


def test_a_street_does_not_grade_itself(personas: dict[str, Actor], compound: Compound) -> None:
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        actions.grade_compound(actor=personas["street"], compound_id=compound.pk, grade="met", reason="好")


def test_the_contact_person_is_encrypted_and_every_look_is_written_down(
    personas: dict[str, Actor], small_city: Any, noon: Any
) -> None:
    row = make_compound(liaison=("王大妈", "13800138000"))
    stored = bytes(Compound.objects.get(pk=row.pk).liaison_cipher)
    assert stored and "王".encode() not in stored and b"138001" not in stored
    assert actions.see_liaison(actor=personas["street"], compound_id=row.pk) == ("王大妈", "13800138000")
    seen = events(row)[-1]
    assert (seen.action, seen.actor_post) == ("compound.contact_seen", personas["street"].post_id)
    assert "13800138000" not in str([event.after for event in events(row)])


def test_the_contact_person_stays_unless_one_is_given(small_city: Any, noon: Any) -> None:
    row = make_compound(liaison=("王大妈", "13800138000"))
    assert make_compound(liaison=("王大妈", "13800138000")).chain_seq == 1, "a fresh cipher is no change"
    assert liaison_of(make_compound(households=9)) == ("王大妈", "13800138000")
    assert liaison_of(make_compound(households=9, liaison=("", ""))) == ("", "")
    assert bytes(Compound.objects.get(pk=row.pk).liaison_cipher) == b""


def test_the_figures_over_the_list(small_city: Any, noon: Any) -> None:
    assert selectors.cover(Compound.objects.all()).share(0) is None
    make_compound(code="A")
    make_compound(code="B", property_kind="none", property_company="", committee="no", households=80)
    row = make_compound(code="C", property_kind="community", property_company="", committee="preparing")
    actions.grade_compound(actor=SYSTEM, compound_id=row.pk, grade="weak", reason="脏")
    gone = make_compound(code="D")
    actions.take_off_compound(actor=SYSTEM, compound_id=gone.pk, reason_code="merged")
    cover = selectors.cover(Compound.objects.all())
    assert (cover.compounds, cover.households, cover.bin_points, cover.bins) == (3, 720, 12, 48)
    assert (cover.managed, cover.with_committee, cover.met, cover.weak) == (2, 1, 0, 1)
    assert cover.share(cover.managed) == pytest.approx(2 / 3)


def test_the_projection_names_what_differs_and_mends_it(compound: Compound) -> None:
    projection = registered()["compounds"]
    assert list(projection.check()) == []
    Compound.objects.filter(pk=compound.pk).update(households=1, grade="met")
    assert {str(each).split(": ")[1].split(" is")[0] for each in projection.check()} == {"households", "grade"}
    assert projection.rebuild() == 1
    assert list(projection.check()) == []
    Compound.objects.filter(pk=compound.pk).delete()
    assert [str(each) for each in projection.check()] == [f"compound {compound.pk}: is gone"]


def test_a_row_that_history_does_not_know_is_named(compound: Compound) -> None:
    Event.objects.filter(subject_kind="compound").delete()
    assert "history knows nothing of it" in str(next(iter(registered()["compounds"].check())))


def test_every_choice_has_its_code(small_city: Any, noon: Any) -> None:
    assert set(Property.values) == {"company", "owners", "community", "none"}
    for number, committee in enumerate(Committee.values):
        assert make_compound(code=f"C{number}", committee=committee).committee == committee
    for number, renewal in enumerate(Renewal.values):
        assert make_compound(code=f"R{number}", renewal=renewal).renewal == renewal
    assert set(Attainment.values) == {"", "met", "improve", "weak"}


def test_an_unknown_compound_is_not_found(small_city: Any) -> None:
    with pytest.raises(Refused, match=r"common\.not_found"):
        actions.see_liaison(actor=SYSTEM, compound_id=small_city.units["office"].pk)
    assert selectors.compound_by_code("nirgends") is None
