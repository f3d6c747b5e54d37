"""Pages of notices, channels and webhooks."""
