"""What programs in a host may and may not do, explained line by line.

The tables of the operator's page are made here from the tables that the fabric itself uses,
so they cannot say anything else; a test compares the page with them, and an entry without an
explanation is an error. After a change::

    python -m bachang.fabric.privileges docs/operator/sandbox.md docs/operator/sandbox.zh.md
"""

from __future__ import annotations

import re
import resource
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bachang.fabric import _policy, _seccomp
from bachang.plan import Limits

_MARK = "<!-- {name}: made by bachang.fabric.privileges -->"
_END = "<!-- end -->"

_CAPABILITIES: dict[str, tuple[str, str]] = {
    "chown": ("gives files to users", "更改文件属主"),
    "dac_override": ("reads and writes any file of the host", "读写主机内任何文件"),
    "fowner": ("changes modes of files of others", "更改他人文件的权限位"),
    "fsetid": ("keeps setuid bits when it writes", "写入时保留 setuid 位"),
    "kill": ("signals any process of the host", "向主机内任何进程发信号"),
    "setgid": ("takes any group of the host", "切换到主机内任何组"),
    "setuid": ("takes any user of the host: su, services", "切换到主机内任何用户：su、服务"),
    "setpcap": ("gives up capabilities for good", "永久放弃能力"),
    "net_bind_service": ("serves on ports below 1024", "使用 1024 以下端口"),
    "net_admin": (
        "changes interfaces, routes and firewall: routers, hosts with a firewall, and where the "
        "scenario says so",
        "更改接口、路由和防火墙：仅限路由器、有防火墙的主机以及场景指明的主机",
    ),
    "net_raw": (
        "ping, traceroute, tcpdump on the own links",
        "ping、traceroute、在自己的链路上抓包",
    ),
}

_GROUPS: tuple[tuple[str, tuple[str, str]], ...] = (
    (
        "mount umount2 pivot_root open_tree move_mount fsopen fsconfig fsmount fspick "
        "mount_setattr",
        (
            "file systems stay as the plan made them: read-only /usr, size limits, /proc/sys",
            "文件系统保持计划所定：只读 /usr、容量上限、/proc/sys",
        ),
    ),
    ("setns", ("no way into namespaces of others", "不能进入他人的命名空间")),
    ("bpf", ("no programs in the kernel", "不能在内核中装入程序")),
    (
        "io_uring_setup io_uring_enter io_uring_register",
        ("would go round this very filter", "会绕过本过滤器"),
    ),
    (
        "add_key request_key keyctl",
        ("the kernel's key rings are not separated well enough", "内核密钥环的隔离不够"),
    ),
    ("userfaultfd", ("a tool of attacks on the kernel", "常用于攻击内核")),
    ("perf_event_open", ("measures the machine, and others on it", "会测量整机和他人")),
    (
        "init_module finit_module delete_module kexec_load kexec_file_load",
        ("the machine's kernel stays as it is", "机器的内核保持原样"),
    ),
    ("open_by_handle_at", ("would open files outside the host", "能打开主机之外的文件")),
    ("fanotify_init", ("would watch files of others", "会监视他人的文件")),
    ("quotactl quotactl_fd swapon swapoff", ("the machine's disks", "机器的磁盘")),
    ("reboot acct syslog", ("the machine's life, accounts and log", "机器的启停、记账和日志")),
    (
        "settimeofday clock_settime clock_adjtime adjtimex",
        ("there is one clock for all", "时钟是大家共用的"),
    ),
)
_CHECKED: dict[str, tuple[str, str]] = {
    "unshare": ("refused with any flag for a new namespace", "带新命名空间标志时拒绝"),
    "clone": ("refused with any flag for a new namespace", "带新命名空间标志时拒绝"),
    "clone3": (
        "answers “not implemented”: its flags cannot be read, and programs fall back to clone",
        "回答“未实现”：其标志无法检查，程序会退回 clone",
    ),
    "ioctl": (
        "refused for TIOCSTI and TIOCLINUX, which type into other people's terminals",
        "TIOCSTI 与 TIOCLINUX 拒绝：它们能向他人的终端输入",
    ),
    "socket": ("only these families: {families}", "只允许这些族：{families}"),
}
_LIMITS: dict[str, tuple[str, str]] = {
    "AS": ("memory of a process, without control groups", "无控制组时每个进程的内存"),
    "NOFILE": ("open files of a process", "每个进程打开的文件"),
    "NPROC": ("processes of a user", "每个用户的进程数"),
    "FSIZE": ("size of a file", "单个文件大小"),
    "MEMLOCK": ("memory that cannot be swapped out", "锁定的内存"),
    "SIGPENDING": ("signals in waiting", "等待中的信号"),
    "CORE": ("no core dumps", "不产生内存转储"),
    "NICE": ("nobody raises the own priority", "不能提高自己的优先级"),
    "RTPRIO": ("no real-time priority", "没有实时优先级"),
}
_HEADS = {
    "capabilities": (
        ("Capability", "What root in a host does with it"),
        ("能力", "主机内 root 用它做什么"),
    ),
    "refused": (("Refused calls", "Why"), ("拒绝的调用", "原因")),
    "checked": (("Call", "What is looked at"), ("调用", "检查什么")),
    "limits": (("Limit", "Of what"), ("限制", "限制什么")),
}


