"""A fabric's errors, apart from its contract: an agent needs them before it is imported.

They say who is at fault; see `bachang.fabric._contract`.
"""

from __future__ import annotations


class FabricError(Exception):
    """Base of all errors of a fabric; its text says cause and remedy."""


class MachineError(FabricError):
    """The machine lacks a feature, memory, disk, …: for its operator."""


class WorldError(FabricError):
    """The plan cannot be brought to life as it is: for the scenario's author."""


class SandboxError(FabricError):
    """A request that cannot be done: no such host, user, point, …"""


class SandboxGoneError(SandboxError):
    """The sandbox's agent has ended, and its whole world with it."""


class PlatformError(FabricError):
    """A fault of the platform itself."""
