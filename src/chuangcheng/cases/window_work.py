"""Complaints at service windows: a report for the city's office, then a case with the unit above the one that runs
the window. That unit itself neither sees the report nor may hold the case."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from chuangcheng.cases.actions.dispatch import dispatch_case
from chuangcheng.cases.actions.reports import create_report
from chuangcheng.cases.actions.triage import file_report
from chuangcheng.cases.inputs import ReportInput
from chuangcheng.cases.models import Case, Report, Source
from chuangcheng.kernel.actor import CITIZEN, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.sites.models import Aspect, Site, Tone, Voice
from chuangcheng.sites.windows import selectors
from chuangcheng.sites.windows.actions import check_voice, hear_voice


def receive_voice(
    *, voice_id: UUID, site: Site, tone: str, aspect: str, text: str, about_person: bool = False,
    contact_name: str = "", contact_phone: str = "", privacy_version: str = "",
) -> tuple[Voice | None, Report | None]:  # fmt: skip
    """Praise is kept; a complaint about service becomes a report besides. The report has no place on the map: what has
    none is the city office's affair, so that nobody in the window's own area reads it. A complaint about a person is a
    report that leaves for 12345, petitions or discipline (``cases.complaints``) and leaves no word at the window. The
    same id again changes nothing."""
    said = check_voice(site=site, tone=tone, aspect=aspect, text=text)
    about = Aspect(aspect).label
    given = ReportInput(
        id=voice_id, text=f"【窗口服务·{about}】{said}", source=Source.WINDOW, address=f"窗口：{site.name}"[:200],
        contact_name=contact_name, contact_phone=contact_phone, privacy_version=privacy_version,
        complaint=about_person,
    )  # fmt: skip
    with transaction.atomic():
        if tone != Tone.COMPLAINT:
            return hear_voice(voice_id=voice_id, site=site, tone=tone, aspect=aspect, text=text)[0], None
        report, _ = create_report(actor=CITIZEN, given=given)
        if about_person:
            return None, report
        voice, _ = hear_voice(voice_id=voice_id, site=site, tone=tone, aspect=aspect, text=text, report_id=report.pk)
    return voice, report


def hand_to_superior(*, actor: Actor, report_id: UUID) -> Case:
    """File the complaint and dispatch it to the unit above. Refused: ``window.no_superior``, and whatever filing and
    dispatching refuse."""
    window = selectors.window_of(report_id)
    if window is None:
        raise Refused("common.not_found")
    above = selectors.superior_of(window.unit)
    if above is None:
        raise Refused("window.no_superior", unit=window.unit.short_name)
    with transaction.atomic():
        case = file_report(actor=actor, report_id=report_id)
        return dispatch_case(actor=actor, case_id=case.pk, unit_id=above.pk)
