"""The spawner by itself."""

from __future__ import annotations

import errno
import os
import resource
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bachang.fabric._native import SPAWNER
from bachang.fabric._spawner_wire import REPORT, Outcome, Request, send
from tests.waiting import until

# Its descriptors: requests, reports, what was asked for first, and a pid namespace.
_BEGIN = """
import os, sys
for number, one in enumerate(sys.argv[2:]): os.dup2(int(one), 100 + number)
for number in range(4): os.dup2(100 + number, 3 + number)
os.closerange(7, 200)
os.execv(sys.argv[1], sys.argv[1:2])
"""


@pytest.mark.parametrize("kind", [Request.CREATE, Request.RUN, Request.SIGNAL])
def test_one_that_is_short_of_descriptors_starts_nothing_and_keeps_none(kind: Request) -> None:
    ours, theirs = socket.socketpair()
    told, tell = os.pipe()
    first = os.open(os.devnull, os.O_RDONLY)
    space = os.open("/proc/self/ns/pid", os.O_RDONLY)
    given = [theirs.fileno(), tell, first, space]
    words = [sys.executable, "-c", _BEGIN, str(SPAWNER), *map(str, given)]
    spawner = subprocess.Popen(words, pass_fds=given)
    theirs.close()
    os.close(tell)
    with ours:
        mine = Path(f"/proc/{spawner.pid}")
        until(lambda: (mine / "exe").readlink() == SPAWNER and not (mine / "fd/5").exists())
        held = len(os.listdir(mine / "fd"))
        resource.prlimit(spawner.pid, resource.RLIMIT_NOFILE, (held + 4, held + 4))
        # More control groups than it can take.
        send(ours, kind, 7, b"", [first] * 6)
        outcome, number, error, _, _ = REPORT.unpack(os.read(told, REPORT.size))
        assert (outcome, number, error) == (Outcome.FAILED, 7, errno.EMFILE)
        assert len(os.listdir(mine / "fd")) == held
    assert spawner.wait(timeout=20) == 0
    for one in (told, first, space):
        os.close(one)
