"""A composed document as the file that a reader asked for."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse

from chuangcheng.bulletins import pdf, word
from chuangcheng.bulletins.document import Document
from chuangcheng.kernel.problems import Refused
from chuangcheng.web.tables.export import disposition

MIMES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


def as_file(document: Document, kind: str, name: str, made_at: datetime) -> HttpResponse:
    """The document as ``docx`` or ``pdf`` under a Chinese name without its ending; ``common.not_found`` for another
    kind. ``made_at`` is the time that a PDF names as its own."""
    if kind not in MIMES:
        raise Refused("common.not_found")
    content = word.print_document(document) if kind == "docx" else pdf.print_document(document, made_at)
    response = HttpResponse(content, content_type=MIMES[kind])
    response.headers["Content-Disposition"] = disposition(name, kind)
    response.headers["Cache-Control"] = "private, no-store"
    return response
