"""The campaign's documents with their versions, and training."""
