"""What an author writes: models, loading with positions, lint, JSON Schema."""
