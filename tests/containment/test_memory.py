"""Nothing that root in a host can look at was ever in a process that knew secrets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bachang.fabric import Sandbox
from bachang.fabric.leaks import agents, family
from tests.containment.conftest import CANARY, SERVICE_CANARY

_SEARCH = """
import os, sys
needle = sys.stdin.buffer.read()
needle = needle[:-1] + bytes([needle[-1] ^ 1])  # ours is not to find itself
wanted = needle[:-1]
last = needle[-1] ^ 1
found, looked = [], 0
for pid in filter(str.isdigit, os.listdir("/proc")):
    if int(pid) == os.getpid():
        continue
    try:
        maps = open(f"/proc/{pid}/maps").read().splitlines()
        memory = open(f"/proc/{pid}/mem", "rb", 0)
    except OSError:
        continue
    for line in maps:
        start, end = (int(one, 16) for one in line.split()[0].split("-"))
        try:
            memory.seek(start)
            content = memory.read(end - start)
        except (OSError, ValueError, OverflowError):
            continue
        looked += len(content)
        at = content.find(wanted)
        while at >= 0:
            if content[at + len(wanted)] == last:
                found.append((pid, line))
            at = content.find(wanted, at + 1)
print(looked, found)
"""


@pytest.mark.parametrize("canary", [CANARY, SERVICE_CANARY])
def test_no_process_of_a_host_holds_the_canary(prison: Sandbox, canary: str) -> None:
    prison.reset("cell")  # its service is forked after all others
    result = prison.exec("cell", ["python3", "-c", _SEARCH], stdin=canary.encode())
    looked, _, found = result.stdout.decode().partition(" ")
    assert int(looked) > 1_000_000, result.stderr
    assert found.strip() == "[]"


def test_a_services_environment_is_found_where_it_belongs(prison: Sandbox) -> None:
    result = prison.exec("vault", ["python3", "-c", _SEARCH], stdin=SERVICE_CANARY.encode())
    assert result.stdout.decode().partition(" ")[2].strip() != "[]"


def test_the_search_would_find_it(prison: Sandbox) -> None:
    """The same search in the host that holds the secret, with a process that has read it."""
    hold = "import time; held = open('/root/secret').read(); print(1, flush=True); time.sleep(60)"
    script = f'python3 -c "{hold}" > /run/held & until test -s /run/held; do :; done; '
    script += 'python3 -c "$1"; kill $!'
    result = prison.exec("vault", ["bash", "-c", script, "x", _SEARCH], stdin=CANARY.encode())
    assert "heap" in result.stdout.decode() or "rw-p" in result.stdout.decode(), result.stderr


def test_the_agent_is_not_in_sight(prison: Sandbox) -> None:
    seen = prison.exec("cell", ["sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '"]).stdout
    assert b"bachang" not in seen
    assert b"zygote" not in seen


def test_processes_of_hosts_hold_no_foreign_descriptors(prison: Sandbox) -> None:
    listing = "for p in /proc/[0-9]*; do ls -l $p/fd 2>/dev/null; done"
    seen = prison.exec("cell", ["sh", "-c", listing]).stdout.decode()
    targets = {line.rpartition(" -> ")[2] for line in seen.splitlines() if " -> " in line}
    for target in targets:
        allowed = target.startswith(("/dev/null", "/proc/", "pipe:", "/var/log/", "socket:"))
        assert allowed, targets


@pytest.mark.skipif(sys.platform != "linux", reason="namespaces")
def test_the_plant_and_hosts_have_other_users(prison: Sandbox) -> None:
    (agent,) = [pid for pid, name in agents().items() if name == "prison"]
    command = ["ps", "-o", "uid=", "-p", ",".join(str(pid) for pid in family(agent))]
    uids = set(subprocess.run(command, capture_output=True, text=True).stdout.split())
    own = Path("/proc/self/status").read_text().split("Uid:")[1].split()[0]
    assert own in uids  # the agent, the spawner, the zygote
    assert len(uids) > 1  # hosts
