"""Build the native helper: ``python -m bachang.fabric.build``.

It needs a C compiler and the C library's headers, nothing else. The program is linked
statically, because it runs where only a host's files are to be seen.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from bachang.fabric._native import SOURCE, SPAWNER


def build() -> Path:
    """Compile the spawner if it is missing or older than its source; returns its path.

    Raises:
        FileNotFoundError: there is no C compiler.
        subprocess.CalledProcessError: the compiler failed; it has said why.
    """
    if SPAWNER.exists() and SPAWNER.stat().st_mtime >= SOURCE.stat().st_mtime:
        return SPAWNER
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise FileNotFoundError("no C compiler: install gcc and libc6-dev")
    fresh = SPAWNER.with_name(f".spawner-{os.getpid()}")
    flags = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-static"]
    subprocess.run([compiler, *flags, "-o", str(fresh), str(SOURCE)], check=True)
    fresh.chmod(0o755)
    fresh.replace(SPAWNER)
    return SPAWNER


if __name__ == "__main__":
    sys.stdout.write(f"{build()}\n")
