"""Checks of what the kernel and its security settings give beyond the bare necessities."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from bachang.fabric._checks import Check, Need, Outcome, run, table_holds, try_script
from bachang.fabric._neighbours import ENOUGH

_ENOUGH_PIDS = 32_768
_RESTRICTED = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
_CGROUPS = Path("/sys/fs/cgroup")

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
    detail = ", ".join(f"kernel.{name} is {value}" for name, value in found.items())
    return Outcome(present=min(found.values()) >= _ENOUGH_PIDS, detail=detail)


def _unified_groups() -> Outcome:
    """Version 2 alone, as today's systems have it; version 1 serves as well while it is there."""
    unified = (_CGROUPS / "cgroup.controllers").exists()
    detail = "version 2" if unified else "version 1" if _CGROUPS.exists() else "none mounted"
    return Outcome(present=unified, detail=detail)


def _tun() -> Outcome:
    path = "/dev/net/tun"
    if not os.path.exists(path):
        return Outcome(present=False, detail=f"no {path}")
    may = os.access(path, os.R_OK | os.W_OK)
    return Outcome(present=may, detail="" if may else f"{path} is not yours")


def _bpf() -> Outcome:
    denied = _number("/proc/sys/kernel/unprivileged_bpf_disabled")
    return Outcome(present=denied == 0, detail=f"kernel.unprivileged_bpf_disabled is {denied}")


KERNEL_CHECKS = (
    Check(
        capability="seccomp",
        need=Need.REQUIRED,
        title={"en": "System call filters", "zh": "系统调用过滤（seccomp）"},
        cost={
            "en": "Hosts would reach the kernel's own machinery: none is made.",
            "zh": "主机将能触及内核机制：因此不创建任何主机。",
        },
        remedy={
            "en": "a kernel with CONFIG_SECCOMP_FILTER",
            "zh": "启用 CONFIG_SECCOMP_FILTER 的内核",
        },
        probe=_seccomp,
    ),
    Check(
        capability="apparmor",
        need=Need.REQUIRED,
        title={"en": "AppArmor lets Bachang make namespaces", "zh": "AppArmor 允许创建命名空间"},
        cost={"en": "No sandbox can be made.", "zh": "无法创建沙箱。"},
        remedy={
            "en": "make setup installs a profile for this Python alone (/etc/apparmor.d/bachang)",
            "zh": "make setup 只为这个 Python 安装配置（/etc/apparmor.d/bachang）",
        },
        probe=_apparmor,
    ),
    Check(
        capability="nat",
        need=Need.DEGRADED,
        title={"en": "NAT and connection tracking", "zh": "NAT 与连接跟踪"},
        cost={
            "en": "Worlds with NAT routers or stateful firewalls are refused.",
            "zh": "拒绝含 NAT 路由器或有状态防火墙的场景。",
        },
        remedy={
            "en": "install nftables; modprobe nft_masq nft_ct nf_conntrack",
            "zh": "安装 nftables；modprobe nft_masq nft_ct nf_conntrack",
        },
        probe=lambda: try_script(_MASQUERADE),
    ),
    Check(
        capability="ipv6",
        need=Need.DEGRADED,
        title={"en": "IPv6", "zh": "IPv6"},
        cost={"en": "Worlds that ask for IPv6 are refused.", "zh": "拒绝需要 IPv6 的场景。"},
        remedy={
            "en": "modprobe ipv6; start the kernel without ipv6.disable=1",
            "zh": "modprobe ipv6；启动内核时不要加 ipv6.disable=1",
        },
        probe=_ipv6,
    ),
    Check(
        capability="neighbours-ipv6",
        need=Need.DEGRADED,
        title={"en": "Neighbour tables of IPv6", "zh": "IPv6 邻居表"},
        cost={
            "en": "The table is the whole machine's: with many IPv6 hosts packets are lost.",
            "zh": "该表为整机共用：IPv6 主机多时会丢包。",
        },
        remedy={
            "en": "sysctl net.ipv6.neigh.default.gc_thresh3=65536 (set-up does it)",
            "zh": "sysctl net.ipv6.neigh.default.gc_thresh3=65536（安装程序会设置）",
        },
        probe=lambda: table_holds("ipv6", ENOUGH),
    ),
    Check(
        capability="pids",
        need=Need.DEGRADED,
        title={"en": "Room for processes", "zh": "进程数量"},
        cost={
            "en": "Large worlds run out of processes: hosts and services fail to start.",
            "zh": "大型场景会耗尽进程：主机和服务无法启动。",
        },
        remedy={
            "en": "sysctl kernel.pid_max=4194304 kernel.threads-max=200000",
            "zh": "sysctl kernel.pid_max=4194304 kernel.threads-max=200000",
        },
        probe=_pids,
    ),
    Check(
        capability="control-groups-v2",
        need=Need.OPTIONAL,
        title={"en": "Control groups, version 2", "zh": "控制组第 2 版"},
        cost={
            "en": "Version 1 must be given by root; version 2 is delegated by systemd at login.",
            "zh": "第 1 版须由 root 分配；第 2 版由 systemd 在登录时委派。",
        },
        remedy={
            "en": "start the kernel with systemd.unified_cgroup_hierarchy=1",
            "zh": "内核启动参数加 systemd.unified_cgroup_hierarchy=1",
        },
        probe=_unified_groups,
    ),
    Check(
        capability="tun",
        need=Need.OPTIONAL,
        title={"en": "Tunnel devices", "zh": "隧道设备（tun/tap）"},
        cost={
            "en": "None: no host gets one, as a tunnel would be a way out.",
            "zh": "无影响：主机不会得到隧道设备，因为那会成为出口。",
        },
        remedy={"en": "nothing to do", "zh": "无需处理"},
        probe=_tun,
    ),
    Check(
        capability="bpf",
        need=Need.OPTIONAL,
        title={"en": "BPF for ordinary users", "zh": "普通用户可用的 BPF"},
        cost={
            "en": "None: Bachang loads no BPF, and a machine is safer without it.",
            "zh": "无影响：靶场不加载 BPF，关闭它更安全。",
        },
        remedy={
            "en": "nothing to do: leave kernel.unprivileged_bpf_disabled as it is",
            "zh": "无需处理：保持 kernel.unprivileged_bpf_disabled 不变",
        },
        probe=_bpf,
    ),
)
