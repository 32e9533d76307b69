"""Control groups for the account: an operator's choice, asked for with ``make groups``.

They are the kernel's, so they last until the machine's next start.
"""

from __future__ import annotations

from pathlib import Path

from setup._commands import RootStep

_ROOT = Path("/sys/fs/cgroup")
_CONTROLLERS = ("memory", "pids", "cpu")
_WHY = "control groups: hosts are limited as a whole, and share the processors evenly"


def group_steps(account: str, folder: str, root: Path = _ROOT) -> list[RootStep]:
    """Directories called ``folder`` that belong to ``account``; nothing where they do."""
    owned = [root / one / folder for one in _CONTROLLERS if (root / one).is_dir()]
    unified = next((one for one in (root, root / "unified") if _is_unified(one)), None)
    steps = []
    if unified == root:
        passed = " ".join(f"+{one}" for one in _CONTROLLERS)
        argv = ("tee", str(root / "cgroup.subtree_control"))
        steps.append(RootStep(why=_WHY, argv=argv, stdin=passed, may_fail=True))
    files = [place / "cgroup.procs" for place in owned]
    if unified:
        place = unified / folder
        owned.append(place)
        files += [place / one for one in ("cgroup.procs", "cgroup.subtree_control")]
    if all(place.is_dir() and place.owner() == account for place in owned):
        return []
    names = tuple(map(str, owned))
    steps.append(RootStep(why=_WHY, argv=("mkdir", "-p", *names), may_fail=True))
    own = ("chown", account, *names, *map(str, files))
    steps.append(RootStep(why=_WHY, argv=own, may_fail=True))
    return steps


def _is_unified(place: Path) -> bool:
    return (place / "cgroup.controllers").exists()
