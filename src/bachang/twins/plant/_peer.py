"""Who is at the other end of a connection, as commands and journals name it."""

from __future__ import annotations

import asyncio
import ipaddress


def source(transport: asyncio.BaseTransport) -> str:
    """``address:port``. A listener of both families shows IPv4 addresses in the form of IPv6."""
    peer = transport.get_extra_info("peername")
    if not peer:
        return ""
    address = ipaddress.ip_address(peer[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return f"{mapped or address}:{peer[1]}"
