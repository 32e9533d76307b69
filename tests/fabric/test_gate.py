"""Services begin once all hosts of their sandbox stand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bachang.fabric import LocalFabric, LocalSandbox
from bachang.plan import File, Service, ServiceKind
from tests.fabric.worlds import host, world
from tests.waiting import until

_FIRST, _LAST = 11, 90
_LATE = range(_LAST - 9, _LAST + 1)
"""Hosts that are made last."""
_PATIENCE_S = 0.8
"""Whoever asks for an address that is not there yet asks again after a second."""
_LOG = "/var/log/look.log"
_PATH = "/var/lib/look.py"
_SOURCE = f"""\
import json, socket, threading
def answer(number):
    with socket.socket() as one:
        one.settimeout({_PATIENCE_S})
        try:
            one.connect((f"10.1.0.{{number}}", 9))
        except OSError as error:
            return type(error).__name__
def main():
    print(json.dumps([answer(number) for number in {[*_LATE]}]), flush=True)
    threading.Event().wait()
""".encode()


@pytest.fixture
def sandbox(home: Path) -> Iterator[LocalSandbox]:
    """The first host looks for the last ones as soon as it can."""
    service = Service(name="look", kind=ServiceKind.PYTHON, argv=(_PATH, "main"))
    source = File(path=_PATH, content=_SOURCE)
    others = (host(f"h{number}", number) for number in range(_FIRST + 1, _LAST + 1))
    hosts = (host("a", _FIRST, services=(service,), files=(source,)), *others)
    live = LocalFabric().deploy(world(*hosts), name="gate")
    try:
        yield live
    finally:
        live.destroy()


def test_a_service_finds_every_neighbour_when_it_begins(sandbox: LocalSandbox) -> None:
    until(lambda: sandbox.exec("a", ["test", "-s", _LOG]).status == 0)
    found = json.loads(sandbox.exec("a", ["cat", _LOG]).stdout)
    assert found == ["ConnectionRefusedError"] * len(_LATE)
