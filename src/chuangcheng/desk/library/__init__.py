"""Pages of documents and trainings."""
