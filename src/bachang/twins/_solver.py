"""The fixed-step solver of all processes: classic Runge-Kutta of fourth order."""

from __future__ import annotations

from collections.abc import Callable

Vector = tuple[float, ...]


def rk4(slopes: Callable[[Vector], Vector], y: Vector, dt_s: float) -> Vector:
    """The state after one step.

    Args:
        slopes: dy/dt as a function of y; inputs are constant over the step.
        y: the state. dt_s: the step in seconds.
    """
    half = 0.5 * dt_s
    k1 = slopes(y)
    k2 = slopes(tuple([p + half * k for p, k in zip(y, k1, strict=True)]))
    k3 = slopes(tuple([p + half * k for p, k in zip(y, k2, strict=True)]))
    k4 = slopes(tuple([p + dt_s * k for p, k in zip(y, k3, strict=True)]))
    sixth = dt_s / 6.0
    return tuple(
        [
            p + sixth * (a + b + b + c + c + d)
            for p, a, b, c, d in zip(y, k1, k2, k3, k4, strict=True)
        ]
    )
