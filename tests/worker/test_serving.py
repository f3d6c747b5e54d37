"""The real server: one process group that starts by itself, comes back, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import pytest

from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.settings import Settings
from chuangcheng.worker import lock, serving
from chuangcheng.worker.place import Place
from tests.homes import Home, free_port, serving_at
from tests.worker.test_migrating import BACK

linux = pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="reads /proc")


def test_an_address_is_what_a_browser_takes() -> None:
    assert Place().address == "http://127.0.0.1:8000/"
    assert Place("0.0.0.0", 80).address == "http://127.0.0.1:80/"
    assert Place("city.example", 443, Path("c"), Path("k")).address == "https://city.example:443/"


def test_the_web_process_gets_place_and_certificate() -> None:
    command = Place("127.0.0.1", 8443, Path("cert.pem"), Path("key.pem")).command()
    assert command[-8:] == ["--host", "127.0.0.1", "--port", "8443", "--tls-cert", "cert.pem", "--tls-key", "key.pem"]
    assert "--tls-cert" not in Place().command()


def test_a_taken_port_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "PORT_SECONDS", 0)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(Refused, match=r"operations\.port_in_use"):
            serving.free_port(Place(port=other.getsockname()[1]))


def test_a_home_has_one_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "PORT_SECONDS", 0)
    settings = Settings(tmp_path)
    with (
        lock.held(tmp_path / "serve.lock"),
        pytest.raises(Refused, match=r"operations\.already_running"),
        serving.only_server(settings),
    ):
        pytest.fail("two servers")


def test_nobody_answers_on_a_free_port() -> None:
    assert not serving.is_ready(Place(port=free_port()))


def test_a_home_of_an_older_release_migrates_itself_and_serves(home: Home) -> None:
    """An empty one does so too (tests/cli/test_demo.py): it only takes ten times as long."""
    home.django(BACK)
    with serving_at(home) as server:
        assert server.ready == {"url": server.place.address, "home": str(home.folder)}
        assert server.get("/healthz")[0] == 200
        status, headers, _ = server.get("/readyz")
        assert status == 200
        assert "default-src 'none'" in headers["content-security-policy"]
        assert server.stop() == 0
    assert not serving.is_ready(server.place)
    assert home.command("migrate", "--check", "--json").json == {"pending": []}


@linux
@pytest.mark.full
def test_died_children_are_started_again(home: Home) -> None:
    with serving_at(home) as server:
        before = server.children()
        assert len(before["web"]) == len(before["background"]) == 1
        for kind in ("web", "background"):
            os.kill(before[kind][0], signal.SIGKILL)
        # The killed web process's own children go by themselves; until then they would answer for the new ones.
        _until_gone([number for numbers in before.values() for number in numbers])
        assert server.until_ready()
        after = server.children()
        assert len(after["web"]) == 1
        assert after["web"] != before["web"]


@linux
@pytest.mark.full
def test_no_child_outlives_a_killed_parent(home: Home) -> None:
    port = free_port()
    with serving_at(home, port=port) as server:
        children = [number for numbers in server.children().values() for number in numbers]
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        _until_gone(children)
    with serving_at(home, port=port) as again:
        assert again.ready is not None
        assert again.get("/readyz")[0] == 200


@linux
@pytest.mark.full
def test_a_city_may_run_pages_without_a_worker(home: Home) -> None:
    with serving_at(home, "--no-worker") as server:
        assert set(server.children()) >= {"web"}
        assert "background" not in server.children()


@pytest.mark.full
def test_a_second_server_of_a_home_is_refused(home: Home) -> None:
    with serving_at(home) as server:
        done = home.command("serve", "--json", "--port", str(free_port()))
        assert done.code == 1
        assert done.json["error"]["code"] == "operations.already_running"
        assert server.get("/readyz")[0] == 200


def _until_gone(numbers: list[int]) -> None:
    """Wait for processes that are not ours to wait for."""
    import select

    for number in numbers:
        try:
            descriptor = os.pidfd_open(number)
        except ProcessLookupError:
            continue
        gone, _, _ = select.select([descriptor], [], [], 30)
        os.close(descriptor)
        assert gone, f"process {number} is still there"
