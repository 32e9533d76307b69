"""Build the native parts: ``python -m bachang.fabric.build``.

It needs a C compiler and the C library's headers, nothing else. The spawner is linked
statically, because it runs where only a host's files are to be seen.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from bachang.fabric._native import FORKS, SPAWNER, built, stale

_FLAGS = ("-std=gnu11", "-O2", "-Wall", "-Wextra")
_AS_A_LIBRARY = ("-shared", "-fPIC")


def build() -> list[Path]:
    """Compile what is missing or older than its source; returns the paths.

    Raises:
        FileNotFoundError: there is no C compiler.
        subprocess.CalledProcessError: the compiler failed; it has said why.
    """
    if not built() or stale():
        _compile(SPAWNER, "-static", "spawner.c", "entry.c")
        _compile(FORKS, *_AS_A_LIBRARY, "forks.c", "zygote.c", "entry.c", "pages.c")
    return [SPAWNER, FORKS]


def _compile(target: Path, *words: str) -> None:
    """With the names of the sources as the compiler's words, beside the target."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise FileNotFoundError("no C compiler: install gcc and libc6-dev")
    fresh = target.with_name(f".{target.name}-{os.getpid()}")
    subprocess.run([compiler, *_FLAGS, "-o", fresh.name, *words], cwd=target.parent, check=True)
    fresh.chmod(0o755)
    fresh.replace(target)


if __name__ == "__main__":
    sys.stdout.write("".join(f"{path}\n" for path in build()))
