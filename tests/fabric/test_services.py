"""A Python service is what ``python3 FILE`` would be, though it was forked and not started."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bachang.fabric import LocalFabric, Sandbox
from bachang.plan import File, Host, Service, ServiceKind
from tests.fabric.worlds import host, world
from tests.waiting import until

_SOURCE = b"""\
import http.client, http.server, json, logging, os, random, sys, threading

def dies_of(write):
    read, end = os.pipe()
    os.close(read)
    try:
        write(end, b"x")
    except BrokenPipeError as error:
        return type(error).__name__

def drawn_by_a_fork():
    read, end = os.pipe()
    if os.fork() == 0:
        os.write(end, repr(random.random()).encode())
        os._exit(0)
    os.wait()
    return float(os.read(read, 100))

def tls():
    mapped = lambda: "libssl" in open("/proc/self/maps").read()
    before = mapped()
    http.client.HTTPSConnection("localhost")
    return [before, mapped()]

def main():
    logging.getLogger().setLevel("INFO")
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()
    print(json.dumps({
        "argv": sys.argv,
        "environment": dict(os.environ),
        "directory": os.getcwd(),
        "prefix": sys.prefix,
        "paths": sys.path,
        "title": open("/proc/self/cmdline").read().rstrip("\\0"),
        "broken": dies_of(os.write),
        "drawn": [random.random(), drawn_by_a_fork(), random.random()],
        "descriptors": sorted(map(int, os.listdir("/proc/self/fd")))[:4],
        "tls": tls(),
        "ids": [os.getuid(), os.getgid()],
    }))
    threading.Event().wait()
"""


def _with_service(name: str, number: int, user: str, environment: dict[str, str]) -> Host:
    service = Service(
        name="teller",
        kind=ServiceKind.PYTHON,
        argv=("/var/lib/teller.py", "main"),
        user=user,
        environment=environment,
        working_directory="/var/lib",
    )
    source = File(path="/var/lib/teller.py", content=_SOURCE)
    return host(name, number, services=(service,), files=(source,))


@pytest.fixture(scope="module")
def told(lasting_home: Path) -> list[dict[str, object]]:
    """What the services of two hosts say of themselves."""
    hosts = (
        _with_service("a", 11, "nobody", {"ANSWER": "42"}),
        _with_service("b", 12, "root", {"HOME": "/tmp"}),  # noqa: S108 - of the host
    )
    sandbox = LocalFabric().deploy(world(*hosts), name="tellers")
    try:
        return [_told(sandbox, name) for name in ("a", "b")]
    finally:
        sandbox.destroy()


def _told(sandbox: Sandbox, name: str) -> dict[str, object]:
    wait = "until grep -q drawn /var/log/teller.log; do sleep 0.05; done; cat /var/log/teller.log"
    found = json.loads(sandbox.exec(name, ["timeout", "20", "sh", "-c", wait]).stdout)
    assert isinstance(found, dict)
    return found


def test_it_looks_like_a_program_of_its_host(told: list[dict[str, object]]) -> None:
    one = told[0]
    assert one["argv"] == ["/var/lib/teller.py"]
    assert one["title"] == "python3 /var/lib/teller.py"
    assert one["directory"] == "/var/lib"
    assert one["prefix"] == "/usr"
    paths = one["paths"]
    assert isinstance(paths, list)
    assert paths[0] == "/var/lib"
    assert all(path.startswith("/usr/lib/python3") for path in paths[1:])


def test_its_environment_is_its_users_and_its_own(told: list[dict[str, object]]) -> None:
    usual = {
        "LANG": "C.UTF-8",
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    }
    assert [one["environment"] for one in told] == [
        usual
        | {
            "ANSWER": "42",
            "HOME": "/nonexistent",
            "LOGNAME": "nobody",
            "SHELL": "/usr/sbin/nologin",
            "USER": "nobody",
        },
        usual | {"HOME": "/tmp", "LOGNAME": "root", "SHELL": "/bin/bash", "USER": "root"},  # noqa: S108
    ]


def test_libraries_that_few_use_come_when_they_are_used(told: list[dict[str, object]]) -> None:
    assert [one["tls"] for one in told] == [[False, True], [False, True]]


def test_a_closed_connection_is_an_error_and_not_its_end(told: list[dict[str, object]]) -> None:
    assert told[0]["broken"] == "BrokenPipeError"


def test_no_two_processes_draw_the_same_numbers(told: list[dict[str, object]]) -> None:
    drawn = [number for one in told for number in one["drawn"]]  # type: ignore[attr-defined]
    assert len(drawn) == len(set(drawn)) == 6


_ENDS = {
    "pool": (
        """\
from concurrent.futures import ThreadPoolExecutor
import atexit
pool = ThreadPoolExecutor(1)
def main():
    atexit.register(print, "no worker waits for ever")
    print(pool.submit(len, "abc").result())
""",
        "3\nno worker waits for ever\n",
        "failed: ended with status 0: no worker waits for ever",
    ),
    "threads": (
        """\
import sys, threading, time
def late():
    time.sleep(0.2)
    print("late")
def main():
    threading.Thread(target=late).start()
    sys.exit(3)
""",
        "late\n",
        "failed: ended with status 3: late",
    ),
    "words": (
        'import sys\ndef main():\n    sys.exit("no configuration")\n',
        "no configuration\n",
        "failed: ended with status 1: no configuration",
    ),
}


def _that_ends(name: str, number: int, source: str) -> Host:
    path = f"/var/lib/{name}.py"
    service = Service(name=name, kind=ServiceKind.PYTHON, argv=(path, "main"), restart=False)
    files = (File(path=path, content=source.encode()),)
    return host(name, number, services=(service,), files=files)


def test_it_ends_as_a_program_does(fabric: LocalFabric) -> None:
    hosts = [_that_ends(name, 11 + i, _ENDS[name][0]) for i, name in enumerate(_ENDS)]
    sandbox = fabric.deploy(world(*hosts), name="ends")

    def states() -> dict[str, str]:
        return {one.name: one.services[one.name] for one in sandbox.status().hosts}

    until(lambda: all(state.startswith("failed") for state in states().values()))
    assert states() == {name: state for name, (_, _, state) in _ENDS.items()}
    for name, (_, words, _) in _ENDS.items():
        log = sandbox.exec(name, ["cat", f"/var/log/{name}.log"])
        assert log.stdout.decode() == words
    sandbox.destroy()
