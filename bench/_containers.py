"""Containers without a network, by podman (which has crun run them) or by crun alone.

Called by `bench._peers`, inside namespaces of its own, with the system's own Python: the
program and how many, one after the other; prints one line of JSON. No image is needed: their
root is an empty folder with the machine's /usr, read-only. Neither gets control groups, which
an ordinary account has none of to give.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SLEEP = ["/usr/bin/sleep", "1000"]
_PODMAN = ["--storage-driver", "vfs", "--cgroup-manager", "cgroupfs"]
_RUN = ["--network", "none", "--cgroups", "disabled", "--volume", "/usr:/usr:ro"]
_ULIMITS = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=10000:10000"]
"""What an ordinary account may give: podman's own defaults are above it."""


@contextmanager
def _root() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        root = Path(folder) / "root"
        for name in ("usr", "etc", "proc", "sys", "dev", "tmp", "run"):
            (root / name).mkdir(parents=True)
        for name in ("bin", "lib", "lib64"):
            (root / name).symlink_to(f"usr/{name}")
        yield root


def podman(root: Path, count: int) -> tuple[float, float]:
    """Milliseconds for so many up, and down again."""
    places = ["--root", f"{root.parent}/store", "--runroot", f"{root.parent}/running"]
    program = ["podman", *places, *_PODMAN]
    up = [*program, "run", "--detach", *_RUN, *_ULIMITS, "--rootfs", str(root), *_SLEEP]
    began = time.monotonic()
    for _ in range(count):
        _call(up)
    ready = time.monotonic()
    _call([*program, "rm", "--force", "--all", "--time", "0"])
    return 1e3 * (ready - began), 1e3 * (time.monotonic() - ready)


def crun(root: Path, count: int) -> tuple[float, float]:
    """As `podman`."""
    program = ["crun", "--root", f"{root.parent}/running", "--cgroup-manager", "disabled"]
    os.chdir(root.parent)
    _call(["crun", "spec"])
    file = Path("config.json")
    file.write_text(json.dumps(_bundle(json.loads(file.read_text()), root)))
    names = [f"c{number}" for number in range(count)]
    began = time.monotonic()
    for name in names:
        _call([*program, "run", "--detach", name])
    ready = time.monotonic()
    for name in names:
        _call([*program, "delete", "--force", name])
    return 1e3 * (ready - began), 1e3 * (time.monotonic() - ready)


def _bundle(given: dict, root: Path) -> dict:  # type: ignore[type-arg]
    """crun's own example, without control groups and limits that an account may not set."""
    mounts = [one for one in given["mounts"] if one["type"] != "cgroup"]
    usr = {"destination": "/usr", "source": "/usr", "type": "none", "options": ["bind", "ro"]}
    process = {name: value for name, value in given["process"].items() if name != "rlimits"}
    linux = {name: value for name, value in given["linux"].items() if name != "resources"}
    return given | {
        "root": {"path": str(root), "readonly": True},
        "process": process | {"args": _SLEEP, "terminal": False},
        "mounts": [*mounts, usr],
        "linux": linux,
    }


def _call(words: list[str]) -> None:
    # Not through pipes: what runs on would keep them open.
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        if done.returncode:
            said.seek(0)
            sys.exit(f"{words[0]}: {said.read().decode(errors='replace').strip()}")


with _root() as place:
    up_ms, down_ms = {"podman": podman, "crun": crun}[sys.argv[1]](place, int(sys.argv[2]))
print(json.dumps({"up_ms": up_ms, "down_ms": down_ms}))
