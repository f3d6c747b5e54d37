"""Units, persons and posts: made, changed, refused, recorded."""

from __future__ import annotations

import re
from datetime import date

import pytest

from chuangcheng.history.models import Event
from chuangcheng.kernel.actor import CITIZEN, SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import actions, rights, selectors
from chuangcheng.people.models import Person, Post, Unit

PASSWORD = "Yunling-2026-spring"


def events(unit: Unit) -> list[str]:
    return list(
        Event.objects.filter(subject_kind="unit", subject_id=unit.pk).order_by("seq").values_list("action", flat=True)
    )


def test_a_unit_is_made_once_and_changed_by_its_code(small_city: object) -> None:
    first = actions.save_unit(actor=SYSTEM, code="U-JTJ", name="交通运输局", kind="department", group="city")
    again = actions.save_unit(actor=SYSTEM, code="U-JTJ", name="交通运输局", kind="department", group="city")
    assert again.pk == first.pk
    assert events(first) == ["unit.created"]
    renamed = actions.save_unit(actor=SYSTEM, code="U-JTJ", name="市交通运输局", kind="department", group="city")
    assert renamed.name == "市交通运输局"
    assert events(first) == ["unit.created", "unit.changed"]
    last = Event.objects.get(subject_id=first.pk, seq=2)
    assert last.after["renamed"] is True
    assert "市交通运输局" not in str(last.after)
    renamed.refresh_from_db()
    assert (renamed.chain_seq, renamed.chain_head) == (2, last.digest)


def test_the_short_name_defaults_to_the_name(db: None) -> None:
    assert actions.save_unit(actor=SYSTEM, code="U1", name="公安局", kind="department").short_name == "公安局"


def test_office_may_edit_units_and_nobody_below(personas: dict[str, Actor]) -> None:
    unit = actions.save_unit(actor=personas["office"], code="U-NEW", name="新单位", kind="department")
    assert Unit.objects.filter(code="U-NEW").exists()
    for name in ("leader", "district", "department", "street", "community", "grid", "inspector", "auditor"):
        with pytest.raises(Refused, match=r"common\.not_allowed"):
            actions.save_unit(actor=personas[name], code="U-NEW", name="改名", kind="department")
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        actions.save_unit(actor=CITIZEN, code="U-X", name="改名", kind="department")
    unit.refresh_from_db()
    assert unit.name == "新单位"
    assert not Unit.objects.filter(code="U-X").exists()


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"kind": "club"}, "people.unknown_kind"),
        ({"group": "best"}, "people.unknown_group"),
        ({"name": "  "}, "people.nothing_given"),
        ({"name": "长" * 101}, "people.too_long"),
        ({"code": "\u3000"}, "people.nothing_given"),
        ({"valid_from": date(2026, 2, 1), "valid_to": date(2026, 1, 31)}, "people.period"),
    ],
)
def test_bad_units_are_refused(db: None, bad: dict[str, object], code: str) -> None:
    given = {"code": "U1", "name": "单位", "kind": "department", **bad}
    with pytest.raises(Refused, match=re.escape(code)):
        actions.save_unit(actor=SYSTEM, **given)
    assert not Unit.objects.exists()


@pytest.mark.parametrize("line", ["parent", "line_parent"])
def test_no_unit_stands_above_itself(small_city: object, line: str) -> None:
    office, below = small_city.units["office"], small_city.units["subcommand"]
    actions.save_unit(actor=SYSTEM, code=below.code, name=below.name, kind="subcommand", **{line: office})
    with pytest.raises(Refused, match=r"people\.own_superior"):
        actions.save_unit(
            actor=SYSTEM, code=office.code, name=office.name, kind="office", **{line: Unit.objects.get(pk=below.pk)}
        )


def test_a_person_without_password_cannot_sign_in_by_one(db: None) -> None:
    person = actions.save_person(actor=SYSTEM, username="wang", name="王某")
    assert not person.has_usable_password()
    person = actions.save_person(actor=SYSTEM, username="wang", name="王某", password=PASSWORD)
    assert person.check_password(PASSWORD)
    kept = actions.save_person(actor=SYSTEM, username="wang", name="王某某")
    assert kept.check_password(PASSWORD)
    assert Person.objects.get().name == "王某某"


@pytest.mark.parametrize("password", ["short", "1234567890", "password123", "wang-2026-x"])
def test_weak_passwords_are_refused(db: None, password: str) -> None:
    with pytest.raises(Refused, match=r"people\.weak_password"):
        actions.save_person(actor=SYSTEM, username="wang-2026-xy", name="王某", password=password)
    assert not Person.objects.exists()


