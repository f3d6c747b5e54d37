"""Carrying forward: duties, checklists and the negative list follow their standards; the unsure ones wait."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from chuangcheng.framework import carrying, selectors
from chuangcheng.framework.actions import assign_by_role, load_edition, publish_edition
from chuangcheng.framework.carrying import carry_forward, decide_successions
from chuangcheng.framework.comparing import compare_editions, compare_sides, side_of, side_of_document
from chuangcheng.framework.documents import dump_edition
from chuangcheng.framework.models import Duty, Edition, Succession
from chuangcheng.history.models import Event
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from tests.framework.editions import small

pytestmark = pytest.mark.django_db

TEXTS = {
    "F-1-1-1": "主次干道路面平整，无破损坑洼积水", "F-1-1-2": "背街小巷环境卫生整洁，无垃圾积存",
    "F-2-1-1": "公共厕所干净无异味，设施完好",
}  # fmt: skip


def first() -> dict[str, Any]:
    """The small edition with sentences that can be told apart."""
    document = small()
    for standard in _standards(document):
        standard["zh"] = TEXTS[standard["code"]]
    return document


def second() -> dict[str, Any]:
    """All codes new, one standard half reworded, one new; no kinds of sites and no negative list of its own."""
    document = copy.deepcopy(first())
    document |= {"code": "TEST-2", "site_kinds": [], "negative_items": [], "sources": {}, "roles": []}
    for row in _rows(document):
        row.update(source="official", source_ref=[])
    for number, standard in enumerate(_standards(document)):
        standard |= {"code": f"N{number}", "site_kinds": [], "responsible_role": ""}
    standards = document["frameworks"][0]["projects"][1]["contents"][0]["standards"]
    standards[0]["zh"] = "公共厕所干净整洁达标，布局合理"
    standards.append({**standards[0], "code": "N3", "zh": "公共厕所管理制度上墙，设施完好"})
    return document


def _standards(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for row in _rows(document) if "relative_weight" in row]


def _rows(document: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    waiting = list(document["frameworks"])
    while waiting:
        row = waiting.pop(0)
        found.append(row)
        waiting += [*row.get("projects", []), *row.get("contents", []), *row.get("standards", [])]
    return found


@pytest.fixture
def pair(small_city: Any) -> tuple[Edition, Edition]:
    """A published edition with duties, and the draft of the next one."""
    old = load_edition(actor=SYSTEM, document=first())
    publish_edition(actor=SYSTEM, edition=old)
    assign_by_role(actor=SYSTEM, edition=old)
    return old, load_edition(actor=SYSTEM, document=second())


def duties(edition: Edition) -> dict[str, set[tuple[str, str]]]:
    found: dict[str, set[tuple[str, str]]] = {}
    for duty in Duty.objects.filter(standard__edition=edition).select_related("standard", "unit"):
        found.setdefault(duty.standard.code, set()).add((duty.unit.code, duty.kind))
    return found


def test_the_figures_before_anything_is_carried(pair: tuple[Edition, Edition]) -> None:
    found = compare_editions(*pair)
    told = found.as_json()
    assert {name: told[name] for name in found.diff.counts()} == {
        "same": 2, "moved": 0, "reworded": 0, "reweighted": 0, "added": 2, "removed": 1, "unsure": 1
    }  # fmt: skip
    assert (told["duties"], told["carried_share"]) == (9, 0.6667)
    assert told["unsure_rows"][0]["old"] == "F-2-1-1"
    assert {choice["new"] for choice in told["unsure_rows"][0]["choices"]} == {"N2", "N3"}
    sides = side_of_document(dump_edition(pair[0])), side_of(pair[1])
    assert sides[0] == side_of(pair[0])
    assert compare_sides(*sides).diff == found.diff


def test_what_is_sure_goes_over_by_itself(pair: tuple[Edition, Edition], personas: dict[str, Actor]) -> None:
    old, new = pair
    done = carry_forward(actor=personas["office"], old=old, new=new)
    assert done.rows == {"duties": 6, "evidence": 0, "checklists": 4, "negative": 1, "tasks": 0}
    before, after = duties(old), duties(new)
    assert {"N0": before["F-1-1-1"], "N1": before["F-1-1-2"]} == after
    kind = selectors.kind_by_code(new, "lane")
    assert kind is not None
    assert [[s.code for s in i.standards.all()] for i in selectors.items_of(kind)] == [["N0", "N1"], []]
    new.refresh_from_db()
    assert (set(new.sources), new.roles, new.standards.get(code="N0").site_kinds) == ({"S0"}, old.roles, ["lane"])
    assert Event.objects.get(action="edition.carried").after["sure"] == 2
    assert Event.objects.filter(action="duty.assigned", reason="carried").count() == 6
    again = carry_forward(actor=personas["office"], old=old, new=new)
    assert set(again.rows.values()) == {0}
    assert Event.objects.filter(action="edition.carried").count() == 1
    dump_edition(new)
    publish_edition(actor=personas["office"], edition=new)


def test_a_person_decides_the_rest(pair: tuple[Edition, Edition], personas: dict[str, Actor]) -> None:
    old, new = pair
    office = personas["office"]
    none = decide_successions(actor=office, old=old, new=new, choices={"F-2-1-1": ""})
    assert (none.comparison.diff.doubts, none.comparison.diff.counts()["removed"]) == ((), 1)
    done = decide_successions(actor=office, old=old, new=new, choices={"F-2-1-1": "N3"})  # on second thoughts
    assert (done.rows["duties"], done.comparison.carried_share) == (3, 1)
    assert duties(new)["N3"] == duties(old)["F-2-1-1"]
    row = Succession.objects.get(old__code="F-2-1-1")
    assert (row.new.code, row.how, row.decided_by_id) == ("N3", "chosen", office.person_id)  # type: ignore[union-attr]
    assert selectors.heirs(new)[row.old_id] == row.new_id
    decide_successions(actor=office, old=old, new=new, choices={"F-2-1-1": "N3"})
    for choices, code in (({"F-2-1-1": "N2"}, "succeeded"), ({"F-9": ""}, "unknown"), ({"F-2-1-1": "N9"}, "unknown")):
        with pytest.raises(Refused, match=rf"framework\.{code}"):
            decide_successions(actor=office, old=old, new=new, choices=choices)
    with pytest.raises(Refused, match=r"framework\.same_edition"):
        carry_forward(actor=office, old=old, new=old)
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        carry_forward(actor=personas["leader"], old=old, new=new)


def test_a_published_edition_takes_duties_but_keeps_its_tree(pair: tuple[Edition, Edition]) -> None:
    old, new = pair
    publish_edition(actor=SYSTEM, edition=new)
    assert carry_forward(actor=SYSTEM, old=old, new=new).rows == {
        "duties": 6,
        "evidence": 0,
        "checklists": 0,
        "negative": 0,
        "tasks": 0,
    }
    assert new.site_kinds.count() == 0


def test_rooms_above_register_what_they_carry(pair: tuple[Edition, Edition], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrying, "_carries", dict(carrying._carries))
    seen: list[list[tuple[str, str]]] = []

    @carrying.carries("tasks", Label("任务", "Tasks"))
    def carry(actor: Actor, old: Edition, new: Edition, heirs: carrying.Heirs) -> int:
        seen.append([(one.code, heir.code) for one, heir in heirs])
        return 7

    assert carry_forward(actor=SYSTEM, old=pair[0], new=pair[1]).rows["tasks"] == 7
    assert seen == [[("F-1-1-1", "N0"), ("F-1-1-2", "N1")]]
    assert {*carrying.labels()} == {"duties", "evidence", "checklists", "negative", "tasks"}


def test_two_old_standards_may_have_one_heir(pair: tuple[Edition, Edition], small_city: Any) -> None:
    """Merged in the new edition: the duties of both go over, the same unit answers once."""
    old, new = pair
    decide_successions(actor=SYSTEM, old=old, new=new, choices={"F-2-1-1": "N0"})
    before = duties(old)
    assert duties(new)["N0"] == before["F-1-1-1"] | before["F-2-1-1"]
    assert Succession.objects.filter(new__code="N0").count() == 2
    assert compare_editions(old, new).carried_share == 1


def test_a_duty_that_stands_is_left_alone(pair: tuple[Edition, Edition], personas: dict[str, Actor]) -> None:
    """Who was named for the new edition already stays named."""
    from chuangcheng.framework.actions import assign_duty
    from chuangcheng.people.models import Person

    old, new = pair
    duty = Duty.objects.filter(standard__edition=old, standard__code="F-1-1-1", kind="lead").select_related("unit")[0]
    person = Person.objects.get(pk=personas["department"].person_id)
    standing = assign_duty(
        actor=SYSTEM, standard=new.standards.get(code="N0"), unit=duty.unit, kind="lead", person=person
    )
    assert carry_forward(actor=SYSTEM, old=old, new=new).rows["duties"] == 5
    standing.refresh_from_db()
    assert (standing.person, standing.chain_seq) == (person, 1)


def test_persons_go_over_with_their_duties(pair: tuple[Edition, Edition], personas: dict[str, Actor]) -> None:
    old, new = pair
    Duty.objects.filter(standard__edition=old).update(person=personas["street"].person_id)
    carry_forward(actor=SYSTEM, old=old, new=new)
    held = Duty.objects.filter(standard__edition=new).values_list("person_id", flat=True)
    assert set(held) == {personas["street"].person_id}


def test_another_familys_edition_takes_duties_but_no_negative_list(small_city: Any) -> None:
    old = publish_edition(actor=SYSTEM, edition=load_edition(actor=SYSTEM, document=first()))
    assign_by_role(actor=SYSTEM, edition=old)
    own = load_edition(actor=SYSTEM, document={**second(), "family": "own"})
    assert carry_forward(actor=SYSTEM, old=old, new=own).rows == {
        "duties": 6,
        "evidence": 0,
        "checklists": 4,
        "negative": 0,
        "tasks": 0,
    }
