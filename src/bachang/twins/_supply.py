"""How electricity passes from one twin to the next: supplies and taps.

A source sets voltage and frequency on its `Supply`; each consumer holds a `Tap` of it and
says what it would draw at nominal voltage. Loads are constant impedances, so what really
flows is that demand times the voltage squared, and a weak source feels it.
"""

from __future__ import annotations

NOMINAL_PHASE_V = 230.0
NOMINAL_LINE_V = 400.0
NOMINAL_HZ = 50.0


class Tap:
    """One consumer's connection: its demand at nominal voltage."""

    __slots__ = ("p_kw", "q_kvar")

    def __init__(self) -> None:
        self.p_kw = 0.0
        self.q_kvar = 0.0


class Supply:
    """A three-phase low-voltage outlet (balanced, nominal 230/400 V, 50 Hz)."""

    __slots__ = ("_taps", "frequency_hz", "generator", "voltage_pu")

    def __init__(self, *, generator: bool = False) -> None:
        self.voltage_pu = 0.0
        self.frequency_hz = 0.0
        self.generator = generator
        """Does a generating set feed it at the moment? Load shedding asks this."""
        self._taps: list[Tap] = []

    def tap(self) -> Tap:
        """A new consumer's connection."""
        self._taps.append(Tap())
        return self._taps[-1]

    def demand(self) -> tuple[float, float]:
        """Sum of all taps at nominal voltage: kW, kvar."""
        p_kw = q_kvar = 0.0
        for tap in self._taps:
            p_kw += tap.p_kw
            q_kvar += tap.q_kvar
        return p_kw, q_kvar
