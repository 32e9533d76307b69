"""One sandbox in which every escape is tried."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bachang.fabric import LocalFabric, Sandbox
from bachang.fabric.leaks import wait_clean
from tests.fabric.worlds import host, python_service, world

CANARY = "canary-1f0c6a9e-of-another-host"


@pytest.fixture(scope="module")
def prison() -> Iterator[Sandbox]:
    """Two hosts; the secret is a file of ``vault`` alone."""
    made = world(host("cell", 11, **python_service()), host("vault", 12, secret=CANARY))
    live = LocalFabric().deploy(made, name="prison")
    yield live
    live.destroy()
    assert wait_clean() == []
