"""pcapng: what is written is read again, and what is no pcapng is told."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachang.fabric import pcapng
from bachang.fabric.pcapng import Frame, Interface, PcapngFormatError, Statistics

WEB = Interface(
    name="web:eth0",
    description="sent by web into lan",
    mac="02:00:00:00:00:01",
    address="10.1.0.11/24",
    snap_bytes=96,
)
COUNTS = st.integers(0, 2**64 - 1)
FRAMES = st.builds(
    Frame,
    interface=st.integers(0, 9),
    time_ns=COUNTS,
    sent_bytes=st.integers(0, 2**32 - 1),
    data=st.binary(max_size=200),
)
STATISTICS = st.builds(
    Statistics, interface=st.integers(0, 9), time_ns=COUNTS, received=COUNTS, dropped=COUNTS
)
FILE = b"".join(
    [
        pcapng.section("test"),
        pcapng.interface(WEB),
        pcapng.frame(Frame(interface=0, time_ns=5, sent_bytes=7, data=b"abcde")),
        pcapng.statistics(Statistics(interface=0, time_ns=6, received=1, dropped=2)),
    ]
)


@given(st.lists(st.one_of(FRAMES, STATISTICS)))
def test_what_is_written_is_read_again(blocks: list[Frame | Statistics]) -> None:
    data = pcapng.section("test") + pcapng.interface(WEB)
    for one in blocks:
        data += pcapng.frame(one) if isinstance(one, Frame) else pcapng.statistics(one)
    assert list(pcapng.read(data)) == [WEB, *blocks]


def test_a_frame_stands_as_the_draft_says() -> None:
    """Enhanced packet block, section 4.3: little-endian, padded to four bytes."""
    block = pcapng.frame(Frame(interface=3, time_ns=(1 << 32) + 2, sent_bytes=60, data=b"abcde"))
    assert block == struct.pack("<7I", 6, 40, 3, 1, 2, 5, 60) + b"abcde\0\0\0" + b"\x28\0\0\0"


def test_the_file_begins_with_the_magic_of_its_byte_order() -> None:
    assert FILE[:4] == b"\x0a\x0d\x0d\x0a"
    assert FILE[8:12] == b"\x4d\x3c\x2b\x1a"


def test_blocks_of_other_types_are_passed_over() -> None:
    other = struct.pack("<III", 0xBAD, 16, 7) + struct.pack("<I", 16)
    assert list(pcapng.read(FILE + other)) == list(pcapng.read(FILE))


def test_a_file_that_was_cut_gives_what_is_whole_and_then_an_error() -> None:
    whole = list(pcapng.read(FILE))
    for length in range(len(FILE)):
        found: list[Interface | Frame | Statistics] = []
        with contextlib.suppress(PcapngFormatError):
            found += pcapng.read(FILE[:length])
        assert found == whole[: len(found)]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        list(pcapng.read(pcapng.section("test") + data))
    except PcapngFormatError:
        return


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "does not begin with a section header"),
        (b"\xd4\xc3\xb2\xa1", "does not begin with a section header"),
        (FILE + b"abc", "are no block"),
        (FILE + struct.pack("<III", 6, 400, 0), "a block of 400 bytes"),
        (FILE + struct.pack("<IIII", 6, 16, 0, 17), "with two lengths"),
        (FILE[:8] + b"\x1a\x2b\x3c\x4d" + FILE[12:], "not little-endian"),
    ],
)
def test_what_is_no_pcapng_is_told(data: bytes, words: str) -> None:
    with pytest.raises(PcapngFormatError, match=words):
        list(pcapng.read(data))
