"""Small worlds for the fabric's tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bachang.plan import File, Host, HostKind, Interface, Network, Service, ServiceKind, World

LITTLE_PLANT = (Path(__file__).parent / "little_plant.py").read_text()
LAN = Network(name="lan", cidr="10.1.0.0/24", bridge="br-lan")


def interface(number: int, *, network: str = "lan", name: str = "eth0", net: int = 1) -> Interface:
    """An interface 10.NET.0.NUMBER/24."""
    return Interface(
        name=name,
        network=network,
        address=f"10.{net}.0.{number}/24",
        mac=f"02:00:00:{net:02x}:{number >> 8:02x}:{number & 255:02x}",
        port=f"p{net}-{number}",
    )


def host(name: str, number: int, *, secret: str | None = None, **more: Any) -> Host:
    """A host with one interface in the LAN, and perhaps a file that is its own."""
    if secret:
        more["files"] = (File(path="/root/secret", content=secret.encode(), mode=0o600),)
    return Host(name=name, kind=HostKind.HOST, interfaces=(interface(number),), **more)


def world(*hosts: Host, **more: Any) -> World:
    """Hosts on one LAN."""
    return World(networks=(LAN,), hosts=hosts, **more)


_PAGE = b"""\
import http.server
def main():
    http.server.HTTPServer(("", 8080), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


def python_service(port: int | None = 8080) -> dict[str, Any]:
    """Arguments of a host that serves a page."""
    service = Service(
        name="page", kind=ServiceKind.PYTHON, argv=("/var/lib/page.py", "main"), ready_port=port
    )
    return {"services": (service,), "files": (File(path="/var/lib/page.py", content=_PAGE),)}
