"""A document takes the place of several: the one that each has named is carried over."""

from typing import Any

from django.db import migrations, models


def carry(apps: Any, _editor: Any) -> None:
    """Each document's one becomes the first of its several."""
    document = apps.get_model("library", "Document")
    link = document.replaces.through
    rows = document.objects.exclude(replaced_one=None).values_list("pk", "replaced_one_id")
    link.objects.bulk_create(
        (link(from_document_id=new, to_document_id=old) for new, old in rows.iterator()), batch_size=500
    )


class Migration(migrations.Migration):

    dependencies = [
        ('library', '0001_initial'),
    ]

    operations = [
        migrations.RenameField('document', 'replaces', 'replaced_one'),
        migrations.AlterField(
            model_name='document',
            name='replaced_one',
            field=models.ForeignKey(blank=True, null=True, on_delete=models.PROTECT, related_name='+', to='library.document'),
        ),
        migrations.AddField(
            model_name='document',
            name='replaces',
            field=models.ManyToManyField(blank=True, related_name='successors', to='library.document'),
        ),
        migrations.RunPython(carry, migrations.RunPython.noop, elidable=True),
        migrations.RemoveField('document', 'replaced_one'),
    ]
