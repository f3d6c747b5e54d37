"""Training by a command: rows and corrections in, one file in the home out, the processes notice within two seconds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from chuangcheng.cases.triage import rows, store, workbook
from chuangcheng.cases.triage.pairs import tell_apart
from chuangcheng.framework import selectors as framework
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.triage import learning
from chuangcheng.kernel.triage.evaluation import Evaluation, evaluate
from chuangcheng.kernel.triage.learning import Example, TooFew
from chuangcheng.kernel.triage.model import Model
from chuangcheng.people import rights

Progress = Callable[[int, int], None]


def quiet(_done: int, _total: int) -> None:
    """Progress that nobody watches."""


def material(files: tuple[Path, ...] = ()) -> tuple[list[Example], dict[str, int]]:
    """All there is to learn from, and how much of it comes from where. A workbook's categories are known by code or by
    name; rows of an unknown category are left out and counted."""
    confirmed, definitions = rows.examples(), rows.definitions()
    known = {name: one.code for one in framework.categories() if one.kind == "matter" for name in (one.zh, one.code)}
    brought = [one for file in files for one in workbook.examples(file)]
    mapped = [
        Example(one.text, known[one.label], f"file:{one.group}" if one.group else "")
        for one in brought
        if one.label in known
    ]
    counts = {
        "confirmed": len(confirmed), "corrections": sum(one.weight > 1 for one in confirmed),
        "brought": len(mapped), "unknown": len(brought) - len(mapped), "definitions": len(definitions),
    }  # fmt: skip
    return [*confirmed, *mapped, *definitions], counts


def train(*, actor: Actor, files: tuple[Path, ...] = (), progress: Progress = quiet) -> Model:
    """Learn a new model and put it into force. Refuses ``triage.too_few`` and leaves the old one then."""
    rights.require_or_system(actor, "framework.edit")
    examples, counts = material(files)
    old = _old_version()
    about: dict[str, Any] = {
        "version": old + 1, "trained_at": clock.now().isoformat(), "from": counts, "quality": None,
        "rules": judge_rules(examples),
    }  # fmt: skip
    try:
        if sum(not one.prior for one in examples) >= learning.STAND_IN_BELOW:
            about["quality"] = _quality(evaluate(examples, progress=progress))
        learned = learning.train(examples, about=about)
    except TooFew as error:
        raise Refused("triage.too_few", rows=len(examples)) from error
    store.put(learned)
    return learned


def judge_rules(examples: list[Example]) -> dict[str, list[int]]:
    """How often the rules of close pairs named each code for a message of their pair, and how often that was right."""
    found: dict[str, list[int]] = {}
    for one in examples:
        told = None if one.prior else tell_apart(one.text, (one.label,))
        if told:
            counts = found.setdefault(told.code, [0, 0])
            counts[0] += 1
            counts[1] += told.code == one.label
    return found


def _old_version() -> int:
    try:
        old = store.current()
    except ValueError:
        return 0
    return int(old.about.get("version", 0)) if old else 0


def _quality(found: Evaluation) -> dict[str, Any]:
    plain = found.as_json()
    plain["calibration"] = [asdict(one) for one in found.calibration]
    return {name: plain[name] for name in plain if name != "chosen"}
