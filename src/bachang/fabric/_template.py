"""The template: the mount namespace that every host is cloned from.

It is made once per sandbox and never changes: /usr of the machine, read-only and without
/usr/local, a few device nodes, proc and sysfs, and what of the machine's /etc an ordinary
program needs (copies that a host's root owns). A host then mounts its own file system over the
places where it may write.
The same way a smaller one is made for the plant.
"""

from __future__ import annotations

import os
import stat
import sys

from bachang.fabric import _kernel as kernel

BASE = "/.base"
"""Where the template keeps its copies of the machine's /etc; hosts link to them."""

HOST_DIRECTORIES = ("etc", "var", "home", "tmp", "run", "root", "usr/local", "dev/shm")
"""Where a host has its own writable files."""

STORE = "/.host"
"""Mount point of the one file system that holds all of a host's own files."""

SHARED_ETC = (
    "alternatives",
    "bash.bashrc",
    "ca-certificates.conf",
    "debian_version",
    "inputrc",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "locale.alias",
    "login.defs",
    "lsb-release",
    "magic",
    "mime.types",
    "os-release",
    "pam.conf",
    "pam.d",
    "protocols",
    "python3",
    "python3.11",
    "python3.12",
    "python3.13",
    "rpc",
    "security",
    "services",
    "shells",
    "ssl",
    "terminfo",
    "timezone",
    "vim",
)

_SHOWN = ("/etc/alternatives", "/etc/ssl/certs")
"""Of these, directories are shown as they are: hundreds of small entries, mostly links into /usr,
which take longer to copy than all else of the template."""

_SETUID, _SETGID = 0o4755, 0o2755
_PRIVILEGED_PROGRAMS = {
    "bin/chfn": _SETUID,
    "bin/chsh": _SETUID,
    "bin/gpasswd": _SETUID,
    "bin/newgrp": _SETUID,
    "bin/passwd": _SETUID,
    "bin/ping": _SETUID,
    "bin/su": _SETUID,
    "bin/sudo": _SETUID,
    # These read /etc/shadow, whose group is root's in a host.
    "bin/chage": _SETGID,
    "bin/expiry": _SETGID,
    "sbin/unix_chkpwd": _SETGID,
}
"""Below /usr; with their modes."""

_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_DEVICE_LINKS = {
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
    "ptmx": "pts/ptmx",
    "core": "/proc/kcore",
}
_ROOT_LINKS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_EMPTY = ("boot", "media", "mnt", "opt", "srv", "proc", "sys", "usr", "dev", "dev/pts")
_TMPFS = kernel.MS_NOSUID | kernel.MS_NODEV
_PIECE = 1 << 20


def enter_host_template(scratch: str, *, root_id: int) -> None:
    """Make the template and become part of it (in a mount namespace of one's own).

    Args:
        scratch: An empty directory to build it on.
        root_id: The agent's id that is 0 in hosts.

    Raises:
        OSError: what could not be mounted, as its file name.
    """
    _begin(scratch)
    for name in (*_EMPTY, *(name for name in HOST_DIRECTORIES if name != "usr/local")):
        os.makedirs(f"{scratch}/{name}", exist_ok=True)
    os.makedirs(scratch + STORE)
    _copy_etc(scratch + BASE, root_id)
    _bind(scratch, "/usr")
    _own_privileged_programs(scratch, root_id)
    _finish_platform(scratch)
    kernel.mount("proc", f"{scratch}/proc", "proc", _TMPFS | kernel.MS_NOEXEC)
    kernel.mount("sysfs", f"{scratch}/sys", "sysfs", _TMPFS | kernel.MS_NOEXEC | kernel.MS_RDONLY)
    _end(scratch)


def enter_plant_template(scratch: str) -> None:
    """A root with the machine's programs and the platform's own code, and nothing else."""
    _begin(scratch)
    for name in ("dev", "tmp", "proc"):
        os.makedirs(f"{scratch}/{name}")
    os.chmod(f"{scratch}/tmp", 0o1777)  # noqa: S103, S108 - a private, empty file system
    _bind(scratch, "/usr")
    for path in platform_paths():
        _bind(scratch, path)
    _finish_platform(scratch)
    _end(scratch)


