"""The zone's low-voltage feeder and its loads as a field system."""

from bachang.twins.feeder.device import Feeder
from bachang.twins.feeder.points import POINTS, Settings

__all__ = ["POINTS", "Feeder", "Settings"]
