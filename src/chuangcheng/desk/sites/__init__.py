"""Pages of the registers: sites, compounds, shops, teams."""
