"""Special campaigns, uplift actions and attainment drives: targets, money, readings, places graded."""
