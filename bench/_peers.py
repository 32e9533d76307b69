"""What the fabric is measured against: the least in C, and Mininet where it is installed.

All run as the same ordinary account, in user namespaces.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

_HERE = Path(__file__).parent
_SYSTEM_PYTHON = "/usr/bin/python3"


def limit_ms(hosts: int) -> float:
    """Milliseconds that the C program takes to bring up so many hosts."""
    return _up_ms([str(_HERE / "limit"), "-u", "-n", str(hosts)])


def has_mininet() -> bool:
    """Whether Mininet and the bridge tool that it calls are installed."""
    return bool(shutil.which("mn") and shutil.which("brctl", path="/usr/sbin:/sbin"))


def mininet_ms(hosts: int) -> float:
    """Milliseconds that Mininet takes for a star of so many hosts."""
    prepare = "mount -t sysfs none /sys && ip link set lo up"
    program = f"{prepare} && exec {_SYSTEM_PYTHON} {_HERE}/_mininet.py {hosts}"
    own_namespaces = ["unshare", "-Urnmpf", "--map-auto", "--mount-proc"]
    return _up_ms([*own_namespaces, "sh", "-c", program])


def _up_ms(command: list[str]) -> float:
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return float(json.loads(done.stdout)["up_ms"])
