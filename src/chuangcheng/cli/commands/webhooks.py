"""``chuangcheng webhooks``."""

from __future__ import annotations

import argparse
from datetime import timedelta
from typing import Any
from uuid import UUID

from chuangcheng.cli import home
from chuangcheng.cli.options import add, children
from chuangcheng.cli.output import Result, text
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused

DEEDS: dict[str, Label] = {
    "list": Label("列出对方系统", "list the other systems"),
    "log": Label("列出推送日志，最新在前", "list what was told, the newest first"),
    "replay": Label("补推失败的消息", "tell again what failed"),
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """One command a deed."""
    for name, child in children(parser, "deed", DEEDS):
        if name == "list":
            continue
        add(child, "--endpoint", "对方系统名称或编号", "name or id of the other system", metavar="NAME")
        if name == "log":
            add(child, "--limit", "行数（默认 50）", "rows (default: 50)", type=int, default=50)
            continue
        add(child, "--sending", "只补推这一条", "this line of the log alone", metavar="ID")
        add(child, "--days", "最近天数（默认 1）", "the last days (default: 1)", type=int, default=1)
        add(child, "--all", "连已送达的也再推", "also what was delivered", action="store_true")


def run(options: argparse.Namespace) -> Result:
    """List, or put into the outbox what is to be told again; the worker tells it."""
    home.open_ready_home()
    return {"list": _list, "log": _log, "replay": _replay}[options.deed](options)


def _list(_options: argparse.Namespace) -> Result:
    from chuangcheng.kernel.actor import SYSTEM
    from chuangcheng.notices.webhooks import endpoints

    rows = [
        {"id": str(row.pk), "name": row.name, "host": row.host, "topics": row.topics, "enabled": row.enabled,
         "resting_until": row.resting_until.isoformat() if row.resting_until else None}
        for row in endpoints.endpoints(SYSTEM)
    ]  # fmt: skip
    lines = [f"{row['id']}  {row['name']}  {row['host']}  {'on' if row['enabled'] else 'off'}" for row in rows]
    return Result({"endpoints": rows}, lines or [text("没有对方系统", "no other system")])


def _log(options: argparse.Namespace) -> Result:
    from chuangcheng.kernel.actor import SYSTEM
    from chuangcheng.notices.webhooks import endpoints

    found = endpoints.log_of(SYSTEM).order_by("-updated_at", "-id")
    if options.endpoint:
        found = found.filter(endpoint=_endpoint(options.endpoint))
    rows: list[dict[str, Any]] = [
        {"id": str(row.pk), "endpoint": row.endpoint.name, "topic": row.message.topic, "state": row.state,
         "attempts": row.attempts, "status": row.status, "error": row.error, "updated_at": row.updated_at.isoformat()}
        for row in found[: max(options.limit, 0)]
    ]  # fmt: skip
    shown = ("id", "endpoint", "topic", "state", "attempts", "error")
    lines = ["  ".join(str(row[name]) for name in shown) for row in rows]
    return Result({"sendings": rows}, lines or [text("日志为空", "the log is empty")])


def _replay(options: argparse.Namespace) -> Result:
    from chuangcheng.kernel import clock
    from chuangcheng.kernel.actor import SYSTEM
    from chuangcheng.notices.webhooks import endpoints

    if options.sending:
        endpoints.replay(actor=SYSTEM, sending_id=_id(options.sending))
        count = 1
    else:
        if not options.endpoint or not 1 <= options.days <= 30:
            raise Refused("common.invalid")
        since = clock.now() - timedelta(days=options.days)
        count = endpoints.replay_since(
            actor=SYSTEM, endpoint_id=_endpoint(options.endpoint), since=since, failed_only=not options.all
        )
    return Result({"replayed": count}, [text(f"{count} 条消息将重新推送", f"{count} messages will be told again")])


def _endpoint(given: str) -> UUID:
    """The other system of that name or id; ``common.not_found`` for none, or for a name that stands twice."""
    from chuangcheng.kernel.actor import SYSTEM
    from chuangcheng.notices.webhooks import endpoints

    found = [row.pk for row in endpoints.endpoints(SYSTEM) if given in (row.name, str(row.pk))]
    if len(found) != 1:
        raise Refused("common.not_found")
    return found[0]


def _id(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise Refused("common.not_found") from None
