"""A portal to be measured: `bachang serve` in a process of its own, with a class in it."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2

from bachang.fabric import LocalFabric

_COMMAND = "from bachang.cli import main; main()"
_PASSWORD = "correct horse battery"  # noqa: S105 - of accounts that live for a minute
_PATIENCE_S = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """Somebody with a run of their own."""

    run: str
    cookies: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """An exercise, seen by its teacher."""

    exercise: str
    learners: list[Learner]
    took_s: float
    """From the request until all sandboxes ran."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """A portal that runs; its teacher has every role."""

    port: int
    pid: int
    teacher: httpx2.Client

    @property
    def cookies(self) -> str:
        """The teacher's session, as a header."""
        return _cookies(self.teacher)

    def begin(self, pack: str, learners: int) -> Class:
        """Start a class of so many, each with an account, and wait until all of it runs."""
        ask = self.teacher
        group = _made(ask.post("/api/groups", json={"title": f"Class of {learners}"}))["id"]
        people = [self._person(group, number) for number in range(learners)]
        wanted = {"kind": "class", "pack": pack, "group": group}
        began = time.monotonic()
        exercise = _made(ask.post("/api/exercises", json=wanted))["id"]
        runs = self._running(exercise)
        return Class(
            took_s=time.monotonic() - began,
            exercise=exercise,
            learners=[Learner(run=runs[account], cookies=cookies) for account, cookies in people],
        )

    def _person(self, group: str, number: int) -> tuple[str, str]:
        """An account in a group, and its session."""
        name = f"{group[:6]}-{number}"
        account = {"name": name, "password": _PASSWORD, "roles": ["trainee"]}
        identity = _made(self.teacher.post("/api/accounts", json=account))["id"]
        self.teacher.put(f"/api/groups/{group}/members/{identity}").raise_for_status()
        with client(self.port) as own:
            own.post("/api/session", json={"name": name, "password": _PASSWORD}).raise_for_status()
            return identity, _cookies(own)

    def _running(self, exercise: str) -> dict[str, str]:
        """Account to run, once all of them run."""
        ends = time.monotonic() + _PATIENCE_S
        while True:
            runs = self.teacher.get(f"/api/exercises/{exercise}").json()["runs"]
            if all(run["state"] == "running" for run in runs):
                return {run["account"]: run["id"] for run in runs}
            bad = [run["reason"] for run in runs if run["state"] in ("failed", "ended")]
            if bad or time.monotonic() > ends:
                raise RuntimeError(f"not all run: {bad or runs}")
            time.sleep(0.2)


@contextlib.contextmanager
def portal(packs: Path, port: int, *, database: str | None = None) -> Iterator[Portal]:
    """Start a portal, and end it with all of its sandboxes.

    Args:
        packs: Those that it offers.
        port: Where it listens.
        database: Of PostgreSQL; ``None``: SQLite.
    """
    argv = [sys.executable, "-c", _COMMAND, "serve", "--port", str(port), "--unlimited"]
    argv += ["--database", database] if database else []
    process = subprocess.Popen([*argv, "--packs", packs], stdout=subprocess.PIPE, text=True)
    try:
        with client(port) as teacher:
            token = {"token": _token(process)}
            teacher.post("/api/session/token", json=token).raise_for_status()
            yield Portal(port=port, pid=process.pid, teacher=teacher)
    finally:
        process.terminate()
        process.wait(30)
        for name in LocalFabric().sandboxes():
            LocalFabric().attach(name).destroy()


def client(port: int) -> httpx2.Client:
    """A client that may write."""
    origin = f"http://127.0.0.1:{port}"
    return httpx2.Client(base_url=origin, headers={"X-Bachang": "1"}, timeout=60)


def cpu_s(*pids: int) -> float:
    """Processor seconds that processes have taken."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _token(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"#token=(\S+)", line):
            return found[1]
    raise RuntimeError("the portal did not start")


def _made(response: httpx2.Response) -> dict[str, str]:
    response.raise_for_status()
    return dict(response.json())


def _cookies(own: httpx2.Client) -> str:
    return "; ".join(f"{name}={value}" for name, value in own.cookies.items())