def _capabilities(language: int) -> Iterator[tuple[str, str]]:
    for name in _policy.CAPABILITIES:
        yield f"`{name}`", _CAPABILITIES[name][language]


def _refused(language: int) -> Iterator[tuple[str, str]]:
    explained = [call for names, _ in _GROUPS for call in names.split()]
    if sorted(explained) != sorted(_seccomp.REFUSED):
        strange = set(explained) ^ set(_seccomp.REFUSED)
        raise KeyError(f"explained and refused system calls differ: {sorted(strange)}")
    for names, why in _GROUPS:
        yield ", ".join(f"`{call}`" for call in names.split()), why[language]


def _checked(language: int) -> Iterator[tuple[str, str]]:
    families = ", ".join(f"`{family.name}`" for family in _seccomp.FAMILIES)
    for name in _seccomp.CHECKED:
        yield f"`{name}`", _CHECKED[name][language].format(families=families)


def _limits(language: int) -> Iterator[tuple[str, str]]:
    explained = {getattr(resource, f"RLIMIT_{name}"): name for name in _LIMITS}
    for number in _policy.limits(Limits()):
        name = explained[number]
        yield f"`RLIMIT_{name}`", _LIMITS[name][language]


_TABLES: dict[str, Callable[[int], Iterator[tuple[str, str]]]] = {
    "capabilities": _capabilities,
    "refused": _refused,
    "checked": _checked,
    "limits": _limits,
}


def table(name: str, language: str = "en") -> str:
    """One of the tables ``capabilities``, ``refused``, ``checked``, ``limits`` in Markdown.

    Raises:
        KeyError: the fabric's own table has an entry that is not explained.
    """
    column = ("en", "zh").index(language)
    rows = [_HEADS[name][column], ("---", "---"), *_TABLES[name](column)]
    return "".join(f"| {first} | {second} |\n" for first, second in rows)


def filled(page: str, language: str) -> str:
    """A page with its tables made anew, between their marks."""
    for name in _TABLES:
        mark = _MARK.format(name=name)
        pattern = f"{re.escape(mark)}\n.*?{re.escape(_END)}"
        made = f"{mark}\n\n{table(name, language)}\n{_END}"
        page = re.sub(pattern, made.replace("\\", r"\\"), page, flags=re.DOTALL)
    return page


def main() -> None:
    """Fill the pages named on the command line."""
    for name in sys.argv[1:]:
        path = Path(name)
        language = "zh" if ".zh." in path.name else "en"
        path.write_text(filled(path.read_text(encoding="utf-8"), language), encoding="utf-8")


if __name__ == "__main__":
    main()
