"""Five-party deliberation 五方议事 of a compound, from the invitation to the work that follows."""
