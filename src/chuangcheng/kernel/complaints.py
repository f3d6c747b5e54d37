"""Whether words sound like a complaint about staff or a unit, so that the page asks. The rule never decides: a person
does, first the one who writes, then the clerk.

Two ways to sound so: somebody in office together with how they behaved, or a word that is used of nobody else.
"""

from __future__ import annotations

import re

_WHO = (
    "工作人员|办事人员|窗口|柜台|前台|城管|执法人?员?|执法队|队员|协管|民警|交警|辅警|警察|网格员|干部|书记|主任|科长|局长|"
    "处长|镇长|乡长|村长|领导|公务员|保安|物业经理|街道办|居委会|村委会|社区人员|单位|部门"
)
_HOW = (
    "态度|推诿|推脱|踢皮球|不作为|乱作为|慢作为|不理|不管不问|不耐烦|刁难|为难|辱骂|骂人|打人|粗暴|野蛮|吼|威胁|恐吓|"
    "失职|渎职|包庇|徇私|偏袒|以权|打击报复|泄露"
)
_ALONE = (
    "吃拿卡要|索贿|受贿|行贿|贪污|贪腐|腐败|收(?:了)?(?:红包|回扣|好处费|黑钱)|索要(?:红包|好处|钱)|公款|挪用|乱收费|"
    "违纪|违规提拔|裙带|作风问题|不作为|乱作为|滥用职权|玩忽职守"
)
#: Read by the page's script too: nothing that JavaScript reads otherwise.
PATTERN = f"(?:{_ALONE})|(?:{_WHO})[^。！？!?\\n]{{0,12}}(?:{_HOW})|(?:{_HOW})[^。！？!?\\n]{{0,6}}(?:{_WHO})"
_RULE = re.compile(PATTERN)


def sounds_like(text: str) -> bool:
    """Whether to ask if this is a complaint about staff or a unit."""
    return _RULE.search(text) is not None
