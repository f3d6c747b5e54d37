"""The campaign's documents, searched and compared, and training sessions."""
