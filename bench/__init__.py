"""How close the product comes to the limit of its own database. Run by ``python3 dev.py bench``."""
