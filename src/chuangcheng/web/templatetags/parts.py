"""The components of the style page as template tags. None writes a style attribute: the page's policy refuses it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import template
from django.http import HttpRequest
from django.template.loader import get_template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from chuangcheng.cases.evidence import Look
from chuangcheng.cases.models import Case, Source
from chuangcheng.cases.reading import masked
from chuangcheng.cases.selectors import status_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.label import Label
from chuangcheng.notices.models import Notice
from chuangcheng.people.models import Post
from chuangcheng.people.rights import roles
from chuangcheng.photos.models import Photo
from chuangcheng.web import moments, pages, tones
from chuangcheng.web.assets import asset as asset_address
from chuangcheng.web.deeds import deed_of
from chuangcheng.web.problems import language
from chuangcheng.web.tables import Column

LONGEST_CODE = 20  #: letters of a code that is kept on one line

register = template.Library()
register.simple_tag(asset_address, name="asset")
register.filter("day", moments.day)
register.filter("moment", moments.moment)
register.filter("until", moments.between)
register.filter("percent", moments.percent)
register.filter("figure", moments.figure)
register.filter("masked", masked)


@register.filter
def short(value: datetime | None) -> str:
    """A time for a table cell."""
    return moments.short_moment(value, clock.now())


@register.filter
def weekday(value: datetime) -> str:
    """``星期二`` of the city's day."""
    days = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
    return gettext(days[value.astimezone(clock.CITY_ZONE).weekday()])


@register.filter
def spoken(value: Label | str) -> str:
    """A label of the kernel, or a Chinese word that the models chose, in the page's language."""
    return value.text(language()) if isinstance(value, Label) else gettext(value) if value else ""


@register.filter
def deed(action: str) -> str:
    """A history row's action in words."""
    return deed_of(action).text(language())


@register.filter
def words(row: Any, field: str) -> str:
    """``row|words:"source"`` is the row's choice as a word in the page's language."""
    said = str(getattr(row, f"get_{field}_display")())
    return gettext(said) if said else ""


@register.filter
def source_word(code: str) -> str:
    """By which door something came in."""
    return gettext(str(Source(code).label)) if code in Source.values else code


@register.filter
def post_name(post: Post) -> str:
    """The post as "unit · title", once where both say the same."""
    title = post.title or role(post)
    return title if title == post.unit.short_name else f"{post.unit.short_name} · {title}"


@register.filter
def look_of(looks: Mapping[UUID, Look], photo: Photo) -> Look | None:
    """What is told beside a photo, where something is."""
    return looks.get(photo.pk) if looks else None


@register.filter
def item(values: Mapping[str, str], key: str) -> str:
    """One of several words by its key."""
    return values.get(key, "")


@register.filter
def stored_last(pictures: Sequence[Any]) -> Any:
    """The last of these pictures whose bytes are there, or nothing."""
    return next((each for each in reversed(pictures) if each.photo.stored_at), None)


@register.filter
def kilometres(metres: float) -> str:
    """``1.4``: metres in kilometres."""
    return f"{metres / 1000:.1f}"


@register.filter
def tongue(row: Any, _field: str = "") -> str:
    """A reference row's text in the page's language: ``en`` where it is asked for and there, else ``zh``."""
    english = getattr(row, "en", "") if language().startswith("en") else ""
    return str(english or row.zh)


@register.filter
def role(post: Post) -> str:
    """What the post's role is called."""
    return roles()[post.role].label.text(language())


@register.filter
def notice_text(notice: Notice) -> str:
    """A notice in the page's language."""
    return str(notice.text["en" if language().startswith("en") else "zh"])


@register.filter
def bar_width(share: moments.Number) -> str:
    """A share of 1 as a width of 100."""
    return f"{min(max(float(share), 0.0), 1.0) * 100:.2f}"


