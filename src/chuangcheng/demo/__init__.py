"""The demo city: fictional, generated from a seed, its history made by calling the real actions."""
