"""Reading one mail, without network and without database: its words, its pictures, its sender.

Nothing in a mail is believed. Headers and bodies come in any character set or none (older offices write GBK and call it
GB2312), HTML is read for its words alone, sizes and numbers are bounded.
"""

from __future__ import annotations

import codecs
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import HeaderParseError, MessageError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.utils import parseaddr, parsedate_to_datetime
from html.parser import HTMLParser

from chuangcheng.cases.inputs import MAX_PHOTOS, MAX_TEXT
from chuangcheng.kernel.text import tidy

MAX_BYTES = 40 * 1024 * 1024
MAX_PARTS = 200
MAX_HTML = 2_000_000  # characters of a body that are looked at
CUT = "…（后略）"
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_SENDERS = ("mailer-daemon@", "postmaster@")
_LISTS = frozenset({"bulk", "junk", "list", "auto_reply"})
_CHINESE = frozenset({"gb2312", "gbk", "cp936", "x-gbk", "gb_2312-80", "euc-cn", "x-cp20936"})
_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif")


@dataclass(frozen=True, slots=True)
class Content:
    """A mail understood. ``sender`` is name and address in at most 60 characters; ``pictures_left`` counts pictures
    beyond the number that a report takes."""

    message_id: str
    sender: str
    sent_at: datetime | None
    text: str
    pictures: tuple[bytes, ...]
    pictures_left: int
    automatic: bool


def read(raw: bytes) -> Content | None:
    """The mail in ``raw``, or None if it is none that can be read."""
    try:
        message = BytesParser(policy=email.policy.compat32).parsebytes(raw)
        if not message.keys():
            return None
        parts = list(_leaves(message))
    except (RecursionError, MessageError, ValueError, LookupError, AssertionError):
        return None
    pictures = [data for part in parts if (data := _picture(part))]
    subject, body = tidy(header(message, "Subject")), _body(parts)
    return Content(
        message_id=header(message, "Message-ID").strip()[:998],
        sender=_sender(header(message, "From")),
        sent_at=_moment(header(message, "Date")),
        text=_cut(tidy(f"{subject}\n{body}") if body else subject),
        pictures=tuple(pictures[:MAX_PHOTOS]),
        pictures_left=max(0, len(pictures) - MAX_PHOTOS),
        automatic=_is_automatic(message),
    )


def header(message: Message, name: str) -> str:
    """A header in plain text, whatever it was encoded in; empty where it is missing."""
    value = message.get(name)
    if value is None:
        return ""
    try:
        chunks = decode_header(value)
    except (HeaderParseError, ValueError):
        return _sound(str(value))
    return _sound("".join(part if isinstance(part, str) else decoded(part, charset) for part, charset in chunks))


def decoded(data: bytes, charset: str | None) -> str:
    """``data`` in the character set it claims, else in the one it has, else as much of it as can be read."""
    claimed = (charset or "").strip().lower().strip("\"'")
    names = [*(["gb18030"] if claimed in _CHINESE else [claimed] if _is_text(claimed) else []), "utf-8", "gb18030"]
    for name in names:
        try:
            return data.decode(name)
        except (UnicodeError, LookupError):
            continue
    return data.decode("utf-8", "replace")


def _is_text(name: str) -> bool:
    """Whether Python knows the name as a character set. ``us-ascii`` with bytes above it is decoded as what it is."""
    try:
        return bool(name) and codecs.lookup(name)._is_text_encoding
    except (LookupError, ValueError):
        return False


def _sound(text: str) -> str:
    """Without NUL and lone surrogates, which no database keeps, on one line."""
    return " ".join(text.encode("utf-8", "replace").decode("utf-8").replace("\0", "").split())


def _leaves(message: Message) -> Iterator[Message]:
    for number, part in enumerate(message.walk()):
        if number >= MAX_PARTS:
            return
        if not part.is_multipart():
            yield part


def _body(parts: list[Message]) -> str:
    """The first plain text that says anything; without one the words of the first HTML."""
    for kind, plain in (("text/plain", str), ("text/html", _words)):
        for part in parts:
            if part.get_content_type() == kind and not _is_attached(part):
                data = part.get_payload(decode=True)
                text = decoded(data, part.get_content_charset()) if isinstance(data, bytes) else ""
                words = tidy(plain(text[:MAX_HTML].replace("\0", "")))
                if words:
                    return words.encode("utf-8", "replace").decode("utf-8")
    return ""


def _is_attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment"


def _picture(part: Message) -> bytes:
    """The bytes of a part that says it is a picture; empty for any other."""
    name = header_of_file(part).lower()
    if part.get_content_maintype() != "image" and not name.endswith(_PICTURES):
        return b""
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def header_of_file(part: Message) -> str:
    """The file name that a part claims."""
    try:
        return _sound(part.get_filename() or "")
    except (ValueError, LookupError, TypeError):
        return ""


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - len(CUT)] + CUT


def _sender(value: str) -> str:
    name, address = parseaddr(value)
    both = f"{name} <{address}>" if name and address else name or address
    return both if len(both) <= 60 else (address or name)[:60]


def _moment(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return moment if moment >= EARLIEST else None


def _is_automatic(message: Message) -> bool:
    """Auto-replies, bounces and mailing lists (RFC 3834): nobody wrote them to us."""
    if header(message, "Auto-Submitted").lower() not in ("", "no"):
        return True
    if message.get_content_type() == "multipart/report" or header(message, "Return-Path") == "<>":
        return True
    if header(message, "Precedence").lower() in _LISTS or message.get("X-Autoreply") or message.get("List-Id"):
        return True
    address = parseaddr(header(message, "From"))[1].lower()
    return address.startswith(_SENDERS)


class _Words(HTMLParser):
    """The words of HTML, a line a block; what is not shown is not read."""

    HIDDEN = frozenset({"script", "style", "head", "title", "template", "noscript"})
    BLOCKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "blockquote", "table", "ul", "ol"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        """Begin a line, or something that is not shown."""
        # Many never close their head.
        self._hidden = 0 if tag == "body" else self._hidden + (tag in self.HIDDEN)
        if tag in self.BLOCKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End it."""
        if tag in self.HIDDEN and self._hidden:
            self._hidden -= 1
        if tag in self.BLOCKS:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        """Words."""
        if not self._hidden:
            self.found.append(" ".join(data.split()) if data.strip() else " ")


def _words(html: str) -> str:
    parser = _Words()
    parser.feed(html)
    parser.close()
    lines = (line.strip() for line in "".join(parser.found).split("\n"))
    return "\n".join(line for line in lines if line)
