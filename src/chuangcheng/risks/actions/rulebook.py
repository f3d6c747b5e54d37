"""Rules set in the browser: each change is a whole new version, of which the highest is in force."""

from __future__ import annotations

import tomllib
from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.history import outbox, versions
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.risks import rules
from chuangcheng.risks.facts import RULEBOOKS
from chuangcheng.risks.models import Rulebook
from chuangcheng.risks.policies import RULES
from chuangcheng.risks.rule_text import Values, document, with_values


def change_rule(*, actor: Actor, code: str, values: Values, version: int) -> Rulebook:
    """Set what a rule watches for. ``version`` is the one whose values the caller saw.

    Refused: ``common.not_found``, ``risk.rules_moved``, ``risk.same_rules``, ``risk.bad_rules``.
    """
    rights.require_or_system(actor, RULES)
    with transaction.atomic():
        standing = _hold(version)
        standing.rule(code)
        return _keep(actor, with_values(standing, code, values), standing, "changed")


def take_rules(*, actor: Actor, source: bytes) -> Rulebook:
    """A whole set out of a TOML file; its own number of a version does not count. Refused as above."""
    rights.require_or_system(actor, RULES)
    try:
        given = tomllib.loads(source.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused("risk.bad_rules", what=str(error)) from error
    read = rules.parse({"version": 1, **given})
    with transaction.atomic():
        return _keep(actor, document(read), _hold(), "taken")


def put_back(*, actor: Actor, book_id: UUID) -> Rulebook:
    """An older version's values once more, as a new version. Refused as above."""
    rights.require_or_system(actor, RULES)
    with transaction.atomic():
        standing = _hold()
        book = Rulebook.objects.filter(pk=book_id).first()
        if book is None:
            raise Refused("common.not_found")
        return _keep(actor, book.document, standing, "put_back")


def _hold(version: int | None = None) -> rules.Rules:
    """The set in force, which nobody else changes until the end of this transaction."""
    versions.hold(rules.NAME)
    standing = rules.newest()
    if version is not None and version != standing.version:
        raise Refused("risk.rules_moved", version=standing.version)
    return standing


def _keep(actor: Actor, given: dict[str, Any], standing: rules.Rules, verb: str) -> Rulebook:
    made = document(rules.parse({**given, "version": standing.version + 1}))
    if {**made, "version": standing.version} == document(standing):
        raise Refused("risk.same_rules")
    row = Rulebook(version=made["version"], document=made, made_at=clock.now(), made_by_id=actor.person_id)
    RULEBOOKS.begin(row, actor, verb=verb)
    versions.bump(rules.NAME)
    outbox.emit("risk.rules_changed", ("rulebook", row.pk))
    return row
