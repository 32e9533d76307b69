"""`make run`: the demo runs when the printed address is opened, and ends with the portal."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from bachang.fabric import LocalFabric
from bachang.portal import Assembly, Demo
from bachang.portal.models import Kind, NewExercise
from tests.portal.people import People
from tests.portal.test_restart import Process, free_port
from tests.portal.test_run import running, until

DESKTOP = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")


@pytest.fixture
def shown(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Process]:
    """The demo on a machine without a desktop."""
    for name in DESKTOP:
        monkeypatch.delenv(name, raising=False)
    process = Process(free_port(), "--demo")
    yield process
    if process.process.returncode is None:
        process.stop()
    for name in LocalFabric().sandboxes():
        LocalFabric().attach(name).destroy()


@contextlib.contextmanager
def opened(process: Process) -> Iterator[tuple[httpx2.Client, str]]:
    """A client that has opened the printed address, and the run that the address shows."""
    with httpx2.Client(base_url=process.origin, headers={"X-Bachang": "1"}, timeout=60) as client:
        client.post("/api/session/token", json={"token": process.token}).raise_for_status()
        yield client, process.path.removeprefix("/runs/")


def test_runs_and_leaves_nothing(shown: Process) -> None:
    with opened(shown) as (client, run):
        assert running(client, run)["pack"] == "blackout"
        until(lambda: client.get(f"/api/runs/{run}").json()["story"], lambda told: told != "idle")
        assert "10.20.30.12" not in client.get(f"/api/runs/{run}/topology").text
        found = {"task": "way-in", "answer": "10.20.30.12"}
        assert client.post(f"/api/runs/{run}/answers", json=found).json()["correct"]
    assert shown.stop() == 0
    assert LocalFabric().sandboxes() == []


def test_a_killed_demo_goes_on(shown: Process) -> None:
    with opened(shown) as (client, run):
        running(client, run)
    shown.kill()
    shown.start()
    assert shown.path == f"/runs/{run}"
    shown.process.send_signal(signal.SIGTERM)
    shown.wait()
    assert LocalFabric().sandboxes() == []


def test_ends_only_what_began_with_it(people: People, assembly: Assembly) -> None:
    local = assembly.sessions.local_person()

    def start() -> str:
        return assembly.portal.opening.start(
            NewExercise(kind=Kind.TRAINING, pack="hall"), by=local
        ).id

    before = start()
    demo = Demo(assembly, "nothing-of-that-name")
    assert demo.begin() == "/"
    since = start()
    demo.end()
    assert [row.id for row in assembly.portal.exercises.running()] == [before]
    assert assembly.portal.exercises.get(since).state == "ended"
