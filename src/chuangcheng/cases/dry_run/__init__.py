"""What past cases would have met under other rules: nothing is written."""
