"""What a capture keeps: each frame once, with the host that sent it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

import pytest

from bachang.fabric import Sandbox, SandboxError, pcapng

_COUNT = 20
_SEND = (
    "import socket, sys;"
    "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM);"
    f"[s.sendto(b'said by ' + sys.argv[1].encode(), (sys.argv[2], 9)) for _ in range({_COUNT})]"
)


@pytest.fixture
def output() -> Iterator[int]:
    """A descriptor to capture to."""
    descriptor = os.memfd_create("frames")
    yield descriptor
    os.close(descriptor)


class TestCapture:
    """capture."""

    def test_each_frame_is_kept_once_and_names_its_sender(
        self, sandbox: Sandbox, output: int
    ) -> None:
        with sandbox.capture(output) as capture:
            _say(sandbox, "desk", "10.72.0.21")
            _say(sandbox, "six", "10.73.0.12")
        status = capture.stop()
        assert status.dropped == 0
        assert _heard(output) == {
            ("desk:eth0", b"desk"): _COUNT,
            ("edge:eth1", b"desk"): _COUNT,  # what a router passes on is its own
            ("six:eth0", b"six"): _COUNT,
        }

    def test_one_host_can_be_chosen_and_frames_cut(self, sandbox: Sandbox, output: int) -> None:
        with sandbox.capture(output, host="six", snap_bytes=42):
            _say(sandbox, "desk", "10.72.0.21")
            _say(sandbox, "six", "10.73.0.12")
        interfaces, frames = _read(output)
        assert {interfaces[one.interface].name for one in frames} == {"six:eth0"}
        assert max(len(one.data) for one in frames) == 42
        assert sum(one.sent_bytes == 42 + len(b"said by six") for one in frames) == _COUNT

    def test_what_is_not_there_cannot_be_captured(self, sandbox: Sandbox, output: int) -> None:
        with pytest.raises(SandboxError, match="nowhere"):
            sandbox.capture(output, host="nowhere")


def _say(sandbox: Sandbox, host: str, target: str) -> None:
    done = sandbox.exec(host, ["python3", "-c", _SEND, host, target])
    assert done.status == 0, done.stderr


def _heard(output: int) -> Counter[tuple[str, bytes]]:
    """How often each sender's datagrams were seen on each interface."""
    interfaces, frames = _read(output)
    found: Counter[tuple[str, bytes]] = Counter()
    for one in frames:
        _, said, who = one.data.partition(b"said by ")
        if said and one.data[23] == 17:  # and no ICMP that quotes it
            found[interfaces[one.interface].name, who] += 1
    return found


def _read(output: int) -> tuple[list[pcapng.Interface], list[pcapng.Frame]]:
    blocks = list(pcapng.read(os.pread(output, os.fstat(output).st_size, 0)))
    return (
        [one for one in blocks if isinstance(one, pcapng.Interface)],
        [one for one in blocks if isinstance(one, pcapng.Frame)],
    )
