"""The forms of the registers: what is wrong is named at its field, what was written stays, and nothing is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from chuangcheng.history.models import Event
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.sites.compounds import actions as compounds
from chuangcheng.sites.compounds.liaison import liaison_of
from chuangcheng.sites.compounds.models import Compound, Grading
from chuangcheng.sites.deliberations import actions as talks
from chuangcheng.sites.deliberations.models import AgendaItem, Deliberation, Objection
from chuangcheng.sites.shops import rectification
from chuangcheng.sites.shops.models import Rectification, Shop
from tests.sites.registers import AWAY, make_check, make_compound, make_shop
from tests.sites.talks import ITEMS, carry

Sign = Callable[[str], Client]
COMPOUND = {
    "code": "XQ009", "name": "清泉里", "lat": "30.003", "lon": "120.002", "property_kind": "company",
    "property_company": "安居物业", "committee": "no", "renewal": "none",
}  # fmt: skip
SHOP = {"code": "MD009", "name": "花店", "road": "望湖路", "lat": "30.003", "lon": "120.002"}
HUGE = str(10**20)
OVER = "3000000000"  # more than a column of PostgreSQL takes


@pytest.fixture
def talk(personas: dict[str, Actor], noon: Any) -> Deliberation:
    """Convened by the community, in a compound with all five parties."""
    return talks.convene(actor=personas["community"], compound_id=make_compound().pk, title="门禁", items=ITEMS)


@pytest.fixture
def reminded(personas: dict[str, Actor], noon: Any) -> Rectification:
    """A shop reminded of its front."""
    check = make_check(personas["grid"], make_shop(), order=False)
    return rectification.remind_shop(actor=personas["grid"], check_id=check.pk)


def url(name: str, *args: Any) -> str:
    return reverse(f"desk:{name}", args=args)


def errors(client: Client, address: str, given: dict[str, Any]) -> set[str]:
    """The fields that the form blames; ``__all__`` is the form as a whole."""
    answer = client.post(address, given)
    assert answer.status_code in {409, 422}, answer.status_code
    return set(answer.context["form"].errors)


@pytest.mark.parametrize(
    ("wrong", "blamed"),
    [
        ({"code": ""}, "code"), ({"name": "长" * 101}, "name"), ({"lat": "北"}, "lat"), ({"lon": "nan"}, "lon"),
        ({"property_kind": "moon"}, "property_kind"), ({"committee": ""}, "committee"), ({"renewal": "x"}, "renewal"),
        ({"committee_until": "2026-13-01"}, "committee_until"), ({"households": "-1"}, "households"),
        ({"bins": "1.5"}, "bins"), ({"name": "清\0泉"}, "name"), ({"lat": "91"}, "__all__"), ({"lat": "40"}, "__all__"),
        ({"property_company": ""}, "__all__"), ({"property_kind": "none"}, "__all__"), ({"year_built": "1"}, "__all__"),
        ({"households": HUGE}, "__all__"), ({"bin_points": OVER}, "__all__"), (AWAY, "__all__"),
    ],
)  # fmt: skip
def test_a_wrong_compound_is_blamed_at_its_field(
    as_persona: Sign, small_city: Any, wrong: dict[str, Any], blamed: str
) -> None:
    assert errors(as_persona("street"), "/desk/compounds/new/", {**COMPOUND, **wrong}) == {blamed}
    assert not Compound.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "blamed"),
    [
        ({"road": " "}, "road"), ({"name": ""}, "name"), ({"front_metres": "12.34"}, "front_metres"),
        ({"front_metres": HUGE}, "front_metres"), ({"division": "990101001"}, "division"), ({"lat": "inf"}, "lat"),
        ({"signed_on": "昨天"}, "signed_on"), ({"sheet_no": "9" * 31}, "sheet_no"), ({"signed_on": "2026-09-16"}, "__all__"),
        ({"credit_code": "91350100M000100Y44"}, "__all__"), ({"front_metres": "-1"}, "__all__"),
        ({"lat": "", "lon": ""}, "__all__"), (AWAY, "__all__"),
    ],
)  # fmt: skip
def test_a_wrong_shop_is_blamed_at_its_field(
    as_persona: Sign, small_city: Any, wrong: dict[str, Any], blamed: str
) -> None:
    assert errors(as_persona("street"), "/desk/shops/new/", {**SHOP, **wrong}) == {blamed}
    assert not Shop.objects.exists()


def test_what_was_written_stays_in_the_form(as_persona: Sign, small_city: Any) -> None:
    form = {**COMPOUND, "year_built": "1", "liaison_name": "王大妈", "address": "清泉路<3>号"}
    html = as_persona("street").post("/desk/compounds/new/", form).content.decode()
    assert 'value="清泉里"' in html and 'value="王大妈"' in html and "清泉路&lt;3&gt;号" in html


def test_a_contact_is_changed_whole_and_never_shown_in_the_form(as_persona: Sign, small_city: Any) -> None:
    client = as_persona("street")
    assert client.post("/desk/compounds/new/", {**COMPOUND, "liaison_name": "王大妈"}).status_code == 302
    row = Compound.objects.get()
    assert liaison_of(row) == ("王大妈", "")
    change = {**COMPOUND, "liaison_name": "李大爷", "liaison_phone": "13800138000"}
    assert client.post(url("compound_edit", row.pk), change).status_code == 302
    assert liaison_of(Compound.objects.get()) == ("李大爷", "13800138000")
    html = client.get(url("compound_edit", row.pk)).content.decode()
    assert "清泉里" in html and "李大爷" not in html and "13800138000" not in html
    assert not Event.objects.filter(action="compound.contact_seen").exists()


@pytest.mark.parametrize(
    ("wrong", "blamed"),
    [({"grade": ""}, "grade"), ({"grade": "moon"}, "grade"), ({"reason": " "}, "reason"),
     ({"reason": "长" * 501}, "reason"), ({"graded_on": "x"}, "graded_on"), ({"graded_on": "2026-09-16"}, "__all__")],
)  # fmt: skip
def test_a_grade_needs_reason_and_a_day_that_has_come(
    as_persona: Sign, small_city: Any, wrong: dict[str, str], blamed: str
) -> None:
    row, form = make_compound(), {"grade": "met", "reason": "已整治", **wrong}
    assert errors(as_persona("office"), url("compound_grade", row.pk), form) == {blamed}
    assert not Grading.objects.exists()


def test_off_the_register_nothing_is_graded_or_convened(as_persona: Sign, small_city: Any) -> None:
    row, client = make_compound(), as_persona("office")
    assert errors(client, url("compound_move", row.pk, "take_off"), {"reason_code": "moon"}) == {"reason_code"}
    compounds.take_off_compound(actor=SYSTEM, compound_id=row.pk, reason_code="merged")
    page = client.get(url("compound", row.pk))
    assert [move.name for move in page.context["moves"]] == ["put_back"]
    assert not (page.context["may_grade"] or page.context["may_convene"])
    assert errors(client, url("compound_grade", row.pk), {"grade": "met", "reason": "好"}) == {"__all__"}
    assert errors(client, url("deliberation_new", row.pk), {"title": "门禁", "items": "修"}) == {"__all__"}
    assert not (Grading.objects.exists() or Deliberation.objects.exists())


@pytest.mark.parametrize(
    ("wrong", "blamed"),
    [({"title": ""}, "title"), ({"items": " \n "}, "items"), ({"items": "事\n" * 60}, "__all__"),
     ({"notice_days": "1"}, "__all__"), ({"notice_days": HUGE}, "__all__"), ({"planned_on": "x"}, "planned_on")],
)  # fmt: skip
def test_nothing_is_convened_without_matters_or_with_a_short_notice(
    as_persona: Sign, noon: Any, small_city: Any, wrong: dict[str, str], blamed: str
) -> None:
    form = {"title": "门禁", "items": "修门禁", **wrong}
    assert errors(as_persona("community"), url("deliberation_new", make_compound().pk), form) == {blamed}
    assert not Deliberation.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "blamed"),
    [({"votes_for": ""}, "votes_for"), ({"votes_against": "-1"}, "votes_against"), ({"abstentions": "半"}, "abstentions"),
     ({"votes_for": "1"}, "__all__"), ({"votes_for": OVER}, "__all__"), ({"votes_for": HUGE}, "__all__")],
)  # fmt: skip
def test_a_count_that_cannot_be_is_not_entered(
    as_persona: Sign, talk: Deliberation, personas: dict[str, Actor], wrong: dict[str, str], blamed: str
) -> None:
    talks.record_meeting(
        actor=personas["community"], deliberation_id=talk.pk, held_on=talk.convened_at.date(), minutes=""
    )
    item = AgendaItem.objects.get(title="修门禁")
    form = {"votes_for": "20", "votes_against": "1", "abstentions": "0", "adopted": "on", **wrong}
    assert errors(as_persona("community"), url("agenda_vote", item.pk), form) == {blamed}
    assert AgendaItem.objects.get(pk=item.pk).votes_for is None


def test_an_objection_is_answered_once_by_those_who_run_it(
    as_persona: Sign, talk: Deliberation, personas: dict[str, Actor]
) -> None:
    carry(personas["community"], talk, "notice")
    row = talks.record_objection(actor=personas["community"], deliberation_id=talk.pk, text="夜里太亮")
    address = url("objection_answer", row.pk)
    assert "夜里太亮" in as_persona("street").get(address).content.decode()
    assert [as_persona(role).post(address, {"text": "不"}).status_code for role in ("leader", "grid", "street2")] == [
        403, 403, 404]  # fmt: skip
    assert errors(as_persona("street"), address, {"text": ""}) == {"text"}
    assert as_persona("street").post(address, {"text": "装感应灯"}).status_code == 302
    assert Objection.objects.get().answer == "装感应灯"
    early = {"text": "吵", "received_on": "2026-09-14"}
    assert errors(as_persona("street"), url("deliberation_move", talk.pk, "object"), early) == {"__all__"}


@pytest.mark.parametrize(
    ("name", "given", "blamed"),
    [("serve", {"demand": "", "due_on": "2026-09-18"}, "demand"), ("serve", {"demand": "扫", "due_on": "x"}, "due_on"),
     ("serve", {"demand": "扫", "due_on": "2026-09-15"}, "__all__"), ("hand_over", {"unit": ""}, "unit"),
     ("hand_over", {"unit": "moon"}, "unit"), ("note_penalty", {"document_on": "2026-09-15"}, "document_number"),
     ("withdraw", {"reason_code": "moon"}, "reason_code")],
)  # fmt: skip
def test_a_move_of_a_reminder_names_what_is_wrong(
    as_persona: Sign, reminded: Rectification, name: str, given: dict[str, str], blamed: str
) -> None:
    assert errors(as_persona("street"), url("rectification_move", reminded.pk, name), given) == {blamed}
    assert Rectification.objects.get().state == "reminded"


def test_a_file_that_is_no_photo_settles_nothing(as_persona: Sign, reminded: Rectification) -> None:
    junk = {"photos": SimpleUploadedFile("a.jpg", b"no photo")}
    assert errors(as_persona("street"), url("rectification_move", reminded.pk, "settle"), junk)
    assert Rectification.objects.get().state == "reminded"
