"""Services begin once all hosts of their sandbox stand."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from bachang.fabric import LocalFabric, LocalSandbox
from bachang.plan import File, Service, ServiceKind
from tests.fabric.worlds import host, world
from tests.waiting import until

_FIRST, _LAST = 11, 90
_LOG = "/var/log/look.log"
_PATH = "/var/lib/look.py"
_SOURCE = b"""\
import threading, time
def main():
    print(time.clock_gettime(time.CLOCK_BOOTTIME), flush=True)
    threading.Event().wait()
"""
_STARTED = 19
"""starttime in /proc/PID/stat (proc(5)), counted from the field behind the name."""


def test_a_service_begins_after_the_last_host_was_made(home: Path) -> None:
    service = Service(name="look", kind=ServiceKind.PYTHON, argv=(_PATH, "main"))
    source = File(path=_PATH, content=_SOURCE)
    others = (host(f"h{number}", number) for number in range(_FIRST + 1, _LAST + 1))
    hosts = (host("a", _FIRST, services=(service,), files=(source,)), *others)
    with contextlib.ExitStack() as ending:
        live = LocalFabric().deploy(world(*hosts), name="gate")
        ending.callback(live.destroy)
        until(lambda: live.exec("a", ["test", "-s", _LOG]).status == 0)
        began_s = float(live.exec("a", ["cat", _LOG]).stdout)
        first_s, last_s = (_born_s(live, name) for name in ("a", f"h{_LAST}"))
        assert first_s < last_s <= began_s


def _born_s(live: LocalSandbox, name: str) -> float:
    """When a host's init was made, since the machine's start, as the service tells time; s."""
    fields = live.exec(name, ["cat", "/proc/1/stat"]).stdout.rpartition(b")")[2].split()
    return int(fields[_STARTED]) / os.sysconf("SC_CLK_TCK")
