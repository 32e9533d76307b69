"""What this machine can give: probed, never assumed.

Each finding names a capability, says whether it is there, what its absence costs, and how
to get it. A probe does the thing itself in a throw-away namespace where it can.
"""

from __future__ import annotations

import os
import resource
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bachang.fabric import _native
from bachang.fabric._cgroups import writable_groups
from bachang.fabric._checks import Check, Need, Outcome, Text, table_holds, try_script
from bachang.fabric._contract import MachineError
from bachang.fabric._demands import OPERATORS_FILE, least
from bachang.fabric._guarantees import missing as lacks
from bachang.fabric._kernel_checks import KERNEL_CHECKS
from bachang.fabric._launch import enough_ids
from bachang.fabric._neighbours import ENOUGH
from bachang.fabric._ownership import left_over

_ENOUGH_FILES = 4096
_NAMESPACES = ("user", "mnt", "pid", "net", "uts", "ipc")
_FEWEST_NAMESPACES = 1024
_ORDER = tuple(Need)

__all__ = ["Finding", "Need", "Outcome", "missing", "probe"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One capability of the machine."""

    capability: str
    need: Need
    present: bool
    title: Text
    cost: Text
    """What its absence costs."""
    remedy: Text
    detail: str = ""
    """What the machine itself said."""


def probe(replaced: dict[str, Callable[[], Outcome]] | None = None) -> list[Finding]:
    """Look at everything that sandboxes need or profit from, required things first,
    optional ones last.

    Args:
        replaced: Probes by capability that are to be used instead: for tests.
    """
    instead = replaced or {}
    return [
        _finding(check, instead.get(check.capability, check.probe))
        for check in sorted((*_CHECKS, *KERNEL_CHECKS), key=lambda one: _ORDER.index(one.need))
    ]


def missing(findings: list[Finding]) -> list[Finding]:
    """Those without which there is no sandbox here."""
    return [one for one in findings if one.need is Need.REQUIRED and not one.present]


def _finding(check: Check, look: Callable[[], Outcome]) -> Finding:
    try:
        outcome = look()
    except OSError as error:
        outcome = Outcome(present=False, detail=str(error))
    return Finding(
        capability=check.capability,
        need=check.need,
        present=outcome.present,
        title=check.title,
        cost=check.cost,
        remedy=check.remedy,
        detail=outcome.detail,
    )


# ---- probes --------------------------------------------------------------------------


def _program(name: str) -> Outcome:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    return Outcome(present=found is not None, detail=found or f"no program `{name}`")


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
    lacking = lacks(
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
    return Outcome(present=most >= _ENOUGH_FILES, detail=f"at most {most}")


def _qdisc(kind: str, options: str) -> Callable[[], Outcome]:
    return lambda: try_script("ip link set lo up", f"tc qdisc add dev lo root {kind} {options}")


_CHECKS = (
    Check(
        capability="user-namespaces",
        need=Need.REQUIRED,
        title={"en": "Namespaces for ordinary users", "zh": "普通用户可用的命名空间"},
        cost={"en": "No sandbox can be made.", "zh": "无法创建沙箱。"},
        remedy={
            "en": "sysctl kernel.unprivileged_userns_clone=1 (Debian), or the AppArmor profile "
            "that set-up installs (Ubuntu 24.04)",
            "zh": "Debian：sysctl kernel.unprivileged_userns_clone=1；Ubuntu 24.04："
            "安装程序提供的 AppArmor 配置",
        },
        probe=lambda: try_script("true"),
    ),
    Check(
        capability="namespace-limits",
        need=Need.REQUIRED,
        title={"en": "Room for namespaces", "zh": "命名空间数量"},
        cost={"en": "Large worlds cannot be made.", "zh": "无法创建大型场景。"},
        remedy={
            "en": "raise user.max_*_namespaces with sysctl",
            "zh": "用 sysctl 提高 user.max_*_namespaces",
        },
        probe=_limits_of_namespaces,
    ),
    Check(
        capability="veth",
        need=Need.REQUIRED,
        title={"en": "Virtual links and bridges", "zh": "虚拟链路与网桥"},
        cost={"en": "No networks.", "zh": "没有网络。"},
        remedy={"en": "modprobe veth bridge", "zh": "modprobe veth bridge"},
        probe=lambda: try_script(
            "ip link add name br0 type bridge", "ip link add v0 type veth peer name v1"
        ),
    ),
    Check(
        capability="native-helper",
        need=Need.REQUIRED,
        title={"en": "Native helper", "zh": "本机辅助程序"},
        cost={"en": "No hosts can be made.", "zh": "无法创建主机。"},
        remedy={
            "en": "make setup (needs gcc and libc6-dev)",
            "zh": "make setup（需要 gcc 和 libc6-dev）",
        },
        probe=_helper,
    ),
    Check(
        capability="least-isolation",
        need=Need.REQUIRED,
        title={"en": "The operator's least isolation", "zh": "运维要求的最低隔离"},
        cost={"en": "Every sandbox is refused.", "zh": "拒绝所有沙箱。"},
        remedy={
            "en": "give this machine what is demanded (the findings here say how), or demand less",
            "zh": "按本页其他条目补足本机能力，或降低要求",
        },
        probe=_least_isolation,
    ),
    Check(
        capability="subordinate-ids",
        need=Need.DEGRADED,
        title={"en": "65,536 subordinate ids", "zh": "65,536 个从属 ID"},
        cost={
            "en": "One id only: worlds with users are refused, setuid programs do not work.",
            "zh": "只有一个 ID：拒绝含用户的场景，setuid 程序无效。",
        },
        remedy={
            "en": "install uidmap; usermod --add-subuids 100000-165535 "
            "--add-subgids 100000-165535 ACCOUNT",
            "zh": "安装 uidmap；usermod --add-subuids 100000-165535 "
            "--add-subgids 100000-165535 账户",
        },
        probe=lambda: Outcome(present=enough_ids()),
    ),
    Check(
        capability="nft",
        need=Need.DEGRADED,
        title={"en": "Firewall (nft)", "zh": "防火墙（nft）"},
        cost={"en": "Worlds with firewalls are refused.", "zh": "拒绝含防火墙的场景。"},
        remedy={"en": "install nftables", "zh": "安装 nftables"},
        probe=lambda: (
            try_script("nft add table inet probe")
            if _program("nft").present
            else Outcome(present=False, detail="no program `nft`")
        ),
    ),
    Check(
        capability="own-pid-limit",
        need=Need.DEGRADED,
        title={"en": "A process limit for each host", "zh": "每台主机独立的进程上限"},
        cost={
            "en": "Processes are limited per user of a host and not per host.",
            "zh": "进程数按主机内用户而非按主机限制。",
        },
        remedy={"en": "Linux 6.14 or newer", "zh": "Linux 6.14 或更新"},
        probe=_own_pid_limit,
    ),
    Check(
        capability="control-groups",
        need=Need.DEGRADED,
        title={"en": "Control groups", "zh": "控制组（cgroup）"},
        cost={
            "en": "Memory is limited per process, processor time by priority only (nice 10), and "
            "a pause stops programs by signals.",
            "zh": "内存按进程限制；处理器仅按优先级（nice 10）；暂停只能用信号停止程序。",
        },
        remedy={
            "en": "`make groups`, where root starts Bachang; or start it in a unit of its own: "
            "systemd-run --user --scope -p Delegate=yes",
            "zh": "由 root 启动时：`make groups`；或在自己的单元里启动："
            "systemd-run --user --scope -p Delegate=yes",
        },
        probe=_control_groups,
    ),
    Check(
        capability="no-groups-left",
        need=Need.OPTIONAL,
        title={"en": "No control groups of dead sandboxes", "zh": "没有已终止沙箱残留的控制组"},
        cost={
            "en": "Little memory of the kernel: they are empty.",
            "zh": "它们是空的，只占用少量内核内存。",
        },
        remedy={
            "en": "nothing to do: the next `bachang up` or `bachang down` removes them",
            "zh": "无需处理：下一次 `bachang up` 或 `bachang down` 会清除",
        },
        probe=_no_groups_left,
    ),
    Check(
        capability="rate",
        need=Need.DEGRADED,
        title={"en": "Rates of links", "zh": "链路速率"},
        cost={"en": "Worlds with link rates are refused.", "zh": "拒绝设定链路速率的场景。"},
        remedy={"en": "modprobe sch_tbf", "zh": "modprobe sch_tbf"},
        probe=_qdisc("tbf", "rate 1mbit burst 10kb latency 50ms"),
    ),
    Check(
        capability="delay",
        need=Need.DEGRADED,
        title={"en": "Delay of links (netem)", "zh": "链路时延（netem）"},
        cost={"en": "Worlds with link delays are refused.", "zh": "拒绝设定链路时延的场景。"},
        remedy={
            "en": "modprobe sch_netem; a kernel with it (Debian: linux-image-amd64, not -cloud-)",
            "zh": "modprobe sch_netem；或换用带该模块的内核"
            "（Debian：linux-image-amd64，非 -cloud-）",
        },
        probe=_qdisc("netem", "delay 1ms"),
    ),
    Check(
        capability="loss",
        need=Need.DEGRADED,
        title={"en": "Loss of links", "zh": "链路丢包"},
        cost={"en": "Worlds with lossy links are refused.", "zh": "拒绝设定链路丢包的场景。"},
        remedy={
            "en": "install nftables; modprobe nft_numgen (nft of the bridge family)",
            "zh": "安装 nftables；modprobe nft_numgen（nft 的 bridge 族）",
        },
        probe=lambda: try_script(
            "nft add table bridge probe",
            "nft 'add chain bridge probe c {type filter hook prerouting priority 0;}'",
            "nft add rule bridge probe c numgen random mod 100 '<' 1 drop",
        ),
    ),
    Check(
        capability="capture",
        need=Need.DEGRADED,
        title={"en": "Capture of frames", "zh": "抓包"},
        cost={"en": "Nothing can be captured.", "zh": "无法抓包。"},
        remedy={
            "en": "modprobe af_packet; a kernel with CONFIG_PACKET",
            "zh": "modprobe af_packet；或换用启用 CONFIG_PACKET 的内核",
        },
        probe=lambda: try_script(f"{sys.executable} -c 'import socket; socket.socket(17, 3, 0)'"),
    ),
    Check(
        capability="neighbours",
        need=Need.DEGRADED,
        title={"en": "Neighbour (ARP) tables", "zh": "邻居（ARP）表"},
        cost={
            "en": "The table is the whole machine's, and small: hosts know their neighbours from "
            "the start, networks of more than 256 hosts are refused, scanners may lose packets.",
            "zh": "该表为整机共用且很小：主机预置邻居表项，拒绝超过 256 台主机的网络，"
            "扫描时可能丢包。",
        },
        remedy={
            "en": "sysctl net.ipv4.neigh.default.gc_thresh3=65536 (set-up does it)",
            "zh": "sysctl net.ipv4.neigh.default.gc_thresh3=65536（安装程序会设置）",
        },
        probe=lambda: table_holds("ipv4", ENOUGH),
    ),
    Check(
        capability="system-python",
        need=Need.DEGRADED,
        title={"en": "Python of the system", "zh": "系统自带 Python"},
        cost={
            "en": "Python services in hosts do not find their standard library.",
            "zh": "主机内的 Python 服务找不到标准库。",
        },
        remedy={
            "en": "make .venv from /usr/bin/python3",
            "zh": "用 /usr/bin/python3 创建 .venv",
        },
        probe=_python,
    ),
    Check(
        capability="descriptors",
        need=Need.DEGRADED,
        title={"en": "Open files", "zh": "打开文件数"},
        cost={
            "en": "Few hosts in a sandbox (three descriptors each).",
            "zh": "沙箱内主机数量受限（每台三个描述符）。",
        },
        remedy={"en": "raise the hard limit (ulimit -Hn)", "zh": "提高硬限制（ulimit -Hn）"},
        probe=_files,
    ),
)
