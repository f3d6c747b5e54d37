"""A library of five thousand documents as a city has after years: searched for words from everywhere to hardly
anywhere, as its page does, and as a share of what the same page's rows cost by hand.

By hand: the fifty rows with their text by primary key, and nothing else. Rows are inserted in bulk; each has a version
of some thousand characters and its entry in the index.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

DOCUMENTS = 5000
#: What we promise for this many on PostgreSQL, in milliseconds: the page of a search. One character, and words that are
#: not Chinese, are in no index; every text is read for them.
GOALS = {"documents": 100, "all texts": 300}
#: Name → what is typed.
ASKED = {
    "documents": "", "documents 路灯 (30.00%)": "路灯", "documents 单车 (2.00%)": "单车",
    "documents 井盖 (0.50%)": "井盖", "documents 雕塑 (0.02%)": "雕塑", "documents 单车 路灯": "单车 路灯",
    "documents nowhere": "琉璃瓦", "all texts, one character": "盖", "all texts, Wi-Fi": "Wi-Fi",
}  # fmt: skip
BATCH = 500
PAGE = 50
_CHARACTERS = [chr(0x4E00 + 7 * number) for number in range(900)]


def fill(unit: Any, rows: int = DOCUMENTS, end: datetime = datetime(2026, 11, 22, tzinfo=UTC)) -> None:
    """``rows`` documents in force, the newest from the day ``end``."""
    for first in range(0, rows, BATCH):
        _batch(unit, first, min(BATCH, rows - first), end - timedelta(hours=rows - first))


def _batch(unit: Any, first: int, count: int, start: datetime) -> None:
    from chuangcheng.history import actions as history
    from chuangcheng.history import pairs
    from chuangcheng.kernel.actor import SYSTEM
    from chuangcheng.library.facts import DOCUMENTS as FOLDED
    from chuangcheng.library.models import Document, Version
    from chuangcheng.library.search import INDEX, text_of

    dice, documents, versions = random.Random(f"library {first}"), [], []
    for serial in range(first + 1, first + count + 1):
        at = start + timedelta(hours=serial - first)
        document = Document(
            number=f"WJ20260101-{serial:06d}", serial=20260101000000 + serial, body_digest="", kind="rule",
            state="in_force", title=f"关于{_words(dice, 3)}的通知（{serial}）", reference=f"云创〔2026〕{serial}号",
            unit=unit, issued_on=at.date(), versions_count=1, created_at=at,
        )  # fmt: skip
        content = _content(dice)
        versions.append(Version(document=document, place=1, sha256=f"{serial:064d}", kind="txt", size=3 * len(content),
                                content=content, added_at=at, added_by="创城办"))  # fmt: skip
        documents.append(document)
    events = [
        history.build(row, "document.created", SYSTEM, after={name: getattr(row, name) for name in FOLDED.facts})
        for row in documents
    ]
    Document.objects.bulk_create(documents, batch_size=BATCH)
    Version.objects.bulk_create(versions, batch_size=BATCH)
    for document, version in zip(documents, versions, strict=True):
        document.current = version
    Document.objects.bulk_update(documents, ["current"], batch_size=BATCH)
    history.insert(events)
    INDEX.put({document.serial: pairs.of_text(text_of(document)) for document in documents})


def _words(dice: random.Random, count: int) -> str:
    return "".join("".join(dice.choices(_CHARACTERS, k=2)) for _ in range(count))


def _content(dice: random.Random) -> str:
    """Sentences of some 250 to 2,500 characters, with a bench's words here and there."""
    from bench.questions import words_for

    sentences = [f"{_words(dice, dice.randint(5, 20))}。" for _ in range(dice.randint(10, 100))]
    sentences[dice.randrange(len(sentences))] += words_for(dice) + ("，覆盖 Wi-Fi。" if dice.random() < 0.01 else "。")
    return "\n".join(sentences)


def questions() -> dict[str, Callable[[int], object]]:
    """The list as the office opens it, with nothing and with words in its search."""
    from bench.pages import get

    return {name: get("office", [f"/desk/library/?q={asked}"]) for name, asked in ASKED.items()}


def limits() -> dict[str, Callable[[int], object]]:
    """The same by hand."""
    return {name: _by_hand(asked) for name, asked in ASKED.items()}


def _by_hand(asked: str) -> Callable[[int], object]:
    """The rows of the same page with their text, by primary key."""
    from django.db import connection

    from chuangcheng.kernel.ids import new_id
    from chuangcheng.library.models import Document
    from chuangcheng.library.search import search

    found = search(Document.objects.all(), asked).order_by("-created_at", "-pk").values_list("pk", flat=True)[:PAGE]
    rows = Document.objects.filter(pk__in=list(found) or [new_id()]).select_related("unit", "current")
    sql, values = rows.query.sql_with_params()

    def one(_number: int) -> object:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()

    return one
