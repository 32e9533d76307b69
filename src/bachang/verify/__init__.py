"""Proof that a pack works: its weaknesses, tasks, physics, containment and replay."""
