"""The guarded way out: only where it may go, only once, only so long."""

from __future__ import annotations

import socket
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chuangcheng.notices import outside
from tests.notices.loopback import Reply, Service, running, says


def code_of(url: str, **more: Any) -> str:
    with pytest.raises(outside.OutsideError) as caught:
        outside.post(url, b"{}", {}, **more)
    assert str(caught.value) == caught.value.code  # and never the address
    return caught.value.code


def test_it_posts_and_reads_the_answer(service: Service) -> None:
    service.answer(Reply(201, b"fine", {"Retry-After": "7"}))
    answer = outside.post(f"{service.url}/a/b?key=secret", b"body", {"X-One": "1"})
    assert (answer.status, answer.body, answer.headers["retry-after"]) == (201, b"fine", "7")
    asked = service.asked[0]
    assert (asked.method, asked.path, asked.body, asked.headers["x-one"]) == ("POST", "/a/b?key=secret", b"body", "1")
    assert asked.headers["host"] == service.url.removeprefix("http://")


def test_it_gets(service: Service) -> None:
    service.answer(says({"a": 1}))
    assert outside.get(service.url).body == b'{"a": 1}'
    assert (service.asked[0].method, service.asked[0].path) == ("GET", "/")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(service: Service, status: int) -> None:
    service.answer(Reply(status, b"", {"Location": f"{service.url}/elsewhere"}))
    assert code_of(service.url) == "redirect"
    assert len(service.asked) == 1


def test_a_long_answer_is_not_read_to_its_end(service: Service) -> None:
    service.answer(Reply(200, b"a" * (outside.LONGEST_ANSWER + 1)))
    assert code_of(service.url) == "too_long"
    service.answer(Reply(200, b"a" * outside.LONGEST_ANSWER))
    assert len(outside.get(service.url).body) == outside.LONGEST_ANSWER


def test_who_does_not_answer_in_time_is_left(service: Service) -> None:
    service.answer(Reply(hang=True))
    assert code_of(service.url, timeout=0.2) == "timeout"


def test_who_answers_a_byte_at_a_time_is_left_too(service: Service) -> None:
    service.answer(Reply(drip=True))
    assert code_of(service.url, timeout=0.3) == "timeout"


def test_a_closed_door_is_refused(inner: Any) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert code_of(f"http://127.0.0.1:{port}/") == "refused"


def test_an_unknown_name(inner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert code_of("http://no.example/") == "unknown_host"


@pytest.mark.parametrize(
    "url",
    ["", "ftp://a.example/", "http:///path", "https://user:word@a.example/", "https://a.example:x/", "a.example",
     "https://a.example/\r\nX: 1", "https://a.example/a b", "https://例.example/", "https://a.example:99999/"],
)  # fmt: skip
def test_what_is_no_address(inner: Any, url: str) -> None:
    assert code_of(url) == "bad_url"


def test_plain_http_is_for_the_own_network(service: Service, settings: Any) -> None:
    settings.CITY = replace(settings.CITY, private_targets=False)
    assert code_of(service.url) == "plain_http"
    assert service.asked == []


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:10.0.0.1",
     "::ffff:127.0.0.1", "2002:7f00:1::", "2002:a00:1::", "64:ff9b::7f00:1", "2001:0:4136:e378:8000:63bf:3fff:fdd2"],
)  # fmt: skip
def test_addresses_of_inner_networks(address: str) -> None:
    assert not outside.is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "223.5.5.5", "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_addresses_of_the_open_internet(address: str) -> None:
    assert outside.is_public(address)


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """From now on every name has these addresses; the names that were asked for."""
    names: list[str] = []

    def answer(host: str, port: int, **_: object) -> Any:
        names.append(host)
        family = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(family[":" in each], socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return names


@pytest.mark.parametrize("addresses", [("127.0.0.1",), ("8.8.8.8", "10.0.0.1"), ("::1", "8.8.8.8")])
def test_a_public_name_for_an_inner_address_is_refused(
    service: Service, settings: Any, monkeypatch: pytest.MonkeyPatch, addresses: tuple[str, ...]
) -> None:
    settings.CITY = replace(settings.CITY, private_targets=False)
    resolving(monkeypatch, *addresses)
    assert code_of(f"https://friend.example:{service.url.rpartition(':')[2]}/") == "private_address"
    assert service.asked == []


def test_a_name_is_looked_up_once_and_held_to(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that answers differently the second time (DNS rebinding) is never asked a second time."""
    names = resolving(monkeypatch, "127.0.0.1")
    outside.get(f"http://friend.example:{service.url.rpartition(':')[2]}/")
    assert names == ["friend.example"]
    assert service.asked[0].headers["host"].startswith("friend.example:")


def certificate(folder: Path, name: str) -> Path:
    """A self-signed certificate for ``name`` with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = folder / "pair.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ) + made.public_bytes(serialization.Encoding.PEM)
    )  # fmt: skip
    return path


@pytest.fixture
def safe(inner: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A service with a certificate for friend.example, where every name leads to."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    pair = certificate(tmp_path, "friend.example")
    context.load_cert_chain(pair)
    with running(context) as found:
        resolving(monkeypatch, "127.0.0.1")
        yield found, pair


def test_a_certificate_nobody_vouches_for_is_refused(safe: Any) -> None:
    service, _ = safe
    assert code_of(f"https://friend.example:{service.url.rpartition(':')[2]}/") == "tls"
    assert service.asked == []


def test_a_certificate_is_for_the_name_not_the_address(safe: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    service, pair = safe
    monkeypatch.setenv("SSL_CERT_FILE", str(pair))
    port = service.url.rpartition(":")[2]
    assert outside.get(f"https://friend.example:{port}/").status == 200
    assert code_of(f"https://stranger.example:{port}/") == "tls"


def test_no_proxy_of_the_environment_is_used(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert outside.get(service.url).status == 200
