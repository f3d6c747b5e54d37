"""Pages of campaigns and attainment drives."""
