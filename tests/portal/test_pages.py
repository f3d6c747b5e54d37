"""Citizens' pages: open to everybody, silent about what was written, acting only for the receipt's holder."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.cases import actions
from chuangcheng.cases.models import Report
from chuangcheng.kernel.actor import CITIZEN, Actor
from chuangcheng.portal import story

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(small_city: object, noon: object) -> Report:
    """A citizen's report in the first grid, with contact data."""
    given = actions.ReportInput(id=uuid.uuid4(), text="路口堆满垃圾", source="portal", lat=30.002, lon=120.002,
                                address="永安路 12 号", contact_name="王女士", contact_phone="13800138000")  # fmt: skip
    return actions.create_report(actor=CITIZEN, given=given)[0]


@pytest.fixture
def code(report: Report) -> str:
    return actions.code_of(report.pk)


def track(report: Report) -> str:
    return reverse("portal:track", args=[report.pk])


def test_the_front_door_leads_citizens_to_both_pages(client: Client) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert reverse("portal:report") in page.content.decode()
    assert reverse("portal:find") in page.content.decode()


def test_the_front_door_leads_staff_to_their_desk(client: Client, personas: dict[str, Actor]) -> None:
    from chuangcheng.people.models import Person

    client.force_login(
        Person.objects.get(username="office"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    assert client.get("/").headers["Location"] == reverse("desk:home")


def test_the_report_page_offers_ten_kinds_at_most_and_no_inline_script(client: Client, db: None) -> None:
    from chuangcheng.framework.models import Category
    from chuangcheng.history import versions

    for n in range(12):
        Category.objects.create(code=f"060{n:02d}", zh=f"类别{n:02d}", kind="matter", class_code="06",
                                class_zh="市容", taxonomy="test", is_top=True)  # fmt: skip
    versions.bump("framework")
    page = client.get(reverse("portal:report")).content.decode()
    assert page.count('name="category"') == 10
    assert re.findall(r"<script(?![^>]*(src=|application/json))", page) == []
    assert "style=" not in page


def test_pages_are_in_english_too(client: Client, report: Report) -> None:
    for address in ("/", reverse("portal:report"), reverse("portal:find"), track(report)):
        page = client.get(address, headers={"accept-language": "en"})
        assert 'lang="en"' in page.content.decode(), address


def test_the_tracking_page_tells_the_state_and_not_the_words(client: Client, report: Report) -> None:
    page = client.get(track(report)).content.decode()
    assert report.number in page and "待受理" in page and "收到您的上报" in page
    for secret in (report.text, "永安路", "王女士", "13800138000"):
        assert secret not in page


def test_the_tracking_page_takes_few_queries(
    client: Client, report: Report, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(15):
        client.get(track(report))


def test_an_unknown_report_is_404(client: Client) -> None:
    assert client.get(reverse("portal:track", args=[uuid.uuid4()])).status_code == 404


def test_number_and_code_lead_to_the_tracking_page(client: Client, report: Report, code: str) -> None:
    given = {"number": f" {report.number.lower()} ", "code": code.lower()}
    assert client.post(reverse("portal:find"), given).headers["Location"] == track(report)


@pytest.mark.parametrize(
    "wrong", [{"code": "AAAAAAAA"}, {"number": "SB20260915-999999"}, {"number": "a\0b"}, {"code": ""}]
)
def test_a_wrong_number_or_code_tells_nothing(client: Client, report: Report, code: str, wrong: dict[str, str]) -> None:
    page = client.post(reverse("portal:find"), {"number": report.number, "code": code, **wrong})
    assert page.status_code == 422
    assert str(report.pk) not in page.content.decode()


def test_the_holder_of_the_receipt_withdraws(client: Client, report: Report, code: str) -> None:
    page = client.post(reverse("portal:withdraw", args=[report.pk]), {"code": code}, follow=True)
    assert "您撤回了这件上报" in page.content.decode()
    report.refresh_from_db()
    assert report.state == "withdrawn"


def test_a_wrong_code_withdraws_nothing(client: Client, report: Report) -> None:
    page = client.post(reverse("portal:withdraw", args=[report.pk]), {"code": "AAAAAAAA"})
    assert page.status_code == 422
    report.refresh_from_db()
    assert report.state == "received"


def test_a_refusal_is_explained_and_may_be_objected_to_once(
    client: Client, report: Report, code: str, personas: dict[str, Actor]
) -> None:
    for _ in range(2):
        actions.refuse_report(actor=personas["office"], report_id=report.pk, reason_code="not_public_land")
        page = client.get(track(report)).content.decode()
        assert "属于非公共区域" in page
        answer = client.post(reverse("portal:object", args=[report.pk]), {"code": code})
        if report.objected:
            assert answer.status_code == 422 and "我有异议" not in page
            break
        assert answer.status_code == 302 and "我有异议" in page
        report.refresh_from_db()
        assert report.state == "received" and report.objected


# After closure ------------------------------------------------------------------------------------------------------


@pytest.fixture
def closed(report: Report, play: Any) -> Report:
    """The report, its case closed."""
    from tests.cases.play import LITTER

    by = play.by
    case = actions.file_report(actor=by["office"], report_id=report.pk, category_code=LITTER)
    actions.dispatch_case(actor=by["office"], case_id=case.pk, unit_id=play.unit("street"))
    actions.accept_case(actor=by["street"], case_id=case.pk)
    play.prove(case)
    actions.handle_case(actor=by["street"], case_id=case.pk, outcome="fixed")
    actions.verify_case(actor=by["inspector"], case_id=case.pk)
    actions.close_case(actor=by["office"], case_id=case.pk)
    return Report.objects.get(pk=report.pk)


def test_before_closure_nobody_is_asked_to_rate(client: Client, report: Report) -> None:
    page = client.get(track(report)).content.decode()
    assert "办得怎么样" not in page and "要求重办" not in page


def test_the_reporter_rates_once(client: Client, closed: Report, code: str) -> None:
    assert "办得怎么样" in client.get(track(closed)).content.decode()
    given = {"code": code, "stars": "5", "words": "很快"}
    page = client.post(reverse("portal:rate", args=[closed.pk]), given, follow=True).content.decode()
    assert "您评了 5 分" in page and "办得怎么样" not in page and "很快" not in page
    assert client.post(reverse("portal:rate", args=[closed.pk]), given).status_code == 422


@pytest.mark.parametrize("wrong", [{"stars": "6"}, {"stars": ""}, {"code": "AAAAAAAA"}, {"words": "长" * 1001}])
def test_a_wrong_rating_comes_back(client: Client, closed: Report, code: str, wrong: dict[str, str]) -> None:
    given = {"code": code, "stars": "5", "words": "很快", **wrong}
    assert client.post(reverse("portal:rate", args=[closed.pk]), given).status_code == 422
    closed.refresh_from_db()
    assert closed.rating is None


def test_the_reporter_asks_to_reopen(client: Client, closed: Report, code: str) -> None:
    given = {"code": code, "words": "第二天又有了"}
    page = client.post(reverse("portal:plead", args=[closed.pk]), given, follow=True).content.decode()
    assert "您要求重办，正在研判。" in page and "第二天" not in page
    assert client.post(reverse("portal:plead", args=[closed.pk]), {**given, "words": ""}).status_code == 422


def test_after_the_window_nobody_is_offered_to(client: Client, closed: Report, noon: Any) -> None:
    from datetime import timedelta

    from chuangcheng.kernel import clock

    with clock.at(noon + timedelta(days=31)):
        assert "要求重办" not in client.get(track(closed)).content.decode()


# What the pages stand on --------------------------------------------------------------------------------------------


def test_the_privacy_notice_stands_by_its_version(client: Client) -> None:
    from chuangcheng.portal import privacy

    for notice in privacy.NOTICES:
        page = client.get(reverse("portal:privacy-version", args=[notice.version])).content.decode()
        assert notice.version in page and all(str(text) in page for _, text in notice.sections)
    assert privacy.current().version in client.get(reverse("portal:privacy")).content.decode()
    assert privacy.current().version in client.get(reverse("portal:report")).content.decode()
    assert client.get(reverse("portal:privacy-version", args=["1999"])).status_code == 404
    assert len({notice.version for notice in privacy.NOTICES}) == len(privacy.NOTICES)


def test_the_map_under_the_pin_shows_areas_and_nothing_else(client: Client, small_city: Any) -> None:
    content = client.get(reverse("portal:areas")).json()
    names = {feature["properties"]["name"] for feature in content["areas"]["features"]}
    assert names == {"河东街道", "河西街道", "永安社区", "长乐社区", "新华社区"}
    assert content["points"]["features"] == []


def test_the_service_worker_keeps_the_files_of_this_build_at_the_root(client: Client) -> None:
    from chuangcheng.web.assets import BUILD, parts

    if not (BUILD / "manifest.json").exists():
        pytest.skip("the front end is not built")
    answer = client.get("/sw.js")
    assert answer["Content-Type"].startswith("text/javascript") and answer["Cache-Control"] == "no-cache"
    text = answer.content.decode()
    kept = parts("portal.ts", "portal.scss")
    assert len(kept) >= 2 and all(f"build/{part}" in text for part in kept)
    assert all((BUILD / part).is_file() for part in kept)
    assert not any("map-" in part or "chart-" in part for part in kept)  # loaded only where one is drawn


def test_everyday_words_lead_to_kinds_that_exist(db: None) -> None:
    from chuangcheng.framework.sample import document
    from chuangcheng.portal.hints import SAID

    named = {category["zh"] for category in document()["categories"]}
    assert set(SAID) <= named


def test_only_what_can_be_a_case_is_offered(db: None) -> None:
    from chuangcheng.framework.models import Category
    from chuangcheng.history import versions
    from chuangcheng.portal.hints import offers

    for code, zh, kind in (
        ("06010", "暴露垃圾", "matter"),
        ("03002", "路灯", "component"),
        ("03002F", "路灯异常", "component"),
    ):
        Category.objects.create(code=code, zh=zh, kind=kind, class_code=code[:2], class_zh="类", taxonomy="t")
    versions.bump("framework")
    assert [offer["zh"] for offer in offers()] == ["路灯异常", "暴露垃圾"]


def test_every_text_of_the_script_is_there_and_used() -> None:
    import re as expressions
    from pathlib import Path

    from chuangcheng.portal.words import words

    sources = Path(__file__).resolve().parents[2] / "frontend" / "src"
    script = "".join(
        path.read_text(encoding="utf-8")
        for path in (*(sources / "portal").glob("*.ts"), sources / "entries" / "portal.ts")
    )
    used = set(expressions.findall(r'say\(\s*"(\w+)"', script))
    assert used <= set(words())
    assert all(f'"{name}"' in script for name in words())


def test_forms_are_guarded_against_forgery(report: Report, code: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(reverse("portal:withdraw", args=[report.pk]), {"code": code}).status_code == 403


# The story ----------------------------------------------------------------------------------------------------------


def test_every_open_state_has_a_stage() -> None:
    from chuangcheng.cases.states import CASE, REPORT

    assert {state.code for state in CASE.states} == set(story.CASE_STAGES)
    assert {state.code for state in REPORT.states} - {"filed", "linked"} == set(story.REPORT_STAGES)


def test_only_known_actions_are_told() -> None:
    from chuangcheng.cases.states import CASE_VERBS, PLEA_VERBS, REPORT_VERBS

    moved = [*REPORT_VERBS.values(), *PLEA_VERBS.values()]
    pointed = {"report.moved", "report.restored", "report.split_off"}  # its case was merged, set apart, split
    verbs = {f"report.{verb}" for verb, _ in moved} | {"report.created", "report.rated"} | pointed
    assert set(story.REPORT_STEPS) == verbs
    assert set(story.CASE_STEPS) <= {f"case.{verb}" for verb, _ in CASE_VERBS.values()}


def test_closed_without_a_fix_is_not_called_solved(report: Report) -> None:
    from chuangcheng.cases.models import Case

    report.case = Case(state="closed", outcome="fixed")
    assert "解决" in str(story.stage_of(report).sentence)
    report.case = Case(state="closed", outcome="cannot")
    assert "解决" not in str(story.stage_of(report).sentence)


def test_the_story_runs_backwards_and_names_no_unit(report: Report, personas: dict[str, Actor]) -> None:
    actions.ask_confirm(actor=personas["office"], report_id=report.pk)
    actions.confirm_report(actor=personas["grid"], report_id=report.pk, found=True)
    steps = story.steps_of(report)
    assert [str(step.title) for step in steps][-1] == "收到您的上报"
    assert [step.current for step in steps] == [True, *[False] * (len(steps) - 1)]
    assert not any(step.who or step.note for step in steps)
