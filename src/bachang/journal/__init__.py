"""The append-only record of a sandbox, from which every score and screen is computed."""

from bachang.journal._event import Event

__all__ = ["Event"]
