"""Leaders' instructions as programs of staff read them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, get_args

import pytest

from chuangcheng.api import schemas
from chuangcheng.cases import actions, instructions
from chuangcheng.cases.models import Instruction, InstructionReply, InstructionWords
from chuangcheng.cases.states import INSTRUCTION, INSTRUCTION_REPLY
from chuangcheng.kernel import clock
from chuangcheng.kernel.ids import new_id
from tests.api.conftest import Caller, is_problem
from tests.cases.play import OTHER_STREET, Play
from tests.cases.test_instructions import PDF, SECRET, WORDS, entered, judged, of, replied
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
LIST = "/api/v1/instructions"
Read = Callable[..., Any]


@pytest.fixture
def read(caller: Caller, tokens: Callable[[str], str], play: Play) -> Read:
    """What a persona's token reads at an address below the list."""
    return lambda path="", who="office": caller.get(LIST + path, token=tokens(who)).json()


@pytest.fixture
def four(play: Play) -> dict[str, Instruction]:
    """One answered by the street and late for the department; one done; one open and far; one denied; a minute apart."""
    rows = {}
    with clock.at(NOON):
        rows["late"] = entered(play, due_on=date(2026, 9, 15), scan=PDF)
        replied(play, rows["late"])
    with clock.at(NOON + timedelta(minutes=1)):
        rows["done"] = entered(play, "street", text="路灯不亮", form="spoken")
        judged(play, replied(play, rows["done"], text="已换灯泡，电话13912345678"))
    with clock.at(NOON + timedelta(minutes=2)):
        rows["open"] = entered(play, "street2", link=play.filed(**OTHER_STREET).number)
    with clock.at(NOON + timedelta(days=1)):
        rows["denied"] = entered(play, "street2", text="误录")
        actions.object_to_instruction(actor=play.by["leader"], instruction_id=rows["denied"].pk, note="不是")
    return rows


def names(answer: Any, rows: dict[str, Instruction]) -> str:
    by_id = {str(row.pk): name for name, row in rows.items()}
    return " ".join(by_id[item["id"]] for item in answer["items"])


def test_the_codes_are_those_of_the_tables() -> None:
    assert set(get_args(schemas.InstructionStateCode)) == {state.code for state in INSTRUCTION.states}
    assert set(get_args(schemas.ReplyStateCode)) == {state.code for state in INSTRUCTION_REPLY.states}


def test_a_row_of_the_list(read: Read, four: dict[str, Instruction], play: Play) -> None:
    late = read()["items"][-1]
    assert late == {
        "id": str(four["late"].pk), "number": four["late"].number, "state": "open", "form": "written",
        "leader": four["late"].leader.name, "text": WORDS.replace("13912345678", "139****5678"),
        "given_on": "2026-09-14", "due_at": "2026-09-15T15:59:59+00:00", "entered_at": "2026-09-15T04:00:00+00:00",
        "ended_at": None, "case_number": None, "report_number": None, "scan": "pdf", "addressed": 2, "replied": 1,
    }  # fmt: skip
    assert four["open"].case is not None
    open_one = read()["items"][1]
    assert (open_one["case_number"], open_one["replied"]) == (four["open"].case.number, 0)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "denied open done late"), ("state=open", "open late"), ("state=done", "done"),
        ("state=objected", "denied"), ("unit=U-CGJ", "late"), ("unit=U-990101001", "done late"), ("unit=U-0", ""),
        ("reply=replied", "late"), ("reply=waiting", "open late"), ("reply=released", "denied"),
        ("unit=U-990101001&reply=waiting", ""), ("unit=U-CGJ&reply=waiting", "late"), ("overdue=yes", "late"),
        ("overdue=yes&unit=U-990101001", ""), ("q=路灯", "done"), ("q=没有", ""), ("q=已换灯泡", ""),
        ("entered_to=2026-09-15", "open done late"), ("entered_from=2026-09-16", "denied"), ("link=AJ1", ""),
    ],
)  # fmt: skip
def test_filters(read: Read, four: dict[str, Instruction], query: str, found: str) -> None:
    with clock.at(four["late"].due_at + timedelta(hours=1)):
        assert names(read(f"?{query}"), four) == found


def test_by_number_and_by_what_it_is_about(read: Read, four: dict[str, Instruction], play: Play) -> None:
    assert four["open"].case is not None
    for query in (f"q={four['open'].number.lower()}", f"link={four['open'].case.number}"):
        assert names(read(f"?{query}"), four) == "open"
    report = play.report()
    four["about"] = entered(play, "street", link=report.number)
    answer = read(f"?link={report.number}")
    assert names(answer, four) == "about" and answer["items"][0]["report_number"] == report.number


@pytest.mark.parametrize(
    "query", ["state=closed", "reply=open", "overdue=no", "entered_from=yesterday", "limit=0", "limit=201"]
)
def test_what_is_no_filter_is_refused(
    caller: Caller, tokens: Callable[[str], str], play: Play, query: str
) -> None:  # fmt: skip
    answer = caller.get(f"{LIST}?{query}", token=tokens("office"))
    assert [error["field"] for error in is_problem(answer, 422, "common.invalid")["errors"]] == [query.split("=")[0]]


