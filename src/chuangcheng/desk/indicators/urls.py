"""Addresses of pages of indicators and readings."""

from __future__ import annotations

from django.urls import path

from chuangcheng.desk.indicators import editing, pages, readings

urlpatterns = [
    path("indicators/", pages.indicator_list, name="indicators"),
    path("indicators/new/", editing.new, name="indicator_new"),
    path("indicators/mine/", readings.mine, name="readings_mine"),
    path("indicators/late/", readings.late, name="readings_late"),
    path("indicators/readings/", readings.reading_list, name="readings"),
    path("indicators/doubts/", readings.doubt_list, name="doubts"),
    path("indicators/doubts/<uuid:doubt_id>/moves/<slug:name>/", readings.doubt_move, name="doubt_move"),
    path("indicators/<str:code>/edit/", editing.edit, name="indicator_edit"),
    path("indicators/<str:code>/", pages.indicator_page, name="indicator"),
]
