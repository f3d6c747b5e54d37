"""The campaign's mailbox against a server on this machine: taken once, marked after the commit, nothing holds it up."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from chuangcheng.cases import letters, mailbox
from chuangcheng.cases.mailbox import collect
from chuangcheng.cases.models import Letter, MailboxCheck, Report
from chuangcheng.history import duties
from chuangcheng.history.models import Event
from chuangcheng.history.secrets import decrypt
from chuangcheng.kernel import clock
from chuangcheng.photos import selectors as photos
from tests.cases.imap import Folder, running
from tests.cases.play import picture
from tests.cases.test_letters import mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def point(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets the mailbox's address."""
    return lambda url: monkeypatch.setattr(settings, "CITY", replace(settings.CITY, mailbox_url=url))


@pytest.fixture
def folder(point: Callable[[str], None], noon: datetime) -> Iterator[Folder]:
    with running() as found:
        point(found.url())
        yield found


class TestTaken:
    def test_a_letter_becomes_a_report_with_its_photos(self, folder: Folder) -> None:
        message = mail("路口有垃圾")
        message.add_attachment(picture(), maintype="image", subtype="jpeg", filename="a.jpg")
        uid = folder.put(bytes(message))
        assert collect() == 1
        report = Report.objects.get()
        assert (report.source, report.text, report.state) == ("mailbox", "反映问题\n路口有垃圾", "received")
        assert report.observed_at == datetime(2026, 9, 15, 1, tzinfo=UTC)
        assert json.loads(decrypt(report.contact_cipher))["name"] == "王芳 <wang@example.com>"
        assert (report.photos_declared, report.photos_missing, report.reporter) == (1, 0, None)
        assert photos.of(("report", report.pk)).get().stored_at is not None
        assert folder.flags[uid] == {"\\Seen"}
        letter = Letter.objects.get()
        assert (letter.state, letter.report, letter.uid, letter.photos_left) == ("taken", report, uid, 0)

    def test_history_holds_neither_sender_nor_words_nor_message_id(self, folder: Folder) -> None:
        folder.put(bytes(mail("路口有垃圾")))
        collect()
        told = json.dumps(list(Event.objects.values_list("before", "after")), ensure_ascii=False)
        assert not [word for word in ("wang", "王芳", "垃圾", "1@example.com") if word in told]

    def test_twice_the_same_is_taken_once(self, folder: Folder) -> None:
        for _ in range(2):
            folder.put(bytes(mail()))
        assert (collect(), collect()) == (1, 0)
        assert Report.objects.count() == Letter.objects.count() == 1
        assert set(map(frozenset, folder.flags.values())) == {frozenset({"\\Seen"})}

    def test_a_letter_whose_mark_was_lost_is_known_again(self, folder: Folder) -> None:
        uid = folder.put(bytes(mail()))
        collect()
        folder.flags[uid].clear()  # the process died between commit and mark
        assert collect() == 0
        assert (Report.objects.count(), folder.flags[uid]) == (1, {"\\Seen"})

    def test_without_a_message_id_the_letter_itself_is_the_mark(self, folder: Folder) -> None:
        for text in ("甲", "乙", "甲"):
            folder.put(bytes(mail(text, Message_ID="")))
        assert collect() == 2

    def test_nothing_is_marked_before_it_is_committed(self, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
        uid = folder.put(bytes(mail()))

        def broken(**_: object) -> None:
            raise RuntimeError

        with monkeypatch.context() as patch:
            patch.setattr(mailbox, "create_report", broken)
            with pytest.raises(RuntimeError):
                collect()
        assert folder.flags[uid] == set()
        assert collect() == 1

    def test_no_more_at_once_than_a_run_may_take(self, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(mailbox, "MOST", 2)
        for number in range(3):
            folder.put(bytes(mail(Message_ID=f"<{number}@x>")))
        assert (collect(), collect(), collect()) == (2, 1, 0)

    def test_a_date_from_the_future_is_not_believed(self, folder: Folder, noon: datetime) -> None:
        folder.put(bytes(mail(Date="Tue, 15 Sep 2099 09:00:00 +0800")))
        collect()
        assert Report.objects.get().observed_at == noon


class TestBroken:
    def test_one_bad_letter_does_not_hold_up_the_next(self, folder: Folder) -> None:
        bad, good = folder.put(b"\r\n\r\nno header"), folder.put(bytes(mail()))
        assert collect() == 1
        assert (folder.flags[bad], folder.flags[good]) == ({"\\Flagged"}, {"\\Seen"})
        letter = Letter.objects.get(state="broken")
        assert (letter.uid, letter.reason) == (bad, "unreadable")
        assert collect() == 0
        assert Letter.objects.count() == 2

    def test_one_too_large_is_not_even_fetched(self, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(letters, "MAX_BYTES", 500)
        uid = folder.put(bytes(mail("长" * 500)))
        assert collect() == 0
        assert Letter.objects.get().reason == "too_large"
        assert folder.flags[uid] == {"\\Flagged"}
        assert not [said for said in folder.said if "BODY" in said]

    def test_an_empty_one_is_left_for_a_person(self, folder: Folder) -> None:
        folder.put(bytes(mail("", Subject="")))
        assert collect() == 0
        assert Letter.objects.get().reason == "empty"

    def test_a_picture_that_is_none_is_left_out_and_counted(self, folder: Folder) -> None:
        message = mail()
        for data in (b"GIF89a", b"", picture()):
            message.add_attachment(data, maintype="image", subtype="jpeg", filename="a.jpg")
        folder.put(bytes(message))
        assert collect() == 1
        assert (Report.objects.get().photos_declared, Letter.objects.get().photos_left) == (1, 1)

    def test_automatic_ones_are_read_away(self, folder: Folder) -> None:
        uid = folder.put(bytes(mail(Auto_Submitted="auto-replied")))
        assert collect() == 0
        assert (Report.objects.count(), Letter.objects.get().state, folder.flags[uid]) == (0, "ignored", {"\\Seen"})

    def test_one_with_a_photo_alone_is_taken(self, folder: Folder) -> None:
        message = mail("", Subject="")
        message.add_attachment(picture(), maintype="image", subtype="jpeg", filename="a.jpg")
        folder.put(bytes(message))
        assert collect() == 1
        assert Report.objects.get().text == "（来信只有照片）"


class TestServer:
    def test_the_page_knows_when_it_was_looked_into(self, folder: Folder, noon: datetime) -> None:
        collect()
        check = MailboxCheck.objects.get()
        assert (check.checked_at, check.error, check.failing_since) == (noon, "", None)

    @pytest.mark.parametrize(
        ("url", "error"),
        [
            (lambda folder: folder.url(password="falsch"), "refused"),
            (lambda folder: folder.url(folder="Archive"), "refused"),
            (lambda _folder: "imap://u:p@127.0.0.1:1/", "unreachable"),
            (lambda _folder: "imap://u:p@mail.example/", "mailbox.no_tls"),
            (lambda _folder: "pop3://u:p@127.0.0.1/", "mailbox.bad_url"),
            (lambda folder: folder.url(scheme="imap+tls"), "refused"),  # the server offers none: nothing is sent plain
        ],
    )
    def test_a_server_that_fails_is_named_and_asked_again(
        self, folder: Folder, point: Callable[[str], None], noon: datetime, url: Callable[[Folder], str], error: str
    ) -> None:
        folder.put(bytes(mail()))
        point(url(folder))
        assert collect() == 0
        with clock.at(noon + timedelta(minutes=5)):
            collect()
        check = MailboxCheck.objects.get()
        assert (check.error, check.failing_since, check.checked_at) == (error, noon, noon + timedelta(minutes=5))
        point(folder.url())
        assert collect() == 1
        assert (MailboxCheck.objects.get().error, MailboxCheck.objects.get().failing_since) == ("", None)

    def test_a_line_that_breaks_loses_nothing(self, folder: Folder) -> None:
        for number in range(3):
            folder.put(bytes(mail(Message_ID=f"<{number}@x>")))
        folder.drop_after = 6
        assert collect() == 0
        folder.drop_after = 0
        collect()
        assert Report.objects.count() == 3
        assert set(map(frozenset, folder.flags.values())) == {frozenset({"\\Seen"})}

    def test_without_an_address_nothing_is_done(self, noon: datetime) -> None:
        duty = duties.registered()["cases.mailbox"]
        assert duty.needed is not None
        assert not duty.needed()

    def test_over_tls_with_a_certificate_that_holds(
        self, point: Callable[[str], None], noon: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = certificate(tmp_path)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        with running(context) as folder:
            folder.put(bytes(mail()))
            point(folder.url("imaps"))
            assert collect() == 0
            assert MailboxCheck.objects.get().error == "certificate"  # nobody vouches for it
            monkeypatch.setenv("SSL_CERT_FILE", str(path))
            assert collect() == 1


def certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that vouches for itself, with its key."""
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    real = clock.real()
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(real - timedelta(days=1)).not_valid_after(real + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path
