"""Addresses of the hall: preferences and the style page."""

from __future__ import annotations

from django.urls import path

from chuangcheng.web import preferences, style

app_name = "web"
urlpatterns = [
    path("preferences/language/", preferences.set_language, name="language"),
    path("preferences/post/", preferences.switch_post, name="switch_post"),
    path("preferences/", preferences.set_preference, name="preference"),
    path("style/", style.style_page, name="style"),
]
