"""Servers that listen on every address of their host, of IPv6 too where it has some."""

from __future__ import annotations

import socket
import socketserver
from pathlib import Path
from typing import Any

_ADDRESSES = Path("/proc/net/if_inet6")


class BothFamilies(socketserver.TCPServer):
    """Mix in before the server: ``Server(port, handler)``."""

    def __init__(self, port: int, handler: Any) -> None:
        if _ADDRESSES.exists() and _ADDRESSES.read_bytes():
            self.address_family = socket.AF_INET6
        super().__init__(("", port), handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Who comes over IPv4 is called by that address, whichever socket took it."""
        line, (address, port, *_) = super().get_request()
        return line, (address.removeprefix("::ffff:"), port)
