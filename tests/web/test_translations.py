"""Every word on screen stands in Chinese in the code and in English in the .po file."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.conf import settings

from tests.web.translations import CHINESE, everything, of_python, of_template, templates

PO = Path(settings.LOCALE_PATHS[0]) / "en" / "LC_MESSAGES" / "django.po"


def catalogue() -> dict[str, str]:
    """Chinese (the singular for plurals) → English."""
    messages = read_po(io.BytesIO(PO.read_bytes()))
    return {
        message.id if isinstance(message.id, str) else message.id[0]: (
            message.string if isinstance(message.string, str) else message.string[0]
        )
        for message in messages
        if message.id
    }


def test_every_word_has_an_english_text() -> None:
    known = catalogue()
    assert sorted(word for word in everything() if not known.get(word)) == []


def test_english_texts_are_english_and_keep_their_holes() -> None:
    wrong = [
        word
        for word, english in catalogue().items()
        if CHINESE.search(english) or (sorted(holes(word)) != sorted(holes(english)) and "还有" not in word)
    ]
    assert wrong == []


def holes(text: str) -> list[str]:
    """``%(name)s`` and ``{name}`` in a message."""
    import re

    return re.findall(r"%\(\w+\)[sd]|%s|\{\w+\}", text)


@pytest.mark.parametrize("path", templates(), ids=lambda path: "/".join(path.parts[-3:]))
def test_no_chinese_stands_outside_of_translate_tags(path: Path) -> None:
    assert of_template(path)[1] == []


def test_the_search_for_words_finds_them(tmp_path: Path) -> None:
    template = tmp_path / "a.html"
    template.write_text(
        '{% translate "甲" %}{% comment %}注{% endcomment %}<b>漏</b>'
        "{% blocktranslate count n=n %}乙{{ n }}{% plural %}丙{{ n }}{% endblocktranslate %}",
        encoding="utf-8",
    )
    assert of_template(template) == ({"甲", "乙%(n)s", "丙%(n)s"}, ["<b>漏</b>"])
    source = tmp_path / "a.py"
    source.write_text('x = _("丁") + gettext("戊") + other("己")', encoding="utf-8")
    assert list(of_python(source)) == ["丁", "戊"]
