"""A host that has come up, held by descriptors: its numbers may be another's once it has ended."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Birth:
    """A host that is ready. Its descriptors are the receiver's to close."""

    pid: int
    """Of its init, in the agent's pid namespace."""
    pidfd: int
    network: int
    """Its network namespace."""
    open_descriptors: int
    """How many its init holds: none, if all is well."""

    @classmethod
    def of(cls, pid: int, open_descriptors: int) -> Birth:
        """Take hold of an init that has just said that it is ready.

        Raises:
            OSError: it has ended.
        """
        pidfd = os.pidfd_open(pid)
        try:
            network = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        except BaseException:
            os.close(pidfd)
            raise
        return cls(pid=pid, pidfd=pidfd, network=network, open_descriptors=open_descriptors)

    def close(self) -> None:
        """Let go of it."""
        os.close(self.pidfd)
        os.close(self.network)
