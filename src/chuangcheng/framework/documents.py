"""Editions in and out as JSON documents, without loss. Loading is all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

from django.db import transaction

from chuangcheng.framework import checks, flat, reference, weights
from chuangcheng.framework.models import (
    Category,
    ChecklistItem,
    Duty,
    Edition,
    EditionState,
    NegativeItem,
    Node,
    NodeKind,
    SiteKind,
    Standard,
)
from chuangcheng.framework.states import EDITION
from chuangcheng.history import actions as history
from chuangcheng.history import versions
from chuangcheng.kernel import digest
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights

EDIT = "framework.edit"
EDITION_CACHE = "framework.edition"
_HEAD = (
    "name_zh",
    "name_en",
    "version",
    "family",
    "levels",
    "note_zh",
    "note_en",
    "rules",
    "sources",
    "roles",
    "is_reconstruction",
)
_SHARED = ("categories", "time_rules")
_NODE = ("code", "zh", "en", "source", "source_ref")
_STANDARD = (
    *_NODE,
    "relative_weight",
    "methods",
    "scoring",
    "scoring_source",
    "site_kinds",
    "responsible_role",
    "evidence",
    "due_on",
    "note",
)
_PLANNED = {"evidence", "due_on"}  # no part of the text: they may differ from the file once the edition is published
_KIND = (*_NODE, "prefix", "group", "responsible_role", "observation", "blocks")
_ITEM = (*_NODE, "scoring", "case_codes", "from_block", "by_analogy")
_NEGATIVE = (*_NODE, "effect")
_CATEGORY = ("code", "zh", "kind", "class_code", "class_zh", "taxonomy", "is_top")


def normalise(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document as a dump would write it: every key there, weights as exact fractions, texts trimmed.

    Raises ``framework.invalid`` with one field problem for each mistake, named by sheet, column and row as they
    stand in the exported workbook.
    """
    rows = flat.parse(flat.flatten(document))
    return checked(rows)


def checked(rows: flat.Rows) -> dict[str, Any]:
    """The document of typed rows, or ``framework.invalid`` with everything that is wrong in them."""
    checks.check(rows)
    if rows.problems:
        raise Refused("framework.invalid", fields=tuple(rows.problems), count=len(rows.problems))
    return flat.nest(rows)


def load_edition(*, actor: Actor, document: Mapping[str, Any]) -> Edition:
    """Load the edition of a document as a draft, with its categories and time limits; all of it or nothing.

    A draft of the same code is replaced unless duties were given from it (``framework.has_duties``). A published or
    frozen edition is returned unchanged when the document says the same, else ``framework.not_draft``. Mistakes raise
    ``framework.invalid``.
    """
    plain = normalise(document)
    with transaction.atomic():
        rights.require_or_system(actor, EDIT)
        reference.save_categories(actor=actor, rows=plain["categories"])
        reference.save_time_rules(actor=actor, rows=plain["time_rules"])
        edition = Edition.objects.select_for_update().filter(code=plain["code"]).first()
        if edition is not None:
            if edition.state != EditionState.DROPPED and _same(edition, plain):
                return edition
            if edition.state not in EDITION.move("load").sources:
                raise Refused("framework.not_draft", edition=edition.name_zh)
            if Duty.every.filter(standard__edition=edition).exists():  # their history would point at nothing
                raise Refused("framework.has_duties", edition=edition.name_zh)
        ask_guards(edition, "weights")
        return _store(actor, edition, plain)


def _own(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in _SHARED}


def _same(edition: Edition, plain: Mapping[str, Any]) -> bool:
    """Whether the document says what the edition says; of a published one its text alone counts."""
    stored, given = _own(dump_edition(edition)), _own(plain)
    if edition.state == EditionState.DRAFT:
        return stored == given
    return bool(_text_of(stored) == _text_of(given))


def _text_of(value: Any) -> Any:
    """The document without what is planned for its standards."""
    if isinstance(value, dict):
        return {name: _text_of(inner) for name, inner in value.items() if name not in _PLANNED}
    return [_text_of(inner) for inner in value] if isinstance(value, list) else value


