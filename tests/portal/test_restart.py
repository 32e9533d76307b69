"""A portal that is killed comes back: sandboxes, answers, terminals and sessions are there."""

from __future__ import annotations

import os
import re
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from websockets.sync.client import connect

from bachang.engine import Places
from bachang.fabric import LocalFabric
from tests.portal.people import PACKS
from tests.portal.test_run import running, until
from tests.postgres import Postgres

ANSWERS = 50


class Process:
    """`bachang serve` as people start it."""

    def __init__(self, port: int, *options: str) -> None:
        self.origin = f"http://127.0.0.1:{port}"
        self._command = [
            *(sys.executable, "-c", "from bachang.cli import main; main()"),
            *("serve", "--port", str(port), *options),
        ]
        self.start()

    def start(self) -> None:
        """Start it, and wait until it says that it runs."""
        self.process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        said = ""
        while "#token=" not in said:
            line = self.process.stdout.readline()
            assert line, said
            said += line
        found = re.search(r"(/\S*)#token=(\S+)", said.replace(self.origin, ""))
        assert found
        self.path, self.token = found[1], found[2]

    def kill(self) -> None:
        """kill -9."""
        self.process.send_signal(signal.SIGKILL)
        self.wait()

    def stop(self) -> int:
        """Ctrl-C; its exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.wait()

    def wait(self) -> int:
        """Wait for its end; its exit status."""
        assert self.process.stdout is not None
        status = self.process.wait(30)
        self.process.stdout.close()
        return status


def free_port() -> int:
    """A TCP port that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def words() -> list[str]:
    """More words for the command; a test may have others."""
    return []


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, words: list[str]) -> str:
    """The test is run with each data base."""
    if request.param == "postgresql":
        words += ["--database", request.getfixturevalue("postgres").database()]
    return str(request.param)


@pytest.fixture
def process(home: Path, words: list[str]) -> Iterator[Process]:
    process = Process(free_port(), "--packs", str(PACKS), *words)
    yield process
    process.stop()
    fabric = LocalFabric()
    for name in fabric.sandboxes():
        fabric.attach(name).destroy()


def answer(client: httpx2.Client, run: str, number: int) -> bool:
    """Give one wrong answer with a key of its own; whether it was acknowledged."""
    given = {"task": "find", "answer": f"wrong {number}"}
    try:
        headers = {"Idempotency-Key": f"answer-{number}"}
        return client.post(f"/api/runs/{run}/answers", json=given, headers=headers).is_success
    except httpx2.TransportError:
        return False


def test_killed_with_answers_in_flight(either: str, process: Process) -> None:
    headers = {"X-Bachang": "1", "Origin": process.origin}
    with httpx2.Client(base_url=process.origin, headers=headers, timeout=60) as client:
        client.post("/api/session/token", json={"token": process.token}).raise_for_status()
        run = client.post("/api/exercises", json={"pack": "hall"}).json()["runs"][0]["id"]
        running(client, run)
        terminal = client.post(f"/api/runs/{run}/terminals", json={"host": "desk"}).json()
        address = f"{process.origin}/api/runs/{run}/terminals/{terminal['session']}"
        cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        type_and_wait(address, cookies, b"echo be$((1))fore; cd /var\n", b"be1fore\r\n")
        with ThreadPoolExecutor(ANSWERS) as pool:
            jobs = [pool.submit(answer, client, run, number) for number in range(ANSWERS)]
            next(job for job in jobs if job.result())  # the first has arrived, others are under way
            process.kill()
            acknowledged = sum(job.result() for job in jobs)
        process.start()
        after = running(client, run)
        kept = after["task_list"][0]["attempts"]
        assert acknowledged <= kept <= ANSWERS
        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(lambda number: answer(client, run, number), range(ANSWERS)))
        assert client.get(f"/api/runs/{run}").json()["task_list"][0]["attempts"] == ANSWERS
        shown = type_and_wait(address, cookies, b"pwd\n", b"/var\r\n")
        assert b"be1fore" in shown  # redrawn
        exercise = after["exercise"]
        assert client.post(f"/api/exercises/{exercise}/end").json()["state"] == "ended"
        kept = client.get(f"/api/runs/{run}/events", params={"kind": "task.answered"}).json()
        assert len(kept["items"]) == ANSWERS
    own = [*Places.of_account().data.glob("*.db")]
    assert bool(own) == (either == "sqlite"), "the journal is in one place"


