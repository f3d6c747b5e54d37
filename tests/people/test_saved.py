"""Saved views: one's own, the unit's, the default, the limits."""

from __future__ import annotations

import pytest

from chuangcheng.kernel.actor import CITIZEN, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import saved
from chuangcheng.people.models import SavedView


def save(actor: Actor, name: str = "超期", **more: object) -> SavedView:
    return saved.save_view(actor=actor, listing="cases", name=name, query="status=overdue", **more)  # type: ignore[arg-type]


def names(actor: Actor, listing: str = "") -> list[str]:
    return [view.name for view in saved.views_of(actor, listing)]


def test_a_view_is_ones_own_until_it_is_shared(personas: dict[str, Actor], noon: object) -> None:
    office, inspector, street = personas["office"], personas["inspector"], personas["street"]
    save(office)
    save(office, "全部", shared=True)
    assert names(office) == ["全部", "超期"]
    assert names(inspector) == ["全部"], "the inspector's post is at the same unit"
    assert names(street) == names(CITIZEN) == []
    shared = saved.views_of(inspector).get()
    assert not shared.mine  # type: ignore[attr-defined]
    assert saved.views_of(office, "reports").count() == 0


def test_the_same_name_again_replaces(personas: dict[str, Actor], noon: object) -> None:
    first = save(personas["office"], "  超期  ")
    again = saved.save_view(actor=personas["office"], listing="cases", name="超期", query="", shared=True)
    assert again.pk == first.pk
    assert SavedView.objects.get().query == ""
    saved.save_view(actor=personas["office"], listing="reports", name="超期", query="")
    assert SavedView.objects.count() == 2


@pytest.mark.parametrize(
    ("name", "query", "code"),
    [("", "", "no_name"), (" \n", "", "no_name"), ("长" * 41, "", "too_long"), ("好", "x" * 1001, "too_long")],
)
def test_names_and_filters_have_a_length(
    personas: dict[str, Actor], noon: object, name: str, query: str, code: str
) -> None:
    with pytest.raises(Refused, match=rf"view\.{code}"):
        saved.save_view(actor=personas["office"], listing="cases", name=name, query=query)


def test_a_person_keeps_so_many(personas: dict[str, Actor], noon: object) -> None:
    for number in range(saved.MOST):
        save(personas["office"], f"视图{number}")
    with pytest.raises(Refused, match=r"view\.too_many"):
        save(personas["office"], "再一个")
    save(personas["office"], "视图1")
    save(personas["leader"])


def test_only_ones_own_is_changed_or_deleted(personas: dict[str, Actor], noon: object) -> None:
    view = save(personas["office"], shared=True)
    for deed in (
        lambda: saved.change_view(actor=personas["inspector"], view_id=view.pk, name="我的", shared=False),
        lambda: saved.drop_view(actor=personas["inspector"], view_id=view.pk),
    ):
        with pytest.raises(Refused, match=r"common\.not_found"):
            deed()
    changed = saved.change_view(actor=personas["office"], view_id=view.pk, name="重点", shared=False)
    assert (changed.name, changed.unit_id) == ("重点", None)
    saved.drop_view(actor=personas["office"], view_id=view.pk)
    assert not SavedView.objects.exists()


def test_two_views_do_not_take_one_name(personas: dict[str, Actor], noon: object) -> None:
    save(personas["office"], "甲")
    other = save(personas["office"], "乙")
    with pytest.raises(Refused, match=r"view\.name_taken"):
        saved.change_view(actor=personas["office"], view_id=other.pk, name="甲", shared=False)
    for name, code in (("", "no_name"), ("长" * 41, "too_long")):
        with pytest.raises(Refused, match=rf"view\.{code}"):
            saved.change_view(actor=personas["office"], view_id=other.pk, name=name, shared=False)


def test_one_default_a_list_and_a_person(personas: dict[str, Actor], noon: object) -> None:
    office, inspector = personas["office"], personas["inspector"]
    first, second = save(office, "甲", shared=True), save(office, "乙")
    saved.make_default(actor=office, view_id=first.pk, on=True)
    saved.make_default(actor=inspector, view_id=first.pk, on=True)
    saved.make_default(actor=office, view_id=second.pk, on=True)
    assert saved.default_of(office, "cases") == second
    assert saved.default_of(inspector, "cases") == first
    assert saved.default_of(office, "reports") is None
    saved.make_default(actor=office, view_id=second.pk, on=False)
    assert saved.default_of(office, "cases") is None
    with pytest.raises(Refused, match=r"common\.not_found"):
        saved.make_default(actor=inspector, view_id=second.pk, on=True)


def test_who_no_longer_sees_a_view_does_not_open_with_it(personas: dict[str, Actor], noon: object) -> None:
    view = save(personas["office"], shared=True)
    for name in ("office", "inspector"):
        saved.make_default(actor=personas[name], view_id=view.pk, on=True)
    saved.change_view(actor=personas["office"], view_id=view.pk, name="超期", shared=False)
    assert [person.pk for person in view.defaults.all()] == [personas["office"].person_id]
