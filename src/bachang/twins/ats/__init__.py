"""The dual-source automatic transfer switch as a field system."""

from bachang.twins.ats.device import Ats, Contacts
from bachang.twins.ats.points import COILS, FUNCTIONS, POINTS, REGISTERS, Settings

__all__ = ["COILS", "FUNCTIONS", "POINTS", "REGISTERS", "Ats", "Contacts", "Settings"]
