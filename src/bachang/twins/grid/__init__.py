"""The public mains as a field system."""

from bachang.twins.grid.device import Grid
from bachang.twins.grid.points import POINTS, Settings

__all__ = ["POINTS", "Grid", "Settings"]
