"""Addresses of pages of the title's cycle."""

from __future__ import annotations

from django.urls import path

from chuangcheng.desk.cycle import moves, pages

urlpatterns = [
    path("cycle/", pages.cycle_page, name="cycle"),
    path("cycle/new/", moves.cycle_new, name="cycle_new"),
    path("cycle/<uuid:cycle_id>/", pages.cycle_page, name="cycle_of"),
    path("cycle/<uuid:cycle_id>/moves/<slug:name>/", moves.cycle_move, name="cycle_move"),
    path("cycle/phases/<uuid:phase_id>/", pages.phase_page, name="phase"),
    path("cycle/phases/<uuid:phase_id>/moves/<slug:name>/", moves.phase_move, name="phase_move"),
    path("cycle/demands/<uuid:demand_id>/moves/<slug:name>/", moves.demand_move, name="demand_move"),
    path("cycle/freezes/<uuid:freeze_id>/lift/", moves.freeze_lift, name="freeze_lift"),
]
