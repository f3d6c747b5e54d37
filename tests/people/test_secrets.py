"""What a person's row gives away, and what a token opens: keys that end, phones that nobody reads by accident."""

from __future__ import annotations

import json
import logging
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.signing import Signer
from django.db import connection
from pytest_django import Settings

from chuangcheng.history.models import Event, Outbox
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import actions, imports, rights, selectors, sheets, tokens
from chuangcheng.people.models import Person, Post, Unit
from tests.conftest import City
from tests.people.test_imports import POSTS, UNITS, book

PHONE = "13912345678"


def call(client: Any, token: str) -> int:
    return int(client.get("/api/v1/cases", headers={"Authorization": f"Bearer {token}"}).status_code)


def test_a_token_is_another_ones_only_with_another_signature() -> None:
    mine, other = uuid4(), uuid4()
    token = tokens.issue(mine)
    claim = Signer(salt="chuangcheng.people.tokens").unsign_object(token)
    forged = Signer(salt="chuangcheng.people.tokens", key="guessed").sign_object({**claim, "post": other.hex})
    assert tokens.post_id_of(token) == mine
    assert tokens.post_id_of(forged) is None
    of_another_kind = Signer(salt="a form of ours").sign_object({**claim, "post": other.hex})
    assert tokens.post_id_of(of_another_kind) is None


def test_all_tokens_die_with_the_homes_key(settings: Settings) -> None:
    token = tokens.issue(uuid4())
    settings.SECRET_KEY = "another" * 10
    assert tokens.post_id_of(token) is None


@pytest.mark.parametrize(("days", "after", "valid"), [(1, timedelta(hours=23, minutes=59), True), (1, timedelta(days=1), False),
                                                      (90, timedelta(days=89), True), (0, timedelta(0), False)])  # fmt: skip
def test_a_token_lives_for_its_days(noon: object, days: int, after: timedelta, valid: bool) -> None:
    token = tokens.issue(uuid4(), days=days)
    with clock.at(clock.now() + after):
        assert (tokens.post_id_of(token) is not None) is valid


def test_a_token_ends_with_its_post_and_with_its_person(client: Any, personas: dict[str, Actor], noon: object) -> None:
    post = Post.objects.get(pk=personas["street"].post_id)
    token = tokens.issue(post.pk)
    opened = call(client, token)
    assert opened not in {401, 403}
    actions.save_person(actor=SYSTEM, username="street", name="张街", is_active=False)
    assert call(client, token) in {401, 403}
    actions.save_person(actor=SYSTEM, username="street", name="张街")
    assert call(client, token) == opened
    actions.end_post(actor=SYSTEM, post=post)
    assert call(client, token) in {401, 403}


