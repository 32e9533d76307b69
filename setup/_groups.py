"""Control groups for the account: an operator's choice, asked for with ``make groups``.

They are the kernel's, so they last until the machine's next start.
"""

from __future__ import annotations

import re
from pathlib import Path

from setup._commands import RootStep, SetUpError

_ROOT = Path("/sys/fs/cgroup")
_CONTROLLERS = ("memory", "pids", "cpu")
_NAME = re.compile(r"\w[\w.-]*")
_WHY = "control groups: hosts are limited as a whole, and share the processors evenly"


def group_steps(account: str, folder: str, root: Path = _ROOT) -> list[RootStep]:
    """Directories called ``folder`` that belong to ``account``; nothing where they do.

    Raises:
        SetUpError: it is no name: root would give away what lies at that path.
    """
    if not _NAME.fullmatch(folder):
        words = "a name is letters, digits, '.', '-' and '_', and begins with none of '.' and '-'"
        raise SetUpError(f"control groups cannot be called {folder!r}: {words}")
    owned = [root / one / folder for one in _CONTROLLERS if (root / one).is_dir()]
    unified = next((one for one in (root, root / "unified") if _is_unified(one)), None)
    files = [place / "cgroup.procs" for place in owned]
    if unified:
        place = unified / folder
        owned.append(place)
        files += [place / one for one in ("cgroup.procs", "cgroup.subtree_control")]
    hers = all(place.is_dir() and place.owner() == account for place in owned)
    passed = _passed(root) if unified == root else set()
    if hers and passed <= _words(root / folder / "cgroup.subtree_control"):
        return []
    names = tuple(map(str, owned))
    make = RootStep(why=_WHY, argv=("mkdir", "-p", *names), may_fail=True)
    own = ("chown", account, *names, *map(str, files))
    give = RootStep(why=_WHY, argv=own, may_fail=True)
    if not passed:
        return [make, give]
    # systemd takes back what none of its units wants, unless the folder passes it down again.
    return [_pass_down(root, passed), make, _pass_down(root / folder, passed), give]


def _passed(root: Path) -> set[str]:
    """Those of our controllers that the kernel has."""
    return {*_CONTROLLERS} & _words(root / "cgroup.controllers")


def _pass_down(place: Path, controllers: set[str]) -> RootStep:
    argv = ("tee", str(place / "cgroup.subtree_control"))
    passed = " ".join(f"+{one}" for one in sorted(controllers))
    return RootStep(why=_WHY, argv=argv, stdin=passed, may_fail=True)


def _words(file: Path) -> set[str]:
    return {*file.read_text().split()} if file.exists() else set()


def _is_unified(place: Path) -> bool:
    return (place / "cgroup.controllers").exists()
