"""``chuangcheng demo``."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chuangcheng.cli import demo_home, home, output, trial
from chuangcheng.cli.commands import serve
from chuangcheng.cli.options import add
from chuangcheng.cli.output import Result, text
from chuangcheng.kernel.problems import Refused

if TYPE_CHECKING:
    from chuangcheng.kernel.settings import Settings
    from chuangcheng.worker.place import Place
    from chuangcheng.worker.supervisor import Supervisor

STEPS = 1000  # of the bar


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    serve.place(parser)
    add(parser, "--no-serve", "只生成，不启动服务", "make the city, then end", action="store_true")
    add(parser, "--seed", "随机种子，决定每一行数据", "number that decides every row", type=int)
    add(parser, "--as-of", "数据截止日期（默认今天）", "last day (default: today)", metavar="DATE")
    add(parser, "--database", "数据库地址", "address of the database", metavar="URL")
    add(parser, "--fresh", "删除已有演示数据重新生成", "make the demo city anew", action="store_true")
    add(
        parser,
        "--trial",
        "真实数据目录，另存于 HOME/trial",
        "folder of real data, for a second home HOME/trial",
        type=Path,
        metavar="DIR",
    )


def run(options: argparse.Namespace) -> Result | None:
    """Make the demo city unless it is there, then serve it."""
    wanted = demo_home.Wanted(options.seed, _date(options.as_of), options.fresh, options.database or "")
    place = serve.place_of(options)
    kept = demo_home.kept(home.settings().home, wanted)
    if kept is None:
        demo_home.clear(home.settings(), wanted)
    settings = home.open_home()
    if options.no_serve:
        summary = kept or _make(settings, wanted, None, lambda: None)
        return _result(_with_trial(summary, settings, options.trial))
    _serve(settings, place, wanted, kept, options)
    return None


def _date(given: str | None) -> date | None:
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        raise Refused("operations.bad_date", value=given) from None


def _make(settings: Settings, wanted: demo_home.Wanted, supervisor: Supervisor | None, founded: Any) -> dict[str, Any]:
    """Make the city in this process; stops when the supervisor is told to stop."""
    from chuangcheng.demo import run as demo
    from chuangcheng.demo.dates import default_as_of
    from chuangcheng.worker import migrating

    migrating.migrate(settings, output.say)
    demo_home.refuse_others(settings)
    seed, as_of = wanted.decided(default_as_of())
    demo_home.begin(settings.home, seed, as_of)
    with output.progress(text("演示城市", "demo city")) as bar:

        def progress(share: float, day: str) -> None:
            demo.write_progress(settings.home, share, day)
            bar(day, round(share * STEPS), STEPS)
            if supervisor is not None:
                supervisor.look()
                if supervisor.stopping.is_set():
                    raise KeyboardInterrupt

        summary = demo.run(seed=seed, as_of=as_of, progress=progress, founded=founded)
    demo_home.finish(settings.home, seed, as_of, summary)
    return summary


def _serve(
    settings: Settings, place: Place, wanted: demo_home.Wanted, kept: dict[str, Any] | None,
    options: argparse.Namespace,
) -> None:  # fmt: skip
    """Serve while the history is still being made; the worker starts when it is finished."""
    from chuangcheng.worker import serving
    from chuangcheng.worker.supervisor import Supervisor

    with serving.only_server(settings):
        supervisor = Supervisor()
        with serving.stopped_by_signals(supervisor):
            serving.prepare(settings, place, output.say)

            def start() -> None:
                serving.start(supervisor, settings, place)
                output.say(text(f"页面已可访问：{place.address}", f"pages are served: {place.address}"))

            if kept is None:
                kept = _make(settings, wanted, supervisor, start)
            else:
                start()
            kept = _with_trial(kept, settings, options.trial)
            supervisor.add("worker", serving.WORKER, serving.environment(settings))
            result = _result({**kept, "url": place.address})
            if serving.wait_until_ready(place, supervisor):
                result.show(as_json=options.json)
            supervisor.run()


def _with_trial(summary: dict[str, Any], settings: Settings, folder: Path | None) -> dict[str, Any]:
    return summary if folder is None else {**summary, **trial.run(settings.home / "trial", folder)}


def _result(data: dict[str, Any]) -> Result:
    lines = [text("演示城市已生成", "The demo city is ready")]
    figures = ("units", "sites", "reports", "cases", "closed", "on_time_rate", "score", "standards", "seconds")
    lines.append("  " + "  ".join(f"{name} {data[name]}" for name in figures if name in data))
    lines += [f"  {name}: {trial.line(data[name])}" for name in ("hotline", "requests311") if name in data]
    lines.append(text("演示账号：", "Demo logins:"))
    lines += [f"  {login['username']:<12} {login['password']}" for login in data.get("logins", [])]
    if "url" in data:
        lines.append(text(f"网址：{data['url']}　按 Ctrl-C 结束", f"Address: {data['url']}  Ctrl-C ends it"))
    return Result(data, lines)
