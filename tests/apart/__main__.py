"""Sandboxes of two accounts on one machine do not disturb each other: ``python -m tests.apart``.

Run by ``make test`` before the other tests, because only root can make the second account; it
is removed at the end. By anybody else it is skipped, which is said.
"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bachang.account import ACCOUNT
from bachang.account._neutral import INSTALLATION, make_place, show
from setup._machine import account_steps

_SECOND = "bachang-neighbour"
_BUSY = 8
"""What userdel returns while the account still has processes."""
_FILES = [Path("/etc") / name for name in ("passwd", "group", "subuid", "subgid")]


class _Side:
    """One of the two accounts, in a process of its own."""

    def __init__(self, name: str) -> None:
        account = pwd.getpwnam(name)
        self.uid = account.pw_uid
        # Open to the other on purpose: what keeps it out must be the sandbox's own doing.
        self._folder = Path(tempfile.mkdtemp(prefix="b-"))
        self._folder.chmod(0o755)
        os.chown(self._folder, account.pw_uid, account.pw_gid)
        homes = {f"XDG_{kind}_HOME": f"{self._folder}/{kind}" for kind in ("STATE", "CACHE")}
        self._process = subprocess.Popen(
            [INSTALLATION / ".venv" / "bin" / "python3", "-m", "tests.apart.one"],
            cwd=INSTALLATION,
            env=homes | {"PATH": os.defpath, "HOME": account.pw_dir, "LANG": "C.UTF-8"},
            user=account.pw_uid, group=account.pw_gid, extra_groups=[], umask=0o022,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def ask(self, *words: object) -> None:
        """Begin something."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()

    def answer(self) -> Any:
        """What came of it."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the account's program ended: see above"
        return json.loads(line)

    def do(self, *words: object) -> Any:
        """Ask, and wait for the answer."""
        self.ask(*words)
        return self.answer()

    def close(self) -> None:
        """End the program and what it made."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        shutil.rmtree(self._folder)


def main() -> None:
    """Make the second account, let both work, and remove it."""
    if os.geteuid() != 0:
        print("two accounts side by side: skipped, only root can make the second one")
        return
    try:
        make_place()
    except OSError as error:
        print(f"two accounts side by side: skipped, no mount namespace: {error}")
        return
    show(Path(__file__).parents[2], INSTALLATION)
    with _second_account(), contextlib.ExitStack() as sides:
        pair = [_Side(name) for name in (ACCOUNT, _SECOND)]
        for one in pair:
            sides.callback(one.close)
        _side_by_side(*pair)
    print("two accounts side by side: neither sees, reaches or disturbs the other's sandbox")


@contextlib.contextmanager
def _second_account() -> Iterator[None]:
    if any(one.pw_name == _SECOND for one in pwd.getpwall()):  # of a run that was killed
        _remove()
    before = [path.read_text() for path in _FILES]
    for step in account_steps(_SECOND):
        subprocess.run(step.argv, check=True)
    try:
        yield
    finally:
        _remove()
    assert [path.read_text() for path in _FILES] == before


def _remove(limit_s: float = 10) -> None:
    # What a run that failed left going; below an agent that is ended, the kernel ends the rest.
    subprocess.run(["sh", "-c", "kill -9 -1"], user=_SECOND, stderr=subprocess.DEVNULL, check=False)
    deadline = time.monotonic() + limit_s
    while _userdel().returncode == _BUSY and time.monotonic() < deadline:
        time.sleep(0.05)
    assert all(one.pw_name != _SECOND for one in pwd.getpwall()), _userdel().stderr


def _userdel() -> subprocess.CompletedProcess[str]:
    argv = ["userdel", "--remove", _SECOND]
    return subprocess.run(argv, capture_output=True, text=True, check=False)


def _side_by_side(first: _Side, second: _Side) -> None:
    pair = [(first, second), (second, first)]
    for one in (first, second):
        one.ask("deploy")  # both at once
    made = {one: one.answer() for one in (first, second)}
    for own, other in pair:
        _answers(own)
        seen = own.do("seen_in_hosts")
        assert any("page.py" in line for line in seen), seen
        assert all(str(other.uid) not in line for line in seen), seen
        ways = own.do("reached", made[own])
        assert {"list", "journal", "connect", "root", "trace"} <= set(ways), "tries must be real"
        assert own.do("reached", made[other]) == []
        assert own.do("signalled_from_host", made[other]["processes"]) == []
    for own, other in pair:
        own.do("kill")
        assert own.do("left") == []
        _answers(other)
        own.do("deploy")
        _answers(own)
    for own, other in pair:
        own.do("destroy")
        assert own.do("left") == []
        if own is first:
            _answers(other)


def _answers(one: _Side) -> None:
    said = one.do("answers")
    assert said == ["HTTP/1.0 200 OK", f"of {one.uid}", "same"], said


if __name__ == "__main__":
    main()
