"""Links that frames pass late, in a switch: ``unshare -Urn python3 -m tests.fabric.late_link``."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator
from typing import NoReturn
from unittest import mock

from bachang.fabric import _kernel as kernel
from bachang.fabric import _links
from bachang.fabric._agent._network import Switch
from bachang.fabric._rtnetlink import Connection
from bachang.plan import World
from tests.fabric.worlds import host, world

_LATE_S = 0.3
_TURNS = 20
_PLAN = world(*(host(name, number) for name, number in (("a", 11), ("b", 12), ("late", 13))))
_LATE = _PLAN.hosts[-1]
_NEIGHBOURS = 1 << 16


async def main() -> None:
    """Prints what is said of a link that frames never pass.

    Then the ports that they pass once a switch is finished, and once one has taken over; then how
    often a host that took over could not send yet.
    """
    switch, space = built(_PLAN, _NEIGHBOURS)
    print(await _never_passes(switch, space))
    await _hold_up(_LATE.interfaces[0].port, space, switch)
    await switch.finish(_PLAN.hosts)
    print(*passable())
    fresh = network_namespace(switch.home)
    spare = switch.plug(_LATE, fresh, spare=True)
    switch.configure(_LATE, fresh)
    await _hold_up(spare[0], fresh, switch)
    await switch.until_passable(switch.take_over(_LATE, spare, space), fresh)
    print(*passable())
    print([await _takes_over(switch) for _ in range(_TURNS)].count(False))


async def _never_passes(switch: Switch, space: int) -> tuple[bool, list[str], list[str]]:
    """With a port that stays down: is the switch finished, and who is late?

    At last: who is late when the host itself has taken its end down.
    """
    with kernel.inside_network(space, switch.home):
        far = Connection()
    with far, Connection() as near:
        (port,) = (one.index for one in near.links() if one.name == _LATE.interfaces[0].port)
        (own,) = (one.index for one in far.links() if one.name == "eth0")
        _bring(near, port, up=False)
        with mock.patch("bachang.fabric._agent._passage.LIMIT_S", _LATE_S):
            finished = await switch.finish(_PLAN.hosts)
        late = switch.late(_LATE, space)
        _bring(far, own, up=False)
        not_late = switch.late(_LATE, space)
        _bring(near, port, up=True)
        _bring(far, own, up=True)
    return finished, late, not_late


def _bring(netlink: Connection, index: int, *, up: bool) -> None:
    netlink.ask([(_links.NEW_LINK, 0, _links.set_link(index, up=up))])


async def _takes_over(switch: Switch) -> bool:
    """A host takes over; whether it is able to send then."""
    old, fresh = network_namespace(switch.home), network_namespace(switch.home)
    spare = switch.plug(_LATE, fresh, spare=True)
    switch.configure(_LATE, fresh)
    await switch.until_passable(switch.take_over(_LATE, spare, old), fresh)
    return sends(fresh, switch.home)


@contextlib.contextmanager
def _busy_kernel() -> Iterator[None]:
    """Others change links of theirs all the time."""
    child = os.fork() or _change_links()
    try:
        yield
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _change_links() -> NoReturn:
    parent = os.getppid()
    kernel.unshare(kernel.CLONE_NEWNET)
    with Connection() as netlink:
        while os.getppid() == parent:
            for up in (True, False):
                netlink.ask([(_links.NEW_LINK, 0, _links.set_link(_links.LOOPBACK, up=up))])
    os._exit(0)


async def _hold_up(port: str, space: int, switch: Switch) -> None:
    """Take a host's end of a port's link down, and bring it up later."""
    with kernel.inside_network(space, switch.home):
        far = Connection()
    (index,) = (one.index for one in far.links() if one.name == "eth0")
    _bring(far, index, up=False)
    while port in passable():
        await asyncio.sleep(0.001)
    asyncio.get_running_loop().call_later(_LATE_S, lambda: _bring(far, index, up=True))


def built(plan: World, neighbour_entries: int) -> tuple[Switch, int]:
    """A switch with its hosts wired, and the last one's network namespace."""
    switch = Switch(plan, neighbour_entries)
    switch.build()
    for one in plan.hosts:
        space = network_namespace(switch.home)
        switch.plug(one, space)
        switch.configure(one, space)
    return switch, space


def sends(network: int, home: int) -> bool:
    """Do frames pass a host's own end?"""
    with kernel.inside_network(network, home), Connection() as far:
        return all(one.passable for one in far.links() if one.name == "eth0")


def network_namespace(home: int) -> int:
    """A new network namespace."""
    kernel.unshare(kernel.CLONE_NEWNET)
    made = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    kernel.setns(home, kernel.CLONE_NEWNET)
    return made


def passable() -> list[str]:
    """The ports that frames pass."""
    with Connection() as ours:
        return [one.name for one in ours.links() if one.passable and one.name[0] == "p"]


if __name__ == "__main__":
    with _busy_kernel():
        asyncio.run(main())
