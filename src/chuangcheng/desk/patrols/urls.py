"""Addresses of pages of visits."""

from __future__ import annotations

from django.urls import path

from chuangcheng.desk.patrols import visits

urlpatterns = [
    path("visits/", visits.visit_list, name="visits"),
    path("visits/<uuid:visit_id>/", visits.visit_page, name="visit"),
    path("visits/<uuid:visit_id>/moves/<slug:name>/", visits.visit_move, name="visit_move"),
]
