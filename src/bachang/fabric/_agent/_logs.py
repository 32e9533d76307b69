"""Logs of services, and of the platform's own processes, are emptied before they fill anything."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Mapping

from bachang.fabric._agent._host import LiveHost
from bachang.fabric._agent._services import log_path

_LOG_BYTES = 4 << 20
_TRIM_S = 5.0
_OWN_OUTPUT = 2


async def keep_small(hosts: Mapping[str, LiveHost]) -> None:
    """Look at all logs again and again; ``hosts`` are those that live now."""
    while True:
        await asyncio.sleep(_TRIM_S)
        if stat.S_ISREG(os.fstat(_OWN_OUTPUT).st_mode):
            _empty_large(_OWN_OUTPUT)
        for live in hosts.values():
            for service in live.plan.services:
                _trim(live, log_path(service))


def _trim(live: LiveHost, path: str) -> None:
    try:
        descriptor = live.open(path, os.O_WRONLY)
    except OSError:
        return
    try:
        _empty_large(descriptor)
    finally:
        os.close(descriptor)


def _empty_large(descriptor: int) -> None:
    """Its writers append, and go on."""
    if os.fstat(descriptor).st_size > _LOG_BYTES:
        os.ftruncate(descriptor, 0)
