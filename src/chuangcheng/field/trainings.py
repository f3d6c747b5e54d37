"""Signing in at a training session: the phone reads the code on the screen, one button."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chuangcheng.kernel.problems import Refused
from chuangcheng.library import actions, sign_in
from chuangcheng.web.pages import SIGNED_IN, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest


@page(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def sign(request: StaffRequest, code: str) -> HttpResponse:
    """What the session is, and the button while sign-in is open; whoever has signed in sees when."""
    training = sign_in.training_of(code)
    if request.method == "POST":
        _row, new = actions.sign_in_by_code(actor=request.actor, code=code)
        messages.success(request, _("签到成功") if new else _("您已经签到过了"))
        return redirect("field:training_sign", code=code)
    context: dict[str, Any] = {"here": "", "row": training, "code": code, "window": sign_in.window(training)}
    context["mine"] = training.attendances.filter(person=request.actor.person_id).first()
    try:
        sign_in.check_open(training)
        sign_in.check_fresh(training, code)
    except Refused as refused:
        context["shut"] = refused.message(language())
    return render(request, "field/training.html", context)
