"""``chuangcheng token``."""

from __future__ import annotations

import argparse

from chuangcheng.cli import home
from chuangcheng.cli.options import add
from chuangcheng.cli.output import Result
from chuangcheng.kernel.problems import Refused


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    add(parser, "username", "登录名", "name to sign in with")
    add(parser, "--role", "多个岗位时指明角色", "which role, for a person with several posts", metavar="ROLE")
    add(parser, "--days", "有效天数（默认 90）", "days until it ends (default: 90)", type=int, default=90)
    add(parser, "--use", "用途：api 为整个接口，open311 只能报送，hotline 只能收发工单",
        "api: the whole API; open311: sending requests only; hotline: orders only",
        choices=("api", "open311", "hotline"), default="api")  # fmt: skip


def run(options: argparse.Namespace) -> Result:
    """Issue an API token for a person's post; it is shown once and stored nowhere."""
    home.open_ready_home()
    from chuangcheng.people import selectors
    from chuangcheng.people.tokens import issue

    posts = selectors.valid_posts().filter(person__username=options.username).order_by("id")
    post = (posts.filter(role=options.role) if options.role else posts).first()
    if post is None or not 1 <= options.days <= 3660:
        raise Refused("common.not_found" if post is None else "common.invalid")
    token = issue(post.pk, days=options.days, use=options.use)
    return Result(
        {"token": token, "post": str(post.pk), "role": post.role, "days": options.days, "use": options.use}, [token]
    )
