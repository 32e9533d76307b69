"""Tasks, conditions, injects, actors; scoring and reports as pure functions."""
