"""What citizens do after they have reported, and instead of reporting: rate, plead to reopen, "me too"."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from chuangcheng.cases import policies
from chuangcheng.cases.actions.dispatch import reopen_case
from chuangcheng.cases.locks import lock_report
from chuangcheng.cases.models import Case, Report, Watch
from chuangcheng.cases.nearby import public_open
from chuangcheng.cases.obligations import is_asked_elsewhere
from chuangcheng.cases.receipts import is_code_of
from chuangcheng.cases.states import DECLINES, PLEA, PLEA_VERBS
from chuangcheng.cases.steps import Step, amend, write
from chuangcheng.history.secrets import digest_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN, Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.people import rights

STARS = range(1, 6)
MAX_WORDS = 1000


def rate_report(*, report_id: UUID, code: str, stars: int, words: str = "") -> Report:
    """The reporter says how it went, 1 to 5, once, after the case was closed. Whom 12345 calls back is not asked by us
    as well (``report.asked_elsewhere``)."""
    if stars not in STARS:
        raise Refused("report.bad_rating")
    _check_words(words)
    with transaction.atomic():
        report = _closed(report_id, code)
        if is_asked_elsewhere(report):
            raise Refused("report.asked_elsewhere")
        if report.rating is not None:
            raise Refused("report.rated_already")
        report.rating_text = words.strip()
        changes = {"rating": stars, "rated_at": clock.now()}
        facts = {"words": digest_of("report.rating", report.rating_text)} if report.rating_text else {}
        _write(amend(report, "rated", CITIZEN, changes=changes, facts=facts, topic="report.rated"), "rating_text")
    return report


def ask_reopen(*, report_id: UUID, code: str, words: str) -> Report:
    """The reporter finds the trouble not gone: the office decides whether the case is taken up again. Within
    ``plea_days`` after closure."""
    _check_words(words)
    with transaction.atomic():
        report = _closed(report_id, code)
        state = PLEA.next(report.plea_state, "ask_reopen", note=words.strip())
        now = clock.now()
        closed = report.case.closed_at if report.case else None
        if closed is None or now > closed + timedelta(days=settings.CITY.plea_days):
            raise Refused("report.plea_too_late", days=settings.CITY.plea_days)
        report.plea_text = words.strip()
        changes = {"plea_state": state, "plea_at": now, "plea_reason": ""}
        facts = {"words": digest_of("report.plea", report.plea_text)}
        verb, topic = PLEA_VERBS["ask_reopen"]
        _write(amend(report, verb, CITIZEN, changes=changes, facts=facts, topic=topic), "plea_text")
    return report


def grant_reopen(*, actor: Actor, report_id: UUID) -> Report:
    """The office takes the case up again, unless that has happened meanwhile."""
    with transaction.atomic():
        report = _plea(actor, report_id, "grant_reopen")
        if report.case and report.case.state == "closed":
            reopen_case(actor=actor, case_id=report.case.pk, reason_code="citizen_unhappy")
        _decide(report, actor, "grant_reopen")
    return report


def decline_reopen(*, actor: Actor, report_id: UUID, reason_code: str) -> Report:
    """The office does not take it up again; the reporter reads why."""
    with transaction.atomic():
        report = _plea(actor, report_id, "decline_reopen")
        if reason_code not in DECLINES:
            raise Refused("report.unknown_reason")
        _decide(report, actor, "decline_reopen", reason_code)
    return report


def watch_case(*, watch_id: UUID, case_id: UUID, phone: str) -> tuple[Watch, bool]:
    """ "Me too" by a phone of the random name ``phone``. The same id again answers with the stored row and False; the
    same phone under another id is refused (``case.watched_already``)."""
    voter = digest_of("watch", phone)
    with transaction.atomic():
        case = _watchable(case_id)
        stored = Watch.objects.select_related("case").filter(pk=watch_id).first()
        if stored:
            if stored.case_id not in (case_id, case and case.pk) or stored.voter != voter:
                raise Refused("common.different_body")
            return stored, False
        if case is None:
            raise Refused("common.not_found")
        watch = Watch(pk=watch_id, case=case, voter=voter, at=clock.now())
        try:
            with transaction.atomic():
                watch.save(force_insert=True)
        except IntegrityError as error:
            raise Refused("case.watched_already") from error
        write(amend(case, "watched", CITIZEN, facts={"watch": str(watch.pk)}))
    return watch, True


def _watchable(case_id: UUID) -> Case | None:
    """The open public case, locked; for one that was merged the one that stands for it."""
    rows = Case.objects.select_for_update(of=("self",)).filter(public_open())
    case = rows.filter(pk=case_id).first()
    if case is None:
        into = Case.objects.filter(pk=case_id).values_list("merged_into", flat=True).first()
        case = rows.filter(pk=into).first() if into else None
    return case


def _closed(report_id: UUID, code: str) -> Report:
    """The locked report of a closed case, for the receipt's holder."""
    rows = Report.objects.select_for_update(of=("self",)).select_related("case")
    report = rows.filter(pk=report_id).first()
    if report is None:
        raise Refused("common.not_found")
    if not is_code_of(report_id, code):
        raise Refused("report.wrong_code")
    if report.case is None or report.case.state != "closed":
        raise Refused("report.not_closed")
    return report


def _plea(actor: Actor, report_id: UUID, move: str) -> Report:
    """The locked report whose plea the actor may decide."""
    post = rights.require(actor, PLEA.move(move).permission)
    report = lock_report(actor, report_id)
    PLEA.next(report.plea_state, move, reason_code="x")
    if not policies.reaches(post, report.case or report):
        raise Refused("report.not_in_area")
    return report


def _decide(report: Report, actor: Actor, move: str, reason: str = "") -> None:
    state = PLEA.next(report.plea_state, move, reason_code=reason)
    verb, topic = PLEA_VERBS[move]
    changes = {"plea_state": state, "plea_reason": reason}
    write(amend(report, verb, actor, changes=changes, reason=reason, topic=topic))


def _write(taken: Step, words: str) -> None:
    """A step together with the free words beside it, which history does not hold."""
    taken.fields = (*taken.fields, words)
    write(taken)


def _check_words(words: str) -> None:
    if len(words) > MAX_WORDS or "\0" in words:
        raise Refused(
            "common.invalid",
            fields=(FieldProblem("words", "length", Label(f"最多 {MAX_WORDS} 字", f"At most {MAX_WORDS} characters")),),
        )
