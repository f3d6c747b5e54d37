"""Random lives: whatever people and rules do in whatever order, rows stay what history tells, and the tables hold."""

from __future__ import annotations

import random
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from chuangcheng.history.models import Event
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.watching import Figure
from chuangcheng.risks import actions, rules, watch
from chuangcheng.risks.facts import ALL, RISKS, said
from chuangcheng.risks.measures import MEASURES, Measure
from chuangcheng.risks.models import Risk, Sanction, Words
from chuangcheng.risks.states import RISK, SANCTION
from tests.conftest import NOON
from tests.risks.conftest import TODAY
from tests.risks.test_ledger import MOVES, enter
from tests.risks.test_sanctions import items, record

__all__ = ["items"]
SEEDS = range(6)


def given(move: str, dice: random.Random) -> dict[str, Any]:
    """What a move needs, or now and then something less."""
    whole = {**MOVES[move][1]}
    if move == "assess":
        whole |= {"severity": dice.randint(1, 5), "likelihood": dice.randint(1, 5)}
    if dice.random() < 0.2 and "words" in whole:
        whole["words"] = ""
    for name in ("due_on", "review_on"):
        if name in whole:
            whole[name] = clock.today().date() + timedelta(days=dice.randint(0, 40))
    return whole


@pytest.mark.parametrize("seed", SEEDS)
def test_a_life_of_thirty_tries(units: Any, seed: int) -> None:
    dice = random.Random(seed)
    risk = enter(units)
    taken = 0
    for step in range(30):
        with clock.at(NOON + timedelta(hours=step)):
            before = Risk.objects.get(pk=risk.pk)
            move = dice.choice([*MOVES])
            needs = given(move, dice)
            legal = before.state in RISK.move(move).sources
            complete = all(needs.get(need) for need in RISK.move(move).needs)
            try:
                actions.move_risk(actor=SYSTEM, risk_id=risk.pk, move=move, **needs)
            except Refused as refused:
                assert not (legal and complete), (move, before.state, refused.code)
                assert Risk.objects.get(pk=risk.pk).chain_seq == before.chain_seq, "a refusal leaves nothing"
                continue
            assert legal and complete, (move, before.state)
            taken += 1
            after = Risk.objects.get(pk=risk.pk)
            assert after.state == (RISK.move(move).target or before.state)
            assert after.score == after.severity * after.likelihood
            assert (after.closed_at is not None) == (after.state == "closed")
            assert after.chain_seq == before.chain_seq + 1
    assert taken >= 1
    assert list(RISKS.check()) == []
    assert Event.objects.filter(subject_kind="risk", subject_id=risk.pk).count() == taken + 1
    assert set(said("risk", risk.pk)) <= set(range(2, taken + 2))


@pytest.mark.parametrize("seed", SEEDS)
def test_rows_are_rebuilt_from_any_life(units: Any, seed: int) -> None:
    dice = random.Random(100 + seed)
    rows = [enter(units, unit=dice.choice(["street", "department"])) for _ in range(4)]
    for _ in range(25):
        move = dice.choice([*MOVES])
        try:
            actions.move_risk(actor=SYSTEM, risk_id=dice.choice(rows).pk, move=move, **given(move, dice))
        except Refused:
            continue
    names = ("state", "severity", "likelihood", "score", "due_on", "review_on", "relieved_at", "closed_at")
    kept = {row.pk: row for row in Risk.objects.all()}
    Risk.objects.update(state="open", severity=1, likelihood=1, score=1, due_on=None, review_on=None)
    changed = len({d.where for d in RISKS.check()})
    assert RISKS.rebuild() == changed and list(RISKS.check()) == []
    for row in Risk.objects.all():
        assert {name: getattr(row, name) for name in names} == {name: getattr(kept[row.pk], name) for name in names}