def test_pages_hang_together(read: Read, four: dict[str, Instruction]) -> None:
    seen, following = [], ""
    while True:
        answer = read(f"?limit=1{following}")
        seen.append(names(answer, four))
        if answer["next"] is None:
            break
        following = f"&cursor={answer['next']}"
    assert seen == ["denied", "open", "done", "late"]


def test_a_list_is_one_query_beside_the_sign_in(
    caller: Caller, tokens: Callable[[str], str], four: dict[str, Instruction], django_assert_max_num_queries: Any
) -> None:  # fmt: skip
    token = tokens("street")
    with django_assert_max_num_queries(6):
        caller.get(LIST, token=token)
    with django_assert_max_num_queries(12):
        caller.get(f"{LIST}/{four['late'].pk}", token=token)


@pytest.mark.parametrize(
    ("who", "found"),
    [
        ("office", "denied open done late"), ("leader", "denied open done late"), ("auditor", "denied open done late"),
        ("street", "done late"), ("street2", "denied open"), ("department", "late"), ("district", "denied open done late"),
    ],
)  # fmt: skip
def test_the_reach_is_that_of_the_desk(
    read: Read, play: Play, four: dict[str, Instruction], who: str, found: str
) -> None:  # fmt: skip
    assert names(read(who=who), four) == found
    seen = set(instructions.visible_to(play.by[who]).values_list("pk", flat=True))
    assert {row.pk for name, row in four.items() if name in found.split()} == seen


def test_who_may_not(caller: Caller, tokens: Callable[[str], str], four: dict[str, Instruction]) -> None:
    for path in ("", f"/{four['late'].pk}"):
        is_problem(caller.get(LIST + path), 401, "common.sign_in")
        for who in ("grid", "inspector"):
            is_problem(caller.get(LIST + path, token=tokens(who)), 403, "common.not_allowed")
    for one in (four["late"].pk, new_id()):
        is_problem(caller.get(f"{LIST}/{one}", token=tokens("street2")), 404, "common.not_found")
    for name in ("POST", "PUT", "DELETE", "PATCH"):
        assert caller.method(name, LIST).status_code == 405


def test_one_with_its_replies(read: Read, four: dict[str, Instruction], play: Play) -> None:
    answer = read(f"/{four['late'].pk}")
    assert answer["text"] == WORDS, "who works on it reads it plainly"
    assert {name: answer[name] for name in schemas.InstructionRow.model_fields if name != "text"} == {
        name: value for name, value in read()["items"][-1].items() if name != "text"
    }
    department, street = answer["replies"]
    assert (department["unit"], department["state"]) == ({"code": "U-CGJ", "name": "城市管理局"}, "waiting")
    assert (department["text"], department["replied_at"], department["on_time"]) == (None, None, None)
    assert (street["state"], street["text"], street["on_time"]) == ("replied", SECRET, True)
    assert street["id"] == str(of(four["late"], "street").pk)
    assert street["read_at"] == street["replied_at"] == "2026-09-15T04:00:00+00:00"


@pytest.mark.parametrize(
    ("who", "words"), [("office", SECRET), ("leader", SECRET), ("street", SECRET), ("department", None)]
)
def test_a_reply_is_read_by_whom_it_is_meant_for(
    read: Read, four: dict[str, Instruction], who: str, words: str | None
) -> None:  # fmt: skip
    told = {reply["unit"]["code"]: reply["text"] for reply in read(f"/{four['late'].pk}", who)["replies"]}
    assert told == {"U-990101001": words, "U-CGJ": None}


def test_numbers_are_covered_for_whoever_only_watches(read: Read, four: dict[str, Instruction]) -> None:
    for who, number in (("office", "13912345678"), ("auditor", "139****5678")):
        assert number in read(f"/{four['late'].pk}", who)["text"]
        assert number in read(f"/{four['done'].pk}", who)["replies"][0]["text"]


def test_reading_by_a_program_is_no_first_look(read: Read, four: dict[str, Instruction]) -> None:
    read(f"/{four['open'].pk}", "street2")
    assert four["open"].replies.get().read_at is None
    assert InstructionReply.objects.get(instruction=four["open"]).state == "waiting"


def test_a_reply_sent_back_stands_no_more(read: Read, four: dict[str, Instruction], play: Play) -> None:
    judged(play, of(four["late"], "street"), accepted=False, note="没有写明责任人")
    street = read(f"/{four['late'].pk}")["replies"][1]
    assert (street["state"], street["sent_back_count"], street["replied_at"], street["on_time"]) == (
        "sent_back", 1, None, None,
    )  # fmt: skip
    assert read()["items"][-1]["replied"] == 0


def test_erased_words_are_empty(read: Read, four: dict[str, Instruction]) -> None:
    InstructionWords.objects.all().delete()
    answer = read(f"/{four['late'].pk}")
    assert (answer["text"], answer["replies"][1]["text"]) == ("", "")
    assert [item["text"] for item in read()["items"]] == [""] * 4


def test_answers_fit_their_shapes(
    caller: Caller, tokens: Callable[[str], str], four: dict[str, Instruction]
) -> None:  # fmt: skip
    token = tokens("street")
    schemas.InstructionPage.model_validate_json(caller.get(LIST, token=token).content, strict=True)
    one = caller.get(f"{LIST}/{four['done'].pk}", token=token)
    assert schemas.InstructionOut.model_validate_json(one.content, strict=True).replies[0].state == "accepted"
    assert one["Cache-Control"] == "no-store"
