"""The sheets of an edition's workbook: one table that the writer, the reader and the checks share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chuangcheng.kernel.scoring import KINDS

Kind = Literal["text", "code", "fraction", "decimal", "codes", "json", "flag", "date"]

LEVELS = {"framework": "体系", "project": "项目", "content": "内容", "standard": "标准"}
METHODS = ("onsite", "material", "survey", "observation")
EVIDENCE = ("report", "picture", "document", "site", "survey", "indicator")
SCORING = tuple(KINDS)
SOURCES = ("official", "sourced", "seed", "reconstructed")
UNITS = ("urgent_hours", "work_hours", "work_days")
HANDLINGS = ("repair", "clean", "remove", "stop", "penalty", "guide")
ABOUT = ("edition", "rule", "source", "role")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in documents, its header, what stands in it, and the comment on its header."""

    name: str
    header: str
    kind: Kind = "text"
    needed: bool = False
    choices: tuple[str, ...] = ()
    comment: str = ""
    width: int = 12
    limit: int = 0  # most characters that the database holds; 0 for no limit


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name in code, its title, its columns."""

    name: str
    title: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """The column of that name; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


_SOURCE = (
    Column("source", "来源标记", choices=SOURCES, needed=True,
           comment="official 官方文本；sourced 公开来源；seed 地方材料；reconstructed 推测重构"),
    Column("source_ref", "来源依据", "codes", comment="“说明”中来源的代码，多个用逗号分开", width=14),
)  # fmt: skip

NODES = Sheet("nodes", "测评标准", (
    Column("level", "层级", choices=tuple(LEVELS.values()), needed=True,
           comment="体系 › 项目 › 内容 › 标准，逐级填写；内容之下可再分内容，层数不限", width=8),
    Column("code", "代码", "code", needed=True, comment="全表唯一，如 CIV-07-01-01", width=16, limit=40),
    Column("parent", "上级代码", "code", comment="体系为空，其余填上一级的代码", width=14, limit=40),
    Column("zh", "中文", needed=True, width=40, limit=4000),
    Column("en", "英文", width=30, limit=4000),
    Column("weight", "权重", "fraction",
           comment="体系：占总分的份额（合计1）；项目：在体系100分中的分值（合计100）；"
                   "标准：在本项目内的相对权重；内容不填。可写 2、0.8 或 4/5",
           width=10, limit=20),
    Column("methods", "测评方式", "codes",
           comment="onsite 实地、material 材料、survey 问卷、observation 整体观察，多个用逗号分开", width=18),
    Column("scoring_kind", "计分方式", choices=SCORING, width=16),
    Column("scoring", "计分参数", "json", comment='JSON 对象，如 {"op": ">=", "target": 0.95}', width=30),
    Column("scoring_source", "计分来源", choices=SOURCES, comment="计分办法本身的来源"),
    Column("site_kinds", "点位类型", "codes", comment="在哪些类型的点位考察，填“点位类型”的代码", width=30),
    Column("responsible_role", "牵头角色", "code", comment="“说明”中责任角色的代码", width=18, limit=40),
    Column("note", "备注", width=20),
    *_SOURCE,
    Column("evidence", "佐证类型", "codes",
           comment="report 说明报告、picture 图片、document 文件资料、site 实地点位、survey 问卷调查、"
                   "indicator 指标数据，多个用逗号分开", width=18),
    Column("due_on", "完成时限", "date", comment="日期，如 2026-12-31", width=12),
))  # fmt: skip

SITE_KINDS = Sheet("kinds", "点位类型", (
    Column("code", "代码", "code", needed=True, width=24, limit=40),
    Column("prefix", "前缀", "code", needed=True, comment="考察项代码的开头", limit=8),
    Column("zh", "中文", needed=True, width=24, limit=100),
    Column("en", "英文", width=24, limit=160),
    Column("group", "分组", limit=40),
    Column("responsible_role", "责任角色", "code", width=18, limit=40),
    Column("observation", "考察办法", "json", comment='如 {"walk_m": 500}：步行500米', width=24),
    Column("blocks", "通用模块", "codes", width=24),
    *_SOURCE,
))  # fmt: skip

ITEMS = Sheet("items", "考察项", (
    Column("kind", "点位类型", "code", needed=True, width=24),
    Column("code", "代码", "code", needed=True, width=14, limit=40),
    Column("zh", "中文", needed=True, width=40, limit=300),
    Column("en", "英文", width=30, limit=300),
    Column("scoring", "计分", needed=True,
           comment="defect_count 缺陷计数；binary 符合/不符合；quota:3/500m 每500米至少3处；threshold:0.4 下限",
           width=16, limit=60),
    Column("case_codes", "案件类别", "codes", comment="不合格时立案的类别代码，取第一个存在的", width=18),
    Column("from_block", "通用模块", "code", limit=12),
    Column("by_analogy", "类推", "flag", comment="措辞取自其他类型点位的填“是”", choices=("是", "")),
    Column("standards", "对应标准", "codes", comment="本项说明哪些测评标准", width=40),
    *_SOURCE,
))  # fmt: skip

CATEGORIES = Sheet("categories", "案件类别", (
    Column("code", "代码", "code", needed=True, comment="两位大类+三位小类；部件异常加 F", limit=12),
    Column("zh", "名称", needed=True, width=24, limit=60),
    Column("kind", "部件或事项", choices=("component", "matter"), needed=True),
    Column("class_code", "大类代码", "code", needed=True, limit=4),
    Column("class_zh", "大类名称", needed=True, width=16, limit=40),
    Column("taxonomy", "分类标准", needed=True, width=20, limit=40),
    Column("is_top", "高发", "flag", choices=("是", "")),
))  # fmt: skip

NEGATIVE = Sheet("negative", "负面清单", (
    Column("code", "代码", "code", needed=True, limit=20),
    Column("zh", "中文", needed=True, width=40, limit=300),
    Column("en", "英文", width=30, limit=300),
    Column("effect", "后果", "json", comment="JSON 对象", width=30),
    *_SOURCE,
))  # fmt: skip

TIMES = Sheet("times", "处置时限", (
    Column("category_code", "类别代码", "code", comment="前缀即可，如 06；空为全部", limit=12),
    Column("condition", "立案条件", "code", needed=True, comment="default 为一般情形", limit=40),
    Column("condition_zh", "条件说明", width=24, limit=100),
    Column("amount", "时限", "decimal", needed=True),
    Column("unit", "单位", choices=UNITS, needed=True,
           comment="urgent_hours 紧急工作时；work_hours 工作时；work_days 工作日"),
    Column("close_when", "结案标准", width=20, limit=100),
    Column("handling", "处置方式", choices=HANDLINGS,
           comment="repair 维修更换；clean 清理清运；remove 拆除清除；stop 现场制止；penalty 立案处罚；guide 疏导劝导"),
    Column("severity", "最低严重程度", choices=("1", "2", "3"), comment="1 一般；2 较重；3 危险；不填则由立案人判断"),
    Column("source_ref", "来源依据", "code", limit=20),
))  # fmt: skip

ABOUT_SHEET = Sheet("about", "说明", (
    Column("kind", "类别", choices=ABOUT, needed=True, comment="edition 版本；rule 规则；source 来源；role 责任角色"),
    Column("code", "代码", "code", needed=True, width=22),
    Column("zh", "中文", width=50),
    Column("en", "英文", width=50),
    Column("value", "值", comment="规则的值为 JSON", width=40),
))  # fmt: skip

SHEETS = (ABOUT_SHEET, NODES, SITE_KINDS, ITEMS, CATEGORIES, NEGATIVE, TIMES)
