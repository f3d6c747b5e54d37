"""Notices: opening one marks it read and leads to what it is about."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from chuangcheng.notices import actions
from chuangcheng.web.pages import SIGNED_IN, page
from chuangcheng.web.signed_in import StaffRequest


@page(SIGNED_IN)
def open_notice(request: StaffRequest, notice_id: UUID) -> HttpResponse:
    """Only one's own notice can be opened; anything else is not found."""
    notice = actions.mark_read(actor=request.actor, notice_id=notice_id)
    if notice.url and url_has_allowed_host_and_scheme(notice.url, {request.get_host()}):
        return redirect(notice.url)
    return redirect("desk:home")
