"""What is printed for people outside: QR codes to stick on, notices to serve and to put up. Set by typst."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from importlib.resources import files
from urllib.parse import quote

import typst
from django.http import HttpResponse

from chuangcheng.bulletins.pdf import fonts
from chuangcheng.kernel.clock import CITY_ZONE


@dataclass(frozen=True, slots=True)
class Card:
    """One code to cut out."""

    name: str
    place: str
    code: str
    svg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter: to whom, what it says, a table if need be, who signs; and the slip that is given back."""

    title: str
    number: str = ""
    to: str = ""
    paragraphs: Sequence[str]
    headers: Sequence[str] = ()
    widths: Sequence[int] = ()
    rows: Sequence[Sequence[str]] = ()
    after: Sequence[str] = ()
    signed: str
    day: str
    receipt: Sequence[str] = ()


def print_codes(title: str, heading: str, cards: Sequence[Card], made_at: datetime) -> bytes:
    """Twelve to an A4 page, as PDF."""
    document = {"title": title, "heading": heading, "cards": [asdict(card) for card in cards]}
    return _typeset("codes.typ", document, made_at)


def print_letter(letter: Letter, made_at: datetime) -> bytes:
    """The letter as PDF."""
    return _typeset("letter.typ", asdict(letter), made_at)


def _typeset(template: str, document: Mapping[str, object], made_at: datetime) -> bytes:
    # No text of ours is ever parsed as markup: the template reads the document from its inputs.
    source = (files("chuangcheng.desk") / "print" / template).read_bytes()
    inputs = {"document": json.dumps(document, ensure_ascii=False)}
    pdf: bytes = typst.compile(source, font_paths=fonts(), sys_inputs=inputs, format="pdf",
                               timestamp=int(made_at.astimezone(UTC).timestamp()))  # fmt: skip
    return pdf


def chinese_day(day: date | datetime) -> str:
    """``2026年11月22日``: what is printed for the public is Chinese in every language of the desk."""
    local = day.astimezone(CITY_ZONE) if isinstance(day, datetime) else day
    return f"{local.year}年{local.month}月{local.day}日"


def download(data: bytes, name: str, mime: str = "application/pdf") -> HttpResponse:
    """The file as an answer that a browser may show."""
    response = HttpResponse(data, content_type=mime)
    response.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name)}"
    return response
