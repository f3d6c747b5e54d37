"""Full-text search: two characters are enough, the document's own words decide, and nothing unseen is found."""

from __future__ import annotations

from typing import Any

import pytest

from chuangcheng.history import pairs
from chuangcheng.library import actions, search, selectors
from chuangcheng.library.models import Document
from tests.library.conftest import Enter

TEXTS = {
    "甲": ("创建全国文明城市实施方案", "坚持创城为民。背街小巷整治责任到人。Wi-Fi 覆盖。"),
    "乙": ("考核办法", "每月考核一次，结果通报。小区楼道 100% 清理。"),
    "丙": ("关于召开例会的通知", "请各单位准时参加会议。"),
}

#: What is typed, which are found.
ASKED: list[tuple[str, str]] = [
    ("", "甲乙丙"),
    ("文明", "甲"),
    ("小巷", "甲"),
    ("考核", "乙"),
    ("会议", "丙"),
    ("例会", "丙"),
    ("会", "丙"),  # one character is read in the rows themselves
    ("wi-fi", "甲"),
    ("WI", "甲"),
    ("100%", "乙"),
    ("%", "乙"),
    ("_", ""),
    ("责任 小巷", "甲"),
    ("责任 考核", ""),
    ("背街整治", ""),  # each word as it was typed
    ("街小", "甲"),
    ("没有的词", ""),
    ("云创〔2026〕乙号", "乙"),
    ("备注甲", "甲"),
    ('"', ""),
    ("'小巷", ""),
    ("小巷\0", "甲"),
    ("AND OR NOT", ""),
    ("明城 城为", "甲"),
]


@pytest.fixture
def shelf(enter: Enter) -> dict[str, Document]:
    return {
        name: enter(text, title=title, reference=f"云创〔2026〕{name}号", remarks=f"备注{name}")
        for name, (title, text) in TEXTS.items()
    }


def found(rows: Any, text: str) -> str:
    return "".join(sorted(name[-1] for name in search.search(rows, text).values_list("remarks", flat=True)))


def test_what_is_found(shelf: Any, personas: Any) -> None:
    rows = selectors.visible_to(personas["street"])
    assert {text: found(rows, text) for text, _names in ASKED} == {
        text: "".join(sorted(names)) for text, names in ASKED
    }
    number = shelf["丙"].number
    assert found(rows, number) == found(rows, number.lower()) == found(rows, number[-6:]) == "丙"


def test_the_index_only_narrows(shelf: Any, personas: Any, monkeypatch: Any) -> None:
    rows = Document.objects.all()
    assert search.INDEX.matching(["小巷"]) == [shelf["甲"].serial] and search.INDEX.matching(["小巷", "考核"]) == []
    monkeypatch.setattr(pairs, "MOST_KEYS", 0)
    assert search.INDEX.matching(["小巷"]) is None and found(rows, "小巷") == "甲"
    # One with too many different words is not indexed, and found all the same.
    monkeypatch.setattr(pairs, "MOST_KEYS", 2_000)
    monkeypatch.setattr(search, "MOST_PAIRS", 3)
    actions.add_version(actor=personas["office"], document_id=shelf["甲"].pk, data="小巷亮化工程全面完成。".encode())
    assert not Document.objects.get(pk=shelf["甲"].pk).indexed and search.INDEX.matching(["小巷"]) == []
    assert found(rows, "亮化") == "甲" and found(rows, "责任") == ""  # the older version's words are gone
    assert list(search.check()) == []


def test_the_index_follows_the_document(shelf: Any, personas: Any) -> None:
    office, document = personas["office"], Document.objects.get(pk=shelf["乙"].pk)
    given = actions.DocumentInput(kind="method", title="督查规则", unit=document.unit, remarks="备注乙")
    actions.amend_document(actor=office, document_id=document.pk, given=given)
    assert search.INDEX.matching(["督查"]) == [document.serial] and search.INDEX.matching(["办法"]) == []
    assert found(Document.objects.all(), "规则") == "乙"


def test_nothing_unseen_is_found(shelf: Any, enter: Enter, personas: Any) -> None:
    enter("机密小巷。", audience="office", remarks="备注丁")
    enter("草稿小巷。", issue=False, remarks="备注戊")
    assert found(selectors.visible_to(personas["street"]), "小巷") == "甲"
    assert found(selectors.visible_to(personas["leader"]), "小巷") == "丁甲"
    assert found(selectors.visible_to(personas["office"]), "小巷") == "丁戊甲"


def test_the_index_is_made_again(shelf: Any) -> None:
    keys = search.INDEX.keys()
    assert len(keys) == 3 and list(search.check()) == []
    search.INDEX.forget({shelf["甲"].serial: ()})
    search.INDEX.put({7: ["小巷"]})
    assert sorted(each.what for each in search.check()) == ["has no document behind it", "is not in the index"]
    assert found(Document.objects.all(), "小巷") == ""  # nothing but the index can tell
    assert search.rebuild() == 3 and search.INDEX.keys() == keys and list(search.check()) == []
    assert found(Document.objects.all(), "小巷") == "甲"
