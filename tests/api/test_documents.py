"""The library over the API: what a post reads, found by its words, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

from chuangcheng.api import documents as api
from chuangcheng.library import actions
from chuangcheng.library.models import Kind
from chuangcheng.library.states import DOCUMENT
from tests.api.conftest import Caller, is_problem
from tests.library.conftest import Enter, edition, enter, units

__all__ = ["edition", "enter", "units"]
LIST = "/api/v1/documents"
Tokens = Callable[[str], str]


def test_the_codes_are_those_of_the_tables() -> None:
    assert set(get_args(api.Kind)) == set(Kind.values)
    assert set(get_args(api.State)) == {state.code for state in DOCUMENT.states}


#: What is asked for, by whom, the titles.
ASKED: list[tuple[str, str, list[str]]] = [
    ("", "office", ["草案", "内部规定", "新方案", "旧方案"]),
    ("", "street", ["新方案", "旧方案"]),
    ("?q=小巷", "street", ["旧方案"]),
    ("?q=小巷 提升", "street", []),
    ("?q=提升", "street", ["新方案"]),
    ("?q=%00", "street", ["新方案", "旧方案"]),
    ("?q=涉密", "street", []),
    ("?q=涉密", "leader", ["内部规定"]),
    ("?state=superseded", "grid", ["旧方案"]),
    ("?state=draft", "street", []),
    ("?kind=rule", "office", ["内部规定"]),
    ("?limit=1", "street", ["新方案"]),
]


def test_what_is_listed(caller: Caller, tokens: Tokens, enter: Enter, personas: Any, edition: Any) -> None:
    standard = edition.standards.first()
    old = enter("背街小巷整治。", title="旧方案", reference="云创1号")
    new = enter("全面提升。", title="新方案", replaces=old, standards=(standard,), remarks="注")
    hidden = enter("涉密内容。", title="内部规定", kind="rule", audience="office")
    enter("草。", title="草案", issue=False)
    for query, who, titles in ASKED:
        listed = caller.get(LIST + query, token=tokens(who)).json()
        assert [row["title"] for row in listed["items"]] == titles, (query, who)
        assert api.DocumentPage.model_validate(listed)
    first = caller.get(f"{LIST}?limit=1", token=tokens("street")).json()
    rest = caller.get(f"{LIST}?limit=1&cursor={first['next']}", token=tokens("street")).json()
    assert [row["title"] for row in rest["items"]] == ["旧方案"] and rest["next"] is None
    actions.add_version(actor=personas["office"], document_id=new.pk, data="全面提升二。".encode(), note="改")
    found = caller.get(f"{LIST}/{new.pk}", token=tokens("street")).json()
    out = api.DocumentOut.model_validate(found)
    assert (out.versions, out.replaces, out.standards, out.remarks) == (2, old.number, [standard.code], "注")
    assert [(each.place, each.kind, each.note) for each in out.files] == [(2, "txt", "改"), (1, "txt", "")]
    assert caller.get(f"{LIST}/{old.pk}", token=tokens("street")).json()["replaces"] is None
    is_problem(caller.get(f"{LIST}/{hidden.pk}", token=tokens("street")), 404, "common.not_found")
    is_problem(caller.get(f"{LIST}?kind=poem", token=tokens("office")), 422, "common.invalid")
    is_problem(caller.get(f"{LIST}?cursor=x", token=tokens("office")), 422, "api.bad_cursor")
    assert caller.get(LIST).status_code == caller.get(f"{LIST}/{new.pk}").status_code == 401
