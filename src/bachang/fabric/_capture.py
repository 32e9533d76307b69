"""The capture's process: frames from the kernel's ring into a pcapng file.

It is started by the agent for one capture, without a capability and without a secret, and
does nothing else, so that neither the agent nor the hosts wait for a disk. Descriptors: the
link to the agent, the packet socket (made in the switch's namespace), the output.

The kernel writes frames into a ring of blocks that this process maps (TPACKET_V3); a block is
handed over when it is full or old. Frames for which there is no room are counted by the
kernel: they are told to the agent, and stand in the file's statistics of interface 0, since
the kernel does not say whose they were. Source: packet(7), linux/if_packet.h.
"""

from __future__ import annotations

import contextlib
import dataclasses
import mmap
import os
import select
import signal
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

import msgspec

from bachang.fabric import pcapng
from bachang.fabric._tap import LINK_FD, OUTPUT_FD, TAP_FD

_SOL_PACKET = 263
_VERSION, _RX_RING, _STATISTICS = 10, 5, 6
_TPACKET_V3 = 2
_BLOCK_BYTES = 1 << 20
_BLOCKS = 64
_FRAME_BYTES = 1 << 11  # must divide the block; frames take what they need
_RETIRE_MS = 40
_LAST_WAIT_MS = 3 * _RETIRE_MS
_REPORT_S = 0.25
_PACKET_BYTES = 1 << 18

_STATUS_AT, _KERNELS, _OURS = 8, 0, 1
_BLOCK_HEAD = struct.Struct("=III")  # status, frames, offset of the first
_HEAD = struct.Struct("=IIIIIIH26xi")
"""Offset of the next, s, ns, bytes kept, bytes sent, status, offset of the frame, interface."""
_WITHOUT_CHECKSUM = 1 << 3
_ETHERNET_BYTES = 1514

EVERYTHING = pcapng.Interface(
    name="any", description="all ports together: counts what was dropped at any of them"
)


class Recorder:
    """One capture. ``snap_bytes`` 0 means whole frames, ``limit_bytes`` 0 no end by itself."""

    def __init__(
        self, tap: socket.socket, output: int, *, snap_bytes: int, limit_bytes: int = 0
    ) -> None:
        self._tap = tap
        self._output = output
        self._snap_bytes = snap_bytes
        self._limit_bytes = limit_bytes
        self._numbers: dict[int, int] = {}
        self._known: dict[str, int] = {}
        self._taken: list[int] = []
        self._next_block = 0
        self.on_unknown: Callable[[], None] = lambda: None
        """Called at a frame of a port that was not described: it may have been told by now."""
        self._ring = _ring(tap)
        self._view = memoryview(self._ring)
        self.frames = self.bytes = self.dropped = self.unlike_wire = 0
        self._write(pcapng.section("Bachang"))
        # tcpdump refuses a file whose interfaces differ in this.
        self._add(dataclasses.replace(EVERYTHING, snap_bytes=snap_bytes))

    @property
    def full(self) -> bool:
        """Has it written as much as it may?"""
        return 0 < self._limit_bytes <= self.bytes

    def describe(self, ports: list[dict[str, Any]]) -> None:
        """Name ports before their first frame. A host that was reset keeps its numbers."""
        for port in ports:
            name = f"{port['host']}:{port['interface']}"
            if name not in self._known:
                one = pcapng.Interface(
                    name=name,
                    description=f"sent by {port['host']} into {port['network']}",
                    mac=port["mac"],
                    address=port["address"],
                    snap_bytes=self._snap_bytes,
                )
                self._known[name] = self._add(one)
            self._numbers[port["index"]] = self._known[name]

    def drain(self) -> bool:
        """Write the blocks that are ready, at most once round; whether there was one."""
        for place in range(_BLOCKS):
            start = self._next_block * _BLOCK_BYTES
            status, count, first = _BLOCK_HEAD.unpack_from(self._view, start + _STATUS_AT)
            if self.full or not status & _OURS:
                return place > 0
            self._write(self._blocks(start + first, count))
            struct.pack_into("=I", self._view, start + _STATUS_AT, _KERNELS)
            self._next_block = (self._next_block + 1) % _BLOCKS
        return True

    def report(self) -> dict[str, int]:
        """The counters so far."""
        _, dropped, _ = struct.unpack(
            "=III", self._tap.getsockopt(_SOL_PACKET, _STATISTICS, 12)
        )  # reading resets them
        self.dropped += dropped
        return {
            "frames": self.frames,
            "bytes": self.bytes,
            "dropped": self.dropped,
            "unlike_wire": self.unlike_wire,
        }

    def finish(self, time_ns: int) -> dict[str, int]:
        """Write the statistics; the last counters."""
        counters = self.report()
        blocks = [pcapng.statistics(self._count(0, self.frames, self.dropped, time_ns))]
        blocks += [
            pcapng.statistics(self._count(number, taken, 0, time_ns))
            for number, taken in enumerate(self._taken)
            if number
        ]
        self._write(b"".join(blocks))
        return counters | {"bytes": self.bytes}

    def _count(self, number: int, received: int, dropped: int, now: int) -> pcapng.Statistics:
        return pcapng.Statistics(interface=number, received=received, dropped=dropped, time_ns=now)

    def _blocks(self, at: int, count: int) -> bytes:
        """A ring block's frames as pcapng; one long loop, because it runs for every frame."""
        view, numbers, taken = self._view, self._numbers, self._taken
        unpack, pack, tails = _HEAD.unpack_from, pcapng.FRAME_HEAD.pack, pcapng.FRAME_TAIL
        parts: list[bytes | memoryview] = []
        add = parts.append
        unlike = 0
        for _ in range(count):
            following, second, nanosecond, kept, sent, status, offset, index = unpack(view, at)
            if (number := numbers.get(index, 0)) == 0:
                self.on_unknown()
                number = numbers.get(index, 0)
            stamp = second * 1_000_000_000 + nanosecond
            padding = -kept % 4
            length = 32 + kept + padding
            add(pack(6, length, number, stamp >> 32, stamp & 0xFFFF_FFFF, kept, sent))
            add(view[at + offset : at + offset + kept])
            add(tails[padding].pack(length))
            taken[number] += 1
            if sent > _ETHERNET_BYTES or status & _WITHOUT_CHECKSUM:
                unlike += 1
            at += following
        self.frames += count
        self.unlike_wire += unlike
        return b"".join(parts)

    def _add(self, one: pcapng.Interface) -> int:
        self._write(pcapng.interface(one))
        self._taken.append(0)
        return len(self._taken) - 1

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[os.write(self._output, left) :]
        self.bytes += len(data)


