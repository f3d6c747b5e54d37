"""Addresses of the citizens' pages."""

from __future__ import annotations

from django.urls import path

from chuangcheng.portal import views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("report/", views.report, name="report"),
    path("track/", views.find, name="find"),
    path("track/<uuid:report_id>/", views.track, name="track"),
    path("track/<uuid:report_id>/withdraw/", views.withdraw, name="withdraw"),
    path("track/<uuid:report_id>/object/", views.object_once, name="object"),
]
