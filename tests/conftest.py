"""A home of its own for every test run, a small fictional city, and one person for each role."""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

# One for each process of the run: what a test writes there must not be read by another beside it.
HOME = Path(tempfile.mkdtemp(prefix="chuangcheng-test-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
os.environ["CHUANGCHENG_HOME"] = str(HOME)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chuangcheng.config.django")
os.environ.setdefault("CHUANGCHENG_RATE_LIMITS", "off")

import hypothesis  # noqa: E402
import pytest  # noqa: E402
from django.conf import settings  # noqa: E402

from tests import tables  # noqa: E402

# Settings named in pyproject.toml would be read before this file, and the tests would run in ./home.
assert settings.DATABASES

# A busy machine is slow at times; that is no failure.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")
# Nearly all that a test makes is freed by counting; looking for rings after every 700 objects costs a tenth of the run.
gc.set_threshold(50_000, 20, 20)

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
NOON = datetime(2026, 9, 15, 4, 0, tzinfo=UTC)  # Tuesday, 12:00 in the city


STRICT = os.environ.get("CHUANGCHENG_TEST_STRICT") == "1"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In the full run nothing may be missing: a skip for want of a browser, a database or data is a failure."""
    report = yield
    if STRICT and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in the full run: {report.longrepr}"
    return report


#: What gives a test the run's database; ``_migrated`` is a home on its server (tests/history/conftest.py).
DATABASE = frozenset({"db", "transactional_db", "_migrated"})


def asks_the_database(item: pytest.Item) -> bool:
    """Whether any row of the run's own database can be read or written by this test."""
    marked = any(item.get_closest_marker(name) for name in ("django_db", "postgres"))
    return marked or not DATABASE.isdisjoint(getattr(item, "fixturenames", ()))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Files with slow tests come first, so that no process ends with one while the other has nothing left to do.

    Tests marked ``postgres`` run only where the run's database is one. There, a test that cannot reach the database
    (pure rules, words, translations, commands on homes of their own, which are on SQLite) would prove nothing that
    the run on SQLite has not: it is left out, by what it asks for and not by a list that somebody has to keep.
    """
    slow = {item.path for item in items if item.get_closest_marker("full") or item.get_closest_marker("browser")}
    items.sort(key=lambda item: item.path not in slow)
    if settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        config.hook.pytest_deselected(items=[item for item in items if not asks_the_database(item)])
        items[:] = [item for item in items if asks_the_database(item)]
        return
    for item in items:
        if item.get_closest_marker("postgres"):
            item.add_marker(pytest.mark.skip(reason="the database is not PostgreSQL"))


def square(lon: float, lat: float, size: float) -> dict[str, object]:
    """A GeoJSON square whose lower left corner is (lon, lat), ``size`` degrees wide."""
    ring = [[lon, lat], [lon + size, lat], [lon + size, lat + size], [lon, lat + size], [lon, lat]]
    return {"type": "Polygon", "coordinates": [ring]}


@dataclass
class City:
    """The rows of the small city: one district, two streets, three communities, four grids, six units."""

    city: object
    district: object
    streets: list[object]
    communities: list[object]
    grids: list[object]
    units: dict[str, object]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """The run's database begins as a copy of the tables (:mod:`tests.tables`), so that Django finds nothing to do."""
    from django.db import connection

    if connection.vendor == "postgresql":
        connection.settings_dict["TEST"]["TEMPLATE"] = tables.database(os.environ["CHUANGCHENG_DATABASE_URL"])
        yield
        return
    creation: Any = connection.creation
    make = creation._create_test_db
    with contextlib.ExitStack() as opened:

        def filled(*given: object) -> str:
            name: str = make(*given)
            opened.enter_context(contextlib.closing(tables.fill(name)))
            return name

        creation._create_test_db = filled
        yield


@pytest.fixture(scope="session", autouse=True)
def empty_index() -> None:
    """A flush after a test that commits also empties the search indexes, of whose tables Django knows nothing."""
    from django.db.models.signals import post_migrate

    def forget(sender: object, **_more: object) -> None:
        room = getattr(sender, "label", "")
        if room in {"cases", "library"}:
            importlib.import_module(f"chuangcheng.{room}.search").rebuild()

    post_migrate.connect(forget, weak=False)


@pytest.fixture(scope="session", autouse=True)
def patient_caches() -> Iterator[None]:
    """What a process keeps for seconds it keeps for the whole run: on a busy machine no test counts a query more."""
    from chuangcheng.history import versions
    from chuangcheng.people import rights

    with pytest.MonkeyPatch.context() as patch, rights.posts_kept(86_400):
        patch.setattr(versions, "CHECK_EVERY", 86_400.0)
        yield


@pytest.fixture(autouse=True)
def fresh_process() -> None:
    """Caches and blocks of numbers belong to one test's database; a page's language ends with its test."""
    from django.utils import translation

    from chuangcheng.history import numbers, versions

    translation.activate(settings.LANGUAGE_CODE)

    numbers.forget()
    versions.forget()


@pytest.fixture
def small_city(db: None) -> City:
    """City 990100 › district 990101 › streets 001 and 002 › communities › grids of 0.01° squares from (120.0, 30.0)."""
    from chuangcheng.people.models import Unit
    from chuangcheng.places.models import Division, Grid

    def division(
        code: str, name: str, level: str, parent: Division | None, box: tuple[float, float, float]
    ) -> Division:
        lon, lat, size = box
        return Division.objects.create(
            code=code, name=name, level=level, parent=parent, path=(parent.path if parent else "") + code + "/",
            boundary=square(lon, lat, size), lon=lon + size / 2, lat=lat + size / 2,
        )  # fmt: skip

    city = division("990100", "云岭市", "city", None, (120.0, 30.0, 0.04))
    district = division("990101", "东山区", "district", city, (120.0, 30.0, 0.04))
    streets = [
        division("990101001", "河东街道", "street", district, (120.0, 30.0, 0.02)),
        division("990101002", "河西街道", "street", district, (120.02, 30.0, 0.02)),
    ]
    communities = [
        division("990101001001", "永安社区", "community", streets[0], (120.0, 30.0, 0.01)),
        division("990101001002", "长乐社区", "community", streets[0], (120.01, 30.0, 0.01)),
        division("990101002001", "新华社区", "community", streets[1], (120.02, 30.0, 0.01)),
    ]
    grids = [
        Grid.objects.create(
            code=f"{community.code}{number:03d}", name=f"{community.name}第{number}网格", division=community,
            boundary=square(lon, 30.0, 0.01 if len(cells) == 1 else 0.005), lon=lon + 0.002, lat=30.002,
        )
        for community, cells in zip(communities, ([120.0, 120.005], [120.01], [120.02]), strict=True)
        for number, lon in enumerate(cells, 1)
    ]  # fmt: skip

    def unit(code: str, name: str, kind: str, order: int, **more: object) -> Unit:
        return Unit.objects.create(code=code, name=name, short_name=name, kind=kind, official_order=order, **more)

    office = unit("U-CCB", "创城办", "office", 1, role_code="civilization_office", division=city)
    units = {
        "office": office,
        "subcommand": unit("U-FZH1", "环境卫生分指挥部", "subcommand", 2, parent=office),
        "district": unit("U-990101", "东山区创城办", "district", 10, division=district, group="district"),
        "department": unit("U-CGJ", "城市管理局", "department", 20, role_code="urban_management", group="city"),
        "street": unit("U-990101001", "河东街道", "street", 40, division=streets[0], group="street",
                       role_code="subdistrict"),
        "street2": unit("U-990101002", "河西街道", "street", 41, division=streets[1], group="street",
                        role_code="subdistrict"),
        "community": unit("U-990101001001", "永安社区", "community", 60, division=communities[0]),
    }  # fmt: skip
    return City(city, district, streets, communities, grids, units)


@pytest.fixture
def personas(small_city: City) -> dict[str, object]:
    """One :class:`~chuangcheng.kernel.actor.Actor` a role: office, leader, subcommand, district, department, street,
    street2 (another street), community, grid, inspector, auditor. Nobody has a usable password."""
    from chuangcheng.kernel.actor import Actor
    from chuangcheng.people.models import Person, Post

    def actor(name: str, role: str, unit: str, division: object = None) -> Actor:
        person = Person.objects.create_user(username=name, password=None)
        person.name = f"张{name}"
        person.save()
        post = Post.objects.create(person=person, role=role, unit=small_city.units[unit], division=division)
        return Actor(person.id, post.id, f"{post.unit.short_name} · {role}")

    city = small_city
    return {
        "office": actor("office", "office", "office", city.city),
        "leader": actor("leader", "leader", "office", city.city),
        "subcommand": actor("subcommand", "subcommand", "subcommand"),
        "district": actor("district", "district", "district", city.district),
        "department": actor("department", "department", "department"),
        "street": actor("street", "street", "street", city.streets[0]),
        "street2": actor("street2", "street", "street2", city.streets[1]),
        "community": actor("community", "community", "community", city.communities[0]),
        "grid": actor("grid", "grid", "street", city.communities[0]),
        "inspector": actor("inspector", "inspector", "office", city.city),
        "auditor": actor("auditor", "auditor", "office", city.city),
    }


@pytest.fixture
def noon() -> Iterator[datetime]:
    """Holds the clock at Tuesday 2026-09-15, 12:00 in the city."""
    from chuangcheng.kernel import clock

    with clock.at(NOON):
        yield NOON


@pytest.fixture
def shared() -> Path:
    """The folder of real data; the test is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("../shared/data is not there")
    return SHARED
