"""The channel of mails: what is sent, what fails, and when it is tried again."""

from __future__ import annotations

import smtplib
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from typing import Any
from uuid import uuid4

import pytest

from chuangcheng.history import duties
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.notices import actions, delivering, mail, selectors
from chuangcheng.notices.models import Delivery, Notice
from chuangcheng.people.models import Person

TEXT = Label("案件 AJ20260915-000001 已派遣\n请及时处置", "Case AJ20260915-000001 was dispatched\nPlease act")


class Smtp(socketserver.StreamRequestHandler):
    """As much of a mail server as a client needs; it refuses recipients that begin with ``no``."""

    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        for line in iter(self.rfile.readline, b""):
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                body = b"".join(iter(lambda: self.rfile.readline(), b".\r\n"))
                self.server.mails.append(body)  # type: ignore[attr-defined]
            refused = word == b"RCPT" and b"<no" in line
            self.wfile.write(b"550 no such user no-person@example.org\r\n" if refused else b"250 fine\r\n")
            if word == b"QUIT":
                return


@pytest.fixture
def server() -> Iterator[Any]:
    """A mail server on a free port; ``server.mails`` are what came in."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Smtp) as running:
        running.daemon_threads = True
        running.mails = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def city(server: Any, settings: Any) -> Any:
    """A home whose mails go to that server."""
    url = f"smtp://127.0.0.1:{server.server_address[1]}"
    settings.CITY = replace(
        settings.CITY, mail_url=url, mail_from="city@example.org", public_url="https://city.example/"
    )
    return settings.CITY


@pytest.fixture
def reader(personas: dict[str, Actor]) -> Person:
    person = Person.objects.get(username="street")
    person.email = "street@example.org"
    person.save()
    return person


def tell(person: Person, key: str = "k") -> Delivery:
    actions.notify(
        key=key, persons=[person], topic="case.dispatched", subject=("case", uuid4()), text=TEXT, url="/cases/1"
    )
    return Delivery.objects.get(notice__key__startswith=f"{key}:")


def test_a_notice_goes_out_as_a_mail_once(city: Any, server: Any, reader: Person, noon: datetime) -> None:
    delivery = tell(reader)
    assert delivery.state == "waiting"
    assert selectors.deliveries_wait()
    assert actions.deliver_pending() == 1
    assert not selectors.deliveries_wait()
    assert actions.deliver_pending() == 0
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.error) == ("sent", 1, "")
    message = message_from_bytes(server.mails[0], policy=policy.default)
    assert message["To"] == "street@example.org"
    assert message["From"] == "city@example.org"
    assert message["Subject"].endswith("创城】案件 AJ20260915-000001 已派遣")
    assert "https://city.example/cases/1" in message.get_content()
    assert len(server.mails) == 1


def test_the_mail_speaks_the_reader_s_language(city: Any, server: Any, reader: Person) -> None:
    reader.language = "en"
    reader.save()
    tell(reader)
    actions.deliver_pending()
    assert "Please act" in message_from_bytes(server.mails[0], policy=policy.default).get_content()


def test_without_an_address_there_is_a_notice_and_no_mail(city: Any, personas: dict[str, Actor]) -> None:
    actions.notify(
        key="k", persons=[Person.objects.get(username="grid")], topic="t", subject=("case", uuid4()), text=TEXT
    )
    assert Notice.objects.count() == 1
    assert not Delivery.objects.exists()


def test_a_failure_is_kept_and_tried_again_after_a_pause(
    city: Any, server: Any, reader: Person, noon: datetime
) -> None:
    reader.email = "nobody@example.org"
    reader.save()
    delivery = tell(reader)
    moment = noon
    for attempt, pause in enumerate(delivering.PAUSES, 1):
        with clock.at(moment):
            assert actions.deliver_pending() == 0
        delivery.refresh_from_db()
        assert (delivery.state, delivery.attempts) == ("waiting", attempt)
        assert delivery.error == "SMTPRecipientsRefused 550"
        with clock.at(moment + pause - timedelta(seconds=1)):
            actions.deliver_pending()
        delivery.refresh_from_db()
        assert delivery.attempts == attempt
        moment += pause
    with clock.at(moment):
        actions.deliver_pending()
    delivery.refresh_from_db()
    assert delivery.state == "failed"
    assert "nobody" not in delivery.error
    with clock.at(moment + timedelta(days=9)):
        assert actions.deliver_pending() == 0
    assert server.mails == []


def test_one_bad_address_does_not_stop_the_others(city: Any, server: Any, personas: dict[str, Actor]) -> None:
    for name in ("street", "grid", "office"):
        address = "nobody@example.org" if name == "grid" else f"{name}@example.org"
        Person.objects.filter(username=name).update(email=address)
    persons = Person.objects.filter(username__in=["street", "grid", "office"]).order_by("username")
    actions.notify(key="k", persons=persons, topic="t", subject=("case", uuid4()), text=TEXT)
    assert actions.deliver_pending() == 2
    assert len(server.mails) == 2


def test_no_server_is_a_failure_like_any_other(settings: Any, reader: Person, server: Any) -> None:
    port = server.server_address[1]
    server.shutdown()
    server.server_close()
    settings.CITY = replace(settings.CITY, mail_url=f"smtp://127.0.0.1:{port}")
    delivery = tell(reader)
    assert actions.deliver_pending() == 0
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error) == ("waiting", "ConnectionRefusedError")


def test_of_two_workers_one_sends(city: Any, server: Any, reader: Person) -> None:
    stale = Delivery.objects.select_related("notice__person").get(pk=tell(reader).pk)
    assert actions.deliver_pending() == 1
    assert delivering._claim(stale) is False
    assert len(server.mails) == 1


def test_troubled_deliveries_show_to_those_who_look_after_them(
    city: Any, reader: Person, personas: dict[str, Actor]
) -> None:
    reader.email = "nobody@example.org"
    reader.save()
    delivery = tell(reader)
    assert list(selectors.troubled_deliveries(personas["office"])) == []
    actions.deliver_pending()
    assert list(selectors.troubled_deliveries(personas["office"])) == [delivery]
    assert list(selectors.troubled_deliveries(personas["auditor"])) == [delivery]
    assert list(selectors.troubled_deliveries(personas["street"])) == []


def test_failed_deliveries_can_be_started_again(
    city: Any, server: Any, reader: Person, personas: dict[str, Actor]
) -> None:
    delivery = tell(reader)
    Delivery.objects.update(state="failed", attempts=7, error="SMTPServerDisconnected")
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        actions.retry_failed(actor=personas["street"])
    assert actions.retry_failed(actor=personas["office"]) == 1
    assert actions.deliver_pending() == 1
    delivery.refresh_from_db()
    assert delivery.state == "sent"


@pytest.mark.parametrize(
    ("url", "host", "port", "tls", "ssl"),
    [
        ("smtp://mail.example", "mail.example", 25, False, False),
        ("smtp://u%40x:p%3Aw@mail.example:2525", "mail.example", 2525, False, False),
        ("smtp+tls://mail.example", "mail.example", 587, True, False),
        ("smtps://mail.example", "mail.example", 465, False, True),
    ],
)
def test_the_address_says_how_to_connect(url: str, host: str, port: int, tls: bool, ssl: bool) -> None:
    backend = mail.backend(url)
    assert (backend.host, backend.port, backend.use_tls, backend.use_ssl) == (host, port, tls, ssl)
    if "@" in url:
        assert (backend.username, backend.password) == ("u@x", "p:w")


@pytest.mark.parametrize("url", ["mail.example", "http://mail.example", "smtp://"])
def test_any_other_address_is_refused(url: str) -> None:
    with pytest.raises(Refused, match=r"notices\.bad_mail_url"):
        mail.backend(url)


def test_reasons_do_not_quote_the_server() -> None:
    assert mail.reason(smtplib.SMTPAuthenticationError(535, b"user zhang@example.org")) == "SMTPAuthenticationError 535"
    assert mail.reason(TimeoutError("zhang@example.org")) == "TimeoutError"


def test_the_worker_sends_mails_that_wait(city: Any, server: Any, reader: Person) -> None:
    duty = duties.registered()["notices.deliver"]
    assert duty.needed is not None
    assert not duty.needed()
    tell(reader)
    assert duty.needed()
    duty.work()
    assert len(server.mails) == 1