def _ring(tap: socket.socket) -> mmap.mmap:
    tap.setsockopt(_SOL_PACKET, _VERSION, _TPACKET_V3)
    frames = _BLOCK_BYTES // _FRAME_BYTES * _BLOCKS
    request = struct.pack("=7I", _BLOCK_BYTES, _BLOCKS, _FRAME_BYTES, frames, _RETIRE_MS, 0, 0)
    tap.setsockopt(_SOL_PACKET, _RX_RING, request)
    tap.getsockopt(_SOL_PACKET, _STATISTICS, 12)  # forget what came before
    return mmap.mmap(tap.fileno(), _BLOCK_BYTES * _BLOCKS)


def main() -> None:
    """Record until the agent says stop, or goes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    link = socket.socket(fileno=LINK_FD)
    try:
        start = msgspec.json.decode(link.recv(_PACKET_BYTES), type=dict[str, Any])
        with socket.socket(fileno=TAP_FD) as tap:
            recorder = Recorder(
                tap,
                OUTPUT_FD,
                snap_bytes=start["snap_bytes"],
                limit_bytes=start["limit_bytes"],
            )
            recorder.describe(start["ports"])
            link.send(b'{"ready":true}')
            _record(recorder, tap, link)
            full = recorder.full
            end = {"end": recorder.finish(time.time_ns()), "full": full}
            link.send(msgspec.json.encode(end))
    except OSError as error:
        with contextlib.suppress(OSError):
            link.send(msgspec.json.encode({"failed": error.strerror or str(error)}))


def _record(recorder: Recorder, tap: socket.socket, link: socket.socket) -> None:
    stopping = False

    def listen() -> None:
        nonlocal stopping
        with contextlib.suppress(BlockingIOError):
            while not stopping:
                packet = link.recv(_PACKET_BYTES, socket.MSG_DONTWAIT)
                stopping = packet in (b"", b"{}")
                if not stopping:
                    recorder.describe(msgspec.json.decode(packet)["ports"])

    recorder.on_unknown = listen
    poll = select.poll()
    poll.register(link, select.POLLIN)
    poll.register(tap, select.POLLIN)
    due = 0.0
    while not (stopping or recorder.full):
        poll.poll(_REPORT_S * 1000)
        listen()
        recorder.drain()
        if time.monotonic() >= due:
            due = time.monotonic() + _REPORT_S
            link.send(msgspec.json.encode({"report": recorder.report()}))
    poll.unregister(link)
    while poll.poll(_LAST_WAIT_MS) and recorder.drain():
        pass


if __name__ == "__main__":
    main()
