"""Pages of editions, duties and their matrix."""
