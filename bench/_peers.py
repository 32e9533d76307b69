"""What the fabric is measured against: the least in C; Mininet, podman and crun where they are.

All run as the same ordinary account, in user namespaces. What is missing is said, with the
package that has it: a peer that is silently left out would look like one that was beaten.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).parent
_SYSTEM_PYTHON = "/usr/bin/python3"
_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
_OWN_NAMESPACES = ("unshare", "-Urnmpf", "--map-auto", "--mount-proc")
_MININET = "mount -t sysfs none /sys && ip link set lo up"
_CONTAINERS = "mount -t tmpfs none /sys/fs/cgroup && mount -t tmpfs none /run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another way to bring up hosts."""

    name: str
    needs: dict[str, str]
    """Programs, with the packages of Debian that have them."""
    hosts: int
    """How many are brought up side by side."""
    limit: str
    """What ours must be to its time, if anything is promised."""
    up_ms: Callable[[int], float]

    def missing(self) -> str:
        """What it needs and is not there, for people; empty if nothing."""
        absent = [one for one in self.needs if not shutil.which(one, path=_PATH)]
        return ", ".join(f"{one} (package {self.needs[one]})" for one in absent)


def limit_ms(hosts: int) -> float:
    """Milliseconds that the C program takes to bring up so many hosts."""
    return _up_ms([str(_HERE / "limit"), "-u", "-n", str(hosts)])


def peers() -> Iterator[Peer]:
    """Those that are installed; says which are not."""
    for one in _ALL:
        if missing := one.missing():
            print(f"{one.name} is not measured: there is no {missing}", flush=True)
        else:
            yield one


def _own(prepare: str, script: str, word: str) -> Callable[[int], float]:
    # As text: what is mounted over /run hides an installation there.
    text = (_HERE / script).read_text()
    program = f'PATH={_PATH}; {prepare} && exec {_SYSTEM_PYTHON} -c "$0" "$@"'

    def up_ms(hosts: int) -> float:
        return _up_ms([*_OWN_NAMESPACES, "sh", "-c", program, text, word, str(hosts)])

    return up_ms


def _up_ms(command: list[str]) -> float:
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return float(json.loads(done.stdout)["up_ms"])


_BRIDGED = {"mn": "mininet", "brctl": "bridge-utils"}
_ALL = (
    Peer(
        name="Mininet star",
        needs=_BRIDGED,
        hosts=100,
        limit="≤ 0.1×",
        up_ms=_own(_MININET, "_mininet.py", "star"),
    ),
    Peer(
        name="Mininet linear",
        needs=_BRIDGED,
        hosts=50,
        limit="",
        up_ms=_own(_MININET, "_mininet.py", "linear"),
    ),
    Peer(
        name="podman + crun, no network",
        needs={"podman": "podman", "crun": "crun"},
        hosts=20,
        limit="",
        up_ms=_own(_CONTAINERS, "_containers.py", "podman"),
    ),
    Peer(
        name="crun, no network",
        needs={"crun": "crun"},
        hosts=20,
        limit="",
        up_ms=_own(_CONTAINERS, "_containers.py", "crun"),
    ),
)
