"""Supporting units, steps, flags and claims on the desk: forms that offer what fits, pages that show what came of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.cases.play import OTHER_STREET, picture
from tests.conftest import NOON

if TYPE_CHECKING:
    from chuangcheng.cases.models import Case
    from tests.cases.play import Play

pytestmark = pytest.mark.django_db
Desk = Callable[[str], Client]
AHEAD = "2026-09-20T09:00"


def move(case: Case, name: str) -> str:
    return reverse("desk:case_move", args=[case.pk, name])


def page(client: Client, case: Case) -> str:
    return client.get(reverse("desk:case", args=[case.pk])).content.decode()


def test_support_from_the_call_to_the_end(play: Play, as_persona: Desk) -> None:
    case, office = play.handling(), as_persona("office")
    assert "增加协办" in page(office, case) and "解除协办" not in page(office, case)
    form = office.get(move(case, "add_co")).content.decode()
    assert "城市管理局" in form and 'name="co_units"' not in form
    assert office.post(move(case, "add_co"), {"unit": play.unit("department")}).status_code == 302
    assert "协办" in page(office, case) and "城市管理局" in page(office, case)
    department = as_persona("department")
    assert "协办完成" in page(department, case)
    assert department.post(move(case, "finish_co"), {"note": ""}).status_code == 422
    shot = SimpleUploadedFile("a.jpg", picture(), "image/jpeg")
    assert department.post(move(case, "finish_co"), {"note": "线缆已入地", "photos": shot}).status_code == 302
    page(department, case)  # which says what was just done
    assert move(case, "finish_co") not in page(department, case)
    assert "线缆已入地" in page(office, case)


def test_the_lead_reads_whom_it_waits_for(play: Play, as_persona: Desk) -> None:
    from chuangcheng.cases import actions

    case, street = play.handling(), as_persona("street")
    actions.add_co(actor=play.by["office"], case_id=case.pk, unit_id=play.unit("department"))
    shot = SimpleUploadedFile("a.jpg", picture(), "image/jpeg")
    answer = street.post(move(case, "handle"), {"outcome": "fixed", "photos": shot})
    assert answer.status_code in (409, 422) and "协办单位尚未办结：城市管理局" in answer.content.decode()
    form = street.get(move(case, "release_co")).content.decode()
    assert "城市管理局" in form and "永安社区" not in form, "only who helps can be released"
    done = street.post(move(case, "release_co"), {"unit": play.unit("department"), "note": "已自行解决"})
    assert done.status_code == 302 and "已解除" in page(street, case)


def test_steps_are_planned_done_and_shown(play: Play, as_persona: Desk) -> None:
    case, street = play.handling(), as_persona("street")
    assert "第 1 步" not in page(street, case)
    form = street.get(move(case, "plan")).content.decode()
    assert 'name="name6"' in form and "河东街道" in form
    given = {"name1": "勘查", "unit1": play.unit("street"), "name2": "施工"}
    assert street.post(move(case, "plan"), given).status_code == 302
    assert "第 1 步，共 2 步" in page(street, case) and "勘查" in page(as_persona("office"), case)
    offered = street.get(move(case, "finish_step")).content.decode()
    step = case.substeps.get(place=1)
    assert f'value="{step.pk}"' in offered
    assert street.post(move(case, "finish_step"), {"step": step.pk}).status_code == 302
    assert "第 2 步，共 2 步" in page(street, case)
    street.post(move(case, "finish_step"), {"step": case.substeps.get(place=2).pk})
    assert "2 步已全部完成" in page(street, case)


def test_a_plan_without_a_first_step_is_none(play: Play, as_persona: Desk) -> None:
    case = play.handling()
    assert as_persona("street").post(move(case, "plan"), {"name2": "施工"}).status_code == 422
    late = {"name1": "施工", "due1": "2027-01-01T09:00"}
    answer = as_persona("street").post(move(case, "plan"), late)
    assert answer.status_code == 422 and "不超过案件时限" in answer.content.decode()


def test_the_reporter_reads_how_far_it_is_and_no_names(play: Play, client: Client) -> None:
    from chuangcheng.cases import actions

    report = play.report()
    case = actions.file_report(actor=play.by["office"], report_id=report.pk, category_code="06010")
    actions.dispatch_case(actor=play.by["office"], case_id=case.pk, unit_id=play.unit("street"))
    actions.accept_case(actor=play.by["street"], case_id=case.pk)
    address = reverse("portal:track", args=[report.pk])
    assert "第 1 步" not in client.get(address).content.decode()
    steps = [actions.StepInput(name, play.unit("street")) for name in ("找张三谈话", "施工", "验收", "恢复")]
    actions.plan_steps(actor=play.by["street"], case_id=case.pk, steps=steps)
    actions.finish_step(actor=play.by["street"], case_id=case.pk, step_id=case.substeps.get(place=1).pk)
    story = client.get(address).content.decode()
    assert "第 2 步，共 4 步" in story and "张三" not in story
    english = client.get(address, headers={"Accept-Language": "en"}).content.decode()
    assert "Step 2 of 4" in english


def test_a_flag_shows_on_list_board_and_page(play: Play, as_persona: Desk) -> None:
    case, leader = play.handling(), as_persona("leader")
    other = play.handling()
    assert leader.post(move(case, "flag"), {"note": "群众反映强烈"}).status_code == 422
    assert leader.post(move(case, "flag"), {"note": "群众反映强烈", "until": AHEAD}).status_code == 302
    for address in (
        reverse("desk:cases"), reverse("desk:case_board"), reverse("desk:case", args=[case.pk]),
    ):  # fmt: skip
        assert 'tag--red">督办' in leader.get(address).content.decode(), address
    listed = leader.get(reverse("desk:cases"), {"flagged": "yes"}).content.decode()
    assert case.number in listed and other.number not in listed
    assert leader.post(move(case, "unflag"), {"note": "已答复"}).status_code == 302
    leader.get(reverse("desk:home"))  # which says what was just done
    assert case.number not in leader.get(reverse("desk:cases"), {"flagged": "yes"}).content.decode()
    assert case.number in leader.get(reverse("desk:cases"), {"flagged": "ever"}).content.decode()
    assert "曾被督办" in page(leader, case)
    assert as_persona("street").get(move(case, "flag")).status_code in (200, 403)
    assert as_persona("street").post(move(case, "flag"), {"note": "x", "until": AHEAD}).status_code in (403, 422)


def test_a_unit_claims_from_its_list(play: Play, as_persona: Desk) -> None:
    here, there = play.filed(), play.filed(**OTHER_STREET)
    street = as_persona("street")
    listed = street.get(reverse("desk:claimable")).content.decode()
    assert here.number in listed and there.number not in listed
    address = reverse("desk:claim", args=[here.pk])
    assert "认领，由本单位承办" in street.get(address).content.decode()
    assert street.get(reverse("desk:claim", args=[there.pk])).status_code == 404
    done = street.post(address, follow=True).content.decode()
    assert "已由本单位认领" in done and "认领" in done
    here.refresh_from_db()
    assert (here.state, here.holder_id) == ("handling", play.unit("street"))
    assert here.number not in street.get(reverse("desk:claimable")).content.decode()
    assert here.number in street.get(reverse("desk:cases"), {"claimed": "yes"}).content.decode()


def test_who_comes_late_reads_who_was_first(play: Play, as_persona: Desk) -> None:
    case = play.filed()
    as_persona("community").post(reverse("desk:claim", args=[case.pk]))
    late = as_persona("street").post(reverse("desk:claim", args=[case.pk]), follow=True).content.decode()
    assert "案件已由永安社区承办" in late
    assert as_persona("office").get(reverse("desk:claimable")).status_code == 403


def test_claimable_is_narrowed_by_area_and_category(play: Play, as_persona: Desk) -> None:
    case, other = play.filed(), play.filed(category_code="07003")
    district = as_persona("district")
    only = district.get(reverse("desk:claimable"), {"category": "07"}).content.decode()
    assert other.number in only and case.number not in only
    nowhere = district.get(reverse("desk:claimable"), {"area": "990100/990101/990101002/"}).content.decode()
    assert case.number not in nowhere


def test_programs_take_the_same_moves(play: Play) -> None:
    from chuangcheng.api.moves import MOVES
    from chuangcheng.cases.states import CASE

    ours = {"claim", "add_co", "release_co", "finish_co", "plan", "finish_step", "flag", "unflag"}
    assert ours <= set(MOVES) and ours <= {one.name for one in CASE.moves}
    shape, run = MOVES["plan"]
    case = play.handling()
    due = (NOON + timedelta(hours=2)).isoformat()
    given = shape.model_validate_json(json.dumps({
        "id": str(case.pk), "steps": [{"name": "勘查", "unit": "U-990101001", "due_at": due}],
    }))  # fmt: skip
    run(play.by["street"], case.pk, given)
    assert case.substeps.get().name == "勘查"
    for name, body in (
        ("flag", {"note": "x", "until": due}), ("add_co", {"unit": "U-CGJ"}), ("finish_co", {"note": "完成"}),
        ("unflag", {"note": "x"}),
    ):  # fmt: skip
        who = {"finish_co": "department", "flag": "leader", "unflag": "leader"}.get(name, "office")
        shape, run = MOVES[name]
        run(play.by[who], case.pk, shape.model_validate_json(json.dumps({"id": str(case.pk), **body})))
    case.refresh_from_db()
    assert case.flag_count == 1 and case.assignments.get(role="co").state == "done"
