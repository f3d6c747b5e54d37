"""Pages of divisions."""