def type_and_wait(address: str, cookies: str, typed: bytes, wanted: bytes) -> bytes:
    """Type into a terminal and wait for what it shows."""
    headers = {"Cookie": cookies}
    with connect(address.replace("http", "ws", 1), additional_headers=headers) as terminal:
        terminal.send(typed)
        shown = b""
        while wanted not in shown:
            message = terminal.recv(timeout=30)
            shown += message if isinstance(message, bytes) else b""
    return shown


@pytest.fixture
def database(postgres: Postgres, words: list[str]) -> str:
    """The address of the portal's data base, which is PostgreSQL."""
    address = postgres.database()
    words += ["--database", address]
    return address


_HELD = """
    CREATE FUNCTION held() RETURNS trigger AS
        $$ BEGIN PERFORM pg_sleep(600); RETURN NEW; END $$ LANGUAGE plpgsql;
    CREATE TRIGGER held BEFORE INSERT ON reply FOR EACH ROW WHEN (NEW.status <> 0)
        EXECUTE FUNCTION held()
"""
"""What keeps a portal between a deed and keeping its answer."""
_HOLDING = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'"


def test_killed_between_a_deed_and_its_answer(database: str, process: Process) -> None:
    headers = {"X-Bachang": "1", "Origin": process.origin}
    with (
        httpx2.Client(base_url=process.origin, headers=headers, timeout=60) as client,
        psycopg.connect(database, autocommit=True) as inside,
    ):
        client.post("/api/session/token", json={"token": process.token}).raise_for_status()
        made = client.post("/api/exercises", json={"pack": "hall", "duration_min": 60}).json()
        address, run = f"/api/exercises/{made['id']}", made["runs"][0]["id"]
        running(client, run)
        deeds: list[tuple[str, dict[str, object]]] = [
            (f"{address}/extend", {"minutes": 5}),
            (f"{address}/broadcast", {"text": "once"}),
            ("/api/exercises", {"pack": "hall"}),
        ]

        def do(number: int, key: str) -> httpx2.Response | None:
            path, body = deeds[number]
            try:
                return client.post(path, json=body, headers={"Idempotency-Key": key})
            except httpx2.TransportError:
                return None

        def done() -> tuple[object, int, int]:
            said = client.get(f"/api/runs/{run}/events?kind=message.sent&limit=100").json()
            listed = client.get("/api/exercises").json()["items"]
            return client.get(address).json()["ends_at"], len(said["items"]), len(listed)

        before = done()
        inside.execute(_HELD)
        with ThreadPoolExecutor(len(deeds)) as pool:
            asked = [pool.submit(do, number, f"deed-{number}") for number in range(len(deeds))]
            held = until(lambda: inside.execute(_HOLDING).fetchall(), lambda it: len(it) == 3)
            process.kill()
            assert [one.result() for one in asked] == [None] * len(deeds)
        for (pid,) in held:
            inside.execute("SELECT pg_terminate_backend(%s)", [pid])
        inside.execute("DROP FUNCTION held CASCADE")
        process.start()
        once = done()
        assert all(now != then for now, then in zip(once, before, strict=True))
        for number in range(len(deeds)):
            again = do(number, f"deed-{number}")
            assert again is not None
            assert again.status_code == 409
            assert "nobody knows" in again.json()["detail"]
        assert done() == once
        assert all((new := do(number, f"new-{number}")) and new.is_success for number in range(3))
        for exercise in client.get("/api/exercises").json()["items"]:
            running(client, exercise["runs"][0]["id"])
            assert client.post(f"/api/exercises/{exercise['id']}/end").is_success


