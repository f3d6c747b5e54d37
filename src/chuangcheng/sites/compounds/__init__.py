"""Residential compounds 小区: places with or without a property company."""
