"""What may go wrong: a unit's list of problems, laggards, sanctions, watch rules."""
