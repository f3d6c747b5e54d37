"""The words of reports and cases as a reader may see them (law 12).

Telephone numbers, identity numbers and car plates are covered for everybody but those who work on the matter: the
people of the unit that holds the open case, and the triage clerk who may see contacts while the report waits. Who may
see contacts besides asks for the words, and the look is a history row (:func:`chuangcheng.cases.actions.see_words`).
Lists, exports, maps and everything outside cover them for everybody: :func:`masked`.
"""

from __future__ import annotations

from chuangcheng.cases import policies
from chuangcheng.cases.models import Case, Report
from chuangcheng.cases.states import CASE, REPORT
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.text import mask
from chuangcheng.people import rights

Row = Case | Report


def masked(words: str | None) -> str:
    """``words`` with what names a person covered; for lists, exports and everybody outside."""
    return mask(words) if words else ""


def text_for(actor: Actor, row: Row) -> str:
    """The text of a report or case as the actor reads it on its page."""
    return words_for(actor, row, row.text)


def words_for(actor: Actor, row: Row, words: str) -> str:
    """Any other words said about the row (a remark, a rating, a plea), as the actor reads them."""
    covered = masked(words)
    return words if covered != words and reads_plain(actor, row) else covered


def hides(actor: Actor, row: Row, *words: str) -> bool:
    """Whether something of the row's text, or of these words, is covered for the actor."""
    return any(masked(one) != one for one in (row.text, *words)) and not reads_plain(actor, row)


def reads_plain(actor: Actor, row: Row) -> bool:
    """Whether the actor works on the matter. Who wrote a report reads their own words, too."""
    return _of_case(actor, row) if isinstance(row, Case) else _of_report(actor, row)


def _of_case(actor: Actor, case: Case) -> bool:
    post = rights.post_of(actor)
    if post is None or case.state not in CASE.open_states():
        return False
    if case.holder_id is None:
        return _sees_contacts(actor, case, "cases.dispatch")
    if not policies.holds(post, "cases.handle"):
        return False
    return case.holder_id == post.unit_id or case.assignments.filter(unit=post.unit_id, state="open").exists()


def _of_report(actor: Actor, report: Report) -> bool:
    if actor.person_id is not None and report.reporter_id == actor.person_id:
        return True
    if report.state in REPORT.open_states():
        return _sees_contacts(actor, report, "reports.triage")
    return report.case is not None and _of_case(actor, report.case)


def _sees_contacts(actor: Actor, row: Row, permission: str) -> bool:
    post = rights.post_of(actor)
    allowed = post is not None and all(policies.holds(post, one) for one in (permission, "reports.contact"))
    return allowed and post is not None and policies.reaches(post, row)
