"""A plant of thirty lines that speaks the plant link: for tests of the fabric alone.

Its state is one number, ``x.value``; a client of its sockets is told that number.
"""

from __future__ import annotations

import json
import os
import select
import socket
import sys
import time
from typing import Any, NoReturn

_MANY = 200
"""Packets, more than an agent takes in at one go."""


def main() -> None:
    """Serve descriptor 3 until it closes."""
    link = socket.socket(fileno=3)
    data, fds, _, _ = socket.recv_fds(link, 1 << 20, 16)
    start = json.loads(data)
    doors = {
        (one["system"], one["purpose"]): socket.socket(fileno=fd)
        for one, fd in zip(start["listeners"], fds, strict=True)
    }
    state = {"value": 1, "uid": os.getuid(), "tick": 0}
    if start["restore"]:
        state |= start["restore"]["state"]
        for command in start["restore"]["commands"]:
            state |= {"value": command["value"], "tick": command["tick"]}
    if time.monotonic() < state.get("weak_until_s", 0.0):
        os._exit(4)
    say(link, {"ready": True})
    while True:
        ready, _, _ = select.select([link, *doors.values()], [], [])
        for door in doors.values():
            if door in ready:
                with door.accept()[0] as caller:
                    caller.sendall(str(state["value"]).encode())
        if link in ready:
            data, fds, _, _ = socket.recv_fds(link, 1 << 20, 16)
            if not data:
                sys.exit()
            answer(link, json.loads(data), fds, doors, state)


def answer(
    link: socket.socket,
    request: dict[str, Any],
    fds: list[int],
    doors: dict[tuple[str, str], socket.socket],
    state: dict[str, Any],
) -> None:
    """One request of the link."""
    result: dict[str, Any]
    match request["op"]:
        case "points":
            result = {"x.value": state["value"], "x.uid": state["uid"]}
        case "command" if request["point"] == "x.leave":
            leave(link, request, *doors.values())
        case "command":
            if not obey(link, request, state):
                refuse(link, request, f"no point {request['point']}")
                return
            result = {"tick": state["tick"]}
        case "snapshot":
            result = {"state": dict(state), "tick": state["tick"], "hash": str(state["value"])}
        case "restore":
            state |= request["state"]
            result = {"tick": state["tick"]}
        case "rebind" if state.get("refuses"):
            refuse(link, request, "it has no hands")
            return
        case "rebind":
            time.sleep(state.get("slow_s", 0.0))
            doors[request["system"], request["purpose"]] = socket.socket(fileno=fds[0])
            result = {}
        case "advance":
            result = {"time_s": request["until_s"], "timed_out": False}
        case _:
            result = {"time_s": 2.0, "tick": state["tick"], "paused": False}
    say(link, {"id": request["id"], "ok": True, "result": result})


def obey(link: socket.socket, request: dict[str, Any], state: dict[str, Any]) -> bool:
    """Apply a command; whether there is such a point."""
    match request["point"]:
        case "x.value":
            state |= {"value": request["value"], "tick": state["tick"] + 1}
            data = {"tick": state["tick"], "value": state["value"]}
            tell(link, "command.applied", "x.value", actor=request["actor"], data=data)
        case "x.slow_s" | "x.refuses" as point:
            state |= {point.removeprefix("x."): request["value"]}
        case "x.weak_until_s":
            state |= {"weak_until_s": request["value"]}
            say(link, {"keep": {"state": dict(state), "tick": state["tick"]}})
        case "x.say":
            link.send(request["value"].encode())
        case "x.crash":
            os._exit(3)
        case _:
            return False
    return True


def leave(link: socket.socket, request: dict[str, Any], door: socket.socket) -> NoReturn:
    """Once another request lies unread and a caller at the door agrees: say why, and end."""
    tell(link, "plant.leaving", "x", actor="x", data={})
    for one in (link, door):
        select.select([one], [], [])
    with door.accept()[0] as caller:
        caller.send(b"!")
        caller.recv(1)
        for _ in range(_MANY):
            say(link, {"id": 0, "ok": True})
        refuse(link, request, request["value"])
        os._exit(3)


def tell(link: socket.socket, kind: str, subject: str, *, actor: str, data: dict[str, Any]) -> None:
    """Report an event."""
    event = {"sandbox_time_s": 1.0, "actor": actor, "kind": kind, "subject": subject}
    say(link, {"event": event | {"data": data}})


def refuse(link: socket.socket, request: dict[str, Any], why: str) -> None:
    """Answer a request with an error."""
    error = {"kind": "SandboxError", "message": why}
    say(link, {"id": request["id"], "ok": False, "error": error})


def say(link: socket.socket, packet: dict[str, Any]) -> None:
    """Send one packet."""
    link.send(json.dumps(packet).encode())


if __name__ == "__main__":
    main()
