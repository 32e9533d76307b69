"""Captures: every frame once, with its sender; what is missing is counted."""

from __future__ import annotations

import collections
import contextlib
import os
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bachang.fabric import (
    CaptureStatus,
    LocalFabric,
    LocalSandbox,
    SandboxError,
    SandboxGoneError,
    pcapng,
)
from bachang.plan import Host, HostKind, Interface, Network, Route, World
from tests.fabric.processes import recorder
from tests.fabric.worlds import LAN, host, interface, world
from tests.waiting import until

_HOSTS = 5
_SEND = (
    "import socket,sys;"
    "s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM);"
    "[s.sendto(sys.argv[2].encode()+b' %d'%n,(sys.argv[1],9)) for n in range(int(sys.argv[3]))]"
)
_FLOOD = (
    "import socket;"
    "s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM)\n"
    "for _ in range(100_000): s.sendto(b'x'*1400,('10.1.0.12',9))"
)
"""Twice as much as the ring and a pipe take."""


@pytest.fixture
def live(fabric: LocalFabric) -> Iterator[LocalSandbox]:
    hosts = [host(f"h{number}", 10 + number) for number in range(1, _HOSTS + 1)]
    made = fabric.deploy(world(*hosts), name="tap")
    yield made
    with contextlib.suppress(SandboxGoneError):
        made.destroy()


