"""The office's words around the table of duties 任务分解方案, kept per edition, with variables for its figures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from chuangcheng.framework.coverage import coverage
from chuangcheng.framework.documents import EDIT, refuse_frozen
from chuangcheng.framework.models import Decree, Edition, NodeKind
from chuangcheng.history import actions as history
from chuangcheng.history import secrets
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights

_VARIABLE = re.compile(r"\{(\w*)\}")
BODY = """为做好{city}全国文明城市创建工作，现将《{edition}》{projects} 个测评项目、{standards} 条测评标准分解到 \
{units} 个责任单位和 {districts} 个区县，请认真抓好落实。
一、压实责任。牵头单位对所承担的测评标准负总责，配合单位主动参与，属地落实日常管理。
二、按时完成。各项标准的完成时限和佐证类型见附表，最迟于{due}前全部达标。
三、严格督查。指挥部办公室按周调度、按月通报，对推进不力的单位予以督办。"""


@dataclass(frozen=True, slots=True)
class Words:
    """What a decree says."""

    title: str
    number: str = ""
    addressee: str = ""
    body: str = ""
    dated_on: date | None = None


def words_of(edition: Edition) -> Words:
    """The words kept for an edition, else usual ones."""
    found = Decree.objects.filter(edition=edition).first()
    if found is not None:
        return Words(found.title, found.number, found.addressee, found.body, found.dated_on)
    title = f"关于印发{settings.CITY.city_name}创建全国文明城市任务分解方案的通知"
    return Words(title, "", "各区县创城办，各责任单位：", BODY)


def variables(edition: Edition) -> dict[str, str]:
    """What stands for each variable."""
    survey = coverage(edition)
    last = edition.standards.aggregate(last=Max("due_on"))["last"]
    return {
        "city": settings.CITY.city_name, "edition": edition.name_zh, "standards": str(survey.found.standards),
        "projects": str(edition.nodes.filter(kind=NodeKind.PROJECT).count()), "units": str(survey.units_bound),
        "districts": str(survey.districts_bound), "duties": str(survey.found.duties),
        "due": f"{last.year}年{last.month}月{last.day}日" if last else "规定时限",
    }  # fmt: skip


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its variables. Refused: ``framework.unknown_variable``."""

    def value(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise Refused("framework.unknown_variable", name=match[1])
        return values[match[1]]

    return _VARIABLE.sub(value, text)


def save_decree(*, actor: Actor, edition: Edition, words: Words) -> Decree:
    """Keep the words. Refused: ``framework.unknown_variable``, ``framework.frozen`` or ``dropped``."""
    with transaction.atomic():
        rights.require_or_system(actor, EDIT)
        locked = Edition.objects.select_for_update().get(pk=edition.pk)
        refuse_frozen(locked)
        for text in (words.title, words.body):
            filled(text, dict.fromkeys(variables(locked), ""))
        values = {"title": words.title, "number": words.number, "addressee": words.addressee, "body": words.body,
                  "dated_on": words.dated_on, "saved_at": clock.now()}  # fmt: skip
        decree, _made = Decree.objects.update_or_create(edition=locked, defaults=values)
        after = {"words": secrets.digest_of("decree", f"{words.title}\n{words.body}"), "dated_on": words.dated_on}
        history.append(locked, "edition.decree_saved", actor, after=after)
        locked.save(update_fields=[*history.CHAIN_FIELDS])
    return decree
