"""What joins the registers with cases: a decided matter as a case, and what becomes of it."""

from __future__ import annotations

from typing import Any

import pytest

from chuangcheng.cases.compound_work import file_item, of_compound
from chuangcheng.cases.models import Case
from chuangcheng.history.models import Event
from chuangcheng.history.outbox import emit
from chuangcheng.history.sweep import drain
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.sites.deliberations import actions, work
from chuangcheng.sites.deliberations.models import AgendaItem
from tests.conftest import NOON
from tests.sites.registers import make_compound
from tests.sites.talks import ITEMS, SCAN, assign, carry


@pytest.fixture
def decided(personas: dict[str, Actor], noon: Any, limits: None) -> AgendaItem:
    talk = actions.convene(actor=personas["community"], compound_id=make_compound().pk, title="门禁", items=ITEMS)
    carry(personas["community"], talk, "decided")
    item = talk.items.first()
    assert item is not None
    return item


def test_a_matter_becomes_a_case_and_follows_it(
    personas: dict[str, Actor], decided: AgendaItem, small_city: Any
) -> None:
    actor = personas["community"]
    with pytest.raises(Refused, match=r"sites\.missing"):
        file_item(actor=actor, item_id=decided.pk, category_code="06010")
    assert not Case.objects.exists()
    assign(actor, decided, small_city.units["department"])
    case = file_item(actor=actor, item_id=decided.pk, category_code="06010")
    assert (case.origin_kind, case.origin_id) == ("agenda_item", decided.pk)
    assert (case.responsible, case.division_path) == (
        small_city.units["department"],
        decided.deliberation.division_path,
    )
    assert list(of_compound(Case.objects.all(), decided.deliberation.compound)) == [case]
    for refused in (
        lambda: file_item(actor=actor, item_id=decided.pk, category_code="06010"),
        lambda: work.finish_item(actor=actor, item_id=decided.pk, shots=(SCAN,)),
    ):
        with pytest.raises(Refused, match=r"deliberation\.(done_already|has_case)"):
            refused()
    work.follow_case(item_id=decided.pk, case_id=case.pk, how="done")
    work.follow_case(item_id=decided.pk, case_id=case.pk, how="done")
    assert AgendaItem.objects.get(pk=decided.pk).done_at == NOON
    assert Event.objects.filter(action="deliberation.item_done").count() == 1
    work.follow_case(item_id=decided.pk, case_id=case.pk, how="open")
    assert AgendaItem.objects.get(pk=decided.pk).done_at is None
    work.follow_case(item_id=decided.pk, case_id=case.pk, how="void")
    assert AgendaItem.objects.get(pk=decided.pk).case_id is None
    work.follow_case(item_id=decided.pk, case_id=case.pk, how="done")
    assert AgendaItem.objects.get(pk=decided.pk).done_at is None, "it is this case's matter no longer"


def test_a_department_may_not_file_it(personas: dict[str, Actor], decided: AgendaItem, small_city: Any) -> None:
    assign(personas["community"], decided, small_city.units["street"])
    for role, code in (("department", r"common\.not_allowed"), ("street2", r"common\.not_found")):
        with pytest.raises(Refused, match=code):
            file_item(actor=personas[role], item_id=decided.pk, category_code="06010")
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("topic", "outcome", "done"),
    [("case.closed", "fixed", True), ("case.closed", "cannot", False), ("case.reopened", "fixed", False)],
)
def test_the_outbox_carries_it_back(
    personas: dict[str, Actor], decided: AgendaItem, small_city: Any, topic: str, outcome: str, done: bool
) -> None:
    assign(personas["community"], decided, small_city.units["department"])
    case = file_item(actor=personas["community"], item_id=decided.pk, category_code="06010")
    Case.objects.filter(pk=case.pk).update(outcome=outcome)
    for _ in range(2):  # at least once: twice must change nothing more
        emit(topic, ("case", case.pk))
    drain()
    assert (AgendaItem.objects.get(pk=decided.pk).done_at is not None) is done
    assert Event.objects.filter(action="deliberation.item_done").count() == int(done)


def test_a_void_case_sets_its_matter_free(personas: dict[str, Actor], decided: AgendaItem, small_city: Any) -> None:
    assign(personas["community"], decided, small_city.units["department"])
    case = file_item(actor=personas["community"], item_id=decided.pk, category_code="06010")
    emit("case.voided", ("case", case.pk))
    drain()
    assert AgendaItem.objects.get(pk=decided.pk).case_id is None
    assert file_item(actor=personas["community"], item_id=decided.pk, category_code="06010").pk != case.pk


def test_an_unknown_category_or_matter_is_refused(personas: dict[str, Actor], decided: AgendaItem) -> None:
    with pytest.raises(Refused, match=r"case\.unknown_category"):
        file_item(actor=personas["community"], item_id=decided.pk, category_code="moon")
    with pytest.raises(Refused, match=r"common\.not_found"):
        file_item(actor=personas["community"], item_id=decided.deliberation_id, category_code="06010")


def test_what_happened_to_several_cases_at_once_is_followed_in_order(
    personas: dict[str, Actor], decided: AgendaItem, small_city: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One batch of the outbox: the matter's own case and others, of which only the first concerns the registers."""
    assign(personas["community"], decided, small_city.units["department"])
    case = file_item(actor=personas["community"], item_id=decided.pk, category_code="06010")
    drain()
    followed: list[tuple[Any, Any, str]] = []
    monkeypatch.setattr(work, "follow_case", lambda *, item_id, case_id, how: followed.append((item_id, case_id, how)))
    Case.objects.filter(pk=case.pk).update(outcome="fixed")
    for topic, subject in (
        ("case.closed", case.pk), ("case.closed", new_id()), ("case.reopened", case.pk), ("case.voided", case.pk),
    ):  # fmt: skip
        emit(topic, ("case", subject))
    drain()
    assert followed == [(decided.pk, case.pk, how) for how in ("done", "open", "void")]
    Case.objects.filter(pk=case.pk).update(outcome="cannot")
    emit("case.closed", ("case", case.pk))
    drain()
    assert len(followed) == 3, "closed without being fixed, it is not carried out"
