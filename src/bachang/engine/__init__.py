"""Where sandboxes run: this machine; later a cluster.

What reads packs comes on first use: it needs libraries that commands over running sandboxes
do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bachang.engine._local import Live, LocalEngine, Record, UnknownSandboxError
from bachang.engine._places import Places

if TYPE_CHECKING:
    from bachang.engine._plans import load_plan, secret_plan

__all__ = [
    "Live",
    "LocalEngine",
    "Places",
    "Record",
    "UnknownSandboxError",
    "load_plan",
    "secret_plan",
]


def __getattr__(name: str) -> Any:
    if name not in ("load_plan", "secret_plan"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from bachang.engine import _plans

    return getattr(_plans, name)
