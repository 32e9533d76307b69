"""A plant in a process of its own, spoken with over its link as an agent would."""

from __future__ import annotations

import dataclasses
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bachang.plan import FieldSystem
from tests.twins.zones import systems

PACKET = 1 << 20
DEADLINE_S = 20.0
_LAUNCH = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.execv(sys.executable, [sys.executable, "-m", "bachang.twins.plant"])
"""
"""Puts the link where the plant expects it; a plain ``python -m`` cannot be given a number."""


def listening() -> socket.socket:
    """A loopback socket on a free port."""
    return socket.create_server(("127.0.0.1", 0))


class AgentEnd:
    """What an agent does with a plant."""

    def __init__(
        self, wanted: tuple[FieldSystem, ...], doors: list[tuple[str, str]], restore: Any = None
    ) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(DEADLINE_S)
        self.link = ours
        self.events: list[dict[str, Any]] = []
        self.keeps: list[dict[str, Any]] = []
        self._number = 0
        started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-c", _LAUNCH, str(theirs.fileno())],
            pass_fds=(theirs.fileno(),),
        )
        theirs.close()
        sockets = [listening() for _ in doors]
        self.ports = {door: one.getsockname()[1] for door, one in zip(doors, sockets, strict=True)}
        message = {
            "op": "start",
            "systems": [dataclasses.asdict(system) for system in wanted],
            "seed": "seed",
            "hosts": {"127.0.0.1": "desk"},
            "listeners": [
                {"system": system, "purpose": purpose, "host": "h", "port": 1}
                for system, purpose in doors
            ],
            "restore": restore,
        }
        self.send(message, sockets)
        self.ready = self.receive()
        self.ready_s = time.monotonic() - started

    def send(self, message: dict[str, Any], sockets: list[socket.socket] | None = None) -> None:
        """One packet; the sockets are given away."""
        data = json.dumps(message).encode()
        socket.send_fds(self.link, [data], [one.fileno() for one in sockets or []])
        for one in sockets or []:
            one.close()

    def receive(self) -> dict[str, Any]:
        """The next packet."""
        message: dict[str, Any] = json.loads(self.link.recv(PACKET))
        return message

    def ask(self, sockets: list[socket.socket] | None = None, **request: Any) -> dict[str, Any]:
        """A request's reply; events that come before it are kept."""
        self._number += 1
        self.send({"id": self._number, **request}, sockets)
        while True:
            message = self.receive()
            if message.get("id") == self._number:
                return message
            self._keep(message)

    def _keep(self, message: dict[str, Any]) -> None:
        if "event" in message:
            self.events.append(message["event"])
        else:
            self.keeps.append(message["keep"])

    def result(self, **request: Any) -> Any:
        """The result of a request that must succeed."""
        reply = self.ask(**request)
        assert reply["ok"], reply
        return reply["result"]

    def wait_event(self, kind: str) -> dict[str, Any]:
        """The first event of a kind that has come or comes."""
        while True:
            for event in self.events:
                if event["kind"] == kind:
                    return event
            self._keep(self.receive())


@contextmanager
def plant(
    wanted: tuple[FieldSystem, ...] | None = None,
    doors: list[tuple[str, str]] | None = None,
    restore: Any = None,
) -> Iterator[AgentEnd]:
    """A running plant; it ends by itself when the link closes."""
    end = AgentEnd(systems() if wanted is None else wanted, doors or [], restore)
    try:
        yield end
    finally:
        end.link.close()
        assert end.process.wait(DEADLINE_S) == 0
