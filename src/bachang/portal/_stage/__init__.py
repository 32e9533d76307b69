"""The runs that live: starting them as there is room, following, playing and ending them."""

from bachang.portal._stage._stage import Stage

__all__ = ["Stage"]
