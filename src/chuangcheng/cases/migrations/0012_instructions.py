"""Leaders' instructions: whose they are, whom they address, what was answered."""

from __future__ import annotations

from django.conf import settings
from django.db import migrations, models
from django.db.models import deletion

from chuangcheng.kernel.digest import GENESIS
from chuangcheng.kernel.ids import new_id

PERSON = settings.AUTH_USER_MODEL
STATES = [("open", "办理中"), ("done", "已办结"), ("withdrawn", "已撤回"), ("objected", "领导已否认")]
REPLY_STATES = [
    ("waiting", "待回复"), ("replied", "已回复，待认可"), ("sent_back", "已退回重报"), ("accepted", "已认可"),
    ("released", "已解除"),
]  # fmt: skip


class Migration(migrations.Migration):
    """Leaders' instructions."""

    dependencies = [
        ("cases", "0011_owners"),
        ("people", "0002_views_and_jobs"),
        migrations.swappable_dependency(PERSON),
    ]
    operations = [
        migrations.AlterField(
            "assignment", "role",
            models.CharField(choices=[("lead", "主办"), ("co", "协办"), ("ask", "询问"), ("know", "知悉")], default="lead", max_length=4),
        ),
        migrations.CreateModel(
            name="Instruction",
            fields=[
                ("id", models.UUIDField(default=new_id, editable=False, primary_key=True, serialize=False)),
                ("chain_seq", models.PositiveIntegerField(default=0, editable=False)),
                ("chain_head", models.CharField(default=GENESIS, editable=False, max_length=64)),
                ("number", models.CharField(max_length=24, unique=True)),
                ("body_digest", models.CharField(max_length=64)),
                ("state", models.CharField(choices=STATES, default="open", max_length=10)),
                ("form", models.CharField(choices=[("written", "书面批示"), ("spoken", "口头交办")], default="written", max_length=7)),
                ("given_on", models.DateField()),
                ("due_at", models.DateTimeField()),
                ("entered_at", models.DateTimeField()),
                ("scan", models.CharField(blank=True, choices=[("image", "图片"), ("pdf", "PDF")], default="", max_length=5)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("case", models.ForeignKey(blank=True, null=True, on_delete=deletion.PROTECT, related_name="instructions", to="cases.case")),
                ("entered_by", models.ForeignKey(blank=True, null=True, on_delete=deletion.SET_NULL, related_name="+", to=PERSON)),
                ("leader", models.ForeignKey(on_delete=deletion.PROTECT, related_name="instructions", to=PERSON)),
                ("report", models.ForeignKey(blank=True, null=True, on_delete=deletion.PROTECT, related_name="instructions", to="cases.report")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["-entered_at", "-id"], name="cases_instruction_newest"),
                    models.Index(fields=["leader", "state"], name="cases_instruction_leader"),
                ],
            },
        ),
        migrations.CreateModel(
            name="InstructionReply",
            fields=[
                ("id", models.UUIDField(default=new_id, editable=False, primary_key=True, serialize=False)),
                ("state", models.CharField(choices=REPLY_STATES, default="waiting", max_length=9)),
                ("received_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                ("replied_at", models.DateTimeField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("sent_back_count", models.PositiveSmallIntegerField(default=0)),
                ("decided_by", models.ForeignKey(blank=True, null=True, on_delete=deletion.SET_NULL, related_name="+", to=PERSON)),
                ("instruction", models.ForeignKey(on_delete=deletion.CASCADE, related_name="replies", to="cases.instruction")),
                ("replied_by", models.ForeignKey(blank=True, null=True, on_delete=deletion.SET_NULL, related_name="+", to=PERSON)),
                ("unit", models.ForeignKey(on_delete=deletion.PROTECT, related_name="instruction_replies", to="people.unit")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["unit", "state", "due_at"], name="cases_instruction_owed"),
                    models.Index(fields=["-received_at", "-id"], name="cases_instruction_received"),
                ],
                "constraints": [models.UniqueConstraint(fields=("instruction", "unit"), name="cases_instruction_unit")],
            },
        ),
        migrations.CreateModel(
            name="InstructionWords",
            fields=[
                ("id", models.UUIDField(default=new_id, editable=False, primary_key=True, serialize=False)),
                ("seq", models.PositiveIntegerField()),
                ("text", models.TextField()),
                ("instruction", models.ForeignKey(on_delete=deletion.CASCADE, related_name="words", to="cases.instruction")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("instruction", "seq"), name="cases_instruction_words")],
            },
        ),
    ]
