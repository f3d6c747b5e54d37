"""The only way in which notices and webhooks speak HTTP to other machines.

Addresses are typed in by people or come from browsers, so a request could be turned against the city's own network
(SSRF). Therefore: the name is looked up once, every address found must be public, and the connection goes to just that
address; no redirect is followed, no proxy of the environment used, the answer is cut, and the whole takes a few seconds
at most. Errors carry a code and never the address, which holds tokens.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

TIMEOUT = 10.0  # seconds for everything after the name was looked up
LONGEST_ANSWER = 64 * 1024
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_PORTS = {"http": 80, "https": 443}
_Place = tuple[socket.AddressFamily, tuple[str, int]]


class OutsideError(Exception):
    """No usable answer. ``code``: bad_url, plain_http, unknown_host, private_address, refused, timeout, tls, redirect,
    too_long or broken."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names in small letters."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart: ``path`` with its query."""

    tls: bool
    host: str
    port: int
    path: str


def target(url: str) -> Target:
    """Take an address apart; raises :class:`OutsideError` (bad_url, plain_http). Plain HTTP is for the own network."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        raise OutsideError("bad_url") from None
    if not port or not parts.hostname or parts.username is not None or not url.isascii() or not _printable(url):
        raise OutsideError("bad_url")
    if parts.scheme == "http" and not settings.CITY.private_targets:
        raise OutsideError("plain_http")
    return Target(parts.scheme == "https", parts.hostname, port, _path(parts))


def post(url: str, body: bytes, headers: Mapping[str, str], *, timeout: float | None = None) -> Answer:
    """POST ``body``; the answer of any status but a redirect."""
    return _ask("POST", url, body, headers, timeout or TIMEOUT)


def get(url: str, *, timeout: float | None = None) -> Answer:
    """GET; the answer of any status but a redirect."""
    return _ask("GET", url, None, {}, timeout or TIMEOUT)


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet, also when it wraps an IPv4 address in an IPv6 one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip.teredo is not None:
            return False
    return ip.is_global and not ip.is_multicast


def _ask(method: str, url: str, body: bytes | None, headers: Mapping[str, str], timeout: float) -> Answer:
    goal = target(url)
    connection = _Connection(goal, _addresses(goal), timeout)
    alarm = threading.Timer(timeout, connection.give_up)  # ends a server that drips a byte a second
    alarm.daemon = True
    alarm.start()
    try:
        connection.request(method, goal.path, body, {"User-Agent": "chuangcheng", **headers})
        answer = _read(connection.getresponse())
        if connection.late:  # what was cut off in the middle can look like a whole answer
            raise OutsideError("timeout")
        return answer
    except OutsideError:
        raise
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise OutsideError("timeout" if connection.late else _code_of(error)) from None
    finally:
        alarm.cancel()
        connection.close()


def _read(response: http.client.HTTPResponse) -> Answer:
    if 300 <= response.status < 400:
        raise OutsideError("redirect")
    body = response.read(LONGEST_ANSWER + 1)
    if len(body) > LONGEST_ANSWER:
        raise OutsideError("too_long")
    return Answer(response.status, body, {name.lower(): value for name, value in response.getheaders()})


def _addresses(goal: Target) -> list[_Place]:
    try:
        found = socket.getaddrinfo(goal.host, goal.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise OutsideError("unknown_host") from None
    addresses: list[_Place] = [(family, (str(place[0]), int(place[1]))) for family, _, _, _, place in found]
    # One private address among public ones is enough to refuse: which one is taken would be the name server's choice.
    if not settings.CITY.private_targets and not all(is_public(place[0]) for _, place in addresses):
        raise OutsideError("private_address")
    return addresses


class _Connection(http.client.HTTPConnection):
    """A connection to addresses that were looked up before, with one alarm for all of its steps."""

    def __init__(self, goal: Target, addresses: list[_Place], timeout: float) -> None:
        super().__init__(goal.host, goal.port, timeout=timeout)
        self.default_port = _PORTS["https" if goal.tls else "http"]  # what the Host header may leave out
        self.late = False
        self._goal = goal
        self._addresses = addresses

    def connect(self) -> None:
        """Connect to the first address that answers, with TLS for the host's name."""
        self.sock = self._first()
        if self._goal.tls:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self._goal.host)

    def give_up(self) -> None:
        """Called by the alarm, from its own thread: whatever is being waited for ends at once."""
        self.late = True
        sock = self.sock
        if sock is not None:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                self.late = True  # it was closed already

    def _first(self) -> socket.socket:
        trouble: OSError | None = None
        for family, place in self._addresses[:3]:
            if self.late:
                break
            self.sock = sock = socket.socket(family, socket.SOCK_STREAM)
            sock.settimeout(self.timeout)
            try:
                sock.connect(place)
            except OSError as error:
                sock.close()
                trouble = error
            else:
                return sock
        raise trouble or OSError("no address")


def _code_of(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return "tls"
    if isinstance(error, TimeoutError):
        return "timeout"
    return "refused" if isinstance(error, OSError) else "broken"


def _path(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _printable(url: str) -> bool:
    return not any(character.isspace() or not character.isprintable() for character in url)
