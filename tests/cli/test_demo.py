"""``demo`` end to end: pages before the history is finished, a clean end at any moment, a summary that is kept."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from chuangcheng.cli import demo_home, trial
from chuangcheng.kernel.problems import Refused
from chuangcheng.worker import serving
from chuangcheng.worker.place import Place
from tests.homes import Home, free_port

DAY = date(2026, 6, 30)


def test_a_date_is_a_date(tmp_path: Path) -> None:
    done = Home(tmp_path / "home").command("demo", "--no-serve", "--json", "--as-of", "yesterday")
    assert (done.code, done.json["error"]["code"]) == (1, "operations.bad_date")
    assert not (tmp_path / "home" / "chuangcheng.sqlite3").exists()


def test_a_certificate_needs_its_key(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").touch()
    home = Home(tmp_path / "home")
    done = home.command("demo", "--json", "--tls-cert", str(tmp_path / "cert.pem"))
    assert done.json["error"]["code"] == "operations.bad_setting"
    done = home.command("demo", "--json", "--tls-cert", str(tmp_path / "none.pem"))
    assert done.json["error"]["code"] == "operations.file_not_found"


def test_a_finished_city_is_told_again_at_once(home: Home) -> None:
    summary = {"units": 99, "cases": 2400, "logins": [{"username": "office", "password": "x"}]}
    demo_home.begin(home.folder, 1, DAY)
    demo_home.finish(home.folder, 1, DAY, summary)
    done = home.command("demo", "--no-serve", "--json")
    assert (done.code, done.json) == (0, summary)
    assert "office" in home.command("demo", "--no-serve").out
    other = home.command("demo", "--no-serve", "--json", "--seed", "2")
    assert other.json["error"]["code"] == "operations.demo_exists"


def test_real_data_goes_into_a_home_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[str, ...]] = []

    def command(home: Path, arguments: list[str]) -> dict[str, object]:
        home.mkdir(exist_ok=True)
        ran.append(tuple(arguments[:2]))
        return {"rows": 3}

    monkeypatch.setattr(trial, "_command", command)
    folder = tmp_path / "data"
    (folder / "hotline").mkdir(parents=True)
    (folder / "hotline" / "messages.xlsx").write_bytes(b"one")
    assert trial.run(tmp_path / "trial", folder) == {"hotline": {"rows": 3}}
    assert ran == [("migrate",), ("import", "framework"), ("import", "hotline")]
    assert trial.run(tmp_path / "trial", folder) == {"hotline": {"rows": 3}}
    assert len(ran) == 3, "the same files are not read again"
    (folder / "hotline" / "messages.xlsx").write_bytes(b"other")
    trial.run(tmp_path / "trial", folder)
    assert len(ran) == 6


def test_an_import_that_fails_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="import hotline"):
        trial._command(tmp_path / "trial", ["import", "hotline", str(tmp_path / "none.xlsx")])


@pytest.mark.full
def test_pages_are_served_before_the_history_is_finished_and_it_can_be_stopped(tmp_path: Path) -> None:
    home, place = Home(tmp_path / "home"), Place(port=free_port())
    command = [sys.executable, "-m", "chuangcheng.cli.main", "demo", "--json", "--port", str(place.port)]
    process = subprocess.Popen(command, env=home.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)  # fmt: skip
    with process:
        assert process.stderr is not None
        line = next(line for line in process.stderr if place.address in line)
        assert "页面" in line
        while not serving.is_ready(place):
            assert process.poll() is None
        mark = json.loads((home.folder / demo_home.MARK).read_text(encoding="utf-8"))
        assert not mark["finished"], "a page was there first"
        assert json.loads((home.folder / "demo-progress.json").read_text(encoding="utf-8"))["share"] < 1
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=120)
    assert process.returncode == 130
    assert out == ""
    assert not serving.is_ready(place)
