"""How a generation of a host takes the place of another.

At one go: until then the old one is the host, and from then on the new one, whatever fails.
"""

from __future__ import annotations

import contextlib
from collections.abc import Coroutine
from typing import Any

from bachang.fabric._agent._host import LiveHost
from bachang.fabric._agent._listening import open_listener
from bachang.fabric._agent._network import Switch
from bachang.fabric._agent._passage import Lateness
from bachang.fabric._agent._plant import Plant


def take_over(
    old: LiveHost, fresh: LiveHost, switch: Switch, plant: Plant | None, lateness: Lateness
) -> Coroutine[Any, Any, None]:
    """Give a new generation the links and the field systems' sockets of the old one.

    Returns:
        To be awaited: what is left to do.

    Raises:
        FabricError, OSError: the old one has them still.
    """
    listeners = [one for one in plant.listeners if one.host == fresh.plan.name] if plant else []
    with contextlib.ExitStack() as opened:
        sockets = [
            (one, opened.enter_context(open_listener(fresh, switch.home, one.port)))
            for one in listeners
        ]
        ports = switch.take_over(fresh.plan, fresh.ports, old.network)
        rebound = plant.rebind(sockets) if plant else None
    return _settle(fresh, ports, rebound, switch, lateness)


async def _settle(
    fresh: LiveHost,
    ports: list[int],
    rebound: Coroutine[Any, Any, None] | None,
    switch: Switch,
    lateness: Lateness,
) -> None:
    try:
        switch.introduce(fresh.plan, fresh.network)
        if not await switch.until_passable(ports, fresh.network):
            lateness.tell([fresh])
    finally:
        if rebound:
            await rebound
