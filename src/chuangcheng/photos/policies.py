"""Rights of the room photos. Which photos somebody may see is their owner's affair; publishing one is a right."""

from __future__ import annotations

from chuangcheng.kernel.label import Label
from chuangcheng.people.rights import Permission, declare

declare(Permission("photos.release", Label("遮挡并公开照片", "Cover and publish photos")))
