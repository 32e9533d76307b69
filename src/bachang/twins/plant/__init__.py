"""The process that runs a zone: one clock, Modbus servers, operator screens, one link.

Started by a sandbox's agent as ``python -m bachang.twins.plant`` with the link as
descriptor 3 (docs/developer/architecture.md, "Plant link"). It parses hostile bytes, so it
opens nothing by itself: every listening socket comes over the link.
"""

from bachang.twins.plant._link import Link, LinkError
from bachang.twins.plant._pacer import Pacer
from bachang.twins.plant._plant import Plant

__all__ = ["Link", "LinkError", "Pacer", "Plant"]
