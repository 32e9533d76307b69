"""One sandbox in which every escape is tried."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from bachang.fabric import LocalFabric, Sandbox
from bachang.fabric.leaks import wait_clean
from bachang.plan import Host
from tests.fabric.worlds import host, python_service, world

CANARY = "canary-1f0c6a9e-of-another-host"
SERVICE_CANARY = "canary-77b02d41-of-a-service"


@pytest.fixture(scope="module")
def prison() -> Iterator[Sandbox]:
    """Two hosts; the secrets are a file and a service's environment of ``vault`` alone."""
    live = LocalFabric().deploy(
        world(_vault(), host("cell", 11, **python_service())), name="prison"
    )
    yield live
    live.destroy()
    assert wait_clean() == []


def _vault() -> Host:
    """Its service is started first, so whatever it leaves behind could reach the cell."""
    made = host("vault", 12, secret=CANARY)
    page = python_service()
    (service,) = page["services"]
    flags = {f"FLAG_{n}": SERVICE_CANARY + "." * n for n in range(200)}
    service = dataclasses.replace(service, environment=flags)
    return dataclasses.replace(made, services=(service,), files=(*made.files, *page["files"]))
