"""The campaign's mailbox 创城信箱, read by IMAP: each letter becomes a report in the one inbox.

What arrives is hostile until proved otherwise: sizes, parts and pictures are bounded, any character set is read as well
as it can be, and a letter that cannot be read is flagged, named on a page and left for a person: it never holds up the
next one. A letter is marked as read only after its report is committed; read again, it is known by its Message-ID.
"""

from __future__ import annotations

import imaplib
import ipaddress
import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from types import TracebackType
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import transaction

from chuangcheng.cases import letters
from chuangcheng.cases.actions.reports import create_report, ingest_photo
from chuangcheng.cases.inputs import ReportInput
from chuangcheng.cases.letter import LetterState
from chuangcheng.cases.letters import Content
from chuangcheng.cases.models import Letter, MailboxCheck, Report, Source
from chuangcheng.history.duties import periodic
from chuangcheng.history.secrets import digest_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import actions as photos
from chuangcheng.photos.actions import Declaration
from chuangcheng.photos.imaging import Picture

log = logging.getLogger(__name__)
SOURCE = Source.MAILBOX.value
TIMEOUT = 20  # seconds to wait for the server
MOST = 20  # letters a run; the duty comes back every minute
SECONDS = 60  # of one run
_PORTS = {"imap": 143, "imap+tls": 143, "imaps": 993}
FAILURES = (OSError, imaplib.IMAP4.error, UnicodeError)

#: Why a letter was not taken.
REASONS = {
    "too_large": Label("邮件过大", "Too large"),
    "unreadable": Label("格式无法解析", "Its form cannot be read"),
    "empty": Label("没有文字也没有照片", "Neither words nor a photo"),
    "refused": Label("内容不能作为上报", "Not fit for a report"),
    "auto": Label("自动回复或退信", "Automatic reply or bounce"),
    "known": Label("此前已收", "Taken before"),
}
#: Why the server could not be read.
FAULTS = {
    "mailbox.bad_url": Label("mailbox_url 写法不对", "mailbox_url is not well formed"),
    "mailbox.no_tls": Label("信箱地址没有加密（应为 imaps:// 或 imap+tls://）", "The mailbox's address has no TLS"),
    "certificate": Label("服务器证书不可信", "The server's certificate does not hold"),
    "refused": Label("服务器拒绝登录或命令", "The server refused the sign-in or a command"),
    "timeout": Label("服务器没有应答", "The server did not answer"),
    "unreachable": Label("连不上服务器", "The server cannot be reached"),
}


class Mailbox:
    """A connection to one folder, as ``imaps://user:password@host:port/FOLDER`` describes it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise Refused("mailbox.bad_url")
        if parts.scheme == "imap" and not _is_this_machine(parts.hostname):
            raise Refused("mailbox.no_tls")
        self._folder = unquote(parts.path.strip("/")) or "INBOX"
        port = parts.port or _PORTS[parts.scheme]
        if parts.scheme == "imaps":
            self._imap: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                parts.hostname, port, ssl_context=ssl.create_default_context(), timeout=TIMEOUT
            )
        else:
            self._imap = imaplib.IMAP4(parts.hostname, port, timeout=TIMEOUT)
        try:
            if parts.scheme == "imap+tls":
                self._imap.starttls(ssl.create_default_context())
            self._imap.login(unquote(parts.username or ""), unquote(parts.password or ""))
            self._check(*self._imap.select(f'"{self._folder}"'))
        except BaseException:
            self._hang_up()
            raise

    def __enter__(self) -> Mailbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._imap.logout()
        except FAILURES:
            log.info("the mailbox's server ended the connection first")
            self._hang_up()

    def _hang_up(self) -> None:
        with suppress(OSError):
            self._imap.shutdown()

    def waiting(self) -> list[int]:
        """The ids of letters that nobody has read, oldest first, without those that were flagged for a person."""
        found = self._check(*self._imap.uid("SEARCH", "UNSEEN UNFLAGGED UNDELETED"))
        return sorted(int(word) for word in (found[0] or b"").split())

    def size(self, uid: int) -> int:
        """The letter's size in bytes, as the server tells it."""
        found = self._check(*self._imap.uid("FETCH", str(uid), "(RFC822.SIZE)"))
        words = b" ".join(part for part in found if isinstance(part, bytes)).upper()
        digits = words.partition(b"RFC822.SIZE ")[2].split(b" ")[0].rstrip(b")")
        return int(digits) if digits.isdigit() else 0

    def raw(self, uid: int) -> bytes:
        """The letter, without marking it as read."""
        found = self._check(*self._imap.uid("FETCH", str(uid), "(BODY.PEEK[])"))
        return next((part[1] for part in found if isinstance(part, tuple)), b"")

    def mark(self, uid: int, flag: str) -> None:
        r"""Set ``\Seen`` (taken or ignored) or ``\Flagged`` (a person should look)."""
        self._check(*self._imap.uid("STORE", str(uid), "+FLAGS.SILENT", f"({flag})"))

    @staticmethod
    def _check(kind: str, answer: list[Any]) -> list[Any]:
        if kind != "OK":
            raise imaplib.IMAP4.error("the server refused a command")
        return answer


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@periodic("cases.mailbox", 60, needed=lambda: bool(settings.CITY.mailbox_url))
def collect() -> int:
    """Read what waits in the mailbox; how many letters became reports. A server that cannot be reached is told on the
    page and tried again in a minute."""
    try:
        with Mailbox(settings.CITY.mailbox_url) as mailbox:
            taken = sum(_take(mailbox, uid) for uid in _in_time(mailbox.waiting()))
    except (*FAILURES, Refused) as error:
        _note(_kind(error))
        log.warning("mailbox: %s", _kind(error))
        return 0
    _note("")
    return taken


