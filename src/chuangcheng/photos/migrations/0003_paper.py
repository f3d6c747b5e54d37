"""Papers: documents beside the photos."""

from django.db import migrations, models

from chuangcheng.kernel.ids import new_id


class Migration(migrations.Migration):
    """Adds what belongs to a document of an owner."""

    dependencies = [("photos", "0002_likeness_release")]

    operations = [
        migrations.CreateModel(
            name="Paper",
            fields=[
                ("id", models.UUIDField(default=new_id, editable=False, primary_key=True, serialize=False)),
                ("owner_kind", models.CharField(max_length=24)),
                ("owner_id", models.UUIDField()),
                ("sha256", models.CharField(db_index=True, max_length=64)),
                ("size", models.PositiveIntegerField()),
                ("stored_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("owner_kind", "owner_id", "sha256"), name="photos_paper_once")
                ],
            },
        ),
    ]
