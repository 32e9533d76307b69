"""The leak checker sees each kind of thing that a sandbox could leave behind."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bachang.fabric import LocalFabric, LocalSandbox, leaks
from bachang.fabric.leaks import inventory, wait_clean
from tests.fabric.worlds import host, python_service, world

pytestmark = pytest.mark.alone


@pytest.fixture
def live(fabric: LocalFabric) -> Iterator[LocalSandbox]:
    made = fabric.deploy(world(host("a", 11, **python_service())), name="seen")
    yield made
    made.destroy()
    assert wait_clean() == []


def test_a_living_sandbox_is_seen_whole(live: LocalSandbox) -> None:
    found = "\n".join(inventory())
    assert "directory " in found
    for name in ("bachang-agent", "spawner", "zygote", "init"):
        assert f"({name}) of sandbox seen" in found
    assert "stray" not in found


def test_a_socket_of_a_host_holds_its_network(live: LocalSandbox) -> None:
    with live.open_tcp("a", "10.1.0.11", 8080) as held:
        number = held.fileno()
        assert any(line.startswith(f"socket {number} holds") for line in inventory())
    assert not any(line.startswith("socket") for line in inventory())


def test_a_descriptor_of_a_namespace_is_seen_in_whoever_holds_it(home: Path) -> None:
    held = os.open("/proc/self/ns/net", os.O_RDONLY)
    try:
        assert any(line.startswith(f"descriptor {held} of {os.getpid()}") for line in inventory())
        os.set_inheritable(held, True)
        with subprocess.Popen(
            ["cat"], stdin=subprocess.PIPE, close_fds=False, stdout=subprocess.DEVNULL
        ) as child:
            assert any(line.startswith(f"descriptor {held} of {child.pid}") for line in inventory())
    finally:
        os.close(held)
    assert inventory() == []


def test_a_door_that_outlives_its_agent_is_seen(home: Path) -> None:
    folder = home / "door"
    folder.mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as door:
        door.bind(str(folder / "agent.sock"))
        assert not [line for line in inventory() if "sockets of agents" in line]
        door.listen()
        (folder / "agent.sock").unlink()
        assert [line for line in inventory() if "sockets of agents that are gone" in line]
    shutil.rmtree(folder)


_STRAY = """\
import os, sys
os.setresgid(5, 5, 5); os.setresuid(5, 5, 5)
print("here", flush=True)
sys.stdin.read()
"""


def test_a_process_with_our_ids_and_no_agent_is_seen(home: Path) -> None:
    mapped = ["unshare", "--user", "--map-auto", "--map-root-user", "--setgroups", "allow"]
    with subprocess.Popen(
        [*mapped, sys.executable, "-I", "-S", "-c", _STRAY],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout
        assert child.stdout.readline() == b"here\n"
        assert any(line.startswith("stray process") for line in inventory())
        assert child.stdin
        child.stdin.close()
    assert wait_clean() == []


def test_what_stays_in_the_state_directory_is_seen(home: Path) -> None:
    folder = home / "state" / "bachang" / "sandboxes" / "left"
    folder.mkdir(parents=True)
    began = time.monotonic()
    assert wait_clean(limit_s=0.1) == [f"directory {folder}"]
    assert time.monotonic() - began < 5
    shutil.rmtree(folder)


def test_a_control_group_without_an_agent_is_seen(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaks, "_GROUPS", home)
    for name in ("bachang-gone-0123abcd", "others", "bachang"):
        (home / name).mkdir()
    assert inventory() == [f"control group {home}/bachang-gone-0123abcd"]
    (home / "bachang-gone-0123abcd").rmdir()


_MOUNTED = """\
import sys
from pathlib import Path
from bachang.fabric.leaks import inventory
print(*inventory(Path(sys.argv[1])), sep="\\n")
"""


def test_a_mount_below_the_state_directory_is_seen(home: Path) -> None:
    mount = 'mount -t tmpfs none "$2" && exec "$1" -c "$0" "$2"'
    done = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", mount, _MOUNTED, sys.executable, str(home)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"mount {home}" in done.stdout.splitlines(), done.stderr


_SURROUNDED = """\
import subprocess, sys
from bachang.fabric.leaks import surroundings
before = surroundings()
subprocess.run(["ip", "link", "add", "left0", "type", "bridge"], check=True)
subprocess.run(["mount", "--bind", "/proc/self/ns/uts", sys.argv[1]], check=True)
print(*sorted(surroundings() - before), sep="\\n")
"""


def test_a_link_and_a_named_namespace_beside_all_sandboxes_are_seen(tmp_path: Path) -> None:
    place = tmp_path / "name"
    place.touch()
    fresh = 'mount -t sysfs none /sys && exec "$1" -c "$0" "$2"'
    done = subprocess.run(
        ["unshare", "-Urnm", "sh", "-c", fresh, _SURROUNDED, sys.executable, str(place)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines() == ["interface left0", f"namespace at {place}"], done.stderr
