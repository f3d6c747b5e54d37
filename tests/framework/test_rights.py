"""Every change of the framework, tried by everybody: the office and the system may, nobody else, and a refusal leaves
no trace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chuangcheng.framework import actions, selectors
from chuangcheng.framework.models import Category, Duty, Edition, TimeRule
from chuangcheng.history.models import Event, Outbox
from chuangcheng.kernel.actor import CITIZEN, SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from tests.framework.editions import small

ROLES = ["leader", "subcommand", "district", "department", "street", "street2", "community", "grid", "inspector",
         "auditor"]  # fmt: skip
NAMES = ["load", "load_sample", "publish", "assign", "assign_by_role", "categories", "time_rules"]
Attempt = Callable[[Actor], object]


@pytest.fixture
def attempts(small_city: Any) -> dict[str, Attempt]:
    """One call of each action that would change something."""
    edition = actions.load_edition(actor=SYSTEM, document=small())
    standard = edition.standards.select_related("edition").get(code="F-1-1-1")
    category = {**small()["categories"][2], "zh": "改名"}
    rule = {**small()["time_rules"][0], "amount": "3"}
    return {
        "load": lambda actor: actions.load_edition(actor=actor, document={**small(), "code": "OTHER"}),
        "load_sample": lambda actor: actions.load_sample(actor=actor),
        "publish": lambda actor: actions.publish_edition(actor=actor, edition=edition),
        "assign": lambda actor: actions.assign_duty(
            actor=actor, standard=standard, unit=small_city.units["street"], kind="support"
        ),
        "assign_by_role": lambda actor: actions.assign_by_role(actor=actor, edition=edition),
        "categories": lambda actor: actions.save_categories(actor=actor, rows=[category]),
        "time_rules": lambda actor: actions.save_time_rules(actor=actor, rows=[rule]),
    }


def footprint() -> tuple[Any, ...]:
    """Everything that one of the actions could have changed."""
    return (
        Event.objects.count(), Outbox.objects.count(), Duty.objects.count(), TimeRule.objects.count(),
        sorted(Edition.objects.values_list("code", "state", "chain_seq")),
        sorted(Category.objects.values_list("code", "zh")),
    )  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_office_and_the_system_may(attempts: dict[str, Attempt], personas: dict[str, Actor], name: str) -> None:
    before = footprint()
    attempts[name](personas["office"])
    assert footprint() != before


@pytest.mark.parametrize("name", NAMES)
def test_nobody_else_may_and_nothing_is_left(
    attempts: dict[str, Attempt], personas: dict[str, Actor], name: str
) -> None:
    before = footprint()
    for actor in [*(personas[role] for role in ROLES), CITIZEN]:
        with pytest.raises(Refused, match=r"common\.not_allowed"):
            attempts[name](actor)
    assert footprint() == before
    attempts[name](SYSTEM)
    assert footprint() != before


def test_a_refused_draft_is_not_even_read_as_current(attempts: dict[str, Attempt], personas: dict[str, Actor]) -> None:
    with pytest.raises(Refused):
        attempts["publish"](personas["leader"])
    assert selectors.current_edition() is None
    attempts["publish"](personas["office"])
    assert selectors.current_edition() is not None


def test_history_says_who_did_it(attempts: dict[str, Attempt], personas: dict[str, Actor]) -> None:
    office = personas["office"]
    for name in ("publish", "assign", "assign_by_role"):
        attempts[name](office)
    told = Event.objects.exclude(action="edition.loaded")
    assert set(told.values_list("actor_person", "actor_post", "actor_label")) == {
        (office.person_id, office.post_id, office.label)
    }
    assert Event.objects.get(action="edition.loaded").actor_person is None


# --- what each state of an edition allows: draft, published, frozen --------------------------------------------------


def other_words() -> dict[str, Any]:
    document = small()
    document["note_zh"] = "改过的说明"
    return document


def in_state(state: str) -> Edition:
    """The edition TEST-1, brought to a state by actions alone."""
    edition = actions.load_edition(actor=SYSTEM, document=small())
    if state != "draft":
        actions.publish_edition(actor=SYSTEM, edition=edition)
    if state == "frozen":
        following = actions.load_edition(actor=SYSTEM, document={**small(), "code": "TEST-2"})
        actions.publish_edition(actor=SYSTEM, edition=following)
    return Edition.objects.get(code="TEST-1")


MOVES: dict[str, Callable[[Edition, Any], object]] = {
    "load again": lambda edition, city: actions.load_edition(actor=SYSTEM, document=small()),
    "load other words": lambda edition, city: actions.load_edition(actor=SYSTEM, document=other_words()),
    "publish": lambda edition, city: actions.publish_edition(actor=SYSTEM, edition=edition),
    "assign": lambda edition, city: actions.assign_duty(
        actor=SYSTEM, standard=edition.standards.select_related("edition").first(), unit=city.units["street"],
        kind="lead",
    ),
    "assign by role": lambda edition, city: actions.assign_by_role(actor=SYSTEM, edition=edition),
}  # fmt: skip


@pytest.mark.parametrize(
    ("state", "move", "answer"),
    [
        ("draft", "load again", "draft"), ("draft", "load other words", "draft"), ("draft", "publish", "published"),
        ("draft", "assign", "draft"), ("draft", "assign by role", "draft"),
        ("published", "load again", "published"), ("published", "load other words", "framework.not_draft"),
        ("published", "publish", "published"), ("published", "assign", "published"),
        ("published", "assign by role", "published"),
        ("frozen", "load again", "frozen"), ("frozen", "load other words", "framework.not_draft"),
        ("frozen", "publish", "framework.frozen"), ("frozen", "assign", "framework.frozen"),
        ("frozen", "assign by role", "framework.frozen"),
    ],
)  # fmt: skip
def test_what_each_state_allows(small_city: Any, state: str, move: str, answer: str) -> None:
    edition = in_state(state)
    assert edition.state == state
    before = footprint()
    if "." in answer:
        with pytest.raises(Refused) as caught:
            MOVES[move](edition, small_city)
        assert caught.value.code == answer
        assert footprint() == before
    else:
        MOVES[move](edition, small_city)
        assert Edition.objects.get(code="TEST-1").state == answer
        assert (footprint() == before) == (move == "load again" or (state, move) == ("published", "publish"))
