"""One run: how it looks, and what can be done with it."""

from bachang.portal._runs._deeds import Deeds
from bachang.portal._runs._runs import Runs

__all__ = ["Deeds", "Runs"]
