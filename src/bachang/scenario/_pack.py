"""The files of a pack, read once: what a scenario may refer to, and nothing outside."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from bachang.scenario._reading import did_you_mean

MAX_FILE_BYTES = 4 * 1024 * 1024
MAX_PACK_BYTES = 32 * 1024 * 1024
MAX_FILES = 4000
_SKIPPED = {"__pycache__", "node_modules"}


@dataclass(frozen=True, slots=True)
class PackFiles:
    """Contents by path, relative to the pack's top, and what was refused with the reason."""

    content: dict[str, bytes] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def folder(self, path: str) -> dict[str, bytes]:
        """Files below a folder, by their paths relative to it; empty if it is none."""
        prefix = f"{path}/"
        return {
            name.removeprefix(prefix): content
            for name, content in sorted(self.content.items())
            if name.startswith(prefix)
        }

    def missing(self, path: str) -> tuple[str, str] | None:
        """Why a file cannot be used, as message and remedy; ``None`` if it can."""
        for part in (path, *map(str, PurePosixPath(path).parents)):
            if part in self.refused:
                return f"`{path}` {self.refused[part]}", "put the file itself into the pack"
        if path in self.content:
            return None
        if self.folder(path):
            return f"`{path}` is a folder", "name a file"
        return f"no file `{path}` in the pack", did_you_mean(path, self.content)


def read_pack(top: Path) -> PackFiles:
    """Read all files of a pack; links that lead out of it and special files are refused."""
    files = PackFiles()
    total = 0
    for place in _places(top):
        relative = place.relative_to(top).as_posix()
        total += _read(top, place, relative, files, MAX_PACK_BYTES - total)
    return files


def pack_stamp(top: Path) -> int:
    """A number that is another one once a file of a pack was written, added or taken away.

    No file is read: it comes from their names, sizes and time stamps.
    """
    return hash(tuple(_stamp(place) for place in _places(top)))


def _stamp(place: Path) -> tuple[str, int, int, int, int]:
    try:
        status = place.stat()
    except OSError:
        return str(place), 0, 0, 0, 0
    return str(place), status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _places(top: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in _SKIPPED
        )
        for name in sorted((*names, *(n for n in folders if (Path(folder) / n).is_symlink()))):
            yield Path(folder) / name


def _read(top: Path, place: Path, relative: str, files: PackFiles, left: int) -> int:
    """Take one file in or note why not; its size."""
    try:
        real = place.resolve(strict=True)
        status = real.stat()
    except (OSError, RuntimeError):
        files.refused[relative] = "is a link to nothing"
        return 0
    if not real.is_relative_to(top.resolve()):
        files.refused[relative] = "is a link out of the pack"
    elif not stat.S_ISREG(status.st_mode):
        files.refused[relative] = "is not a file"
    elif status.st_size > min(MAX_FILE_BYTES, left) or len(files.content) >= MAX_FILES:
        files.refused[relative] = (
            f"is too large (a file: {MAX_FILE_BYTES >> 20} MiB,"
            f" a pack: {MAX_PACK_BYTES >> 20} MiB and {MAX_FILES} files)"
        )
    else:
        try:
            files.content[relative] = real.read_bytes()
        except OSError as error:
            files.refused[relative] = f"cannot be read: {error.strerror}"
        return len(files.content.get(relative, b""))
    return 0
