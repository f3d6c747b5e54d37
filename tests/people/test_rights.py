"""The engine of rights: roles against declared permissions, scopes, time, and deny by default."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN, SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.people.models import Person, Post, Unit

#: Moves that a citizen makes without a post: by the receipt's code, never by a role.
CITIZENS_OWN = {"reports.withdraw", "reports.object"}
#: What only the system does: to draw what is looked at again, to end a search with its case.
SYSTEMS_OWN = {"owners.drop", "quickfixes.draw", "rechecks.draw"}


def test_every_right_of_a_role_is_declared_by_a_room() -> None:
    held = {code for role in rights.roles().values() for code in role.permissions}
    assert held - set(rights.declared()) == set()


def test_every_declared_right_is_held_by_some_role() -> None:
    held = {code for role in rights.roles().values() for code in role.permissions}
    assert set(rights.declared()) - held == CITIZENS_OWN | SYSTEMS_OWN


def test_rights_are_named_after_their_room_and_labelled_twice() -> None:
    for code, permission in rights.declared().items():
        assert code == permission.code
        assert code.count(".") == 1
        assert permission.label.zh
        assert permission.label.en


def test_roles_have_a_known_scope_and_open_a_door() -> None:
    for role in rights.roles().values():
        assert role.scope in {"all", "division", "unit", "unit_and_division"}
        assert "desk.enter" in role.permissions
        assert role.label.zh
        assert role.label.en


@pytest.mark.parametrize("actor", [CITIZEN, SYSTEM, Actor(uuid4(), uuid4(), "nobody")])
def test_whoever_has_no_post_has_no_right(db: None, actor: Actor) -> None:
    assert rights.post_of(actor) is None
    for permission in rights.declared():
        assert not rights.can(actor, permission)
        assert rights.scope(actor, permission).nothing
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        rights.require(actor, "cases.view")


def test_each_persona_can_exactly_what_its_role_says(personas: dict[str, Actor]) -> None:
    for actor in personas.values():
        post = rights.post_of(actor)
        assert post is not None
        for permission in rights.declared():
            allowed = permission in rights.roles()[post.role].permissions
            assert rights.can(actor, permission) is allowed
            assert rights.scope(actor, permission).nothing is not allowed


def test_the_refusal_names_the_right_in_chinese(personas: dict[str, Actor]) -> None:
    with pytest.raises(Refused) as refused:
        rights.require(personas["grid"], "cases.dispatch")
    assert "派遣案件" in refused.value.message()
    assert refused.value.problem.status == 403


def test_an_undeclared_right_is_refused_too(personas: dict[str, Actor]) -> None:
    with pytest.raises(Refused, match=r"cases\.invented"):
        rights.require(personas["office"], "cases.invented")


def test_scopes_reach_what_the_role_says(personas: dict[str, Actor], small_city: object) -> None:
    units, streets = small_city.units, small_city.streets
    everything = rights.scope(personas["office"], "cases.view")
    assert everything.everything
    assert everything.reaches()
    unit_only = rights.scope(personas["department"], "cases.view")
    assert unit_only.units == (units["department"].pk,)
    assert unit_only.paths == ()
    both = rights.scope(personas["street"], "cases.view")
    assert both.units == (units["street"].pk,)
    assert both.paths == (streets[0].path,)
    area = rights.scope(personas["grid"], "cases.view")
    assert area.units == ()
    assert area.paths == (small_city.communities[0].path,)


def test_reach_goes_down_the_subtree_and_not_beside_it(personas: dict[str, Actor], small_city: object) -> None:
    scope = rights.scope(personas["street"], "cases.view")
    communities, units = small_city.communities, small_city.units
    assert scope.reaches(path=communities[0].path)
    assert scope.reaches(path=communities[1].path)
    assert not scope.reaches(path=communities[2].path)
    assert not scope.reaches(path=small_city.district.path)
    assert not scope.reaches(path="")
    assert scope.reaches(unit_id=units["street"].pk)
    assert not scope.reaches(unit_id=units["street2"].pk)
    assert not scope.reaches()


def test_an_empty_scope_reaches_nothing() -> None:
    assert rights.NOTHING.nothing
    assert not rights.NOTHING.reaches(unit_id=uuid4(), path="990100/")


@pytest.mark.parametrize(
    ("first", "last", "stands"),
    [(None, None, True), (0, 0, True), (1, None, False), (None, -1, False), (-5, 5, True), (-5, 0, True)],
)
def test_a_post_stands_from_its_first_to_its_last_day(
    personas: dict[str, Actor], noon: object, first: int | None, last: int | None, stands: bool
) -> None:
    today = date(2026, 9, 15)
    post = Post.objects.get(pk=personas["street"].post_id)
    post.valid_from = today + timedelta(days=first) if first is not None else None
    post.valid_to = today + timedelta(days=last) if last is not None else None
    post.save()
    rights.forget_posts()
    assert rights.can(personas["street"], "cases.view") is stands


def test_the_city_s_midnight_ends_a_post_not_that_of_utc(personas: dict[str, Actor]) -> None:
    Post.objects.filter(pk=personas["street"].post_id).update(valid_to=date(2026, 9, 15))
    rights.forget_posts()
    from datetime import UTC, datetime

    with clock.at(datetime(2026, 9, 15, 15, 59, tzinfo=UTC)):
        assert rights.can(personas["street"], "cases.view")
    with clock.at(datetime(2026, 9, 15, 16, 1, tzinfo=UTC)):  # 00:01 of the 16th in the city
        assert not rights.can(personas["street"], "cases.view")


def test_whoever_may_not_sign_in_has_no_right(personas: dict[str, Actor]) -> None:
    Person.objects.filter(pk=personas["street"].person_id).update(is_active=False)
    rights.forget_posts()
    assert not rights.can(personas["street"], "cases.view")


def test_asking_many_times_costs_one_query(personas: dict[str, Actor]) -> None:
    rights.forget_posts()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for permission in rights.declared():
            rights.scope(personas["street"], permission)
    assert len(queries) == 1


def test_an_unknown_post_is_asked_for_again(personas: dict[str, Actor]) -> None:
    stranger = Actor(personas["street"].person_id, uuid4(), "new")
    assert not rights.can(stranger, "cases.view")
    old = Post.objects.get(pk=personas["street"].post_id)
    Post.objects.create(id=stranger.post_id, person=old.person, role="leader", unit=old.unit, division=old.division)
    assert rights.can(stranger, "cases.view")


def test_a_kept_post_is_trusted_for_two_seconds_only(
    personas: dict[str, Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = [100.0]
    monkeypatch.setattr("chuangcheng.people.rights.time.monotonic", lambda: ticks[0])
    monkeypatch.setattr(rights, "_keep_seconds", rights.POST_SECONDS)
    rights.forget_posts()
    assert rights.can(personas["street"], "cases.pass_on")
    Post.objects.filter(pk=personas["street"].post_id).update(role="auditor")
    assert rights.can(personas["street"], "cases.pass_on")
    ticks[0] += rights.POST_SECONDS
    assert not rights.can(personas["street"], "cases.pass_on")
    rights.forget_posts()


def test_the_table_of_kept_posts_does_not_grow_for_ever(
    personas: dict[str, Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    rights.forget_posts()
    post = Post.objects.get(pk=personas["street"].post_id)
    kept = {uuid4(): (0.0, post) for _ in range(5001)}
    monkeypatch.setattr(rights, "_posts", kept)
    assert rights.can(personas["street"], "cases.view")
    assert len(kept) == 1


def test_the_system_may_set_up_and_a_citizen_may_not(personas: dict[str, Actor], small_city: object) -> None:
    rights.require_or_system(SYSTEM, "people.edit")
    rights.require_or_system(personas["office"], "people.edit", path="990100/")
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        rights.require_or_system(CITIZEN, "people.edit")
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        rights.require_or_system(personas["street"], "people.edit")
    with pytest.raises(Refused, match=r"common\.not_found"):
        rights.require_or_system(personas["street"], "cases.view", path=small_city.communities[2].path)


def test_a_process_that_writes_alone_may_keep_posts_longer(
    personas: dict[str, Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = [100.0]
    monkeypatch.setattr("chuangcheng.people.rights.time.monotonic", lambda: ticks[0])
    monkeypatch.setattr(rights, "_keep_seconds", rights.POST_SECONDS)
    rights.forget_posts()
    with rights.posts_kept(60.0):
        assert rights.can(personas["street"], "cases.pass_on")
        Post.objects.filter(pk=personas["street"].post_id).update(role="auditor")
        ticks[0] += 59.0
        assert rights.can(personas["street"], "cases.pass_on")
    assert not rights.can(personas["street"], "cases.pass_on")
    Post.objects.filter(pk=personas["street"].post_id).update(role="street")
    ticks[0] += rights.POST_SECONDS
    assert rights.can(personas["street"], "cases.pass_on")
    rights.forget_posts()


def test_a_line_is_kept_until_a_unit_changes(personas: dict[str, Actor]) -> None:
    above, below = Unit.objects.order_by("code")[:2]
    reach = rights.Scope(units=(above.pk,))
    assert rights.with_line(rights.NOTHING) == ()
    assert rights.with_line(reach) == (above.pk,)
    Unit.objects.filter(pk=below.pk).update(line_parent=above)
    assert rights.with_line(reach) == (above.pk,)
    rights.forget_posts()
    assert rights.with_line(reach) == (above.pk, below.pk)
    assert rights.with_line(rights.Scope(units=(above.pk,), leads=False)) == (above.pk,)
