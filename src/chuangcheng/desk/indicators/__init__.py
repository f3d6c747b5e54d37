"""Pages of indicators and readings."""
