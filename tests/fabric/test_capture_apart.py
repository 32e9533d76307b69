"""Captures that go on without their client, and files that an independent tool reads."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bachang.fabric import LocalFabric, LocalSandbox, SandboxError, pcapng
from bachang.plan import World
from tests.fabric.worlds import LAN, host, python_service

_ROOT = Path(__file__).parents[2]
_FLOOD = (
    "import socket; s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM)\n"
    "for _ in range(4000): s.sendto(b'x'*1400,('10.1.0.12',9))"
)
_GET = "import urllib.request as u; u.urlopen('http://10.1.0.12:8080/usr/bin/bash').read()"

_KERNELS_ZERO = "0xffff"
"""A TCP checksum that comes to 0, as Linux writes it in a frame that it does not cut. Both are 0 in
the arithmetic of checksums, but Wireshark takes only 0x0000 as right (RFC 1624, 3)."""


@pytest.fixture
def live(fabric: LocalFabric) -> Iterator[LocalSandbox]:
    wire = dataclasses.replace(LAN, wire=True)
    hosts = (host("a", 11), host("b", 12, **python_service()))
    made = fabric.deploy(World(networks=(wire,), hosts=hosts), name="apart")
    yield made
    made.destroy()


@pytest.fixture
def file(short_path: Path) -> Path:
    return short_path / "frames.pcapng"


def begin(live: LocalSandbox, file: Path, **wishes: Any) -> str:
    """Begin one as a client that leaves at once."""
    with file.open("wb") as output:
        wishes.setdefault("limit_bytes", 100_000_000)
        return live.begin_capture(output.fileno(), **wishes).name


def test_it_goes_on_when_its_client_has_gone(live: LocalSandbox, file: Path) -> None:
    script = (
        "import sys; from bachang.fabric import LocalFabric;"
        "file = open(sys.argv[1], 'wb'); live = LocalFabric().attach('apart');"
        "print(live.begin_capture(file.fileno(), limit_bytes=10**8).name)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, file], capture_output=True, text=True, cwd=_ROOT
    )
    name = done.stdout.strip()
    assert name == "capture-1", done.stderr
    (shown,) = live.status().captures
    assert (shown.name, shown.running) == (name, True)
    assert live.exec("a", ["ping", "-c", "3", "-i", "0.2", "10.1.0.12"]).status == 0
    ended = live.end_capture(name)
    blocks = list(pcapng.read(file.read_bytes()))
    frames = [one for one in blocks if isinstance(one, pcapng.Frame)]
    assert len(frames) == ended.frames >= 6
    assert ended.dropped == 0
    assert not ended.running
    assert sum(isinstance(one, pcapng.Statistics) for one in blocks) == 3
    assert live.end_capture(name) == ended, "it is remembered"
    assert live.status().captures == ()
    kinds = Counter(one.kind for one in live.events())
    assert kinds["capture.started"] == kinds["capture.ended"] == 1


def test_it_ends_by_itself_when_it_has_reached_its_limit(live: LocalSandbox, file: Path) -> None:
    name = begin(live, file, limit_bytes=1_000_000)
    assert live.exec("a", ["python3", "-c", _FLOOD]).status == 0
    ended = live.end_capture(name)
    assert "reached its limit of 1000000 bytes" in ended.problem
    assert 1_000_000 <= file.stat().st_size == ended.bytes < 1_000_000 + (1 << 20) + 4096
    assert [one for one in pcapng.read(file.read_bytes()) if isinstance(one, pcapng.Statistics)]


def test_one_that_nobody_began_is_refused(live: LocalSandbox, file: Path) -> None:
    with pytest.raises(SandboxError, match="no capture 'capture-9'"):
        live.end_capture("capture-9")
    with pytest.raises(SandboxError, match="room for nothing"):
        begin(live, file, limit_bytes=0)


def test_a_reset_does_not_end_it(live: LocalSandbox, file: Path) -> None:
    name = begin(live, file)
    live.reset("a")
    assert live.exec("a", ["ping", "-c", "1", "10.1.0.12"]).status == 0
    live.end_capture(name)
    found = [one for one in pcapng.read(file.read_bytes()) if isinstance(one, pcapng.Interface)]
    assert [one.name for one in found].count("a:eth0") == 1


class TestTshark:
    """Wireshark's own reader and dissectors, on a network that is like a wire."""

    @pytest.fixture
    def recorded(self, live: LocalSandbox, file: Path) -> Path:
        with file.open("wb") as output, live.capture(output.fileno()):
            assert live.exec("a", ["ping", "-c", "2", "-i", "0.2", "10.1.0.12"]).status == 0
            assert live.exec("a", ["python3", "-c", _GET], timeout_s=20).status == 0
        return file

    def test_it_reads_every_frame_with_its_sender_and_right_checksums(self, recorded: Path) -> None:
        fields = [
            "frame.interface_name",
            "frame.len",
            "eth.src",
            "ip.checksum.status",
            "tcp.checksum.status",
            "tcp.checksum",
        ]
        rows = _tshark(recorded, fields)
        ours = [one for one in pcapng.read(recorded.read_bytes()) if isinstance(one, pcapng.Frame)]
        assert len(rows) == len(ours) > 20
        macs = {"02:00:00:01:00:0b": "a:eth0", "02:00:00:01:00:0c": "b:eth0"}
        assert all(macs[row["eth.src"]] == row["frame.interface_name"] for row in rows)
        assert max(int(row["frame.len"]) for row in rows) <= 1514
        good = {"", "1"}
        assert {row["ip.checksum.status"] for row in rows} <= good
        sums = {row["tcp.checksum.status"] for row in rows if row["tcp.checksum"] != _KERNELS_ZERO}
        assert sums <= good
        assert any(row["tcp.checksum.status"] == "1" for row in rows)

    def test_it_finds_nothing_malformed(self, recorded: Path) -> None:
        assert _tshark(recorded, ["frame.number"], "-Y", "_ws.malformed") == []

    def test_the_description_of_interfaces_and_what_was_dropped_are_read(
        self, recorded: Path
    ) -> None:
        done = subprocess.run(
            ["capinfos", "-M", str(recorded)], capture_output=True, text=True, check=True
        )
        assert "Capture application: Bachang" in done.stdout
        assert "Name = a:eth0" in done.stdout
        assert "Description = sent by a into lan" in done.stdout
        assert "Time precision = nanoseconds (9)" in done.stdout
        assert done.stdout.count("Number of stat entries = 1") == 3


def _tshark(file: Path, fields: list[str], *more: str) -> list[dict[str, str]]:
    words = ["tshark", "-n", "-r", str(file), "-T", "fields", "-E", "separator=|"]
    words += ["-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", *more]
    for field in fields:
        words += ["-e", field]
    environment = os.environ | {"HOME": str(file.parent)}
    done = subprocess.run(words, capture_output=True, text=True, check=True, env=environment)
    return [dict(zip(fields, line.split("|"), strict=True)) for line in done.stdout.splitlines()]
