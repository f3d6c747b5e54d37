"""Moves by form: each from a page without scripts, refused ones come back with their reason and what was filled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import Form
from django.test import Client
from django.urls import reverse

from chuangcheng.cases.models import Case, Report
from chuangcheng.cases.states import CASE, COMPLAINT, PLEA, REPORT
from chuangcheng.desk.cases import complaints, instruction_moves, orders, report_moves
from chuangcheng.desk.cases import moves as case_moves
from chuangcheng.desk.forms import File
from chuangcheng.desk.library import moves as library_moves
from chuangcheng.desk.library import training_moves
from chuangcheng.desk.meetings import moves as meeting_moves
from chuangcheng.desk.meetings import quizzes
from chuangcheng.desk.moving import Moves, plainly
from chuangcheng.desk.sites import compound_moves, deliberation_moves, shop_moves, teams
from chuangcheng.desk.tasks import moves as task_moves
from chuangcheng.framework.models import Category, TimeRule
from chuangcheng.history import versions
from chuangcheng.kernel import clock
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from tests.cases.play import LITTER, OTHER_STREET, Play, picture

Sign = Callable[[str], Client]


def move(row: Case | Report, name: str) -> str:
    kind = "case" if isinstance(row, Case) else "report"
    return reverse(f"desk:{kind}_move", args=[row.pk, name])


def after(row: Any) -> Any:
    row.refresh_from_db()
    return row


def test_every_button_has_its_form() -> None:
    assert set(case_moves.MOVES.known) == {each.name for each in CASE.moves}
    of_reports = {each.name for table in (REPORT, COMPLAINT, PLEA) for each in table.moves}
    assert set(report_moves.MOVES.known) == of_reports - {"withdraw", "object", "ask_reopen", "clear_complaint"}


#: Every page of moves that has the common shape.
PAGES = [
    case_moves.MOVES, complaints.MOVES, compound_moves.MOVES, deliberation_moves.MOVES, instruction_moves.MOVES,
    library_moves.MOVES, meeting_moves.MOVES, orders.MOVES, quizzes.MOVES, report_moves.MOVES, shop_moves.MOVES,
    shop_moves.SHOP_MOVES, task_moves.MOVES, teams.MOVES, training_moves.MOVES,
]  # fmt: skip


@pytest.mark.parametrize("moves", PAGES, ids=lambda moves: moves.url_name)
def test_every_page_of_moves_knows_its_names_and_no_other(moves: Moves, rf: Any) -> None:
    assert [moves.move(name).name for name in moves.known] == [*moves.known]
    assert reverse(moves.url_name, args=[new_id(), next(iter(moves.known))])
    with pytest.raises(Refused) as refused:
        moves.take(rf.get("/"), None, "nothing")
    assert refused.value.code == "common.not_found"


def test_plain_actions_get_the_row_by_its_name_and_what_was_asked() -> None:
    known = plainly("case_id", {"void": (Form, dict)}, asked=lambda given: {**given, "note": given["note"].strip()})
    form, run = known["void"]
    assert form is Form
    assert run("somebody", Case(pk=7), {"note": " no "}) == {"actor": "somebody", "case_id": 7, "note": "no"}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "persona", "name", "form", "target"),
    [
        ("dispatched", "street", "accept", {}, "handling"),
        ("dispatched", "street", "send_back", {"reason_code": "not_ours"}, "filed"),
        ("handling", "street", "handle", {"outcome": "not_reproducible", "note": "现场已无"}, "handled"),
        ("handled", "inspector", "verify", {}, "verified"),
        ("handled", "inspector", "rework", {"note": "还有残留"}, "handling"),
        ("verified", "office", "close", {}, "closed"),
        ("closed", "office", "reopen", {"reason_code": "relapse"}, "filed"),
        ("filed", "office", "void", {"reason_code": "mistake"}, "void"),
        ("suspended", "office", "resume", {}, "handling"),
    ],
)
def test_a_move_is_taken_by_its_form(
    as_persona: Sign, play: Play, state: str, persona: str, name: str, form: dict[str, str], target: str
) -> None:
    case = play.in_state(state)
    client = as_persona(persona)
    assert client.get(move(case, name)).status_code == 200
    answer = client.post(move(case, name), form)
    assert answer.status_code == 302 and answer.headers["Location"] == reverse("desk:case", args=[case.pk])
    assert after(case).state == target


def test_dispatch_names_unit_helpers_and_limit(as_persona: Sign, play: Play) -> None:
    case = play.filed()
    due = clock.now() + timedelta(hours=1)
    form = {
        "unit": str(play.unit("department")), "co_units": [str(play.unit("street"))],
        "due_at": f"{due.astimezone(clock.CITY_ZONE):%Y-%m-%dT%H:%M}",
    }  # fmt: skip
    assert as_persona("office").post(move(case, "dispatch"), form).status_code == 302
    lead = case.assignments.get(role="lead")
    assert (lead.unit_id, lead.due_at) == (play.unit("department"), due)
    assert case.assignments.filter(role="co", unit=play.unit("street")).exists()


def test_dispatch_suggests_a_unit_and_says_why(as_persona: Sign, play: Play) -> None:
    from chuangcheng.cases.actions import ensure_default_routing
    from chuangcheng.kernel.actor import SYSTEM

    ensure_default_routing(actor=SYSTEM)
    html = as_persona("office").get(move(play.filed(), "dispatch")).content.decode()
    assert "建议派给河东街道" in html
    assert f'<option value="{play.unit("street")}" selected>' in html


def test_handling_takes_its_photos_along(as_persona: Sign, play: Play) -> None:
    case = play.handling()
    files = [SimpleUploadedFile(f"{n}.jpg", picture(), "image/jpeg") for n in range(2)]
    answer = as_persona("street").post(move(case, "handle"), {"outcome": "fixed", "photos": files, "note": ""})
    assert answer.status_code == 302 and after(case).state == "handled"


def test_fixed_without_a_photo_comes_back_with_the_reason(as_persona: Sign, play: Play) -> None:
    case = play.handling()
    answer = as_persona("street").post(move(case, "handle"), {"outcome": "fixed", "note": "已清理"})
    html = answer.content.decode()
    assert answer.status_code == 422 and "还缺本轮处置后的照片" in html and "已清理" in html
    assert after(case).state == "handling"


def test_what_is_no_photo_is_refused_and_nothing_happens(as_persona: Sign, play: Play) -> None:
    case = play.handling()
    fake = SimpleUploadedFile("a.jpg", b"<svg onload=alert(1)>", "image/jpeg")
    answer = as_persona("street").post(move(case, "handle"), {"outcome": "fixed", "photos": [fake]})
    assert answer.status_code == 422 and after(case).state == "handling"


def test_a_missing_field_is_named_at_the_field(as_persona: Sign, play: Play) -> None:
    answer = as_persona("office").post(move(play.filed(), "void"), {})
    assert answer.status_code == 422 and "field__error" in answer.content.decode()


def test_a_move_of_another_state_is_refused(as_persona: Sign, play: Play) -> None:
    case = play.filed()
    answer = as_persona("office").post(move(case, "close"), {})
    assert answer.status_code == 409 and after(case).state == "filed"
    assert "待派遣" in answer.content.decode()


def test_a_move_of_another_role_is_refused(as_persona: Sign, play: Play) -> None:
    case = play.handled("street")
    answer = as_persona("street").post(move(case, "verify"), {})
    assert answer.status_code == 422 and after(case).state == "handled"
    assert "自己处置的案件要由他人核查" in answer.content.decode()


def test_no_such_move(as_persona: Sign, play: Play) -> None:
    assert as_persona("office").get(move(play.filed(), "explode")).status_code == 404


def test_a_dialog_gets_the_form_and_then_leaves(as_persona: Sign, play: Play) -> None:
    case = play.dispatched()
    client = as_persona("street")
    htmx = {"HX-Request": "true"}
    html = client.get(move(case, "send_back"), headers=htmx).content.decode()
    assert "<html" not in html and 'hx-target="#dialog"' in html
    assert client.post(move(case, "send_back"), {}, headers=htmx).status_code == 422
    done = client.post(move(case, "send_back"), {"reason_code": "not_ours"}, headers=htmx)
    assert (done.status_code, done.headers["HX-Redirect"]) == (204, reverse("desk:case", args=[case.pk]))


@pytest.mark.parametrize(("name", "granted"), [("extend", True), ("decline", False)])
def test_a_petition_is_decided(as_persona: Sign, play: Play, name: str, granted: bool) -> None:
    case = play.asked("extension")
    due = case.due_at
    as_persona("office").post(move(case, name), {})
    assert (after(case).due_at != due) is granted
    assert as_persona("office").post(move(case, name), {}).status_code == 409


def test_time_is_asked_for(as_persona: Sign, play: Play) -> None:
    case = play.handling()
    until = clock.now() + timedelta(days=20)
    form = {"reason": "等待汛期结束", "until": f"{until.astimezone(clock.CITY_ZONE):%Y-%m-%dT%H:%M}"}
    assert as_persona("street").post(move(case, "ask_suspension"), form).status_code == 302
    assert case.petitions.get().until == until


@pytest.mark.parametrize(
    ("name", "form", "state"),
    [
        ("ask_confirm", {}, "pending_confirm"),
        ("file", {"category": LITTER, "severity": "2"}, "filed"),
        ("refuse", {"reason_code": "unclear"}, "not_accepted"),
    ],
)
def test_a_report_is_triaged(as_persona: Sign, play: Play, name: str, form: dict[str, str], state: str) -> None:
    report = play.report()
    assert as_persona("office").get(move(report, name)).status_code == 200
    assert as_persona("office").post(move(report, name), form).status_code == 302
    assert after(report).state == state


@pytest.mark.parametrize(("found", "confirmed"), [("yes", True), ("no", False)])
def test_a_grid_worker_says_what_was_there(as_persona: Sign, play: Play, found: str, confirmed: bool) -> None:
    report = play.report_in("pending_confirm")
    as_persona("grid").post(move(report, "confirm"), {"found": found})
    assert (after(report).state, report.confirmed) == ("received", confirmed)


def test_a_report_is_linked_by_the_number_of_a_visible_case(as_persona: Sign, play: Play) -> None:
    report, case = play.report(), play.filed()
    client = as_persona("office")
    wrong = client.post(move(report, "link"), {"number": "AJ-0"})
    assert wrong.status_code == 422 and after(report).state == "received"
    client.post(move(report, "link"), {"number": case.number})
    assert after(report).case_id == case.pk


def test_only_triage_may_file(as_persona: Sign, play: Play) -> None:
    report = play.report()
    as_persona("street").post(move(report, "file"), {"category": LITTER, "severity": "1"})
    assert after(report).state == "received"


def test_the_buttons_are_those_of_the_table(as_persona: Sign, play: Play) -> None:
    page = as_persona("office").get(reverse("desk:report", args=[play.report().pk]))
    assert [each.name for each in page.context["moves"]] == [
        "ask_confirm", "file", "link", "refuse", "refer", "flag_complaint",
    ]  # fmt: skip


def test_a_contact_is_shown_on_demand_and_the_look_is_kept(as_persona: Sign, play: Play) -> None:
    report = play.report(contact_name="王某", contact_phone="13800001111")
    url = reverse("desk:report_contact", args=[report.pk])
    client = as_persona("office")
    assert "13800001111" not in client.get(reverse("desk:report", args=[report.pk])).content.decode()
    shown = client.post(url)
    assert "13800001111" in shown.content.decode() and "查看联系方式" in shown.content.decode()
    assert as_persona("street").post(url).status_code == 403
    assert client.get(url).status_code == 405


def test_a_report_of_another_street_is_not_found(as_persona: Sign, play: Play) -> None:
    report = play.report(**OTHER_STREET)
    assert as_persona("street").get(reverse("desk:report", args=[report.pk])).status_code == 404


def test_a_notice_is_opened_once_by_its_reader_only(as_persona: Sign, play: Play) -> None:
    from chuangcheng.kernel.label import Label
    from chuangcheng.notices.actions import notify
    from chuangcheng.notices.models import Notice
    from chuangcheng.people.models import Person

    case = play.filed()
    notify(key="k", persons=Person.objects.filter(username="office"), topic="case.filed", subject=("case", case.pk),
           text=Label("新案件", "A new case"), url=reverse("desk:case", args=[case.pk]))  # fmt: skip
    notice = Notice.objects.get()
    url = reverse("desk:notice", args=[notice.pk])
    assert as_persona("street").get(url).status_code == 404
    client = as_persona("office")
    assert "新案件" in client.get("/desk/").content.decode()
    assert client.get(url).headers["Location"] == reverse("desk:case", args=[case.pk])
    assert after(notice).read_at == clock.now()
    assert "新案件" not in client.get("/desk/").content.decode()


# --- filing under a condition ----------------------------------------------------------------------------------------

DAY, LITTER_DAY = "一般情形：1 工作日，至 09-16 12:00", "一般情形：4 工作时，至 09-15 18:00"
AT_ONCE = "危及人身安全：2 紧急工作时，至 09-15 14:00"


@pytest.fixture
def dangerous(limits: None) -> None:
    """The condition has a name, and litter a condition of its own."""
    TimeRule.objects.filter(condition="dangerous").update(condition_zh="危及人身安全")
    TimeRule.objects.create(
        category_code=LITTER, condition="much", condition_zh="超过一车", amount=Decimal("1.50"), unit="work_days"
    )


def offered(form: Any) -> list[tuple[str, str]]:
    return [(str(value), str(said)) for value, said in form.fields["condition"].choices]


def test_conditions_stand_with_the_limit_that_each_gives(play: Play, dangerous: None) -> None:
    assert offered(File()) == [("default", DAY), ("dangerous", AT_ONCE)]
    assert offered(File(initial={"category": LITTER})) == [
        ("default", LITTER_DAY), ("dangerous", AT_ONCE), ("much", "超过一车：1.5 工作日，至 09-16 18:00"),
    ]  # fmt: skip
    assert offered(File(initial={"category": "no such"}))[0] == ("default", DAY)


def test_without_any_rule_there_is_the_general_case(play: Play) -> None:
    TimeRule.objects.all().delete()
    versions.forget()
    assert offered(File()) == [("default", "一般情形")]


@pytest.mark.parametrize(
    ("given", "condition", "hours"),
    [({"condition": "dangerous"}, "dangerous", 2), ({"condition": "default"}, "default", 6), ({}, "default", 6),
     ({"condition": ""}, "default", 6)],
)  # fmt: skip
def test_the_condition_decides_the_limit(
    as_persona: Sign, play: Play, dangerous: None, given: dict[str, str], condition: str, hours: int
) -> None:
    report = play.report()
    form = {"category": LITTER, "severity": "1", **given}
    assert as_persona("office").post(move(report, "file"), form).status_code == 302
    case = after(report).case
    assert (case.condition, case.due_at - clock.now()) == (condition, timedelta(hours=hours))


def test_a_condition_of_another_category_comes_back_with_those_there_are(
    as_persona: Sign, play: Play, dangerous: None
) -> None:
    report = play.report()
    form = {"category": "07003", "condition": "much", "severity": "1"}
    answer = as_persona("office").post(move(report, "file"), form)
    assert answer.status_code == 422 and "该类别没有这个立案条件" in answer.content.decode()
    assert offered(answer.context["form"]) == [("default", DAY), ("dangerous", AT_ONCE)]
    assert after(report).state == "received" and after(report).case is None


def test_without_scripts_a_button_shows_the_conditions_of_the_chosen_category(
    as_persona: Sign, play: Play, dangerous: None
) -> None:
    report, client = play.report(), as_persona("office")
    assert 'name="look"' in client.get(move(report, "file")).content.decode()
    form = {"category": LITTER, "condition": "default", "severity": "3", "look": "1"}
    answer = client.post(move(report, "file"), form)
    html = answer.content.decode()
    assert answer.status_code == 200 and "超过一车" in html and after(report).state == "received"
    assert f'<option value="{LITTER}" selected>' in html
    assert answer.context["form"]["severity"].value() == "3" and not answer.context["form"].errors


def test_a_script_fetches_the_conditions_of_a_category(as_persona: Sign, play: Play, dangerous: None) -> None:
    address = reverse("desk:conditions")
    html = as_persona("office").get(address, {"category": LITTER, "condition": "much"}).content.decode()
    assert html.startswith('<select name="condition"') and 'id="id_condition"' in html
    assert '<option value="much" selected>超过一车：1.5 工作日，至 09-16 18:00</option>' in html
    assert "much" not in as_persona("office").get(address, {"category": "07003"}).content.decode()
    assert as_persona("office").get(address, {"category": "\0" * 60, "condition": "<b>"}).status_code == 200
    assert as_persona("street").get(address, {"category": LITTER}).status_code == 403


def test_the_categories_stand_in_groups_and_can_be_searched(as_persona: Sign, play: Play) -> None:
    html = as_persona("office").get(move(play.report(), "file")).content.decode()
    assert '<optgroup label="类">' in html and 'data-combobox="输入名称或编码查找"' in html
    assert f'hx-get="{reverse("desk:conditions")}"' in html and 'data-found="%n 个类别"' in html


def test_a_component_is_filed_as_its_fault(as_persona: Sign, play: Play) -> None:
    tree = Category.objects.create(
        code="04001", zh="行道树", kind="component", class_code="04", class_zh="园林", taxonomy="GB/T 47678.5-2026"
    )
    report = play.report()
    Report.objects.filter(pk=report.pk).update(category=tree)
    html = as_persona("office").get(move(report, "file")).content.decode()
    assert '<option value="04001F" selected>' in html and 'value="04001"' not in html
    answer = as_persona("office").post(move(report, "file"), {"category": "04001", "severity": "1"})
    assert answer.status_code == 422 and after(report).state == "received"
