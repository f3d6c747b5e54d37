"""The years and phases of the title: what the city is, where it stands, what is frozen."""
