"""Restraint: a host that takes all it can get is held back until it has been calm for a while.

Its quota alone lets it run beside the others in the first part of each period. So a host that
comes to the end of its quota again and again gets what the others leave: what is idle to the
scheduler is interrupted at once, and work that slows nobody goes on as fast.

What it does in the kernel is interrupted only where the kernel lets it be. To give it less for
that would help (a page beside full files 1.05 times as long as at rest instead of 1.1 to 1.2), but
whoever waits for its next words would wait through its pauses: a service that takes one connection
at a time was 6 to 10 times as slow.

Where a host is refused processes in a loop that is not enough: each refusal costs the kernel work
that it does later, for everybody, on any processor. So does a program that it has to end for want
of memory, page by page, while nobody can interrupt it. Such a host gets little.
"""

from __future__ import annotations

import asyncio

from bachang.fabric._host_groups import Counts, Hold, HostGroups

_LOOK_S = 0.2
_REST = 200
"""Between two looks is at least this many times what one takes."""
_QUOTA_ENDS = 0.25
"""Part of the periods since the last look in which a greedy host came to the end of its quota."""
_REFUSED_FORKS = 20
"""Since the last look, of a host that makes processes in a loop."""
CALM_LOOKS = 5
"""So many in a row without either end it."""


class Restraint:
    """Knows which generations of hosts are held back, and for how many looks they were calm."""

    def __init__(self, groups: HostGroups) -> None:
        self._groups = groups
        self._seen: dict[str, Counts] = {}
        self._held: dict[str, Hold] = {}
        self._calm: dict[str, int] = {}

    async def go_on(self) -> None:
        """Look again and again; never returns."""
        clock = asyncio.get_running_loop().time
        pause_s = _LOOK_S
        while True:
            await asyncio.sleep(pause_s)
            began = clock()
            self.look()
            pause_s = max(_LOOK_S, _REST * (clock() - began))

    def look(self) -> None:
        """Hold those back that were greedy since the last look, and let the calm ones go."""
        now = self._groups.counts(self._seen)
        for name, counts in now.items():
            self._judge(name, _deserved(counts, self._seen.get(name, Counts())))
        self._seen = now
        self._held = {
            name: how for name, how in self._held.items() if name in now and how is not Hold.NOT
        }
        self._calm = {name: self._calm[name] for name in self._held}

    def _judge(self, name: str, deserved: Hold) -> None:
        held = self._held.get(name, Hold.NOT)
        if held is Hold.SLOW and deserved is Hold.BEHIND:
            deserved = Hold.NOT  # anybody comes to the end of so little
        if deserved is not Hold.NOT:
            self._calm[name] = 0
            if deserved is not held:
                self._change(name, deserved)
        elif held is not Hold.NOT:
            self._calm[name] += 1
            if self._calm[name] >= CALM_LOOKS:
                self._change(name, Hold.NOT)

    def _change(self, name: str, how: Hold) -> None:
        self._groups.hold_back(name, how)
        self._held[name] = how


def _deserved(now: Counts, before: Counts) -> Hold:
    refused = now.refused_forks - before.refused_forks
    if refused >= _REFUSED_FORKS or now.memory_kills > before.memory_kills:
        return Hold.SLOW
    ends, periods = now.quota_ends - before.quota_ends, now.periods - before.periods
    return Hold.BEHIND if ends and ends >= _QUOTA_ENDS * periods else Hold.NOT