def test_the_phone_is_stored_encrypted_and_erased(db: None) -> None:
    person = actions.save_person(actor=SYSTEM, username="wang", name="王某", phone="13912345678")
    stored = bytes(Person.objects.get().phone_cipher)
    assert b"13912345678" not in stored
    assert selectors.phone_of(person) == "13912345678"
    actions.save_person(actor=SYSTEM, username="wang", name="王某")
    assert bytes(Person.objects.get().phone_cipher) == stored
    actions.save_person(actor=SYSTEM, username="wang", name="王某", phone="13912345678")
    assert bytes(Person.objects.get().phone_cipher) == stored  # the same phone is not encrypted anew
    person = actions.save_person(actor=SYSTEM, username="wang", name="王某", phone="")
    assert selectors.phone_of(person) == ""


def test_locking_a_person_takes_the_rights_at_once(personas: dict[str, Actor]) -> None:
    assert rights.can(personas["street"], "cases.view")
    actions.save_person(actor=personas["office"], username="street", name="张街", is_active=False)
    assert not rights.can(personas["street"], "cases.view")


def test_persons_are_not_edited_from_below(personas: dict[str, Actor]) -> None:
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        actions.save_person(actor=personas["street"], username="office", name="改名")
    assert Person.objects.get(username="office").name == "张office"


def test_a_post_gives_rights_and_its_end_takes_them(small_city: object, personas: dict[str, Actor]) -> None:
    unit = small_city.units["street"]
    person = actions.save_person(actor=SYSTEM, username="li", name="李某")
    post = actions.give_post(
        actor=personas["office"], person=person, role="street", unit=unit, division=unit.division, title="科员"
    )
    actor = selectors.actor_of(post)
    assert actor.label == "河东街道 · 科员"
    assert rights.can(actor, "cases.handle")
    actions.end_post(actor=personas["office"], post=post)
    assert not rights.can(actor, "cases.handle")
    assert events(unit) == ["unit.post_given", "unit.post_ended"]
    given = Event.objects.filter(subject_id=unit.pk).first()
    assert given is not None
    assert given.after["role"] == "street"
    assert "李某" not in str(given.after)


@pytest.mark.parametrize("division", [True, False])
def test_the_same_post_is_not_doubled(small_city: object, division: bool) -> None:
    unit = small_city.units["street"]
    person = actions.save_person(actor=SYSTEM, username="li", name="李某")
    area = unit.division if division else None
    first = actions.give_post(actor=SYSTEM, person=person, role="street", unit=unit, division=area)
    same = actions.give_post(actor=SYSTEM, person=person, role="street", unit=unit, division=area)
    titled = actions.give_post(actor=SYSTEM, person=person, role="street", unit=unit, division=area, title="主任")
    assert first.pk == same.pk == titled.pk
    assert Post.objects.get().title == "主任"
    assert events(unit) == ["unit.post_given", "unit.post_given"]


def test_a_post_can_be_given_again_after_its_end(small_city: object) -> None:
    unit = small_city.units["street"]
    person = actions.save_person(actor=SYSTEM, username="li", name="李某")
    post = actions.give_post(actor=SYSTEM, person=person, role="street", unit=unit)
    actions.end_post(actor=SYSTEM, post=post)
    assert selectors.posts_of(person) == []
    actions.give_post(actor=SYSTEM, person=person, role="street", unit=unit)
    assert selectors.posts_of(person) == [post]


def test_ending_a_post_twice_is_recorded_once(small_city: object, noon: object) -> None:
    unit = small_city.units["street"]
    person = actions.save_person(actor=SYSTEM, username="li", name="李某")
    post = actions.give_post(actor=SYSTEM, person=person, role="street", unit=unit, valid_from=date(2026, 9, 20))
    ended = actions.end_post(actor=SYSTEM, post=post)
    assert (ended.valid_from, ended.valid_to) == (date(2026, 9, 14), date(2026, 9, 14))
    actions.end_post(actor=SYSTEM, post=post)
    assert events(unit) == ["unit.post_given", "unit.post_ended"]


def test_posts_that_make_no_sense_are_refused(small_city: object, personas: dict[str, Actor]) -> None:
    unit = small_city.units["street"]
    person = actions.save_person(actor=SYSTEM, username="li", name="李某")
    with pytest.raises(Refused, match=r"people\.unknown_role"):
        actions.give_post(actor=SYSTEM, person=person, role="emperor", unit=unit)
    with pytest.raises(Refused, match=r"people\.division_needed"):
        actions.give_post(actor=SYSTEM, person=person, role="grid", unit=unit)
    with pytest.raises(Refused, match=r"people\.period"):
        actions.give_post(
            actor=SYSTEM,
            person=person,
            role="street",
            unit=unit,
            valid_from=date(2026, 2, 1),
            valid_to=date(2026, 1, 1),
        )
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        actions.give_post(actor=personas["street"], person=person, role="office", unit=unit)
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        actions.end_post(actor=personas["street"], post=Post.objects.get(pk=personas["office"].post_id))
    assert not Post.objects.filter(person=person).exists()
