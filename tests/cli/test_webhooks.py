"""``chuangcheng webhooks`` on this process's database: what it lists, what it tells again, what it refuses."""

from __future__ import annotations

import argparse
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from chuangcheng.cli.commands import webhooks
from chuangcheng.cli.output import Result
from chuangcheng.history.models import Outbox
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.problems import Refused
from chuangcheng.notices.webhooks import endpoints, sending
from chuangcheng.notices.webhooks.models import Endpoint, Sending
from tests.homes import Home


@pytest.fixture
def command(db: None, noon: datetime, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the command with the words after its name."""
    monkeypatch.setattr("chuangcheng.cli.home.open_ready_home", lambda: None)
    parser = argparse.ArgumentParser()
    webhooks.arguments(parser)

    def run(*words: str) -> Result:
        return webhooks.run(parser.parse_args(words))

    return run


def endpoint(name: str = "12345") -> Endpoint:
    return endpoints.save_endpoint(
        actor=SYSTEM, name=name, url="https://hotline.example/hook?token=topsecret", wanted=["case.closed"]
    )[0]


def told(key: str, state: str, age: int = 0) -> None:
    with clock.at(clock.now() - timedelta(days=age)):
        sending.publish(key=key, topic="case.closed", subject=("case", UUID(int=7)), data={}, at=clock.now())
    Sending.objects.filter(message__key=key).update(state=state, attempts=10, status=500, error="http.500")


def test_it_lists_without_secrets(command: Any) -> None:
    assert command("list").data == {"endpoints": []}
    row = endpoint()
    told("a", "failed")
    listed, log = command("list"), command("log")
    assert [one["host"] for one in listed.data["endpoints"]] == ["hotline.example"]
    assert [(one["state"], one["error"], one["attempts"]) for one in log.data["sendings"]] == [
        ("failed", "http.500", 10)
    ]
    assert command("log", "--endpoint", str(row.pk), "--limit", "0").data == {"sendings": []}
    everything = f"{listed.data} {listed.lines} {log.data} {log.lines}"
    assert "topsecret" not in everything and "whsec" not in everything


def test_what_failed_of_late_is_told_again(command: Any) -> None:
    endpoint()
    told("new", "failed")
    told("old", "failed", age=2)
    told("fine", "sent")
    before = Outbox.objects.filter(topic=sending.TOPIC).count()
    assert command("replay", "--endpoint", "12345").data == {"replayed": 1}
    assert set(Sending.objects.filter(state="waiting").values_list("message__key", flat=True)) == {"new"}
    assert command("replay", "--endpoint", "12345", "--days", "7", "--all").data == {"replayed": 2}
    assert Outbox.objects.filter(topic=sending.TOPIC).count() == before + 3


def test_one_line_is_told_again(command: Any) -> None:
    endpoint()
    told("a", "sent")
    row = Sending.objects.get()
    assert command("replay", "--sending", str(row.pk)).data == {"replayed": 1}
    row.refresh_from_db()
    assert (row.state, row.round) == ("waiting", 2)


@pytest.mark.parametrize("words", [
    ("replay",), ("replay", "--endpoint", "nobody"), ("replay", "--endpoint", "12345", "--days", "0"),
    ("replay", "--endpoint", "12345", "--days", "31"), ("replay", "--sending", "x"),
    ("replay", "--sending", str(UUID(int=1))), ("log", "--endpoint", "nobody"), ("replay", "--endpoint", "twice"),
])  # fmt: skip
def test_what_is_not_clear_is_refused(command: Any, words: tuple[str, ...]) -> None:
    endpoint()
    endpoint("twice")
    endpoint("twice")
    with pytest.raises(Refused, match=r"common\.(not_found|invalid)"):
        command(*words)


@pytest.mark.full
def test_it_runs_on_a_home(migrated_home: Home) -> None:
    done = migrated_home.command("webhooks", "list", "--json")
    assert (done.code, done.json) == (0, {"endpoints": []})
    done = migrated_home.command("webhooks", "replay", "--endpoint", "nobody", "--json")
    assert (done.code, done.json["error"]["code"]) == (1, "common.not_found")


@pytest.mark.parametrize(
    ("text", "level", "code"),
    [
        ("version = 7\nrungs = []\n", "ok", 0),
        ("version = ", "bad", 1),
        ('version = 7\n[[rungs]]\nname = "a"\n', "bad", 1),
    ],
)
def test_the_doctor_reads_the_city_s_ladder(
    migrated_home: Home, tmp_path: Path, text: str, level: str, code: int
) -> None:
    home = migrated_home.copy_to(tmp_path / "home")
    (home.folder / "ladder.toml").write_text(text, encoding="utf-8")
    done = home.command("doctor", "--json")
    assert {row["name"]: row["level"] for row in done.json["checks"]}["ladder"] == level
    assert (done.code == 1) == any(row["level"] == "bad" for row in done.json["checks"])
    assert done.code >= code
