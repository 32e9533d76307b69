"""What the zygote has ready: the modules that a world's own services name, and no more.

Every page of the zygote is a page that each service's fork has to mind, and a host's services
are small: so its source is looked at (never run) for what it imports. What is not found here, a
service imports by itself, a little later.
"""

from __future__ import annotations

import re

from bachang.plan import ServiceKind, World

KNOWN = (
    "asyncio",
    "base64",
    "csv",
    "datetime",
    "hashlib",
    "html",
    "http.cookies",
    "http.server",
    "json",
    "logging",
    "random",
    "re",
    "runpy",
    "secrets",
    "socketserver",
    "sqlite3",
    "ssl",
    "struct",
    "subprocess",
    "threading",
    "urllib.parse",
    "urllib.request",
)
"""Modules of the machine's own Python that may be loaded ahead."""

_ALWAYS = ("encodings.idna",)
"""What Python itself imports when a name of a host is looked up."""
_IMPORT = re.compile(rb"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+)?import[ \t]+([^#\n]+)", re.MULTILINE)
_NAME = re.compile(rb"[\w.]+")


def has_python(world: World) -> bool:
    """Do its hosts have services that are Python's?"""
    services = (one for host in world.hosts for one in host.services)
    return any(one.kind is ServiceKind.PYTHON for one in services)


def chosen(world: World, known: tuple[str, ...] = KNOWN) -> tuple[str, ...]:
    """Those of ``known`` that the Python of a world's hosts imports."""
    sources = {
        file.content
        for host in world.hosts
        if any(service.kind is ServiceKind.PYTHON for service in host.services)
        for file in host.files
        if file.path.endswith(".py")
    }
    wanted = {name for source in sources for name in _imported(source)}
    return (*(name for name in known if name in wanted), *_ALWAYS)


def _imported(source: bytes) -> set[str]:
    found = set()
    for match in _IMPORT.finditer(source):
        package = match[1].decode() if match[1] else ""
        names = [name.decode() for name in _NAME.findall(match[2])]
        found |= {f"{package}.{name}" for name in names} | {package} if package else set(names)
    return found
