"""Pages of tasks and ledgers."""
