"""Fixtures of the fabric's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bachang.fabric import LocalFabric


@pytest.fixture
def fabric(home: Path) -> Iterator[LocalFabric]:
    """A fabric with a state directory of its own, in which nothing lives afterwards."""
    made = LocalFabric()
    yield made
    left = made.sandboxes()
    for name in left:
        made.attach(name).destroy()
    assert not left
