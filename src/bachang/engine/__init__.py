"""Where sandboxes run: this machine; later a cluster."""

from bachang.engine._local import (
    Live,
    LocalEngine,
    Record,
    UnknownSandboxError,
    load_plan,
)
from bachang.engine._places import Places

__all__ = [
    "Live",
    "LocalEngine",
    "Places",
    "Record",
    "UnknownSandboxError",
    "load_plan",
]
