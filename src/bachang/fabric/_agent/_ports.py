"""How many ports a bridge has left while generations of hosts follow each other.

A reset needs a second port for each link, and the kernel takes the old one away in its own
time. So a host of a large network may have to wait for others' old links to go.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

from bachang.fabric._contract import PlatformError, WorldError
from bachang.plan import Host, World

_BRIDGE_PORTS = 1023
"""linux/net/bridge/br_private.h."""
MOST_PORTS = 1000
"""Interfaces of a network at most: some ports are kept for resets."""
_LOOK_S = 0.01
_LIMIT_S = 20.0


class Ports:
    """Counts the ports of each network; what it knows is an upper bound until it looks."""

    def __init__(self, world: World, surplus: Callable[[], int]) -> None:
        """``surplus`` counts the links that no plan names: spare ones, and those that go."""
        self._wanted = Counter(one.network for host in world.hosts for one in host.interfaces)
        self._surplus = surplus
        self._spares: Counter[str] = Counter()

    def check(self) -> None:
        """Raises:
        WorldError: a network has more interfaces than a bridge has ports.
        """
        for network, count in self._wanted.items():
            if count > MOST_PORTS:
                raise WorldError(
                    f"network {network} has {count} interfaces, and a bridge of Linux takes "
                    f"{MOST_PORTS} here (some are kept for resets): use more networks"
                )

    async def room_for(self, host: Host) -> None:
        """Return when a spare generation can be plugged in, which must then happen at once.

        Raises:
            PlatformError: the kernel does not let go of old links.
        """
        needed = Counter(one.network for one in host.interfaces)
        try:
            async with asyncio.timeout(_LIMIT_S):
                while not self._fits(needed):
                    self._spares = Counter(dict.fromkeys(self._wanted, self._surplus()))
                    if not self._fits(needed):
                        await asyncio.sleep(_LOOK_S)
        except TimeoutError:
            raise PlatformError(
                f"host {host.name}: no port is left on its networks, because the kernel does not "
                "let go of old links"
            ) from None
        self._spares += needed

    def _fits(self, needed: Counter[str]) -> bool:
        return all(
            self._wanted[network] + self._spares[network] + count <= _BRIDGE_PORTS
            for network, count in needed.items()
        )
