"""Measurements, side by side with peers: ``make bench [ONLY=name]``.

Each ``bench/NAME.py`` has a function ``run() -> list[Row]``. It is called in a process of its
own, as an ordinary account; what it prints goes to the error stream.
"""

from bench._pair import Pair, alternate
from bench._row import Row

__all__ = ["Pair", "Row", "alternate"]
