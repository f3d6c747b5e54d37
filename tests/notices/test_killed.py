"""Real workers killed by the system (kill -9) in the middle of speaking to another machine: nothing is lost."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.cli.conftest import home, migrated_home
from tests.homes import Home
from tests.notices.loopback import Reply, Service, running, says

__all__ = ["home", "migrated_home"]

SET_UP = """
import json
from uuid import UUID
from chuangcheng.history import duties, sweep
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.label import Label
from chuangcheng.notices import actions, setup
from chuangcheng.notices.models import Channel, Delivery, Sending
from chuangcheng.notices.webhooks import endpoints, sending
from chuangcheng.people.models import Person, Post, Unit
"""
WEBHOOK = """
endpoints.save_endpoint(actor=SYSTEM, name="a", url="URL/hook", wanted=["case.closed"])
sending.publish(key="k", topic="case.closed", subject=("case", UUID(int=7)), data={}, at=clock.now())
"""
NOTICE = """
from chuangcheng.history import secrets
unit = Unit.objects.create(code="U", name="U", short_name="U", kind="office")
person = Person.objects.create_user(username="a")
Post.objects.create(person=person, role="office", unit=unit)
Channel.objects.create(kind="wecom_robot", name="a", unit=unit, created_at=clock.now(),
                       settings_cipher=secrets.encrypt(json.dumps({"url": "URL/robot"})))
actions.notify(key="k", persons=[person], topic="t", subject=("case", UUID(int=7)), text=Label("事", "Thing"), urgent=True)
"""
#: Another worker, later: the lease of the killed one has been given back, the pause of its try is over.
AFTERWARDS = """
from datetime import timedelta
sweep.release()
with clock.at(clock.now() + timedelta(minutes=2)):
    sweep.drain()
    actions.deliver_pending()
print(json.dumps([[row.state, row.attempts] for model in (Sending, Delivery) for row in model.objects.all()]))
"""


@pytest.fixture
def other_side() -> Iterator[Service]:
    """A service that hangs at first."""
    with running() as service:
        service.answer(Reply(hang=True))
        yield service


def work_and_die(home: Home, service: Service) -> None:
    """A worker process that is killed once the other side has heard it."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "chuangcheng.worker.background"], stdin=subprocess.PIPE, env=home.env
    )
    try:
        assert service.heard.wait(60), "the worker never spoke"
    finally:
        worker.kill()
        worker.communicate()


def python(home: Home, code: str, service: Service) -> str:
    return home.django(SET_UP + code.replace("URL", service.url))


@pytest.fixture(autouse=True)
def private(home: Home) -> None:
    """The home may speak to this machine, in every one of its processes."""
    (home.folder / "config.toml").write_text("private_targets = true\n", encoding="utf-8")


@pytest.mark.full
def test_a_webhook_whose_worker_was_killed_is_told_again_under_its_id(home: Home, other_side: Service) -> None:
    python(home, WEBHOOK, other_side)
    work_and_die(home, other_side)
    other_side.answer(Reply(200))
    assert json.loads(python(home, AFTERWARDS, other_side)) == [["sent", 1]]
    assert len(other_side.asked) == 2
    assert len({asked.headers["webhook-id"] for asked in other_side.asked}) == 1
    assert other_side.asked[0].body == other_side.asked[1].body


@pytest.mark.full
def test_a_notice_whose_worker_was_killed_is_sent_by_the_next(home: Home, other_side: Service) -> None:
    python(home, NOTICE, other_side)
    work_and_die(home, other_side)
    other_side.answer(says({"errcode": 0}))
    assert json.loads(python(home, AFTERWARDS, other_side)) == [["sent", 2]]
    assert len(other_side.asked) == 2