@pytest.fixture
def dial(monkeypatch: Any, units: Any) -> dict[str, Figure]:
    """A measure that says whatever the test turns it to, watched by one rule: five or more, relieved below three."""
    turned: dict[str, Figure] = {}
    measure = Measure("dial", MEASURES["late_tasks"].label, ("unit",), lambda _span, _by: dict(turned))
    monkeypatch.setitem(MEASURES, "dial", measure)
    row = {
        "code": "dial",
        "zh": "表盘",
        "en": "Dial",
        "measure": "dial",
        "by": "unit",
        "threshold": "5",
        "clear": "3",
        "base": 2,
        "days": 7,
        "kind": "other",
        "severity": 2,
        "likelihood": 2,
    }
    found = rules.parse({"version": 1, "rules": [row]})
    monkeypatch.setattr(watch, "current", lambda: found)
    return turned


@pytest.mark.parametrize("seed", SEEDS)
def test_forty_days_of_random_figures_and_people(dial: dict[str, Figure], units: Any, seed: int) -> None:
    dice = random.Random(seed)
    keys = [str(units[name].pk) for name in ("department", "street", "street2")]
    for day in range(40):
        with clock.at(NOON + timedelta(days=day)):
            for key in keys:
                dial.pop(key, None)
                if dice.random() < 0.9:
                    dial[key] = Figure(Fraction(dice.randint(0, 8)), dice.randint(0, 9))
            first = watch.watch()
            second = watch.watch()
            assert (second.raised, second.relieved, second.back) == (0, 0, 0), "a second look changes nothing"
            assert first.raised <= len(keys)
            _people(dice)
        _holds(keys)
    assert Risk.objects.exists() and list(RISKS.check()) == []


def _people(dice: random.Random) -> None:
    """Now and then somebody handles, relieves or closes something."""
    for risk in Risk.objects.exclude(state="closed"):
        if dice.random() < 0.25:
            move = dice.choice(["handle", "relieve", "close", "accept", "reopen"])
            try:
                actions.move_risk(actor=SYSTEM, risk_id=risk.pk, move=move, **given(move, dice))
            except Refused:
                continue


def _holds(keys: list[str]) -> None:
    for key in keys:
        rows = list(Risk.objects.filter(subject=key))
        assert sum(row.state != "closed" for row in rows) <= 1, "one entry lives at a time"
        windows = [row.window_on for row in rows]
        assert len(windows) == len(set(windows)), "one a window"
        assert all(row.window_on is not None and row.window_on.weekday() == 0 for row in rows)


def test_a_figure_over_too_few_rows_raises_nothing(dial: dict[str, Figure], units: Any) -> None:
    key = str(units["street"].pk)
    for base, raised in ((0, 0), (1, 0), (2, 1)):
        dial[key] = Figure(Fraction(9), base)
        assert watch.watch().raised == raised


def test_an_unknown_subject_is_not_raised(dial: dict[str, Figure], units: Any) -> None:
    from uuid import uuid4

    dial[str(uuid4())] = Figure(Fraction(9), 9)
    assert watch.watch() == watch.Watched() and not Risk.objects.exists()


@pytest.mark.parametrize("seed", SEEDS)
def test_decisions_in_any_order(items: Any, seed: int) -> None:
    dice = random.Random(seed)
    rows = [record(items, dice.choice(["N1", "N2", "N3"])) for _ in range(3)]
    for _ in range(12):
        row, move = dice.choice(rows), dice.choice([each.name for each in SANCTION.moves])
        before = Sanction.objects.get(pk=row.pk).state
        words = dice.choice(["经核实", ""])
        try:
            actions.decide_sanction(actor=SYSTEM, sanction_id=row.pk, move=move, words=words)
        except Refused as refused:
            assert before not in SANCTION.move(move).sources or not words, refused.code
            assert Sanction.objects.get(pk=row.pk).state == before
            continue
        assert before in SANCTION.move(move).sources and words
    assert [str(each) for folded in ALL for each in folded.check()] == []


def test_words_can_be_erased_and_history_stays_whole(units: Any) -> None:
    risk = enter(units)
    actions.move_risk(actor=SYSTEM, risk_id=risk.pk, move="handle", measures="约谈张三", due_on=TODAY, words="张三在场")
    Words.objects.all().delete()
    Risk.objects.update(matter="", measures="", place="")
    assert said("risk", risk.pk) == {} and list(RISKS.check()) == []
    assert not any("张三" in str(after) for after in Event.objects.values_list("after", flat=True))
