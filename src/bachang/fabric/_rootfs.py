"""What is in a host's own file systems when it begins: mounts, accounts, names, files.

The result is a recipe (`_recipe`) that the host's init follows. Everything writable lies on
one tmpfs, so a host has one size limit, and is bound over the places where hosts write.
"""

from __future__ import annotations

import os

from bachang.fabric import _kernel as kernel
from bachang.fabric import _policy, _recipe, _spawner_wire
from bachang.fabric._accounts import TTY_GROUP, Account, accounts, group, passwd, shadow
from bachang.fabric._errors import WorldError
from bachang.fabric._template import BASE, HOST_DIRECTORIES, SHARED_ETC, STORE
from bachang.plan import Host, HostKind, World

_QUIET = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
_INODES_PER_MIB = 128
_OPEN_DIRECTORY = 0o1777
_HOSTNAME = "/etc/hostname"
_HOSTS = "/etc/hosts"
_Content = tuple[bytes, int, str]
"""Of a file: what is in it, its mode, its owner."""

_BOUNDS = {
    "net/ipv4/tcp_max_tw_buckets": "32768",  # more than ports, as everywhere
    "user/max_user_namespaces": "0",  # the system call filter refuses them as well
    "user/max_inotify_instances": "64",  # the account's are shared by all hosts
    "kernel/shm_rmid_forced": "1",  # System V memory ends with its last user …
    "kernel/msgmni": "64",
    "kernel/sem": "250 4000 32 64",
}
"""Settings of a host's own namespaces: what no resource limit of a process covers.
(… and `kernel/shmall` holds it to the host's memory.)
"""

_PROFILE = b"""\
# ~/.profile: read by login shells
if [ -n "$BASH_VERSION" ] && [ -f "$HOME/.bashrc" ]; then . "$HOME/.bashrc"; fi
"""
_BASHRC = b"""\
# ~/.bashrc: read by interactive shells
case $- in *i*) ;; *) return ;; esac
PS1='\\u@\\h:\\w\\$ '
alias ls='ls --color=auto' ll='ls -l'
HISTSIZE=1000
"""
_NSSWITCH = b"""\
passwd: files
group: files
shadow: files
hosts: files dns
networks: files
protocols: files
services: files
"""


class RootFiles:
    """Makes the recipes of one world's hosts; what all of them share is made once."""

    def __init__(self, world: World, *, single_id: bool) -> None:
        """Args:
        world: For the names of all hosts.
        single_id: Only root exists (the named degraded mode).
        """
        self._names = {ipv6: _hosts_file(world, ipv6=ipv6) for ipv6 in (False, True)}
        self._single_id = single_id
        self._ids = _policy.id_map(single=single_id)
        self._shared_files = _shared_files(world, self._names[False])
        self.shared = _shared_steps(self._shared_files)
        """Steps of every host, the same for all: nothing that one may not know of another."""
        self._latest: tuple[tuple[object, ...], bytes] = ((), b"")

    def creation(self, host: Host) -> bytes:
        """What the spawner is asked for to make a host; as `recipe`."""
        capabilities = _policy.capabilities(host)
        return _spawner_wire.creation(self.recipe(host), ids=self._ids, capabilities=capabilities)

    def recipe(self, host: Host) -> bytes:
        """All steps of a host's init.

        Raises:
            WorldError: a file of a user that the host does not have.
        """
        ipv6 = _has_ipv6(host)
        alike = (host.kind, host.users, host.files, host.firewall, host.limits, ipv6)
        if self._latest[0] != alike:  # hosts that are alike stand side by side in most worlds
            self._latest = (alike, self._without_name(host))
        return _recipe.hostname(host.name) + self._latest[1] + _name_file(host)

    def _without_name(self, host: Host) -> bytes:
        """All that does not tell a host from others that are like it."""
        return b"".join(
            [
                _store(host),
                _recipe.shared(),
                *self._files(host),
                self._settings(host),
                _mounts_after(single_id=self._single_id),
            ]
        )

    def _settings(self, host: Host) -> bytes:
        steps = []
        steps += _ipv6_settings(host, wanted=_has_ipv6(host))
        forwards = str(int(host.kind is HostKind.ROUTER))  # the machine's would be inherited
        steps.append(_recipe.setting("/proc/sys/net/ipv4/ip_forward", forwards))
        steps += [
            _recipe.setting(f"/proc/sys/{name}", value, optional=True)
            for name, value in (_BOUNDS | {"kernel/shmall": _pages(host.limits.memory_mib)}).items()
        ]
        highest = _policy.FIRST_FREE_PID + host.limits.processes
        # A pid namespace's own since Linux 6.14; the agent tells people whether it is.
        steps.append(_recipe.own_setting("/proc/sys/kernel/pid_max", str(highest)))
        return b"".join(steps)

    def _files(self, host: Host) -> list[bytes]:
        known = accounts(host)
        made = {"/", "/dev", "/usr", *(f"/{name}" for name in HOST_DIRECTORIES)}
        made |= set(_PLAIN_DIRECTORIES)
        steps: list[bytes] = []
        files = _base_files(host, self._names[_has_ipv6(host)])
        for user in host.users:
            steps += _parents(user.home, made)
            steps.append(_recipe.directory(user.home, 0o755, user.uid, user.gid))
            files[f"{user.home}/.profile"] = (_PROFILE, 0o644, user.name)
            files[f"{user.home}/.bashrc"] = (_BASHRC, 0o644, user.name)
        for file in host.files:
            files[_checked_path(host, file.path)] = (file.content, file.mode, file.owner)
        for path, what in files.items():
            if self._shared_files.get(path) == what:
                continue
            content, mode, owner = what
            account = known.get(owner)
            if account is None:
                raise WorldError(
                    f"host {host.name}: {path} belongs to {owner!r}, who is no user of it"
                )
            owned_home = account if path.startswith(account.home + "/") else None
            steps += _parents(os.path.dirname(path) + "/", made, owned_home)
            steps.append(_recipe.file(path, content, mode, account.uid, account.gid))
        return steps


