"""One measured figure."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass

_LIMIT = re.compile(r"(?P<sign>[<>≤≥])\s*(?P<figure>[\d.,]+)\s*(?P<of_ratio>×?)")
_SIGNS = {"<": operator.lt, ">": operator.gt, "≤": operator.le, "≥": operator.ge}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A figure, what it is compared with, and what it must reach.

    ``ratio`` is ``value / peer's value``, the median of pairs measured in turn (`alternate`).
    """

    name: str
    value: float
    unit: str
    peer: str = ""
    """What ``ratio`` refers to, such as ``C limit``."""
    ratio: float | None = None
    limit: str = ""
    """``≤ 1.5`` for the value, ``≤ 2.4×`` for the ratio; empty where nothing is promised."""

    def holds(self) -> bool | None:
        """Whether the limit is kept; ``None`` without a limit.

        Raises:
            ValueError: the limit cannot be read, or speaks of a ratio that was not measured.
        """
        if not self.limit:
            return None
        read = _LIMIT.fullmatch(self.limit)
        if not read:
            raise ValueError(f"{self.name}: cannot read the limit {self.limit!r}")
        measured = self.ratio if read["of_ratio"] else self.value
        if measured is None:
            raise ValueError(f"{self.name}: a limit of a ratio, but none was measured")
        return bool(_SIGNS[read["sign"]](measured, float(read["figure"].replace(",", ""))))