def _store(actor: Actor, edition: Edition | None, plain: dict[str, Any]) -> Edition:
    fresh = edition is None
    edition = edition or Edition(code=plain["code"])
    for name in _HEAD:
        setattr(edition, name, plain[name])
    edition.state = EDITION.next(edition.state, "load")
    after = {"state": edition.state, "document": digest.sha256(digest.canonical(_own(plain)))}
    history.append(edition, "edition.loaded", actor, after=after)
    edition.save(force_insert=fresh)
    if not fresh:
        clear(edition)
    standards = _store_tree(edition, plain["frameworks"])
    _store_kinds(edition, plain["site_kinds"], standards)
    NegativeItem.objects.bulk_create(
        NegativeItem(edition=edition, order=order, **_only(row, _NEGATIVE))
        for order, row in enumerate(plain["negative_items"])
    )
    versions.bump(EDITION_CACHE)
    return edition


Guard = Callable[[Edition | None, str], None]
_guards: list[Guard] = []


def guard(check: Guard) -> Guard:
    """Let a room above be asked before an edition (None: one that is new) is changed: it raises its own refusal.
    Asked about ``editions`` (published, frozen), ``duties`` and ``weights`` (texts loaded)."""
    _guards.append(check)
    return check


def ask_guards(edition: Edition | None, what: str) -> None:
    """Ask every room above."""
    for check in _guards:
        check(edition, what)


def refuse_frozen(edition: Edition, what: str = "duties") -> None:
    """Refused: ``framework.frozen``, ``framework.dropped`` for an edition that takes no change any more; and what the
    guards of rooms above say."""
    if edition.state in (EditionState.FROZEN, EditionState.DROPPED):
        raise Refused(f"framework.{edition.state}", edition=edition.name_zh)
    ask_guards(edition, what)


def why_frozen(edition: Edition | None, what: str = "duties") -> Refused | None:
    """What :func:`refuse_frozen` would say now of an edition, or of a new one (None); None while it may be changed.
    For pages, so that nobody fills in what is refused afterwards."""
    try:
        if edition is None:
            ask_guards(None, what)
        else:
            refuse_frozen(edition, what)
    except Refused as refused:
        return refused
    return None


def clear(edition: Edition) -> None:
    """Take away the tree, kinds and negative list of a draft, in the caller's transaction."""
    for model in (ChecklistItem.objects.filter(site_kind__edition=edition), edition.site_kinds, edition.standards):
        model.all().delete()
    edition.nodes.all().delete()
    edition.negative_items.all().delete()


def _store_tree(edition: Edition, frameworks: list[dict[str, Any]]) -> dict[str, Standard]:
    """Nodes and standards with their exact weights, parents before children; returns the standards by code."""
    nodes: list[Node] = []
    standards: list[Standard] = []
    for framework in frameworks:
        top = _node(nodes, edition, NodeKind.FRAMEWORK, None, framework, weights.exact(framework["weight"]))
        for project in framework["projects"]:
            share = weights.exact(project["weight"])
            above = _node(nodes, edition, NodeKind.PROJECT, top, project, share)
            points = weights.points(
                share, {row["code"]: weights.exact(row["relative_weight"]) for row in _under(project)}
            )
            _store_contents(edition, above, project["contents"], points, (nodes, standards))
    Node.objects.bulk_create(nodes)
    Standard.objects.bulk_create(standards)
    return {standard.code: standard for standard in standards}


def _store_contents(
    edition: Edition,
    above: Node,
    contents: list[dict[str, Any]],
    points: dict[str, Fraction],
    made: tuple[list[Node], list[Standard]],
) -> None:
    """Contents below a node, to any depth, added to the nodes and standards ``made`` so far."""
    nodes, standards = made
    for content in contents:
        total = sum((points[row["code"]] for row in _under(content)), Fraction())
        node = _node(nodes, edition, NodeKind.CONTENT, above, content, total)
        standards += _standards(edition, node, content["standards"], points, len(standards))
        _store_contents(edition, node, content.get("contents", []), points, made)


