"""Links that the kernel refuses to hand over: for ``unshare -Urn python3 -m``."""

from __future__ import annotations

import asyncio

from bachang.fabric import WorldError, _links
from bachang.fabric import _netlink as nl
from bachang.fabric._rtnetlink import Connection
from tests.fabric.late_link import built, network_namespace, passable, sends
from tests.fabric.worlds import host, world

_PLAN = world(host("a", 11), host("b", 12))
_RESET = _PLAN.hosts[-1]
_FEW_NEIGHBOURS = 64


async def main() -> None:
    """Prints what is said, then the ports that frames pass, then whose end they pass."""
    switch, old = built(_PLAN, _FEW_NEIGHBOURS)
    await switch.finish(_PLAN.hosts)
    fresh = network_namespace(switch.home)
    spare = switch.plug(_RESET, fresh, spare=True)
    switch.configure(_RESET, fresh)
    _take_name(f"~{int(spare[0][1:]) + 1}")
    try:
        switch.take_over(_RESET, spare, old)
    except WorldError as error:
        print(error)
    while not sends(old, switch.home):
        await asyncio.sleep(0.01)
    print(*passable())
    print(f"old: {sends(old, switch.home)}, new: {sends(fresh, switch.home)}")


def _take_name(name: str) -> None:
    """The one that the switch will want to give to the old port."""
    with Connection() as netlink:
        netlink.ask([(_links.NEW_LINK, nl.CREATE, _links.bridge(name))])


if __name__ == "__main__":
    asyncio.run(main())
