"""Two motor-driven breakers behind one mechanical interlock: the hardware, not its controller.

The interlock is a piece of steel: whatever is commanded, the second breaker's contacts can
neither be closed nor start to close while the first is closed or closing. A close command
against it trips free and is counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bachang.twins._chance import Chance
from bachang.twins._monitor import EPSILON_S

OPEN_TRAVEL_S = 0.10
CLOSE_TRAVEL_S = 0.20
AUXILIARY_LAG_S = 0.02
RATED_OPERATIONS = 6000
"""Mechanical endurance; the chance of a failed closing rises with its fourth power."""


@dataclass(slots=True)
class Breaker:
    """One breaker: main contacts, drive, auxiliary contact."""

    closed: bool = False
    motion: int = 0
    """1 closing, -1 opening, 0 at rest."""
    remaining_s: float = 0.0
    failing: bool = False
    """This closing will not latch."""
    auxiliary: bool = False
    """What the controller sees of the main contacts, a little later."""
    auxiliary_lag_s: float = 0.0
    operations: int = 0
    stuck: bool = False
    """Planted fault: the drive does not move."""

    def step(self, dt_s: float) -> None:
        """Move drive and auxiliary contact by one step."""
        if self.motion:
            self.remaining_s -= dt_s
            if self.remaining_s <= EPSILON_S:
                self._arrive()
        if self.auxiliary is not self.closed:
            self.auxiliary_lag_s += dt_s
            if self.auxiliary_lag_s + EPSILON_S >= AUXILIARY_LAG_S:
                self.auxiliary = self.closed
                self.auxiliary_lag_s = 0.0

    def _arrive(self) -> None:
        if self.motion < 0 or not self.failing:
            self.closed = self.motion > 0
        self.motion = 0
        self.remaining_s = 0.0
        self.failing = False
        self.operations += 1

    def start(self, direction: int, travel_s: float) -> None:
        """Start the drive."""
        self.motion = direction
        self.remaining_s = travel_s


@dataclass(slots=True)
class InterlockedPair:
    """The two breakers of a changeover and what stands between them."""

    breakers: list[Breaker] = field(default_factory=lambda: [Breaker(), Breaker()])
    refused: int = 0
    """Close commands that the interlock has stopped."""
    chance: Chance = field(default_factory=Chance)

    def close(self, index: int) -> bool:
        """Command breaker 0 or 1 to close; false if the interlock stopped it."""
        breaker, other = self.breakers[index], self.breakers[1 - index]
        if other.closed or other.motion > 0:
            self.refused += 1
            return False
        if not breaker.closed and breaker.motion <= 0 and not breaker.stuck:
            wear = breaker.operations / RATED_OPERATIONS
            breaker.failing = self.chance.uniform() < wear**4
            breaker.start(1, CLOSE_TRAVEL_S)
        return True

    def open(self, index: int) -> None:
        """Command breaker 0 or 1 to open; a closing one turns back."""
        breaker = self.breakers[index]
        if breaker.motion < 0 or breaker.stuck or not (breaker.closed or breaker.motion > 0):
            return
        breaker.failing = False
        breaker.start(-1, OPEN_TRAVEL_S)

    def step(self, dt_s: float) -> None:
        """Move both by one step."""
        first, second = self.breakers
        if first.motion or first.auxiliary is not first.closed:
            first.step(dt_s)
        if second.motion or second.auxiliary is not second.closed:
            second.step(dt_s)

    def position(self) -> int:
        """Which source is connected: 1, 2, or 0 for none."""
        first, second = self.breakers
        return 1 if first.closed else 2 if second.closed else 0
