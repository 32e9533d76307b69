"""A plan on one machine: namespaces, links, hosts, services, access and capture."""

from bachang.fabric._client import LocalSandbox
from bachang.fabric._contract import (
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
from bachang.fabric._local import LocalFabric

__all__ = [
    "ExecResult",
    "Fabric",
    "FabricError",
    "HostStatus",
    "KeptTerminal",
    "LocalFabric",
    "LocalSandbox",
    "MachineError",
    "PlatformError",
    "Sandbox",
    "SandboxError",
    "SandboxGoneError",
    "SandboxStatus",
    "Terminal",
    "WorldError",
]
