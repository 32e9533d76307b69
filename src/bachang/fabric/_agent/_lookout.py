"""Watches for services that begin to listen: one look-out for all of a sandbox.

Services that are started together come up one after the other. So one timer looks at those
that were started first, goes on as long as they listen, and leaves the rest for the next look.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from bachang.fabric import _kernel as kernel
from bachang.fabric._listeners import listens

_FIRST_PAUSE_S = 0.002
_LONGEST_PAUSE_S = 0.1
_SLOWER = 1.5
_PATIENCE = 4
"""So many that do not listen yet end a look, or an eighth of all that are waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Awaited:
    network: int
    port: int
    future: asyncio.Future[None]


class Lookout:
    """Knows which ports of which hosts are waited for; ``home`` is the agent's own network."""

    def __init__(self, home: int) -> None:
        self._home = home
        self._awaited: deque[_Awaited] = deque()
        self._pause_s = _FIRST_PAUSE_S
        self._timer: asyncio.TimerHandle | None = None

    def listening(self, network: int, port: int) -> asyncio.Future[None]:
        """Set once a TCP port listens in a network namespace, which must stay open till then.

        Cancel it to wait no longer.
        """
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._awaited.append(_Awaited(network=network, port=port, future=future))
        if self._timer is None or self._pause_s > _FIRST_PAUSE_S:
            self._pause_s = _FIRST_PAUSE_S
            self._look_later()
        return future

    def _look_later(self) -> None:
        if self._timer:
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._pause_s, self._look)

    def _look(self) -> None:
        patience = max(_PATIENCE, len(self._awaited) // 8)
        found = 0
        late: list[_Awaited] = []
        while self._awaited and len(late) < patience:
            one = self._awaited.popleft()
            if one.future.done():
                continue
            if self._listens(one):
                found += 1
                one.future.set_result(None)
            else:
                late.append(one)
        if len(late) < patience or found:
            self._awaited.extendleft(reversed(late))
        else:
            self._awaited.extend(late)  # others may be faster
        if not self._awaited:
            self._timer = None
            return
        self._pause_s = _FIRST_PAUSE_S if found else min(self._pause_s * _SLOWER, _LONGEST_PAUSE_S)
        self._look_later()

    def _listens(self, one: _Awaited) -> bool:
        with kernel.inside_network(one.network, self._home):
            return listens(one.port)
