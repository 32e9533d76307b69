"""How each capability of `bachang doctor` is found out; texts are in ``capabilities.toml``."""

from __future__ import annotations

import os
import resource
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from bachang.fabric import _native
from bachang.fabric._cgroups import writable_groups
from bachang.fabric._checks import Outcome, run, table_holds, try_script
from bachang.fabric._contract import MachineError
from bachang.fabric._demands import OPERATORS_FILE, least
from bachang.fabric._guarantees import missing
from bachang.fabric._launch import enough_ids
from bachang.fabric._neighbours import ENOUGH
from bachang.fabric._ownership import left_over

_ENOUGH_FILES = 4096
_NAMESPACES = ("user", "mnt", "pid", "net", "uts", "ipc")
_FEWEST_NAMESPACES = 1024
_ENOUGH_PIDS = 32_768
_RESTRICTED = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
_CGROUPS = Path("/sys/fs/cgroup")
_TUN = "/dev/net/tun"

_MAKE_NAMESPACES = (
    "from bachang.fabric import _kernel as k; k.unshare(k.CLONE_NEWUSER); k.unshare(k.CLONE_NEWNS)"
)
_MASQUERADE = """nft -f - <<'END'
table inet probe {
  chain c {
    type nat hook postrouting priority srcnat;
    ct state new oifname "x" masquerade
  }
}
END"""


def _nft() -> Outcome:
    if shutil.which("nft", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") is None:
        return Outcome(present=False, detail="no program `nft`")
    return try_script("nft add table inet probe")


def _helper() -> Outcome:
    if not _native.built():
        return Outcome(present=False, detail="not built")
    fresh = not _native.stale()
    return Outcome(present=fresh, detail="" if fresh else "older than its source")


def _limits_of_namespaces() -> Outcome:
    low = []
    for kind in _NAMESPACES:
        allowed = int(Path(f"/proc/sys/user/max_{kind}_namespaces").read_text())
        if allowed < _FEWEST_NAMESPACES:
            low.append(f"{kind}: {allowed}")
    return Outcome(present=not low, detail=", ".join(low))


def _own_pid_limit() -> Outcome:
    return try_script(
        "value=$(cat /proc/sys/kernel/pid_max)", "echo $value > /proc/sys/kernel/pid_max"
    )


def _control_groups() -> Outcome:
    found = writable_groups()
    return Outcome(
        present=bool(found),
        detail=", ".join(sorted({*found.values()})) or "none is writable for you",
    )


def _least_isolation() -> Outcome:
    """What the operator demands, against what a sandbox would have here."""
    try:
        demanded = least()
    except MachineError as error:
        return Outcome(present=False, detail=str(error))
    if not demanded:
        return Outcome(present=True, detail=f"nothing is demanded in {OPERATORS_FILE}")
    lacking = missing(
        writable_groups(),
        without_groups="",
        single_id=not enough_ids(),
        limits_pids=_own_pid_limit().present,
        neighbour_words="" if table_holds("ipv4", ENOUGH).present else "the table is small",
    )
    told = f"{OPERATORS_FILE} demands {', '.join(sorted(demanded))}"
    unmet = sorted(demanded & lacking.keys())
    if unmet:
        return Outcome(present=False, detail=f"{told}; not here: {', '.join(unmet)}")
    return Outcome(present=True, detail=told)


def _no_groups_left() -> Outcome:
    found = left_over(writable_groups().values())
    return Outcome(present=not found, detail=", ".join(found))


def _python() -> Outcome:
    prefix = os.path.realpath(sys.base_prefix)
    return Outcome(present=prefix.startswith("/usr") and "local" not in prefix, detail=prefix)


def _files() -> Outcome:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    return Outcome(present=most >= _ENOUGH_FILES, detail=f"at most {most} open files")


def _qdisc(kind: str, options: str) -> Callable[[], Outcome]:
    return lambda: try_script("ip link set lo up", f"tc qdisc add dev lo root {kind} {options}")


def _number(path: str) -> int:
    return int(Path(path).read_text())


def _apparmor() -> Outcome:
    """The profile is for this Python alone, so this Python must try."""
    if not _RESTRICTED.exists() or _RESTRICTED.read_text().strip() == "0":
        return Outcome(present=True, detail="does not restrict namespaces")
    return run([sys.executable, "-c", _MAKE_NAMESPACES])


def _seccomp() -> Outcome:
    actions = Path("/proc/sys/kernel/seccomp/actions_avail").read_text().split()
    present = "errno" in actions
    return Outcome(present=present, detail="" if present else " ".join(actions))


def _ipv6() -> Outcome:
    return Outcome(present=Path("/proc/sys/net/ipv6/conf/all").exists())


def _pids() -> Outcome:
    names = ("pid_max", "threads-max")
    found = {name: _number(f"/proc/sys/kernel/{name}") for name in names}
    detail = ", ".join(f"kernel.{name} = {value}" for name, value in found.items())
    return Outcome(present=min(found.values()) >= _ENOUGH_PIDS, detail=detail)


def _unified_groups() -> Outcome:
    """Version 2 alone, as today's systems have it; version 1 serves as well while it is there."""
    unified = (_CGROUPS / "cgroup.controllers").exists()
    return Outcome(
        present=unified,
        detail="version 2" if unified else "version 1" if _CGROUPS.exists() else "none mounted",
    )


def _tun() -> Outcome:
    if not os.path.exists(_TUN):
        return Outcome(present=False, detail="no /dev/net/tun")
    may = os.access(_TUN, os.R_OK | os.W_OK)
    return Outcome(present=may, detail="" if may else "/dev/net/tun is not yours")


def _bpf() -> Outcome:
    denied = _number("/proc/sys/kernel/unprivileged_bpf_disabled")
    return Outcome(present=denied == 0, detail=f"kernel.unprivileged_bpf_disabled = {denied}")


PROBES: Mapping[str, Callable[[], Outcome]] = {
    "user-namespaces": lambda: try_script("true"),
    "namespace-limits": _limits_of_namespaces,
    "veth": lambda: try_script(
        "ip link add name br0 type bridge", "ip link add v0 type veth peer name v1"
    ),
    "native-helper": _helper,
    "least-isolation": _least_isolation,
    "seccomp": _seccomp,
    "apparmor": _apparmor,
    "subordinate-ids": lambda: Outcome(present=enough_ids()),
    "nft": _nft,
    "own-pid-limit": _own_pid_limit,
    "control-groups": _control_groups,
    "rate": _qdisc("tbf", "rate 1mbit burst 10kb latency 50ms"),
    "delay": _qdisc("netem", "delay 1ms"),
    "loss": lambda: try_script(
        "nft add table bridge probe",
        "nft 'add chain bridge probe c {type filter hook prerouting priority 0;}'",
        "nft add rule bridge probe c numgen random mod 100 '<' 1 drop",
    ),
    "capture": lambda: try_script(f"{sys.executable} -c 'import socket; socket.socket(17, 3, 0)'"),
    "neighbours": lambda: table_holds("ipv4", ENOUGH),
    "system-python": _python,
    "descriptors": _files,
    "nat": lambda: try_script(_MASQUERADE),
    "ipv6": _ipv6,
    "neighbours-ipv6": lambda: table_holds("ipv6", ENOUGH),
    "pids": _pids,
    "no-groups-left": _no_groups_left,
    "control-groups-v2": _unified_groups,
    "tun": _tun,
    "bpf": _bpf,
}
"""By capability; each does the thing itself in a throw-away namespace where it can."""
