"""Addresses of the citizens' pages."""

from __future__ import annotations

from django.urls import path

from chuangcheng.portal import photos, sending, shops, views, windows

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("sw.js", sending.service_worker, name="service-worker"),
    path("report/", sending.report, name="report"),
    path("report/areas.json", sending.areas, name="areas"),
    path("mine/", sending.mine, name="mine"),
    path("privacy/", sending.notice, name="privacy"),
    path("privacy/<str:version>/", sending.notice, name="privacy-version"),
    path("shop/<uuid:shop_id>/", shops.shop, name="shop"),
    path("window/<uuid:site_id>/", windows.window, name="window"),
    path("track/", views.find, name="find"),
    path("photo/<uuid:photo_id>/", photos.photo, name="photo"),
    path("track/<uuid:report_id>/", views.track, name="track"),
    path("track/<uuid:report_id>/withdraw/", views.withdraw, name="withdraw"),
    path("track/<uuid:report_id>/object/", views.object_once, name="object"),
    path("track/<uuid:report_id>/rate/", views.rate, name="rate"),
    path("track/<uuid:report_id>/reopen/", views.plead, name="plead"),
    path("watch/<uuid:watch_id>/", views.watch, name="watch"),
]
