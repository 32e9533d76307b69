"""What the client asks of the spawner while the agent starts."""

from __future__ import annotations

import io
import os
import struct
from pathlib import Path

import pytest

from bachang.fabric import LocalFabric, WorldError
from bachang.fabric import _first_hosts as first
from bachang.fabric._spawner_wire import Request
from bachang.fabric.leaks import wait_clean
from bachang.plan import File, Host
from tests.fabric.worlds import host, world


def _asked(*hosts: Host, grouped: bool = False) -> tuple[int, list[tuple[int, int]]]:
    """What is said to be asked for, and the kinds and numbers that stand in the file."""
    file = io.BytesIO()
    said = first.write_requests(file, world(*hosts), single_id=False, grouped=grouped)
    found = []
    while header := file.read(16):
        kind, number, length, _ = struct.unpack("<IIII", header)
        assert len(file.read(length)) == length
        found.append((kind, number))
    return said, found


def test_settings_come_first_then_hosts_in_order() -> None:
    said, found = _asked(host("a", 1), host("b", 2))
    assert said == 2
    assert found == [(Request.CONFIGURE, 0), (Request.CREATE, 1), (Request.CREATE, 2)]


def test_hosts_in_control_groups_are_left_to_the_agent() -> None:
    assert _asked(host("a", 1), grouped=True) == (0, [(Request.CONFIGURE, 0)])


def test_large_files_are_not_all_kept_at_once() -> None:
    content = b"x" * (6 << 20)
    hosts = [host(f"h{n}", n, files=(File(path="/var/x", content=content),)) for n in range(1, 9)]
    said, found = _asked(*hosts)
    assert said == 3
    assert len(found) == 4


def test_more_hosts_than_are_asked_for_ahead_come_up(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first, "_MOST", 2)
    sandbox = LocalFabric().deploy(world(*(host(f"h{n}", n) for n in range(1, 6))), name="five")
    try:
        names = [sandbox.exec(f"h{n}", ["hostname"]).stdout.decode() for n in range(1, 6)]
        assert names == [f"h{n}\n" for n in range(1, 6)]
    finally:
        sandbox.destroy()


def test_an_error_of_the_world_leaves_nothing(home: Path) -> None:
    wrong = host("a", 1, files=(File(path="/usr/bin/x", content=b""),))
    with pytest.raises(WorldError, match="no file can be put at /usr/bin/x"):
        LocalFabric().deploy(world(wrong), name="wrong")
    assert wait_clean() == []
    assert LocalFabric().sandboxes() == []


@pytest.mark.skipif(not os.path.isdir("/etc/ssl/certs"), reason="this machine has none")
def test_hosts_see_the_machines_certificates_and_cannot_change_them(home: Path) -> None:
    sandbox = LocalFabric().deploy(world(host("a", 1)), name="certified")
    try:
        seen = sandbox.exec("a", ["ls", "/etc/ssl/certs"]).stdout.decode().split()
        assert sorted(seen) == sorted(os.listdir("/etc/ssl/certs"))
        refused = sandbox.exec("a", ["touch", "/etc/ssl/certs/mine"])
        assert b"Read-only file system" in refused.stderr
    finally:
        sandbox.destroy()
