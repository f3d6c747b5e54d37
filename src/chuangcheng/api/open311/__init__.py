"""Open311 GeoReport v2, the standard by which other programs report trouble and follow it."""