_PLAIN_DIRECTORIES = {
    "/var/log": 0o755,
    "/var/lib": 0o755,
    "/var/tmp": _OPEN_DIRECTORY,  # noqa: S108 - of the host
    "/var/www": 0o755,
    "/run/lock": _OPEN_DIRECTORY,
    "/usr/local/bin": 0o755,
    "/usr/local/sbin": 0o755,
    "/usr/local/lib": 0o755,
    "/usr/local/share": 0o755,
}


def _shared_files(world: World, names: bytes) -> dict[str, _Content]:
    """Files that hosts have alike, unless they give another in its place."""
    files: dict[str, _Content] = {
        "/etc/resolv.conf": (b"", 0o644, "root"),
        "/etc/nsswitch.conf": (_NSSWITCH, 0o644, "root"),
        "/etc/profile": (_PROFILE_OF_ALL, 0o644, "root"),
        "/root/.profile": (_PROFILE, 0o644, "root"),
        "/root/.bashrc": (_BASHRC, 0o644, "root"),
    }
    # Who is given other names need not know all of them.
    given = {os.path.normpath(file.path) for host in world.hosts for file in host.files}
    if _HOSTS not in given:
        files[_HOSTS] = (names, 0o644, "root")
    return files


def _shared_steps(files: dict[str, _Content]) -> bytes:
    links = (_recipe.link(f"{BASE}/{name}", f"/etc/{name}") for name in _shared_links())
    directories = (_recipe.directory(path, mode) for path, mode in _PLAIN_DIRECTORIES.items())
    contents = (_recipe.file(path, content, mode) for path, (content, mode, _) in files.items())
    return b"".join([_mounts_before(), *links, *directories, *contents])


def _base_files(host: Host, names: bytes) -> dict[str, _Content]:
    firewall = host.firewall or ""
    files: dict[str, _Content] = {
        "/etc/passwd": (passwd(host), 0o644, "root"),
        "/etc/group": (group(host), 0o644, "root"),
        "/etc/shadow": (shadow(host), 0o640, "root"),
        _HOSTS: (names, 0o644, "root"),
    }
    if host.kind is HostKind.ROUTER or firewall:
        files["/etc/nftables.conf"] = (firewall.encode(), 0o644, "root")
    return files


_PROFILE_OF_ALL = b"""\
# /etc/profile: read by login shells
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
"""


def _name_file(host: Host) -> bytes:
    """Its /etc/hostname, unless the plan gives another."""
    if any(os.path.normpath(file.path) == _HOSTNAME for file in host.files):
        return b""
    return _recipe.file(_HOSTNAME, f"{host.name}\n".encode())


def _store(host: Host) -> bytes:
    size = host.limits.disk_mib
    options = f"mode=0755,size={size}m,nr_inodes={size * _INODES_PER_MIB}"
    return _recipe.mount("tmpfs", STORE, "tmpfs", kernel.MS_NODEV, options)


