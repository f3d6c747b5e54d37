"""Addresses of pages of scores."""

from __future__ import annotations

from django.urls import path

from chuangcheng.desk.scoring import scores

urlpatterns = [
    path("scores/", scores.overview, name="scores"),
    path("scores/units/", scores.units, name="score_units"),
    path("scores/standards/<str:code>/", scores.score_page, name="score"),
    path("league/", scores.league, name="league"),
    path("league/<slug:code>/<slug:part>/", scores.league_row, name="league_row"),
]
