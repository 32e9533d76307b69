"""Run the plant on descriptor 3 until the agent closes it."""

from __future__ import annotations

import asyncio
import secrets
import socket
import sys
import time

from bachang.twins.plant import Link, LinkError, Plant

LINK_DESCRIPTOR = 3


async def serve(link_socket: socket.socket) -> None:
    """Take the start message, then run until the link closes."""
    link = Link(link_socket, asyncio.get_running_loop())
    message, sockets = await link.receive()
    plant = Plant(link, clock=time.monotonic, token=lambda: secrets.token_urlsafe(24))
    await plant.start(message, sockets)
    await plant.run()


def main() -> int:
    """Exit status 0: the agent closed the link; 1: it cannot be spoken with."""
    try:
        link_socket = socket.socket(fileno=LINK_DESCRIPTOR)
        link_socket.setblocking(False)
    except OSError as error:
        print(f"plant: descriptor {LINK_DESCRIPTOR} is no link: {error}", file=sys.stderr)
        return 1
    try:
        asyncio.run(serve(link_socket))
    except LinkError as error:
        print(f"plant: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
