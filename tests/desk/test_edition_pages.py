"""Pages of editions: the list, the life of one, what became of its standards, and a file on its way in."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from chuangcheng.framework.actions import assign_by_role, load_edition, publish_edition
from chuangcheng.framework.models import Duty, Edition, Succession, Upload
from chuangcheng.kernel.actor import SYSTEM
from tests.framework import shapes
from tests.framework.test_carrying import first, second

Sign = Callable[[str], Client]
LIST = "/desk/framework/editions/"


@pytest.fixture
def pair(small_city: Any) -> tuple[Edition, Edition]:
    old = publish_edition(actor=SYSTEM, edition=load_edition(actor=SYSTEM, document=first()))
    assign_by_role(actor=SYSTEM, edition=old)
    return old, load_edition(actor=SYSTEM, document=second())


def test_the_life_of_an_edition(as_persona: Sign, pair: tuple[Edition, Edition]) -> None:
    old, new = pair
    office = as_persona("office")
    page = office.get(LIST).content.decode()
    assert old.code in page
    assert new.code in page
    detail = office.get(f"{LIST}{new.pk}/")
    assert [move.name for move in detail.context["moves"]] == ["publish", "drop"]
    assert "不低于 85 分" in detail.content.decode()
    assert "取消申报资格" in office.get(f"{LIST}{old.pk}/").content.decode()
    assert as_persona("leader").get(f"{LIST}{new.pk}/").context["moves"] == []
    move = reverse("desk:edition_move", args=[new.pk, "publish"])
    assert as_persona("leader").post(move).status_code == 403
    assert office.post(move).status_code == 302
    assert office.get("/desk/framework/").context["edition"] == new
    assert Edition.objects.get(pk=old.pk).state == "frozen"
    assert office.post(reverse("desk:edition_move", args=[new.pk, "unmake"])).status_code == 404
    office.post(reverse("desk:edition_move", args=[new.pk, "drop"]))  # a published one is not dropped
    assert Edition.objects.get(pk=new.pk).state == "published"
    file = office.get(reverse("desk:edition_file", args=[new.pk]))
    assert file.content.startswith(b"PK")


def test_the_unsure_are_decided_on_the_page(as_persona: Sign, pair: tuple[Edition, Edition]) -> None:
    old, new = pair
    office = as_persona("office")
    found = office.get(reverse("desk:edition_compare", args=[new.pk]), {"old": old.code})
    url = reverse("desk:edition_diff", args=[old.pk, new.pk])
    assert found.headers["Location"] == url
    assert office.get(reverse("desk:edition_compare", args=[new.pk]), {"old": "NONE"}).status_code == 404
    bare = office.get(reverse("desk:edition_compare", args=[new.pk]))
    assert bare.headers["Location"] == reverse("desk:edition", args=[new.pk]), "back to where it is chosen"
    page = office.get(url)
    assert [doubt.field for doubt in page.context["doubts"]] == ["heir-F-2-1-1"]
    assert "66.7%" in page.content.decode()
    carry = reverse("desk:edition_carry", args=[old.pk, new.pk])
    assert as_persona("leader").post(carry).status_code == 403
    assert 'name="heir-F-2-1-1"' in as_persona("leader").get(url).content.decode()
    office.post(carry, {"heir-F-2-1-1": ""})  # later
    assert Succession.objects.count() == 2
    office.post(carry, {"heir-F-2-1-1": "N2"})
    assert Duty.objects.filter(standard__edition=new).count() == 9
    assert office.get(url).context["share"] == 1
    assert office.post(carry, {"heir-F-2-1-1": "-"}).status_code == 302  # too late: said in a message
    assert Succession.objects.get(old__code="F-2-1-1").how == "chosen"


def upload(client: Client, path: Path) -> Any:
    return client.post(f"{LIST}upload/", {"file": SimpleUploadedFile(path.name, path.read_bytes())})


def test_a_file_becomes_a_draft(as_persona: Sign, tmp_path: Path, django_assert_max_num_queries: Any) -> None:
    """Wrong at first and named by row; read in another way; loaded as a draft; then it waits no longer."""
    office = as_persona("office")
    rows: list[list[object]] = [
        ["一级", "二级", "三级", "分值"], ["甲", "a", "子", 60], ["乙", "b", "丑", 30], ["合计", "", "", 90],
    ]  # fmt: skip
    url = upload(office, shapes.sheet(tmp_path / "本市.xlsx", rows)).headers["Location"]
    assert "本市.xlsx" in office.get(LIST).content.decode()
    with django_assert_max_num_queries(15):
        page = office.get(url)
    form = {name: value for name, value in page.context["form"].initial.items() if value is not None}
    form |= {f"role-{n}": role for n, role in enumerate(("level1", "level2", "level3", "weight"))}
    assert (
        office.post(url, {**form, "header": 1, "family": "own", "name": "本市体系", "code": "OWN-1"}).status_code == 302
    )
    page = office.get(url)
    assert page.context["shaped"].counts == [2, 2, 2]
    assert [(p.row, p.code) for p in page.context["problems"]] == [(2, "wrong_sum")]
    end = url + "end/"
    office.post(end)
    assert not Edition.objects.exists()
    assert office.post(url, {**form, "header": 99}).status_code == 422
    office.post(url, {**form, "header": 1, "family": "own", "code": "OWN-1", "sums": "scale"})
    assert "导入为草稿" in office.get(url).content.decode()
    assert office.post(end).headers["Location"] == f"{LIST}{Edition.objects.get().pk}/"
    edition = Edition.objects.get()
    assert (edition.code, edition.family, edition.state, edition.standards.count()) == ("OWN-1", "own", "draft", 2)
    assert office.get(url).status_code == 302
    assert as_persona("leader").get(url).status_code == 403


def test_files_that_are_given_up_and_files_that_are_none(as_persona: Sign, tmp_path: Path) -> None:
    office = as_persona("office")
    path = shapes.parted(tmp_path / "parts.xlsx", shapes.system(3, 4, 9))
    url = upload(office, path).headers["Location"]
    page = office.get(url).content.decode()
    assert len(re.findall(r'name="sheets"', page)) == 3
    office.post(url + "end/", {"drop": "1"})
    assert Upload.objects.get().state == "dropped"
    (tmp_path / "no.pdf").write_bytes(b"%PDF-1.7")
    refused = upload(office, tmp_path / "no.pdf")
    assert refused.status_code == 422
    assert office.get(f"{LIST}upload/").status_code == 200
    template = office.get(f"{LIST}template/")
    own = office.post(f"{LIST}upload/", {"file": SimpleUploadedFile("own.xlsx", template.content)})
    assert own.status_code == 422  # our own form, not filled in yet: every gap is named
    assert own.context["problems"]
