"""A plan on one machine: namespaces, links, hosts, services, access and capture."""

from bachang.fabric._contract import (
    ExecResult,
    Fabric,
    FabricError,
    HostStatus,
    MachineError,
    PlatformError,
    PointValue,
    Sandbox,
    SandboxError,
    SandboxGoneError,
    SandboxStatus,
    Terminal,
    WorldError,
)

__all__ = [
    "ExecResult",
    "Fabric",
    "FabricError",
    "HostStatus",
    "MachineError",
    "PlatformError",
    "PointValue",
    "Sandbox",
    "SandboxError",
    "SandboxGoneError",
    "SandboxStatus",
    "Terminal",
    "WorldError",
]
