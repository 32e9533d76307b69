"""Hosts and routers: accounts, files, services, firewall, limits."""

from __future__ import annotations

import difflib
from pathlib import Path, PurePosixPath

import bachang
from bachang.plan._draft import BASE_ACCOUNTS, Draft
from bachang.plan._firewall import resolve_firewall, resolve_nat
from bachang.plan._passwords import password_hash
from bachang.plan._world import (
    File,
    Host,
    HostKind,
    Interface,
    Limits,
    Route,
    Service,
    ServiceKind,
    User,
)
from bachang.scenario import Where, did_you_mean, models

FIRST_UID = 1000
FIRST_SYSTEM_UID = 200
SERVICE_FILES = "/var/lib/services"
"""Where the files of Python services stand in a host."""

_RESERVED = {*BASE_ACCOUNTS, "daemon", "bin", "sys", "mail"}
_OWN_PLACES = "etc home opt root run srv tmp usr/local var"
_WRITABLE = tuple(f"/{place}/" for place in _OWN_PLACES.split())
_BUILT_IN_SERVICES = "bachang.services."


def resolve_host(
    draft: Draft, name: str, interfaces: tuple[Interface, ...], routes: tuple[Route, ...]
) -> Host:
    """One host or router of the world."""
    host = draft.machines[name]
    where = draft.section(name)
    router = name in draft.raw.routers
    users = _users(draft, name, host)
    services, service_files = _services(draft, where, host)
    nat = resolve_nat(draft, where, host)
    return Host(
        name=name,
        kind=HostKind.ROUTER if router else HostKind.HOST,
        title=draft.text((*where, "title"), host.title, name),
        interfaces=interfaces,
        routes=routes,
        users=users,
        files=_files(draft, where, host, {user.name for user in users}) + service_files,
        services=services,
        firewall=resolve_firewall(draft, where, host.firewall, nat, interfaces),
        nat=nat,
        net_admin=router or host.firewall is not None or host.net_admin,
        tools=tuple(dict.fromkeys(host.tools)),
        limits=Limits(
            processes=host.limits.processes,
            memory_mib=host.limits.memory,
            disk_mib=host.limits.disk,
            files=host.limits.files,
        ),
    )


def _users(draft: Draft, name: str, host: models.Host) -> tuple[User, ...]:
    """People's accounts from 1000 up, then system accounts of services from 200 up."""
    where = (*draft.section(name), "users")
    people = []
    for index, (user, given) in enumerate(host.users.items()):
        if user in _RESERVED:
            draft.wrong((*where, user), f"`{user}` always exists", "use another name", key=True)
        people.append(
            User(
                name=user,
                uid=FIRST_UID + index,
                gid=FIRST_UID + index,
                home=given.home or f"/home/{user}",
                shell=given.shell,
                groups=tuple(dict.fromkeys(given.groups)),
                password_hash="!"
                if given.password is None
                else password_hash(draft.seed, name, user, given.password),
            )
        )
    return (*people, *_system_accounts(draft, name, host))


def _system_accounts(draft: Draft, name: str, host: models.Host) -> list[User]:
    """Accounts that only services name. One that looks like a person's is a slip of the pen."""
    accounts: dict[str, User] = {}
    for service, given in host.services.items():
        user = given.user
        if user in (*BASE_ACCOUNTS, *host.users, *accounts):
            continue
        if difflib.get_close_matches(user, host.users, n=1, cutoff=0.85):
            where = (*draft.section(name), "services", service, "user")
            draft.wrong(where, f"no user `{user}`", did_you_mean(user, host.users))
            continue
        uid = FIRST_SYSTEM_UID + len(accounts)
        accounts[user] = User(  # noqa: S604 - not a shell that runs anything
            name=user, uid=uid, gid=uid, home=f"/var/lib/{user}", shell="/usr/sbin/nologin"
        )
    return list(accounts.values())


def _files(draft: Draft, where: Where, host: models.Host, users: set[str]) -> tuple[File, ...]:
    files = []
    for path, given in host.files.items():
        here = (*where, "files", path)
        draft.known((*here, "owner"), "user", given.owner, {*BASE_ACCOUNTS, *users})
        if not path.startswith(_WRITABLE):
            remedy = f"hosts have their own {', '.join(_WRITABLE)}"
            draft.wrong(here, "lies where a host cannot write", remedy, key=True)
        if given.text is not None:
            contents = {path: given.text.encode()}
        else:
            contents = _copied(draft, here, path, given.source or "")
        files += [
            File(path=target, content=content, mode=given.mode, owner=given.owner)
            for target, content in contents.items()
        ]
    return tuple(files)


def _copied(draft: Draft, where: Where, path: str, source: str) -> dict[str, bytes]:
    """A file of the pack, or all files below a folder of it, by their paths in the host."""
    files = draft.scenario.files
    folder = files.folder(source)
    for path_in_pack in files.refused:
        if folder and path_in_pack.startswith(f"{source}/"):
            draft.wrong((*where, "source"), *(files.missing(path_in_pack) or ("", "")))
    if not folder:
        return {path: draft.bytes_of((*where, "source"), source)}
    return {f"{path}/{name}": draft.expanded(content) for name, content in folder.items()}


def _services(
    draft: Draft, where: Where, host: models.Host
) -> tuple[tuple[Service, ...], tuple[File, ...]]:
    services, files = [], []
    for name, given in host.services.items():
        if given.python is not None:
            argv, file = _python(draft, (*where, "services", name, "python"), name, given)
            files += [file] if file else []
        else:
            argv = tuple(given.program or ())
        services.append(
            Service(
                name=name,
                kind=ServiceKind.PYTHON if given.python is not None else ServiceKind.PROGRAM,
                argv=argv,
                user=given.user,
                environment=dict(given.environment),
                working_directory=given.directory,
                ready_port=given.port,
                restart=given.restart,
            )
        )
    return tuple(services), tuple(files)


def _python(
    draft: Draft, where: Where, name: str, service: models.Service
) -> tuple[tuple[str, ...], File | None]:
    """Where a Python service's function is, and its file if it comes with the pack."""
    source, _, function = (service.python or "").rpartition(":")
    if source.startswith(_BUILT_IN_SERVICES):
        _check_built_in(draft, where, source)
        return (source, function), None
    path = f"{SERVICE_FILES}/{name}/{PurePosixPath(source).name}"
    # Readable by its own user only: it may hold what others on the host should find out.
    content = draft.bytes_of(where, source)
    return (path, function), File(path=path, content=content, mode=0o400, owner=service.user)


def _check_built_in(draft: Draft, where: Where, module: str) -> None:
    folder = Path(bachang.__file__).parent / "services"
    known = [
        f"{_BUILT_IN_SERVICES}{path.stem}"
        for path in folder.glob("*.py")
        if not path.stem.startswith("_")
    ]
    draft.known(where, "service module", module, known)
