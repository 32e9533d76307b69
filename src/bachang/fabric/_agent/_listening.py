"""Listening sockets of field systems: born in hosts, and served by the plant."""

from __future__ import annotations

import socket
from typing import Any

from bachang.fabric import _kernel as kernel
from bachang.fabric._agent._host import LiveHost
from bachang.fabric._contract import PlatformError

_BACKLOG = 64


class Listening:
    """A listening socket of a field system, by who it is for."""

    def __init__(self, system: str, purpose: str, host: str, port: int) -> None:
        self.system = system
        self.purpose = purpose
        self.host = host
        self.port = port

    def describe(self) -> dict[str, Any]:
        """As it stands in the start packet."""
        return {
            "system": self.system,
            "purpose": self.purpose,
            "host": self.host,
            "port": self.port,
        }


def open_listener(live: LiveHost, home: int, port: int) -> socket.socket:
    """A listening TCP socket on every address of a host; one serves both families.

    Args:
        live: The host.
        home: Descriptor of the agent's own network namespace.
        port: Its port.

    Raises:
        PlatformError: the port is taken there.
    """
    ipv6 = any(one.address6 for one in live.plan.interfaces)
    with kernel.inside_network(live.network, home):
        family = socket.AF_INET6 if ipv6 else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        if ipv6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("", port))  # inside the host
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise PlatformError(f"port {port} of host {live.plan.name}: {error.strerror}") from error
    listener.setblocking(False)
    return listener
