"""What one of two accounts does at the word of `tests.apart`: a line in, a line out, in JSON.

``python -m tests.apart.one``: ``["deploy"]`` calls `Account.deploy`, and so on.
"""

from __future__ import annotations

import ctypes
import dataclasses
import functools
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bachang.fabric import LocalFabric, _state
from bachang.fabric.leaks import agents, family, inventory, wait_clean
from bachang.plan import File
from tests.fabric.worlds import host, python_service, world

_NAME = "same"
_SERVER, _PORT = "10.1.0.11", 8080
_PTRACE_SEIZE = 0x4206  # linux/ptrace.h; what is traced goes on running
_AS_ROOT = ("unshare", "--user", "--map-auto", "--map-root-user")
_libc = ctypes.CDLL(None, use_errno=True)

_CLEARED = ("directory ", "control group ")
"""How lines begin of what only `forget` takes away, once an agent was killed."""


class Account:
    """This account's sandbox; each has the same name, hosts and addresses."""

    def __init__(self) -> None:
        self._fabric = LocalFabric()
        self._before = set(inventory())  # what other runs left is not this one's fault

    def deploy(self) -> dict[str, Any]:
        """Make the sandbox; returns where it is and what it runs."""
        server = host("server", 11, **python_service(_PORT))
        secret = File(path="/root/secret", content=f"of {os.getuid()}".encode(), mode=0o600)
        server = dataclasses.replace(server, files=(*server.files, secret))
        self._live = self._fabric.deploy(world(server, host("client", 12)), name=_NAME)
        (agent,) = agents()
        return {
            "directory": str(_state.home() / _NAME),
            "agent": agent,
            "processes": sorted(family(agent)),
        }

    def answers(self) -> list[str]:
        """What its service and the file of its host say."""
        with self._live.open_tcp("client", _SERVER, _PORT, timeout_s=10) as stream:
            stream.sendall(b"GET / HTTP/1.0\r\n\r\n")
            first = stream.makefile("rb").readline().decode().strip()
        secret = self._live.exec("server", ["cat", "/root/secret"]).stdout.decode()
        return [first, secret, *self._fabric.sandboxes()]

    def seen_in_hosts(self) -> list[str]:
        """Words of every process that a host sees: its own, not the other's."""
        script = "ps -e -o pid=,args="
        return self._live.exec("server", ["sh", "-c", script]).stdout.decode().splitlines()

    def signalled_from_host(self, pids: list[int]) -> list[int]:
        """Which of the machine's processes root of a host can signal, by their numbers."""
        script = 'for pid; do kill -0 "$pid" 2> /dev/null && echo "$pid"; done; true'
        above = [str(pid) for pid in pids if pid > len(self.seen_in_hosts()) + 50]
        done = self._live.exec("server", ["sh", "-c", script, "sh", *above])
        return [int(word) for word in done.stdout.split()]

    def reached(self, other: dict[str, Any]) -> list[str]:
        """What of a sandbox this account can get at, as itself and as root of a namespace."""
        directory, agent = Path(other["directory"]), other["agent"]
        ways: dict[str, Callable[[], object]] = {
            "list": lambda: list(directory.iterdir()),
            "journal": (directory / "events.log").read_bytes,
            "write": (directory / "new").touch,
            "connect": lambda: _connect(directory / _state.SOCKET),
        }
        for pid in other["processes"]:
            ways |= {
                f"signal {pid}": functools.partial(os.kill, pid, 0),
                f"signal {pid} as root": functools.partial(_as_root, "kill", "-0", str(pid)),
            }
        ways |= {
            "descriptors": lambda: os.listdir(f"/proc/{agent}/fd"),
            "environment": Path(f"/proc/{agent}/environ").read_bytes,
            "root": lambda: os.listdir(f"/proc/{agent}/root"),
            "root as root": lambda: _as_root("ls", f"/proc/{agent}/root/"),
            "trace": lambda: _trace(agent),
            "enter": lambda: os.readlink(f"/proc/{agent}/ns/net"),
        }
        return [name for name, way in ways.items() if _works(way)]

    def kill(self) -> None:
        """End the agent as the owner can, and clear up what it left."""
        (agent,) = agents()
        os.kill(agent, 9)
        left = [line for line in self._left(5) if not line.startswith(_CLEARED)]
        assert left == [], left
        self._fabric.forget(_NAME)

    def destroy(self) -> None:
        """End it as one should."""
        self._live.destroy()

    def left(self) -> list[str]:
        """What is left of it."""
        return self._left(10)

    def _left(self, limit_s: float) -> list[str]:
        return wait_clean(limit_s=limit_s, besides=self._before)


def _connect(door: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as one:
        one.connect(str(door))


def _as_root(*words: str) -> None:
    subprocess.run([*_AS_ROOT, *words], check=True, capture_output=True, timeout=20)


def _trace(pid: int) -> None:
    if _libc.ptrace(_PTRACE_SEIZE, pid, 0, 0):
        raise OSError(ctypes.get_errno(), "ptrace")


def _works(way: Callable[[], object]) -> bool:
    try:
        way()
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def main() -> None:
    """Do what is asked until there is no more."""
    account = Account()
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        print(json.dumps(getattr(account, name)(*arguments)), flush=True)


if __name__ == "__main__":
    main()
