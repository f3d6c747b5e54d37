"""A city's own assessment text: the file, how it is read, what it would come to, the draft."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as now_said
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chuangcheng.desk.workbooks import uploaded
from chuangcheng.framework import uploads
from chuangcheng.framework.models import Edition, Family
from chuangcheng.framework.shaping import Head, Shaped
from chuangcheng.kernel.outline.grids import Grid
from chuangcheng.kernel.outline.mapping import LEVELS, Mapping, headers
from chuangcheng.kernel.outline.tree import Entry
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.sheets import column_letter
from chuangcheng.web.pages import leave, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest

_SAMPLE = 6  # rows shown below the choice of what each column holds
_PROBLEMS = 200
_COLUMNS = 24


class FileForm(forms.Form):
    """A workbook or Word document with a whole assessment system."""

    file = forms.FileField(
        label=_("测评体系文件"),
        help_text=_("xlsx、xls、ods、csv 或 docx。版式不限：下一步核对各列的含义，确认无误后才成为草稿。"),
    )


def roles() -> list[tuple[str, str]]:
    """What a column may hold, in words."""
    levels = [(f"level{n}", now_said("第%(n)s级") % {"n": n}) for n in range(1, LEVELS + 1)]
    weights = [(f"weight{n}", now_said("第%(n)s级权重") % {"n": n}) for n in range(1, LEVELS)]
    return [
        ("", now_said("不读取")), *levels, ("text", now_said("条目文字")), ("code", now_said("编号")),
        ("parent", now_said("上级编号")), ("depth", now_said("层级")), ("weight", now_said("本行权重")), *weights,
        ("method", now_said("测评方式")), ("scoring", now_said("计分办法")), ("lead", now_said("责任单位")),
        ("support", now_said("配合单位")), ("person", now_said("责任人")), ("note", now_said("备注")),
    ]  # fmt: skip


class MappingForm(forms.Form):
    """How the file is read, but for its columns, and what the edition will be called."""

    name = forms.CharField(label=_("版本名称"), max_length=120)
    code = forms.CharField(label=_("版本编码"), max_length=40)
    version = forms.CharField(label=_("版次"), max_length=40)
    family = forms.ChoiceField(label=_("类别"))
    sheets = forms.MultipleChoiceField(label=_("读取的表"), widget=forms.CheckboxSelectMultiple)
    header = forms.IntegerField(label=_("表头在第几行"), min_value=0, max_value=50, help_text=_("没有表头填 0"))
    sheet_is = forms.ChoiceField(label=_("表名"))
    top = forms.ChoiceField(label=_("第一级是"))
    sums = forms.ChoiceField(label=_("权重合计不符时"))
    missing = forms.ChoiceField(label=_("缺少权重时"))
    hidden = forms.ChoiceField(label=_("隐藏行"))
    method = forms.ChoiceField(label=_("未写测评方式的按"))

    def __init__(self, *args: Any, grids: list[Grid], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = {
            "family": [(code, now_said(str(label))) for code, label in Family.choices],
            "sheets": [(str(n), grid.name) for n, grid in enumerate(grids)],
            "sheet_is": [("", now_said("没有含义")), ("level", now_said("是第一级"))],
            "top": [("project", now_said("测评项目")), ("framework", now_said("测评体系"))],
            "sums": [("refuse", now_said("列为问题")), ("scale", now_said("按比例折合为100"))],
            "missing": [("refuse", now_said("列为问题")), ("equal", now_said("按同级平均"))],
            "hidden": [("take", now_said("照样读取")), ("skip", now_said("跳过"))],
            "method": [("onsite", now_said("实地考察")), ("material", now_said("材料审核")),
                       ("survey", now_said("问卷调查")), ("observation", now_said("整体观察"))],
        }  # fmt: skip
        for name, some in choices.items():
            self.fields[name].choices = some  # type: ignore[attr-defined]
        if len(grids) == 1:
            for name in ("sheets", "sheet_is"):
                self.fields[name].required = False
                self.fields[name].widget = forms.MultipleHiddenInput() if name == "sheets" else forms.HiddenInput()
        self.fields["sheet_is"].required = False

    def mapping(self, grids: list[Grid], columns: tuple[str, ...]) -> tuple[Mapping, Head]:
        """What was filled in."""
        given = self.cleaned_data
        sheets = tuple(sorted(int(number) for number in given["sheets"])) or (0,)
        names = ("sheet_is", "top", "sums", "missing", "hidden", "method")
        found = headers(grids, sheets, given["header"] - 1)
        head = Head(given["code"], given["name"], given["version"], given["family"])
        return Mapping(sheets, found, columns, **{name: given[name] for name in names}), head


@page("framework.edit")
def take_in(request: StaffRequest) -> HttpResponse:
    """Take a file in; one of our own form is loaded at once, any other goes on to its mapping."""
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    problems: list[Any] = []
    if request.method == "POST" and (given := uploaded(form)):
        try:
            done = uploads.take_in(actor=request.actor, data=given[0], name=given[1])
        except Refused as refused:
            form.add_error("file", refused.message(language()))
            problems = list(refused.fields)
        else:
            if isinstance(done, Edition):
                messages.success(request, now_said("已导入为草稿。"))
                return leave(request, reverse("desk:edition", args=[done.pk]))
            return leave(request, reverse("desk:upload", args=[done.pk]))
    context = {
        "form": form, "problems": problems, "title": now_said("导入测评体系"), "back": reverse("desk:editions"),
        "template": reverse("desk:edition_template"), "submit": now_said("下一步"),
    }  # fmt: skip
    return render(request, "desk/rules_upload.html", context, status=422 if form.errors else 200)


@page("framework.edit")
def upload_page(request: StaffRequest, upload_id: UUID) -> HttpResponse:
    """How the file is read and what it comes to; posting reads it in another way."""
    upload = uploads.get_upload(upload_id)
    if upload.state != "open":
        target = reverse("desk:edition", args=[upload.edition_id]) if upload.edition_id else reverse("desk:editions")
        return leave(request, target)
    grids = uploads.grids_of(upload)
    mapping, head = uploads.mapping_of(upload)
    initial = {**mapping.as_json(), **head.as_json(), "sheets": [str(n) for n in mapping.sheets]}
    initial["header"] = (mapping.header[0] if mapping.header else -1) + 1
    form = MappingForm(request.POST or None, initial=initial, grids=grids)
    if request.method == "POST" and form.is_valid():
        known = {code for code, _ in roles()}
        width = max(len(row) for row in grids[mapping.sheets[0] if mapping.sheets else 0].rows)
        columns = tuple(role if (role := request.POST.get(f"role-{n}", "")) in known else "" for n in range(width))
        read, called = form.mapping(grids, columns)
        uploads.change_mapping(actor=request.actor, upload_id=upload.pk, mapping=read, head=called)
        return leave(request, request.path)
    shaped = uploads.preview(upload)
    context = {
        "upload": upload, "form": form, "shaped": shaped, "columns": _columns(grids, mapping), "roles": roles(),
        "sample": _sample(grids, mapping), "problems": shaped.problems[:_PROBLEMS], "remarks": _grouped(shaped),
        "branches": _branches(shaped),
    }  # fmt: skip
    return render(request, "desk/upload.html", context, status=422 if form.errors else 200)


def _columns(grids: list[Grid], mapping: Mapping) -> list[tuple[int, str, str, str]]:
    """Number, letter, header and role of each column of the first sheet read."""
    grid = grids[mapping.sheets[0] if mapping.sheets else 0]
    width = min(max(len(row) for row in grid.rows), _COLUMNS)
    header = grid.rows[mapping.header[0]] if mapping.header and mapping.header[0] >= 0 else []
    roles_held = [*mapping.roles, *[""] * width]
    return [(n, column_letter(n), header[n].strip() if n < len(header) else "", roles_held[n]) for n in range(width)]


def _sample(grids: list[Grid], mapping: Mapping) -> list[tuple[int, list[str]]]:
    grid = grids[mapping.sheets[0] if mapping.sheets else 0]
    first = (mapping.header[0] if mapping.header else -1) + 1
    return [(first + n + 1, row[:_COLUMNS]) for n, row in enumerate(grid.rows[first : first + _SAMPLE])]


def _grouped(shaped: Shaped) -> list[tuple[str, str, int, list[int]]]:
    """Remarks of one kind together: where, what, how many, the first rows."""
    found: dict[tuple[str, str], list[int]] = {}
    for remark in shaped.remarks:
        found.setdefault((remark.field, remark.said(language())), []).append(remark.row or 0)
    return [(field, message, len(rows), [row for row in rows if row][:8]) for (field, message), rows in found.items()]


def _branches(shaped: Shaped) -> list[tuple[Entry, int, list[tuple[int, Entry, str]]]]:
    """Each root with the number of its standards and, in order, depth and entry of all below, marked if in question."""
    blamed = {(problem.field.partition(".")[0], problem.row) for problem in shaped.problems}

    def below(entry: Entry, depth: int) -> list[tuple[int, Entry, str]]:
        found = []
        for child in entry.children:
            wrong = "overdue" if (child.sheet, child.row) in blamed else ""
            found += [(depth, child, wrong), *below(child, depth + 1)]
        return found

    roots = shaped.tree.roots
    return [(root, sum(not one.children for one in root.walk()), below(root, 1)) for root in roots]


@page("framework.edit")
@require_POST
def upload_end(request: StaffRequest, upload_id: UUID) -> HttpResponse:
    """Load the draft, or give the file up."""
    if request.POST.get("drop"):
        uploads.drop_upload(actor=request.actor, upload_id=upload_id)
        messages.success(request, now_said("已放弃这份文件。"))
        return leave(request, reverse("desk:editions"))
    edition = uploads.load_upload(actor=request.actor, upload_id=upload_id)
    messages.success(request, now_said("已导入为草稿。"))
    return leave(request, reverse("desk:edition", args=[edition.pk]))
