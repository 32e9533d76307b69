"""Fixtures: the town, shared by all tests that leave it as it was; known failures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bachang.fabric import Fabric, Sandbox
from bachang.fabric.conformance import _worlds


@pytest.fixture(scope="module")
def sandbox(fabric: Fabric) -> Iterator[Sandbox]:
    """The town, alive."""
    live = fabric.deploy(_worlds.town(), name="conformance")
    yield live
    live.destroy()


@pytest.fixture(autouse=True)
def expected(request: pytest.FixtureRequest) -> None:
    """Mark what the fabric's module lists in ``known_failures``."""
    known: dict[str, str] = getattr(request.module, "known_failures", {})
    name = f"{request.cls.__name__}.{request.node.name}" if request.cls else request.node.name
    if name in known:
        request.node.add_marker(pytest.mark.xfail(reason=known[name], strict=True))
