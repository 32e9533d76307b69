"""Deploys with less and less of something: run by the tests in a process of its own.

``python -m tests.fabric.scarce KIND AMOUNT…``: one JSON object a line says what came of each
amount. Kinds: names of ``resource.RLIMIT_*``; ``DISK`` and ``INODES`` for what is free on a
small file system that is mounted in a user and mount namespace of this process's own.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path

from bachang.fabric import FabricError, LocalFabric, _launch, _local
from bachang.fabric import _kernel as kernel
from bachang.fabric._fork_server import agents
from bachang.fabric.leaks import wait_clean
from bachang.plan import World
from tests.fabric.worlds import host, python_service, world

_PAGES = 64
_INODES = 64


def main(kind: str, amounts: list[int]) -> None:
    """Try each amount, and at last without a limit."""
    leave = _SMALL.get(kind)
    if leave:
        _mount(Path(os.environ["XDG_STATE_HOME"]))
    for amount in amounts:
        if leave:
            undo = leave(amount)
            _tell(amount, _try())
            undo()
        elif kind in _MEMORY:
            _tell(amount, _with_a_small_agent(_MEMORY[kind], amount))
        else:
            _in_a_child(getattr(resource, f"RLIMIT_{kind}"), amount)
    _tell(None, _try())


def _tell(amount: int | None, result: dict[str, str]) -> None:
    print(json.dumps({"amount": amount, **result, "left": wait_clean(limit_s=5)}), flush=True)


def _with_a_small_agent(option: str, amount: int) -> dict[str, str]:
    """Little memory from the agent on: how much this process has does not matter then."""
    python, small = sys.executable, Path(os.environ["XDG_STATE_HOME"], "small-python")
    small.parent.mkdir(parents=True, exist_ok=True)
    small.write_text(f'#!/bin/sh\nexec prlimit {option}={amount} -- {python} "$@"\n')
    small.chmod(0o700)
    sys.executable = str(small)
    agents.end()  # the next is started with it
    try:
        return _try()
    finally:
        sys.executable = python
        agents.end()


def _in_a_child(limit: int, amount: int) -> None:
    """A hard limit is for good. What is left is looked for without it."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        resource.setrlimit(limit, (amount, amount))
        os.write(write_end, json.dumps(_try()).encode())
        os._exit(0)
    os.close(write_end)
    with open(read_end, "rb") as answer:
        result = json.loads(answer.read())
    os.waitpid(child, 0)
    _tell(amount, result)


def tasks() -> int:
    """What the account's limit of processes counts now: its threads, those in hosts too."""
    given = _launch.subordinate_ids("/etc/subuid")
    ids = {os.getuid(), *(range(given.first, given.first + given.count) if given else ())}
    count = 0
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended
            count += process.stat().st_uid in ids and len(os.listdir(process / "task"))
    return count


def _try() -> dict[str, str]:
    try:
        live = LocalFabric(ready_timeout_s=10).deploy(_world(), name="scarce")
        live.destroy()
    except FabricError as error:
        return {"result": type(error).__name__, "words": str(error)}
    return {"result": "deployed", "words": ""}


def _world() -> World:
    return world(host("s", 10, **python_service()), *(host(f"h{n}", n) for n in range(11, 31)))


def _mount(place: Path) -> None:
    """A small file system; one id only, because the tools for more belong to no one here."""
    own = os.getuid(), os.getgid()
    kernel.unshare(kernel.CLONE_NEWUSER | kernel.CLONE_NEWNS)
    for file, words in (
        ("setgroups", "deny"),
        ("uid_map", f"{own[0]} {own[0]} 1"),
        ("gid_map", f"{own[1]} {own[1]} 1"),
    ):
        Path("/proc/self", file).write_text(words)
    for module in (_local, _launch):
        vars(module)["enough_ids"] = lambda: False
    place.mkdir(parents=True)
    options = f"size={_PAGES * resource.getpagesize()},nr_inodes={_INODES}"
    kernel.mount("small", str(place), "tmpfs", 0, options)


def _leave_pages(free: int) -> Callable[[], None]:
    filler = Path(os.environ["XDG_STATE_HOME"], "filler")
    page = resource.getpagesize()
    filler.write_bytes(bytes((os.statvfs(filler.parent).f_bavail - free) * page))
    return filler.unlink


def _leave_inodes(free: int) -> Callable[[], None]:
    folder = Path(os.environ["XDG_STATE_HOME"])
    made = [folder / f"filler{n}" for n in range(os.statvfs(folder).f_favail - free)]
    for one in made:
        one.touch()

    def undo() -> None:
        for one in made:
            one.unlink()

    return undo


_MEMORY = {"AS": "--as", "DATA": "--data"}
_SMALL = {"DISK": _leave_pages, "INODES": _leave_inodes}

if __name__ == "__main__":
    main(sys.argv[1], [int(word) for word in sys.argv[2:]])
