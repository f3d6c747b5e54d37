"""Orders of the hotline and the other doors."""

from __future__ import annotations

from django.db import migrations, models

SOURCES = [
    ("portal", "随手拍"), ("hotline", "12345热线"), ("mailbox", "创城信箱"), ("grid", "网格上报"), ("patrol", "督查巡查"),
    ("media", "媒体曝光"), ("leader", "领导交办"), ("deputies", "代表委员建议"), ("window", "窗口投诉"),
    ("open311", "开放接口"), ("import", "系统导入"),
]  # fmt: skip


class Migration(migrations.Migration):
    """Orders of the hotline and the other doors."""

    dependencies = [("cases", "0002_search")]
    operations = [
        migrations.AlterField("report", "source", models.CharField(choices=SOURCES, max_length=12)),
    ]
