"""Bringing a plan's rates, delays and losses to its links."""

from __future__ import annotations

import asyncio
import os

from bachang.fabric import _links, _wire
from bachang.fabric import _netlink as nl
from bachang.fabric._agent._children import Children
from bachang.fabric._agent._program import Program
from bachang.fabric._contract import MachineError
from bachang.plan import Interface, World

_NEW = nl.CREATE | nl.EXCLUSIVE
_LOAD_S = 20.0
_WORDS = 4000


def queue(index: int, interface: Interface) -> list[tuple[int, int, bytes]]:
    """What one end of a link does with outgoing frames; nothing if it only carries them."""
    if interface.delay_ms:
        body = _wire.delay(index, interface.delay_ms, interface.rate_kbit)
    elif interface.rate_kbit:
        body = _links.rate(index, interface.rate_kbit)
    else:
        return []
    return [(_links.NEW_QDISC, _NEW, body)]


def why_no_delay(world: World) -> str:
    """Words for a machine that cannot delay: who asks for it, and what to do."""
    asking = [
        f"{host.name} on {one.network}"
        for host in world.hosts
        for one in host.interfaces
        if one.delay_ms
    ]
    more = f" and {len(asking) - 3} more" if len(asking) > 3 else ""
    return (
        f"this machine's kernel has no netem, and links ask for a delay ({', '.join(asking[:3])}"
        f"{more}): modprobe sch_netem (Debian: linux-image-amd64, not -cloud-), or take `delay` out"
    )


async def load_losses(children: Children, world: World) -> None:
    """Load the switch's rules for lossy links, if there are any.

    Raises:
        MachineError: there is no nft, or the kernel lacks what it needs.
    """
    rules = _wire.losses(world.hosts)
    if not rules:
        return
    given = os.memfd_create("losses")
    read_end, write_end = os.pipe()
    try:
        os.write(given, rules.encode())
        os.lseek(given, 0, os.SEEK_SET)
        status = await _load(children, given, write_end)
        os.close(write_end)
        write_end = -1
        if status:
            words = os.read(read_end, _WORDS).decode(errors="replace").strip()
            raise MachineError(
                f"this machine cannot lose frames, and links ask for it (`loss`): {words}. "
                "`bachang doctor` shows what the kernel lacks"
            )
    finally:
        for descriptor in {given, read_end, write_end} - {-1}:
            os.close(descriptor)


async def _load(children: Children, given: int, problems: int) -> int:
    ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    program = Program(
        argv=["/usr/sbin/nft", "-f", "-"],
        environment={"PATH": "/usr/sbin:/usr/bin"},
        descriptors={0: given, 2: problems},
    )
    children.start(program, ended.set_result)
    async with asyncio.timeout(_LOAD_S):
        return await ended