def _mounts_before() -> bytes:
    """Everything under which files are written; kernel settings are still writable."""
    steps = []
    for name in HOST_DIRECTORIES:
        place = name.replace("/", "-")
        mode = _OPEN_DIRECTORY if name in ("tmp", "dev/shm") else 0o755
        mode = 0o700 if name == "root" else mode
        steps.append(_recipe.directory(f"{STORE}/{place}", mode))
        steps.append(_recipe.mount(f"{STORE}/{place}", f"/{name}", flags=kernel.MS_BIND))
    steps.append(_recipe.mount("proc", "/proc", "proc", _QUIET))
    return b"".join(steps)


def _mounts_after(*, single_id: bool) -> bytes:
    read_only = kernel.MS_REMOUNT | kernel.MS_BIND | kernel.MS_RDONLY | _QUIET
    terminals = "newinstance,ptmxmode=0666,mode=0620"
    if not single_id:  # where there is no such group
        terminals += f",gid={TTY_GROUP}"
    return b"".join(
        [
            _recipe.mount("/proc/sys", "/proc/sys", flags=kernel.MS_BIND),
            _recipe.mount("none", "/proc/sys", flags=read_only),
            _recipe.mount("sysfs", "/sys", "sysfs", _QUIET | kernel.MS_RDONLY),
            _recipe.mount(
                "devpts", "/dev/pts", "devpts", kernel.MS_NOSUID | kernel.MS_NOEXEC, terminals
            ),
        ]
    )


def _pages(mib: int) -> str:
    return str((mib << 20) // os.sysconf("SC_PAGE_SIZE"))


def _shared_links() -> list[str]:
    return [name for name in SHARED_ETC if os.path.lexists(f"/etc/{name}")]


def _has_ipv6(host: Host) -> bool:
    return any(interface.address6 for interface in host.interfaces)


def _ipv6_settings(host: Host, *, wanted: bool) -> list[bytes]:
    """IPv6 off altogether, or on with the plan's addresses and routes and no others.

    An address counts at once: the plan gives none twice, so nobody is asked first whether it
    is taken (RFC 4862, 5.4), which takes a second.
    """
    if wanted:
        values = {"accept_dad": 0, "accept_ra": 0, "autoconf": 0}
        values["forwarding"] = int(host.kind is HostKind.ROUTER)
    else:
        values = {"disable_ipv6": 1}
    scopes = ("all", "default") if wanted else ("all",)  # this one setting is handed on by itself
    return [
        _recipe.setting(f"/proc/sys/net/ipv6/conf/{scope}/{name}", str(value), optional=not wanted)
        for scope in scopes
        for name, value in values.items()
    ]


def _hosts_file(world: World, *, ipv6: bool) -> bytes:
    lines = ["127.0.0.1\tlocalhost"]
    if ipv6:
        lines.append("::1\tlocalhost ip6-localhost ip6-loopback")
    for host in world.hosts:
        for interface in host.interfaces:
            lines.append(f"{interface.address.partition('/')[0]}\t{host.name}")
            if ipv6 and interface.address6:
                lines.append(f"{interface.address6.partition('/')[0]}\t{host.name}")
    return ("\n".join(lines) + "\n").encode()


def _checked_path(host: Host, path: str) -> str:
    """A file's path, normal and below a writable directory.

    Raises:
        WorldError: it would lie where hosts cannot write.
    """
    normal = os.path.normpath(path)
    if not any(normal.startswith(f"/{place}/") for place in HOST_DIRECTORIES):
        places = ", ".join(f"/{place}" for place in HOST_DIRECTORIES)
        raise WorldError(
            f"host {host.name}: no file can be put at {path}; a host's own directories are {places}"
        )
    return normal


def _parents(path: str, made: set[str], owner: Account | None = None) -> list[bytes]:
    """Steps for the directories above ``path`` that are not yet made."""
    steps = []
    pieces = path.strip("/").split("/")[: None if path.endswith("/") else -1]
    current = ""
    for piece in pieces:
        current = f"{current}/{piece}"
        if current in made:
            continue
        made.add(current)
        inside = owner is not None and current.startswith(owner.home)
        uid, gid = (owner.uid, owner.gid) if owner and inside else (0, 0)
        steps.append(_recipe.directory(current, 0o755, uid, gid))
    return steps
