"""Pages of risks, lists of laggards and sanctions."""
