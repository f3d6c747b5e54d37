"""Leaders' instructions: whose they are, whom they address, what was answered."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0011_owners")]

    operations = []
