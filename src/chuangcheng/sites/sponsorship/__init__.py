"""Sponsorship 包联: units and cadres bound to communities, junctions, road sections, sites, compounds."""