def test_a_timeline_is_what_it_was(either: str, process: Process) -> None:
    """Also what happened before hundreds of samples of the points."""
    headers = {"X-Bachang": "1", "Origin": process.origin}
    with httpx2.Client(base_url=process.origin, headers=headers, timeout=90) as client:

        def do(path: str, **body: object) -> None:
            client.post(path, json=body).raise_for_status()

        def told() -> list[dict[str, Any]]:
            return list(client.get(run).json()["timeline"])

        do("/api/session/token", token=process.token)
        made = client.post("/api/exercises", json={"pack": "hall"}).json()
        exercise, run = f"/api/exercises/{made['id']}", f"/api/runs/{made['runs'][0]['id']}"
        running(client, made["runs"][0]["id"])
        do(f"{exercise}/broadcast", text="one moment, please")
        do(f"{run}/reset", host="desk")
        for way in ("pause", "resume"):
            do(f"{run}/{way}")
        do(f"{run}/terminals", host="desk")
        do(f"{run}/hints", task="find")
        do(f"{exercise}/inject", inject="mains-fail")
        do(f"{exercise}/advance", seconds=1500)
        until(told, lambda seen: seen[-1]["kind"] == "clock.advanced")
        before = told()
        kinds = [event["kind"] for event in before]
        assert set(kinds) >= {
            *("message.sent", "host.reset", "sandbox.paused", "sandbox.resumed", "terminal.opened"),
            *("hint.taken", "clock.advanced", "sandbox.deployed"),
        }
        process.kill()
        process.start()
        running(client, made["runs"][0]["id"])
        after = [event for event in told() if event["sequence"] <= before[-1]["sequence"]]
        assert [event["kind"] for event in after] == kinds
        assert after == before


def test_a_sandbox_that_died_meanwhile_is_told(process: Process) -> None:
    with httpx2.Client(base_url=process.origin, headers={"X-Bachang": "1"}, timeout=60) as client:
        client.post("/api/session/token", json={"token": process.token}).raise_for_status()
        run = client.post("/api/exercises", json={"pack": "hall"}).json()["runs"][0]["id"]
        running(client, run)
        assert answer(client, run, 1)
        process.kill()
        os.kill(LocalFabric().attach(run).status().agent_pid, signal.SIGKILL)
        process.start()
        after = client.get(f"/api/runs/{run}").json()
        assert after["state"] == "failed"
        assert "portal was away" in after["reason"]["en"]
        assert after["reason"]["zh"] == "门户停止期间，沙箱已结束"
        assert after["task_list"][0]["attempts"] == 1


def test_a_second_portal_is_refused(process: Process, capfd: pytest.CaptureFixture[str]) -> None:
    """At the same port, or with the same data: the first one is not hurt by that."""
    taken = process.origin.rpartition(":")[2]
    for port, why in (
        (taken, f"port {taken} is taken"),
        (free_port(), "another portal of this account runs with the same data"),
    ):
        command = [sys.executable, "-c", "from bachang.cli import main; main()", "serve"]
        done = subprocess.run([*command, "--port", str(port)], check=False, timeout=60)
        assert done.returncode == 1
        assert why in " ".join("".join(capfd.readouterr()).split())
    with httpx2.Client(base_url=process.origin) as client:
        assert client.get("/").status_code == 200


@pytest.fixture
def few_files() -> Iterator[int]:
    """What is started now may open few files, unless it asks for more; the most it can get."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_class_is_not_held_to_the_open_files_of_a_login(few_files: int, process: Process) -> None:
    most = resource.prlimit(process.process.pid, resource.RLIMIT_NOFILE)
    assert most == (few_files, few_files)