@register.simple_tag
def cell(column: Column, row: Any) -> SafeString | str:
    """What a listing shows for a row in a column: drawn by its template, else its plain value; a link if it is one."""
    if column.template:
        inner: Any = get_template(column.template).render({"row": row})
    else:
        inner = _plain(column.value(row))
    address = column.url(row) if column.url else ""
    if not address:
        return SafeString(inner) if column.template or isinstance(inner, SafeString) else str(inner)
    # A number or code is read as one piece; a name may break.
    one_piece = " nowrap" if str(inner).isascii() and not column.template else ""
    return format_html('<a class="row-link{}" href="{}">{}</a>', one_piece, address, inner)


def _plain(value: object) -> object:
    """A value without a template: a time, a day and a code stay on one line."""
    if isinstance(value, datetime):
        return format_html('<span class="nowrap">{}</span>', moments.short_moment(value, clock.now()))
    text = "" if value is None else str(value)
    if "-" in text and text.isascii() and " " not in text and len(text) <= LONGEST_CODE:
        return format_html('<span class="nowrap">{}</span>', text)
    return "" if value is None else value


@register.simple_tag(takes_context=True)
def may(context: template.Context, permission: str) -> bool:
    """Whether the post of this request holds the right."""
    request: HttpRequest = context["request"]
    return pages.holds(request, permission)


@register.inclusion_tag("web/parts/state.html")
def state(row: Any, field: str = "state") -> dict[str, str]:
    """A row's state: a mark whose shape and colour tell the phase, and the word."""
    code = getattr(row, field)
    return {"tone": tones.of(row._meta.model_name, code), "text": words(row, field)}


@register.inclusion_tag("web/parts/state.html")
def mark(tone: str, text: str) -> dict[str, str]:
    """The same mark for something that is no row."""
    return {"tone": tone, "text": text}


@register.inclusion_tag("web/parts/grade.html")
def grade(code: str) -> dict[str, str]:
    """A grade A, B, C, C# or NA on the ramp, its letter always in words too."""
    tone = {"A": "a", "B": "b", "C": "c", "C#": "cc"}.get(code, "na")
    return {"tone": tone, "text": code if tone != "na" else "—", "code": code}


@register.inclusion_tag("web/parts/due.html")
def due(
    at: datetime | None, ended: bool = False, on_time: bool | None = None, provisional: bool = False
) -> dict[str, Any]:
    """A deadline: the time left while it runs, on time or late once it has ended."""
    now = clock.now()
    status = tones.deadline(at, now, ended=ended, on_time=on_time)
    left = moments.time_left(at, now) if at and not ended else ""
    return {"at": at, "status": status, "left": left, "provisional": provisional}


@register.inclusion_tag("web/parts/due.html")
def case_due(case: Case) -> dict[str, Any]:
    """A case against its clock, by the same rule as the lists."""
    now = clock.now()
    status = status_of(case, now)
    look = {"due_soon": "soon", "done": "met", "done_late": "late"}.get(status, "none")
    left = moments.time_left(case.due_at, now) if case.due_at else ""
    if case.due_at and status in {"on_time", "overdue"}:
        look = "running" if status == "on_time" else "overdue"
        if case.handled_at:
            look, left = ("met", "") if status == "on_time" else ("late", "")
    if case.state == "closed" and case.on_time is None:
        look = "none"
    return {"at": case.due_at, "status": look, "left": left, "provisional": case.due_provisional and bool(left)}


@register.inclusion_tag("web/parts/bar.html")
def bar(share: moments.Number | None, tone: str = "", digits: int = 1) -> dict[str, Any]:
    """A share of 1 as a bar with its figure beside it."""
    width = min(max(float(share), 0.0), 1.0) * 100 if share is not None else 0
    return {"width": f"{width:.2f}", "tone": tone, "text": moments.percent(share, digits)}


