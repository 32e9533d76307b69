"""Whether frames pass links that were brought up: waited for, and told where they are late.

The kernel leaves that to a work queue, which under load comes to it up to a second late;
what is sent till then is lost, and whoever sent it tries again after another second.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Mapping
from typing import Protocol

from bachang.fabric._agent._host import LiveHost
from bachang.fabric._agent._record import Journal
from bachang.fabric._rtnetlink import Connection
from bachang.plan import Host

LIMIT_S = 5.0
_LOOK_S = 0.002


async def pass_in_time(links: Iterable[tuple[Connection, int]]) -> bool:
    """Return once frames pass links, or after a few seconds in any case; whether they do."""
    try:
        async with asyncio.timeout(LIMIT_S):
            for netlink, index in links:
                with contextlib.suppress(OSError):  # its host has died, and it is gone
                    while not netlink.link(index).passable:
                        await asyncio.sleep(_LOOK_S)
    except TimeoutError:
        return False
    return True


class Ends(Protocol):
    """Who knows both ends of links."""

    def late(self, host: Host, network: int) -> list[str]:
        """Interfaces of a host that frames do not pass, though it has them up."""


class Lateness:
    """Of the hosts of one sandbox. A sandbox goes on with it: the next frame may pass."""

    def __init__(self, ends: Ends, journal: Journal) -> None:
        self._ends = ends
        self._journal = journal
        self._told: set[str] = set()

    def tell(self, hosts: Iterable[LiveHost]) -> None:
        """Tell the journal which of these frames do not reach, as time is up."""
        for live in hosts:
            if words := self._words(live):
                self._told.add(live.plan.name)
                self._journal.note("platform.fault", live.plan.name, {"reason": words})

    def lines(self, hosts: Mapping[str, LiveHost]) -> list[str]:
        """One for each host that was told of, as long as it is so."""
        still = {name: words for name in self._told if (words := self._words(hosts[name]))}
        self._told &= still.keys()
        return [f"host {name}: {words}" for name, words in sorted(still.items())]

    def _words(self, live: LiveHost) -> str:
        names = self._ends.late(live.plan, live.network)
        if not names:
            return ""
        return (
            f"frames do not pass {', '.join(names)} yet, {LIMIT_S:g} s after all was ready: "
            "the kernel of this machine is late, see its load"
        )
