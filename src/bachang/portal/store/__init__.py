"""Where the portal keeps people and exercises."""
