"""Two accounts on one machine: needs root, so it is run before the other tests leave it."""
