"""A plan on one machine: namespaces, links, hosts, services, access and capture.

Names are loaded on first use: an agent starts with a few of the package's modules only.
"""

from __future__ import annotations

import importlib

TYPE_CHECKING = False  # as type checkers read it; `typing` takes 8 ms

if TYPE_CHECKING:
    from bachang.fabric._client import LocalSandbox
    from bachang.fabric._contract import (
        Capture,
        CaptureStatus,
        ExecResult,
        Fabric,
        FabricError,
        HostStatus,
        KeptTerminal,
        MachineError,
        PlatformError,
        Sandbox,
        SandboxError,
        SandboxGoneError,
        SandboxStatus,
        Terminal,
        WorldError,
    )
    from bachang.fabric._follower import Entry, Follower, News
    from bachang.fabric._local import LocalFabric
    from bachang.fabric._printable import printable

__all__ = [
    "Capture",
    "CaptureStatus",
    "Entry",
    "ExecResult",
    "Fabric",
    "FabricError",
    "Follower",
    "HostStatus",
    "KeptTerminal",
    "LocalFabric",
    "LocalSandbox",
    "MachineError",
    "News",
    "PlatformError",
    "Sandbox",
    "SandboxError",
    "SandboxGoneError",
    "SandboxStatus",
    "Terminal",
    "WorldError",
    "printable",
]


_LOCAL = {
    "Entry": "bachang.fabric._follower",
    "Follower": "bachang.fabric._follower",
    "News": "bachang.fabric._follower",
    "LocalFabric": "bachang.fabric._local",
    "LocalSandbox": "bachang.fabric._client",
    "printable": "bachang.fabric._printable",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(_LOCAL.get(name, "bachang.fabric._contract"))
    return getattr(module, name)
