"""What stands around duties: changes of many at once, templates, names of a file that wait for a unit, the decree."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from chuangcheng.kernel import clock
from chuangcheng.kernel.ids import new_id


class DutyBatch(models.Model):
    """A change of duties that can be looked at before, and undone after it (``states.DUTY_BATCH``).

    ``steps`` are ``[standard id, unit id, kind before, kind after, outcome]``; kinds are empty where there is no duty,
    the outcome is empty until applied, then ``done`` or the code of the problem that stood in the way.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    edition = models.ForeignKey("framework.Edition", models.CASCADE, related_name="batches")
    how = models.CharField(
        max_length=10,
        choices=[("cell", "单格"), ("give", "批量分派"), ("copy", "复制责任"), ("move", "移交责任"),
                 ("template", "套用模板"), ("import", "表格导入")],
    )  # fmt: skip
    state = models.CharField(
        max_length=8,
        choices=[("planned", "待确认"), ("applied", "已执行"), ("undone", "已撤销"), ("dropped", "已放弃")],
        default="planned",
    )
    steps = models.JSONField(default=list)
    about = models.JSONField(default=dict)  # codes of the units or the template that it was made from
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )  # fmt: skip
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["edition", "-made_at"])]


class DutyTemplate(models.Model):
    """Which duty every unit of a kind has 分解模板: for the standards named by ``codes`` (of standards or of what
    stands above them), or measured by any of ``methods``."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    edition = models.ForeignKey("framework.Edition", models.CASCADE, related_name="duty_templates")
    name = models.CharField(max_length=60)
    unit_kind = models.CharField(max_length=16)
    role_code = models.CharField(max_length=40, blank=True)  # only the units of that role
    kind = models.CharField(max_length=12)
    codes = models.JSONField(default=list)
    methods = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "name"], name="framework_duty_template_once")]
        ordering = ["name"]


class NamedDuty(models.Model):
    """A unit as an imported file names it beside a standard: a duty once a unit is found for the name.

    ``person`` is the name written beside the unit; it goes when the duty stands, or by the setting ``names_days``.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    standard = models.ForeignKey("framework.Standard", models.CASCADE, related_name="named_duties")
    kind = models.CharField(max_length=12)
    name = models.CharField(max_length=100)
    person = models.CharField(max_length=60, blank=True)
    unit = models.ForeignKey("people.Unit", models.SET_NULL, null=True, blank=True, related_name="+")
    done = models.BooleanField(default=False)
    made_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["standard", "kind", "name"], name="framework_named_duty_once")
        ]  # fmt: skip
        indexes = [models.Index(fields=["standard", "done"])]


class Decree(models.Model):
    """The office's words around the table of duties 任务分解方案; ``body`` holds variables like ``{city}``."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    edition = models.OneToOneField("framework.Edition", models.CASCADE, related_name="decree")
    title = models.CharField(max_length=120)
    number = models.CharField(max_length=40, blank=True)  # 文号
    addressee = models.CharField(max_length=120, blank=True)  # 主送机关
    body = models.TextField()
    dated_on = models.DateField(null=True, blank=True)
    saved_at = models.DateTimeField()
