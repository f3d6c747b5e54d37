"""Who learns what about a reporter: contact data by one right and on record, the public by state alone."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection

from chuangcheng.cases import actions, search, selectors, timeline
from chuangcheng.cases.actions import privacy
from chuangcheng.cases.models import Report
from chuangcheng.cases.receipts import code_of, is_code_of
from chuangcheng.history import sweep
from chuangcheng.history.models import Event, Outbox
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN, SYSTEM, Actor
from chuangcheng.kernel.ids import receipt_code
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.rights import roles
from tests.cases.play import LITTER, OUTSIDE, Play

NAME, PHONE = "欧阳某某", "13912345678"
WORDS = "朝阳路十二号后院堆着建筑垃圾"


@pytest.fixture
def report(play: Play) -> Report:
    return play.report(text=WORDS, address="朝阳路12号", contact_name=NAME, contact_phone=PHONE)


def looks(report: Report) -> int:
    return events_of("report", report.id).filter(action="report.contact_seen").count()


def stored(*, without: tuple[str, ...] = ()) -> str:
    """Every value of every row, as text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table in without:
                continue
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                found += [str(bytes(value) if isinstance(value, memoryview) else value) for value in row]
    return "\n".join(found)


def test_exactly_the_roles_with_the_right_see_it_and_every_look_is_a_row(play: Play, report: Report) -> None:
    seen = 0
    for name, actor in play.by.items():
        if "reports.contact" in roles()[name.removesuffix("2")].permissions:
            contact = actions.see_contact(actor=actor, report_id=report.id)
            assert (contact.name, contact.phone) == (NAME, PHONE)
            seen += 1
        else:
            with pytest.raises(Refused, match=r"common\.not_allowed"):
                actions.see_contact(actor=actor, report_id=report.id)
        assert looks(report) == seen, "a refused look is no look"
    assert seen == 1


@pytest.mark.parametrize("actor", [CITIZEN, SYSTEM, Actor(uuid4(), uuid4(), "nobody")])
def test_neither_the_system_nor_the_public_looks(report: Report, actor: Actor) -> None:
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        actions.see_contact(actor=actor, report_id=report.id)
    assert looks(report) == 0


def test_the_row_of_a_look_says_who_and_when_and_nothing_else(play: Play, report: Report) -> None:
    office = play.by["office"]
    actions.see_contact(actor=office, report_id=report.id)
    event = events_of("report", report.id).get(action="report.contact_seen")
    assert (event.actor_person, event.actor_post, event.happened_at) == (office.person_id, office.post_id, clock.now())
    assert NAME not in json.dumps([event.before, event.after], ensure_ascii=False)
    assert PHONE not in json.dumps([event.before, event.after])


def test_a_look_is_seen_on_the_reports_own_page(play: Play, report: Report) -> None:
    actions.see_contact(actor=play.by["office"], report_id=report.id)
    entry = timeline.of_report(report)[-1]
    assert (entry.label.zh, entry.actor) == ("查看联系方式", play.by["office"].label)


def test_looking_where_nothing_was_given_is_on_record_too(play: Play) -> None:
    silent = play.report()
    contact = actions.see_contact(actor=play.by["office"], report_id=silent.id)
    assert (contact.name, contact.phone) == ("", "")
    assert looks(silent) == 1


