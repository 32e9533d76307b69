"""A host's recipe: the steps that its init follows, as the spawner reads them.

Only an encoding; what is in a host stands in `_rootfs`. Numbers are little-endian 32 bit,
strings have a length in front and a NUL behind.
"""

from __future__ import annotations

import struct

_U32 = struct.Struct("<I")
_OWNED = struct.Struct("<III")


def word(text: str | bytes) -> bytes:
    """One string."""
    content = text.encode() if isinstance(text, str) else text
    return _U32.pack(len(content)) + content + b"\0"


def words(texts: list[str]) -> bytes:
    """A count and so many strings."""
    return _U32.pack(len(texts)) + b"".join(word(text) for text in texts)


def directory(path: str, mode: int = 0o755, uid: int = 0, gid: int = 0) -> bytes:
    """Make a directory, or give it these owners if it is there."""
    return b"d" + word(path) + _OWNED.pack(mode, uid, gid)


def file(path: str, content: bytes, mode: int = 0o644, uid: int = 0, gid: int = 0) -> bytes:
    """Write a file."""
    return b"f" + word(path) + _OWNED.pack(mode, uid, gid) + word(content)


def link(target: str, path: str) -> bytes:
    """Make a symbolic link."""
    return b"l" + word(target) + word(path)


def mount(source: str, target: str, kind: str = "", flags: int = 0, data: str = "") -> bytes:
    """mount(2)."""
    return b"m" + word(source) + word(target) + word(kind) + struct.pack("<Q", flags) + word(data)


def setting(path: str, value: str, *, optional: bool = False) -> bytes:
    """Write a value into a file of the kernel."""
    return (b"o" if optional else b"v") + word(path) + word(value)


def own_setting(path: str, value: str) -> bytes:
    """As `setting`, but left alone where it is the machine's, and so may not be opened."""
    return b"u" + word(path) + word(value)


def shared() -> bytes:
    """Follow the steps that the spawner was given for all hosts."""
    return b"s"


def hostname(name: str) -> bytes:
    """Set the host's name."""
    return b"n" + word(name)
