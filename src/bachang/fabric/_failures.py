"""Failures as an agent tells them, as the exceptions that its client raises."""

from __future__ import annotations

from bachang.fabric import _contract as contract

_KINDS: dict[str, type[Exception]] = {
    one.__name__: one
    for one in (
        *(contract.MachineError, contract.WorldError, contract.PlatformError),
        *(contract.SandboxError, contract.SandboxGoneError),
        *(ConnectionError, ConnectionAbortedError, ConnectionRefusedError),
        *(ConnectionResetError, TimeoutError),
    )
}


def failure(told: dict[str, str]) -> Exception:
    """The exception of a ``kind``, with its ``message``; an unknown kind is the platform's."""
    return _KINDS.get(told["kind"], contract.PlatformError)(told["message"])
