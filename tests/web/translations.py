"""Every Chinese word a page can show: from templates, from gettext calls, and from the choices of the models."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.template.base import Lexer, TokenType

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "chuangcheng"
CHINESE = re.compile(r"[\u3400-\u9fff]")
GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext"}
_TRANSLATE = re.compile(r"""^translate\s+(?:"([^"]*)"|'([^']*)')""")
_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def templates() -> list[Path]:
    """Every template of the project."""
    return sorted(path for path in PACKAGE.rglob("templates/**/*") if path.suffix in {".html", ".txt"})


def of_template(path: Path) -> tuple[set[str], list[str]]:
    """The messages of a template, and Chinese text that stands outside of translate tags."""
    messages: set[str] = set()
    loose: list[str] = []
    block: list[str] | None = None
    trimmed = False
    commented = False
    for token in Lexer(path.read_text(encoding="utf-8")).tokenize():
        if token.token_type == TokenType.BLOCK:
            name = token.contents.split()[0]
            if name in {"comment", "endcomment"}:
                commented = name == "comment"
            elif name in {"blocktranslate", "blocktrans"}:
                block, trimmed = [], "trimmed" in token.contents.split()
            elif name in {"plural", "endblocktranslate", "endblocktrans"} and block is not None:
                if block or name != "plural":
                    text = "".join(block)
                    messages.add(" ".join(line.strip() for line in text.strip().splitlines()) if trimmed else text)
                block = [] if name == "plural" else None
            elif found := _TRANSLATE.match(token.contents):
                messages.add((found[1] or found[2]).replace("%", "%%"))  # as the template looks it up
        elif block is not None:
            block.append(_PLACEHOLDER.sub(r"%(\1)s", "{{ " + token.contents + " }}")
                         if token.token_type == TokenType.VAR else token.contents.replace("%", "%%"))  # fmt: skip
        elif token.token_type == TokenType.TEXT and CHINESE.search(token.contents) and not commented:
            loose.append(" ".join(token.contents.split()))
    return messages, loose


def of_python(path: Path) -> Iterator[str]:
    """Messages of gettext calls."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in GETTEXT:
            yield from (
                arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
            )


def of_choices() -> set[str]:
    """Labels of choices and names of states, which pages say by ``words``."""
    found: set[str] = set()
    for model in apps.get_models():
        if not model.__module__.startswith("chuangcheng."):
            continue
        for field in model._meta.get_fields():
            found |= {
                str(label) for _, label in getattr(field, "flatchoices", None) or () if CHINESE.search(str(label))
            }
    return found


def everything() -> set[str]:
    """All messages that need an English text."""
    found = of_choices()
    for path in templates():
        found |= of_template(path)[0]
    for path in PACKAGE.rglob("*.py"):
        if "migrations" not in path.parts:
            found |= set(of_python(path))
    return {message for message in found if CHINESE.search(message)}
