"""Short videos beside the photos."""

from django.db import migrations, models

from chuangcheng.kernel.ids import new_id

STATES = [("declared", "尚未送达"), ("waiting", "已送达，等待处理"), ("stored", "已存"), ("refused", "未被接受")]


class Migration(migrations.Migration):
    """Adds what belongs to a short video of an owner."""

    dependencies = [("photos", "0003_paper")]

    operations = [
        migrations.CreateModel(
            name="Film",
            fields=[
                ("id", models.UUIDField(default=new_id, editable=False, primary_key=True, serialize=False)),
                ("owner_kind", models.CharField(max_length=24)),
                ("owner_id", models.UUIDField()),
                ("original_sha256", models.CharField(max_length=64)),
                ("state", models.CharField(choices=STATES, default="declared", max_length=12)),
                ("reason_code", models.CharField(blank=True, max_length=40)),
                ("stored_sha256", models.CharField(blank=True, db_index=True, max_length=64)),
                ("poster_sha256", models.CharField(blank=True, max_length=64)),
                ("container", models.CharField(blank=True, max_length=12)),
                ("seconds", models.FloatField(default=0)),
                ("width", models.PositiveIntegerField(default=0)),
                ("height", models.PositiveIntegerField(default=0)),
                ("size", models.PositiveIntegerField(default=0)),
                ("declared_at", models.DateTimeField()),
                ("received_at", models.DateTimeField(blank=True, null=True)),
                ("stored_at", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("claimed_until", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["declared_at", "id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["received_at"], name="photos_film_waiting"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner_kind", "owner_id", "original_sha256"), name="photos_film_once"
                    )
                ],
            },
        ),
    ]
