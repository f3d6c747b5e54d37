"""What runs behind the pages: processes, effects and periodic duties, migrations, backups."""