def platform_paths() -> list[str]:
    """Directories outside /usr that this Python and Bachang run from, without nested ones."""
    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    wanted = sorted({sys.prefix, sys.base_prefix, sys.exec_prefix, package})
    outer: list[str] = ["/usr"]
    for path in wanted:
        if not any(path == known or path.startswith(known + "/") for known in outer):
            outer.append(path)
    return outer[1:]


def _begin(scratch: str) -> None:
    os.umask(0o022)  # all of a host's users find their way here, whatever the client's mask
    kernel.mount("none", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount("bachang", scratch, "tmpfs", kernel.MS_NODEV, "mode=0755,size=16m,nr_inodes=8k")
    for name in _ROOT_LINKS:
        if os.path.islink(f"/{name}"):
            os.symlink(os.readlink(f"/{name}"), f"{scratch}/{name}")
        elif os.path.isdir(f"/{name}"):
            _bind(scratch, f"/{name}")


def _finish_platform(scratch: str) -> None:
    for name in _DEVICES:
        target = f"{scratch}/dev/{name}"
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o666))
        kernel.mount(f"/dev/{name}", target, "", kernel.MS_BIND)
    for name, goal in _DEVICE_LINKS.items():
        os.symlink(goal, f"{scratch}/dev/{name}")


def _end(scratch: str) -> None:
    kernel.mount(
        "none",
        scratch,
        "",
        kernel.MS_REMOUNT | kernel.MS_BIND | kernel.MS_RDONLY | kernel.MS_NODEV,
    )
    kernel.change_root(scratch)


def _bind(scratch: str, path: str) -> None:
    target = scratch + path
    os.makedirs(target, exist_ok=True)
    _show(path, target)


def _show(path: str, target: str) -> None:
    """Bind ``path``, read-only."""
    kernel.mount(path, target, "", kernel.MS_BIND | kernel.MS_REC)
    kernel.make_read_only(target)


def _copy_etc(base: str, root_id: int) -> None:
    os.makedirs(base, 0o755)
    for name in SHARED_ETC:
        source, target = f"/etc/{name}", f"{base}/{name}"
        if os.path.lexists(source):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            _copy(source, target)
    for directory, folders, files in os.walk(base):
        for name in (".", *folders, *files):
            os.chown(f"{directory}/{name}", root_id, root_id, follow_symlinks=False)
    for source in _SHOWN:
        target = source.replace("/etc", base, 1)
        if os.path.isdir(target) and not os.path.islink(target):
            _show(source, target)


def _copy(source: str, target: str) -> None:
    """Copy a tree; links stay links, what we may not read is left out."""
    kind = os.lstat(source).st_mode
    if stat.S_ISLNK(kind):
        os.symlink(os.readlink(source), target)
    elif stat.S_ISDIR(kind) and os.access(source, os.R_OK | os.X_OK):
        os.mkdir(target)
        if source in _SHOWN:
            return
        for name in os.listdir(source):
            _copy(f"{source}/{name}", f"{target}/{name}")
    elif stat.S_ISREG(kind) and os.access(source, os.R_OK):
        _copy_content(source, target)


def _copy_content(source: str, target: str) -> None:
    """(`shutil` would, but asks the kernel much about each file first; there are some sixty.)"""
    given = os.open(source, os.O_RDONLY)
    try:
        taken = os.open(target, os.O_WRONLY | os.O_CREAT, 0o644)
        try:
            while os.sendfile(taken, given, None, _PIECE):
                pass
        finally:
            os.close(taken)
    finally:
        os.close(given)


def _own_privileged_programs(scratch: str, root_id: int) -> None:
    """Give hosts setuid and setgid programs that work.

    The machine's own belong to a root that no host knows, and the kernel ignores their bits.
    """
    kept = scratch + "/.setuid"
    os.makedirs(kept)
    for name, mode in _PRIVILEGED_PROGRAMS.items():
        source = f"/usr/{name}"
        if not os.path.isfile(source) or not os.access(source, os.R_OK):
            continue
        copy = f"{kept}/{os.path.basename(name)}"
        _copy_content(source, copy)
        os.chown(copy, root_id, root_id)
        os.chmod(copy, mode)
        kernel.mount(copy, f"{scratch}{source}", "", kernel.MS_BIND)
        kernel.make_read_only(f"{scratch}{source}")  # all hosts share it
