"""`kill -9` under load: whatever was acknowledged is there afterwards, and whoever was to be told has been told."""

from __future__ import annotations

import http.client
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.homes import Home, Server, free_port, serving_at

CLIENTS, KILLS, BETWEEN = 4, 3, 60
pytestmark = [pytest.mark.full, pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="reads /proc")]

SETUP = """
from chuangcheng.framework import actions as framework
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.people import actions as people
from chuangcheng.places.actions import save_division
framework.publish_edition(actor=SYSTEM, edition=framework.load_sample(actor=SYSTEM))
def square(lon, lat, size):
    ring = [[lon, lat], [lon + size, lat], [lon + size, lat + size], [lon, lat + size], [lon, lat]]
    return {"type": "Polygon", "coordinates": [ring]}
city = save_division(code="990100", name="云岭市", level="city", parent_code=None, boundary=square(120, 30, .04))
save_division(code="990101", name="东山区", level="district", parent_code="990100", boundary=square(120, 30, .04))
office = people.save_unit(actor=SYSTEM, code="U-CCB", name="创城办", kind="office", division=city)
department = people.save_unit(actor=SYSTEM, code="U-CGJ", name="城市管理局", kind="department")
for name, role, unit, division in (("office", "office", office, city), ("one", "department", department, None),
                                   ("two", "department", department, None)):
    person = people.save_person(actor=SYSTEM, username=name, name=name)
    people.give_post(actor=SYSTEM, person=person, role=role, unit=unit, division=division)
"""
#: The office at work: files and dispatches every report whose id comes in, and says so once it is done.
OFFICE = """
import django, sys
django.setup()
from uuid import UUID
from chuangcheng.cases import actions
from chuangcheng.framework.selectors import categories
from chuangcheng.people.models import Post, Unit
from chuangcheng.people.selectors import actor_of
actor = actor_of(Post.objects.get(person__username="office"))
department = Unit.objects.get(code="U-CGJ")
category = categories()[0].code
for line in sys.stdin:
    case = actions.file_report(actor=actor, report_id=UUID(line.strip()), category_code=category)
    actions.dispatch_case(actor=actor, case_id=case.id, unit_id=department.id)
    print(case.id, flush=True)
"""
DRAINED = """
import json
from chuangcheng.cases.models import Report
from chuangcheng.history import sweep
from chuangcheng.notices.models import Notice
rows = [[str(n.subject_id), n.person.username] for n in Notice.objects.select_related("person")]
reports = {str(pk): number for pk, number in Report.objects.values_list("pk", "number")}
print(json.dumps({"empty": sweep.next_due() is None, "notices": rows, "reports": reports}))
"""


class Load:
    """Clients that send reports one after the other and send each again until it is acknowledged."""

    def __init__(self, port: int, wanted: int) -> None:
        self.port, self.wanted = port, wanted
        self.numbers: dict[str, str] = {}
        self.fresh: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self.changed = threading.Condition()
        self.threads = [threading.Thread(target=self._client, daemon=True) for _ in range(CLIENTS)]

    def start(self) -> None:
        """Begin."""
        for thread in self.threads:
            thread.start()

    def until(self, count: int) -> None:
        """Wait until so many are acknowledged."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.numbers) >= count, timeout=120)

    def finish(self) -> None:
        """Wait until every client has its last answer."""
        for thread in self.threads:
            thread.join(timeout=120)
            assert not thread.is_alive()
        self.fresh.put(None)

    def _client(self) -> None:
        while len(self.numbers) < self.wanted:
            body = {"id": str(uuid4()), "text": "垃圾桶旁堆放杂物", "lat": 30.01, "lon": 120.01}
            number = None
            while number is None:
                number = self._send(body)
            with self.changed:
                self.numbers[body["id"]] = number  # type: ignore[index]
                self.changed.notify_all()
            self.fresh.put(str(body["id"]))

    def _send(self, body: dict[str, Any]) -> str | None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("POST", "/api/v1/reports", json.dumps(body), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            data = json.loads(answer.read())
            return data["number"] if answer.status in {200, 201} else None
        except (OSError, http.client.HTTPException, json.JSONDecodeError):
            return None  # killed in the middle: the same id is sent again
        finally:
            connection.close()


class Office:
    """Files and dispatches what the clients had acknowledged; a process beside the server."""

    def __init__(self, home: Home, load: Load) -> None:
        env = {**home.env, "DJANGO_SETTINGS_MODULE": "chuangcheng.config.django"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", OFFICE], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.load, self.dispatched = load, list[str]()
        self.threads = [threading.Thread(target=self._feed), threading.Thread(target=self._read)]
        for thread in self.threads:
            thread.start()

    def _feed(self) -> None:
        assert self.process.stdin is not None
        with self.process.stdin as pipe:
            while (report := self.load.fresh.get()) is not None:
                pipe.write(report + "\n")
                pipe.flush()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as pipe:
            self.dispatched += [line.strip() for line in pipe]

    def finish(self) -> list[str]:
        """Let it work off what it got; the ids of the cases it dispatched."""
        for thread in self.threads:
            thread.join(timeout=120)
        assert self.process.wait(timeout=60) == 0
        return self.dispatched


def kill_children(server: Server) -> None:
    """Kill web and worker processes; the parent starts new ones."""
    for number in [number for numbers in server.children().values() for number in numbers]:
        try:
            os.kill(number, signal.SIGKILL)
        except ProcessLookupError:
            continue


def test_nothing_acknowledged_is_lost(home: Home) -> None:
    home.django(SETUP)
    port, total = free_port(), BETWEEN * (KILLS + 2)
    load = Load(port, total)
    with serving_at(home, port=port) as server:
        office = Office(home, load)
        load.start()
        for kill in range(1, KILLS + 1):
            load.until(BETWEEN * kill)
            kill_children(server)
            assert server.until_ready()
        load.until(BETWEEN * (KILLS + 1))
        server.kill()  # now the parent too: the power is cut
    with serving_at(home, port=port):
        load.finish()
        dispatched = office.finish()
        found = _settled(home)
    assert len(load.numbers) >= total
    assert load.numbers.items() <= found["reports"].items(), "acknowledged, but not there (or under another number)"
    assert len(dispatched) == len(load.numbers)
    told = [tuple(row) for row in found["notices"]]
    assert {(case, name) for case in dispatched for name in ("one", "two")} <= set(told)
    assert len(told) == len(set(told)), "a site message is there once, however often its effect ran"
    checked = home.command("rebuild", "--check", "--json")
    assert checked.json["differences"] == 0, checked.out


def _settled(home: Home) -> dict[str, Any]:
    """What is stored once the restarted worker has worked everything off."""
    for _ in range(60):
        found: dict[str, Any] = json.loads(home.django(DRAINED))
        if found["empty"]:
            return found
    raise AssertionError("the outbox is not worked off")
