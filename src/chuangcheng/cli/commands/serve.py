"""``chuangcheng serve``."""

from __future__ import annotations

import argparse
from pathlib import Path

from chuangcheng.cli import home, output
from chuangcheng.cli.options import add
from chuangcheng.cli.output import Result, text
from chuangcheng.kernel.problems import Refused
from chuangcheng.worker.place import Place


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    place(parser)
    add(parser, "--database", "数据库地址", "address of the database", metavar="URL")
    add(parser, "--no-worker", "不启动后台任务", "pages only; workers run on other machines", action="store_true")


def place(parser: argparse.ArgumentParser) -> None:
    """Options that say where to listen."""
    add(parser, "--host", "监听地址", "address to listen on", default="127.0.0.1")
    add(parser, "--port", "端口", "port to listen on", type=int, default=8000)
    add(parser, "--tls-cert", "HTTPS 证书", "certificate for HTTPS", type=Path, metavar="FILE")
    add(parser, "--tls-key", "HTTPS 私钥", "its private key (PKCS#8)", type=Path, metavar="FILE")


def run(options: argparse.Namespace) -> Result | None:
    """Serve until told to stop."""
    settings = home.open_home()
    from chuangcheng.worker import serving

    def ready(address: str) -> None:
        said = text(f"已就绪：{address}", f"ready: {address}")
        Result({"url": address, "home": str(settings.home)}, [said]).show(as_json=options.json)

    serving.serve(settings, place_of(options), worker=not options.no_worker, say=output.say, ready=ready)
    return None


def place_of(options: argparse.Namespace) -> Place:
    """The place that the options name."""
    for path in (options.tls_cert, options.tls_key):
        if path is not None and not path.is_file():
            raise Refused("operations.file_not_found", path=path)
    if (options.tls_cert is None) != (options.tls_key is None):
        raise Refused("operations.bad_setting", reason="--tls-cert, --tls-key")
    return Place(options.host, options.port, options.tls_cert, options.tls_key)
