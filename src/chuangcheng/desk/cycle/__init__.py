"""Pages of the title's cycle."""
