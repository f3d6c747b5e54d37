"""Registers the hall: shared components of all pages."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The hall."""

    name = "chuangcheng.web"
    label = "web"
