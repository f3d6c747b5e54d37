"""What programs read of words, complaints and published photos."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from chuangcheng.cases import actions, complaints
from chuangcheng.cases.models import Report
from tests.api.conftest import REPORTS, Caller, body, is_problem

if TYPE_CHECKING:
    from chuangcheng.framework.models import Category
    from chuangcheng.kernel.actor import Actor

pytestmark = pytest.mark.django_db
PHONE, COVERED = "13812345678", "138****5678"
WORDS = f"路边垃圾，电话{PHONE}"
COMPLAINT = "河东街道工作人员态度恶劣"


@pytest.fixture
def filed(personas: dict[str, Actor], noon: object, caller: Caller, category: Category) -> Any:
    """A case from a citizen's report, in the hands of the street."""
    from chuangcheng.people.selectors import unit_by_code

    given = body(text=WORDS, address=f"永安路，联系{PHONE}", lat=30.002, lon=120.002)
    caller.post(given)
    case = actions.file_report(actor=personas["office"], report_id=uuid.UUID(given["id"]), category_code="06010")
    return actions.dispatch_case(actor=personas["office"], case_id=case.pk, unit_id=unit_by_code("U-990101001").pk)


def test_lists_cover_numbers_for_everybody(filed: Any, caller: Caller, tokens: Callable[[str], str]) -> None:
    for persona in ("office", "street", "leader"):
        for path in (REPORTS, "/api/v1/cases"):
            said = caller.get(path, token=tokens(persona)).content.decode()
            assert PHONE not in said and COVERED in said, (persona, path)


def test_a_case_is_told_plainly_to_its_holder_alone(filed: Any, caller: Caller, tokens: Callable[[str], str]) -> None:
    path = f"/api/v1/cases/{filed.pk}"
    holder = caller.get(path, token=tokens("street")).json()
    assert holder["text"] == WORDS and PHONE in holder["address"]
    for persona in ("office", "leader", "district", "inspector"):
        other = caller.get(path, token=tokens(persona)).json()
        assert other["text"] == f"路边垃圾，电话{COVERED}" and PHONE not in other["address"], persona


def test_a_complaint_is_taken_in_and_in_no_list(
    personas: dict[str, Actor], noon: object, caller: Caller, tokens: Callable[[str], str]
) -> None:
    given = body(text=COMPLAINT, complaint=True)
    receipt = caller.post(given)
    assert receipt.status_code == 201
    report = Report.objects.get(pk=given["id"])
    assert report.complaint and report.number == receipt.json()["number"]
    for persona in personas:
        listed = caller.get(REPORTS, token=tokens(persona))
        assert report.number not in listed.content.decode(), persona


def test_its_sender_follows_it(personas: dict[str, Actor], noon: object, caller: Caller) -> None:
    given = body(text=COMPLAINT, complaint=True)
    caller.post(given)
    complaints.refer(
        actor=personas["office"], report_id=uuid.UUID(given["id"]), reason_code="complaint_staff", office="discipline"
    )
    state = caller.get(f"{REPORTS}/{given['id']}").json()
    assert (state["state"], state["state_label"], state["case_number"]) == ("referred", "已转交", None)


def test_the_same_report_with_and_without_the_mark_are_two_bodies(noon: object, db: None, caller: Caller) -> None:
    given = body(text=COMPLAINT)
    assert caller.post(given).status_code == 201
    assert caller.post({**given, "complaint": False}).status_code == 200
    is_problem(caller.post({**given, "complaint": True}), 409, "common.different_body")


@pytest.mark.parametrize("value", ["yes", 1, None, []])
def test_a_mark_that_is_none_is_refused(noon: object, db: None, caller: Caller, value: object) -> None:
    assert caller.post(body(complaint=value)).status_code in {400, 422}
    assert not Report.objects.exists()
