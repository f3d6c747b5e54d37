"""Each city of these tests has seals of its own: those of another city would speak of rows that are gone."""

from __future__ import annotations

import shutil

import pytest
from django.conf import settings


@pytest.fixture(autouse=True)
def no_seals_of_another_city() -> None:
    shutil.rmtree(settings.CITY.seals, ignore_errors=True)