@pytest.fixture
def output(short_path: Path) -> Iterator[int]:
    descriptor = os.open(short_path / "frames.pcapng", os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    yield descriptor
    os.close(descriptor)


class Recording:
    """A finished file: frames by the name of their interface."""

    def __init__(self, data: bytes) -> None:
        blocks = list(pcapng.read(data))
        self.interfaces = [one for one in blocks if isinstance(one, pcapng.Interface)]
        self.frames = [one for one in blocks if isinstance(one, pcapng.Frame)]
        self.statistics = {
            self.name(one): one for one in blocks if isinstance(one, pcapng.Statistics)
        }

    def name(self, one: pcapng.Frame | pcapng.Statistics) -> str:
        return self.interfaces[one.interface].name


def _recording(output: int) -> Recording:
    return Recording(os.pread(output, os.fstat(output).st_size, 0))


def _send(live: LocalSandbox, sender: str, target: str, count: int = 20) -> None:
    done = live.exec(sender, ["python3", "-c", _SEND, target, sender, str(count)])
    assert done.status == 0, done.stderr


def _datagram(frame: bytes) -> bytes | None:
    """What a frame carries to UDP port 9."""
    if frame[12:14] != b"\x08\x00" or frame[23] != socket.IPPROTO_UDP:
        return None
    return frame[42:] if struct.unpack("!H", frame[36:38])[0] == 9 else None


def test_each_frame_is_kept_once_and_names_its_sender(live: LocalSandbox, output: int) -> None:
    with live.capture(output) as capture:
        assert live.status().captures[0].running
        for number in range(1, _HOSTS + 1):
            _send(live, f"h{number}", f"10.1.0.{10 + number % _HOSTS + 1}")
    status = capture.stop()
    found = _recording(output)
    seen: dict[str, collections.Counter[bytes]] = collections.defaultdict(collections.Counter)
    for frame in found.frames:
        said = _datagram(frame.data)
        if said is not None:
            seen[found.name(frame)][said] += 1
    assert seen == {
        f"h{number}:eth0": {f"h{number} {place}".encode(): 1 for place in range(20)}
        for number in range(1, _HOSTS + 1)
    }
    assert status.frames == len(found.frames) == found.statistics["any"].received
    assert status.dropped == found.statistics["any"].dropped == 0
    assert not status.running
    assert live.status().captures == ()


def test_a_broadcast_is_kept_once(live: LocalSandbox, output: int) -> None:
    with live.capture(output):
        live.exec("h1", ["ping", "-c", "1", "-W", "1", "10.1.0.77"], timeout_s=3)
    found = _recording(output)
    asked = [one for one in found.frames if one.data[:6] == b"\xff" * 6]
    assert asked
    assert {found.name(one) for one in asked} == {"h1:eth0"}
    assert len({one.time_ns for one in asked}) == len(asked)


def test_interfaces_describe_their_hosts(live: LocalSandbox, output: int) -> None:
    live.capture(output, snap_bytes=96).stop()
    first, second, *_ = _recording(output).interfaces
    assert first.name == "any"
    assert second.name == "h1:eth0"
    assert second.description == "sent by h1 into lan"
    assert (second.mac, second.address) == ("02:00:00:01:00:0b", "10.1.0.11/24")
    assert first.snap_bytes == second.snap_bytes == 96  # else tcpdump does not read the file


def test_the_snap_length_cuts_frames_and_tells_their_length(
    live: LocalSandbox, output: int
) -> None:
    with live.capture(output, snap_bytes=96):
        live.exec("h1", ["ping", "-c", "1", "-s", "1000", "10.1.0.12"])
    found = [one for one in _recording(output).frames if one.sent_bytes == 1042]
    assert len(found) == 2
    assert {len(one.data) for one in found} == {96}


def test_one_host_or_one_network_can_be_chosen(live: LocalSandbox, output: int) -> None:
    with live.capture(output, host="h3"):
        _send(live, "h2", "10.1.0.13")
        _send(live, "h3", "10.1.0.12")
    found = _recording(output)
    assert [one.name for one in found.interfaces] == ["any", "h3:eth0"]
    assert len(found.frames) >= 20
    assert {found.name(one) for one in found.frames} == {"h3:eth0"}


@pytest.mark.parametrize("chosen", [{}, {"host": "h1"}])
def test_a_reset_host_keeps_its_interface_and_loses_no_frame(
    live: LocalSandbox, output: int, chosen: dict[str, str]
) -> None:
    with live.capture(output, **chosen):  # type: ignore[arg-type]
        _send(live, "h1", "10.1.0.12", 3)
        live.reset("h1")
        _send(live, "h1", "10.1.0.12", 4)
    found = _recording(output)
    said = [_datagram(one.data) for one in found.frames if found.name(one) == "h1:eth0"]
    assert sum(one is not None for one in said) == 7
    assert [one.name for one in found.interfaces].count("h1:eth0") == 1


def test_resets_without_end_fit_into_a_capture(fabric: LocalFabric, output: int) -> None:
    """A filter has 4,096 instructions, and each of this host's generations needs 200."""
    legs = tuple(interface(number, name=f"eth{number}") for number in range(11, 111))
    wide = Host(name="wide", kind=HostKind.HOST, interfaces=legs)
    live = fabric.deploy(world(wide, host("b", 200)), name="wide")
    with live.capture(output, host="wide"):
        for _ in range(21):
            live.reset("wide")
        assert live.exec("b", ["ping", "-c", "3", "-i", "0.1", "10.1.0.11"]).status == 0
    live.destroy()
    recording = _recording(output)
    assert {recording.name(frame).partition(":")[0] for frame in recording.frames} == {"wide"}


def test_thousands_of_links_are_captured(fabric: LocalFabric, output: int) -> None:
    """More than fit into one packet to the process that writes."""
    nets = [Network(name=f"n{n}", cidr=f"10.{n}.0.0/16", bridge=f"br{n}") for n in range(1, 4)]
    hosts = [
        Host(
            name=f"a-host-with-a-long-name-{number}",
            kind=HostKind.HOST,
            interfaces=tuple(_leg(nets[number % 3], number, place) for place in range(100)),
        )
        for number in range(27)
    ]
    live = fabric.deploy(World(networks=tuple(nets), hosts=tuple(hosts)), name="many")
    with live.capture(output):
        done = live.exec(hosts[0].name, ["ping", "-c", "1", "-W", "5", "10.1.3.0"])
    live.destroy()
    assert done.status == 0
    recording = _recording(output)
    assert len(recording.interfaces) == 2701
    senders = {recording.name(frame).partition(":")[0] for frame in recording.frames}
    assert {hosts[0].name, hosts[3].name} <= senders


def _leg(network: Network, number: int, place: int) -> Interface:
    net = int(network.name[1:])
    return Interface(
        name=f"eth{place}",
        network=network.name,
        address=f"10.{net}.{number}.{place}/16",
        mac=f"02:00:00:{net:02x}:{number:02x}:{place:02x}",
        port=f"p{number}-{place}",
    )


def test_a_routers_frames_are_its_own(fabric: LocalFabric, output: int) -> None:
    routed = fabric.deploy(_routed(), name="tap")
    with routed.capture(output, network="far"):
        assert routed.exec("a", ["ping", "-c", "3", "-i", "0.2", "10.2.0.12"]).status == 0
    routed.destroy()
    found = _recording(output)
    counted = collections.Counter(
        found.name(one) for one in found.frames if one.data[12:14] == b"\x08\x00"
    )
    assert counted == {"r:eth1": 3, "b:eth0": 3}


def _routed() -> World:
    """A router between a and b."""
    far = Network(name="far", cidr="10.2.0.0/24", bridge="br-far")
    legs = (interface(1), interface(1, network="far", name="eth1", net=2))
    a = host("a", 11, routes=(Route(destination="default", via="10.1.0.1"),))
    b = Host(
        name="b",
        kind=HostKind.HOST,
        interfaces=(interface(12, network="far", net=2),),
        routes=(Route(destination="default", via="10.2.0.1"),),
    )
    router = Host(name="r", kind=HostKind.ROUTER, interfaces=legs)
    return World(networks=(LAN, far), hosts=(a, router, b))


def test_frames_that_are_missing_are_counted(live: LocalSandbox) -> None:
    """A pipe that nobody reads: the ring fills, and the kernel's count is told."""
    reader, writer = os.pipe()
    try:
        capture = live.capture(writer)
        assert live.exec("h1", ["python3", "-c", _FLOOD], timeout_s=60).status == 0
        chunks: list[bytes] = []
        thread = threading.Thread(target=_read_all, args=(reader, chunks))
        os.close(writer)
        writer = -1
        thread.start()
        status = capture.stop()
        thread.join(20)
    finally:
        os.close(reader)
        if writer >= 0:
            os.close(writer)
    found = Recording(b"".join(chunks))
    assert status.dropped > 0
    assert found.statistics["any"].dropped == status.dropped
    assert found.statistics["any"].received == status.frames == len(found.frames)
    sent = sum(_sent(live, f"h{number}") for number in range(1, _HOSTS + 1))
    assert abs(status.frames + status.dropped - sent) <= 10, "neither kept nor counted"


def _read_all(descriptor: int, chunks: list[bytes]) -> None:
    while data := os.read(descriptor, 1 << 20):
        chunks.append(data)


def _sent(live: LocalSandbox, name: str) -> int:
    """Frames that a host has sent since it came up."""
    return int(live.exec(name, ["cat", "/sys/class/net/eth0/statistics/tx_packets"]).stdout)


def test_a_client_that_goes_ends_its_capture(live: LocalSandbox, output: int) -> None:
    capture = live.capture(output)
    os.close(os.dup(capture.fileno()))
    capture._connection.close()
    until(lambda: not live.status().captures)
    assert _recording(output).statistics


def test_a_reader_that_goes_ends_the_capture_with_a_reason(live: LocalSandbox) -> None:
    reader, writer = os.pipe()
    capture = live.capture(writer)
    os.close(reader)
    os.close(writer)
    _send(live, "h1", "10.1.0.12")
    until(lambda: not capture.status().running)
    status: CaptureStatus = capture.status()
    assert "Broken pipe" in status.problem
    assert capture.stop().problem == status.problem


def test_its_process_holds_nothing(live: LocalSandbox, output: int) -> None:
    """No capability, no new privileges, an own user, an empty network, three descriptors."""
    with live.capture(output):
        pid = recorder(live)
        state = Path(f"/proc/{pid}/status").read_text()
    fields = dict(line.split(":\t", 1) for line in state.splitlines() if ":\t" in line)
    assert int(fields["CapEff"], 16) == int(fields["CapPrm"], 16) == 0
    assert int(fields["CapBnd"], 16) == 0
    assert fields["NoNewPrivs"] == "1"
    assert fields["Seccomp"] == "2"


def test_what_cannot_be_captured_is_refused(live: LocalSandbox, output: int) -> None:
    with pytest.raises(SandboxError, match="no network 'wan'; there are lan"):
        live.capture(output, network="wan")
    with pytest.raises(SandboxError, match="no host 'x'"):
        live.capture(output, host="x")
    with pytest.raises(SandboxError, match="14 to 65535"):
        live.capture(output, snap_bytes=5)
    reader, writer = os.pipe()
    try:
        with pytest.raises(SandboxError, match="open for writing"):
            live.capture(reader)
    finally:
        os.close(reader)
        os.close(writer)
    assert live.status().captures == ()


def test_the_end_of_the_sandbox_is_the_end_of_the_capture(live: LocalSandbox, output: int) -> None:
    capture = live.capture(output)
    live.destroy()
    with pytest.raises(SandboxGoneError):
        capture.stop()
    assert _recording(output).interfaces
