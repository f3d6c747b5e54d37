"""A tree out of a table of any reasonable shape: grids, how they are read, what came of it."""
