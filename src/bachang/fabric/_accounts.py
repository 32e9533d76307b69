"""Who exists in a host: accounts that programs may run as, and the files that name them."""

from __future__ import annotations

from dataclasses import dataclass

from bachang.fabric import _policy
from bachang.plan import Host, User

TTY_GROUP = 5
"""Of terminals."""
_SHADOW_DAY = 20_000
_SYSTEM_USERS = """\
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
bin:x:2:2:bin:/bin:/usr/sbin/nologin
sys:x:3:3:sys:/dev:/usr/sbin/nologin
mail:x:8:8:mail:/var/mail:/usr/sbin/nologin
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
"""
_SYSTEM_GROUPS = {
    "root": 0,
    "daemon": 1,
    "bin": 2,
    "sys": 3,
    "adm": 4,
    "tty": TTY_GROUP,
    "disk": 6,
    "mail": 8,
    "sudo": 27,
    "www-data": 33,
    "shadow": 42,
    "utmp": 43,
    "staff": 50,
    "users": 100,
    "nogroup": _policy.NOBODY,
}
_FIRST_EXTRA_GROUP = 900
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Ids and environment of a user in a host."""

    name: str
    uid: int
    gid: int
    groups: tuple[int, ...]
    home: str
    shell: str

    @property
    def environment(self) -> dict[str, str]:
        """What a program of the user's begins with."""
        return {
            "HOME": self.home,
            "LANG": "C.UTF-8",
            "LOGNAME": self.name,
            "PATH": _PATH,
            "SHELL": self.shell,
            "USER": self.name,
        }


def _system_account(name: str, number: int, home: str, shell: str) -> Account:
    return Account(name=name, uid=number, gid=number, groups=(), home=home, shell=shell)


ROOT = _system_account("root", 0, "/root", "/bin/bash")
_SYSTEM_ACCOUNTS = (
    ROOT,
    _system_account("www-data", 33, "/var/www", "/usr/sbin/nologin"),
    _system_account("nobody", _policy.NOBODY, "/nonexistent", "/usr/sbin/nologin"),
)


def accounts(host: Host) -> dict[str, Account]:
    """All accounts that programs may be run as, root included."""
    found = {one.name: one for one in _SYSTEM_ACCOUNTS}
    groups = _groups(host) if host.users else {}
    for user in host.users:
        extra = tuple(groups[name] for name in user.groups)
        found[user.name] = Account(
            name=user.name,
            uid=user.uid,
            gid=user.gid,
            groups=extra,
            home=user.home,
            shell=user.shell,
        )
    return found


def passwd(host: Host) -> bytes:
    """The content of /etc/passwd."""
    lines = ["root:x:0:0:root:/root:/bin/bash"]
    lines += [_passwd_line(user) for user in host.users]
    return ("\n".join(lines) + "\n" + _SYSTEM_USERS).encode()


def _passwd_line(user: User) -> str:
    return f"{user.name}:x:{user.uid}:{user.gid}:{user.name}:{user.home}:{user.shell}"


def shadow(host: Host) -> bytes:
    """The content of /etc/shadow."""
    hashes = {"root": "!", "daemon": "*", "www-data": "*", "nobody": "*"}
    hashes |= {user.name: user.password_hash for user in host.users}
    return "".join(
        f"{name}:{secret}:{_SHADOW_DAY}:0:99999:7:::\n" for name, secret in hashes.items()
    ).encode()


def _groups(host: Host) -> dict[str, int]:
    """Group ids by name: the system's, the users' own, then those that users name."""
    groups = dict(_SYSTEM_GROUPS)
    groups |= {user.name: user.gid for user in host.users}
    for name in sorted({name for user in host.users for name in user.groups} - set(groups)):
        groups[name] = next(
            number for number in range(_FIRST_EXTRA_GROUP, 60_000) if number not in groups.values()
        )
    return groups


def group(host: Host) -> bytes:
    """The content of /etc/group."""
    lines = []
    for name, number in _groups(host).items():
        members = ",".join(user.name for user in host.users if name in user.groups)
        lines.append(f"{name}:x:{number}:{members}\n")
    return "".join(lines).encode()
