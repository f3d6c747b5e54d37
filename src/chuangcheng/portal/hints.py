"""Everyday words for kinds of trouble, beside the categories' own names: enough to offer a kind while somebody writes.
Who triages gets a learned suggestion; this one must fit into a page that works without a network."""

from __future__ import annotations

from typing import TypedDict

from chuangcheng.framework import selectors as framework
from chuangcheng.framework.models import Category

#: Category name → what people say.
SAID = {
    "暴露垃圾": ("垃圾没人收", "垃圾堆", "一堆垃圾", "生活垃圾", "乱扔垃圾"),
    "积存垃圾渣土": ("渣土", "建筑垃圾", "装修垃圾"),
    "垃圾站（箱）满溢": ("垃圾桶满", "垃圾箱满", "垃圾满", "桶满了", "溢出来"),
    "道路不洁": ("路面脏", "路很脏", "没人扫"),
    "乱堆杂物": ("杂物", "堆放", "楼道堆"),
    "绿地脏乱": ("草坪脏", "绿化带垃圾", "树坑"),
    "非法占绿毁绿": ("毁绿", "占绿", "种菜", "踩草坪"),
    "店外经营": ("摆到门口", "出店", "店外"),
    "占道经营": ("摆摊", "摊贩", "地摊", "小贩"),
    "违规户外广告": ("广告牌",),
    "非法小广告": ("小广告", "牛皮癣"),
    "机动车乱停放": ("乱停车", "违停", "车停在盲道", "占盲道"),
    "非机动车乱停放": ("共享单车", "电动车乱停", "自行车乱停"),
    "路灯异常": ("路灯不亮", "灯坏了"),
    "行道树异常": ("树倒", "树枝"),
}
OFFERED = 12


class Offer(TypedDict):
    """A kind of trouble as the page knows it."""

    code: str
    zh: str
    hints: list[str]


def offers() -> list[Offer]:
    """Every category under which a case can be filed: matters, and faults of components."""
    return [
        {"code": one.code, "zh": one.zh, "hints": list(SAID.get(one.zh, ()))}
        for one in framework.categories()
        if _can_be_a_case(one)
    ]


def _can_be_a_case(category: Category) -> bool:
    return category.kind == "matter" or category.code.endswith("F")
