"""Meetings, their decisions as tasks, and the city's daily and weekly rhythm."""