def test_name_and_phone_stand_nowhere_in_clear_through_a_whole_life(
    play: Play, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    report = play.report(text=WORDS, contact_name=NAME, contact_phone=PHONE)
    actions.ask_confirm(actor=play.by["office"], report_id=report.id)
    actions.confirm_report(actor=play.by["grid"], report_id=report.id, found=True)
    actions.file_report(actor=play.by["office"], report_id=report.id, category_code=LITTER)
    actions.see_contact(actor=play.by["office"], report_id=report.id)
    sweep.drain()
    everything = stored()
    for private in (NAME, PHONE):
        assert private not in everything
        assert private not in caplog.text
    assert Outbox.objects.filter(done_at=None).count() == 0


def test_what_was_reported_stands_on_erasable_rows_only(report: Report) -> None:
    assert WORDS in stored()
    assert WORDS not in stored(without=("cases_report",))
    assert "朝阳路" not in stored(without=("cases_report",))


def test_the_same_phone_is_found_again_without_being_read(play: Play) -> None:
    written = [PHONE, "139 1234 5678", "+86 139-1234-5678", "13912345679"]
    indexes = [play.report(contact_phone=phone).contact_index for phone in written]
    assert indexes[0] == indexes[1] == indexes[2] != indexes[3]
    assert PHONE not in indexes[0]
    ciphers = {bytes(report.contact_cipher) for report in Report.objects.all()}
    assert len(ciphers) == 4, "equal phones are encrypted unlike"


# receipts


def test_a_receipts_code_is_of_this_home_and_this_report(report: Report) -> None:
    code = code_of(report.id)
    assert code == receipt_code(settings.CITY.key("secret"), report.id)
    assert code != receipt_code(settings.CITY.key("digest"), report.id)
    assert code != code_of(uuid4())
    assert code not in stored()


@pytest.mark.parametrize("wrong", ["", " ", "码", "\0", "\ud800", "A" * 10_000])
def test_any_wrong_code_is_only_wrong(report: Report, wrong: str) -> None:
    assert not is_code_of(report.id, wrong)
    assert not is_code_of(report.id, code_of(report.id) + wrong.strip() + "A")


def test_half_a_code_or_a_longer_one_opens_nothing(report: Report) -> None:
    code = code_of(report.id)
    assert is_code_of(report.id, f"\t{code.lower()}\n")
    for wrong in (code[:-1], code + code, code[::-1], code.replace(code[0], "*")):
        assert not is_code_of(report.id, wrong)


def test_a_wrong_code_and_an_unknown_number_read_alike(report: Report) -> None:
    answers = []
    for number, code in ((report.number, "AAAAAAAA"), ("SB20200101-000001", code_of(report.id)), ("", "")):
        with pytest.raises(Refused) as refused:
            selectors.public_report_by_number(number, code)
        answers.append((refused.value.code, refused.value.message(), refused.value.problem.status))
    assert len(set(answers)) == 1


def test_one_objects_once_even_after_the_report_was_looked_at_again(play: Play) -> None:
    report = play.refused()
    code = code_of(report.id)
    actions.object_to_refusal(report_id=report.id, code=code)
    for again in ("received", "not_accepted"):
        assert Report.objects.get(pk=report.id).state == again
        with pytest.raises(Refused) as refused:
            actions.object_to_refusal(report_id=report.id, code=code)
        assert refused.value.code in {"report.objected_already", "state.move_refused"}
        if again == "received":
            actions.refuse_report(actor=play.by["office"], report_id=report.id, reason_code="untrue")
    assert events_of("report", report.id).filter(action="report.objected").count() == 1


@pytest.mark.parametrize("state", ["received", "pending_confirm", "filed", "linked", "withdrawn"])
def test_there_is_nothing_to_object_to_but_a_refusal(play: Play, state: str) -> None:
    report = play.report_in(state)
    with pytest.raises(Refused) as refused:
        actions.object_to_refusal(report_id=report.id, code=code_of(report.id))
    assert refused.value.problem.status == 409
    assert not Report.objects.get(pk=report.id).objected


def test_an_objection_with_a_wrong_code_uses_nothing_up(play: Play) -> None:
    report = play.refused()
    with pytest.raises(Refused, match=r"report\.wrong_code"):
        actions.object_to_refusal(report_id=report.id, code="AAAAAAAA")
    actions.object_to_refusal(report_id=report.id, code=code_of(report.id))
    assert Report.objects.get(pk=report.id).objected


# the public


@pytest.mark.parametrize("state", ["received", "pending_confirm", "filed", "linked", "not_accepted", "withdrawn"])
def test_the_api_tells_the_public_a_state_and_no_word_of_the_report(play: Play, client: object, state: str) -> None:
    report = play.report_in(state)
    Report.objects.filter(pk=report.pk).update(text=WORDS, address="朝阳路12号")
    said = client.get(f"/api/v1/reports/{report.id}").content.decode()  # type: ignore[attr-defined]
    assert report.number in said
    for private in (WORDS, "朝阳路", "120.00", "30.00", code_of(report.id), str(report.contact_index) or "-no-"):
        assert private not in said


def test_the_citizens_page_shows_no_word_either(play: Play, client: object, report: Report) -> None:
    html = client.get(f"/track/{report.id}/").content.decode()  # type: ignore[attr-defined]
    assert report.number in html
    for private in (WORDS, "朝阳路12号", NAME, PHONE, code_of(report.id)):
        assert private not in html


# search


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("建筑垃圾", 1), ("垃圾 朝阳路", 1), ("垃圾　后院", 1), ("垃圾 新华路", 0), ("", 2), ("  ", 2), ("\0", 2), ("100%", 0),
        ("_", 0), ("sb2026", 2), ("2026", 0), (NAME, 0), (PHONE, 0), ("'; DROP TABLE", 0),
    ],
)  # fmt: skip
def test_search_finds_words_and_numbers_and_nobody(play: Play, report: Report, text: str, found: int) -> None:
    play.report(text="路灯不亮")
    assert selectors.search(selectors.visible_reports(play.by["office"]), text).count() == found


def test_search_never_widens_what_one_may_see(play: Play) -> None:
    play.report(text=WORDS, **OUTSIDE)
    assert selectors.search(selectors.visible_reports(play.by["office"]), "建筑垃圾").count() == 1
    assert not selectors.search(selectors.visible_reports(play.by["street"]), "建筑垃圾").exists()


def test_the_history_of_a_report_is_the_same_length_whoever_reads(play: Play, report: Report) -> None:
    before = Event.objects.count()
    for actor in play.by.values():
        for row in selectors.visible_reports(actor):
            timeline.of_report(row)
            selectors.report_moves_for(actor, row)
    assert Event.objects.count() == before, "reading the page writes nothing; only the contact does"


def test_numbers_in_the_words_go_with_the_contact(play: Play) -> None:
    words = "垃圾没人管，电话是02387654321，13812345678"
    report = play.report(text=words, contact_phone="13812345678")
    case = actions.file_report(actor=play.by["office"], report_id=report.id, category_code="06010")
    actions.dispatch_case(actor=play.by["office"], case_id=case.pk, unit_id=play.unit("street"))
    actions.accept_case(actor=play.by["street"], case_id=case.pk)
    actions.handle_case(actor=play.by["street"], case_id=case.pk, outcome="cannot", note="已联系13812345678")
    actions.verify_case(actor=play.by["inspector"], case_id=case.pk)
    actions.close_case(actor=play.by["office"], case_id=case.pk)
    Report.objects.filter(pk=report.pk).update(rating_text="打13812345678没人接", plea_text="冀RA1234还在")
    sweep.drain()
    later = clock.now() + timedelta(days=200)
    with clock.at(later):
        assert privacy.erase_contacts(ended_before=later - timedelta(days=180)) == 1
    report.refresh_from_db()
    said = (report.text, report.rating_text, report.plea_text, *case.remarks.values_list("text", flat=True))
    assert "138****5678" in report.text and "垃圾没人管" in report.text
    assert not any("13812345678" in one or "RA1234" in one or "8765" in one for one in said)
    assert list(search.check()) == []
    assert search.search(Report.objects.all(), "没人管").get() == report
