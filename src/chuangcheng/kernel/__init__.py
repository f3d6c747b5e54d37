"""Plain Python: rules of the field that need no framework and no database."""
