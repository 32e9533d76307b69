"""What set-up asks of the machine: packages, subordinate ids, kernel settings."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from setup._commands import ROOT, RootStep

ACCOUNT = "bachang"
"""The account that Bachang runs as where root itself owns and starts it."""

RUN_PACKAGES = {
    "gcc": "builds the native helper",
    "iproute2": "`ip` and `ss` inside hosts",
    "libc6-dev": "builds the native helper",
    "make": "this Makefile",
    "nftables": "firewalls of routers and hosts",
    "procps": "`ps` inside hosts, kernel settings",
    "python3-venv": "the Python environment",
    "uidmap": "subordinate user ids without root",
}
DEV_PACKAGES = {
    "chromium": "prints reports as PDF; looks at pages in the tests",
    "fonts-noto-cjk": "Chinese on them",
    "iputils-ping": "`ping` in the tests' hosts",
    "tshark": "reads captures in the tests",
    "postgresql": "the portal's other database, started by its tests",
}
IDS = 65536
"""Subordinate ids that one account needs: those of a whole machine."""
_FIRST_ID = 100_000

_NEIGHBOURS = {"gc_thresh1": 8192, "gc_thresh2": 32768, "gc_thresh3": 65536}
_SYSCTL = Path("/etc/sysctl.d/60-bachang.conf")
_RESTRICTED = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
_PROFILE = Path("/etc/apparmor.d/bachang")


def package_steps(packages: list[str], why: str) -> list[RootStep]:
    """Install what of ``packages`` is missing; Debian and Ubuntu only."""
    if not shutil.which("dpkg-query"):
        print(f"Not Debian or Ubuntu: please see to these packages yourself: {' '.join(packages)}")
        return []
    missing = sorted(set(packages) - _installed(packages))
    if not missing:
        return []
    install = ("apt-get", "install", "--yes", "--no-install-recommends", *missing)
    return [
        RootStep(why=f"{why}: the package list", argv=("apt-get", "update"), may_fail=True),
        RootStep(why=why, argv=("env", "DEBIAN_FRONTEND=noninteractive", *install)),
    ]


def _installed(packages: list[str]) -> set[str]:
    shown = subprocess.run(
        ["dpkg-query", "--show", "--showformat", "${Package} ${db:Status-Status}\n", *packages],
        capture_output=True,
        text=True,
        check=False,
    )
    lines = (line.split() for line in shown.stdout.splitlines())
    return {words[0] for words in lines if words[1:] == ["installed"]}


def account_name() -> str:
    """Who will run Bachang: the user who called, or `ACCOUNT` where that is root."""
    name = os.environ.get("SUDO_USER", "root") if os.geteuid() == 0 else _own_name()
    return ACCOUNT if name == "root" else name


def _own_name() -> str:
    return pwd.getpwuid(os.getuid()).pw_name


def account_steps(name: str) -> list[RootStep]:
    """An account, and 65,536 subordinate user and group ids for it."""
    steps = []
    if name not in {user.pw_name for user in pwd.getpwall()}:
        home = ("--create-home", "--home-dir", f"/var/lib/{name}", "--shell", "/bin/bash")
        steps.append(
            RootStep(
                why="an account for Bachang, because it does not run as root",
                argv=("useradd", "--system", *home, name),
            )
        )
    uids, gids = (_lines(Path(f"/etc/{kind}")) for kind in ("subuid", "subgid"))
    if not (has_ids(name, uids) and has_ids(name, gids)):
        first = first_free_id(uids + gids)
        ids = f"{first}-{first + IDS - 1}"
        steps.append(
            RootStep(
                why=f"subordinate ids for {name}, so that hosts can have users",
                argv=("usermod", "--add-subuids", ids, "--add-subgids", ids, name),
            )
        )
    return steps


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def has_ids(name: str, lines: list[str]) -> bool:
    """Whether lines ``name:first:count`` of /etc/subuid give ``name`` enough ids in one piece."""
    entries = [line.split(":") for line in lines if line.count(":") == 2]
    return any(entry[0] == name and int(entry[2]) >= IDS for entry in entries)


def first_free_id(lines: list[str]) -> int:
    """The first id above all that are given away."""
    entries = [line.split(":") for line in lines if line.count(":") == 2]
    return max([_FIRST_ID, *(int(first) + int(count) for _, first, count in entries)])


def restricts_user_namespaces() -> bool:
    """Whether this system (Ubuntu 24.04, say) lets only profiled programs make them."""
    return _RESTRICTED.exists() and _RESTRICTED.read_text().strip() == "1"


def apparmor_steps() -> list[RootStep]:
    """A profile that lets this clone's own Python, and only it, make user namespaces."""
    if not restricts_user_namespaces():
        return []
    text = profile(ROOT)
    if _PROFILE.exists() and _PROFILE.read_text() == text:
        return []
    why = "let this clone's Python make user namespaces (AppArmor)"
    return [
        RootStep(why=why, argv=("install", "-m", "644", "/dev/stdin", str(_PROFILE)), stdin=text),
        RootStep(why=why, argv=("apparmor_parser", "--replace", str(_PROFILE))),
    ]


def profile(root: Path) -> str:
    """The AppArmor profile, for the clone and for the neutral place that root binds it at."""
    return (
        "abi <abi/4.0>,\n"
        "include <tunables/global>\n"
        f'profile bachang "{{{root},/run/bachang/installation}}/.venv/bin/python3*" '
        "flags=(unconfined) {\n"
        "  userns,\n"
        "}\n"
    )


def neighbour_steps(settings: Path = Path("/proc/sys")) -> list[RootStep]:
    """Room for neighbours: the table is one for all network namespaces of a machine."""
    wanted = {
        settings / f"net/{family}/neigh/default/{key}": value
        for family in ("ipv4", "ipv6")
        for key, value in _NEIGHBOURS.items()
    }
    known = {path: value for path, value in wanted.items() if path.exists()}
    if all(int(path.read_text()) >= value for path, value in known.items()):
        return []
    why = "room in the machine-wide neighbour table for many hosts"
    names = {path.relative_to(settings): value for path, value in known.items()}
    text = "".join(f"{str(name).replace('/', '.')} = {value}\n" for name, value in names.items())
    install = ("install", "-D", "-m", "644", "/dev/stdin", str(_SYSCTL))
    return [
        RootStep(why=why, argv=install, stdin=text, may_fail=True),
        RootStep(why=why, argv=("sysctl", "--quiet", "--load", str(_SYSCTL)), may_fail=True),
    ]
