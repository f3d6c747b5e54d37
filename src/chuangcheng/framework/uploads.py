"""A city's own text on its way in: taken in, looked at under a mapping, loaded as a draft edition."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from chuangcheng.framework import workbook
from chuangcheng.framework.columns import ABOUT_SHEET, NODES
from chuangcheng.framework.documents import EDIT, load_edition
from chuangcheng.framework.models import Edition, Family, Upload
from chuangcheng.framework.named import take_named
from chuangcheng.framework.shaping import Head, Shaped, shape
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.outline.grids import Grid, open_grids
from chuangcheng.kernel.outline.mapping import Mapping, guess
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights


def is_own(grids: list[Grid]) -> bool:
    """Whether the file is a workbook in our own form, which needs no mapping."""
    return {ABOUT_SHEET.title, NODES.title} <= {grid.name for grid in grids}


def head_of(name: str) -> Head:
    """What an edition from a file of that name is called until somebody says otherwise."""
    stem = Path(name).stem.strip() or "edition"
    plain = re.sub(r"[^A-Z0-9]+", "-", stem.upper()).strip("-")
    words = (("未成年", Family.MINORS), ("城区", Family.DISTRICT))
    family = next((family for word, family in words if word in stem), Family.NATIONAL)
    return Head((plain or f"IMPORT-{clock.today():%Y%m%d}")[:40], stem[:120], "1", family.value)


def read_file(source: Path | bytes, file_name: str, /, **choices: str) -> Shaped:
    """A file of any reasonable shape, read as it is most likely meant; ``choices`` are fields of the mapping or of
    the head. Raises ``tables.*``."""
    grids = open_grids(source, file_name)
    heads = {key: choices.pop(key) for key in ("code", "name", "version", "family") if choices.get(key)}
    mapping = Mapping.of_json({**guess(grids).as_json(), **choices})
    return shape(grids, mapping, Head(**{**head_of(file_name).as_json(), **heads}))


def take_in(*, actor: Actor, data: bytes, name: str) -> Upload | Edition:
    """Keep a file to be mapped and looked at; a workbook of our own form is loaded at once.

    Refused: ``tables.*``, and for a workbook of our own form whatever :func:`load_edition` refuses.
    """
    rights.require_or_system(actor, EDIT)
    grids = open_grids(data, name)
    if is_own(grids):
        return load_edition(actor=actor, document=workbook.read_workbook(data, name))
    held = {"read": guess(grids).as_json(), "head": head_of(name).as_json()}
    return Upload.objects.create(
        name=name[:200], grids=[grid.as_json() for grid in grids], mapping=held, made_at=clock.now(),
        made_by_id=actor.person_id,
    )  # fmt: skip


def uploads() -> QuerySet[Upload]:
    """What waits, the newest first, without its cells."""
    return Upload.objects.filter(state="open").defer("grids").select_related("made_by").order_by("-made_at")


def get_upload(upload_id: UUID) -> Upload:
    """The upload, or ``common.not_found``. Whoever may edit the framework may see all of them."""
    found = Upload.objects.select_related("edition").filter(pk=upload_id).first()
    if found is None:
        raise Refused("common.not_found")
    return found


def mapping_of(upload: Upload) -> tuple[Mapping, Head]:
    """How it is read, and what it will be called."""
    return Mapping.of_json(upload.mapping["read"]), Head(**upload.mapping["head"])


def grids_of(upload: Upload) -> list[Grid]:
    """Its tables."""
    return [Grid.of_json(row) for row in upload.grids]


def preview(upload: Upload) -> Shaped:
    """What it would come to under its mapping."""
    return shape(grids_of(upload), *mapping_of(upload))


def change_mapping(*, actor: Actor, upload_id: UUID, mapping: Mapping, head: Head) -> Upload:
    """Read it in another way. Refused: ``framework.upload_ended``."""
    with transaction.atomic():
        upload = _locked(actor, upload_id)
        upload.mapping = {"read": mapping.as_json(), "head": head.as_json()}
        upload.save(update_fields=["mapping"])
    return upload


def load_upload(*, actor: Actor, upload_id: UUID) -> Edition:
    """Make the draft edition; all of it or nothing. Refused: ``framework.invalid``, and as ``load_edition``."""
    with transaction.atomic():
        upload = _locked(actor, upload_id)
        edition = load_file(actor=actor, shaped=preview(upload))
        upload.state, upload.edition = "loaded", edition
        upload.grids = []  # the text stands in the edition now
        upload.save(update_fields=["state", "edition", "grids"])
    return edition


def _sound(shaped: Shaped) -> dict[str, Any]:
    if shaped.document is None:
        raise Refused("framework.invalid", fields=tuple(shaped.problems), count=len(shaped.problems))
    return shaped.document


def load_file(*, actor: Actor, shaped: Shaped) -> Edition:
    """Load what :func:`read_file` read, with the units it names. Refused: ``framework.invalid`` naming every
    problem."""
    with transaction.atomic():
        edition = load_edition(actor=actor, document=_sound(shaped))
        take_named(actor=actor, edition=edition, written=shaped.named)
    return edition


def drop_upload(*, actor: Actor, upload_id: UUID) -> Upload:
    """Give it up; its cells go."""
    with transaction.atomic():
        upload = _locked(actor, upload_id)
        upload.state, upload.grids = "dropped", []
        upload.save(update_fields=["state", "grids"])
    return upload


def _locked(actor: Actor, upload_id: UUID) -> Upload:
    rights.require_or_system(actor, EDIT)
    upload = Upload.objects.select_for_update().filter(pk=upload_id).first()
    if upload is None:
        raise Refused("common.not_found")
    if upload.state != "open":
        raise Refused("framework.upload_ended")
    return upload
