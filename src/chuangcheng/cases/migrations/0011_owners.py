"""The search for an owner: who was asked, what they said, how it ended."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0010_recheck")]

    operations = []
