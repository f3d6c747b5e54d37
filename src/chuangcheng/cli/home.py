"""Opening a home: the environment must name it before Django's settings are read."""

from __future__ import annotations

import argparse
import os

from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.settings import Settings, default_home, load


def choose(options: argparse.Namespace) -> None:
    """Put ``--home`` and ``--database`` into the environment, for this process and its children."""
    if getattr(options, "home", None):
        os.environ["CHUANGCHENG_HOME"] = str(options.home.resolve())
    os.environ.setdefault("CHUANGCHENG_HOME", str(default_home()))
    if getattr(options, "database", None):
        os.environ["CHUANGCHENG_DATABASE_URL"] = options.database


def settings() -> Settings:
    """The chosen home's settings, read without Django; a wrong value is ``operations.bad_setting``."""
    try:
        return load()
    except (ValueError, TypeError) as error:
        raise Refused("operations.bad_setting", reason=str(error)) from error


def open_home() -> Settings:
    """Start Django on the chosen home."""
    found = settings()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chuangcheng.config.django")
    import django
    from django.utils import translation

    try:
        django.setup()
    except ValueError as error:
        raise Refused("operations.bad_setting", reason=str(error)) from error
    translation.activate(found.language)
    return found


def open_ready_home() -> Settings:
    """Start Django on a home whose database is up to date; ``operations.pending_migrations`` otherwise."""
    found = open_home()
    from chuangcheng.worker import migrating

    if migrating.pending():
        raise Refused("operations.pending_migrations")
    return found
