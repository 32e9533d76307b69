"""Running commands so that a person sees each one before it happens."""

from __future__ import annotations

import os
import pwd
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""The folder of the clone."""


@dataclass(frozen=True, kw_only=True)
class RootStep:
    """A command that needs root."""

    why: str
    argv: tuple[str, ...]
    stdin: str = ""
    may_fail: bool = False
    """Bachang works without it, only worse: a failure is told and set-up goes on."""

    def __str__(self) -> str:
        fed = "".join(f"\n      | {line}" for line in self.stdin.splitlines())
        return shlex.join(self.argv) + fed


class SetUpError(Exception):
    """Set-up cannot go on; the text says why and what to do."""


def run_as_root(steps: list[RootStep]) -> None:
    """Show all steps, then do one after the other; ``sudo`` asks only on a terminal.

    Raises:
        SetUpError: neither root nor ``sudo``, or a step that must not fail failed.
    """
    if not steps:
        return
    print("With root, set-up does exactly this:")
    for step in steps:
        print(f"  {step.why}:\n    {step}")
    sys.stdout.flush()
    prefix = _root_prefix()
    for step in steps:
        print(f"# {shlex.join(step.argv)}", flush=True)
        done = subprocess.run([*prefix, *step.argv], input=step.stdin, text=True, check=False)
        if done.returncode and not step.may_fail:
            raise SetUpError(f"failed with status {done.returncode}: {step}")
        if done.returncode:
            print(f"  failed; Bachang works without it ({step.why})")


def _root_prefix() -> list[str]:
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo"):
        raise SetUpError("this needs root: run the commands above as root, then `make setup` again")
    return ["sudo"] if sys.stdin.isatty() else ["sudo", "--non-interactive"]


def run_as_owner(argv: list[str | Path], *, quiet: bool = False) -> None:
    """Run a command as the owner of the clone, so that root leaves no files in a user's folder.

    Raises:
        SetUpError: it failed.
    """
    words = [str(word) for word in argv]
    if not quiet:
        print(f"$ {shlex.join(words)}", flush=True)
    owner = pwd.getpwuid(ROOT.stat().st_uid)
    other = os.geteuid() == 0 and owner.pw_uid != 0
    done = subprocess.run(
        words,
        cwd=ROOT,
        check=False,
        stdout=subprocess.DEVNULL if quiet else None,
        user=owner.pw_uid if other else None,
        group=owner.pw_gid if other else None,
        extra_groups=[] if other else None,
        env=os.environ | ({"HOME": owner.pw_dir} if other else {}),
    )
    if done.returncode:
        raise SetUpError(f"failed with status {done.returncode}: {shlex.join(words)}")
