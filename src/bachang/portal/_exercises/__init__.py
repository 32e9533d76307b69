"""Exercises: starting, watching and steering them, and who stands where."""

from bachang.portal._exercises._boards import Boards
from bachang.portal._exercises._control import Control
from bachang.portal._exercises._exercises import Exercises
from bachang.portal._exercises._opening import Opening

__all__ = ["Boards", "Control", "Exercises", "Opening"]
