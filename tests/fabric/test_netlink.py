"""The netlink codec: known bytes, round trips, and what is cut short."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachang.fabric import _links
from bachang.fabric import _netlink as nl
from bachang.fabric._links import RouteEntry

ATTRIBUTES = st.dictionaries(st.integers(1, 0x3FFF), st.binary(max_size=40), max_size=6)


def test_an_attribute_is_padded_to_four_bytes():
    assert nl.attribute(3, b"lo\0") == b"\x07\x00\x03\x00lo\x00\x00"
    assert nl.u32(10, 1) == b"\x08\x00\x0a\x00\x01\x00\x00\x00"


def test_a_message_has_its_length_in_front():
    data = nl.message(16, nl.ACK, 7, b"body")
    assert data == struct.pack("=IHHII", 20, 16, 5, 7, 0) + b"body"
    (received,) = nl.messages(data)
    assert (received.type, received.sequence, received.payload) == (16, 7, b"body")


@given(ATTRIBUTES)
def test_attributes_come_back(given_attributes: dict[int, bytes]):
    data = b"".join(nl.attribute(kind, value) for kind, value in given_attributes.items())
    assert nl.attributes(data) == given_attributes


@given(st.binary(max_size=64))
def test_any_bytes_are_read_or_refused(data: bytes):
    for read in (nl.attributes, lambda raw: list(nl.messages(raw))):
        try:
            read(data)
        except nl.NetlinkFormatError:
            continue


def test_a_refusal_tells_the_kernels_words():
    words = nl.attribute(1, b"Unknown device type\0")
    payload = struct.pack("=i", -95) + struct.pack("=IHHII", 40, 16, 5, 1, 0) + words
    refused = nl.Message(type=nl.ERROR, flags=0x300, sequence=1, payload=payload)
    assert nl.failure(refused) == (95, "Unknown device type")


def test_a_link_is_made_in_one_message_with_its_far_end_elsewhere():
    body = _links.veth(
        port="p1", master=4, far_name="eth0", far_mac="02:00:00:00:00:0b", far_namespace=9
    )
    found = nl.attributes(body[16:])
    assert found[3] == b"p1\0"
    assert found[10] == struct.pack("=I", 4)
    information = nl.attributes(found[18])
    assert information[1] == b"veth\0"
    far = nl.attributes(nl.attributes(information[2])[1][16:])
    assert far[3] == b"eth0\0"
    assert far[1] == bytes.fromhex("02000000000b")
    assert far[28] == struct.pack("=I", 9)


@pytest.mark.parametrize("destination", ["default", "10.2.0.0/24", "10.9.9.9/32"])
def test_a_route_comes_back(destination: str):
    body = _links.route(destination, "10.1.0.1")
    assert _links.read_route(body) == RouteEntry(destination=destination, via="10.1.0.1")


def test_a_route_with_host_bits_is_refused():
    with pytest.raises(ValueError, match="host bits"):
        _links.route("10.2.0.5/24", "10.1.0.1")
