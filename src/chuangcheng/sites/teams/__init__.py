"""Special teams 专班 for hard spots."""
