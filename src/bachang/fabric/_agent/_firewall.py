"""A host's firewall at deploy: the program ``nft`` loads it, in the host."""

from __future__ import annotations

import asyncio
import os

from bachang.fabric import _policy
from bachang.fabric._agent._host import LiveHost
from bachang.fabric._contract import PlatformError, WorldError
from bachang.fabric._printable import printable
from bachang.fabric._process import SpawnError
from bachang.fabric._spawner import Spawner

_FIREWALL_S = 20.0
_MESSAGE_BYTES = 8192


async def load_firewall(spawner: Spawner, live: LiveHost) -> None:
    """The rules of a host's /etc/nftables.conf, before any of its links is up."""
    read_end, write_end = os.pipe()
    nothing = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)
    try:
        command = live.command(
            ["/usr/sbin/nft", "-f", "/etc/nftables.conf"],
            user="root",
            extra_capabilities=_policy.firewall_capabilities(),
        )
        process = spawner.run(
            live.pidfd, command, streams=[nothing, write_end, write_end], cgroups=live.group.doors
        )
        os.close(write_end)
        write_end = -1
        async with asyncio.timeout(_FIREWALL_S):
            status = await asyncio.shield(process.exited)
        if status:
            words = printable(os.read(read_end, _MESSAGE_BYTES))
            raise WorldError(f"host {live.plan.name}: its firewall does not load: {words}")
    except TimeoutError:
        raise WorldError(
            f"host {live.plan.name}: its firewall takes longer than {_FIREWALL_S:g} s to load"
        ) from None
    except SpawnError as error:
        raise PlatformError(
            f"host {live.plan.name}: nft does not start: {error.strerror}"
        ) from error
    finally:
        for descriptor in {read_end, write_end, nothing} - {-1}:
            os.close(descriptor)
