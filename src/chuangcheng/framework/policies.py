"""Rights of the room framework."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.people.rights import Permission, declare

declare(
    Permission("framework.view", Label("查看测评体系", "See the framework")),
    Permission("framework.publish", Label("发布和冻结测评体系", "Publish and freeze the framework")),
    Permission("framework.edit", Label("维护测评体系", "Edit the framework")),
)