def _in_time(uids: list[int]) -> Iterator[int]:
    """The first letters, as long as the run may last."""
    end = clock.real().timestamp() + SECONDS
    for uid in uids[:MOST]:
        if clock.real().timestamp() > end:
            return
        yield uid


def _kind(error: BaseException) -> str:
    """What went wrong, without the server's own words: they may quote addresses."""
    if isinstance(error, Refused):
        return error.code
    if isinstance(error, ssl.SSLError):
        return "certificate"
    if isinstance(error, imaplib.IMAP4.error):
        return "refused"
    return "timeout" if isinstance(error, TimeoutError | socket.timeout) else "unreachable"


def _note(error: str) -> None:
    now = clock.now()
    before = MailboxCheck.objects.filter(pk=1).first()
    since = (before.failing_since if before and before.error else None) or now
    MailboxCheck.objects.update_or_create(
        pk=1, defaults={"checked_at": now, "error": error, "failing_since": since if error else None}
    )


def _take(mailbox: Mailbox, uid: int) -> bool:
    """One letter from the server to its report; whether it became one."""
    size = mailbox.size(uid)
    if size > letters.MAX_BYTES:
        return _leave(mailbox, uid, f"uid-{uid}-{size}", "too_large", size)
    raw = mailbox.raw(uid)
    content = letters.read(raw)
    if content is None:
        return _leave(mailbox, uid, _mark_of(raw), "unreadable", len(raw))
    mark = _mark_of(content.message_id.encode(errors="replace") or raw)
    if content.automatic:
        _keep(uid, mark, LetterState.IGNORED, "auto", len(raw), content)
    else:
        pictures, left = _pictures(content)
        try:
            created = _report(uid, mark, content, pictures, left, len(raw))
        except Refused as refused:
            log.warning("letter %s refused: %s", uid, refused.code)
            return _leave(mailbox, uid, mark, "empty" if not content.text else "refused", len(raw))
        mailbox.mark(uid, "\\Seen")
        return created
    mailbox.mark(uid, "\\Seen")
    return False


def _mark_of(told: bytes) -> str:
    """By what a letter is known again. A Message-ID may hold a person's or a machine's name: history gets a digest."""
    return digest_of("mailbox.letter", told.hex())[:40]


def _pictures(content: Content) -> tuple[list[Picture], int]:
    """The pictures made safe, and how many could not be taken over."""
    found: dict[str, Picture] = {}
    left = content.pictures_left
    for data in content.pictures:
        try:
            picture = photos.prepare(data=data)
        except Refused as refused:
            log.info("a picture of a letter was left out: %s", refused.code)
            left += 1
        else:
            found[picture.original_sha256] = picture
    return list(found.values()), left


def _report(uid: int, mark: str, content: Content, pictures: list[Picture], left: int, size: int) -> bool:
    """Report, photos and the note of the letter in one transaction; False for a letter that was taken before."""
    if Report.objects.filter(external_source=SOURCE, external_number=mark).exists():
        return False
    text = content.text or ("（来信只有照片）" if pictures else "")
    sent = content.sent_at if content.sent_at and content.sent_at <= clock.now() else None
    given = ReportInput(
        id=new_id(), text=text, source=SOURCE, observed_at=sent, contact_name=content.sender,
        photos=tuple(Declaration(picture.original_sha256, "near") for picture in pictures),
        external_source=SOURCE, external_number=mark,
    )  # fmt: skip
    with transaction.atomic():
        report, created = create_report(actor=SYSTEM, given=given)
        for picture in pictures:
            ingest_photo(report_id=report.pk, sha256=picture.original_sha256, data=picture)
        _keep(uid, mark, LetterState.TAKEN, "", size, content, report=report, left=left)
    return created


def _keep(
    uid: int, mark: str, state: LetterState, reason: str, size: int, content: Content | None = None,
    report: Report | None = None, left: int = 0,
) -> None:  # fmt: skip
    values = {
        "uid": uid, "state": state, "reason": reason, "read_at": clock.now(), "size": size,
        "sent_at": content.sent_at if content else None, "photos_left": left, "report": report,
    }  # fmt: skip
    Letter.objects.update_or_create(mark=mark, defaults=values)


def _leave(mailbox: Mailbox, uid: int, mark: str, reason: str, size: int) -> bool:
    """Flag a letter for a person, and name it on the page."""
    _keep(uid, mark, LetterState.BROKEN, reason, size)
    log.warning("letter %s was left in the mailbox: %s", uid, reason)
    mailbox.mark(uid, "\\Flagged")
    return False
