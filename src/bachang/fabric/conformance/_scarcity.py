"""A caller or machine that has too little while a world is made: refused, or enough."""

from __future__ import annotations

import contextlib
import os
import resource
from collections.abc import Iterator

import pytest

from bachang.fabric import Fabric, MachineError
from bachang.fabric.conformance import _worlds


class TestScarcity:
    """deploy, where there is too little; every amount ends it at another step.

    What a fabric's own processes and machines have too little of is for its own tests.
    """

    @pytest.mark.parametrize(
        ("kind", "amounts"),
        [
            (resource.RLIMIT_NOFILE, (0, 4, 12)),
            (resource.RLIMIT_FSIZE, (0, 10_000)),
        ],
        ids=["descriptors", "room"],
    )
    def test_it_is_refused_and_leaves_nothing_or_it_is_enough(
        self, fabric: Fabric, kind: int, amounts: tuple[int, ...]
    ) -> None:
        """Short of something is the machine, never the author, a participant or the platform."""
        for amount in amounts:
            with contextlib.suppress(MachineError), _at_most(kind, amount):
                fabric.deploy(_worlds.single(), name="scarce").destroy()
            assert "scarce" not in fabric.sandboxes(), amount
        fabric.deploy(_worlds.single(), name="scarce").destroy()


@contextlib.contextmanager
def _at_most(kind: int, amount: int) -> Iterator[None]:
    """So many descriptors more than are open, or bytes in a file, for a while."""
    soft, hard = resource.getrlimit(kind)
    if kind == resource.RLIMIT_NOFILE:
        amount += 1 + max(int(name) for name in os.listdir("/proc/self/fd"))
    resource.setrlimit(kind, (amount, hard))
    try:
        yield
    finally:
        resource.setrlimit(kind, (soft, hard))
