"""By which ways a notice leaves the house, decided when it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from chuangcheng.history.versions import Cached, bump
from chuangcheng.notices import preferences
from chuangcheng.notices.models import ROBOTS, Channel, ChannelKind, Delivery, Device, Notice
from chuangcheng.notices.preferences import DEFAULT, Chosen
from chuangcheng.people import selectors as people

VERSION = "notices.channels"


@dataclass(frozen=True, slots=True)
class Ways:
    """What is set up at all: most cities have a few robots, many have none."""

    robots: Mapping[UUID, tuple[Channel, ...]]  # by unit
    apps: tuple[Channel, ...]
    push: bool


def changed() -> None:
    """A channel was changed, or the first browser came or the last one went."""
    bump(VERSION)


def _load() -> Ways:
    robots: dict[UUID, tuple[Channel, ...]] = {}
    apps = []
    for channel in Channel.objects.filter(enabled=True).order_by("created_at", "id"):
        if channel.kind not in ROBOTS:
            apps.append(channel)
        elif channel.unit_id:
            robots[channel.unit_id] = (*robots.get(channel.unit_id, ()), channel)
    return Ways(robots, tuple(apps), Device.objects.exists())


_ways = Cached(VERSION, _load)


def deliveries(notices: Sequence[Notice], *, news: str, urgent: bool, now: datetime) -> list[Delivery]:
    """The deliveries of one piece of news, not saved. Mail waits for no hour; all else does unless ``urgent``."""
    ways = _ways.get()
    mails = bool(settings.CITY.mail_url)
    if not (notices and (mails or ways.robots or ways.apps or ways.push)):
        return []
    persons = [notice.person_id for notice in notices]
    chosen = preferences.of(persons)
    units = _units(persons) if ways.robots or any(app.unit_id for app in ways.apps) else {}
    devices = _with_devices(persons) if ways.push else frozenset[UUID]()
    found: list[Delivery] = []
    groups: set[UUID] = set()

    def add(notice: Notice, kind: str, due: datetime, through: Channel | None = None) -> None:
        found.append(
            Delivery(notice=notice, channel=kind, through=through, news=news, updated_at=now, due_at=due)
        )  # fmt: skip

    for notice in notices:
        choice = chosen.get(notice.person_id, DEFAULT)
        own = now if urgent else preferences.after_quiet(now, choice)
        if mails and choice.mail and notice.person.email:
            add(notice, ChannelKind.MAIL, now)
        if choice.web_push and notice.person_id in devices:
            add(notice, ChannelKind.WEB_PUSH, own)
        of_units = units.get(notice.person_id, frozenset())
        for app in _apps(ways, choice, of_units):
            add(notice, app.kind, own, app)
        for robot in _robots(ways, choice, of_units):
            if robot.pk not in groups:
                groups.add(robot.pk)
                add(notice, robot.kind, now if urgent else preferences.after_quiet(now), robot)
    return found


def _apps(ways: Ways, choice: Chosen, units: frozenset[UUID]) -> list[Channel]:
    if not (choice.app and choice.wecom):
        return []
    return [app for app in ways.apps if app.unit_id is None or app.unit_id in units]


def _robots(ways: Ways, choice: Chosen, units: frozenset[UUID]) -> list[Channel]:
    return [robot for unit in sorted(units) for robot in ways.robots.get(unit, ())] if choice.robot else []


def _units(persons: Sequence[UUID]) -> dict[UUID, frozenset[UUID]]:
    found: dict[UUID, set[UUID]] = {}
    for person, unit in people.valid_posts().filter(person__in=persons).order_by().values_list("person", "unit"):
        found.setdefault(person, set()).add(unit)
    return {person: frozenset(units) for person, units in found.items()}


def _with_devices(persons: Sequence[UUID]) -> frozenset[UUID]:
    return frozenset(Device.objects.filter(person__in=persons).values_list("person", flat=True))
