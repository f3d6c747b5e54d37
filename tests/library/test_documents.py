"""Documents by the actions: entered once, given versions, issued in the place of others, seen by those they are for."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings

from chuangcheng.history.models import Event, Outbox
from chuangcheng.history.verify import verify
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.library import actions, selectors
from chuangcheng.library.facts import DOCUMENTS
from chuangcheng.library.models import Document, Download, Version
from chuangcheng.photos import papers
from chuangcheng.photos.models import Paper
from tests.conftest import NOON
from tests.kernel.test_papers import LINE, pdf, word
from tests.library.conftest import PLAN, Enter

TODAY = date(2026, 9, 15)


def refused(code: str, action: Any, **more: Any) -> None:
    with pytest.raises(Refused) as found:
        action(**more)
    assert found.value.code == code


def test_a_document_from_draft_to_its_successor(enter: Enter, personas: Any, units: Any, edition: Any) -> None:
    office = personas["office"]
    standards = tuple(edition.standards.all()[:2])
    old = enter(issue=False, standards=standards, reference=" 云创〔2026〕1号 ", remarks="第一稿")
    assert (old.state, old.reference, old.versions_count, old.current.content) == ("draft", "云创〔2026〕1号", 1, PLAN)
    assert set(old.standards.all()) == set(standards) and old.number == f"WJ{str(old.serial)[:8]}-{str(old.serial)[8:]}"
    assert selectors.visible_to(personas["street"]).count() == 0
    old = actions.issue_document(actor=office, document_id=old.pk)
    assert (old.state, old.issued_on, old.from_on) == ("in_force", TODAY, TODAY)
    assert list(selectors.visible_to(personas["street"])) == [old]
    new = enter("新方案。", replaces=old, issue=False, issued_on=date(2026, 9, 1))
    old.refresh_from_db()
    assert old.state == "in_force"  # a draft replaces nothing yet
    new = actions.issue_document(actor=office, document_id=new.pk)
    old.refresh_from_db()
    assert (new.issued_on, old.state, list(old.successors.all())) == (date(2026, 9, 1), "superseded", [new])
    verbs = Event.objects.filter(subject_id=old.pk).order_by("seq").values_list("action", flat=True)
    assert list(verbs) == ["document.created", "document.version_added", "document.issued", "document.superseded"]
    told = str(list(Event.objects.filter(subject_kind="document").values_list("before", "after", "reason")))
    assert not any(words in told for words in ("方案", "云创", "第一稿"))  # no free text in history
    topics = Outbox.objects.filter(subject_kind="document").order_by("id").values_list("topic", flat=True)
    assert list(topics) == ["document.issued", "document.issued", "document.superseded"]
    refused("state.move_refused", actions.issue_document, actor=office, document_id=old.pk)
    refused("state.missing", actions.revive_document, actor=office, document_id=old.pk, note=" ")
    assert actions.revive_document(actor=office, document_id=old.pk, note="过渡期并行").state == "in_force"
    assert list(DOCUMENTS.check()) == [] and verify(settings.CITY.seals) == []
    Document.objects.filter(pk=new.pk).update(state="withdrawn", versions_count=7)
    assert len(list(DOCUMENTS.check())) == 2 and DOCUMENTS.rebuild() == 1 and not list(DOCUMENTS.check())


def test_entering_twice_makes_one(enter: Enter, personas: Any, units: Any) -> None:
    office, key = personas["office"], new_id()
    given = actions.DocumentInput(id=key, kind="rule", title="例会制度", unit=units["office"])
    first = actions.create_document(actor=office, given=given, data=b"words")
    again = actions.create_document(actor=office, given=given, data=b"words")
    assert (first[1], again[1], first[0].pk) == (True, False, again[0].pk)
    other = actions.DocumentInput(id=key, kind="rule", title="另一制度", unit=units["office"])
    refused("common.different_body", actions.create_document, actor=office, given=other)
    assert Document.objects.count() == 1 and Version.objects.count() == 1
    # A file that is refused leaves nothing behind.
    lone = actions.DocumentInput(kind="rule", title="坏文件", unit=units["office"])
    refused("library.broken", actions.create_document, actor=office, given=lone, data=b"%PDF-1.7 cut off")
    assert Document.objects.count() == 1


def test_versions(enter: Enter, personas: Any) -> None:
    office, document = personas["office"], enter(None)
    refused("library.no_file", actions.issue_document, actor=office, document_id=document.pk)
    files = [word(LINE), pdf(b"in Latin"), PLAN.encode("gb18030"), PLAN.encode()]
    for place, (data, kind) in enumerate(zip(files, ("docx", "pdf", "txt", "txt"), strict=True), 1):
        version, new = actions.add_version(actor=office, document_id=document.pk, data=data, note=f" 第{place}稿 ")
        assert (version.place, version.kind, version.note, new) == (place, kind, f"第{place}稿", True)
        assert papers.path_of(version.sha256, kind).read_bytes() == data
    again, new = actions.add_version(actor=office, document_id=document.pk, data=files[0])
    assert (again.place, new) == (1, False) and not Outbox.objects.filter(topic="document.renewed").exists()
    document.refresh_from_db()
    assert (document.versions_count, document.current.place) == (4, 4)
    assert set(Paper.objects.values_list("suffix", "owner_kind")) == {
        (kind, "version") for kind in ("docx", "pdf", "txt")
    }
    assert list(papers.verify()) == []
    path = papers.path_of(again.sha256, "docx")
    path.write_bytes(b"changed")
    assert [str(each) for each in papers.verify()] == [f"paper {again.sha256}: the file's content has changed"]
    path.unlink()
    assert "missing" in str(next(iter(papers.verify())))
    actions.issue_document(actor=office, document_id=document.pk)
    actions.add_version(actor=office, document_id=document.pk, data=b"renewed")
    assert Outbox.objects.filter(topic="document.renewed").count() == 1
    actions.withdraw_document(actor=office, document_id=document.pk, note="有误")
    refused("state.move_refused", actions.add_version, actor=office, document_id=document.pk, data=b"x")
    refused("common.not_allowed", actions.add_version, actor=personas["street"], document_id=document.pk, data=b"x")
    refused("common.not_found", actions.add_version, actor=office, document_id=new_id(), data=b"x")


def amended(document: Document, **more: Any) -> actions.DocumentInput:
    own = {name: getattr(document, name) for name in ("kind", "title", "unit", "audience", "issued_on")}
    own["replaces"] = tuple(document.replaces.all())
    if "replaces" in more and not isinstance(more["replaces"], tuple):
        more["replaces"] = (more["replaces"],)
    return actions.DocumentInput(**{**own, **more})


def test_amending_and_circles(enter: Enter, personas: Any, units: Any) -> None:
    office = personas["office"]
    first, second, third = (enter(f"第{n}份。", title=f"方案{n}") for n in (1, 2, 3))
    draft = enter(None)
    refused("library.not_replaceable", actions.amend_document, actor=office, document_id=third.pk,
            given=amended(third, replaces=draft))  # fmt: skip
    actions.amend_document(actor=office, document_id=second.pk, given=amended(second, replaces=first))
    first.refresh_from_db()
    assert first.state == "superseded"  # one in force takes the other's place at once
    second.refresh_from_db()
    actions.amend_document(actor=office, document_id=third.pk, given=amended(third, replaces=second))
    actions.revive_document(actor=office, document_id=first.pk, note="误")
    for target in (first, third):
        again = Document.objects.get(pk=target.pk)
        refused("state.move_refused" if target.state == "superseded" and target != first else "library.circle",
                actions.amend_document, actor=office, document_id=first.pk, given=amended(first, replaces=again))  # fmt: skip
    kept = Document.objects.get(pk=third.pk)
    changed = actions.amend_document(
        actor=office, document_id=third.pk,
        given=amended(kept, title="改名", audience="units", units=(units["street"],), to_on=TODAY, remarks="注"),
    )  # fmt: skip
    assert (changed.title, changed.audience, changed.remarks, changed.replaces.get()) == ("改名", "units", "注", second)
    assert not changed.has_run_out(TODAY) and changed.has_run_out(TODAY + timedelta(days=1))
    back = actions.amend_document(actor=office, document_id=third.pk, given=amended(kept, units=(units["street"],)))
    assert not back.units.exists()  # named units only where the audience is named units
    actions.withdraw_document(actor=office, document_id=third.pk, note="x")
    refused("state.move_refused", actions.amend_document, actor=office, document_id=third.pk, given=amended(kept))
    assert list(DOCUMENTS.check()) == []


#: Audience, named units, who reads it (of those who do not handle it).
READERS: list[tuple[str, tuple[str, ...], str]] = [
    ("all", (), "leader department street street2 community grid inspector auditor subcommand district"),
    ("office", (), "leader inspector auditor"),
    ("units", ("street",), "leader inspector auditor street grid district"),
    ("units", ("department",), "leader inspector auditor department subcommand"),
    ("units", ("community",), "leader inspector auditor community street grid district"),
    ("units", ("street2", "district"), "leader inspector auditor street2 district"),
]


@pytest.mark.parametrize(("audience", "named", "readers"), READERS, ids=[f"{a}-{'-'.join(n)}" for a, n, _r in READERS])
def test_who_reads_a_document(
    enter: Enter, personas: Any, units: Any, audience: str, named: tuple[str, ...], readers: str
) -> None:
    document = enter(audience=audience, units=tuple(units[name] for name in named))
    seen = {name for name, actor in personas.items() if selectors.visible_to(actor).exists()}
    assert seen == {"office", *readers.split()}
    assert {selectors.get_document_for(personas[name], document.pk).pk for name in seen} == {document.pk}
    for name in set(personas) - seen:
        refused("common.not_found", selectors.get_document_for, actor=personas[name], document_id=document.pk)
        refused("common.not_found", actions.take_file, actor=personas[name], version_id=document.current_id)
    assert {name for name in seen if selectors.moves_for(personas[name], document)} == {"office"}
    actions.withdraw_document(actor=personas["office"], document_id=document.pk, note="有误")
    assert {name for name, actor in personas.items() if selectors.visible_to(actor).exists()} == {"office"}


#: Who enters a document, for which unit, the refusal.
ISSUERS = [
    ("office", "office", ""),
    ("office", "street", ""),
    ("subcommand", "subcommand", ""),
    ("subcommand", "office", "library.other_unit"),
    ("district", "district", ""),
    ("district", "street2", ""),
    ("district", "subcommand", "library.other_unit"),
    ("department", "department", "common.not_allowed"),
    ("street", "street", "common.not_allowed"),
    ("grid", "street", "common.not_allowed"),
    ("leader", "office", "common.not_allowed"),
]


@pytest.mark.parametrize(("who", "unit", "refusal"), ISSUERS)
def test_who_issues_for_whom(enter: Enter, personas: Any, units: Any, who: str, unit: str, refusal: str) -> None:
    if refusal:
        refused(refusal, enter, actor=who, unit=unit)
        assert not Document.objects.exists()
        return
    document = enter(actor=who, unit=unit, audience="office")
    assert document in selectors.visible_to(personas[who])
    moves = [move.name for move in selectors.moves_for(personas[who], document)]
    assert moves == ["version", "amend", "withdraw"]


def test_nobody_replaces_what_is_not_theirs(enter: Enter, personas: Any) -> None:
    """A district must not be able to put the city's plan out of force by naming it."""
    city = enter()
    refused("library.other_unit", enter, actor="district", unit="district", replaces=city)
    own = enter("区方案。", actor="district", unit="district")
    refused("library.other_unit", actions.amend_document, actor=personas["district"], document_id=own.pk,
            given=amended(own, replaces=city))  # fmt: skip
    newer = enter("区方案二。", actor="district", unit="district", replaces=own)
    own.refresh_from_db()
    assert (own.state, newer.state, Document.objects.get(pk=city.pk).state) == ("superseded", "in_force", "in_force")
    refused("library.other_unit", actions.withdraw_document, actor=personas["district"], document_id=city.pk, note="x")


def test_taking_a_file_is_noted(enter: Enter, personas: Any) -> None:
    document = enter()
    version, path = actions.take_file(actor=personas["street"], version_id=document.current_id)
    assert path.read_bytes() == PLAN.encode() and version.document == document
    actions.take_file(actor=personas["office"], version_id=version.pk)
    taken = list(selectors.taken(document))
    assert [each.person.username for each in taken] == ["office", "street"] and taken[0].at == NOON  # type: ignore[union-attr]
    assert [version.taken for version in selectors.versions_of(document)] == [2]  # type: ignore[attr-defined]
    refused("common.not_found", actions.take_file, actor=personas["street"], version_id=new_id())
    assert Download.objects.count() == 2


def test_a_document_by_its_number(enter: Enter, personas: Any) -> None:
    document = enter(reference="云创〔2026〕3号")
    for given in (document.number, document.number.lower(), " 云创〔2026〕3号 "):
        assert selectors.named(personas["street"], given) == document
    for given in ("", "云创", "WJ1"):
        refused("library.unknown_document", selectors.named, actor=personas["street"], given=given)