@register.inclusion_tag("web/parts/spark.html")
def spark(values: Sequence[float | None], text: str = "") -> dict[str, Any]:
    """A trend as a small line; ``text`` says it in words for those who do not see it."""
    known = [float(value) for value in values if value is not None]
    if len(known) < 2:
        return {"points": "", "text": text}
    low, high = min(known), max(known)
    step = 92 / (len(known) - 1)
    heights = [18 - (value - low) / ((high - low) or 1) * 14 for value in known]
    points = [f"{2 + index * step:.1f},{height:.1f}" for index, height in enumerate(heights)]
    return {"points": " ".join(points), "x": points[-1].split(",")[0], "y": points[-1].split(",")[1], "text": text}


@register.inclusion_tag("web/parts/figure.html")
def figure_link(
    name: str, value: object, url: str = "", unit: str = "", note: str = "", tone: str = ""
) -> dict[str, object]:
    """One figure with its name and the way down to the rows behind it."""
    return {"name": name, "value": value, "url": url, "unit": unit, "note": note, "tone": tone}


@register.inclusion_tag("web/parts/empty.html")
def empty(title: str, advice: str = "", url: str = "", label: str = "") -> dict[str, str]:
    """Nothing here, and what to do next."""
    return {"title": title, "advice": advice, "url": url, "label": label}


@register.inclusion_tag("web/parts/field.html")
def field(bound: Any) -> dict[str, Any]:
    """A form field with label, hint and error; the widget carries our classes and its ARIA marks."""
    widget = bound.field.widget
    kind = getattr(widget, "input_type", "textarea")
    if kind == "checkbox" and getattr(widget, "allow_multiple_selected", False):
        kind = "radio"  # many boxes under one legend look like many buttons under one
    attrs = {"class": {"select": "form-select", "checkbox": "form-check-input"}.get(kind, "form-control")}
    if bound.errors:
        attrs |= {"aria-invalid": "true", "aria-describedby": f"{bound.auto_id}-error"}
    if kind == "radio":
        attrs = {"class": "form-check-input"}
    return {"field": bound, "kind": kind, "control": bound.as_widget(attrs=attrs) if kind != "radio" else bound}


#: Moves that lead work forward: the first of them on a page is its main button.
FORWARD = (
    "confirm", "file", "dispatch", "finish_co", "handle", "accept", "claim",
    "verify", "close", "extend", "suspend", "resume", "ask_confirm", "send", "draft", "grant_removal", "reply",
    "pass", "strike_off", "progress", "check", "call", "hold", "issue", "minute",
)  # fmt: skip
GRAVE = ("void", "refuse", "decline", "decline_removal", "object")
#: Moves that are taken now and then: they stand last.
SELDOM = ("add_co", "release_co", "plan", "flag", "unflag", "amend", "comment", "repeat", "stop", "build", "postpone",
          "cancel")  # fmt: skip


@register.inclusion_tag("web/parts/moves.html", takes_context=True)
def moves(context: template.Context, found: Iterable[Any], url_name: str, row: Any, direct: str = "") -> dict[str, Any]:
    """The buttons of a life cycle, the main one first. Each opens the form of its move; one named in ``direct``
    (separated by blanks) asks nothing and is done at once."""
    listed = list(found)
    names = [move.name for move in listed]
    main = next((name for name in FORWARD if name in names), "")
    listed.sort(key=lambda move: (move.name != main, move.name in SELDOM, move.name in GRAVE))
    buttons = [
        (
            move,
            "main" if move.name == main else "grave" if move.name in GRAVE else "",
            reverse(url_name, args=[row.pk, move.name]),
            move.name in direct.split(),
        )
        for move in listed
    ]
    return {"buttons": buttons, "csrf_token": context.get("csrf_token")}


@register.simple_tag(takes_context=True)
def with_query(context: template.Context, **changes: object) -> str:
    """This address with other parameters; an empty value drops one. The page of a listing is always left."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    for name in ("after", "before", "export"):
        query.pop(name, None)
    for name, value in changes.items():
        query.pop(name, None)
        if value not in (None, ""):
            query[name] = str(value)
    return "?" + query.urlencode()


@register.filter
def iso(value: date | datetime | None) -> str:
    """For ``<time datetime>``."""
    return value.isoformat() if value else ""
