"""A switch whose last link comes late: ``unshare -Urn python3 -m tests.fabric.late_link``."""

from __future__ import annotations

import asyncio
import os

from bachang.fabric import _kernel as kernel
from bachang.fabric import _links
from bachang.fabric._agent._network import Switch
from bachang.fabric._rtnetlink import Connection
from tests.fabric.worlds import host, world

_LATE_S = 0.3
_PLAN = world(*(host(name, number) for name, number in (("a", 11), ("b", 12), ("late", 13))))
_LATE = _PLAN.hosts[-1]
_NEIGHBOURS = 1 << 16


async def main() -> None:
    """Prints the ports that frames pass: while one is waited for, and when it no longer is."""
    switch = Switch(_PLAN, _NEIGHBOURS)
    switch.build()
    for one in _PLAN.hosts:
        space = _namespace(switch.home)
        switch.plug(one, space)
        switch.configure(one, space)
    await _hold_up(_LATE.interfaces[0].port, space, switch)
    await switch.finish(_PLAN.hosts)
    print(*_passable())
    fresh = _namespace(switch.home)
    spare = switch.plug(_LATE, fresh, spare=True)
    switch.configure(_LATE, fresh)
    await _hold_up(spare[0], fresh, switch)
    await switch.until_passable(switch.take_over(_LATE, spare, space))
    print(*_passable())


async def _hold_up(port: str, space: int, switch: Switch) -> None:
    """Take a host's end of a port's link down, and bring it up later."""
    with kernel.inside_network(space, switch.home):
        far = Connection()
    (index,) = (one.index for one in far.links() if one.name == "eth0")

    def bring(*, up: bool) -> None:
        far.ask([(_links.NEW_LINK, 0, _links.set_link(index, up=up))])

    bring(up=False)
    while port in _passable():
        await asyncio.sleep(0.001)
    asyncio.get_running_loop().call_later(_LATE_S, lambda: bring(up=True))


def _namespace(home: int) -> int:
    """A new network namespace."""
    kernel.unshare(kernel.CLONE_NEWNET)
    made = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    kernel.setns(home, kernel.CLONE_NEWNET)
    return made


def _passable() -> list[str]:
    with Connection() as ours:
        return [one.name for one in ours.links() if one.passable and one.name[0] == "p"]


if __name__ == "__main__":
    asyncio.run(main())
