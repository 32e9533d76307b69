"""The Python environment ``.venv``: pinned libraries, the project itself, its native helper.

The project is found by a relative path and its command by its own place, so the environment
works wherever the clone is moved to or bound.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from setup._commands import ROOT, SetUpError, run_as_owner
from setup._machine import restricts_user_namespaces

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python3"
_STAMP = VENV / "installed.txt"
_SYSTEM_PYTHON = Path("/usr/bin/python3")
_OLDEST = (3, 11)

_COMMAND = """\
#!/bin/sh
'''exec' "$(dirname -- "$(readlink -f -- "$0")")/python3" "$0" "$@"
' '''
from bachang.cli import main

main()
"""
"""Shell finds the Python beside itself and gives it this same file, which is Python too."""


def make_environment(*, dev: bool) -> None:
    """Make or complete the environment; quick when nothing is to do.

    Raises:
        SetUpError: the system's Python is too old, or a library cannot be installed.
    """
    if sys.version_info < _OLDEST:
        raise SetUpError(f"{_SYSTEM_PYTHON} is older than Python 3.11: use Debian 12 or newer")
    lock = _lock(dev)
    if not _works():
        copies = ["--copies"] if restricts_user_namespaces() else []
        run_as_owner([_SYSTEM_PYTHON, "-m", "venv", "--clear", *copies, VENV])
    if _installed() not in (_digest(lock), _digest(_lock(True))):
        _install(lock)
    _write_project()
    _build()


def _lock(dev: bool) -> Path:
    """Developers' libraries are those for running and more."""
    return ROOT / ("requirements-dev.lock" if dev else "requirements.lock")


def _digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def _installed() -> str:
    """Digest of the lock that was installed last."""
    return _STAMP.read_text() if _STAMP.exists() else ""


def _works() -> bool:
    """Whether the environment's Python starts and is of the system's version."""
    if not PYTHON.exists():
        return False
    shown = subprocess.run(
        [PYTHON, "-c", "import sys; print(*sys.version_info[:2])"],
        capture_output=True,
        text=True,
        check=False,
    )
    return shown.stdout.split() == [str(part) for part in sys.version_info[:2]]


def _install(lock: Path) -> None:
    pip: list[str | Path] = [PYTHON, "-m", "pip", "install"]
    pip += ["-qq", "--disable-pip-version-check", "--require-hashes", "--only-binary=:all:"]
    run_as_owner([*pip, "--requirement", lock])
    write(_STAMP, _digest(lock))


def _write_project() -> None:
    packages = next(VENV.glob("lib/python3*/site-packages"))
    write(packages / "bachang.pth", "../../../../src\n")
    write(VENV / "bin" / "bachang", _COMMAND, mode="755")


def write(path: Path, text: str, *, mode: str = "644") -> None:
    """Write a file of the clone as its owner, at once or not at all."""
    if path.exists() and path.read_text() == text:
        return
    draft = path.with_name(f"{path.name}.draft")
    script = f'printf %s "$1" > "$2" && chmod {mode} "$2" && mv "$2" "$3"'
    run_as_owner(["sh", "-c", script, "sh", text, draft, path], quiet=True)


def _build() -> None:
    """Build the native helper and compile the modules; the account may not write them later."""
    run_as_owner([PYTHON, "-m", "bachang.fabric.build"], quiet=True)
    run_as_owner([PYTHON, "-m", "compileall", "-q", "src"], quiet=True)
