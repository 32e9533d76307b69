"""The diesel generating set and its automatic controller as a field system."""

from bachang.twins.genset.device import Genset
from bachang.twins.genset.points import COILS, FUNCTIONS, POINTS, REGISTERS, Settings

__all__ = ["COILS", "FUNCTIONS", "POINTS", "REGISTERS", "Genset", "Settings"]
