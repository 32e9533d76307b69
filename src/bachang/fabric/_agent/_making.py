"""How a generation of a host comes to be: asked of the spawner, wired, given its rules, checked."""

from __future__ import annotations

import asyncio

from bachang.fabric._agent._firewall import load_firewall
from bachang.fabric._agent._host import LiveHost, adopt, why_not_made
from bachang.fabric._agent._network import Switch
from bachang.fabric._agent._nursery import Nursery
from bachang.fabric._birth import Birth
from bachang.fabric._contract import MachineError, PlatformError
from bachang.fabric._host_groups import Membership
from bachang.fabric._process import SpawnError
from bachang.fabric._spawner import Spawner
from bachang.plan import Host


class Maker:
    """Makes the hosts of one sandbox, the first of which its nursery has asked for already."""

    def __init__(self, nursery: Nursery, spawner: Spawner, switch: Switch) -> None:
        self._nursery = nursery
        self._spawner = spawner
        self._switch = switch
        self._ahead = {
            name: (spawner.expect(number), group) for name, (number, group) in nursery.ahead.items()
        }

    async def make(self, host: Host, generation: int, *, spare: bool = False) -> LiveHost:
        """A generation of a host, wired and checked, without its services."""
        ahead = host.name in self._ahead
        birth, group = self._ahead.pop(host.name) if ahead else self._ask_for(host, generation)
        try:
            born = await asyncio.shield(birth)
        except SpawnError as error:
            group.close()
            raise why_not_made(host, error) from error
        except asyncio.CancelledError:  # it is born all the same, and nobody wants it any more
            birth.add_done_callback(lambda late: _end(late, host, generation, group))
            raise
        live = adopt(host, generation, born, group)
        try:
            if born.open_descriptors:
                raise PlatformError(f"host {host.name} was born with descriptors: not safe to use")
            await self._wire(live, spare=spare)
        except BaseException:
            live.end()
            raise
        return live

    async def _wire(self, live: LiveHost, *, spare: bool) -> None:
        host = live.plan
        if spare:
            await self._switch.room.room_for(host)
        live.ports = self._switch.plug(host, live.network, spare=spare)
        if host.firewall:
            await load_firewall(self._spawner, live)
        self._switch.configure(host, live.network)
        if not spare:
            self._switch.introduce(host, live.network)

    def _ask_for(self, host: Host, generation: int) -> tuple[asyncio.Future[Birth], Membership]:
        try:
            group = self._nursery.groups.make(host.name, host.limits)
        except OSError as error:
            raise MachineError(f"control groups of host {host.name}: {error}") from error
        return self._spawner.create(self._nursery.files.creation(host), group.doors), group


def _end(birth: asyncio.Future[Birth], host: Host, generation: int, group: Membership) -> None:
    if birth.cancelled() or birth.exception():
        group.close()
    else:
        adopt(host, generation, birth.result(), group).end()
