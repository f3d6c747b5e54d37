"""Pages of units, persons and sponsorship."""
