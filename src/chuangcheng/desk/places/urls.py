"""Addresses of pages of divisions."""

from __future__ import annotations

from django.urls import path

from chuangcheng.desk.places import divisions

urlpatterns = [
    path("places/", divisions.division_list, name="places"),
]
