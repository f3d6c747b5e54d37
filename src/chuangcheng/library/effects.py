"""Whoever is invited to a training session learns of it, of another time or place, and that it is called off; readers
learn of a document that was issued."""

from __future__ import annotations

from chuangcheng.history.models import Outbox
from chuangcheng.history.outbox import on
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.label import Label
from chuangcheng.library.models import Audience, Document, Kind, Training
from chuangcheng.library.states import VIEW
from chuangcheng.notices.actions import notify, sunk
from chuangcheng.people import rights
from chuangcheng.people.models import Person
from chuangcheng.people.selectors import valid_posts

_SAID = {
    "training.planned": Label("培训通知", "You are invited to a training"),
    "training.changed": Label("培训时间或地点有变", "Another time or place of a training"),
    "training.cancelled": Label("培训取消", "Training cancelled"),
}


def invited(training: Training) -> list[Person]:
    """The persons to tell: of the invited units those who may read of it, and those invited by name."""
    roles = [role.code for role in rights.roles().values() if VIEW in role.permissions]
    posts = valid_posts().filter(unit__in=training.units.values("pk"), role__in=roles)
    found = {post.person_id: post.person for post in posts}
    found |= {person.pk: person for person in training.persons.filter(is_active=True)}
    return list(found.values())


@on(*_SAID)
def tell_invited(row: Outbox) -> None:
    """Time and number; the topic is not sent out of the house."""
    training = None if sunk() else Training.objects.filter(pk=row.subject_id).first()
    if training is None:
        return
    said, at = _SAID[row.topic], f"{training.starts_at.astimezone(CITY_ZONE):%Y-%m-%d %H:%M}"
    text = Label(f"{said.zh}：{at}（{training.number}）", f"{said.en}: {at} ({training.number})")
    notify(key=f"outbox:{row.pk}", persons=invited(training), topic=row.topic, subject=("training", training.pk),
           text=text, url=f"/desk/library/trainings/{training.pk}/")  # fmt: skip


def readers(document: Document) -> list[Person]:
    """Whom a document is meant for: all who may read documents, those of them with the whole city in sight, or those of
    the named units."""
    held = [role for role in rights.roles().values() if VIEW in role.permissions]
    roles = [role.code for role in held if document.audience != Audience.OFFICE or role.scope == "all"]
    posts = valid_posts().filter(role__in=roles)
    if document.audience == Audience.UNITS:
        posts = posts.filter(unit__in=document.units.values("pk"))
    return list({post.person_id: post.person for post in posts}.values())


@on("document.issued")
def tell_readers(row: Outbox) -> None:
    """Kind and numbers; the title is not sent out of the house. Who issued it knows."""
    document = None if sunk() else Document.objects.filter(pk=row.subject_id, state="in_force").first()
    if document is None:
        return
    said, kind = f"{document.reference or document.number}", Kind(document.kind)
    text = Label(f"新发布{kind.label}：{said}", f"A new document was issued ({kind.value}): {said}")
    persons = [person for person in readers(document) if str(person.pk) != row.payload.get("by")]
    notify(key=f"outbox:{row.pk}", persons=persons, topic=row.topic, subject=("document", document.pk), text=text,
           url=f"/desk/library/{document.pk}/")  # fmt: skip
