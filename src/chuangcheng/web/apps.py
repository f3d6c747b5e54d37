"""Registers the hall: shared components of all pages."""

from importlib import import_module

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The hall."""

    name = "chuangcheng.web"
    label = "web"

    def ready(self) -> None:
        """Exports of lists are jobs that the worker does."""
        import_module("chuangcheng.web.tables.ordered")
