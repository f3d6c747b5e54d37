"""Documents on the desk: entered by a form, found by their words, compared, downloaded by those who may."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from chuangcheng.library import actions
from chuangcheng.library.models import Document, Download
from tests.kernel.test_papers import pdf, word
from tests.library.conftest import PLAN, Enter

Sign = Callable[[str], Client]
LIST, NEW = "/desk/library/", "/desk/library/new/"


def url(document: Document, name: str = "document", *more: str) -> str:
    return reverse(f"desk:{name}", args=[document.pk, *more])


def file(data: bytes | str, name: str = "方案.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data.encode() if isinstance(data, str) else data)


def post(client: Client, document: Document, move: str, status: int = 302, **form: Any) -> str:
    assert client.get(url(document, "document_move", move)).status_code == 200, move
    answer = client.post(url(document, "document_move", move), form)
    assert answer.status_code == status, answer.content.decode()[:2000]
    document.refresh_from_db()
    return answer.content.decode()


def test_a_document_by_hand(as_persona: Sign, units: Any, edition: Any) -> None:
    office, street = as_persona("office"), as_persona("street")
    assert office.get(NEW).context["form"].initial["unit"] == str(units["office"].pk)
    codes = list(edition.standards.values_list("code", flat=True))
    form = {"title": "实施方案", "kind": "plan", "unit": str(units["office"].pk), "reference": "云创〔2026〕1号",
            "audience": "all", "standards": f"{codes[0]} {codes[0]}", "from_on": "2026-09-01", "to_on": "2026-09-10"}  # fmt: skip
    for wrong in ({"title": ""}, {"kind": "poem"}, {"unit": "x"}, {"audience": "units"}, {"to_on": "2026-01-01"},
                  {"replaces": "没有"}, {"standards": "没有"}, {"file": file(b"\x00\x01", "方案.pdf")},
                  {"units": ["x"]}, {"issued_on": "0001-01-01"}):  # fmt: skip
        assert office.post(NEW, {**form, **wrong}).status_code in (422, 413), wrong
    assert not Document.objects.exists()
    answer = office.post(NEW, {**form, "file": file(PLAN)})
    document = Document.objects.get()
    assert answer.headers["Location"] == url(document) and document.standards.get().code == codes[0]
    assert (
        street.get(url(document)).status_code == 404
        and street.get(url(document, "document_move", "issue")).status_code == 403
    )
    assert office.post(url(document, "document_move", "issue")).status_code == 302
    html = street.get(url(document)).content.decode()
    assert all(words in html for words in ("背街小巷整治", "云创〔2026〕1号", codes[0], "已过有效期", "全体工作人员"))
    assert "最近下载" not in html and "上传新版本" not in html
    assert "完全相同" in post(office, document, "version", 409, file=file(PLAN, "改名.txt"), note="x")
    post(office, document, "version", 422)
    assert "宏" not in post(office, document, "version", 422, file=file(b"%PDF-1.4 broken"))
    post(office, document, "version", file=file(word("坚持创城为民。", "背街小巷整治，限期完成。")), note="压实时限")
    shown = {
        name: value
        for name, value in office.get(url(document, "document_move", "amend")).context["form"].initial.items()
        if value
    }
    assert shown["standards"] == codes[0] and shown["kind"] == "plan"
    post(office, document, "amend", **{**form, "title": "实施方案（修订）", "audience": "units", "to_on": "",
                                       "units": [str(units["department"].pk)], "standards": ""})  # fmt: skip
    assert street.get(url(document)).status_code == 404
    html = as_persona("department").get(url(document)).content.decode()
    assert "指定单位：城市管理局" in html and "第 2 版" in html and "压实时限" in html
    post(office, document, "withdraw", 422, note="")
    post(office, document, "withdraw", note="文字有误")
    assert as_persona("department").get(url(document)).status_code == 404
    html = office.get(url(document)).content.decode()
    assert "文字有误" in html and "恢复有效" in html
    post(office, document, "revive", note="已更正")
    assert office.get(url(document, "document_move", "supersede")).status_code == 404


def test_the_chain_of_successors(as_persona: Sign, enter: Enter, units: Any) -> None:
    old = enter(title="旧方案")
    new = enter("新的。", title="新方案", replaces=old)
    client = as_persona("street")
    assert "已由新文件替代" in (html := client.get(url(old)).content.decode()) and url(new) in html
    assert url(old) in client.get(url(new)).content.decode()
    assert (
        as_persona("office").get(url(new, "document_move", "amend")).context["form"].initial["replaces"] == old.number
    )


#: The query of the list, the titles it shows.
QUERIES: list[tuple[str, set[str]]] = [
    ("", {"实施方案", "考核办法", "英语材料"}),
    ("?q=小巷", {"实施方案"}),
    ("?q=考核", {"考核办法"}),
    ("?q=grid", {"英语材料"}),
    ("?q=没有的词", set()),
    ("?kind=method", {"考核办法"}),
    ("?kind=odd", {"实施方案", "考核办法", "英语材料"}),
    ("?state=in_force", {"实施方案", "英语材料"}),
    ("?state=draft", {"考核办法"}),
    ("?state=run_out", {"英语材料"}),
    ("?issued_from=2026-09-15", {"实施方案"}),
    ("?issued_to=2026-09-14", {"英语材料"}),
    ("?issued_to=xyz", set()),
    ("?standard={code}", {"实施方案"}),
    ("?standard=NO", set()),
    ("?unit={district}", {"英语材料"}),
    ("?q=小巷&kind=rule", set()),
]  # fmt: skip


def test_the_list_finds_and_filters(as_persona: Sign, enter: Enter, units: Any, edition: Any) -> None:
    from datetime import date

    standard = edition.standards.first()
    enter(title="实施方案", standards=(standard,))
    enter("每月考核一次。", title="考核办法", kind="method", issue=False)
    enter(pdf(b"grid workers read this"), actor="district", unit="district", title="英语材料", kind="material",
          issued_on=date(2026, 1, 5), to_on=date(2026, 2, 1))  # fmt: skip
    office = as_persona("office")
    for query, titles in QUERIES:
        answer = office.get(LIST + query.format(code=standard.code, district=units["district"].pk))
        assert {row.title for row in answer.context["listing"].rows} == titles, query
    html = office.get(LIST + "?q=小巷").content.decode()
    assert "<mark>小巷</mark>" in html and "?q=%E5%B0%8F%E5%B7%B7" in html
    assert "登记文件" in html and "登记文件" not in as_persona("street").get(LIST).content.decode()
    for sort in ("issued", "-issued", "versions", "number", "-created"):
        assert len(office.get(f"{LIST}?sort={sort}").context["listing"].rows) == 3
    assert "<mark>为民</mark>" in office.get(url(Document.objects.get(kind="plan")) + "?q=为民").content.decode()
    assert "正文里没有这个词" in office.get(url(Document.objects.get(kind="plan")) + "?q=没有").content.decode()
    csv = b"".join(office.get(f"{LIST}?export=csv&q=小巷")).decode("utf-8-sig")  # type: ignore[arg-type]
    assert "实施方案" in csv and "<mark>" not in csv and "考核办法" not in csv


def test_files_are_taken_by_those_who_may(as_persona: Sign, enter: Enter, personas: Any) -> None:
    scan = enter(pdf(b""), title="扫描/件", audience="office")
    version = reverse("desk:document_file", args=[scan.current_id])
    assert as_persona("street").get(version).status_code == 404 and not Download.objects.exists()
    answer = as_persona("leader").get(version)
    assert b"".join(answer.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    assert unquote(answer.headers["Content-Disposition"]) == "attachment; filename*=UTF-8''扫描／件-1.pdf"
    assert (answer.headers["Content-Type"], answer.headers["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert [row.person.username for row in Download.objects.all()] == ["leader"]  # type: ignore[union-attr]
    office = as_persona("office")
    html = office.get(url(scan)).content.decode()
    assert "可能是扫描件" in html and "最近下载" in html and "1 次" in html
    assert office.get(LIST).context["listing"].rows[0].taken == 1
    text = enter("文本。".encode("gb18030"), title="文本")
    got = as_persona("street").get(reverse("desk:document_file", args=[text.current_id]))
    assert io.BytesIO(b"".join(got.streaming_content)).read() == "文本。".encode("gb18030")  # type: ignore[attr-defined]


def test_two_versions_side_by_side(as_persona: Sign, enter: Enter, personas: Any) -> None:
    document, office, client = enter("甲。时限五天。"), personas["office"], as_persona("street")
    page = url(document, "document_compare")
    assert client.get(page).status_code == 404  # there is only one
    for text in ("甲。时限三天。乙。", "丙。"):
        actions.add_version(actor=office, document_id=document.pk, data=text.encode())
    shown = client.get(page)
    assert (shown.context["old"].place, shown.context["new"].place) == (2, 3)
    shown = client.get(f"{page}?from=1&to=2")
    html = shown.content.decode()
    assert "<del>时限<mark>五</mark>天。</del>" in html and "<ins>时限<mark>三</mark>天。</ins>" in html
    assert "<ins>乙。</ins>" in html and "新增 2 句" in html and "删去 1 句" in html and "删去：" in html
    assert (
        client.get(f"{page}?from=9&to=1").context["old"].place,
        client.get(f"{page}?to=2").context["old"].place,
    ) == (2, 1)
    same = client.get(f"{page}?from=2&to=2").context["difference"]
    assert (same.added, same.removed) == (0, 0)
    actions.add_version(actor=office, document_id=document.pk, data=pdf(b""))
    assert "无法逐句比较" in client.get(page).content.decode()
    hidden = enter("x", audience="office")
    assert client.get(url(hidden, "document_compare")).status_code == 404


def test_the_list_asks_few_questions(as_persona: Sign, enter: Enter, django_assert_max_num_queries: Any) -> None:
    for number in range(12):
        enter(f"第{number}份小巷方案。", title=f"方案{number}")
    client = as_persona("department")
    client.get(LIST)
    for address in (LIST, f"{LIST}?q=小巷", url(Document.objects.earliest("created_at"))):
        with django_assert_max_num_queries(15):
            assert client.get(address).status_code == 200
