"""Reading the steps of a case: for its page, and how far it is in words that a reporter understands."""

from __future__ import annotations

from dataclasses import dataclass

from chuangcheng.cases.models import Case, SubStep


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a case is: ``done`` of ``total`` steps."""

    done: int
    total: int

    @property
    def at(self) -> int:
        """The number of the step under way; the last one when all are done."""
        return min(self.done + 1, self.total)

    @property
    def complete(self) -> bool:
        """Whether every step is done."""
        return self.done == self.total


def of_case(case: Case) -> list[SubStep]:
    """The steps in their order, those that fell away left out."""
    found = [one for one in case.substeps.all() if one.state != "dropped"]
    return sorted(found, key=lambda one: (one.place, one.pk))


def progress(case: Case) -> Progress | None:
    """How far it is; None for a case without steps."""
    states = [one.state for one in of_case(case)]
    return Progress(states.count("done"), len(states)) if states else None