def _under(node: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """Every standard below a node of a document."""
    yield from node.get("standards", [])
    for content in node.get("contents", []):
        yield from _under(content)


def _node(
    nodes: list[Node], edition: Edition, kind: NodeKind, parent: Node | None, row: dict[str, Any], weight: Fraction
) -> Node:
    node = Node(
        edition=edition, parent=parent, kind=kind, order=len(nodes), weight_num=weight.numerator,
        weight_den=weight.denominator, **_only(row, _NODE),
    )  # fmt: skip
    nodes.append(node)
    return node


def _standards(
    edition: Edition, content: Node, rows: list[dict[str, Any]], points: dict[str, Fraction], first: int
) -> list[Standard]:
    return [
        Standard(
            edition=edition, content=content, order=order, weight_num=points[row["code"]].numerator,
            weight_den=points[row["code"]].denominator, **{**_only(row, _STANDARD), "due_on": row["due_on"] or None},
        )
        for order, row in enumerate(rows, first)
    ]  # fmt: skip


def _store_kinds(edition: Edition, rows: list[dict[str, Any]], standards: dict[str, Standard]) -> None:
    kinds = [SiteKind(edition=edition, order=order, **_only(row, _KIND)) for order, row in enumerate(rows)]
    SiteKind.objects.bulk_create(kinds)
    items: list[ChecklistItem] = []
    links: list[Any] = []
    link = ChecklistItem.standards.through
    for kind, row in zip(kinds, rows, strict=True):
        for order, given in enumerate(row["items"]):
            item = ChecklistItem(site_kind=kind, order=order, **_only(given, _ITEM))
            items.append(item)
            links += [link(checklistitem=item, standard=standards[code]) for code in dict.fromkeys(given["standards"])]
    ChecklistItem.objects.bulk_create(items)
    link.objects.bulk_create(links)


def _only(row: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: row[name] for name in names}


def dump_edition(edition: Edition) -> dict[str, Any]:
    """The edition as a document, with the categories and the time limits in force."""
    head = {"code": edition.code, **{name: getattr(edition, name) for name in _HEAD}}
    below: dict[Any, list[Node]] = {}
    for node in edition.nodes.order_by("order"):
        below.setdefault(node.parent_id, []).append(node)
    standards: dict[Any, list[dict[str, Any]]] = {}
    for standard in edition.standards.order_by("order"):
        due = standard.due_on.isoformat() if standard.due_on else ""
        standards.setdefault(standard.content_id, []).append({**_fields(standard, _STANDARD), "due_on": due})
    return {
        **head,
        "frameworks": [_dump_node(node, below, standards) for node in below.get(None, [])],
        "site_kinds": [_dump_kind(kind) for kind in edition.site_kinds.order_by("order").prefetch_related(
            "items__standards")],
        "negative_items": [_fields(row, _NEGATIVE) for row in edition.negative_items.order_by("order")],
        "categories": [_fields(row, _CATEGORY) for row in Category.objects.order_by("code")],
        "time_rules": _dump_rules(),
    }  # fmt: skip


def _dump_node(node: Node, below: dict[Any, list[Node]], standards: dict[Any, list[dict[str, Any]]]) -> dict[str, Any]:
    row = _fields(node, _NODE)
    children = [_dump_node(child, below, standards) for child in below.get(node.pk, [])]
    if node.kind == NodeKind.CONTENT:
        deeper = {"contents": children} if children else {}
        return {**row, "standards": standards.get(node.pk, []), **deeper}
    return {**row, "weight": str(node.weight), "projects" if node.kind == NodeKind.FRAMEWORK else "contents": children}


def _dump_kind(kind: SiteKind) -> dict[str, Any]:
    items = sorted(kind.items.all(), key=lambda item: item.order)
    return {**_fields(kind, _KIND), "items": [_dump_item(item) for item in items]}


def _dump_item(item: ChecklistItem) -> dict[str, Any]:
    spoken_for = sorted(item.standards.all(), key=lambda standard: standard.order)
    return {**_fields(item, _ITEM), "standards": [standard.code for standard in spoken_for]}


def _dump_rules() -> list[dict[str, Any]]:
    names = ("category_code", "condition", "condition_zh", "unit", "close_when", "handling", "source_ref")
    rules = sorted(reference.newest_rules().items())
    return [
        {**_fields(rule, names), "amount": f"{rule.amount.normalize():f}", "severity": str(rule.severity or "")}
        for _, rule in rules
    ]


def _fields(row: object, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
