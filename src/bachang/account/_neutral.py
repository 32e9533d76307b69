"""The installation seen at a neutral place, in a mount namespace of its own.

A clone in a private folder (``/root/…``, mode 0700) cannot be read by an ordinary account.
Root therefore binds each entry of it, read-only, below one small file system at ``PLACE``:
there the way to it is open, whatever the folders above it and its own mode say. Only this
process and its children see it, and it ends with them.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

PLACE = Path("/run/bachang")
"""Where a process that was root finds the installation, and leaves what root is to copy."""
INSTALLATION = PLACE / "installation"

_CLONE_NEWNS = 0x00020000  # linux/sched.h
_RDONLY, _NOSUID, _NODEV, _REMOUNT = 0x1, 0x2, 0x4, 0x20  # linux/mount.h
_BIND, _REC, _SLAVE = 0x1000, 0x4000, 0x80000
_libc = ctypes.CDLL(None, use_errno=True)


def make_place() -> None:
    """Give this process a mount namespace of its own with an empty file system at `PLACE`.

    Raises:
        OSError: the kernel refuses it, as for root in a container without CAP_SYS_ADMIN.
    """
    if _libc.unshare(_CLONE_NEWNS):
        _fail("unshare", PLACE)
    # Slave: what the machine mounts or unmounts later is followed, nothing goes back to it.
    _mount(None, Path("/"), flags=_REC | _SLAVE)
    PLACE.mkdir(exist_ok=True)
    _mount("tmpfs", PLACE, kind="tmpfs", flags=_NOSUID | _NODEV, data="mode=755,size=50%")


def show(folder: Path, place: Path) -> None:
    """Bind each entry of ``folder`` read-only below ``place``.

    Each entry and not the folder itself: its own mode may be 0700.
    """
    place.mkdir(parents=True)
    for entry in folder.iterdir():
        if entry.is_symlink():
            (place / entry.name).symlink_to(entry.readlink())
        elif entry.is_dir() or entry.is_file():
            _bind(entry, place / entry.name)


def _bind(entry: Path, target: Path) -> None:
    if entry.is_dir():
        target.mkdir()
    else:
        target.touch()
    _mount(str(entry), target, flags=_BIND)
    _mount(None, target, flags=_BIND | _REMOUNT | _RDONLY | _NOSUID | _NODEV)


def _mount(
    source: str | None, target: Path, *, kind: str | None = None, flags: int, data: str = ""
) -> None:
    done = _libc.mount(
        source.encode() if source else None,
        os.fsencode(target),
        kind.encode() if kind else None,
        ctypes.c_ulong(flags),
        data.encode() if data else None,
    )
    if done:
        _fail("mount", target)


def _fail(call: str, path: Path) -> None:
    number = ctypes.get_errno()
    raise OSError(number, f"{call}: {os.strerror(number)}", str(path))
