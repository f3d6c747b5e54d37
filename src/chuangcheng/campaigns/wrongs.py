"""What is said of a wrong field, in both languages."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem

#: By the field and the code of the problem, or by the code alone.
SAID: dict[str, Label] = {
    "required": Label("必填", "Needed"),
    "length": Label("最多 {limit} 字", "At most {limit} characters"),
    "choice": Label("没有这一项", "There is no such choice"),
    "title:required": Label("请填写名称，最多 100 字", "Give it a name of at most 100 characters"),
    "until_on:order": Label("结束日期应晚于开始日期", "The end comes after the start"),
    "past": Label("计划的结束日期不能早于今天", "A plan does not end before today"),
    "far": Label("最长五年", "Five years at most"),
    "lead": Label("牵头单位不能同时为配合单位", "The lead unit does not support itself"),
    "name:required": Label("请填写目标名称，最多 100 字", "Name the target, at most 100 characters"),
    "unit": Label("没有计量单位“{given}”", "There is no measure “{given}”"),
    "number": Label("数值无效，最多四位小数", "No number with at most four decimal places"),
    "below_baseline": Label("目标“{name}”低于基数 {baseline}",
                            "The goal of “{name}” lies below its baseline {baseline}"),
    "above_baseline": Label("目标“{name}”要求减少，却高于基数 {baseline}",
                            "The goal of “{name}” is to fall, and lies above its baseline {baseline}"),
    "low:order": Label("合理范围的下限高于上限", "The lower bound lies above the upper one"),
    "plan:order": Label("计划节点按日期排列，每天一个", "Points of the plan in order of days, one a day"),
    "outside": Label("计划节点应在 {first} 至 {last} 之间", "Points of the plan lie between {first} and {last}"),
    "pair": Label("经度和纬度要一起填写", "Longitude and latitude go together"),
    "lat:range": Label("坐标无效", "Not a position"),
    "amount": Label("金额应大于 0，最多到分", "An amount above 0, with at most two decimal places"),
    "source:required": Label("请写明资金来源", "Say where the money comes from"),
    "party:required": Label("请写明合同对方", "Name the contractor"),
    "document:required": Label("请填写文号、合同号或凭证号", "Give the number of the document"),
    "contract:required": Label("请选择合同", "Choose the contract"),
    "future": Label("日期不能晚于今天", "The day must not lie in the future"),
    "met_from:order": Label("达标分应高于提升分，都在 1–100 之间",
                            "The bound of met lies above that of to improve, both from 1 to 100"),
    "fix_days:range": Label("整改期限为 1–366 天", "1 to 366 days to mend"),
    "answer": Label("请作答", "Answer it"),
    "unknown": Label("没有测评标准“{given}”", "There is no standard “{given}”"),
}  # fmt: skip


def wrong(field: str, code: str, **params: object) -> FieldProblem:
    """The problem of a field, said with these values."""
    said = SAID.get(f"{field}:{code}") or SAID[code]
    return FieldProblem(field, code, Label(said.zh.format(**params), said.en.format(**params)))
