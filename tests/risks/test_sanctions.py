"""Occurrences of the national negative list: recorded, decided by the office alone, what they would cost."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from chuangcheng.cycle.models import Cycle
from chuangcheng.framework.models import NegativeItem
from chuangcheng.history.models import Event
from chuangcheng.kernel.actor import CITIZEN, SYSTEM
from chuangcheng.photos import papers
from chuangcheng.photos import selectors as photos
from chuangcheng.risks import actions, selectors
from chuangcheng.risks.facts import SANCTIONS, said
from chuangcheng.risks.models import Sanction
from chuangcheng.risks.states import SANCTION
from tests.cases.play import picture
from tests.risks.conftest import TODAY
from tests.risks.test_ledger import code_of

RIGHT = "common.not_allowed"
EFFECTS = {
    "N1": {"title_holder": "suspend title 1 year", "nominee": "deduct 3 points in that year", "window_months": 12},
    "N2": {"all": "ineligible", "window_months": 12},
    "N3": {"all": "扣 1.5 分"},
}


@pytest.fixture
def items(cycle: Cycle) -> dict[str, NegativeItem]:
    """Three lines of the edition in force: a deduction, a veto, a deduction without a window."""
    return {
        code: NegativeItem.objects.create(
            edition=cycle.edition, code=code, zh=f"事项{code}", effect=effect, order=90 + n
        )
        for n, (code, effect) in enumerate(EFFECTS.items())
    }


def record(items: Any, code: str = "N1", back: int = 10, actor: Any = SYSTEM, **more: Any) -> Sanction:
    day = TODAY - timedelta(days=back)
    given = {"item": items[code], "happened_on": day, "matter": "发生较大事故", **more}
    return actions.record_sanction(actor=actor, **given)


def decide(row: Sanction, move: str, actor: Any = SYSTEM, words: str = "经核实") -> Sanction:
    return actions.decide_sanction(actor=actor, sanction_id=row.pk, move=move, words=words)


def test_an_occurrence_is_recorded_and_confirmed(items: Any, personas: Any, small_city: Any) -> None:
    unit = small_city.units["street"]
    row = record(items, actor=personas["inspector"], unit=unit)
    assert (row.state, row.unit, row.evidence) == ("recorded", unit, "")
    assert row.number.startswith("FM20260915-") and str(row) == row.number
    decide(row, "confirm", personas["office"], "国家通报点名")
    row.refresh_from_db()
    assert (row.state, row.decided_by_id) == ("confirmed", personas["office"].person_id)
    assert said("sanction", row.pk) == {2: "国家通报点名"}
    assert decide(row, "withdraw", personas["office"]).state == "withdrawn"
    assert list(SANCTIONS.check()) == []
    assert not any("事故" in str(after) for after in Event.objects.values_list("after", flat=True))


@pytest.mark.parametrize("move", ["confirm", "reject", "withdraw"])
@pytest.mark.parametrize("state", [each.code for each in SANCTION.states])
def test_every_decision_in_every_state(items: Any, state: str, move: str) -> None:
    row = record(items)
    Sanction.objects.filter(pk=row.pk).update(state=state)
    wanted = "" if state in SANCTION.move(move).sources else "state.move_refused"
    assert code_of(decide, row=row, move=move) == wanted
    if not wanted:
        Sanction.objects.filter(pk=row.pk).update(state=state)
        assert code_of(decide, row=row, move=move, words=" ") == "state.missing"


def test_who_records_and_who_decides(items: Any, personas: Any) -> None:
    for who, actor in {**personas, "citizen": CITIZEN}.items():
        wanted = "" if who in ("office", "inspector") else RIGHT
        assert code_of(record, items=items, actor=actor) == wanted, who
        row = record(items)
        assert code_of(decide, row=row, move="confirm", actor=actor) == ("" if who == "office" else RIGHT), who


def test_who_sees_what(items: Any, personas: Any, small_city: Any) -> None:
    city, street = record(items), record(items, unit=small_city.units["street"])
    both, one = {city.pk, street.pk}, {street.pk}
    sees = {
        "office": both,
        "leader": both,
        "auditor": both,
        "inspector": both,
        "street": one,
        "district": one,
    }
    for who, actor in {**personas, "citizen": CITIZEN}.items():
        rows = set(selectors.sanctions_visible_to(actor).values_list("pk", flat=True))
        assert rows == sees.get(who, set()), who
        wanted = "" if city.pk in rows else "common.not_found"
        assert code_of(selectors.get_sanction_for, actor=actor, sanction_id=city.pk) == wanted


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"matter": " "}, "sanctions.no_text"),
        ({"back": -1}, "sanctions.future"),
        ({"evidence": b"%PDF-1.4 cut"}, "photos.not_a_pdf"),
        ({"evidence": b"no picture"}, "photos.not_an_image"),
    ],
)
def test_what_is_no_record(items: Any, given: dict[str, Any], code: str) -> None:
    assert code_of(record, items=items, **given) == code and not Sanction.objects.exists()


def test_only_lines_of_a_list_in_force(items: Any, cycle: Cycle) -> None:
    from chuangcheng.framework.actions import freeze_edition

    assert cycle.edition is not None
    freeze_edition(actor=SYSTEM, edition=cycle.edition)
    items["N1"].edition.refresh_from_db()
    assert code_of(record, items=items) == "sanctions.other_edition"


def test_evidence_is_a_picture_or_a_paper(items: Any) -> None:
    shown = record(items, evidence=picture())
    assert shown.evidence == "image" and photos.of(("sanction", shown.pk)).count() == 1
    printed = record(items, evidence=b"%PDF-1.4\n1 0 obj\nendobj\ntrailer\n%%EOF\n")
    paper = papers.of(("sanction", printed.pk))
    assert printed.evidence == "pdf" and paper is not None and papers.path_of(paper.sha256).is_file()


def test_what_it_would_cost(items: Any, cycle: Cycle, django_assert_num_queries: Any) -> None:
    assert selectors.cost() == selectors.Cost(Fraction(0), "", [])
    for code in ("N1", "N3", "N3"):
        decide(record(items, code), "confirm")
    decide(record(items, "N2"), "reject")
    record(items, "N2")
    selectors.cost()  # the cycle is read once and kept
    with django_assert_num_queries(1):
        cost = selectors.cost()
    assert (cost.points, cost.gravest, len(cost.rows)) == (Fraction(6), "deduct", 3)
    decide(record(items, "N2"), "confirm")
    assert selectors.cost().gravest == "veto" and selectors.cost().points == 6


def test_the_cost_ends_with_the_window(items: Any) -> None:
    decide(record(items, "N1", back=300), "confirm")
    decide(record(items, "N3", back=300), "confirm")
    assert selectors.cost().points == Fraction(9, 2)
    assert selectors.cost(TODAY + timedelta(days=64)).points == Fraction(9, 2)
    assert selectors.cost(TODAY + timedelta(days=66)).points == Fraction(3, 2), "twelve months have passed"


@pytest.mark.parametrize(
    ("status", "kind", "points"), [("nominee", "deduct", 3), ("holder", "revoke", 0), ("applicant", "other", 0)]
)
def test_the_effect_follows_the_citys_status(items: Any, cycle: Cycle, status: str, kind: str, points: int) -> None:
    from chuangcheng.cycle.selectors import VERSION
    from chuangcheng.history import versions

    Cycle.objects.filter(pk=cycle.pk).update(state=status)
    versions.bump(VERSION)
    found = selectors.effect(record(items, "N1"))
    assert (found.kind, found.points) == (kind, points)
