"""The channel of mails: one connection for a batch, the address and password out of ``mail_url``."""

from __future__ import annotations

import smtplib
from types import TracebackType
from urllib.parse import unquote, urlsplit

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.settings import Settings
from chuangcheng.notices.models import Notice

TIMEOUT = 20  # seconds
FAILURES = (OSError, smtplib.SMTPException, UnicodeError)
_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


def backend(mail_url: str) -> EmailBackend:
    """The connection that ``smtp://``, ``smtp+tls://`` (STARTTLS) or ``smtps://`` describes, not opened yet."""
    parts = urlsplit(mail_url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise Refused("notices.bad_mail_url")
    return EmailBackend(
        host=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        use_tls=parts.scheme == "smtp+tls",
        use_ssl=parts.scheme == "smtps",
        timeout=TIMEOUT,
    )


class Mailer:
    """Sends notices over one connection, which is opened at the first mail and again after a failure."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._backend = backend(settings.mail_url)

    def __enter__(self) -> Mailer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._backend.close()

    def send(self, notice: Notice) -> None:
        """Send one notice to its person; raises one of :data:`FAILURES`."""
        try:
            self._backend.open()
            self._backend.send_messages([self.message(notice)])
        except FAILURES:
            self._backend.close()
            raise

    def message(self, notice: Notice) -> EmailMessage:
        """The mail: its subject is the notice's first line, its text ends with the link."""
        language = notice.person.language or self._settings.language
        text = Label(notice.text["zh"], notice.text["en"]).text(language)
        subject = f"【{self._settings.city_name}创城】{text.splitlines()[0][:60]}"
        link = self._settings.public_url.rstrip("/") + notice.url if self._settings.public_url and notice.url else ""
        body = f"{text}\n\n{link}" if link else text
        return EmailMessage(subject, body, self._settings.mail_from, [notice.person.email])


def reason(error: BaseException) -> str:
    """Why a mail failed, without the server's own words: they quote addresses."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = sorted({code for code, _ in error.recipients.values()})
        return f"{type(error).__name__} {' '.join(map(str, codes))}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__} {error.smtp_code}"
    return type(error).__name__