def everything_stored() -> str:
    """Every value of every row of every table, as text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [
                str(bytes(value) if isinstance(value, memoryview) else value)
                for row in cursor.fetchall()
                for value in row
            ]
    return "\n".join(found)


def test_a_phone_stands_nowhere_in_clear(db: None, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    person = actions.save_person(actor=SYSTEM, username="wang", name="王某", phone=PHONE)
    assert selectors.phone_of(Person.objects.get(pk=person.pk)) == PHONE
    assert PHONE not in everything_stored()
    assert PHONE not in caplog.text
    assert PHONE not in repr(person)


def test_the_same_phone_of_two_persons_looks_unlike(db: None) -> None:
    """Else the table would tell who shares a telephone."""
    for username in ("wang", "li"):
        actions.save_person(actor=SYSTEM, username=username, name="某", phone=PHONE)
    one, other = (bytes(person.phone_cipher) for person in Person.objects.all())
    assert one != other
    assert {selectors.phone_of(person) for person in Person.objects.all()} == {PHONE}


def test_a_name_stands_on_the_persons_row_alone(small_city: City, personas: dict[str, Actor]) -> None:
    """So that erasing it there erases it."""
    unit = small_city.units["street"]
    person = actions.save_person(actor=personas["office"], username="o-1", name="欧阳某某", phone=PHONE)
    post = actions.give_post(actor=personas["office"], person=person, role="street", unit=unit, title="科员")  # type: ignore[arg-type]
    actions.end_post(actor=personas["office"], post=post)
    history = json.dumps(
        [[event.before, event.after, event.reason, event.actor_label] for event in Event.objects.all()],
        ensure_ascii=False,
    )
    assert "欧阳某某" not in history
    assert "o-1" not in history
    assert "科员" not in history
    assert str(person.pk) in history
    Person.objects.filter(pk=person.pk).update(name="已删除", phone_cipher=b"")
    assert "欧阳" not in everything_stored()


def test_an_import_that_fails_tells_no_phone_and_keeps_none(small_city: City, tmp_path: Path) -> None:
    posts = [{**POSTS[0], "phone": PHONE}, {**POSTS[1], "phone": PHONE, "role": "皇帝"}]
    report = imports.import_units(SYSTEM, book(tmp_path, UNITS, posts))
    assert [problem.row for problem in report.problems] == [3]
    assert PHONE not in json.dumps(report.as_json(), ensure_ascii=False)
    assert PHONE not in everything_stored()
    assert not Outbox.objects.filter(payload__icontains=PHONE).exists()


def test_a_later_import_without_a_phone_keeps_it(small_city: City, tmp_path: Path) -> None:
    imports.import_units(SYSTEM, book(tmp_path, UNITS, [POSTS[0]]))
    without = {name: value for name, value in POSTS[0].items() if name != "phone"}
    report = imports.import_units(SYSTEM, book(tmp_path, UNITS, [{**without, "name": "赵某某"}]))
    assert (report.imported, report.rejected) == (1, 0)
    person = Person.objects.get(username="zhao")
    assert (person.name, selectors.phone_of(person)) == ("赵某某", PHONE)


def test_an_import_that_opens_a_locked_account_counts_it(small_city: City, tmp_path: Path) -> None:
    imports.import_units(SYSTEM, book(tmp_path, UNITS, [POSTS[2]]))
    actions.save_person(actor=SYSTEM, username="qian", name="钱某", is_active=False)
    report = imports.import_units(SYSTEM, book(tmp_path, UNITS, [POSTS[2]]))
    assert report.imported == 1, "opened again, and counted as a change"
    assert Person.objects.get(username="qian").is_active


@pytest.mark.parametrize(
    ("change", "moved"),
    [({"parent": "N-HBJ"}, "parent"), ({"division": "990101001"}, "division"), ({"official_order": 3}, "official_order"),
     ({"group": "不参与排名"}, "group"), ({"role_code": ""}, "role_code")],
)  # fmt: skip
def test_each_column_of_the_sheet_is_followed(
    small_city: City, tmp_path: Path, change: dict[str, Any], moved: str
) -> None:
    imports.import_units(SYSTEM, book(tmp_path, UNITS))
    before = Unit.objects.filter(code="N-JD").values().get()
    report = imports.import_units(SYSTEM, book(tmp_path, [{**UNITS[0], **change}, *UNITS[1:]]))
    assert (report.imported, report.unchanged) == (1, 2)
    after = Unit.objects.filter(code="N-JD").values().get()
    assert {name.removesuffix("_id") for name in before if before[name] != after[name]} == {
        moved,
        "chain_seq",
        "chain_head",
    }


def test_both_sheets_tell_their_problems_in_one_report(small_city: City, tmp_path: Path) -> None:
    units = [UNITS[0], UNITS[1], {**UNITS[2], "kind": "俱乐部"}]
    posts = [{**POSTS[0], "role": "皇帝"}, {**POSTS[2], "unit": "N-HBJ"}]
    report = imports.import_units(SYSTEM, book(tmp_path, units, posts))
    assert [(problem.row, problem.field) for problem in report.problems] == [
        (4, "单位·单位类型"), (2, "岗位·角色"), (3, "岗位·单位编码"),
    ]  # fmt: skip
    assert (report.rows, report.imported, report.unchanged, report.rejected) == (5, 0, 0, 3)


def test_a_role_may_be_written_by_its_code_or_its_word(small_city: City, tmp_path: Path) -> None:
    posts = [{**POSTS[2], "username": f"u-{code}", "role": written, "unit": "N-JD"}
             for code, role in rights.roles().items() for written in (code, role.label.zh)]  # fmt: skip
    report = imports.import_units(SYSTEM, book(tmp_path, UNITS, posts))
    assert report.problems == []
    for code in rights.roles():
        assert Post.objects.filter(person__username=f"u-{code}").values_list("role", flat=True).get() == code


def test_a_period_that_ended_before_it_began_is_refused_at_both_ends(small_city: City) -> None:
    unit, person = small_city.units["street"], actions.save_person(actor=SYSTEM, username="li", name="李某")
    day = date(2026, 9, 15)
    same = actions.give_post(actor=SYSTEM, person=person, role="street", unit=unit, valid_from=day, valid_to=day)  # type: ignore[arg-type]
    assert (same.valid_from, same.valid_to) == (day, day)
    with pytest.raises(Refused, match=r"people\.period"):
        actions.give_post(
            actor=SYSTEM, person=person, role="street", unit=unit, valid_from=day, valid_to=day - timedelta(1)
        )  # type: ignore[arg-type]
    assert sheets.header(sheets.POSTS, "username") == "用户名"
