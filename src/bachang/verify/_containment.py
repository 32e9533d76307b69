"""Containment, seen from inside: root looks round in every host and tries to get out.

The fabric compares descriptors, links and routes at every deploy; this asks the same again
through the door that a participant has, after the world has lived.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import bachang
from bachang.plan import Host
from bachang.verify._stage import NotProvenError, Stage, last_words

_OUTSIDE = ("1.1.1.1", "8.8.8.8", "10.0.2.2", "169.254.169.254", "172.17.0.1", "192.168.0.1")
"""Addresses outside every plan; a machine's neighbours often have the last four."""

_LOOK = """
import json, os, select, socket, sys, time
paths, addresses = json.load(sys.stdin)
def reached():
    tries, found = {}, set()
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        for address in addresses:
            one = socket.socket(socket.AF_INET, kind)
            one.setblocking(False)
            if one.connect_ex((address, 53)) in (0, 115):
                tries[one] = (address, kind)
                if kind == socket.SOCK_DGRAM:
                    try:
                        one.send(b"\\0" * 12)
                    except OSError:
                        pass
    end = time.monotonic() + 0.25
    while tries and (left := end - time.monotonic()) > 0:
        streams = [one for one, (_, kind) in tries.items() if kind == socket.SOCK_STREAM]
        readable, writable, _ = select.select(list(tries), streams, [], left)
        for one in {*readable, *writable}:
            address, kind = tries.pop(one)
            try:
                if kind == socket.SOCK_DGRAM:
                    one.recv(1)
                elif one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                    continue
                found.add(address)
            except OSError:
                pass
    return sorted(found)
def lines(path):
    try:
        with open(path) as file:
            return [line.split() for line in file][1:]
    except OSError:
        return []
devices = ("/dev/kmsg", "/dev/mem", "/dev/sda", "/dev/vda", "/dev/kvm")
print(json.dumps({
    "links": sorted(name for _, name in socket.if_nameindex()),
    "gateways": sorted({line[0] for line in lines("/proc/net/route") if line[1] == "00000000"}),
    "sockets": [line[-1] for line in lines("/proc/net/unix") if line[-1].startswith("@")],
    "reached": reached(),
    "seen": [path for path in paths if os.path.exists(path)],
    "machine": [path for path in devices if os.access(path, os.R_OK)],
}))
"""


def prove_contained(stage: Stage, pack: Path) -> str:
    """Look out of every host; returns how many were asked.

    Raises:
        NotProvenError: a host sees or reaches something that is not in its plan.
    """
    hidden = [str(pack.resolve()), str(Path(bachang.__file__).parent), str(Path.home())]
    for host in stage.plan.world.hosts:
        faults = _faults(host, _look(stage, host, hidden))
        if faults:
            raise NotProvenError(f"host {host.name}: {'; '.join(faults)}")
    return f"{len(stage.plan.world.hosts)} hosts see only what the plan gives them"


def _look(stage: Stage, host: Host, hidden: list[str]) -> dict[str, Any]:
    question = json.dumps([hidden, _OUTSIDE]).encode()
    argv = ["/usr/bin/python3", "-c", _LOOK]
    result = stage.sandbox.exec(host.name, argv, stdin=question, timeout_s=20.0)
    if result.status != 0:
        raise NotProvenError(f"host {host.name} cannot be looked round in{last_words(result)}")
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def _faults(host: Host, seen: dict[str, Any]) -> list[str]:
    """Everything that should not be there, in words."""
    planned = {"lo", *(interface.name for interface in host.interfaces)}
    foreign = [name for name in seen["links"] if name not in planned]
    expects_default = any(route.destination == "default" for route in host.routes)
    found = {
        "has interfaces that are not in the plan": foreign,
        "has a default route that is not in the plan": [] if expects_default else seen["gateways"],
        "sees abstract sockets of its machine": seen["sockets"],
        "reaches addresses outside the plan": seen["reached"],
        "sees files of the platform": seen["seen"],
        "can read devices of its machine": seen["machine"],
    }
    return [f"{what}: {', '.join(which)}" for what, which in found.items() if which]
