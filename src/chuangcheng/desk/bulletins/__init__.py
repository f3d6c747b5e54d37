"""Pages of the day, of weekly summaries and reports."""
