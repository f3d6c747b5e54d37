"""A document that takes the place of several, seen from both sides; its readers hear of it once when it is issued."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.history import sweep
from chuangcheng.history.models import Event, Outbox
from chuangcheng.kernel.problems import Refused
from chuangcheng.library import actions, effects, selectors
from chuangcheng.library.facts import DOCUMENTS
from chuangcheng.library.models import Document
from chuangcheng.notices.actions import sink
from chuangcheng.notices.models import Notice
from chuangcheng.people.tokens import issue
from tests.library.conftest import Enter
from tests.web.conftest import as_persona

__all__ = ["as_persona"]
Sign = Callable[[str], Client]


def states(*documents: Document) -> list[str]:
    return [Document.objects.get(pk=document.pk).state for document in documents]


def test_one_takes_the_place_of_several(enter: Enter, personas: Any) -> None:
    first, second, third = (enter(f"第{n}份。", title=f"旧方案{n}") for n in (1, 2, 3))
    new = enter("合并后的。", title="新方案", replaces=(first, second), issue=False)
    assert states(first, second, third) == ["in_force"] * 3
    actions.issue_document(actor=personas["office"], document_id=new.pk)
    assert states(new, first, second, third) == ["in_force", "superseded", "superseded", "in_force"]
    new.refresh_from_db()
    assert set(new.replaces.all()) == {first, second} and list(first.successors.all()) == [new]
    told = Event.objects.get(subject_id=new.pk, action="document.created").after["replaces"]
    assert told == sorted(str(row.pk) for row in (first, second))
    amended = actions.DocumentInput(kind="plan", title="新方案", unit=new.unit, replaces=(first, second, third))
    actions.amend_document(actor=personas["office"], document_id=new.pk, given=amended)
    assert states(third) == ["superseded"] and new.replaces.count() == 3
    newest = enter("再次合并。", title="最新方案", replaces=(new,))
    assert selectors.above(newest) == {newest.pk, new.pk, first.pk, second.pk, third.pk}
    assert selectors.above(first) == {first.pk} and list(DOCUMENTS.check()) == []
    assert Outbox.objects.filter(topic="document.superseded").count() == 4


def test_no_circle_through_any_of_them_and_nothing_foreign(enter: Enter, personas: Any) -> None:
    first, second = enter("一。", title="一"), enter("二。", title="二")
    new = enter("新。", title="新", replaces=(first, second))
    actions.revive_document(actor=personas["office"], document_id=second.pk, note="误")
    for old in (new, second):
        given = actions.DocumentInput(kind="plan", title="二", unit=second.unit, replaces=(first, old))
        with pytest.raises(Refused, match=r"library\.circle"):
            actions.amend_document(actor=personas["office"], document_id=second.pk, given=given)
    draft = enter(None, title="草")
    with pytest.raises(Refused, match=r"library\.not_replaceable"):
        enter("x。", replaces=(first, draft))
    own = enter("区。", actor="district", unit="district")
    with pytest.raises(Refused, match=r"library\.other_unit"):
        enter("区二。", actor="district", unit="district", replaces=(own, first))
    assert states(own) == ["in_force"]


def test_both_ways_on_the_pages_and_in_the_api(as_persona: Sign, enter: Enter, personas: Any) -> None:
    olds = [enter(f"第{n}份。", title=f"旧方案{n}") for n in (1, 2)]
    hidden = enter("内部。", title="内部旧规", audience="office")
    new = enter("新。", title="新方案", replaces=(*olds, hidden))
    page = lambda row: reverse("desk:document", args=[row.pk])  # noqa: E731
    client = as_persona("street")
    html = client.get(page(new)).content.decode()
    assert all(page(old) in html and old.title in html for old in olds) and "内部旧规" not in html
    assert all(page(new) in client.get(page(old)).content.decode() for old in olds)
    office, move = as_persona("office"), reverse("desk:document_move", args=[new.pk, "amend"])
    assert office.get(move).context["form"].initial["replaces"] == " ".join(sorted(r.number for r in (*olds, hidden)))
    given = {**{name: str(value or "") for name, value in office.get(move).context["form"].initial.items()
                if name not in ("units", "standards")}, "replaces": f"{olds[0].number}　{olds[1].number}"}  # fmt: skip
    assert office.post(move, given).status_code == 302 and set(new.replaces.all()) == set(olds)
    assert office.post(move, {**given, "replaces": f"{olds[0].number} 没有"}).status_code == 422
    asked = {row.pk: Client().get(f"/api/v1/documents/{row.pk}",
                                  HTTP_AUTHORIZATION=f"Bearer {issue(personas['street'].post_id)}").json()
             for row in (new, olds[0])}  # fmt: skip
    numbers = sorted(old.number for old in olds)
    assert (asked[new.pk]["replaced"], asked[new.pk]["replaces"], asked[new.pk]["successors"]) == (
        numbers, numbers[0], [],
    )  # fmt: skip
    assert (asked[olds[0].pk]["replaced"], asked[olds[0].pk]["successors"]) == ([], [new.number])


#: Audience, the named units, who hears of it when the office issues it.
HEARD = [
    (
        "all",
        (),
        {
            "leader",
            "subcommand",
            "district",
            "department",
            "street",
            "street2",
            "inspector",
            "auditor",
            "community",
            "grid",
        },
    ),
    ("office", (), {"leader", "inspector", "auditor"}),
    ("units", ("street", "department"), {"street", "department", "grid"}),
]


@pytest.mark.parametrize(("audience", "named", "who"), HEARD)
def test_its_readers_hear_of_it_once(
    enter: Enter, units: Any, personas: Any, audience: str, named: tuple[str, ...], who: set[str]
) -> None:
    row = enter(
        audience=audience, units=tuple(units[name] for name in named), reference="云创〔2026〕3号", kind="notice"
    )
    sweep.drain()
    sweep.drain()
    notices = Notice.objects.filter(topic="document.issued")
    told = set(notices.values_list("person__username", flat=True))
    assert told == who
    assert all(selectors.visible_to(personas[name]).filter(pk=row.pk).exists() for name in told), "nobody in vain"
    notice = notices.first()
    assert notice is not None and notice.text["zh"] == "新发布通知：云创〔2026〕3号"
    assert notice.url == reverse("desk:document", args=[row.pk]) and row.title not in str(notice.text)
    assert len(told) == notices.count()


def test_nobody_hears_of_drafts_of_sunk_news_and_of_what_was_withdrawn_meanwhile(enter: Enter, personas: Any) -> None:
    enter(issue=False)
    with sink():
        enter(title="演示")
        sweep.drain()
    gone = enter(title="撤回")
    actions.withdraw_document(actor=personas["office"], document_id=gone.pk, note="有误")
    sweep.drain()
    assert not Notice.objects.filter(topic="document.issued").exists()
    assert personas["office"].person_id in {person.pk for person in effects.readers(gone)}
