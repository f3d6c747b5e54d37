"""``chuangcheng COMMAND``: exit code 0 for done, 1 for refused or found wanting, 2 for a wrong call."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from chuangcheng import __version__
from chuangcheng.cli import home, output
from chuangcheng.cli.options import common
from chuangcheng.cli.output import text
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused

#: Command → what it does. The module of the same name under ``cli/commands`` is loaded when it is called.
COMMANDS: dict[str, Label] = {
    "demo": Label("生成演示城市并启动服务", "make the demo city and serve it"),
    "serve": Label("启动服务（网页、后台任务）", "serve: web pages, worker and sweep"),
    "worker": Label("只启动后台任务", "run a worker only"),
    "migrate": Label("升级数据库", "bring the database up to date"),
    "import": Label("导入数据", "import data"),
    "export": Label("导出数据", "export data"),
    "diff": Label("比较两个体系版本", "compare two editions of the framework"),
    "cycle": Label("查看创建周期：状态、年度、阶段、冻结", "where the city stands in the cycle of the title"),
    "coverage": Label("检查测评标准是否都有责任单位", "is every standard of the framework somebody's?"),
    "weekly": Label("汇总周报或各单位周小结", "assemble the weekly report or the units' summaries"),
    "triage": Label("训练、评估分类建议", "learn and measure the suggestion of categories"),
    "time-rules": Label("用过去的案件试算一套处置时限", "try a set of time limits on past cases"),
    "duplicates": Label("找出热线工作簿中的重复诉求", "find repeated messages in a hotline's workbook"),
    "rebuild": Label("重算或核对派生数据与历史链", "recompute or check projections and chains of history"),
    "seal": Label("封存历史链的根值", "seal the roots of history"),
    "backup": Label("备份", "make a backup"),
    "restore": Label("把备份恢复到空目录", "restore a backup into an empty home"),
    "doctor": Label("检查配置与环境", "say what is missing or misconfigured"),
    "createuser": Label("新建用户并授予岗位", "make a user with a post"),
    "token": Label("签发接口令牌", "issue an API token for a post"),
    "webhooks": Label("查看和补推事件推送", "see webhooks and tell again what failed"),
    "bench": Label("性能测试（源代码目录中）", "measure against the database's limit (source tree)"),
}


def parser(command: str | None = None) -> argparse.ArgumentParser:
    """The whole parser; only ``command``'s own arguments are loaded, because loading all is slow."""
    root = argparse.ArgumentParser(
        prog="chuangcheng",
        description=text("创建全国文明城市工作系统", "Runs a city's campaign for the title National Civilized City"),
    )
    root.add_argument("--version", action="version", version=f"chuangcheng {__version__}")
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, about in COMMANDS.items():
        said = about.text(output.language())
        child = commands.add_parser(name, help=said, description=said, parents=[common()], allow_abbrev=False)
        if name == command:
            module(name).arguments(child)
    return root


def module(command: str) -> Any:
    """The module of a command; ``import`` is a word of Python's own."""
    name = {"import": "imports", "export": "exports"}.get(command, command.replace("-", "_"))
    return import_module(f"chuangcheng.cli.commands.{name}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    command = next((word for word in given if word in COMMANDS), None)
    options, rest = parser(command).parse_known_args(given)
    chosen = module(options.command)
    if rest and not getattr(chosen, "PASSES_ON", False):
        parser(command).error(text(f"不认识的参数：{' '.join(rest)}", f"unrecognized arguments: {' '.join(rest)}"))
    options.rest = rest
    home.choose(options)
    try:
        result: output.Result | None = chosen.run(options)
    except Refused as refused:
        result = output.problem(refused, _spoken())
        output.say(result.data["error"]["message"])
        for field in result.data["error"]["fields"]:
            output.say(f"  {field['row'] or ''} {field['field']}: {field['message']}")
        result = result if options.json else None
        return _finish(result, as_json=True, code=output.PROBLEM)
    except KeyboardInterrupt:
        return 130
    return _finish(result, as_json=options.json, code=result.code if result else output.OK)


def _finish(result: output.Result | None, *, as_json: bool, code: int) -> int:
    if result is not None:
        result.show(as_json=as_json)
    return code


def _spoken() -> str:
    """The language of the city, when its home says one."""
    from chuangcheng.kernel.settings import sources

    try:
        value, source = sources()["language"]
    except (ValueError, TypeError):
        return output.language()
    return str(value) if source != "default" else output.language()


if __name__ == "__main__":
    sys.exit(main())
