"""The sampled re-check: what its draw and its answers need."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_reach")]

    operations = []
