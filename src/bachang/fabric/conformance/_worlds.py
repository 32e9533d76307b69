"""The worlds of the conformance suite.

``town``: a desk with a user, a router with a firewall, a server behind it; and a street of its
own with IPv6, on which one link is slow and one loses frames::

    desk 10.71.0.11 ── near ── edge ── far ── server 10.72.0.21:8080

    six 10.73.0.11, lamp …12 (serves), slow …13, lossy …14      each fd00:73::N as well
"""

from __future__ import annotations

import dataclasses
from typing import Any

from bachang.plan import (
    File,
    Host,
    HostKind,
    Interface,
    Limits,
    Network,
    Route,
    Service,
    ServiceKind,
    User,
    World,
)

PAGE_PORT = 8080
BLOCKED_PORT = 9999
SLOW_KBIT = 8_000
LOSS = 0.2
"""Of frames, in each direction."""
_FIREWALL = f"""\
table inet filter {{
  chain forward {{
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    tcp dport {BLOCKED_PORT} drop
    ip saddr 10.71.0.0/24 accept
  }}
}}
"""
_PAGE = b"""\
import http.server, os

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"served by {os.getuid()}".encode())

def main():
    for port in (8080, 9999):
        server = http.server.ThreadingHTTPServer(("", port), Page)
        __import__("threading").Thread(target=server.serve_forever).start()
"""


_LAMP = b"""\
import socket, threading

def serve(line):
    with line:
        count = 0
        while data := line.recv(65536):
            count += len(data)
        line.sendall(b"%d" % count)

def main():
    with socket.create_server(("::", 8080), family=socket.AF_INET6, dualstack_ipv6=True) as door:
        while True:
            threading.Thread(target=serve, args=door.accept()[:1]).start()
"""
"""Says how many bytes it was sent."""


def interface(net: int, number: int, *, place: int = 0, **link: Any) -> Interface:
    """10.NET.0.NUMBER/24 in the network called after its second byte; ``link``: how good it is."""
    return Interface(
        name=f"eth{place}",
        network=f"net{net}",
        address=f"10.{net}.0.{number}/24",
        mac=f"02:00:00:{net:02x}:00:{number:02x}",
        port=f"n{net}-{number}",
        **link,
    )


def network(net: int) -> Network:
    """10.NET.0.0/24."""
    return Network(name=f"net{net}", cidr=f"10.{net}.0.0/24", bridge=f"br{net}")


def single(name: str = "only") -> World:
    """One host."""
    host = Host(name=name, kind=HostKind.HOST, interfaces=(interface(71, 11),))
    return World(networks=(network(71),), hosts=(host,))


def town() -> World:
    """See the head of this module."""
    street = dataclasses.replace(network(73), ipv6="fd00:73::/64")
    hosts = (_desk(), _edge(), _server(), *_street())
    return World(networks=(network(71), network(72), street), hosts=hosts)


def _street() -> tuple[Host, ...]:
    lamp = Service(
        name="lamp",
        kind=ServiceKind.PYTHON,
        argv=("/var/lib/lamp.py", "main"),
        ready_port=PAGE_PORT,
    )
    return (
        _neighbour("six", 11),
        _neighbour("lamp", 12, _LAMP, lamp),
        _neighbour("slow", 13, rate_kbit=SLOW_KBIT),
        _neighbour("lossy", 14, loss=LOSS),
    )


def _neighbour(
    name: str, number: int, program: bytes = b"", *services: Service, **link: Any
) -> Host:
    address6 = f"fd00:73::{number}/64"
    return Host(
        name=name,
        kind=HostKind.HOST,
        interfaces=(interface(73, number, address6=address6, **link),),
        files=(File(path="/var/lib/lamp.py", content=program),),
        services=services,
    )


def _desk() -> Host:
    return Host(
        name="desk",
        kind=HostKind.HOST,
        interfaces=(interface(71, 11),),
        routes=(Route(destination="default", via="10.71.0.1"),),
        users=(
            User(name="ann", uid=1000, gid=1000, home="/home/ann", groups=("crew",)),
            User(name="ben", uid=1001, gid=1001, home="/home/ben"),
        ),
        files=(
            File(path="/home/ann/note", content=b"for ann\n", mode=0o600, owner="ann"),
            File(path="/usr/local/bin/greet", content=b"#!/bin/sh\necho hello\n", mode=0o755),
        ),
        limits=Limits(processes=64, memory_mib=256, disk_mib=8, files=256),
    )


def _edge() -> Host:
    return Host(
        name="edge",
        kind=HostKind.ROUTER,
        interfaces=(interface(71, 1), interface(72, 1, place=1)),
        firewall=_FIREWALL,
    )


def _server() -> Host:
    return Host(
        name="server",
        kind=HostKind.HOST,
        interfaces=(interface(72, 21),),
        routes=(Route(destination="10.71.0.0/24", via="10.72.0.1"),),
        users=(User(name="www", uid=1000, gid=1000, home="/var/www"),),
        files=(File(path="/var/lib/page.py", content=_PAGE),),
        services=(
            Service(
                name="page",
                kind=ServiceKind.PYTHON,
                argv=("/var/lib/page.py", "main"),
                user="www",
                ready_port=PAGE_PORT,
            ),
            Service(
                name="clock",
                kind=ServiceKind.PROGRAM,
                argv=("/bin/sh", "-c", "echo ticking; exec sleep 1000"),
            ),
        ),
    )
