"""A connection to rtnetlink in the network namespace that is current when it is opened."""

from __future__ import annotations

import os
import socket

from bachang.fabric import _links
from bachang.fabric import _netlink as nl

_NETLINK_ROUTE = 0
_SOL_NETLINK = 270
_CAP_ACK, _EXT_ACK, _STRICT = 10, 11, 12
_RECEIVE_BYTES = 1 << 16
_BATCH_BYTES = 60_000
_Request = tuple[int, int, bytes]
_ON_THE_LINK = ("fe80::/64", "::1/128")
"""The kernel's own IPv6 routes, which come with a link and lead nowhere beyond it."""


class Connection:
    """Sends requests and collects every answer; usable with ``with``."""

    def __init__(self) -> None:
        kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC
        self._socket = socket.socket(socket.AF_NETLINK, kind, _NETLINK_ROUTE)
        for option in (_CAP_ACK, _EXT_ACK, _STRICT):
            self._socket.setsockopt(_SOL_NETLINK, option, 1)
        self._sequence = 0

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def ask(self, requests: list[_Request]) -> None:
        """Do (type, flags, body) one after the other; stops at nothing, reports the first error.

        Raises:
            OSError: the kernel's number and words for the first that failed; the file name
                is its place in ``requests``.
        """
        first = self._sequence + 1
        problems: dict[int, tuple[int, str]] = {}
        for batch in _batches(requests):
            *before, (kind, flags, body) = batch
            parts = [self._numbered(*request) for request in before]
            parts.append(self._numbered(kind, flags | nl.ACK, body))  # it answers in turn
            self._socket.sendall(b"".join(parts))
            self._collect(problems)
        if problems:
            sequence = min(problems)
            number, words = problems[sequence]
            raise OSError(number, words or os.strerror(number), sequence - first)

    def dump(self, kind: int, body: bytes) -> list[nl.Message]:
        """Everything of a kind.

        Raises:
            OSError: the kernel refuses.
        """
        self._socket.sendall(self._numbered(kind, nl.DUMP, body))
        found: list[nl.Message] = []
        while True:
            for received in nl.messages(self._socket.recv(_RECEIVE_BYTES)):
                if received.type == nl.DONE:
                    return found
                if received.type == nl.ERROR:
                    raise nl.refusal(received)
                found.append(received)

    def links(self) -> list[_links.Link]:
        """Every interface of the namespace."""
        return [
            _links.read_link(received.payload)
            for received in self.dump(_links.GET_LINK, _links.all_links())
        ]

    def link(self, index: int) -> _links.Link:
        """One interface. A kernel that is asked for one first does what it has put off for it.

        (From 6.8 on: `linkwatch_sync_dev` in net/core/link_watch.c.)

        Raises:
            OSError: there is none.
        """
        self._socket.sendall(self._numbered(_links.GET_LINK, 0, _links.one_link(index)))
        (received,) = nl.messages(self._socket.recv(_RECEIVE_BYTES))
        if received.type == nl.ERROR:
            raise nl.refusal(received)
        return _links.read_link(received.payload)

    def routes(self) -> list[_links.RouteEntry]:
        """The routes of the main table, without those to a link's own IPv6 addresses."""
        entries = [
            _links.read_route(received.payload)
            for received in self.dump(_links.GET_ROUTE, _links.all_routes())
        ]
        return [one for one in entries if one and (one.via or one.destination not in _ON_THE_LINK)]

    def _numbered(self, kind: int, flags: int, body: bytes) -> bytes:
        self._sequence += 1
        return nl.message(kind, flags, self._sequence, body)

    def _collect(self, problems: dict[int, tuple[int, str]]) -> None:
        """Until the last request is answered; of those before only what failed is."""
        answered = 0
        while answered != self._sequence:
            for received in nl.messages(self._socket.recv(_RECEIVE_BYTES)):
                if received.type != nl.ERROR:
                    continue
                answered = received.sequence
                number, words = nl.failure(received)
                if number:
                    problems[answered] = (number, words)


def _batches(requests: list[_Request]) -> list[list[_Request]]:
    """Split so that one datagram and all of its answers fit into the socket's buffers."""
    batches: list[list[_Request]] = []
    room = 0
    for request in requests:
        size = nl.HEADER_BYTES + len(request[2])
        if not batches or room < size or len(batches[-1]) >= 100:
            batches.append([])
            room = _BATCH_BYTES
        batches[-1].append(request)
        room -= size
    return batches
