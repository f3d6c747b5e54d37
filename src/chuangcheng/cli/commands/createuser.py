"""``chuangcheng createuser``."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path

from chuangcheng.cli import home
from chuangcheng.cli.options import add
from chuangcheng.cli.output import Result, text
from chuangcheng.kernel.problems import Refused


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    add(parser, "username", "登录名", "name to sign in with")
    add(parser, "--name", "姓名", "the person's name", required=True)
    add(parser, "--role", "角色（默认 office）", "role (default: office)", default="office")
    add(parser, "--unit", "单位编码", "code of the unit", required=True, metavar="CODE")
    add(
        parser,
        "--unit-name",
        "单位不存在时以此名新建创城办",
        "makes the unit as campaign office if it is new",
        metavar="NAME",
    )
    add(parser, "--division", "行政区划编码", "code of the division", metavar="CODE")
    add(
        parser,
        "--password-file",
        "从文件读密码，- 为标准输入",
        "read the password from a file; - is stdin",
        type=Path,
        metavar="FILE",
    )


def run(options: argparse.Namespace) -> Result:
    """Make the person and give them a post; the first user of a city is made so."""
    home.open_ready_home()
    from django.db import transaction

    from chuangcheng.kernel.actor import SYSTEM
    from chuangcheng.people import actions, selectors
    from chuangcheng.places.selectors import division_by_code

    password = _password(options.password_file)
    division = division_by_code(options.division) if options.division else None
    if options.division and division is None:
        raise Refused("common.not_found")
    with transaction.atomic():
        unit = selectors.unit_by_code(options.unit)
        if unit is None:
            if not options.unit_name:
                raise Refused("common.not_found")
            unit = actions.save_unit(actor=SYSTEM, code=options.unit, name=options.unit_name, kind="office",
                                     division=division)  # fmt: skip
        person = actions.save_person(actor=SYSTEM, username=options.username, name=options.name, password=password)
        post = actions.give_post(actor=SYSTEM, person=person, role=options.role, unit=unit, division=division)
    data = {"username": person.username, "person": str(person.id), "post": str(post.id), "unit": unit.code}
    return Result(data, [text(f"已建用户 {person.username}", f"made user {person.username}")])


def _password(path: Path | None) -> str:
    """Never an argument: a process list shows arguments to every user of the machine."""
    if path is not None:
        return (sys.stdin.readline() if str(path) == "-" else path.read_text(encoding="utf-8")).strip()
    first = getpass.getpass(text("密码：", "Password: "))
    if first != getpass.getpass(text("再输一次：", "Again: ")):
        raise Refused("operations.bad_password", reason=text("两次输入不同", "they differ"))
    return first
