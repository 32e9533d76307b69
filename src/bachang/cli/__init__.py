"""The `bachang` command."""
